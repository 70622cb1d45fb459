"""The image towers of open_clip (Radford et al., ICML 2021), run as the authors of their weights run them.

| rest of the name | weights | settings |
|---|---|---|
| `ARCH/TAG` | of this tag of open_clip | the tag's |
| `ARCH/TAG` with `@FILE` | FILE | the tag's |
| `ARCH//abs/FILE.safetensors` | FILE | those that all tags of the architecture share, else the architecture's own |
| `hf-hub:OWNER/NAME` | of this repository of the Hub | those in its `open_clip_config.json` |

`:no-projection` leaves out the last projection of a vision transformer.
"""

import json
import logging
import os
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import torch
from torch import nn

from trainer.core.errors import first_line
from trainer.core.hub_access import cached_file, check_hub
from trainer.core.models.backbones.encoder_config import EncoderConfig, activation_of
from trainer.core.models.backbones.input_size import set_weights_at_size
from trainer.core.models.backbones.preprocessing import Preprocessing
from trainer.core.models.backbones.source import OFFLINE, BackboneError, Source, read_weights, unavailable
from trainer.core.progress import print_once

HUB_PREFIX = "hf-hub:"
HUB_CONFIG = "open_clip_config.json"
HUB_FILES = ("open_clip_model.safetensors", "open_clip_pytorch_model.bin")
FITS = {"shortest": "crop", "squash": "squash"}  # open_clip's resize_mode
# what open_clip and timm raise for a configuration that cannot be built, as a stranger's may be
BROKEN = (KeyError, TypeError, ValueError, AttributeError, RuntimeError, ArithmeticError, AssertionError)
# settings of open_clip, and what they are called in a message
SETTINGS = {
    "quick_gelu": "activation", "mean": "mean", "std": "std", "interpolation": "interpolation",
    "resize_mode": "resize mode",
}  # fmt: skip


class ClipName(NamedTuple):
    """`arch` of open_clip, or `hf-hub:OWNER/NAME`; `tag` "" if the weights come from a file without one."""

    arch: str
    tag: str
    projection: bool

    @property
    def from_hub(self) -> bool:
        return self.arch.startswith(HUB_PREFIX)


class ClipSource(Source):
    """See the module."""

    def split_file(self, rest: str) -> tuple[str, Path | None]:
        path, colon, flag = rest.partition(":")
        arch, slash, tag = path.partition("/")
        if not slash or not tag.endswith(".safetensors"):
            return rest, None
        return f"{arch}{colon}{flag}", Path(tag)

    def check_pretrained(self, rest: str) -> None:
        name = clip_name(rest)
        if not name.tag and not name.from_hub:
            raise BackboneError(
                f"No backbone is called 'clip:{rest}': expected weights, as clip:{name.arch}/TAG or"
                f" clip:{name.arch}//abs/FILE.safetensors."
            )

    def weights_id(self, rest: str) -> str:
        name = clip_name(rest)
        projection = f"{'with' if name.projection else 'without'} projection"
        if not name.from_hub:
            return f"pretrained {name.tag} {projection}"
        file = cached_file(_hub_location(name)[0], *HUB_FILES)
        commit = file.parent.name if file else "not here"  # the cache has a folder for each version of a repository
        return f"pretrained {name.arch} {commit} {projection}"

    def weights_available(self, rest: str) -> bool:
        repository, files = _hub_location(clip_name(rest))
        return cached_file(repository, *files) is not None

    def weights_from(self, rest: str) -> str:
        return f"the Hub, {_hub_location(clip_name(rest))[0]}"

    def remarks(self, rest: str) -> list[str]:
        return [f"text tower {'QuickGELU' if _settings(clip_name(rest)).quick_gelu else 'GELU'}"]

    def config(self, rest: str) -> EncoderConfig:
        return _config(rest)

    def architecture_activation(self, rest: str) -> str:
        model = _architecture(clip_name(rest))
        return _activation(model, bool(model.get("quick_gelu")))

    def load(self, rest: str, file: Path | None, config: EncoderConfig) -> nn.Module:
        name = clip_name(rest)
        model, size_px = _architecture(name), config.preprocessing.size_px
        own_px = _own_size_px(model)
        file = file or _pretrained_file(name)  # before the network is built, which takes seconds
        quick_gelu = "QuickGELU" in config.activation
        timm = "timm_model_name" in model["vision_cfg"]
        visual = _build(model, quick_gelu, None if timm else size_px)
        if not timm and size_px != own_px and not hasattr(visual, "grid_size"):
            raise BackboneError(f"clip:{rest} takes images of {own_px} px alone; leave ':{size_px}px' out of the name.")
        weights = _tower_weights(file, visual)
        if not name.projection:
            _drop_projection(visual, weights, name)
        set_weights_at_size(visual, weights, file, size_px, own_px if timm else size_px)
        return visual


