"""How a map is made: the projection and its parameters.

parameters = ProjectionParameters("t-sne", seed=3)
parameters.key()                # what a stored map depends on: only what this projection uses
"""

from dataclasses import dataclass

import numpy as np

from trainer.core.projection.base import FittedMap, Projection
from trainer.core.projection.fit_parameters import FitParameters, check_choice
from trainer.core.projection.registry import PROJECTIONS
from trainer.core.retrieval.search import GalleryIndex

# values that a key leaves out, so that maps keep the names that they had before there was a choice
OMITTED = {"projection": "umap-2d", "metric": "cosine", "engine": "parallel"}


@dataclass(frozen=True)
class ProjectionParameters(FitParameters):
    """Raises UserError for a value outside its range.

    `projection`: a key of PROJECTIONS. UMAP (McInnes et al., 2018) keeps neighbours and some of the global structure.
    """

    projection: str = "umap-2d"

    def __post_init__(self) -> None:
        check_choice("projection", self.projection, tuple(PROJECTIONS))
        super().__post_init__()

    @property
    def method(self) -> Projection:
        """The implementation."""
        return PROJECTIONS[self.projection]

    def fitted_map(self, xy: np.ndarray, embeddings: np.ndarray, index: GalleryIndex | None = None) -> FittedMap:
        """Coordinates `xy` (N, dims) of `embeddings` (N, E) as a map in which new images can be placed."""
        return FittedMap(xy, embeddings, self.method, self, index)

    def key(self) -> dict[str, object]:
        """The part of a cache key that stands for these parameters; equal for parameters that give the same map."""
        used = {name: getattr(self, name) for name in (*self.method.parameters, "projection")}
        used = {name: value for name, value in used.items() if OMITTED.get(name) != value}
        return {**used, "version": self.method.version}
