"""The interface of a runtime: the library that runs the network of a frozen encoder.

encode = runtime.encoder(network)
features = encode(pixels)            # uint8 (B, S, S, 3) -> float32 (B, D)
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from weakref import ref

import numpy as np
import torch
from torch import nn

from trainer.core.cache import Arrays, cached
from trainer.core.errors import UserError, first_line

Encode = Callable[[np.ndarray], np.ndarray]

EXPORT_VERSION = 1  # raise it when `PixelNetwork` or an export changes
MAX_STORED_BYTES = 1_000_000_000  # larger networks are exported by each process instead of stored in the cache
CHECKED_IMAGES = 3  # a number that no export takes as its example


class RuntimeFailure(Exception):
    """A runtime that cannot run a network; another one may."""


class WhileUsed:
    """Gives the same network to all who use it at the same time, and loads it again after that."""

    def __init__(self, load: Callable[[], nn.Module]) -> None:
        self._load = load
        self._network: Callable[[], nn.Module | None] = lambda: None

    def __call__(self) -> nn.Module:
        network = self._network() or self._load()
        self._network = ref(network)
        return network


@dataclass(frozen=True)
class Network:
    """A network in PyTorch, (B, 3, S, S) -> (B, D), which `load` gives; it may take seconds.

    `fingerprint` changes with whatever changes the features; `mean` and `std` per channel are for values in 0..1.
    """

    name: str
    fingerprint: str
    size_px: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    load: Callable[[], nn.Module]


class Runtime(ABC):
    """`precision` other than "float32" is part of the key of whatever is computed from the features."""

    title: str
    precision = "float32"

    @abstractmethod
    def is_available(self) -> bool:
        """Whether its library is installed and runs on this machine; loads as little as possible."""

    @abstractmethod
    def encoder(self, network: Network) -> Encode:
        """Raises RuntimeFailure if this runtime cannot run the network."""


class ExportedRuntime(Runtime):
    """A runtime that runs a network exported from PyTorch. The export is checked against PyTorch, and cached."""

    library: str  # its name and version, part of the key of exports
    tolerance: float  # of the features, as a share of the largest one

    @abstractmethod
    def export(self, module: nn.Module, example: torch.Tensor) -> Arrays:
        """`module`: uint8 (B, S, S, 3) -> (B, D) for any B; `example` is such an input."""

    @abstractmethod
    def open(self, exported: Arrays) -> Encode:
        """What runs the arrays of `export`."""

    def encoder(self, network: Network) -> Encode:
        key = {"network": network.fingerprint, "runtime": self.title, "library": self.library,
               "torch": torch.__version__, "version": EXPORT_VERSION}  # fmt: skip

        def compute() -> Arrays:
            module = PixelNetwork(network)
            exported = self.export(module, random_pixels(2, network.size_px))
            self._check(self.open(exported), module, random_pixels(CHECKED_IMAGES, network.size_px))
            return exported

        try:
            return self.open(cached("networks", key, compute, MAX_STORED_BYTES))
        except (RuntimeFailure, UserError):  # missing weights are missing for every runtime
            raise
        except Exception as error:  # exporters raise errors of many kinds for networks that they do not know
            raise RuntimeFailure(first_line(error)) from error

    def _check(self, encode: Encode, module: nn.Module, pixels: torch.Tensor) -> None:
        """Raises RuntimeFailure unless the export computes what PyTorch computes."""
        with torch.inference_mode():
            expected = module(pixels).numpy()
        found = encode(pixels.numpy())
        if found.shape != expected.shape:
            raise RuntimeFailure(f"expected features {expected.shape}, found {found.shape}")
        error = np.abs(found - expected).max() / max(np.abs(expected).max(), 1e-12)
        if not error <= self.tolerance:
            raise RuntimeFailure(f"its features differ from PyTorch's by {error:.1e} of the largest")


class PixelNetwork(nn.Module):
    """A network together with the normalisation of its pixels: uint8 (B, S, S, 3) -> (B, D) float32."""

    mean: torch.Tensor
    std: torch.Tensor

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network.load()
        device = next(self.network.parameters(), torch.empty(0)).device
        self.register_buffer("mean", torch.tensor(network.mean, device=device))
        self.register_buffer("std", torch.tensor(network.std, device=device))
        self.eval().requires_grad_(False)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        values = (pixels.float() / 255 - self.mean) / self.std
        return self.network(values.permute(0, 3, 1, 2)).float()  # in memory that is channels last


def random_pixels(n: int, size_px: int) -> torch.Tensor:
    """uint8 (n, S, S, 3), always the same."""
    generator = torch.Generator().manual_seed(n)
    return torch.randint(256, (n, size_px, size_px, 3), dtype=torch.uint8, generator=generator)
