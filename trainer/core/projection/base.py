"""The interface of a projection, and the map that it makes; `registry.py` lists the implementations.

fitted = parameters.fitted_map(xy, embeddings)        # parameters.py; xy from projection.py
fitted.transform(new)                                 # (Q, E) unit rows -> (Q, 2) or (Q, 3)
"""

from abc import ABC, abstractmethod
from functools import cached_property

import numpy as np

from trainer.core.models.principal_axes import PrincipalAxes
from trainer.core.projection.fit_parameters import FitParameters
from trainer.core.retrieval.search import GalleryIndex, Neighbours

FIXED_SAMPLE = 2_000  # points of the map that repel a query; a larger map is sampled once


class Projection(ABC):
    """Maps N embeddings to `dims` coordinates, and new embeddings into a map that exists.

    `title` is a proper name that needs no translation. `parameters` names the fields of `FitParameters` that
    change the result. `version` is part of the cache key; raise it when `fit` returns something else. `max_images`
    bounds the size of the gallery.
    """

    title: str
    dims: int = 2
    version: int = 2
    parameters: tuple[str, ...] = ()
    max_images: int | None = None

    def n_neighbors(self, n: int, parameters: FitParameters) -> int:
        """How many neighbours of each of N images `fit` needs."""
        return 0

    @abstractmethod
    def fit(
        self, embeddings: np.ndarray, parameters: FitParameters, neighbours: Neighbours | None = None
    ) -> np.ndarray:
        """(N, E) unit rows -> (N, dims) float32, the same for the same seed.

        `neighbours` (N, n_neighbors), without the image itself; they are searched if they are not given.
        """

    @abstractmethod
    def transform(self, fitted: "FittedMap", new: np.ndarray, exclude: np.ndarray | None = None) -> np.ndarray:
        """(Q, E) unit rows -> (Q, dims) float32 in a fitted map, which does not change.

        `exclude` (Q,) names for each query one row of the gallery to ignore (the query itself), or -1.
        """


class FittedMap:
    """Coordinates `xy` (N, dims) of `embeddings` (N, E) unit rows, which `index` searches.

    New images are placed by `transform`, never by a new fit.
    """

    def __init__(
        self,
        xy: np.ndarray,
        embeddings: np.ndarray,
        method: Projection,
        parameters: FitParameters,
        index: GalleryIndex | None = None,
    ) -> None:
        self.xy, self.parameters, self._method = xy, parameters, method
        self.index = index or GalleryIndex(embeddings)
        self._embeddings = embeddings

    def transform(self, new: np.ndarray, exclude: np.ndarray | None = None) -> np.ndarray:
        """(Q, E) unit rows -> (Q, dims) float32; the same for the same rows.

        `exclude` (Q,) names for each query one row of the gallery to ignore (the query itself), or -1.
        """
        return self._method.transform(self, new, exclude)

    @cached_property
    def axes(self) -> PrincipalAxes:
        """The PCA of the gallery."""
        return PrincipalAxes(self._embeddings, self._method.dims)

    @cached_property
    def fixed_sample(self) -> np.ndarray:
        """(F, dims) float64: all points, or the same sample of FIXED_SAMPLE each time."""
        n, rng = len(self.xy), np.random.default_rng(0)
        rows = rng.choice(n, FIXED_SAMPLE, replace=False) if n > FIXED_SAMPLE else np.arange(n)
        return self.xy[rows].astype(np.float64)
