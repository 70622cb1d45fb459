"""The formats that `python -m trainer export` writes. A new format is a new file here and one line in FORMATS.

| format | file | opens with |
|---|---|---|
| `torchscript` | TorchScript, uint8 (B, 3, H, W) -> float32 (B, E) | `torch.jit.load` |
| `onnx` | ONNX, input `images`, output `embeddings`, the same shapes | any runtime with operator set 18 |
| `kaggle` | a zip with `saved_model.pt`, the TorchScript file, as GUIE expected submissions | the competition's host |

B, H and W are free; the images of one batch have one size.
"""

from trainer.export.formats.base import ExportError, ExportFormat
from trainer.export.formats.kaggle import Kaggle
from trainer.export.formats.onnx import Onnx
from trainer.export.formats.torchscript import TorchScript

FORMATS: dict[str, ExportFormat] = {
    "torchscript": TorchScript(),
    "onnx": Onnx(),
    "kaggle": Kaggle(),
}


def export_format(name: str) -> ExportFormat:
    """The format of this name. Raises ExportError for an unknown one."""
    if name not in FORMATS:
        raise ExportError(f"--format {name}: expected one of {', '.join(FORMATS)}.")
    return FORMATS[name]