CLIP = ClipSource()


class Settings(NamedTuple):
    """`model`: open_clip's configuration of the architecture; the others as tag, Hub or library set them."""

    model: dict[str, Any]
    quick_gelu: bool
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    interpolation: str
    resize_mode: str


def clip_name(rest: str) -> ClipName:
    """Raises BackboneError."""
    prefix = HUB_PREFIX if rest.startswith(HUB_PREFIX) else ""
    arch, _, flag = rest.removeprefix(prefix).partition(":")
    slash = tag = ""
    if not prefix:
        arch, slash, tag = arch.partition("/")
    known = arch.count("/") == 1 if prefix else arch and (tag or not slash)
    if flag not in ("", "no-projection") or not known:
        raise BackboneError(
            f"No backbone is called 'clip:{rest}': expected clip:ARCH/TAG, clip:ARCH//abs/FILE.safetensors or"
            " clip:hf-hub:OWNER/NAME, with ':no-projection' at the end or without."
        )
    return ClipName(prefix + arch, tag, not flag)


def text_model(rest: str, file: Path | None) -> tuple[Any, Any]:
    """The whole model with its text tower, in evaluation mode, and its tokenizer. Raises BackboneError."""
    import open_clip

    name = clip_name(rest)
    if name.from_hub and file:
        raise BackboneError(
            f"clip:{rest}@{file}: expected a text tower from the Hub, as clip:{rest} has it, or from a file that is"
            " named with an architecture, as clip:ARCH//abs/FILE.safetensors."
        )
    settings = _settings(name)
    weights = file or _pretrained_file(name)
    quick_gelu = {"force_quick_gelu": True} if settings.quick_gelu else {"quick_gelu": False}
    try:
        model = open_clip.create_model(name.arch, None if name.from_hub else str(weights), **quick_gelu)
    except Exception as error:
        raise BackboneError(f"{weights}: expected an image and a text tower of {name.arch} ({error}).") from error
    return model.eval(), open_clip.get_tokenizer(name.arch)


@lru_cache(maxsize=32)
def _config(rest: str) -> EncoderConfig:
    settings = _settings(clip_name(rest))
    try:
        if settings.resize_mode not in FITS:
            raise BackboneError(
                f"clip:{rest} asks for the resize mode {settings.resize_mode!r}: expected {' or '.join(FITS)}."
            )
        activation = _activation(settings.model, settings.quick_gelu)
        preprocessing = Preprocessing(
            _own_size_px(settings.model), settings.mean, settings.std, settings.interpolation,
            FITS[settings.resize_mode],
        )  # fmt: skip
    except BROKEN as error:
        raise BackboneError(f"clip:{rest}: its configuration cannot be used ({error}).") from error
    return EncoderConfig(activation, preprocessing)


def _architecture(name: ClipName) -> dict[str, Any]:
    """open_clip's configuration of the architecture, which was built once, so that it can be built again."""
    if name.from_hub:
        _config(name.arch)  # refuses what cannot be used
        return _hub_settings(name.arch).model
    import open_clip

    model = open_clip.get_model_config(name.arch)
    if model is None:
        raise BackboneError(f"open_clip has no architecture called {name.arch!r}; open_clip.list_models() lists them.")
    return model


