"""Where a linear head starts from, so that training improves on what the backbone knows instead of finding it again.

initialise(head, recipe, data.train)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from torch import nn

from trainer.core.models.heads import Head, PcaHead, WhitenedHead, fit_pca

if TYPE_CHECKING:  # the recipe takes its allowed names from INITS
    from trainer.training.data import ImageSet
    from trainer.training.recipe import Recipe


def initialise(head: Head, recipe: Recipe, train: ImageSet) -> None:
    """`random` leaves a head that is not `pca`; `pca` sets the principal axes; `whitening` those of whitened features.

    A head of kind `whitened_linear` always gets its whitening, and starts as PCA.
    """
    if isinstance(head, WhitenedHead):
        _set_whitening(head, recipe, train)
    elif isinstance(head, PcaHead) and recipe.init == "random":
        _start_at_pca(head, recipe, train)
    else:
        INITS[recipe.init].start(head, recipe, train)


def _leave(head: Head, recipe: Recipe, train: ImageSet) -> None:
    """PyTorch's own random values stay."""


def _start_at_pca(head: Head, recipe: Recipe, train: ImageSet) -> None:
    fit_pca(head.linear, torch.from_numpy(train.features))


def _start_at_whitening(head: Head, recipe: Recipe, train: ImageSet) -> None:
    weight, mean = whitening(train.features, train.labels, recipe.whitening_shrinkage)
    white = (train.features - mean) @ weight.T
    fit_pca(head.linear, torch.from_numpy(white))
    with torch.no_grad():
        axes = head.linear.weight.clone()  # (E, D) of the whitened features
        head.linear.weight.copy_(axes @ torch.from_numpy(weight))
        head.linear.bias.copy_(-head.linear.weight @ torch.from_numpy(mean))


def _centred(recipe: Recipe, train: ImageSet) -> torch.Tensor:
    return torch.from_numpy(train.features - train.features.mean(0))


def _whitened(recipe: Recipe, train: ImageSet) -> torch.Tensor:
    weight, mean = whitening(train.features, train.labels, recipe.whitening_shrinkage)
    return torch.from_numpy((train.features - mean) @ weight.T)


class Init(NamedTuple):
    """`start` sets the head's weights; `reference` gives the features whose cosines `keep_similarities` preserves."""

    start: Callable[[Head, Recipe, ImageSet], None]
    reference: Callable[[Recipe, ImageSet], torch.Tensor]


INITS = {
    "random": Init(_leave, _centred),
    "pca": Init(_start_at_pca, _centred),
    "whitening": Init(_start_at_whitening, _whitened),
}


def _set_whitening(head: WhitenedHead, recipe: Recipe, train: ImageSet) -> None:
    matrix, mean = whitening(train.features, train.labels, recipe.whitening_shrinkage)
    white = (train.features - mean) @ matrix.T
    white /= np.linalg.norm(white, axis=1, keepdims=True).clip(1e-12)
    axes = nn.Linear(white.shape[1], head.whitening.out_features)
    fit_pca(axes, torch.from_numpy(white))
    with torch.no_grad():
        head.whitening.weight.copy_(axes.weight @ torch.from_numpy(matrix))
        head.whitening.bias.copy_(-head.whitening.weight @ torch.from_numpy(mean))
        head.linear.weight.copy_(torch.eye(*head.linear.weight.shape))  # the axes come in order of their variance


def whitening(features: np.ndarray, labels: np.ndarray, shrinkage: float) -> tuple[np.ndarray, np.ndarray]:
    """(D, D) symmetric matrix and (D,) mean that make differences within classes equally large in all directions.

    S_w^(-1/2), with S_w the within-class covariance, shrunk by `shrinkage` (0 to 1) toward its mean variance (Ledoit &
    Wolf, 2004); 1 whitens nothing. Directions in which views of one thing differ count less (Hariharan, Malik &
    Ramanan, ECCV 2012).
    """
    mean = features.mean(0)
    order = np.argsort(labels, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(labels[order]) > 0])
    sizes = np.diff(np.r_[starts, len(labels)])
    means = np.add.reduceat(features[order], starts) / sizes[:, None]  # (C, D)
    within = features[order] - np.repeat(means, sizes, axis=0)  # (n, D)
    covariance = within.T @ within / max(1, len(labels) - len(sizes))
    covariance = (1 - shrinkage) * covariance + shrinkage * np.eye(len(mean)) * np.trace(covariance) / len(mean)
    values, vectors = np.linalg.eigh(covariance.astype(np.float64))
    matrix = vectors / np.sqrt(values.clip(values.max() * 1e-9)) @ vectors.T
    return (matrix / matrix.diagonal().mean()).astype(np.float32), mean.astype(np.float32)
