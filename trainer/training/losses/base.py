"""What all losses have in common: their settings, the base class, the registry."""

from typing import Annotated

import numpy as np
import torch
from torch import nn

from trainer.core.schema import Float, SettingsModel, between, one_of

LOSSES: dict[str, type["Loss"]] = {}  # kind -> class; `__init__.py` lists them
CENTERS = (
    "random",
    "class_means",
)  # initial class centres: the loss's own, or means over the untrained head


class LossSettings(SettingsModel):
    """The group `loss` of a recipe."""

    kind: Annotated[str, one_of(LOSSES, "none")] = "arcface"
    margin_rad: Annotated[Float, between(0, 1.5)] = 0.5
    largest_margin_rad: Annotated[Float, between(0, 1.5)] = 0.0  # of the smallest class; 0: the same for all classes
    scale: Annotated[Float, between(1, 128)] = 30.0
    sub_centers: Annotated[int, between(1, 16)] = 1  # class centres for each class
    centers: Annotated[str, one_of(CENTERS)] = "random"
    center_rate: Annotated[Float, between(0, 100)] = 1.0  # learning rate of the centres, as a multiple of the head's
    keep_similarities: Annotated[Float, between(0, 1000)] = 0.0  # weight of `similarity_loss`


class Loss(nn.Module):
    """(B, E) unit rows and (B,) class numbers -> scalar, the mean over the batch.

    `has_centers`: the loss keeps a trainable centre for each class, and a margin around it.
    `needs_positives`: the loss compares the images of a batch with each other.
    """

    has_centers = False
    needs_positives = False

    @classmethod
    def build(cls, settings: LossSettings, dims: int, class_sizes: np.ndarray) -> "Loss":
        """For embeddings of `dims` numbers; `class_sizes` (C,) are the training images of each class."""
        return cls()

    def set_centers(self, centers: torch.Tensor) -> None:
        """Replace the class centres by (C, E) unit rows. Only losses with centres have some to replace."""

    def set_margin(self, margin_rad: float) -> None:
        """Shift all margins so that the smallest one is `margin_rad`. Only losses with centres have margins."""


def build_loss(settings: LossSettings, dims: int, class_sizes: np.ndarray) -> Loss:
    """`class_sizes` (C,): training images of each class."""
    return LOSSES[settings.kind].build(settings, dims, class_sizes)