def _settings(name: ClipName) -> Settings:
    if name.from_hub:
        return _hub_settings(name.arch)
    import open_clip

    model = _architecture(name)
    tags = open_clip.list_pretrained_tags_by_model(name.arch)
    if name.tag and name.tag not in tags:
        raise BackboneError(
            f"open_clip has no weights {name.tag!r} for {name.arch}: expected one of {', '.join(tags) or 'none'}, or a"
            " .safetensors file."
        )
    if name.tag:
        return _merged(model, open_clip.get_pretrained_cfg(name.arch, name.tag))
    return _shared_settings(name.arch, model, tags)


def _merged(model: dict[str, Any], published: dict[str, Any]) -> Settings:
    """What is published for the weights, then the architecture's activation, then open_clip's defaults."""
    from open_clip.transform import PreprocessCfg

    default, quick_gelu = PreprocessCfg(), published.get("quick_gelu")
    return Settings(
        model,
        bool(model.get("quick_gelu") if quick_gelu is None else quick_gelu),
        tuple(published.get("mean") or default.mean),
        tuple(published.get("std") or default.std),
        published.get("interpolation") or default.interpolation,
        published.get("resize_mode") or default.resize_mode,
    )


def _shared_settings(arch: str, model: dict[str, Any], tags: list[str]) -> Settings:
    """For weights from a file: what all tags of the architecture agree on; a line names what they differ in."""
    import open_clip

    published = [_merged(model, open_clip.get_pretrained_cfg(arch, tag)) for tag in tags]
    shared = {key: values.pop() for key in SETTINGS if len(values := {getattr(one, key) for one in published}) == 1}
    if differences := [word for key, word in SETTINGS.items() if tags and key not in shared]:
        settings = _merged(model, shared)
        print_once(
            f"clip:{arch} from a file without a tag: the weights published for it differ in {', '.join(differences)},"
            f" so open_clip's defaults are used ({'QuickGELU' if settings.quick_gelu else 'GELU'}, mean"
            f" {settings.mean}, std {settings.std}); name the tag if the file is one of them, as in"
            f" clip:{arch}/{tags[0]}@FILE.safetensors."
        )
    return _merged(model, shared)


def _hub_settings(arch: str) -> Settings:
    from huggingface_hub import hf_hub_download

    repository = arch.removeprefix(HUB_PREFIX)
    try:
        file = cached_file(repository, HUB_CONFIG)
        if file is None:
            check_hub()
            file = Path(hf_hub_download(repository, HUB_CONFIG))
        config = json.loads(file.read_text(encoding="utf-8"))
        return _merged(dict(config["model_cfg"]), dict(config.get("preprocess_cfg", {})))
    except Exception as error:  # network, authentication and name errors alike, or a file of another kind
        raise BackboneError(
            f"{HUB_CONFIG} of clip:{arch}, which says how the encoder is built, is not on this machine and could not be"
            f" loaded, or cannot be used ({first_line(error)}); use clip:ARCH/TAG or clip:ARCH//abs/FILE.safetensors of"
            f" an architecture of open_clip; {OFFLINE}."
        ) from error


def _own_size_px(model: dict[str, Any]) -> int:
    size = model["vision_cfg"].get("image_size", 224)
    if isinstance(size, list | tuple):
        if len(set(size)) != 1:
            raise ValueError(f"image_size is {size!r}: expected a square")
        size = size[0]
    return int(size)


def _build(model: dict[str, Any], quick_gelu: bool, size_px: int | None) -> Any:
    """The image tower alone, with random weights: a text tower can be many times as large."""
    from open_clip.model import _build_vision_tower

    vision = {**model["vision_cfg"], "timm_model_pretrained": False, "output_tokens": False}
    if size_px:
        vision["image_size"] = size_px
    return _build_vision_tower(model["embed_dim"], vision, quick_gelu)


