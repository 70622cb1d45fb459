"""PCA: the directions of largest variance."""

from typing import TYPE_CHECKING

import numpy as np
import torch

from trainer.core.principal_axes import principal_axes
from trainer.core.projection.base import Projection
from trainer.core.retrieval.search import Neighbours

if TYPE_CHECKING:
    from trainer.core.projection.fitted import FittedMap
    from trainer.core.projection.parameters import ProjectionParameters


class PrincipalAxes:
    """PCA of (N, E) rows, signs fixed so that runs agree, scaled to a standard deviation of 1."""

    def __init__(self, embeddings: np.ndarray, dims: int) -> None:
        mean, axes = (found.numpy() for found in principal_axes(torch.from_numpy(embeddings), dims))
        self.dims, self.mean = dims, mean
        self.axes = axes * np.sign(axes[:, np.abs(axes).argmax(1)].diagonal())[:, None]
        self.scale = 1.0
        self.scale = max(float(self.transform(embeddings).std()), 1e-6)

    def transform(self, embeddings: np.ndarray) -> np.ndarray:
        """(M, E) -> (M, dims) float32; zeros beyond E dimensions."""
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
