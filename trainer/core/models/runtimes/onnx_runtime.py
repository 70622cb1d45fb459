"""ONNX Runtime, on the CPU, and writing ONNX files."""

import warnings
from collections.abc import Mapping
from importlib import metadata, util
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from trainer.core.cache import Arrays
from trainer.core.models.runtimes.base import Encode, ExportedRuntime, RuntimeFailure

OPERATOR_SET = 18
MAX_BYTES = 2_000_000_000  # of a file: protobuf messages end at 2 GiB
LOG_FATAL = 4  # onnxruntime's log level; errors are raised as exceptions, so logging them repeats them


class OnnxRuntime(ExportedRuntime):
    title = "ONNX Runtime"
    tolerance = 1e-4

    @property
    def library(self) -> str:  # type: ignore[override]
        return f"onnxruntime {metadata.version('onnxruntime')}"

    def is_available(self) -> bool:
        return all(util.find_spec(package) for package in ("onnxruntime", "onnxscript"))

    def export(self, module: nn.Module, example: torch.Tensor) -> Arrays:
        if weights_bytes(module) > MAX_BYTES:
            raise RuntimeFailure("its weights are larger than an ONNX file can be")
        shapes = {"pixels": {0: torch.export.Dim("batch", min=1)}}
        program = write_onnx(module, example, None, shapes, output="features")
        return {"onnx": np.frombuffer(program.model_proto.SerializeToString(), np.uint8)}

    def open(self, exported: Arrays) -> Encode:
        session = open_session(exported["onnx"].tobytes())
        return lambda pixels: session.run(["features"], {"pixels": pixels})[0]


def weights_bytes(module: nn.Module) -> int:
    return sum(tensor.numel() * tensor.element_size() for tensor in module.state_dict().values())


def write_onnx(
    module: nn.Module, example: torch.Tensor, path: Path | None, shapes: Mapping[str, Mapping[int, Any]], output: str
) -> Any:
    """One self-contained file, or none if `path` is None; returns torch's ONNXProgram.

    `shapes`: for the name of the input, its sides that may have any length.
    """
    import onnxscript  # noqa: F401 - needed by torch.onnx; imported first, so that its absence is reported early

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return torch.onnx.export(
            module, (example,), path, dynamo=True, opset_version=OPERATOR_SET, dynamic_shapes=dict(shapes),
            input_names=list(shapes), output_names=[output], external_data=False, verbose=False,
        )  # fmt: skip


def open_session(source: Path | bytes) -> Any:
    """An onnxruntime.InferenceSession on the CPU."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = LOG_FATAL
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # spinning starves busy neighbours
    return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
