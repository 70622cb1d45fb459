"""A checkpoint as one file that runs without this project, from decoded pixels to the embedding.

| format | file | opens with |
|---|---|---|
| `torchscript` | TorchScript, uint8 (B, 3, H, W) -> float32 (B, E) | `torch.jit.load` |
| `onnx` | ONNX, input `pictures`, output `embeddings`, of the same shapes | any runtime with operator set 18 |
| `kaggle` | a zip with `saved_model.pt`, the TorchScript file, as GUIE wanted submissions | the competition's host |

H, W and B may be anything; the pictures of one batch have one size. No file is left that does not agree with the Python
embedder.
"""

import math
import sys
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np
import torch
from PIL import Image

from trainer.core.cache import whole_file
from trainer.core.errors import UserError, first_line
from trainer.core.models.checkpoint import Checkpoint
from trainer.core.models.embedder import Embedder
from trainer.export.embedder_module import DeployedEmbedder

LEAST_COSINE = 0.999
OPERATOR_SET = 18
ONNX_MAX_BYTES = 2_000_000_000  # protobuf ends at 2 GiB
SUBMISSION = "saved_model.pt"
PICTURES_PX = ((320, 240), (97, 333), (64, 64), (48, 700), (500, 1), (1021, 766))  # width, height

Run = Callable[[np.ndarray], np.ndarray]  # uint8 (B, 3, H, W) -> (B, E)


class ExportError(UserError):
    """A checkpoint that cannot be written in this format, or a file that disagrees with the embedder."""


def run(checkpoint: Checkpoint, format: str, out: Path) -> Path:
    """Write `out`, open it again and compare it with the Python embedder. Raises ExportError and leaves no file."""
    if format not in FORMATS:
        raise ExportError(f"--format {format}: expected one of {', '.join(FORMATS)}.")
    embedder = Embedder(checkpoint)
    module = DeployedEmbedder(embedder.backbone(), checkpoint.load_head())
    with whole_file(out) as part:
        try:
            FORMATS[format].write(module, part)
            cosine = least_cosine(open_exported(part, format), embedder)
        except UserError:
            raise
        except ImportError as error:
            raise ExportError(f"--format {format} needs {error.name}: pip install -r requirements.txt") from error
        except Exception as error:  # exporters and runtimes fail in many ways
            reason = first_line(error)
            raise ExportError(
                f"{checkpoint.name} on {checkpoint.backbone} cannot be written as {format} ({reason}); try"
                f" {' or '.join(other for other in FORMATS if other != format)}."
            ) from error
        if not cosine > LEAST_COSINE:  # also where it is not a number
            raise ExportError(
                f"{checkpoint.name}: expected the {format} file to agree with the Python embedder (cosine above"
                f" {LEAST_COSINE}), found {cosine:.4f} on a generated picture; no file was written."
            )
    print(
        f"{out.name}: {out.stat().st_size / 1e6:.1f} MB, cosine with the Python embedder at least"
        f" {math.floor(cosine * 1e5) / 1e5} on {len(PICTURES_PX)} generated pictures",
        file=sys.stderr,
    )
    return out


def open_exported(path: Path, format: str) -> Run:
    """What a file of this format computes, on the CPU."""
    return FORMATS[format].open(path)


def _open_onnx(path: Path) -> Run:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # what goes wrong is raised, and told once
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # beside busy processes it costs most
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return lambda pictures: session.run(["embeddings"], {"pictures": pictures})[0]


def _open_kaggle(path: Path) -> Run:
    with zipfile.ZipFile(path) as archive, archive.open(SUBMISSION) as file:
        return _open_torchscript(file)


def _open_torchscript(file: Path | IO[bytes]) -> Run:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # see _torchscript
        script = torch.jit.load(str(file) if isinstance(file, Path) else file, map_location="cpu")

    def call(pictures: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            return script(torch.from_numpy(pictures)).numpy()

    return call


def least_cosine(deployed: Run, embedder: Embedder) -> float:
    """The smallest cosine between both embeddings of a picture, over a few generated ones."""
    cosines = []
    for picture in _pictures():
        pixels = np.array(picture).transpose(2, 0, 1)[None].copy()  # (1, 3, H, W)
        cosines.append((deployed(pixels) * embedder.embed([picture])).sum())
    return float(np.min(cosines))


def _torchscript(module: DeployedEmbedder, out: Path) -> None:
    """Preparing pictures is scripted, as it depends on their size; networks are traced, at the one size they get."""
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # PyTorch announces the end of TorchScript, which the competition asks for
        for part, size in zip(module.parts, module.sizes_px, strict=True):
            part.model = torch.jit.trace(part.model, torch.zeros(2, 3, size, size), check_trace=False)
        module.head = torch.jit.trace(module.head, torch.ones(2, module.in_dims), check_trace=False)
        with tempfile.TemporaryDirectory(dir=out.parent) as folder:  # of the name `out` PyTorch might not approve
            script = Path(folder) / SUBMISSION
            torch.jit.script(module).save(str(script))
            script.replace(out)


def _kaggle(module: DeployedEmbedder, out: Path) -> None:
    with tempfile.TemporaryDirectory(dir=out.parent) as folder, zipfile.ZipFile(out, "w") as archive:
        script = Path(folder) / SUBMISSION
        _torchscript(module, script)
        archive.write(script, SUBMISSION)


def _onnx(module: DeployedEmbedder, out: Path) -> None:
    import onnxscript  # noqa: F401 - asked for here, so that its absence is told before the long work

    size = sum(tensor.numel() * tensor.element_size() for tensor in module.state_dict().values())
    if size > ONNX_MAX_BYTES:
        raise ExportError(
            f"--format onnx: expected at most {ONNX_MAX_BYTES / 1e9:.0f} GB of weights, which is all that one file"
            f" holds, found {size / 1e9:.1f} GB; use --format torchscript."
        )
    sides = {0: torch.export.Dim("batch", min=1), 2: torch.export.Dim("height", min=1),
             3: torch.export.Dim("width", min=1)}  # fmt: skip
    example = torch.zeros(2, 3, 91, 130, dtype=torch.uint8)  # dynamic sides must be 2 or more here, and not alike
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module, (example,), out, dynamo=True, opset_version=OPERATOR_SET, dynamic_shapes={"pictures": sides},
            input_names=["pictures"], output_names=["embeddings"], external_data=False, verbose=False,
        )  # fmt: skip


class Format(NamedTuple):
    """How a file of a format is written, and how it is opened again to be checked."""

    write: Callable[[DeployedEmbedder, Path], None]
    open: Callable[[Path], Run]


FORMATS = {
    "torchscript": Format(_torchscript, _open_torchscript),
    "onnx": Format(_onnx, _open_onnx),
    "kaggle": Format(_kaggle, _open_kaggle),
}


def _pictures() -> Iterator[Image.Image]:
    """Coloured clouds with some noise, of several shapes down to a strip of one pixel; the same ones every time."""
    rng = np.random.default_rng(0)
    for width, height in PICTURES_PX:
        clouds = Image.fromarray(rng.integers(0, 256, (6, 5, 3), dtype=np.uint8)).resize((width, height))
        noisy = np.asarray(clouds) + rng.normal(0, 10, (height, width, 3))
        yield Image.fromarray(noisy.clip(0, 255).astype(np.uint8))
