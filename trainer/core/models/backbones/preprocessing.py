"""How an image becomes the pixels that an encoder takes. It is data, stored with the weights in a checkpoint."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
from PIL import Image

from trainer.core.errors import listed, short_repr

RESAMPLING = {"bicubic": Image.Resampling.BICUBIC, "bilinear": Image.Resampling.BILINEAR}
SIZES_PX = (1, 1024)
MAX_RESIZE_PX = 2048
REDUCING_GAP = 3  # times R: what a large image is at least reduced to before it is resized with the filter
MAX_ABS = 1000  # a mean or a standard deviation of pixels in 0..1 is far below it, in either direction


@dataclass(frozen=True)
class Preprocessing:
    """How an image becomes (3, S, S) pixels; `mean` and `std` per channel are for values in 0..1.

    The image is resized to R = floor(S / crop_pct) and the central S x S pixels are kept. `fit` "squash" resizes both
    sides to R; "crop" resizes the shorter side to R and keeps the aspect ratio. `crop_pct` is in (0, 1], as in timm.

    An image of more than six times R is first reduced by a whole factor, by means of its pixels, to at least three
    times R; a JPEG may be decoded at twice R or more (`enough_px`). Features of large images move by up to 1e-3 in
    cosine, and those of smaller ones not at all.

    Raises ValueError for a value outside its range, as it may come from a stranger's file.
    """

    size_px: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    interpolation: str = "bicubic"
    fit: str = "squash"
    crop_pct: float = 1.0

    def __post_init__(self) -> None:
        low, high = SIZES_PX
        if type(self.size_px) is not int or not low <= self.size_px <= high:
            raise ValueError(f"size_px is {short_repr(self.size_px)}: expected {low} to {high}")
        for name, values in (("mean", self.mean), ("std", self.std)):
            if len(values) != 3 or not all(_is_number(v) and -MAX_ABS <= v <= MAX_ABS for v in values):
                raise ValueError(f"{name} is {short_repr(values)}: expected three numbers up to {MAX_ABS}")
        if min(self.std) < 1 / MAX_ABS:
            raise ValueError(f"std is {short_repr(self.std)}: expected numbers of at least {1 / MAX_ABS}")
        if self.interpolation not in RESAMPLING:
            raise ValueError(f"interpolation is {short_repr(self.interpolation)}: expected {' or '.join(RESAMPLING)}")
        if self.fit not in RESIZE:
            raise ValueError(f"fit is {short_repr(self.fit)}: expected {' or '.join(RESIZE)}")
        if not _is_number(self.crop_pct) or not 0.1 <= self.crop_pct <= 1:
            raise ValueError(f"crop_pct is {short_repr(self.crop_pct)}: expected 0.1 to 1")
        if self.resize_px > MAX_RESIZE_PX:
            raise ValueError(
                f"crop_pct is {short_repr(self.crop_pct)}: expected at most {MAX_RESIZE_PX:,} px before the crop to"
                f" {self.size_px} px, found {self.resize_px:,} px"
            )

    @property
    def resize_px(self) -> int:
        """R: the side that the image is resized to before the crop."""
        return math.floor(self.size_px / self.crop_pct)

    @property
    def enough_px(self) -> int:
        """The shorter side with which a large JPEG may be decoded, see `read_image`."""
        return 2 * self.resize_px

    def __call__(self, image: Image.Image) -> np.ndarray:
        """RGB image -> (3, S, S) float32."""
        pixels = self.pixels(image).astype(np.float32) / 255
        return ((pixels - np.array(self.mean, np.float32)) / np.array(self.std, np.float32)).transpose(2, 0, 1)

    def pixels(self, image: Image.Image) -> np.ndarray:
        """RGB image -> (S, S, 3) uint8, resized and cropped but not normalised."""
        image = RESIZE[self.fit](image, self.resize_px, RESAMPLING[self.interpolation])
        left, top = (round((side - self.size_px) / 2) for side in image.size)
        return np.asarray(image.crop((left, top, left + self.size_px, top + self.size_px)))

    def config(self) -> dict[str, Any]:
        """As plain JSON, for a checkpoint's config.json."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> "Preprocessing":
        """The inverse of `config`. Raises TypeError or ValueError for anything else."""
        if not isinstance(config, Mapping):
            raise TypeError(f"preprocessing is {short_repr(config)}: expected an object")
        unknown = sorted(config.keys() - {field.name for field in fields(cls)})
        if unknown:
            raise ValueError(f"preprocessing has the unknown key {listed(list(map(str, unknown)))}")
        missing = [name for name in ("size_px", "mean", "std") if name not in config]
        if missing:
            raise ValueError(f"preprocessing has no {' and no '.join(missing)}")
        values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in config.items()}
        return cls(**values)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _squash(image: Image.Image, size_px: int, filter: Image.Resampling) -> Image.Image:
    return image.resize((size_px, size_px), filter, reducing_gap=REDUCING_GAP)


def _resize_shorter_side(image: Image.Image, size_px: int, filter: Image.Resampling) -> Image.Image:
    image = _limit_aspect_ratio(image)
    width, height = (size_px * side // min(image.size) for side in image.size)  # rounds as torchvision
    return image.resize((width, height), filter, reducing_gap=REDUCING_GAP)


RESIZE = {"squash": _squash, "crop": _resize_shorter_side}


def _limit_aspect_ratio(image: Image.Image) -> Image.Image:
    """The middle of a strip longer than 8 : 1, which would grow huge when its short side is scaled up."""
    limit = 8 * min(image.size)
    x, y = (max(0, (side - limit) // 2) for side in image.size)
    return image.crop((x, y, image.width - x, image.height - y)) if x or y else image
