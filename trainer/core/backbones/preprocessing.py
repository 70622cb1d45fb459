"""How a picture becomes the pixels that an encoder takes. It is data, stored with the weights in a checkpoint."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from PIL import Image

RESAMPLING = {"bicubic": Image.Resampling.BICUBIC, "bilinear": Image.Resampling.BILINEAR}


@dataclass(frozen=True)
class Preprocessing:
    """How a picture becomes (3, S, S): `mean` and `std` per channel for values in 0..1.

    `fit`: "squash" resizes to S x S whatever the shape, so that nothing is cut off; "crop" resizes the shorter side
    to S and cuts the middle out, as CLIP was trained.
    """

    size_px: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    interpolation: str = "bicubic"
    fit: str = "squash"

    def __call__(self, image: Image.Image) -> np.ndarray:
        """RGB picture -> (3, S, S) float32."""
        width = height = self.size_px
        if self.fit == "crop":
            image = _without_far_ends(image)
            width, height = (self.size_px * side // min(image.size) for side in image.size)  # rounds as torchvision
        image = image.resize((width, height), RESAMPLING[self.interpolation])
        left, top = (round((side - self.size_px) / 2) for side in image.size)
        image = image.crop((left, top, left + self.size_px, top + self.size_px))
        pixels = np.asarray(image, np.float32) / 255  # (S, S, 3)
        return ((pixels - np.array(self.mean, np.float32)) / np.array(self.std, np.float32)).transpose(2, 0, 1)

    def config(self) -> dict[str, Any]:
        """As plain JSON, for a checkpoint's config.json."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}


def _without_far_ends(image: Image.Image) -> Image.Image:
    """The middle of a strip longer than 8 : 1, which would grow huge when its short side is scaled up."""
    limit = 8 * min(image.size)
    x, y = (max(0, (side - limit) // 2) for side in image.size)
    return image.crop((x, y, image.width - x, image.height - y)) if x or y else image
