"""Initial weights of a head, so that training improves on what the backbone knows instead of learning it again.

initialise(head, recipe.head, data.train)
"""

from collections.abc import Callable
from typing import Annotated, NamedTuple

import torch

from trainer.core.models.heads import HEADS, Head, HeadConfig, fit_pca
from trainer.core.models.heads.base import MAX_DIMS, MAX_PARALLEL, MAX_WIDE_DIMS
from trainer.core.models.heads.whitening import whitening
from trainer.core.schema import Float, SettingsModel, between, one_of
from trainer.training.data.image_set import ImageSet


def _start(head: Head, train: ImageSet, shrinkage: float) -> None:
    head.start(train.features, train.labels, shrinkage)


def _start_at_pca(head: Head, train: ImageSet, shrinkage: float) -> None:
    fit_pca(head.linear, torch.from_numpy(train.features))


def _start_at_whitening(head: Head, train: ImageSet, shrinkage: float) -> None:
    weight, mean = whitening(train.features, train.labels, shrinkage)
    white = (train.features - mean) @ weight.T
    fit_pca(head.linear, torch.from_numpy(white))
    with torch.no_grad():
        axes = head.linear.weight.clone()  # (E, D) of the whitened features
        head.linear.weight.copy_(axes @ torch.from_numpy(weight))
        head.linear.bias.copy_(-head.linear.weight @ torch.from_numpy(mean))


def _reference(head: Head, train: ImageSet, shrinkage: float) -> torch.Tensor:
    return head.reference(train.features)


def _whitened_reference(head: Head, train: ImageSet, shrinkage: float) -> torch.Tensor:
    weight, mean = whitening(train.features, train.labels, shrinkage)
    return torch.from_numpy((train.features - mean) @ weight.T)


class Init(NamedTuple):
    """`start` sets the head's weights; `reference` gives (n, R) rows whose cosines `keep_similarities` preserves."""

    start: Callable[[Head, ImageSet, float], None]
    reference: Callable[[Head, ImageSet, float], torch.Tensor]


INITS = {
    "random": Init(_start, _reference),
    "pca": Init(_start_at_pca, _reference),
    "whitening": Init(_start_at_whitening, _whitened_reference),
}


class HeadSettings(SettingsModel):
    """The group `head` of a recipe; see trainer/core/models/heads for the kinds."""

    kind: Annotated[str, one_of(HEADS)] = "linear"
    dims: Annotated[int, between(1, MAX_DIMS)] = 64
    wide_dims: Annotated[int, between(1, MAX_WIDE_DIMS)] = 512
    parallel: Annotated[int, between(1, MAX_PARALLEL)] = 1
    dropout: Annotated[Float, between(0, 0.9)] = 0.2
    dropout_samples: Annotated[int, between(1, 64)] = 1  # dropout masks for each batch, whose losses are averaged
    init: Annotated[str, one_of(INITS)] = "random"  # `whitening` by the within-class covariance, then PCA
    whitening_shrinkage: Annotated[Float, between(0, 1)] = 0.8  # 1 whitens nothing

    def config(self, in_dims: int) -> HeadConfig:
        """Of a head on features of `in_dims` numbers."""
        return HeadConfig(
            self.kind, in_dims, dims=self.dims, wide_dims=self.wide_dims, dropout=self.dropout, parallel=self.parallel
        )


def initialise(head: Head, settings: HeadSettings, train: ImageSet) -> None:
    """Set the initial weights. With `random`, weights that the head computes from features are set, the others stay."""
    INITS[settings.init].start(head, train, settings.whitening_shrinkage)


def reference(head: Head, settings: HeadSettings, train: ImageSet) -> torch.Tensor:
    """(n, R) rows whose cosines `keep_similarities` preserves: centred features, whitened if the head starts so."""
    return INITS[settings.init].reference(head, train, settings.whitening_shrinkage)
