"""Heads: everything between features (B, D) and embedding (B, E <= 64). The study calls them transition layers.

    head = build_head(HeadConfig("bn_linear", in_dims=1280))
    z = head(features)                                   # (B, 64), unit length

| kind | layers | from |
|---|---|---|
| `pca` | centre, project on the first E principal axes | no training |
| `linear` | Dropout, Linear(D, E) | Model 1 of the study; the 1st and 2nd of the competition |
| `wide_linear` | Dropout, Linear(D, W), average pooling to E | row 2 of the study, W = 256 |
| `bn_linear` | BatchNorm, Dropout, Linear(D, E) | Model 2 of the study |
| `bn_wide_linear` | BatchNorm, Dropout, Linear(D, W), average pooling to E | Model 3 of the study |
| `plain_bn_linear` | BatchNorm without scale and shift, Dropout, Linear(D, E) | 5th of the competition |
| `whitened_linear` | fixed whitening and PCA to W, unit length, Dropout, Linear(W, E) | this project |
| `averaged_linear` | mean of P parallel Dropout, Linear(D, E) | 3rd of the competition, P = 20 |
| `concat_pca` | P parallel Dropout, Linear(D, W), each at unit length, side by side, PCA to E | 4th |
"""

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F

from trainer.core.errors import UserError
from trainer.core.shared import SharedBatchNorm, SharedDropout

KINDS = ("pca", "linear", "wide_linear", "bn_linear", "bn_wide_linear", "plain_bn_linear", "whitened_linear",
         "averaged_linear", "concat_pca")  # fmt: skip
POOLED = ("wide_linear", "bn_wide_linear")
MAX_DIMS = 64
MAX_IN_DIMS, MAX_WIDE_DIMS, MAX_PARALLEL = (
    65_536,
    1024,
    64,
)  # so that a stranger's config.json cannot ask for all memory


@dataclass(frozen=True)
class HeadConfig:
    """`in_dims` D in 1..65536, `dims` E in 1..64, `dropout` in 0..1; `wide_dims` W in 1..1024, a multiple of E where it
    is pooled; `parallel` P in 1..64. W and P count only for the kinds that name them."""

    kind: str
    in_dims: int
    dims: int = MAX_DIMS
    wide_dims: int = 512
    dropout: float = 0.2
    parallel: int = 1

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise UserError(f"head.kind is {self.kind!r}: expected one of {', '.join(KINDS)}.")
        for name in ("in_dims", "dims", "wide_dims", "parallel"):
            if type(getattr(self, name)) is not int:
                raise UserError(f"head.{name} is {getattr(self, name)!r}: expected a whole number.")
        if not 1 <= self.dims <= MAX_DIMS:
            raise UserError(f"head.dims is {self.dims}: expected 1 to {MAX_DIMS}.")
        if not 1 <= self.in_dims <= MAX_IN_DIMS:
            raise UserError(f"head.in_dims is {self.in_dims}: expected 1 to {MAX_IN_DIMS}.")
        if not 0 <= self.dropout < 1:
            raise UserError(f"head.dropout is {self.dropout}: expected 0 or more and less than 1.")
        if self.kind == "whitened_linear" and not self.dims <= self.wide_dims <= min(MAX_WIDE_DIMS, self.in_dims):
            most = min(MAX_WIDE_DIMS, self.in_dims)
            raise UserError(f"head.wide_dims is {self.wide_dims}: expected {self.dims} (dims) to {most}.")
        if not 1 <= self.parallel <= MAX_PARALLEL:
            raise UserError(f"head.parallel is {self.parallel}: expected 1 to {MAX_PARALLEL}.")
        if self.kind == "concat_pca" and not self.dims <= self.wide_dims * self.parallel <= MAX_IN_DIMS:
            raise UserError(
                f"head.wide_dims is {self.wide_dims}: expected at least {self.dims} over {self.parallel} heads, and"
                f" at most {MAX_IN_DIMS}."
            )
        if self.kind in POOLED and (self.wide_dims % self.dims or not self.dims <= self.wide_dims <= MAX_WIDE_DIMS):
            raise UserError(
                f"head.wide_dims is {self.wide_dims}: expected a multiple of dims ({self.dims}) up to {MAX_WIDE_DIMS}."
            )


class Head(nn.Module):
    """(B, D) features -> (B, E) unit rows. `linear` is the layer whose outputs are the embedding."""

    linear: nn.Linear

    def __init__(self, config: HeadConfig) -> None:
        super().__init__()
        self.dims = config.dims


