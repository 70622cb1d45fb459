"""In which order and how often pictures are shown.

for rows in epoch_batches(recipe, data.train, epoch=1):      # (B,) row numbers of the whole batch, over all processes
"""

from collections.abc import Iterator

import numpy as np
import torch
from pytorch_metric_learning.samplers import MPerClassSampler
from pytorch_metric_learning.utils import common_functions as pml
from torch.utils.data import WeightedRandomSampler

from trainer.data import Pictures
from trainer.recipe import Recipe


def epoch_batches(recipe: Recipe, pictures: Pictures, epoch: int, batch_size: int = 0) -> Iterator[torch.Tensor]:
    """Batches of one epoch, decided by seed and epoch alone, so that a resumed run sees the same.

    `shuffle`: every picture once. `by_class`: each batch holds `images_per_class` pictures of as many classes as fit.
    `by_type`: each object type is drawn as often as any other, so that a large one does not rule. A last batch of one
    picture is left out, as BatchNorm would have no variance in it.
    """
    batch_size = batch_size or recipe.batch_size
    if recipe.sampler == "by_class":
        n_classes = min(batch_size // recipe.images_per_class, len(np.unique(pictures.labels)))
        batch_size = n_classes * recipe.images_per_class
    for rows in torch.tensor(_order(recipe, pictures, epoch, batch_size)).split(batch_size):
        if len(rows) > 1:
            yield rows


def batches_per_epoch(recipe: Recipe, pictures: Pictures, batch_size: int = 0) -> int:
    return sum(1 for _ in epoch_batches(recipe, pictures, 1, batch_size))


def _order(recipe: Recipe, pictures: Pictures, epoch: int, batch_size: int) -> list[int]:
    n = len(pictures)
    generator = torch.Generator().manual_seed(recipe.seed * 100_003 + epoch)
    if recipe.sampler == "by_type":
        _, number, counts = np.unique(pictures.types, return_inverse=True, return_counts=True)
        return list(WeightedRandomSampler((1 / counts[number]).tolist(), n, generator=generator))
    if recipe.sampler == "by_class":
        # The library draws from a generator of its own, which is seeded here.
        pml.NUMPY_RANDOM = np.random.RandomState(recipe.seed * 100_003 + epoch)
        return list(MPerClassSampler(pictures.labels, recipe.images_per_class, batch_size, max(n, batch_size)))
    return torch.randperm(n, generator=generator).tolist()
