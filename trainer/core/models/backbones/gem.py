"""Generalised-mean pooling (Radenovic, Tolias & Chum, TPAMI 2019, equation 3), between the average and the maximum."""

import torch
from torch import nn


class GeM(nn.Module):
    """(B, D, H, W) -> (B, D): the p-th root of the mean of p-th powers; p = 1 is the average.

    Bright spots weigh more than in the average, which helps to tell one thing from another of its kind.
    """

    def __init__(self, p: float = 3.0) -> None:
        super().__init__()
        self.p = p

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        return maps.float().clamp(min=1e-6).pow(self.p).mean((2, 3)).pow(1 / self.p)
