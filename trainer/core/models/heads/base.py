"""What all heads have in common: their configuration, the base class, the registry."""

from typing import Annotated, Any

import numpy as np
import torch
from pydantic import AfterValidator, model_validator
from torch import nn

from trainer.core.schema import Document, Location, between, one_of

MAX_DIMS = 64
# Limits of the memory that the config.json of a stranger can ask for.
MAX_IN_DIMS = 65_536
MAX_WIDE_DIMS = 1024
MAX_PARALLEL = 64

HEADS: dict[str, type["Head"]] = {}  # kind -> class; `__init__.py` lists them


def _below_one(value: float) -> float:
    if not 0 <= value < 1:
        raise ValueError(f"is {value!r}: expected 0 or more and less than 1")
    return value


class HeadConfig(Document):
    """The shape of a head. `wide_dims` and `parallel` count only for the kinds that use them.

    Raises UserError if a value is out of range or does not fit the kind of head.
    """

    kind: Annotated[str, one_of(HEADS)]
    in_dims: Annotated[int, between(1, MAX_IN_DIMS)]  # D
    dims: Annotated[int, between(1, MAX_DIMS)] = MAX_DIMS  # E
    wide_dims: int = 512  # W
    dropout: Annotated[float, AfterValidator(_below_one)] = 0.2
    parallel: Annotated[int, between(1, MAX_PARALLEL)] = 1  # P

    def __init__(self, kind: str, in_dims: int, **values: Any) -> None:
        super().__init__(kind=kind, in_dims=in_dims, **values)

    @classmethod
    def key_at(cls, location: Location) -> str:
        return ".".join(map(str, ("head", *location))) if location else ""

    @model_validator(mode="after")
    def _check_kind(self) -> "HeadConfig":
        HEADS[self.kind].check(self)
        return self


class Head(nn.Module):
    """(B, D) features -> (B, E) unit rows.

    The class attributes and methods below `check` are what training asks of a head. The base class is a head whose
    layers are all trained together from random weights.
    """

    description: str  # of the layers, for the model card; its placeholders are fields of `HeadConfig`
    trained = True  # False: all weights are computed from features
    ensemble = False  # True: `members` are trained one after another, then `combine` is called
    inits: tuple[str, ...] = ("random",)  # names of trainer/training/initialisation.py that the head can start from
    linear: nn.Linear  # of the heads that can start from PCA: the layer whose outputs are the embedding

    def __init__(self, config: HeadConfig) -> None:
        super().__init__()
        self.dims = config.dims

    @classmethod
    def check(cls, config: HeadConfig) -> None:
        """Raise ValueError if the values of the configuration do not fit this kind of head."""

    @property
    def members(self) -> list["Head"]:
        """The heads that are trained one after another: only itself, except for an ensemble."""
        return [self]

    def combine(self, features: torch.Tensor) -> None:
        """Compute the weights that follow the trained members, from (n, D) training features."""

    def start(self, features: np.ndarray, labels: np.ndarray, shrinkage: float) -> None:
        """Compute the weights that do not start at random from (n, D) training features and (n,) class numbers.

        `shrinkage` in 0..1 is that of `whitening`.
        """

    def reference(self, features: np.ndarray) -> torch.Tensor:
        """(n, D) training features -> (n, R) rows whose cosines the embedding should preserve."""
        return torch.from_numpy(features - features.mean(0))

    def set_trainable(self, trainable: bool) -> None:
        """Lock or unlock all weights that training may change."""
        self.requires_grad_(trainable)


def build_head(config: HeadConfig) -> Head:
    return HEADS[config.kind](config)
