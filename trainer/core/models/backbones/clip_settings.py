"""Names and settings of open_clip's image towers: those of a tag, of a repository of the Hub, or of an architecture."""

import json
import os
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from trainer.core.errors import first_line
from trainer.core.hub_access import cached_file, check_hub
from trainer.core.models.backbones.clip_tower import own_size_px, tower_activation
from trainer.core.models.backbones.encoder_config import EncoderConfig
from trainer.core.models.backbones.family import OFFLINE_HINT, BackboneError
from trainer.core.models.backbones.preprocessing import Preprocessing
from trainer.core.progress import print_once

HUB_PREFIX = "hf-hub:"
HUB_CONFIG = "open_clip_config.json"
HUB_FILES = ("open_clip_model.safetensors", "open_clip_pytorch_model.bin")
FIT_OF_RESIZE_MODE = {"shortest": "crop", "squash": "squash"}  # open_clip's resize_mode -> Preprocessing.fit
# what open_clip and timm raise for a configuration that cannot be built, as that of an unknown repository may be
CONFIG_ERRORS = (KeyError, TypeError, ValueError, AttributeError, RuntimeError, ArithmeticError, AssertionError)
# fields of ClipSettings, and their names in a message
SETTING_NAMES = {
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


class ClipSettings(NamedTuple):
    """`model`: open_clip's configuration of the architecture; the others come from the tag, the Hub or open_clip."""

    model: dict[str, Any]
    quick_gelu: bool
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    interpolation: str
    resize_mode: str


def clip_name(rest: str) -> ClipName:
    """Parse what follows `clip:`. Raises BackboneError."""
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


@lru_cache(maxsize=32)
def clip_config(rest: str) -> EncoderConfig:
    settings = clip_settings(clip_name(rest))
    try:
        if settings.resize_mode not in FIT_OF_RESIZE_MODE:
            raise BackboneError(
                f"clip:{rest} asks for the resize mode {settings.resize_mode!r}: expected"
                f" {' or '.join(FIT_OF_RESIZE_MODE)}."
            )
        activation = tower_activation(settings.model, settings.quick_gelu)
        preprocessing = Preprocessing(
            own_size_px(settings.model), settings.mean, settings.std, settings.interpolation,
            FIT_OF_RESIZE_MODE[settings.resize_mode],
        )  # fmt: skip
    except CONFIG_ERRORS as error:
        raise BackboneError(f"clip:{rest}: its configuration cannot be used ({error}).") from error
    return EncoderConfig(activation, preprocessing)


def architecture(name: ClipName) -> dict[str, Any]:
    """open_clip's configuration of the architecture. One from the Hub is built once to see that it can be built."""
    if name.from_hub:
        clip_config(name.arch)  # refuses what cannot be used
        return _hub_settings(name.arch).model
    import open_clip

    model = open_clip.get_model_config(name.arch)
    if model is None:
        raise BackboneError(f"open_clip has no architecture called {name.arch!r}; open_clip.list_models() lists them.")
    return model


def clip_settings(name: ClipName) -> ClipSettings:
    if name.from_hub:
        return _hub_settings(name.arch)
    import open_clip

    model = architecture(name)
    tags = open_clip.list_pretrained_tags_by_model(name.arch)
    if name.tag and name.tag not in tags:
        raise BackboneError(
            f"open_clip has no weights {name.tag!r} for {name.arch}: expected one of {', '.join(tags) or 'none'}, or a"
            " .safetensors file."
        )
    if name.tag:
        return _merged(model, open_clip.get_pretrained_cfg(name.arch, name.tag))
    return _shared_settings(name.arch, model, tags)


def _merged(model: dict[str, Any], published: dict[str, Any]) -> ClipSettings:
    """The published settings of the weights, else the architecture's activation and open_clip's defaults."""
    from open_clip.transform import PreprocessCfg

    default, quick_gelu = PreprocessCfg(), published.get("quick_gelu")
    return ClipSettings(
        model,
        bool(model.get("quick_gelu") if quick_gelu is None else quick_gelu),
        tuple(published.get("mean") or default.mean),
        tuple(published.get("std") or default.std),
        published.get("interpolation") or default.interpolation,
        published.get("resize_mode") or default.resize_mode,
    )


def _shared_settings(arch: str, model: dict[str, Any], tags: list[str]) -> ClipSettings:
    """For weights from a file: the settings that all tags of the architecture share; prints in what they differ."""
    import open_clip

    published = [_merged(model, open_clip.get_pretrained_cfg(arch, tag)) for tag in tags]
    shared = {
        key: values.pop() for key in SETTING_NAMES if len(values := {getattr(one, key) for one in published}) == 1
    }
    if differences := [word for key, word in SETTING_NAMES.items() if tags and key not in shared]:
        settings = _merged(model, shared)
        print_once(
            f"clip:{arch} from a file without a tag: the weights published for it differ in {', '.join(differences)},"
            f" so open_clip's defaults are used ({'QuickGELU' if settings.quick_gelu else 'GELU'}, mean"
            f" {settings.mean}, std {settings.std}); name the tag if the file is one of them, as in"
            f" clip:{arch}/{tags[0]}@FILE.safetensors."
        )
    return _merged(model, shared)


def _hub_settings(arch: str) -> ClipSettings:
    from huggingface_hub import hf_hub_download

    repository = arch.removeprefix(HUB_PREFIX)
    try:
        file = cached_file(repository, HUB_CONFIG)
        if file is None:
            check_hub()
            file = Path(hf_hub_download(repository, HUB_CONFIG))
        config = json.loads(file.read_text(encoding="utf-8"))
        return _merged(dict(config["model_cfg"]), dict(config.get("preprocess_cfg", {})))
    except Exception as error:  # network, authentication, name or format error
        raise BackboneError(
            f"{HUB_CONFIG} of clip:{arch}, the configuration of the encoder, is not on this machine and could not be"
            f" loaded, or cannot be used ({first_line(error)}); use clip:ARCH/TAG or clip:ARCH//abs/FILE.safetensors of"
            f" an architecture of open_clip; {OFFLINE_HINT}."
        ) from error


def hub_location(name: ClipName) -> tuple[str, tuple[str, ...]]:
    """The repository of the weights and the names that their file may have in it."""
    import open_clip

    if name.from_hub:
        return name.arch.removeprefix(HUB_PREFIX), HUB_FILES
    published = open_clip.get_pretrained_cfg(name.arch, name.tag)
    if not published:
        raise BackboneError(f"open_clip knows no weights clip:{name.arch}/{name.tag}.")
    repository, file = os.path.split(published.get("hf_hub", ""))
    return repository, (f"{os.path.splitext(file)[0]}.safetensors", file) if file else HUB_FILES
