"""The image towers of open_clip (Radford et al., ICML 2021), run as the authors of their weights run them.

| rest of the name | weights | settings |
|---|---|---|
| `ARCH/TAG` | of this tag of open_clip | the tag's |
| `ARCH/TAG` with `@FILE` | FILE | the tag's |
| `ARCH//abs/FILE.safetensors` | FILE | those that all tags of the architecture share, else the architecture's own |
| `hf-hub:OWNER/NAME` | of this repository of the Hub | those in its `open_clip_config.json` |

`:no-projection` leaves out the last projection of a vision transformer.
"""

import logging
from pathlib import Path
from typing import Any

from torch import nn

from trainer.core.hub_access import cached_file, check_hub
from trainer.core.models.backbones.clip_settings import (
    HUB_FILES,
    ClipName,
    architecture,
    clip_config,
    clip_name,
    clip_settings,
    hub_location,
)
from trainer.core.models.backbones.clip_tower import (
    build_tower,
    drop_projection,
    own_size_px,
    tower_activation,
    tower_weights,
)
from trainer.core.models.backbones.encoder_config import EncoderConfig
from trainer.core.models.backbones.family import BackboneError, BackboneFamily, unavailable
from trainer.core.models.backbones.input_size import set_weights_at_size


class ClipFamily(BackboneFamily):
    """`rest` as in the table of the module."""

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
        file = cached_file(hub_location(name)[0], *HUB_FILES)
        commit = file.parent.name if file else "not here"  # the Hub's cache has a folder for each commit
        return f"pretrained {name.arch} {commit} {projection}"

    def weights_available(self, rest: str) -> bool:
        repository, files = hub_location(clip_name(rest))
        return cached_file(repository, *files) is not None

    def weights_from(self, rest: str) -> str:
        return f"the Hub, {hub_location(clip_name(rest))[0]}"

    def remarks(self, rest: str) -> list[str]:
        return [f"text tower {'QuickGELU' if clip_settings(clip_name(rest)).quick_gelu else 'GELU'}"]

    def config(self, rest: str) -> EncoderConfig:
        return clip_config(rest)

    def architecture_activation(self, rest: str) -> str:
        model = architecture(clip_name(rest))
        return tower_activation(model, bool(model.get("quick_gelu")))

    def load(self, rest: str, file: Path | None, config: EncoderConfig) -> nn.Module:
        name = clip_name(rest)
        model, size_px = architecture(name), config.preprocessing.size_px
        own_px = own_size_px(model)
        file = file or _pretrained_file(name)  # before the network is built, which takes seconds
        quick_gelu = "QuickGELU" in config.activation
        timm = "timm_model_name" in model["vision_cfg"]
        visual = build_tower(model, quick_gelu, None if timm else size_px)
        if not timm and size_px != own_px and not hasattr(visual, "grid_size"):
            raise BackboneError(f"clip:{rest} takes images of {own_px} px alone; leave ':{size_px}px' out of the name.")
        weights = tower_weights(file, visual)
        if not name.projection:
            drop_projection(visual, weights, name.arch)
        set_weights_at_size(visual, weights, file, size_px, own_px if timm else size_px)
        return visual


def text_model(rest: str, file: Path | None) -> tuple[Any, Any]:
    """The model with image and text tower, in evaluation mode, and its tokenizer. Raises BackboneError."""
    import open_clip

    name = clip_name(rest)
    if name.from_hub and file:
        raise BackboneError(
            f"clip:{rest}@{file}: expected a text tower from the Hub, as clip:{rest} has it, or from a file that is"
            " named with an architecture, as clip:ARCH//abs/FILE.safetensors."
        )
    settings = clip_settings(name)
    weights = file or _pretrained_file(name)
    quick_gelu = {"force_quick_gelu": True} if settings.quick_gelu else {"quick_gelu": False}
    try:
        model = open_clip.create_model(name.arch, None if name.from_hub else str(weights), **quick_gelu)
    except Exception as error:
        raise BackboneError(f"{weights}: expected an image and a text tower of {name.arch} ({error}).") from error
    return model.eval(), open_clip.get_tokenizer(name.arch)


def _pretrained_file(name: ClipName) -> Path:
    from open_clip import download_pretrained, get_pretrained_cfg
    from open_clip.pretrained import download_pretrained_from_hf

    repository, files = hub_location(name)
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
