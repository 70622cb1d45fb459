"""In which order and how often pictures are shown.

for rows in epoch_batches(recipe, data.train, epoch=1):      # (B,) row numbers of the whole batch, over all processes
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np
import torch
from pytorch_metric_learning.samplers import MPerClassSampler
from pytorch_metric_learning.utils import common_functions as pml
from torch.utils.data import WeightedRandomSampler

if TYPE_CHECKING:  # the recipe takes its allowed names from SAMPLERS
    from trainer.training.data import ImageSet
    from trainer.training.recipe import Recipe


def epoch_batches(recipe: Recipe, pictures: ImageSet, epoch: int, batch_size: int = 0) -> Iterator[torch.Tensor]:
    """Batches of one epoch, decided by seed and epoch alone, so that a resumed run sees the same.

    `shuffle`: every picture once. `by_class`: each batch holds `images_per_class` pictures of as many classes as fit.
    `by_type`: each object type is drawn as often as any other, so that a large one does not rule. A last batch of one
    picture is left out, as BatchNorm would have no variance in it.
    """
    order, batch_size = SAMPLERS[recipe.sampler](recipe, pictures, epoch, batch_size or recipe.batch_size)
    for rows in torch.tensor(order).split(batch_size):
        if len(rows) > 1:
            yield rows


def batches_per_epoch(recipe: Recipe, pictures: ImageSet, batch_size: int = 0) -> int:
    return sum(1 for _ in epoch_batches(recipe, pictures, 1, batch_size))


def _seed(recipe: Recipe, epoch: int) -> int:
    return recipe.seed * 100_003 + epoch


def _shuffle(recipe: Recipe, pictures: ImageSet, epoch: int, batch_size: int) -> tuple[list[int], int]:
    generator = torch.Generator().manual_seed(_seed(recipe, epoch))
    return torch.randperm(len(pictures), generator=generator).tolist(), batch_size


def _by_type(recipe: Recipe, pictures: ImageSet, epoch: int, batch_size: int) -> tuple[list[int], int]:
    generator = torch.Generator().manual_seed(_seed(recipe, epoch))
    _, number, counts = np.unique(pictures.types, return_inverse=True, return_counts=True)
    weights = (1 / counts[number]).tolist()
    return list(WeightedRandomSampler(weights, len(pictures), generator=generator)), batch_size


def _by_class(recipe: Recipe, pictures: ImageSet, epoch: int, batch_size: int) -> tuple[list[int], int]:
    n_classes = min(batch_size // recipe.images_per_class, len(np.unique(pictures.labels)))
    batch_size = n_classes * recipe.images_per_class
    # The library draws from a generator of its own, which is seeded here.
    pml.NUMPY_RANDOM = np.random.RandomState(_seed(recipe, epoch))
    n_rows = max(len(pictures), batch_size)
    return list(MPerClassSampler(pictures.labels, recipe.images_per_class, batch_size, n_rows)), batch_size


# Each returns the row numbers of one epoch in order, and the size of its batches.
SAMPLERS: dict[str, Callable[[Recipe, ImageSet, int, int], tuple[list[int], int]]] = {
    "shuffle": _shuffle,
    "by_class": _by_class,
    "by_type": _by_type,
}
