"""Layers that treat a batch that is split over several processes as the one batch it is.

Outside of distributed training they are `nn.BatchNorm1d` and `nn.Dropout`. In it every process holds some rows of the
batch, those of process 0 first. (`torch.nn.SyncBatchNorm` would do for BatchNorm, but not on CPUs.)
"""

import torch
from torch import distributed, nn
from torch.distributed.nn import functional as collective
from torch.nn import functional as F


def is_split() -> bool:
    return distributed.is_available() and distributed.is_initialized() and distributed.get_world_size() > 1


def whole_batch(rows: torch.Tensor) -> torch.Tensor:
    """(S, ...) rows of this process -> (B, ...) those of all processes in order, with gradients."""
    if not is_split():
        return rows
    counts = _row_counts(rows)
    padded = F.pad(rows, [0, 0] * (rows.ndim - 1) + [0, max(counts) - len(rows)])
    parts = collective.all_gather(padded.contiguous())
    return torch.cat([part[:count] for part, count in zip(parts, counts, strict=True)])


def own_rows(whole: torch.Tensor, counts: list[int]) -> torch.Tensor:
    """(B, ...) rows of all processes -> those of this one."""
    return whole.split(counts)[distributed.get_rank()]


def _row_counts(rows: torch.Tensor) -> list[int]:
    counts = torch.zeros(distributed.get_world_size(), dtype=torch.long, device=rows.device)
    counts[distributed.get_rank()] = len(rows)
    distributed.all_reduce(counts)
    return counts.tolist()


class SharedDropout(nn.Dropout):
    """The mask that one process would draw for the whole batch: all draw it alike, and each keeps its rows."""

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        if not self.training or not self.p or not is_split():
            return super().forward(input)
        counts = _row_counts(input)
        mask = F.dropout(input.new_ones(sum(counts), *input.shape[1:]), self.p)
        return input * own_rows(mask, counts)


class SharedBatchNorm(nn.BatchNorm1d):
    """Mean and variance over the rows of all processes."""

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        if not self.training or not is_split():
            return super().forward(input)
        return own_rows(super().forward(whole_batch(input)), _row_counts(input))
