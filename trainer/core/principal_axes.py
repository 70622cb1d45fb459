"""Principal component analysis, shared by heads and maps."""

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
