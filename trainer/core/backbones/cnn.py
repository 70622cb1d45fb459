"""The study's CNNs, from timm and torchvision."""

from pathlib import Path
from typing import Any

from torch import nn

from trainer.core.backbones.preprocessing import Preprocessing
from trainer.core.backbones.source import BackboneError, Source, load_weights, unavailable


def _load(name: str, file: Path | None, _: int | None) -> tuple[nn.Module, Preprocessing]:
    import timm
    from timm.data import resolve_model_data_config

    if name == "googlenet":
        return _googlenet(file)
    if ":" in name or not timm.is_model(name):
        raise BackboneError(f"timm has no model called {name!r}; timm.list_models() lists them.")
    try:
        model: Any = timm.create_model(name, pretrained=file is None, num_classes=0)
    except Exception as error:  # hub, network and key errors alike mean: these weights are not to be had
        raise unavailable(f"timm:{name}", error) from error
    if file:
        load_weights(model, file, left_out=(*_classifiers(model), "AuxLogits."))
    data = resolve_model_data_config(model)
    interpolation = "bilinear" if data["interpolation"] == "bilinear" else "bicubic"
    return model, Preprocessing(data["input_size"][-1], data["mean"], data["std"], interpolation)


def _classifiers(model: Any) -> tuple[str, ...]:
    names = model.pretrained_cfg.get("classifier") or ()
    return tuple(f"{name}." for name in ([names] if isinstance(names, str) else names))


def _googlenet(file: Path | None) -> tuple[nn.Module, Preprocessing]:
    from torchvision.models import GoogLeNet_Weights, googlenet

    try:
        model = googlenet(
            weights=None if file else GoogLeNet_Weights.DEFAULT, init_weights=False, aux_logits=file is None
        )
    except Exception as error:
        raise unavailable("timm:googlenet", error) from error
    model.aux_logits, model.aux1, model.aux2, model.fc = False, None, None, nn.Identity()
    if file:
        load_weights(model, file, left_out=("fc.", "aux"))
    return model, Preprocessing(224, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225), "bilinear")


CNN = Source(lambda name: f"pretrained {name}", _load)
