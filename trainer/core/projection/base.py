"""The interface of a projection; `registry.py` lists the implementations."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import numpy as np

from trainer.core.retrieval.search import Neighbours

if TYPE_CHECKING:
    from trainer.core.projection.fitted import FittedMap
    from trainer.core.projection.parameters import ProjectionParameters


class Projection(ABC):
    """Maps N embeddings to `dims` coordinates, and new embeddings into a map that exists.

    `title` is a proper name that needs no translation. `parameters` names the fields of `ProjectionParameters` that
    change the result. `version` is part of the cache key; raise it when `fit` returns something else. `max_images`
    bounds the size of the gallery.
    """

    title: str
    dims: int = 2
    version: int = 2
    parameters: tuple[str, ...] = ()
    max_images: int | None = None

    def n_neighbors(self, n: int, parameters: "ProjectionParameters") -> int:
        """How many neighbours of each of N images `fit` needs."""
        return 0

    @abstractmethod
    def fit(
        self, embeddings: np.ndarray, parameters: "ProjectionParameters", neighbours: Neighbours | None = None
    ) -> np.ndarray:
        """(N, E) unit rows -> (N, dims) float32, the same for the same seed.

        `neighbours` (N, n_neighbors), without the image itself; they are searched if they are not given.
        """

    @abstractmethod
    def transform(self, fitted: "FittedMap", new: np.ndarray, exclude: np.ndarray | None = None) -> np.ndarray:
        """(Q, E) unit rows -> (Q, dims) float32 in a fitted map, which does not change.

        `exclude` (Q,) names for each query one row of the gallery to ignore (the query itself), or -1.
        """
