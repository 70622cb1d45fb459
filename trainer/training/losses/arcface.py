"""ArcFace with sub-centres and with margins by class size."""

from typing import Any

import numpy as np
import torch
from pytorch_metric_learning.losses import SubCenterArcFaceLoss
from pytorch_metric_learning.utils.common_functions import TorchInitWrapper
from torch import nn
from torch.nn import functional as F

from trainer.training.losses.base import Loss, LossSettings

SIZE_POWER = -0.25  # lambda of Ha et al.


def margins_by_class_size(class_sizes: np.ndarray, smallest_rad: float, largest_rad: float) -> np.ndarray:
    """(C,) margins in radians, a n^(-1/4) + b: the largest for the smallest class, the smallest for the largest."""
    powers = np.asarray(class_sizes, float) ** SIZE_POWER
    low, high = powers.min(), powers.max()
    share = (powers - low) / (high - low) if high > low else np.zeros_like(powers)
    return (smallest_rad + (largest_rad - smallest_rad) * share).astype(np.float32)


class ArcFace(Loss, SubCenterArcFaceLoss):
    """Cross-entropy over cosines to C class centres; a margin is added to the angle to the centre of the true class.

    L = -log( exp(s cos(theta_y + m_y)) / (exp(s cos(theta_y + m_y)) + sum_{j != y} exp(s cos(theta_j))) )

    `margins_rad` (C,) m in radians, usually 0 to 0.65 (0.5 rad = 28.6 degrees); `scale` s > 0, usually 16 to 64;
    theta is the angle to the nearest of a class's `sub_centers`. Beyond theta = pi - m the target is
    cos(theta) - m sin(m), so that a larger angle never costs less. Beside a margin for each class, this class adds to
    its parent that the cosine stays within +-1, where acos has a finite slope, and float32 under autocast. It also
    finds the target cosines by their columns instead of by a mask of (B, C), which gives the same numbers sooner.
    """

    margins_rad: torch.Tensor
    sub_centers: int
    W: nn.Parameter  # (E, C k)
    distance: nn.Module
    cross_entropy: nn.Module
    scale: float
    has_centers = True

    def __init__(self, margins_rad: torch.Tensor, dims: int, scale: float = 30.0, sub_centers: int = 1) -> None:
        super().__init__(
            num_classes=len(margins_rad),
            embedding_size=dims,
            scale=scale,
            sub_centers=sub_centers,
            # Short vectors: the library's default ones have a length of about eight and rotate eight times as slowly.
            weight_init_func=TorchInitWrapper(nn.init.xavier_uniform_),
        )
        self.register_buffer("margins_rad", margins_rad.float(), persistent=False)

    @classmethod
    def build(cls, settings: LossSettings, dims: int, class_sizes: np.ndarray) -> "ArcFace":
        largest = settings.largest_margin_rad or settings.margin_rad
        margins = margins_by_class_size(class_sizes, settings.margin_rad, largest)
        return cls(torch.from_numpy(margins), dims, settings.scale, settings.sub_centers)

    def set_centers(self, centers: torch.Tensor) -> None:
        """Sub-centres start close to each other, around the centre of their class."""
        centers = centers.repeat_interleave(self.sub_centers, dim=0)  # (C k, E)
        if self.sub_centers > 1:
            centers = F.normalize(centers + 0.1 * F.normalize(torch.randn_like(centers), dim=1), dim=1)
        with torch.no_grad():
            self.W.copy_(centers.T)

    def set_margin(self, margin_rad: float) -> None:
        self.margins_rad += margin_rad - self.margins_rad.min()

    def forward(self, embeddings: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        with torch.autocast(embeddings.device.type, enabled=False):
            self.margin = self.margins_rad[labels]  # (B,), read by the method below and by the parent class
            return super().forward(embeddings.float(), labels)

    def compute_loss(
        self, embeddings: torch.Tensor, labels: torch.Tensor, indices_tuple: None, ref_emb: None, ref_labels: None
    ) -> dict[str, dict[str, Any]]:
        cosine, target = self.get_cosine(embeddings), labels[:, None]  # (B, C), (B, 1)
        of_target = cosine.gather(1, target)[:, 0]  # (B,)
        difference = self.modify_cosine_of_target_classes(of_target) - of_target
        logits = cosine.scatter_add(1, target, difference[:, None]) * self.scale
        losses = self.cross_entropy(logits, labels)  # (B,)
        rows = torch.arange(len(labels), device=labels.device)
        return {"loss": {"losses": losses, "indices": rows, "reduction_type": "element"}}

    def get_cosine(self, embeddings: torch.Tensor) -> torch.Tensor:
        """(B, E) -> (B, C), to the nearest sub-centre of each class."""
        if self.sub_centers == 1:
            return self.distance(embeddings, self.W.t())
        return super().get_cosine(embeddings)

    def modify_cosine_of_target_classes(self, cosine_of_target_classes: torch.Tensor) -> torch.Tensor:
        cosine = cosine_of_target_classes.clamp(-1 + 1e-7, 1 - 1e-7)  # (B,)
        theta = torch.acos(cosine)
        beyond = cosine - self.margin * torch.sin(self.margin)
        return torch.where(theta <= torch.pi - self.margin, torch.cos(theta + self.margin), beyond)
