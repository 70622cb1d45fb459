"""ONNX: input `images`, output `embeddings`, for any runtime with operator set 18."""

from pathlib import Path
from typing import TYPE_CHECKING

from trainer.export.formats.base import EmbedPixels, ExportError, ExportFormat

if TYPE_CHECKING:
    from trainer.export.embedder_module import DeployedEmbedder


class Onnx(ExportFormat):
    def write(self, module: "DeployedEmbedder", out: Path) -> None:
        """One self-contained file. Raises ExportError if the weights exceed what one file can hold."""
        import torch

        from trainer.core.models.runtimes.onnx_runtime import MAX_BYTES, weights_bytes, write_onnx

        size = weights_bytes(module)
        if size > MAX_BYTES:
            raise ExportError(
                f"--format onnx: expected at most {MAX_BYTES / 1e9:.0f} GB of weights, the limit of one file, found"
                f" {size / 1e9:.1f} GB; use --format torchscript."
            )
        sides = {0: torch.export.Dim("batch", min=1), 2: torch.export.Dim("height", min=1),
                 3: torch.export.Dim("width", min=1)}  # fmt: skip
        example = torch.zeros(2, 3, 91, 130, dtype=torch.uint8)  # dynamic sides must be at least 2, and all different
        write_onnx(module, example, out, {"images": sides}, output="embeddings")

    def open(self, path: Path) -> EmbedPixels:
        from trainer.core.models.runtimes.onnx_runtime import open_session

        session = open_session(path)
        return lambda images: session.run(["embeddings"], {"images": images})[0]
