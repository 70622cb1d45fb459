"""ONNX: input `images`, output `embeddings`, for any runtime with operator set 18."""

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from trainer.export.formats.base import EmbedPixels, ExportError, ExportFormat

if TYPE_CHECKING:
    from trainer.export.embedder_module import DeployedEmbedder

OPERATOR_SET = 18
MAX_BYTES = 2_000_000_000  # protobuf messages end at 2 GiB
LOG_FATAL = 4  # onnxruntime's log level; errors are raised as exceptions, so logging them repeats them


class Onnx(ExportFormat):
    def write(self, module: "DeployedEmbedder", out: Path) -> None:
        """One self-contained file. Raises ExportError if the weights exceed what one file can hold."""
        import onnxscript  # noqa: F401 - needed by torch.onnx; imported first, so that its absence is reported early
        import torch

        size = sum(tensor.numel() * tensor.element_size() for tensor in module.state_dict().values())
        if size > MAX_BYTES:
            raise ExportError(
                f"--format onnx: expected at most {MAX_BYTES / 1e9:.0f} GB of weights, the limit of one file, found"
                f" {size / 1e9:.1f} GB; use --format torchscript."
            )
        sides = {0: torch.export.Dim("batch", min=1), 2: torch.export.Dim("height", min=1),
                 3: torch.export.Dim("width", min=1)}  # fmt: skip
        example = torch.zeros(2, 3, 91, 130, dtype=torch.uint8)  # dynamic sides must be at least 2, and all different
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                module, (example,), out, dynamo=True, opset_version=OPERATOR_SET, dynamic_shapes={"images": sides},
                input_names=["images"], output_names=["embeddings"], external_data=False, verbose=False,
            )  # fmt: skip

    def open(self, path: Path) -> EmbedPixels:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = LOG_FATAL
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # spinning starves busy neighbours
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        return lambda images: session.run(["embeddings"], {"images": images})[0]
