"""The whole embedder as one `nn.Module`: decoded pixels in, embedding out, in tensor operations alone.

    module = DeployedEmbedder(backbone, head)
    z = module(picture)                                  # uint8 (1, 3, H, W) of any size -> (1, E), unit length

`trainer.core` prepares pictures with Pillow, which is no part of a file that runs elsewhere; here the same is done in
operations that TorchScript and ONNX know. Both must agree, which `export` proves of each file it writes.
"""

import copy
from typing import Final

import torch
from torch import nn
from torch.nn import functional as F

from trainer.core.models.backbones import Backbone, FrozenEncoder, Preprocessing
from trainer.core.models.heads import Head


class Prepare(nn.Module):
    """uint8 (B, 3, H, W) -> float32 (B, 3, S, S): what `Preprocessing` does with a picture, for a batch of one size.

    Pillow's resizing bit by bit (src/libImaging/Resample.c): first the rows, then the columns, with weights in whole
    numbers of 2**-22. `F.interpolate(antialias=True)` differs from it by a level in one of a thousand values, enough to
    change the order of neighbours that are nearly as near. Double precision holds all sums exactly.
    """

    size_px: Final[int]
    resize_px: Final[int]
    crop: Final[bool]
    cubic: Final[bool]
    mean: torch.Tensor
    std: torch.Tensor

    def __init__(self, preprocessing: Preprocessing) -> None:
        super().__init__()
        self.size_px = preprocessing.size_px
        self.resize_px = preprocessing.resize_px
        self.crop = {"squash": False, "crop": True}[preprocessing.fit]
        self.cubic = {"bilinear": False, "bicubic": True}[preprocessing.interpolation]
        self.register_buffer("mean", torch.tensor(preprocessing.mean)[:, None, None], persistent=False)
        self.register_buffer("std", torch.tensor(preprocessing.std)[:, None, None], persistent=False)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        pixels = pictures.double()
        height, width = pixels.size(2), pixels.size(3)
        shorter = min(height, width)
        pixels = levels(pixels @ self._weights(width, shorter, pixels).t())  # (B, 3, H, S)
        pixels = levels(self._weights(height, shorter, pixels) @ pixels)  # (B, 3, S, S)
        return (pixels.float() / 255 - self.mean) / self.std

    def _weights(self, side: int, shorter: int, pixels: torch.Tensor) -> torch.Tensor:
        """(S, side): how much of each pixel of a side of the picture goes into each one that is wanted."""
        cut, used, resized = 0, side, self.resize_px
        if self.crop:  # the shorter side becomes R; of a longer one first the far ends go
            cut = max(0, (side - 8 * shorter) // 2)
            used = side - 2 * cut
            resized = self.resize_px * used // shorter
        first = half(resized - self.size_px)  # then all but the middle
        wanted = torch.arange(self.size_px, device=pixels.device, dtype=torch.float64)[:, None]
        given = torch.arange(side, device=pixels.device, dtype=torch.float64)[None] - cut
        scale = torch.ones_like(wanted) * used / resized
        centre = (wanted + first + 0.5) * scale
        stretch = scale.clamp(min=1)  # shrinking takes more pixels in: this is the antialiasing
        reach = (2 if self.cubic else 1) * stretch
        inside = (given >= (centre - reach + 0.5).floor().clamp(min=0)) & (given < (centre + reach + 0.5).floor())
        inside = inside & (given < used)
        weights = self._kernel((given - centre + 0.5) / stretch) * inside
        weights = weights * (1 / weights.sum(1, keepdim=True)) * 2**22
        return (weights.abs() + 0.5).floor() * weights.sign() / 2**22

    def _kernel(self, x: torch.Tensor) -> torch.Tensor:
        """Keys, 1981, with a = -0.5, or a triangle."""
        x = x.abs()
        if not self.cubic:
            return (1 - x).clamp(min=0)
        near, far = (1.5 * x - 2.5) * x * x + 1, (((x - 5) * x + 8) * x - 4) * -0.5
        return torch.where(x < 1, near, torch.where(x < 2, far, 0 * x))


def levels(pixels: torch.Tensor) -> torch.Tensor:
    """Whole numbers in 0..255, halves up, as bytes hold them."""
    return (pixels + 0.5).floor().clamp(0, 255)


def half(number: int) -> int:
    """`round(number / 2)`, which goes to the even neighbour, in whole numbers: an exporter follows no floats."""
    return number // 2 + number // 2 % 2 * (number % 2)


class DeployedPart(nn.Module):
    """uint8 (B, 3, H, W) -> features (B, D) of one encoder."""

    mirror: Final[bool]
    root: Final[bool]

    def __init__(self, part: FrozenEncoder) -> None:
        super().__init__()
        self.prepare = Prepare(part.preprocessing)
        self.model = copy.deepcopy(part.model).cpu()  # a file made on a GPU must open without one
        self.mirror = part.mirror
        self.root = part.root

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        pixels = self.prepare(pictures)
        features = self.model(pixels)
        if self.mirror:
            features = (features + self.model(pixels.flip(3))) / 2
        if self.root:
            features = features.sign() * features.abs().sqrt()
        return features


class DeployedEmbedder(nn.Module):
    """uint8 (B, 3, H, W) of any size -> (B, E) float32 unit rows. On the CPU, in evaluation mode."""

    def __init__(self, backbone: Backbone, head: Head) -> None:
        super().__init__()
        self.parts = nn.ModuleList(DeployedPart(part) for part in backbone.encoders)
        self.head = copy.deepcopy(head).cpu()
        self.in_dims = backbone.dims
        self.sizes_px = [part.preprocessing.size_px for part in backbone.encoders]
        self.side_by_side = len(backbone.encoders) > 1
        self.eval().requires_grad_(False)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        features = [part(pictures) for part in self.parts]
        if self.side_by_side:
            features = [F.normalize(each, dim=1) / len(self.parts) ** 0.5 for each in features]
        return self.head(torch.cat(features, dim=1))
