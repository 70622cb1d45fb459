"""What an export format has to do: write a file, and open it again so that it can be checked."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from trainer.core.errors import UserError

if TYPE_CHECKING:
    import numpy as np

    from trainer.export.embedder_module import DeployedEmbedder

EmbedPixels = Callable[["np.ndarray"], "np.ndarray"]  # uint8 (B, 3, H, W) -> float32 (B, E)


class ExportError(UserError):
    """A checkpoint that cannot be written in this format, or a file that disagrees with the embedder."""


class ExportFormat(ABC):
    """Formats import torch and runtimes inside their methods, so that the command line starts without them."""

    @abstractmethod
    def write(self, module: "DeployedEmbedder", out: Path) -> None:
        """Write the embedder to `out`. Any exception means that it cannot be written in this format."""

    @abstractmethod
    def open(self, path: Path) -> EmbedPixels:
        """The function that the file computes, on the CPU."""
