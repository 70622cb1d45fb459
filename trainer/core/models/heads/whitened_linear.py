"""A linear layer on whitened features."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from trainer.core.models.distributed import DistributedDropout
from trainer.core.models.heads.base import MAX_WIDE_DIMS, Head, HeadConfig
from trainer.core.models.heads.pca import fit_pca
from trainer.core.models.heads.whitening import whitening


class WhitenedHead(Head):
    """Whitening and PCA to W, computed once and never trained; a linear layer on their unit rows, which starts as PCA.

    Optimiser steps of one length then change all directions alike, and dropout removes directions instead of features.
    """

    description = "fixed whitening and PCA to {wide_dims}, dropout and one linear layer to {dims} numbers"

    def __init__(self, config: HeadConfig) -> None:
        super().__init__(config)
        self.whitening = nn.Linear(config.in_dims, config.wide_dims).requires_grad_(False)
        self.dropout = DistributedDropout(config.dropout)
        self.linear = nn.Linear(config.wide_dims, config.dims, bias=False)

    @classmethod
    def check(cls, config: HeadConfig) -> None:
        most = min(MAX_WIDE_DIMS, config.in_dims)
        if not config.dims <= config.wide_dims <= most:
            raise ValueError(f"head.wide_dims is {config.wide_dims}: expected {config.dims} (dims) to {most}")

    def start(self, features: np.ndarray, labels: np.ndarray, shrinkage: float) -> None:
        matrix, mean = whitening(features, labels, shrinkage)
        white = (features - mean) @ matrix.T
        white /= np.linalg.norm(white, axis=1, keepdims=True).clip(1e-12)
        axes = nn.Linear(white.shape[1], self.whitening.out_features)
        fit_pca(axes, torch.from_numpy(white))
        with torch.no_grad():
            self.whitening.weight.copy_(axes.weight @ torch.from_numpy(matrix))
            self.whitening.bias.copy_(-self.whitening.weight @ torch.from_numpy(mean))
            self.linear.weight.copy_(torch.eye(*self.linear.weight.shape))  # the axes are in order of their variance

    def reference(self, features: np.ndarray) -> torch.Tensor:
        with torch.no_grad():
            return self.whitened(torch.from_numpy(features).to(self.linear.weight.device)).cpu()

    def set_trainable(self, trainable: bool) -> None:
        super().set_trainable(trainable)
        self.whitening.requires_grad_(False)

    def whitened(self, features: torch.Tensor) -> torch.Tensor:
        """(B, D) -> (B, W) unit rows."""
        return F.normalize(self.whitening(features), dim=1)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return F.normalize(self.linear(self.dropout(self.whitened(features))), dim=1)
