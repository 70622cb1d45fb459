"""The interface of a family of backbones, and reading weights from safetensors files."""

import hashlib
from abc import ABC, abstractmethod
from functools import lru_cache
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn

from trainer.core.errors import UserError, first_few, first_line, one_line
from trainer.core.models.backbones.encoder_config import EncoderConfig

FLOAT_DTYPES = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
OFFLINE_HINT = "lite0 and lite2 need no download"


class BackboneError(UserError):
    """An unknown backbone, or weights that are missing or do not fit."""


class BackboneFamily(ABC):
    """One family of backbones. `rest` is what follows the first colon of a name, as in `timm:resnet50.a1_in1k`.

    All methods raise BackboneError for a `rest` that the family does not know.
    """

    needs_rest = True

    def split_file(self, rest: str) -> tuple[str, Path | None]:
        """`rest` without the weights file that it may name, and that file."""
        return rest, None

    def check_pretrained(self, rest: str) -> None:  # noqa: B027 - most families need no check
        """Raise BackboneError if `rest` names no pretrained weights at all."""

    @abstractmethod
    def weights_id(self, rest: str) -> str:
        """An id that changes with the pretrained weights; loads nothing."""

    @abstractmethod
    def weights_available(self, rest: str) -> bool:
        """Whether the pretrained weights are on this machine."""

    @abstractmethod
    def weights_from(self, rest: str) -> str:
        """The origin of the pretrained weights, for display."""

    def remarks(self, rest: str) -> list[str]:
        """Notes on the activation, for display."""
        return []

    @abstractmethod
    def config(self, rest: str) -> EncoderConfig:
        """The configuration of the authors of these weights, at the encoder's own size; loads no weights."""

    def architecture_activation(self, rest: str) -> str:
        """The default activation of the architecture."""
        return self.config(rest).activation

    @abstractmethod
    def load(self, rest: str, file: Path | None, config: EncoderConfig) -> nn.Module:
        """The network (B, 3, S, S) -> (B, D) for images of `config`'s size, with its activation.

        The weights are those of `file`, or the pretrained ones.
        """


def file_id(path: Path) -> str:
    """The digest of a weights file. Raises BackboneError if it is missing or not a safetensors file."""
    if path.suffix != ".safetensors":
        raise BackboneError(f"{path}: expected a .safetensors file; {OFFLINE_HINT}.")
    if not path.is_file():
        message = f"No weights at {path}: expected a .safetensors file; {OFFLINE_HINT}."
        raise BackboneError(message, key="weights_missing", name=path.name)
    return sha256(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=16)
def sha256(path: Path, mtime_ns: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_weights(file: Path, left_out: tuple[str, ...] = ()) -> dict[str, torch.Tensor]:
    """The tensors of a safetensors file, without those whose names begin with `left_out`. Raises BackboneError."""
    try:
        return {key: value for key, value in load_file(file).items() if not key.startswith(left_out or "\0")}
    except Exception as error:  # safetensors raises errors of many kinds for types that torch does not know
        raise BackboneError(f"{file}: expected safetensors ({one_line(error)}); {OFFLINE_HINT}.") from error


def unfit(model: nn.Module, weights: dict[str, torch.Tensor]) -> list[str]:
    """The names of tensors that `model` and `weights` do not share with the same shape."""
    expected = model.state_dict()
    return sorted(
        key for key in expected.keys() | weights.keys()
        if key not in expected or key not in weights or expected[key].shape != weights[key].shape
    )  # fmt: skip


def set_weights(model: nn.Module, weights: dict[str, torch.Tensor], file: Path) -> None:
    """Copy weights into `model`. Raises BackboneError unless they fit, are floating point and finite."""
    if wrong := unfit(model, weights):
        raise BackboneError(f"{file}: the weights do not fit {type(model).__name__}: see {first_few(wrong)}.")
    floating = [key for key, value in model.state_dict().items() if value.is_floating_point()]
    if wrong := [f"{key} of {weights[key].dtype}" for key in floating if weights[key].dtype not in FLOAT_DTYPES]:
        raise BackboneError(f"{file}: expected weights in floating point of 16 bits or more, found {first_few(wrong)}.")
    counts = {key: value.dtype for key, value in model.state_dict().items() if not value.is_floating_point()}
    if wrong := [f"{key} of {weights[key].dtype}" for key, dtype in counts.items() if weights[key].dtype != dtype]:
        raise BackboneError(f"{file}: expected whole numbers of 64 bits, found {first_few(wrong)}.")
    if wrong := [key for key in floating if not weights[key].isfinite().all()]:
        raise BackboneError(f"{file}: expected finite weights, found NaN or infinity in {first_few(wrong)}.")
    model.load_state_dict(weights)
    if wrong := [key for key, value in model.state_dict().items() if not value.isfinite().all()]:
        raise BackboneError(f"{file}: expected weights that 32 bits can hold, found larger ones in {first_few(wrong)}.")


def load_weights(model: nn.Module, file: Path, left_out: tuple[str, ...] = ()) -> None:
    """Fill `model` from a safetensors file; keys that begin with `left_out` are ignored. Raises BackboneError."""
    set_weights(model, read_weights(file, left_out), file)


def unavailable(name: str, error: Exception, local_name: str) -> BackboneError:
    """`local_name`: the name of the same encoder with weights from a local file."""
    return BackboneError(
        f"The weights of {name} are not on this machine and could not be loaded ({first_line(error)}); give a local"
        f" file as {local_name}; {OFFLINE_HINT}.",
        key="weights_missing",
        name=name,
    )
