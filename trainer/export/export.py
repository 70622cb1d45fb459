"""Write a checkpoint as one file that runs without this project, from decoded pixels to the embedding.

export_checkpoint(open_checkpoint("atlas"), "onnx", Path("atlas.onnx"))

The file is opened again and compared with the Python embedder. If the two disagree, no file is written.
"""

import math
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from trainer.core.errors import UserError
from trainer.core.files import storage_error, whole_file
from trainer.core.models.checkpoint import Checkpoint
from trainer.core.models.embedder import Embedder
from trainer.export.embedder_module import DeployedEmbedder
from trainer.export.formats import FORMATS, ExportError, export_format
from trainer.export.formats.base import EmbedPixels

MIN_COSINE = 0.999
CHECK_SIZES_PX = ((320, 240), (97, 333), (64, 64), (48, 700), (500, 1), (1021, 766))  # width, height


def export_checkpoint(checkpoint: Checkpoint, format_name: str, out: Path) -> Path:
    """Write `out` in one of FORMATS, check it, and return it. Raises ExportError and leaves no file."""
    target = export_format(format_name)
    embedder = Embedder(checkpoint)
    module = DeployedEmbedder(embedder.backbone(), checkpoint.load_head())
    with whole_file(out) as part:
        try:
            target.write(module, part)
            cosine = min_cosine(target.open(part), embedder)
        except UserError:
            raise
        except ImportError as error:
            raise ExportError(f"--format {format_name} needs {error.name}: pip install -r requirements.txt") from error
        except Exception as error:  # exporters and runtimes raise exceptions of many kinds
            if storage_error(error, out):
                raise  # `whole_file` explains it
            reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
            raise ExportError(
                f"{checkpoint.name} on {checkpoint.backbone} cannot be written as {format_name} ({reason}); try"
                f" {' or '.join(other for other in FORMATS if other != format_name)}."
            ) from error
        if not cosine > MIN_COSINE:  # also true for NaN
            raise ExportError(
                f"{checkpoint.name}: expected the {format_name} file to agree with the Python embedder (cosine above"
                f" {MIN_COSINE}), found {cosine:.4f} on a generated image; no file was written."
            )
    print(
        f"{out.name}: {out.stat().st_size / 1e6:.1f} MB, cosine with the Python embedder at least"
        f" {math.floor(cosine * 1e5) / 1e5} on {len(CHECK_SIZES_PX)} generated images",
        file=sys.stderr,
    )
    return out


def min_cosine(deployed: EmbedPixels, embedder: Embedder) -> float:
    """The smallest cosine between the two embeddings of an image, over a few generated images."""
    cosines = []
    for image in _generated_images():
        pixels = np.array(image).transpose(2, 0, 1)[None].copy()  # (1, 3, H, W)
        cosines.append((deployed(pixels) * embedder.embed([image])).sum())
    return float(np.min(cosines))


def _generated_images() -> Iterator[Image.Image]:
    """Blurred colours with noise, in several shapes down to one row of pixels; the same images every time."""
    rng = np.random.default_rng(0)
    for width, height in CHECK_SIZES_PX:
        colours = Image.fromarray(rng.integers(0, 256, (6, 5, 3), dtype=np.uint8)).resize((width, height))
        noisy = np.asarray(colours) + rng.normal(0, 10, (height, width, 3))
        yield Image.fromarray(noisy.clip(0, 255).astype(np.uint8))
