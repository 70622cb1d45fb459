"""OpenVINO, on the CPU. In float32 its features agree with PyTorch's to about 1e-6 of the largest."""

import sys
import tempfile
import warnings
from functools import cache
from importlib import metadata, util
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import Any

import numpy as np
import torch
from torch import nn

from trainer.core.cache import Arrays
from trainer.core.models.runtimes.base import Encode, ExportedRuntime


class OpenVinoRuntime(ExportedRuntime):
    title = "OpenVINO"
    tolerance = 1e-4
    hint = "f32"

    @property
    def library(self) -> str:  # type: ignore[override]
        return f"openvino {metadata.version('openvino')}"

    def is_available(self) -> bool:
        return util.find_spec("openvino") is not None

    def export(self, module: nn.Module, example: torch.Tensor) -> Arrays:
        openvino = _openvino()
        shape = [-1, *example.shape[1:]]
        fast_path = torch.backends.mha.get_fastpath_enabled()
        torch.backends.mha.set_fastpath_enabled(False)  # its operators cannot be exported
        try:
            with torch.no_grad(), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # torch says that it prefers other ways of tracing
                model = openvino.convert_model(module, example_input=example, input=(shape, openvino.Type.u8))
        finally:
            torch.backends.mha.set_fastpath_enabled(fast_path)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "network.xml"
            openvino.save_model(model, path, compress_to_fp16=False)
            files = {kind: path.with_suffix(f".{kind}").read_bytes() for kind in ("xml", "bin")}
        return {kind: np.frombuffer(content, np.uint8) for kind, content in files.items()}

    def open(self, exported: Arrays) -> Encode:
        model = _core().read_model(exported["xml"].tobytes(), exported["bin"].tobytes())
        settings = {
            "PERFORMANCE_HINT": "LATENCY",  # one request uses all cores
            "INFERENCE_PRECISION_HINT": self.hint,
            "ENABLE_CPU_PINNING": False,  # processes beside each other would be pinned to the same cores
        }
        request = _core().compile_model(model, "CPU", settings).create_infer_request()
        lock = Lock()  # a request computes one batch at a time

        def encode(pixels: np.ndarray) -> np.ndarray:
            with lock:
                (features,) = request.infer([np.ascontiguousarray(pixels)], share_inputs=True).values()
                return np.array(features, np.float32)  # a copy: the next batch overwrites it

        return encode


class OpenVinoBf16Runtime(OpenVinoRuntime):
    """Two to three times as fast where the processor has bfloat16; only by choice, as neighbours can change places."""

    title = "OpenVINO bf16"
    precision = "bf16"
    tolerance = 0.25
    hint = "bf16"

    def is_available(self) -> bool:
        return super().is_available() and "BF16" in _core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def _openvino() -> ModuleType:
    """The package, without the one through which it would report its use to its makers."""
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino

    return openvino


@cache
def _core() -> Any:
    return _openvino().Core()
