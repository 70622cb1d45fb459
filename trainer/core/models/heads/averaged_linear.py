"""The mean of several parallel linear layers, as the competition's 3rd used it."""

import torch
from torch import nn
from torch.nn import functional as F

from trainer.core.models.distributed import DistributedDropout
from trainer.core.models.heads.base import Head, HeadConfig


class AveragedHead(Head):
    """P parallel layers of Dropout and Linear; the mean of their outputs is normalised to unit length."""

    description = "the mean of {parallel} parallel layers of dropout and linear to {dims} numbers"

    def __init__(self, config: HeadConfig) -> None:
        super().__init__(config)
        self.dropout = DistributedDropout(config.dropout)
        self.heads = nn.ModuleList(nn.Linear(config.in_dims, config.dims) for _ in range(config.parallel))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        z = torch.stack([head(self.dropout(features)) for head in self.heads]).mean(0)  # (B, E)
        return F.normalize(z, dim=1)