class OneHead(Head):
    """Perhaps BatchNorm, then Dropout and Linear, perhaps pooled."""

    def __init__(self, config: HeadConfig) -> None:
        super().__init__(config)
        self.pooled = config.kind in POOLED
        self.norm: nn.Module = nn.Identity()
        if config.kind in ("bn_linear", "bn_wide_linear", "plain_bn_linear"):
            self.norm = SharedBatchNorm(config.in_dims, affine=config.kind != "plain_bn_linear")
        self.dropout = SharedDropout(0.0 if config.kind == "pca" else config.dropout)
        self.linear = nn.Linear(config.in_dims, config.wide_dims if self.pooled else config.dims)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        z = self.linear(self.dropout(self.norm(features)))  # (B, W)
        if self.pooled:
            z = F.adaptive_avg_pool1d(z, self.dims)  # (B, E)
        return F.normalize(z, dim=1)


class AveragedHead(Head):
    """P heads of Dropout and Linear, their outputs averaged before unit length is given to the mean."""

    def __init__(self, config: HeadConfig) -> None:
        super().__init__(config)
        self.dropout = SharedDropout(config.dropout)
        self.heads = nn.ModuleList(nn.Linear(config.in_dims, config.dims) for _ in range(config.parallel))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        z = torch.stack([head(self.dropout(features)) for head in self.heads]).mean(0)  # (B, E)
        return F.normalize(z, dim=1)


class WhitenedHead(Head):
    """Features whitened and reduced to W once, never trained; a linear layer on their unit rows, which starts as PCA.

    Steps of one length then change all directions alike, and dropout removes directions rather than features.
    """

    def __init__(self, config: HeadConfig) -> None:
        super().__init__(config)
        self.whitening = nn.Linear(config.in_dims, config.wide_dims).requires_grad_(False)
        self.dropout = SharedDropout(config.dropout)
        self.linear = nn.Linear(config.wide_dims, config.dims, bias=False)

    def whitened(self, features: torch.Tensor) -> torch.Tensor:
        """(B, D) -> (B, W) unit rows."""
        return F.normalize(self.whitening(features), dim=1)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return F.normalize(self.linear(self.dropout(self.whitened(features))), dim=1)


class MemberHead(Head):
    """Dropout and Linear to W numbers, one of the parallel heads of a `concat_pca`."""

    def __init__(self, config: HeadConfig) -> None:
        super().__init__(config)
        self.dims = config.wide_dims
        self.dropout = SharedDropout(config.dropout)
        self.linear = nn.Linear(config.in_dims, config.wide_dims)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return F.normalize(self.linear(self.dropout(features)), dim=1)


class ConcatPcaHead(Head):
    """P heads of W numbers each, trained one by one; their unit rows side by side (B, P W), then PCA to E."""

    def __init__(self, config: HeadConfig) -> None:
        super().__init__(config)
        self.heads = nn.ModuleList(MemberHead(config) for _ in range(config.parallel))
        self.linear = nn.Linear(config.wide_dims * config.parallel, config.dims)

    @property
    def members(self) -> list[MemberHead]:
        return [head for head in self.heads if isinstance(head, MemberHead)]

    def concatenated(self, features: torch.Tensor) -> torch.Tensor:
        """(B, D) -> (B, P W)."""
        return torch.cat([head(features) for head in self.heads], dim=1)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return F.normalize(self.linear(self.concatenated(features)), dim=1)


HEADS: dict[str, type[Head]] = {
    "averaged_linear": AveragedHead,
    "concat_pca": ConcatPcaHead,
    "whitened_linear": WhitenedHead,
}


def build_head(config: HeadConfig) -> Head:
    kinds: dict[str, type[Head]] = {
        "averaged_linear": AveragedHead,
        "concat_pca": ConcatPcaHead,
        "whitened_linear": WhitenedHead,
    }
    return kinds.get(config.kind, OneHead)(config)


def fit_pca(linear: nn.Linear, features: torch.Tensor) -> None:
    """Set a linear layer to the principal axes of (N, D) features. Raises UserError unless N and D are >= E."""
    dims = linear.out_features
    if min(features.shape) < dims:
        raise UserError(
            f"PCA to {dims} numbers: expected at least as many pictures and features, found"
            f" {len(features)} pictures of {features.shape[1]} features; lower dims or give more pictures."
        )
    mean = features.mean(0)
    centred = (features - mean).double()
    # Of the covariance (D, D) rather than of all pictures: much faster, and the axes asked for are the large ones.
    axes = torch.linalg.eigh(centred.T @ centred).eigenvectors.flip(1)  # (D, D), the largest first
    weight = axes.T[:dims].float()  # (E, D)
    with torch.no_grad():
        linear.weight.copy_(weight)
        linear.bias.copy_(-weight @ mean)
