"""CNNs and vision transformers of timm, and torchvision's GoogLeNet, with their own evaluation transforms."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from torch import nn

from trainer.core.errors import first_line
from trainer.core.hub_access import cached_file, check_hub
from trainer.core.models.backbones.encoder_config import EncoderConfig, activation_of
from trainer.core.models.backbones.family import (
    BackboneError,
    BackboneFamily,
    load_weights,
    read_weights,
    unavailable,
)
from trainer.core.models.backbones.input_size import set_input_size, set_weights_at_size
from trainer.core.models.backbones.preprocessing import Preprocessing

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
FIT_OF_CROP_MODE = {"center": "crop", "squash": "squash"}  # timm's crop_mode


class TimmFamily(BackboneFamily):
    """`rest` is a name of timm, or `googlenet`, which is torchvision's."""

    def weights_id(self, rest: str) -> str:
        return f"pretrained {rest}"

    def weights_available(self, rest: str) -> bool:
        if rest == "googlenet":
            return _googlenet_file().is_file()
        return _cached_weights(rest) is not None

    def weights_from(self, rest: str) -> str:
        return f"the Hub, {hub_repository(rest)}" if rest != "googlenet" else "torchvision"

    def config(self, rest: str) -> EncoderConfig:
        return _config(rest)

    def architecture_activation(self, rest: str) -> str:
        return "none" if rest == "googlenet" else activation_of(_on_meta(rest))

    def load(self, rest: str, file: Path | None, config: EncoderConfig) -> nn.Module:
        if rest == "googlenet":
            return _googlenet(file)
        size_px, own_px = config.preprocessing.size_px, _on_meta(rest).pretrained_cfg["input_size"][-1]
        model = timm_model(rest, pretrained=file is None, num_classes=0)
        if file:
            left_out = (*_classifiers(model), "AuxLogits.")
            set_weights_at_size(model, read_weights(file, left_out), file, size_px, own_px)
        elif size_px != own_px:
            set_input_size(model, size_px)
        return model


def timm_model(name: str, pretrained: bool, **options: Any) -> Any:
    """`timm.create_model`, with weights from the Hub's cache if they are there. Raises BackboneError."""
    import timm

    overlay: dict[str, Any] = {}
    try:
        if pretrained:
            if file := _cached_weights(name):
                # in this format, whatever loader the original weights need
                overlay = {"pretrained_cfg_overlay": {"file": str(file), "custom_load": False}}
            else:
                check_hub()
        return timm.create_model(name, pretrained=pretrained, **overlay, **options)
    except Exception as error:  # Hub, network or key error
        raise unavailable(f"timm:{name}", error, f"timm:{name}@/abs/FILE.safetensors") from error


def hub_repository(name: str) -> str:
    """The repository of the Hub that holds the weights; "" if timm names none. Raises BackboneError."""
    return _on_meta(name).pretrained_cfg.get("hf_hub_id") or ""


def _cached_weights(name: str) -> Path | None:
    own = _on_meta(name).pretrained_cfg.get("hf_hub_filename")
    return cached_file(hub_repository(name), *([own] if own else ["model.safetensors", "pytorch_model.bin"]))


@lru_cache(maxsize=32)
def _on_meta(name: str) -> Any:
    """The model on the meta device, for its layers and settings. Raises BackboneError for an unknown name."""
    import timm

    if ":" in name or not timm.is_model(name):
        raise BackboneError(f"timm has no model called {name!r}; timm.list_models() lists them.")
    try:
        published = timm.get_pretrained_cfg(name)  # None for the names of models that timm has renamed since
        with torch.device("meta"):
            model: Any = timm.create_model(name, num_classes=0)
    except (RuntimeError, ValueError, KeyError, NotImplementedError) as error:  # such as a tag that is not known
        raise BackboneError(
            f"timm cannot build {name!r} ({first_line(error)}); timm.list_pretrained() lists names."
        ) from error
    built = model.pretrained_cfg.get("architecture")
    if published is not None and published.architecture and built and published.architecture != built:
        raise BackboneError(
            f"timm:{name}: expected this version of timm to build {published.architecture}, found {built}; its weights"
            " and settings would be those of another model."
        )
    return model


@lru_cache(maxsize=32)
def _config(rest: str) -> EncoderConfig:
    from timm.data import resolve_model_data_config

    if rest == "googlenet":  # its activations are functions, not layers
        return EncoderConfig("none", Preprocessing(224, IMAGENET_MEAN, IMAGENET_STD, "bilinear", "crop", 224 / 256))
    model = _on_meta(rest)
    data = resolve_model_data_config(model)
    _, height, width = data["input_size"]
    if height != width or data["crop_mode"] not in FIT_OF_CROP_MODE or data["crop_pct"] > 1:
        raise BackboneError(
            f"timm:{rest} takes images of {height} x {width} px, crop mode {data['crop_mode']!r} and crop_pct"
            f" {data['crop_pct']}: expected a square, {' or '.join(FIT_OF_CROP_MODE)}, and at most 1."
        )
    preprocessing = Preprocessing(
        height, data["mean"], data["std"], data["interpolation"], FIT_OF_CROP_MODE[data["crop_mode"]],
        data["crop_pct"],
    )  # fmt: skip
    return EncoderConfig(activation_of(model), preprocessing)


def _classifiers(model: Any) -> tuple[str, ...]:
    names = model.pretrained_cfg.get("classifier") or ()
    return tuple(f"{name}." for name in ([names] if isinstance(names, str) else names))


def _googlenet_file() -> Path:
    from torch.hub import get_dir
    from torchvision.models import GoogLeNet_Weights

    return Path(get_dir()) / "checkpoints" / GoogLeNet_Weights.DEFAULT.url.rpartition("/")[2]


def _googlenet(file: Path | None) -> nn.Module:
    from torchvision.models import GoogLeNet_Weights, googlenet

    try:
        if not file and not _googlenet_file().is_file():
            check_hub()  # another host, but a machine without one network seldom has the other
        # The published weights expect `transform_input`, whether torchvision loads them or a file holds them.
        model = googlenet(
            weights=None if file else GoogLeNet_Weights.DEFAULT, init_weights=False, aux_logits=False,
            transform_input=True,
        )  # fmt: skip
    except Exception as error:
        raise unavailable("timm:googlenet", error, "timm:googlenet@/abs/FILE.safetensors") from error
    model.fc = nn.Identity()
    if file:
        load_weights(model, file, left_out=("fc.", "aux"))
    return model
