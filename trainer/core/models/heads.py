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
from trainer.core.models.distributed import SharedBatchNorm, SharedDropout
from trainer.core.principal_axes import principal_axes

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
        if not 1 <= self.parallel <= MAX_PARALLEL:
            raise UserError(f"head.parallel is {self.parallel}: expected 1 to {MAX_PARALLEL}.")
        HEADS[self.kind].check(self)


class Head(nn.Module):
    """(B, D) features -> (B, E) unit rows. `linear` is the layer whose outputs are the embedding.

    `description` says in the model card what the head does; its fields are those of `HeadConfig`.
    """

    description: str
    linear: nn.Linear

    def __init__(self, config: HeadConfig) -> None:
        super().__init__()
        self.dims = config.dims

    @classmethod
    def check(cls, config: HeadConfig) -> None:
        """Raise UserError if the values of the configuration do not fit this kind of head."""


class LinearHead(Head):
    """Dropout and Linear; the base of the kinds that add BatchNorm or pooling."""

    description = "dropout and one linear layer to {dims} numbers"
    pooled = False

    def __init__(self, config: HeadConfig) -> None:
        super().__init__(config)
        self.norm = self.build_norm(config)
        self.dropout = self.build_dropout(config)
        self.linear = nn.Linear(config.in_dims, config.wide_dims if self.pooled else config.dims)

    def build_norm(self, config: HeadConfig) -> nn.Module:
        return nn.Identity()

    def build_dropout(self, config: HeadConfig) -> nn.Module:
        return SharedDropout(config.dropout)

    @classmethod
    def check(cls, config: HeadConfig) -> None:
        wide_dims, dims = config.wide_dims, config.dims
        if cls.pooled and (wide_dims % dims or not dims <= wide_dims <= MAX_WIDE_DIMS):
            raise UserError(
                f"head.wide_dims is {wide_dims}: expected a multiple of dims ({dims}) up to {MAX_WIDE_DIMS}."
            )

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        z = self.linear(self.dropout(self.norm(features)))  # (B, W)
        if self.pooled:
            z = F.adaptive_avg_pool1d(z, self.dims)  # (B, E)
        return F.normalize(z, dim=1)


class PcaHead(LinearHead):
    """A linear layer that is set to the principal axes and not trained."""

    description = "PCA to {dims} numbers; nothing is trained"

    def build_dropout(self, config: HeadConfig) -> nn.Module:
        return SharedDropout(0.0)


class WideLinearHead(LinearHead):
    description = "dropout, a linear layer to {wide_dims} and average pooling to {dims} numbers"
    pooled = True


class BnLinearHead(LinearHead):
    description = "BatchNorm, dropout and one linear layer to {dims} numbers"

    def build_norm(self, config: HeadConfig) -> nn.Module:
        return SharedBatchNorm(config.in_dims)


class BnWideLinearHead(BnLinearHead):
    description = "BatchNorm, dropout, a linear layer to {wide_dims} and average pooling to {dims} numbers"
    pooled = True


class PlainBnLinearHead(LinearHead):
    description = "BatchNorm without scale and shift, dropout and one linear layer to {dims} numbers"

    def build_norm(self, config: HeadConfig) -> nn.Module:
        return SharedBatchNorm(config.in_dims, affine=False)


class AveragedHead(Head):
    """P heads of Dropout and Linear, their outputs averaged before unit length is given to the mean."""

    description = "the mean of {parallel} parallel layers of dropout and linear to {dims} numbers"

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

    description = "fixed whitening and PCA to {wide_dims}, dropout and one linear layer to {dims} numbers"

    def __init__(self, config: HeadConfig) -> None:
        super().__init__(config)
        self.whitening = nn.Linear(config.in_dims, config.wide_dims).requires_grad_(False)
        self.dropout = SharedDropout(config.dropout)
        self.linear = nn.Linear(config.wide_dims, config.dims, bias=False)

    @classmethod
    def check(cls, config: HeadConfig) -> None:
        most = min(MAX_WIDE_DIMS, config.in_dims)
        if not config.dims <= config.wide_dims <= most:
            raise UserError(f"head.wide_dims is {config.wide_dims}: expected {config.dims} (dims) to {most}.")

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

    description = "{parallel} linear layers of {wide_dims} numbers side by side, then PCA to {dims}"

    def __init__(self, config: HeadConfig) -> None:
        super().__init__(config)
        self.heads = nn.ModuleList(MemberHead(config) for _ in range(config.parallel))
        self.linear = nn.Linear(config.wide_dims * config.parallel, config.dims)

    @classmethod
    def check(cls, config: HeadConfig) -> None:
        if not config.dims <= config.wide_dims * config.parallel <= MAX_IN_DIMS:
            raise UserError(
                f"head.wide_dims is {config.wide_dims}: expected at least {config.dims} over {config.parallel} heads,"
                f" and at most {MAX_IN_DIMS}."
            )

    @property
    def members(self) -> list[MemberHead]:
        return [head for head in self.heads if isinstance(head, MemberHead)]

    def concatenated(self, features: torch.Tensor) -> torch.Tensor:
        """(B, D) -> (B, P W)."""
        return torch.cat([head(features) for head in self.heads], dim=1)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return F.normalize(self.linear(self.concatenated(features)), dim=1)


HEADS: dict[str, type[Head]] = {
    "pca": PcaHead,
    "linear": LinearHead,
    "wide_linear": WideLinearHead,
    "bn_linear": BnLinearHead,
    "bn_wide_linear": BnWideLinearHead,
    "plain_bn_linear": PlainBnLinearHead,
    "whitened_linear": WhitenedHead,
    "averaged_linear": AveragedHead,
    "concat_pca": ConcatPcaHead,
}
KINDS = tuple(HEADS)


def build_head(config: HeadConfig) -> Head:
    return HEADS[config.kind](config)


def fit_pca(linear: nn.Linear, features: torch.Tensor) -> None:
    """Set a linear layer to the principal axes of (N, D) features. Raises UserError unless N and D are >= E."""
    dims = linear.out_features
    if min(features.shape) < dims:
        raise UserError(
            f"PCA to {dims} numbers: expected at least as many pictures and features, found"
            f" {len(features)} pictures of {features.shape[1]} features; lower dims or give more pictures."
        )
    mean, weight = principal_axes(features, dims)
    with torch.no_grad():
        linear.weight.copy_(weight)
        linear.bias.copy_(-weight @ mean)
