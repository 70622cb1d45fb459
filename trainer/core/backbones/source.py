"""What every kind of backbone offers: what its weights are, and loading them."""

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn

from trainer.core.backbones.preprocessing import Preprocessing
from trainer.core.errors import UserError, first_few

OFFLINE = "lite0 and lite2 need no download"


class BackboneError(UserError):
    """A backbone that is not known or whose weights are not at hand."""


class Source(NamedTuple):
    """Where backbones of one kind come from.

    Both functions take what follows the colon of the name; `load` also the file whose weights to use instead of the
    pretrained ones and the size of the pictures in pixels, where these are given.
    """

    weights_id: Callable[[str], str]  # what the weights are, without loading them
    load: Callable[[str, Path | None, int | None], tuple[nn.Module, Preprocessing]]


def file_id(path: Path) -> str:
    """The digest of a file of weights. Raises BackboneError where it is none or might hold a pickle."""
    if path.suffix != ".safetensors":
        raise BackboneError(f"{path}: expected a .safetensors file; {OFFLINE}.")
    if not path.is_file():
        raise BackboneError(f"No weights at {path}: expected a .safetensors file; {OFFLINE}.")
    return sha256(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=16)
def sha256(path: Path, mtime_ns: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def load_weights(model: nn.Module, file: Path, left_out: tuple[str, ...] = ()) -> None:
    """Fill `model` from a safetensors file of any precision; keys that begin with `left_out` are passed over."""
    expected = model.state_dict()
    try:
        found = {key: value for key, value in load_file(file).items() if not key.startswith(left_out or "\0")}
    except (SafetensorError, OSError) as error:
        raise BackboneError(f"{file}: expected safetensors ({error}); {OFFLINE}.") from error
    wrong = sorted(
        key for key in expected.keys() | found.keys()
        if key not in expected or key not in found or expected[key].shape != found[key].shape
    )  # fmt: skip
    if wrong:
        raise BackboneError(f"{file}: the weights do not fit {type(model).__name__}: see {first_few(wrong)}.")
    model.load_state_dict(found)


def unavailable(name: str, error: Exception) -> BackboneError:
    reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return BackboneError(f"The weights of {name} are not at hand and could not be loaded ({reason}); {OFFLINE}.")
