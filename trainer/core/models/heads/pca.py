"""PCA as a head: a linear layer that is set to the principal axes of the features and not trained."""

import numpy as np
import torch
from torch import nn

from trainer.core.errors import UserError
from trainer.core.models.heads.base import HeadConfig
from trainer.core.models.heads.linear import LinearHead
from trainer.core.models.principal_axes import principal_axes


class PcaHead(LinearHead):
    description = "PCA to {dims} numbers; nothing is trained"
    trained = False

    def dropout_rate(self, config: HeadConfig) -> float:
        return 0.0

    def start(self, features: np.ndarray, labels: np.ndarray, shrinkage: float) -> None:
        fit_pca(self.linear, torch.from_numpy(features))


def fit_pca(linear: nn.Linear, features: torch.Tensor) -> None:
    """Set a linear layer to the principal axes of (N, D) features. Raises UserError unless N and D are >= E."""
    dims = linear.out_features
    if min(features.shape) < dims:
        raise UserError(
            f"PCA to {dims} numbers: expected at least as many images and features, found"
            f" {len(features)} images of {features.shape[1]} features; lower dims or give more images."
        )
    mean, weight = principal_axes(features, dims)
    with torch.no_grad():
        linear.weight.copy_(weight)
        linear.bias.copy_(-weight @ mean)
