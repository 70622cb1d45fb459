"""Samplers: the property of each, and that their order depends on seed and epoch alone."""

import numpy as np
import pytest
import torch

from trainer.training.data.image_set import ImageSet
from trainer.training.data.samplers import batches_per_epoch, epoch_batches
from trainer.training.recipe import Recipe

SIZES = [40, 3, 9, 2, 16, 30]  # images of each class
TYPES = ["toys", "toys", "cars", "cars", "dishes", "toys"]


def images():
    labels = np.repeat(np.arange(len(SIZES)), SIZES)
    types = np.array(TYPES)[labels]
    return ImageSet(np.zeros((len(labels), 2), np.float32), labels, labels.astype(str), types, labels.astype(str))


def batches(sampler, epoch=1, **changes):
    recipe = Recipe(**{"name": "r", "sampler": sampler, "batch_size": 16, **changes})
    found = list(epoch_batches(recipe.sampler, images(), epoch, recipe.seed))
    assert len(found) == batches_per_epoch(recipe.sampler, images())
    return found


def test_shuffle_shows_every_image_once():
    rows = torch.cat(batches("shuffle"))
    assert sorted(rows.tolist()) == list(range(100))
    assert rows.tolist() != sorted(rows.tolist())
    assert [len(b) for b in batches("shuffle")] == [16] * 6 + [4]


def test_a_last_batch_of_one_image_is_left_out():
    assert [len(b) for b in batches("shuffle", batch_size=33)] == [33] * 3
    assert [len(b) for b in batches("shuffle", batch_size=99)] == [99]


@pytest.mark.parametrize(("batch_size", "classes"), [(16, 4), (8, 2), (512, 6)])
def test_by_class_puts_as_many_images_of_each_class_into_a_batch(batch_size, classes):
    labels = images().labels
    found = batches("by_class", batch_size=batch_size, images_per_class=4)
    assert len(found) >= 100 // (4 * classes)
    seen = set()
    for rows in found:
        numbers, counts = np.unique(labels[rows.numpy()], return_counts=True)
        assert len(numbers) == classes
        assert set(counts) == {4}  # also of the class that has two
        seen |= set(numbers)
        large = [row for row in rows.tolist() if SIZES[labels[row]] >= 4]
        assert len(large) == len(set(large))  # drawn without putting back where there are enough
    assert seen == set(range(6))


def test_by_type_draws_each_type_as_often():
    types = images().types
    drawn = np.concatenate([types[torch.cat(batches("by_type", epoch)).numpy()] for epoch in range(1, 101)])
    assert len(drawn) == 100 * 100
    shares = {name: (drawn == name).mean() for name in ("toys", "cars", "dishes")}
    assert shares == pytest.approx(dict.fromkeys(shares, 1 / 3), abs=0.02)  # 73, 11 and 16 of 100 images


@pytest.mark.parametrize("sampler", ["shuffle", "by_class", "by_type"])
def test_seed_and_epoch_decide(sampler):
    def order(epoch=1, seed=0):
        return torch.cat(batches(sampler, epoch, seed=seed)).tolist()

    first = order()
    np.random.seed(5)  # nothing global counts
    torch.manual_seed(5)
    order(2)
    assert order() == first
    assert order(2) != first
    assert order(1, seed=1) != first


def test_a_stage_may_have_batches_of_its_own_size():
    recipe = Recipe(name="r", batch_size=16)
    assert len(next(epoch_batches(recipe.sampler, images(), 1, recipe.seed, batch_size=8))) == 8
    assert batches_per_epoch(recipe.sampler, images(), batch_size=8) == 13
