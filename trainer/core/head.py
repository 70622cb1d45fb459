"""Heads: everything between features (B, D) and embedding (B, E <= 64). The study calls them transition layers.

    head = build_head(HeadConfig("bn_linear", in_dims=1280))
    z = head(features)                                   # (B, 64), unit length

| kind | layers | study |
|---|---|---|
| `pca` | centre, project on the first E principal axes | no training |
| `linear` | Dropout, Linear(D, E) | Model 1 |
| `bn_linear` | BatchNorm, Dropout, Linear(D, E) | Model 2 |
| `bn_wide_linear` | BatchNorm, Dropout, Linear(D, W), average pooling to E | Model 3; pooling as in its row 2 |
"""

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F

from trainer.core.errors import UserError

KINDS = ("pca", "linear", "bn_linear", "bn_wide_linear")
MAX_DIMS = 64
MAX_IN_DIMS, MAX_WIDE_DIMS = 65_536, 1024  # so that a stranger's config.json cannot ask for all memory


@dataclass(frozen=True)
class HeadConfig:
    """`in_dims` D in 1..65536, `dims` E in 1..64, `dropout` in 0..1, `wide_dims` W a multiple of E (bn_wide_linear)."""

    kind: str
    in_dims: int
    dims: int = MAX_DIMS
    wide_dims: int = 512
    dropout: float = 0.2

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise UserError(f"head.kind is {self.kind!r}: expected one of {', '.join(KINDS)}.")
        for name in ("in_dims", "dims", "wide_dims"):
            if type(getattr(self, name)) is not int:
                raise UserError(f"head.{name} is {getattr(self, name)!r}: expected a whole number.")
        if not 1 <= self.dims <= MAX_DIMS:
            raise UserError(f"head.dims is {self.dims}: expected 1 to {MAX_DIMS}.")
        if not 1 <= self.in_dims <= MAX_IN_DIMS:
            raise UserError(f"head.in_dims is {self.in_dims}: expected 1 to {MAX_IN_DIMS}.")
        if not 0 <= self.dropout < 1:
            raise UserError(f"head.dropout is {self.dropout}: expected 0 or more and less than 1.")
        if self.kind == "bn_wide_linear" and (
            self.wide_dims % self.dims or not self.dims <= self.wide_dims <= MAX_WIDE_DIMS
        ):
            raise UserError(
                f"head.wide_dims is {self.wide_dims}: expected a multiple of dims ({self.dims}) up to {MAX_WIDE_DIMS}."
            )


class Head(nn.Module):
    """(B, D) features -> (B, E) unit rows."""

    def __init__(self, config: HeadConfig) -> None:
        super().__init__()
        wide = config.wide_dims if config.kind == "bn_wide_linear" else config.dims
        self.dims = config.dims
        self.norm = nn.BatchNorm1d(config.in_dims) if config.kind.startswith("bn_") else nn.Identity()
        self.dropout = nn.Dropout(0.0 if config.kind == "pca" else config.dropout)
        self.linear = nn.Linear(config.in_dims, wide)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        z = self.linear(self.dropout(self.norm(features)))  # (B, W)
        if z.shape[1] != self.dims:
            z = F.adaptive_avg_pool1d(z, self.dims)  # (B, E)
        return F.normalize(z, dim=1)


def build_head(config: HeadConfig) -> Head:
    return Head(config)


def fit_pca(head: Head, features: torch.Tensor) -> None:
    """Set a head of kind `pca` to the principal axes of (N, D) features. Raises UserError unless N and D are >= E."""
    if min(features.shape) < head.dims:
        raise UserError(
            f"PCA to {head.dims} numbers: expected at least as many pictures and features, found"
            f" {len(features)} pictures of {features.shape[1]} features; lower dims or give more pictures."
        )
    mean = features.mean(0)
    _, _, axes = torch.linalg.svd(features - mean, full_matrices=False)
    weight = axes[: head.dims]  # (E, D)
    with torch.no_grad():
        head.linear.weight.copy_(weight)
        head.linear.bias.copy_(-weight @ mean)
