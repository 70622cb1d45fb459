"""The order of training images, and how often each is drawn.

for rows in epoch_batches(recipe.sampler, data.train, epoch=1, seed=0):   # (B,) row numbers, over all processes
"""

from collections.abc import Callable, Iterator
from typing import Annotated

import numpy as np
import torch
from pytorch_metric_learning.samplers import MPerClassSampler
from pytorch_metric_learning.utils import common_functions as pml
from torch.utils.data import WeightedRandomSampler

from trainer.core.schema import SettingsModel, between, one_of
from trainer.training.data.image_set import ImageSet

Order = tuple[list[int], int]  # the row numbers of one epoch in order, and the size of its batches


def _shuffle(images: ImageSet, seed: int, batch_size: int, images_per_class: int) -> Order:
    generator = torch.Generator().manual_seed(seed)
    return torch.randperm(len(images), generator=generator).tolist(), batch_size


def _by_type(images: ImageSet, seed: int, batch_size: int, images_per_class: int) -> Order:
    generator = torch.Generator().manual_seed(seed)
    _, number, counts = np.unique(images.types, return_inverse=True, return_counts=True)
    weights = (1 / counts[number]).tolist()
    return list(WeightedRandomSampler(weights, len(images), generator=generator)), batch_size


def _by_class(images: ImageSet, seed: int, batch_size: int, images_per_class: int) -> Order:
    n_classes = min(batch_size // images_per_class, len(np.unique(images.labels)))
    batch_size = n_classes * images_per_class
    pml.NUMPY_RANDOM = np.random.RandomState(seed)  # the library draws from this generator of its own
    n_rows = max(len(images), batch_size)
    return list(MPerClassSampler(images.labels, images_per_class, batch_size, n_rows)), batch_size


SAMPLERS: dict[str, Callable[[ImageSet, int, int, int], Order]] = {
    "shuffle": _shuffle,
    "by_class": _by_class,
    "by_type": _by_type,
}


class SamplerSettings(SettingsModel):
    """The group `sampler` of a recipe."""

    kind: Annotated[str, one_of(SAMPLERS)] = "shuffle"
    images_per_class: Annotated[int, between(2, 64)] = 4  # in a batch, for `by_class`
    batch_size: Annotated[int, between(2, 65536)] = 512


def epoch_batches(
    settings: SamplerSettings, images: ImageSet, epoch: int, seed: int, batch_size: int = 0
) -> Iterator[torch.Tensor]:
    """Batches of one epoch, decided by seed and epoch alone, so that a resumed run draws the same.

    `shuffle`: every image once. `by_class`: each batch holds `images_per_class` images of as many classes as fit.
    `by_type`: each object type is drawn equally often, so that a large one does not dominate. A last batch of one
    image is left out, as BatchNorm would have no variance in it. `batch_size` replaces that of the settings.
    """
    order, size = SAMPLERS[settings.kind](
        images, seed * 100_003 + epoch, batch_size or settings.batch_size, settings.images_per_class
    )
    for rows in torch.tensor(order).split(size):
        if len(rows) > 1:
            yield rows


def batches_per_epoch(settings: SamplerSettings, images: ImageSet, batch_size: int = 0) -> int:
    return sum(1 for _ in epoch_batches(settings, images, epoch=1, seed=0, batch_size=batch_size))
