"""Principal component analysis, shared by heads and maps."""

import numpy as np
import torch


def principal_axes(rows: torch.Tensor, n: int) -> tuple[torch.Tensor, torch.Tensor]:
    """(N, D) rows -> their mean (D,) and the n <= D directions of largest variance (n, D), the largest first.

    From the (D, D) scatter matrix in double precision: much faster than from all rows, and exact enough for the large
    directions.
    """
    mean = rows.mean(0)
    centred = (rows - mean).double()
    directions = torch.linalg.eigh(centred.T @ centred).eigenvectors.flip(1)  # (D, D) columns, the largest first
    return mean, directions.T[:n].to(rows.dtype)


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
