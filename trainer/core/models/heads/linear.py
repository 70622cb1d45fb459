"""A linear layer behind dropout, and its variants with BatchNorm and average pooling."""

import torch
from torch import nn
from torch.nn import functional as F

from trainer.core.models.distributed import DistributedBatchNorm, DistributedDropout
from trainer.core.models.heads.base import MAX_WIDE_DIMS, Head, HeadConfig


class LinearHead(Head):
    """Dropout and Linear; the base of the kinds that add BatchNorm or pooling.

    `out_dims` replaces `config.dims`, for a member of an ensemble.
    """

    description = "dropout and one linear layer to {dims} numbers"
    inits: tuple[str, ...] = ("random", "pca", "whitening")
    pooled = False

    def __init__(self, config: HeadConfig, out_dims: int | None = None) -> None:
        super().__init__(config)
        self.dims = out_dims or config.dims
        self.norm = self.build_norm(config)
        self.dropout = DistributedDropout(self.dropout_rate(config))
        self.linear = nn.Linear(config.in_dims, config.wide_dims if self.pooled else self.dims)

    def build_norm(self, config: HeadConfig) -> nn.Module:
        return nn.Identity()

    def dropout_rate(self, config: HeadConfig) -> float:
        return config.dropout

    @classmethod
    def check(cls, config: HeadConfig) -> None:
        wide_dims, dims = config.wide_dims, config.dims
        if cls.pooled and (wide_dims % dims or not dims <= wide_dims <= MAX_WIDE_DIMS):
            raise ValueError(
                f"head.wide_dims is {wide_dims}: expected a multiple of dims ({dims}) up to {MAX_WIDE_DIMS}"
            )

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        z = self.linear(self.dropout(self.norm(features)))  # (B, W)
        if self.pooled:
            z = F.adaptive_avg_pool1d(z, self.dims)  # (B, E)
        return F.normalize(z, dim=1)


class WideLinearHead(LinearHead):
    description = "dropout, a linear layer to {wide_dims} and average pooling to {dims} numbers"
    inits = ("random",)
    pooled = True


class BnLinearHead(LinearHead):
    description = "BatchNorm, dropout and one linear layer to {dims} numbers"
    inits = ("random",)

    def build_norm(self, config: HeadConfig) -> nn.Module:
        return DistributedBatchNorm(config.in_dims)


class BnWideLinearHead(BnLinearHead):
    description = "BatchNorm, dropout, a linear layer to {wide_dims} and average pooling to {dims} numbers"
    pooled = True


class PlainBnLinearHead(LinearHead):
    description = "BatchNorm without scale and shift, dropout and one linear layer to {dims} numbers"
    inits = ("random",)

    def build_norm(self, config: HeadConfig) -> nn.Module:
        return DistributedBatchNorm(config.in_dims, affine=False)
