"""Initial weights of a linear head: whitening against a slow transcription, and its effect on features."""

import numpy as np
import pytest
import torch

from trainer.core.models.heads import HeadConfig, build_head
from trainer.core.models.heads.whitening import whitening
from trainer.training.data.image_set import ImageSet
from trainer.training.initialisation import initialise
from trainer.training.recipe import Recipe

CLASSES, DIMS = 8, 6


def images(n=40, seed=0):
    """Classes of uneven sizes, whose members differ far more along some directions than along others."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.repeat(np.arange(CLASSES), np.arange(1, CLASSES + 1) * n // 8 + 1))
    mixing = rng.normal(size=(DIMS, DIMS)) * np.array([5, 3, 1, 1, 0.5, 0.2])
    features = 2 * rng.normal(size=(CLASSES, DIMS))[labels] + rng.normal(size=(len(labels), DIMS)) @ mixing.T + 3
    classes = labels.astype(str)
    return ImageSet(features.astype(np.float32), labels, classes, classes, classes)


def slow_within(features, labels):
    """(D, D) covariance within classes, one image after another, in float64."""
    features = features.astype(np.float64)
    means = {label: features[labels == label].mean(0) for label in set(labels.tolist())}
    total = np.zeros((DIMS, DIMS))
    for x, label in zip(features, labels.tolist(), strict=True):
        total += np.outer(x - means[label], x - means[label])
    return total / (len(labels) - len(means))


@pytest.mark.parametrize("shrinkage", [0.0, 0.3, 0.8, 1.0])
def test_whitening_equals_its_equation(shrinkage):
    train = images()
    matrix, mean = whitening(train.features, train.labels, shrinkage)
    within = slow_within(train.features, train.labels)
    shrunk = (1 - shrinkage) * within + shrinkage * np.trace(within) / DIMS * np.eye(DIMS)
    # S^(-1/2) is the one symmetric positive matrix whose square inverts S; it is scaled to a mean diagonal of 1.
    square = matrix.astype(np.float64) @ matrix @ shrunk
    assert square / square[0, 0] == pytest.approx(np.eye(DIMS), abs=2e-3)
    assert matrix == pytest.approx(matrix.T, abs=1e-6)
    assert np.linalg.eigvalsh(matrix).min() > 0
    assert matrix.diagonal().mean() == pytest.approx(1, abs=1e-5)
    assert mean == pytest.approx(train.features.mean(0), abs=1e-4)


def test_whitened_differences_within_classes_are_equally_large_in_all_directions():
    train = images(1000)
    before = slow_within(train.features, train.labels)
    matrix, mean = whitening(train.features, train.labels, 0.0)
    after = slow_within((train.features - mean) @ matrix.T, train.labels)
    assert after / after[0, 0] == pytest.approx(np.eye(DIMS), abs=0.01)
    assert np.linalg.cond(before) > 100


def head_of(train, kind="linear", **changes):
    torch.manual_seed(0)
    head = build_head(HeadConfig(kind, DIMS, dims=3)).eval()
    initialise(head, Recipe(**{"name": "r", "head": "linear", "dims": 3, **changes}).head, train)
    return head


def same_up_to_signs(a, b, atol=1e-4):
    """An axis may point either way."""
    torch.testing.assert_close(a.abs(), b.abs(), atol=atol, rtol=0)


def test_whitened_shrinkage_one_is_plain_pca():
    train = images()
    x = torch.from_numpy(train.features)
    same_up_to_signs(
        head_of(train, init="whitening", whitening_shrinkage=1.0)(x), head_of(train, init="pca")(x), atol=1e-3
    )


def test_the_whitened_start_is_pca_of_whitened_features():
    train = images()
    matrix, mean = whitening(train.features, train.labels, 0.3)
    white = (train.features - mean).astype(np.float64) @ matrix.T
    white -= white.mean(0)
    _, _, axes = np.linalg.svd(white, full_matrices=False)
    expected = white @ axes[:3].T
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    head = head_of(train, init="whitening", whitening_shrinkage=0.3)
    same_up_to_signs(head(torch.from_numpy(train.features)), torch.from_numpy(expected.astype(np.float32)), atol=2e-3)


def test_a_head_that_is_not_trained_takes_either_start():
    train = images()
    x = torch.from_numpy(train.features)

    def pca(init):
        return head_of(train, "pca", head="pca", loss="none", epochs=0, init=init)(x)

    same_up_to_signs(pca("random"), head_of(train, init="pca")(x))
    same_up_to_signs(pca("whitening"), head_of(train, init="whitening")(x))
    assert not torch.allclose(pca("whitening").abs(), pca("random").abs(), atol=0.05)


def test_random_leaves_the_head_as_it_was():
    torch.manual_seed(0)
    untouched = build_head(HeadConfig("linear", DIMS, dims=3))
    assert torch.equal(head_of(images(), init="random").linear.weight, untouched.linear.weight)
