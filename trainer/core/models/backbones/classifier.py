"""The ImageNet classifier that a backbone was trained with, on top of its features."""

from typing import Any

import numpy as np
import torch
from torch import nn

from trainer.core.models.backbones import Spec, encoder_names, spec_of
from trainer.core.models.backbones.cnn import timm_model
from trainer.core.models.backbones.family import read_weights
from trainer.core.models.backbones.lite import load_lite_classifier


def imagenet_logits(backbone: str, features: np.ndarray) -> np.ndarray | None:
    """(n, D) features of a backbone -> (n, 1000), or None if it has no classifier of 1,000 outputs.

    Raises BackboneError if the weights cannot be loaded.
    """
    if len(encoder_names(backbone)) > 1:
        return None
    classifier = _classifier(spec_of(backbone))
    if not isinstance(classifier, nn.Linear) or (classifier.in_features, classifier.out_features) != (
        features.shape[1],
        1000,
    ):
        return None
    with torch.inference_mode():
        return classifier(torch.from_numpy(features)).numpy()


def imagenet_names() -> list[str]:
    """The 1,000 names, in the order of the outputs; of several synonyms the first."""
    from timm.data import ImageNetInfo

    info = ImageNetInfo()
    return [info.index_to_description(number).split(",")[0] for number in range(1000)]


def _classifier(spec: Spec) -> Any:
    if spec.kind.startswith("lite"):
        model: Any = load_lite_classifier(spec.kind.removeprefix("lite"))
        return model.get_classifier()
    if spec.kind != "timm" or spec.rest == "googlenet":
        return None
    model = timm_model(spec.rest, pretrained=spec.file is None)
    layer = model.get_classifier()
    if spec.file:
        weights = read_weights(spec.file)
        name = next((name for name, module in model.named_modules() if module is layer), "")
        if f"{name}.weight" not in weights:
            return None
        layer.load_state_dict({key: weights[f"{name}.{key}"] for key in ("weight", "bias")})
    return layer