def _activation(model: dict[str, Any], quick_gelu: bool) -> str:
    return _activation_of_tower(json.dumps([model["embed_dim"], model["vision_cfg"]]), quick_gelu)


@lru_cache(maxsize=256)
def _activation_of_tower(tower: str, quick_gelu: bool) -> str:
    embed_dim, vision = json.loads(tower)
    with torch.device("meta"):  # for its layers alone
        return activation_of(_build({"embed_dim": embed_dim, "vision_cfg": vision}, quick_gelu, None))


def _drop_projection(visual: Any, weights: dict[str, torch.Tensor], name: ClipName) -> None:
    if getattr(visual, "proj", None) is None:
        raise BackboneError(f"clip:{name.arch} has no projection to leave out; drop ':no-projection'.")
    visual.proj = None
    weights.pop("proj", None)


def _tower_weights(file: Path, visual: Any) -> dict[str, torch.Tensor]:
    """The image tower's part of a file, which holds both towers or the image tower alone."""
    from open_clip.convert import convert_state_dict
    from open_clip.factory import load_state_dict
    from open_clip.model import resize_pos_embed

    # open_clip reads the other formats, which come from tags of its own, without running a pickle's code
    weights = read_weights(file) if file.suffix == ".safetensors" else load_state_dict(str(file))
    model = SimpleNamespace(visual=visual)
    weights = convert_state_dict(model, weights)  # from the names of Apple's MobileCLIP
    prefix = "visual."
    if any(key.startswith(prefix) for key in weights):
        weights = {key.removeprefix(prefix): value for key, value in weights.items() if key.startswith(prefix)}
    elif "token_embedding.weight" in weights or any(key.startswith("text.") for key in weights):
        raise BackboneError(f"{file}: expected an image tower, with or without a text tower, found a text tower alone.")
    tower = {f"{prefix}{key}": value for key, value in weights.items()}
    try:
        resize_pos_embed(tower, model)
    except (RuntimeError, ValueError, IndexError) as error:
        raise BackboneError(f"{file}: its position embeddings do not fit {type(visual).__name__} ({error}).") from error
    return {key.removeprefix(prefix): value for key, value in tower.items()}


def _hub_location(name: ClipName) -> tuple[str, tuple[str, ...]]:
    """The repository of the weights and the names that their file may have in it."""
    import open_clip

    if name.from_hub:
        return name.arch.removeprefix(HUB_PREFIX), HUB_FILES
    published = open_clip.get_pretrained_cfg(name.arch, name.tag)
    if not published:
        raise BackboneError(f"open_clip knows no weights clip:{name.arch}/{name.tag}.")
    repository, file = os.path.split(published.get("hf_hub", ""))
    return repository, (f"{os.path.splitext(file)[0]}.safetensors", file) if file else HUB_FILES


def _pretrained_file(name: ClipName) -> Path:
    from open_clip import download_pretrained, get_pretrained_cfg
    from open_clip.pretrained import download_pretrained_from_hf

    repository, files = _hub_location(name)
    if file := cached_file(repository, *files):
        return file
    label = f"clip:{name.arch}/{name.tag}" if name.tag else f"clip:{name.arch}"
    try:
        check_hub()
        logging.getLogger("huggingface_hub").setLevel(logging.ERROR)
        path = download_pretrained_from_hf(repository) if name.from_hub else download_pretrained(
            get_pretrained_cfg(name.arch, name.tag)
        )  # fmt: skip
        return Path(path)
    except Exception as error:  # network, authentication and name errors alike
        local = f"{label}@/abs/FILE.safetensors, or clip:{name.arch}//abs/FILE.safetensors for weights without a tag"
        raise unavailable(label, error, local if name.tag else "clip:ARCH//abs/FILE.safetensors") from error
