"""The whole embedder as one `nn.Module`: decoded pixels in, embedding out, in tensor operations alone.

    module = DeployedEmbedder(backbone, head)
    z = module(image)                                    # uint8 (1, 3, H, W) of any size -> (1, E), unit length

`trainer.core` resizes with Pillow, which an exported file cannot contain. This module does the same in operations that
TorchScript and ONNX support. The export compares both on each file that it writes.

Only images of more than six times an encoder's size differ: they are resized in one step here, and in two steps by
`Preprocessing`, which moves features by up to 1e-3 in cosine.
"""

import copy
from typing import Final

import torch
from torch import nn
from torch.nn import functional as F

from trainer.core.models.backbones import Backbone, FrozenEncoder, Preprocessing
from trainer.core.models.heads import Head


class TensorPreprocessing(nn.Module):
    """`Preprocessing` in tensor operations, for a batch of one size: uint8 (B, 3, H, W) -> float32 (B, 3, S, S).

    It reproduces Pillow's resizing to the bit (src/libImaging/Resample.c): first the rows, then the columns, with
    weights rounded to multiples of 2**-22. `F.interpolate(antialias=True)` differs by one level in one of a thousand
    values, which is enough to change the order of neighbours at almost equal distance. Double precision holds all sums
    exactly.
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

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        pixels = images.double()
        height, width = pixels.size(2), pixels.size(3)
        shorter = min(height, width)
        pixels = round_to_bytes(pixels @ self._weights(width, shorter, pixels).t())  # (B, 3, H, S)
        pixels = round_to_bytes(self._weights(height, shorter, pixels) @ pixels)  # (B, 3, S, S)
        return (pixels.float() / 255 - self.mean) / self.std

    def _weights(self, side: int, shorter: int, pixels: torch.Tensor) -> torch.Tensor:
        """(S, side): the weight of each input pixel along one side of the image in each output pixel."""
        cut, used, resized = 0, side, self.resize_px
        if self.crop:  # the shorter side becomes R; the ends of a very long side are cut off first
            cut = max(0, (side - 8 * shorter) // 2)
            used = side - 2 * cut
            resized = self.resize_px * used // shorter
        first = round_half_even(resized - self.size_px)  # of the central S pixels
        target = torch.arange(self.size_px, device=pixels.device, dtype=torch.float64)[:, None]
        source = torch.arange(side, device=pixels.device, dtype=torch.float64)[None] - cut
        scale = torch.ones_like(target) * used / resized
        centre = (target + first + 0.5) * scale
        stretch = scale.clamp(min=1)  # antialiasing: shrinking widens the kernel
        radius = (2 if self.cubic else 1) * stretch
        inside = (source >= (centre - radius + 0.5).floor().clamp(min=0)) & (source < (centre + radius + 0.5).floor())
        inside = inside & (source < used)
        weights = self._kernel((source - centre + 0.5) / stretch) * inside
        weights = weights * (1 / weights.sum(1, keepdim=True)) * 2**22
        return (weights.abs() + 0.5).floor() * weights.sign() / 2**22

    def _kernel(self, x: torch.Tensor) -> torch.Tensor:
        """Cubic convolution with a = -0.5 (Keys, 1981), or the triangle of bilinear interpolation."""
        x = x.abs()
        if not self.cubic:
            return (1 - x).clamp(min=0)
        near, far = (1.5 * x - 2.5) * x * x + 1, (((x - 5) * x + 8) * x - 4) * -0.5
        return torch.where(x < 1, near, torch.where(x < 2, far, 0 * x))


def round_to_bytes(pixels: torch.Tensor) -> torch.Tensor:
    """Integers in 0..255, halves rounded up."""
    return (pixels + 0.5).floor().clamp(0, 255)


def round_half_even(number: int) -> int:
    """`round(number / 2)` in integer arithmetic, because exporters cannot trace the float version."""
    return number // 2 + number // 2 % 2 * (number % 2)


class DeployedEncoder(nn.Module):
    """One encoder with its preprocessing: uint8 (B, 3, H, W) -> features (B, D)."""

    mirror: Final[bool]
    root: Final[bool]

    def __init__(self, part: FrozenEncoder) -> None:
        super().__init__()
        self.preprocessing = TensorPreprocessing(part.preprocessing)
        self.model = copy.deepcopy(part.model).cpu()  # a file exported on a GPU must open without one
        self.mirror = part.mirror
        self.root = part.root

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        pixels = self.preprocessing(images)
        features = self.model(pixels)
        if self.mirror:
            features = (features + self.model(pixels.flip(3))) / 2
        if self.root:
            features = features.sign() * features.abs().sqrt()
        return features


class DeployedEmbedder(nn.Module):
    """uint8 (B, 3, H, W) of any size -> (B, E) float32 unit rows; on the CPU, in evaluation mode."""

    def __init__(self, backbone: Backbone, head: Head) -> None:
        super().__init__()
        self.encoders = nn.ModuleList(DeployedEncoder(part) for part in backbone.encoders)
        self.head = copy.deepcopy(head).cpu()
        self.in_dims = backbone.dims
        self.sizes_px = [part.preprocessing.size_px for part in backbone.encoders]
        self.several = len(backbone.encoders) > 1
        self.eval().requires_grad_(False)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        features = [encoder(images) for encoder in self.encoders]
        if self.several:
            features = [F.normalize(each, dim=1) / len(self.encoders) ** 0.5 for each in features]
        return self.head(torch.cat(features, dim=1))
