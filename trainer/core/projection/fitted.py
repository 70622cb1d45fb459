"""A fitted map, in which new images are placed by `transform`, never by a new fit.

fitted = FittedMap(xy, embeddings, parameters)        # xy from projection.py
fitted.transform(new)                                 # (Q, E) unit rows -> (Q, 2) or (Q, 3)
"""

from functools import cached_property

import numpy as np

from trainer.core.projection.parameters import ProjectionParameters
from trainer.core.projection.pca import PrincipalAxes
from trainer.core.retrieval.search import GalleryIndex

FIXED_SAMPLE = 2_000  # points of the map that repel a query; a larger map is sampled once


class FittedMap:
    """Coordinates `xy` (N, dims) of `embeddings` (N, E) unit rows, which `index` searches."""

    def __init__(
        self,
        xy: np.ndarray,
        embeddings: np.ndarray,
        parameters: ProjectionParameters = ProjectionParameters(),
        index: GalleryIndex | None = None,
    ) -> None:
        self.xy, self.parameters = xy, parameters
        self.index = index or GalleryIndex(embeddings)
        self._embeddings = embeddings

    def transform(self, new: np.ndarray, exclude: np.ndarray | None = None) -> np.ndarray:
        """(Q, E) unit rows -> (Q, dims) float32; the same for the same rows.

        `exclude` (Q,) names for each query one row of the gallery to ignore (the query itself), or -1.
        """
        return self.parameters.method.transform(self, new, exclude)

    @cached_property
    def axes(self) -> PrincipalAxes:
        """The PCA of the gallery."""
        return PrincipalAxes(self._embeddings, self.parameters.method.dims)

    @cached_property
    def fixed_sample(self) -> np.ndarray:
        """(F, dims) float64: all points, or the same sample of FIXED_SAMPLE each time."""
        n, rng = len(self.xy), np.random.default_rng(0)
        rows = rng.choice(n, FIXED_SAMPLE, replace=False) if n > FIXED_SAMPLE else np.arange(n)
        return self.xy[rows].astype(np.float64)
