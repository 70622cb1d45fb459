"""Losses. What pytorch-metric-learning has is taken from there; here stands what it lacks.

    loss = build_loss(recipe, dims=64, class_sizes=np.bincount(labels))
    loss(z, labels).backward()          # z (B, E) unit rows, labels (B,) class numbers -> scalar, the batch's mean

| recipe | loss |
|---|---|
| `arcface` | ArcFace (Deng et al., CVPR 2019, equation 3) |
| `arcface` with `sub_centers` | sub-centre ArcFace (Deng et al., ECCV 2020) |
| `arcface` with `largest_margin_rad` | margin by class size (Ha et al., Google Landmark 2020, 2010.05350, equation 3) |
| `multi_similarity` | Multi-Similarity with its miner (Wang et al., CVPR 2019, equations 8 to 10) |
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import torch
from pytorch_metric_learning.losses import MultiSimilarityLoss, SubCenterArcFaceLoss
from pytorch_metric_learning.miners import MultiSimilarityMiner
from pytorch_metric_learning.utils.common_functions import TorchInitWrapper
from torch import nn
from torch.nn import functional as F

if TYPE_CHECKING:  # the recipe takes its allowed names from LOSSES
    from trainer.training.recipe import Recipe

SIZE_POWER = -0.25  # lambda of Ha et al.


def build_loss(recipe: Recipe, dims: int, class_sizes: np.ndarray) -> ArcFace | MinedMultiSimilarity:
    """`class_sizes` (C,): training pictures of each class."""
    return LOSSES[recipe.loss](recipe, dims, class_sizes)


def _arcface(recipe: Recipe, dims: int, class_sizes: np.ndarray) -> ArcFace:
    largest = recipe.largest_margin_rad or recipe.margin_rad
    margins = margins_by_class_size(class_sizes, recipe.margin_rad, largest)
    return ArcFace(torch.from_numpy(margins), dims, recipe.scale, recipe.sub_centers)


def margins_by_class_size(class_sizes: np.ndarray, smallest_rad: float, largest_rad: float) -> np.ndarray:
    """(C,) margins in radians, a n^(-1/4) + b: the largest for the smallest class, the smallest for the largest."""
    powers = np.asarray(class_sizes, float) ** SIZE_POWER
    low, high = powers.min(), powers.max()
    share = (powers - low) / (high - low) if high > low else np.zeros_like(powers)
    return (smallest_rad + (largest_rad - smallest_rad) * share).astype(np.float32)


class ArcFace(SubCenterArcFaceLoss):
    """Cross-entropy over cosines to C class centres, with the angle to the right one made wider by its margin.

    L = -log( exp(s cos(theta_y + m_y)) / (exp(s cos(theta_y + m_y)) + sum_{j != y} exp(s cos(theta_j))) )

    `margins_rad` (C,) m in radians, 0 to 0.65 in use (0.5 rad = 28.6 degrees); `scale` s > 0, usually 16 to 64;
    theta is the angle to the nearest of a class's `sub_centers`. Past theta = pi - m the target is
    cos(theta) - m sin(m), so that a larger angle never costs less. Beside a margin for each class, this adds to its
    parent that the cosine stays just inside +-1, where acos has a slope, and that float32 is used under autocast.
    """

    margins_rad: torch.Tensor
    needs_positives = False  # whether it compares the images of a batch with each other

    def __init__(self, margins_rad: torch.Tensor, dims: int, scale: float = 30.0, sub_centers: int = 1) -> None:
        super().__init__(
            num_classes=len(margins_rad),
            embedding_size=dims,
            scale=scale,
            sub_centers=sub_centers,
            # Short vectors: those of the library's default are eight long, and turn eight times as slowly.
            weight_init_func=TorchInitWrapper(nn.init.xavier_uniform_),
        )
        self.register_buffer("margins_rad", margins_rad.float(), persistent=False)

    def forward(self, embeddings: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        with torch.autocast(embeddings.device.type, enabled=False):
            self.margin = self.margins_rad[labels]  # (B,), read by the two methods below
            return super().forward(embeddings.float(), labels)

    def modify_cosine_of_target_classes(self, cosine_of_target_classes: torch.Tensor) -> torch.Tensor:
        cosine = cosine_of_target_classes.clamp(-1 + 1e-7, 1 - 1e-7)  # (B,)
        theta = torch.acos(cosine)
        past_the_end = cosine - self.margin * torch.sin(self.margin)
        return torch.where(theta <= torch.pi - self.margin, torch.cos(theta + self.margin), past_the_end)


class MinedMultiSimilarity(nn.Module):
    """Multi-Similarity over the pairs that its miner finds hard; alpha 2, beta 50, lambda 0.5, epsilon 0.1."""

    needs_positives = True

    def __init__(self) -> None:
        super().__init__()
        self.loss = MultiSimilarityLoss(alpha=2, beta=50, base=0.5)
        self.miner = MultiSimilarityMiner(epsilon=0.1)

    def forward(self, embeddings: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        with torch.autocast(embeddings.device.type, enabled=False):
            embeddings = embeddings.float()
            return self.loss(embeddings, labels, self.miner(embeddings, labels))


def _multi_similarity(recipe: Recipe, dims: int, class_sizes: np.ndarray) -> MinedMultiSimilarity:
    return MinedMultiSimilarity()


LOSSES: dict[str, Callable[[Recipe, int, np.ndarray], ArcFace | MinedMultiSimilarity]] = {
    "arcface": _arcface,
    "multi_similarity": _multi_similarity,
}


def kept_similarities(embeddings: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
    """Mean squared difference of the batch's cosines from what they were: (B, E), (B, R) unit rows -> scalar.

    Keeps a small head from forgetting what its backbone knew (similarity-preserving distillation, Tung & Mori, ICCV
    2019, on cosines).
    """
    return F.mse_loss(embeddings @ embeddings.T, reference @ reference.T)
