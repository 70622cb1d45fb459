"""TorchScript: a file that `torch.jit.load` opens."""

import io
import warnings
from pathlib import Path
from typing import IO, TYPE_CHECKING

from trainer.export.formats.base import EmbedPixels, ExportFormat

if TYPE_CHECKING:
    import numpy as np

    from trainer.export.embedder_module import DeployedEmbedder


class TorchScript(ExportFormat):
    """PyTorch warns that TorchScript is deprecated; the competition requires it, so the warnings are hidden."""

    def write(self, module: "DeployedEmbedder", out: Path) -> None:
        """Script the preprocessing, which depends on the image size; trace the networks at their fixed input size."""
        import torch

        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            for encoder, size in zip(module.encoders, module.sizes_px, strict=True):
                encoder.model = torch.jit.trace(encoder.model, torch.zeros(2, 3, size, size), check_trace=False)
            module.head = torch.jit.trace(module.head, torch.ones(2, module.in_dims), check_trace=False)
            # Not by file name: PyTorch rejects some names, and aborts the process if the disk is full.
            content = io.BytesIO()
            torch.jit.save(torch.jit.script(module), content)
            out.write_bytes(content.getbuffer())

    def open(self, path: Path) -> EmbedPixels:
        return load_script(str(path))


def load_script(file: str | IO[bytes]) -> EmbedPixels:
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        script = torch.jit.load(file, map_location="cpu")

    def embed(images: "np.ndarray") -> "np.ndarray":
        with torch.inference_mode():
            return script(torch.from_numpy(images)).numpy()

    return embed
