"""Layers that treat a batch that is split over several processes as one batch.

Without distributed training they are `nn.BatchNorm1d` and `nn.Dropout`. With it, every process holds some rows of the
batch, and process 0 holds the first ones. (`torch.nn.SyncBatchNorm` does the same for BatchNorm, but not on CPUs.)
"""

import torch
from torch import distributed, nn
from torch.distributed.nn import functional as collective
from torch.nn import functional as F


def is_distributed() -> bool:
    return distributed.is_available() and distributed.is_initialized() and distributed.get_world_size() > 1


def gather_batch(rows: torch.Tensor) -> torch.Tensor:
    """(S, ...) rows of this process -> (B, ...) rows of all processes in order, with gradients."""
    if not is_distributed():
        return rows
    counts = _row_counts(rows)
    padded = F.pad(rows, [0, 0] * (rows.ndim - 1) + [0, max(counts) - len(rows)])
    gathered = collective.all_gather(padded.contiguous())
    return torch.cat([of_process[:count] for of_process, count in zip(gathered, counts, strict=True)])


def local_rows(batch: torch.Tensor, counts: list[int]) -> torch.Tensor:
    """(B, ...) rows of all processes -> (S, ...) rows of this process."""
    return batch.split(counts)[distributed.get_rank()]


def _row_counts(rows: torch.Tensor) -> list[int]:
    counts = torch.zeros(distributed.get_world_size(), dtype=torch.long, device=rows.device)
    counts[distributed.get_rank()] = len(rows)
    distributed.all_reduce(counts)
    return counts.tolist()


class DistributedDropout(nn.Dropout):
    """The mask that one process would draw for the whole batch: every process draws it and applies its own rows."""

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        if not self.training or not self.p or not is_distributed():
            return super().forward(input)
        counts = _row_counts(input)
        mask = F.dropout(input.new_ones(sum(counts), *input.shape[1:]), self.p)
        return input * local_rows(mask, counts)


class DistributedBatchNorm(nn.BatchNorm1d):
    """BatchNorm whose mean and variance are those of the rows of all processes."""

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        if not self.training or not is_distributed():
            return super().forward(input)
        return local_rows(super().forward(gather_batch(input)), _row_counts(input))
