"""An ensemble of linear heads, concatenated and reduced by PCA, as the competition's 4th used it."""

import torch
from torch import nn
from torch.nn import functional as F

from trainer.core.models.heads.base import MAX_IN_DIMS, Head, HeadConfig
from trainer.core.models.heads.linear import LinearHead
from trainer.core.models.heads.pca import fit_pca


class ConcatPcaHead(Head):
    """P linear heads of W numbers, trained one by one; their unit rows are concatenated to (B, P W), then PCA to E."""

    description = "{parallel} linear layers of {wide_dims} numbers, concatenated, then PCA to {dims}"
    ensemble = True

    def __init__(self, config: HeadConfig) -> None:
        super().__init__(config)
        self.heads = nn.ModuleList(LinearHead(config, config.wide_dims) for _ in range(config.parallel))
        self.linear = nn.Linear(config.wide_dims * config.parallel, config.dims)

    @classmethod
    def check(cls, config: HeadConfig) -> None:
        if not config.dims <= config.wide_dims * config.parallel <= MAX_IN_DIMS:
            raise ValueError(
                f"head.wide_dims is {config.wide_dims}: expected at least {config.dims} over {config.parallel} heads,"
                f" and at most {MAX_IN_DIMS}"
            )

    @property
    def members(self) -> list[Head]:
        return [head for head in self.heads if isinstance(head, Head)]

    def combine(self, features: torch.Tensor) -> None:
        self.eval()
        with torch.no_grad():
            fit_pca(self.linear, self.concatenated(features))

    def concatenated(self, features: torch.Tensor) -> torch.Tensor:
        """(B, D) -> (B, P W)."""
        return torch.cat([head(features) for head in self.heads], dim=1)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return F.normalize(self.linear(self.concatenated(features)), dim=1)
