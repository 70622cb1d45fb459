"""OpenVINO, on the CPU. In float32 its features agree with PyTorch's to about 1e-6 of the largest."""

import io
import sys
import warnings
from functools import cache
from importlib import metadata, util
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
        """A compiled network may not fit another processor."""
        return f"openvino {metadata.version('openvino')} on {_core().get_property('CPU', 'FULL_DEVICE_NAME')}"

    @property
    def _settings(self) -> dict[str, Any]:
        return {
            "PERFORMANCE_HINT": "LATENCY",  # one request uses all cores
            "INFERENCE_PRECISION_HINT": self.hint,
            "ENABLE_CPU_PINNING": False,  # processes beside each other would be pinned to the same cores
        }

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
        compiled = _core().compile_model(model, "CPU", self._settings)
        return {"compiled": np.frombuffer(compiled.export_model().getvalue(), np.uint8)}

    def open(self, exported: Arrays) -> Encode:
        file = io.BytesIO(exported["compiled"].tobytes())
        request = _core().import_model(file, "CPU", self._settings).create_infer_request()
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
