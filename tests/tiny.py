"""A backbone without weights, and a part of a gallery."""

from pathlib import Path

import numpy as np
import torch
from torch import nn

from trainer.core.data.gallery import Gallery
from trainer.core.models import backbones
from trainer.core.models.backbones.family import load_weights


class TinyFamily(backbones.BackboneFamily):
    """Average pooling and one seeded linear layer, 32 px, 96 features; it needs no weights."""

    needs_rest = False

    def weights_id(self, rest: str) -> str:
        return "seed 0"

    def weights_available(self, rest: str) -> bool:
        return True

    def weights_from(self, rest: str) -> str:
        return "seed 0"

    def config(self, rest: str) -> backbones.EncoderConfig:
        return backbones.EncoderConfig("none", backbones.Preprocessing(32, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)))

    def load(self, rest: str, file: Path | None, config: backbones.EncoderConfig) -> nn.Module:
        with torch.random.fork_rng():
            torch.manual_seed(0)
            model = nn.Sequential(nn.AvgPool2d(4), nn.Flatten(), nn.Linear(3 * 8 * 8, 96))
        if file:
            load_weights(model, file)
        return model


def part_of(gallery: Gallery, chosen: np.ndarray, name: str) -> Gallery:
    """The gallery of the rows that are True in `chosen` (N,)."""
    content = tuple(np.array(gallery.content)[chosen].tolist())
    return Gallery(name, gallery.table[chosen].reset_index(drop=True), content)
