"""What decides the features of an encoder beside its architecture and its weights. A checkpoint records it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from torch import nn

from trainer.core.errors import short_repr
from trainer.core.models.backbones.preprocessing import Preprocessing

# Modules of torch.nn.modules.activation and timm.layers that do not follow a linear layer or a convolution.
MAX_CHARS = 1_000  # of the activations of one encoder
NO_ACTIVATION = {"MultiheadAttention", "Sigmoid", "Softmax", "Hardsigmoid", "HardSigmoid"}


@dataclass(frozen=True)
class EncoderConfig:
    """`activation`: as `activation_of` names it, for example "QuickGELU"."""

    activation: str
    preprocessing: Preprocessing

    def __str__(self) -> str:
        p = self.preprocessing
        crop = f" to {p.resize_px} px and cropped" if p.resize_px > p.size_px or p.fit == "crop" else ""
        resized = {"squash": "both sides resized", "crop": "the shorter side resized"}[p.fit]
        return f"{self.activation} and {p.size_px} px images, {resized}{crop}"

    def at_size(self, size_px: int | None) -> "EncoderConfig":
        """The same for images of another size; None changes nothing."""
        return replace(self, preprocessing=replace(self.preprocessing, size_px=size_px)) if size_px else self


def activation_of(network: nn.Module) -> str:
    """The names of a network's activation layers, such as "QuickGELU" or "ReLU+SiLU"; "none" if it has none.

    Functions that are called without a layer of their own are not seen.
    """
    return "+".join(sorted({_name(module) for module in network.modules() if _is_activation(module)})) or "none"


def _is_activation(module: nn.Module) -> bool:
    home, name = type(module).__module__, type(module).__name__
    listed = home in ("torch.nn.modules.activation", "timm.layers.activations", "timm.layers.activations_me")
    return (listed or name == "QuickGELU") and name not in NO_ACTIVATION


def _name(module: nn.Module) -> str:
    if isinstance(module, nn.GELU) and module.approximate == "tanh":
        return "GELU(tanh)"
    return {"GELUTanh": "GELU(tanh)", "PytorchGELUTanh": "GELU(tanh)", "Swish": "SiLU"}.get(
        type(module).__name__, type(module).__name__
    )


def as_json(encoders: Sequence[EncoderConfig]) -> dict[str, Any]:
    """`preprocessing` and `activation` of config.json: of the one encoder, or of each of several in a list."""
    preprocessing = [encoder.preprocessing.config() for encoder in encoders]
    activation = [encoder.activation for encoder in encoders]
    if len(encoders) == 1:
        return {"preprocessing": preprocessing[0], "activation": activation[0]}
    return {"preprocessing": {"parts": preprocessing}, "activation": activation}


def _is_name(value: object) -> bool:
    return isinstance(value, str) and value.isprintable() and len(value) <= MAX_CHARS


def from_json(preprocessing: Any, activations: Any) -> tuple[EncoderConfig, ...]:
    """The inverse of `as_json`. Raises TypeError or ValueError for anything else."""
    several = isinstance(preprocessing, dict) and preprocessing.keys() == {"parts"}
    configs = preprocessing["parts"] if several else [preprocessing]
    if not isinstance(configs, list) or not configs:
        raise ValueError("preprocessing has no parts: expected one for each encoder")
    activations = [activations] if isinstance(activations, str) else activations
    if not isinstance(activations, list) or len(activations) != len(configs) or not all(map(_is_name, activations)):
        raise ValueError(
            f"activation is {short_repr(activations)}: expected one name for each of {len(configs)} encoders"
        )
    return tuple(
        EncoderConfig(activation, Preprocessing.from_config(part))
        for activation, part in zip(activations, configs, strict=True)
    )
