"""PCA: the directions of largest variance."""

from typing import TYPE_CHECKING

import numpy as np

from trainer.core.projection.base import Projection
from trainer.core.retrieval.search import Neighbours

if TYPE_CHECKING:
    from trainer.core.projection.fitted import FittedMap
    from trainer.core.projection.parameters import ProjectionParameters

MANY_ROWS = 10_000  # above it, the axes come from the (E, E) scatter matrix, which is much faster


class PrincipalAxes:
    """PCA of (N, E) rows, signs fixed so that runs agree, scaled to a standard deviation of 1."""

    def __init__(self, embeddings: np.ndarray, dims: int) -> None:
        self.dims, self.mean = dims, embeddings.mean(0)
        centred = embeddings - self.mean
        matrix = centred.T @ centred if len(centred) > MANY_ROWS else centred
        _, _, axes = np.linalg.svd(matrix, full_matrices=False)
        self.axes = axes[:dims] * np.sign(axes[:dims, np.abs(axes[:dims]).argmax(1)].diagonal())[:, None]
        self.scale = 1.0
        self.scale = max(float(self.transform(embeddings).std()), 1e-6)

    def transform(self, embeddings: np.ndarray) -> np.ndarray:
        """(M, E) -> (M, dims) float32; zeros where the fitted rows span fewer directions."""
        xy = np.zeros((len(embeddings), self.dims), np.float32)
        xy[:, : len(self.axes)] = (embeddings - self.mean) @ self.axes.T
        return xy / self.scale


class Pca(Projection):
    title = "PCA"

    def fit(
        self, embeddings: np.ndarray, parameters: "ProjectionParameters", neighbours: Neighbours | None = None
    ) -> np.ndarray:
        return PrincipalAxes(embeddings, self.dims).transform(embeddings)

    def transform(self, fitted: "FittedMap", new: np.ndarray, exclude: np.ndarray | None = None) -> np.ndarray:
        return fitted.axes.transform(new)
