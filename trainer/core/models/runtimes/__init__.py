"""What runs the networks of frozen encoders: OpenVINO where it is installed, then ONNX Runtime, then PyTorch.

| GUIE_RUNTIME | runs |
|---|---|
| `auto` (default) | on a GPU `torch`; else the first of `openvino`, `onnxruntime`, `torch` that can run the encoder |
| `openvino`, `onnxruntime`, `torch` | this one alone, in float32 |
| `openvino-bf16`, `torch-bf16` | the same in bfloat16; their features are never stored under the same key |

In float32, all agree to about 1e-6 of the largest feature.
"""

import os
from functools import lru_cache

import torch

from trainer.core.errors import UserError, listed, short_repr
from trainer.core.models.runtimes.base import Encode, Network, Runtime, RuntimeFailure, WhileUsed, random_pixels
from trainer.core.models.runtimes.onnx_runtime import OnnxRuntime
from trainer.core.models.runtimes.openvino_runtime import OpenVinoBf16Runtime, OpenVinoRuntime
from trainer.core.models.runtimes.torch_runtime import TorchBf16Runtime, TorchRuntime
from trainer.core.progress import print_once

__all__ = ["RUNTIMES", "Encode", "Network", "Runtime", "WhileUsed", "encoder", "random_pixels", "rounding", "runtimes"]

RUNTIMES: dict[str, Runtime] = {
    "openvino": OpenVinoRuntime(),
    "onnxruntime": OnnxRuntime(),
    "torch": TorchRuntime(),
    "openvino-bf16": OpenVinoBf16Runtime(),
    "torch-bf16": TorchBf16Runtime(),
}
AUTO = ("openvino", "onnxruntime", "torch")  # the fastest first


def runtimes() -> list[Runtime]:
    """Those that may run an encoder on this machine, the preferred one first. Raises UserError."""
    return _runtimes(os.environ.get("GUIE_RUNTIME") or "auto")


@lru_cache(maxsize=8)
def _runtimes(name: str) -> list[Runtime]:
    if name != "auto":
        if name not in RUNTIMES:
            raise UserError(f"GUIE_RUNTIME is {short_repr(name)}: expected auto, {listed(list(RUNTIMES))}.")
        if not RUNTIMES[name].is_available():
            raise UserError(f"GUIE_RUNTIME is {name}, which is not installed or does not run on this machine.")
        return [RUNTIMES[name]]
    names = ("torch",) if torch.cuda.is_available() else AUTO
    return [RUNTIMES[name] for name in names if RUNTIMES[name].is_available()]


def rounding() -> str:
    """A part of the key of features: "" for float32, where all runtimes agree; else the name of the runtime."""
    first = runtimes()[0]
    return "" if first.precision == "float32" else next(name for name, one in RUNTIMES.items() if one is first)


def encoder(network: Network) -> Encode:
    """uint8 pixels (B, S, S, 3) -> features (B, D) float32, by the first runtime that can run the network.

    Raises UserError if the one that GUIE_RUNTIME names cannot.
    """
    reasons = []
    for runtime in runtimes():
        try:
            encode = runtime.encoder(network)
        except RuntimeFailure as failure:
            reasons.append(f"{runtime.title} cannot run it ({str(failure).rstrip('.')})")
            continue
        if reasons:
            print_once(f"{network.name}: {'; '.join(reasons)}; {runtime.title} runs it.")
        return encode
    raise UserError(f"{network.name}: {'; '.join(reasons)}; choose another GUIE_RUNTIME.")
