"""`python -m trainer embed`: the embeddings of a gallery as one NumPy file."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from trainer.commands.options import add_checkpoint, add_gallery, check_output_file
from trainer.core.files import user_path

if TYPE_CHECKING:
    from trainer.core.data.gallery import Gallery
    from trainer.core.models.checkpoint import Checkpoint

HELP = "write the embeddings of a gallery"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_gallery(parser)
    add_checkpoint(parser)
    parser.add_argument("--out", type=user_path, required=True, metavar="FILE.npz")


def run(options: argparse.Namespace) -> None:
    from trainer import open_checkpoint
    from trainer.api import open_galleries

    checkpoint = open_checkpoint(options.checkpoint)
    check_output_file(options.out, "a file name ending in .npz")
    check_output_file(_with_ending(options.out), "a file name ending in .npz")
    [gallery] = open_galleries([options.gallery])
    print(write_embeddings(gallery, checkpoint, options.out))


def _with_ending(out: Path) -> Path:
    return out if out.suffix == ".npz" else out.with_name(f"{out.name}.npz")


def write_embeddings(gallery: "Gallery", checkpoint: "Checkpoint", out: Path) -> Path:
    """Write the arrays `embeddings` (N, E) float32, `image_ids`, `object_types`, `class_names` and `splits`.

    Row i belongs to image i of the gallery. The ending .npz is added if `out` has another one. Returns the path.
    """
    import numpy as np

    from trainer.core.files import whole_file
    from trainer.core.models.embedder import gallery_embeddings

    out = _with_ending(out)
    with whole_file(out) as part:
        np.savez(
            part,
            embeddings=gallery_embeddings(gallery, checkpoint),
            image_ids=gallery.table["image_id"].to_numpy(dtype=str),
            object_types=gallery.object_types,
            class_names=gallery.class_names,
            splits=gallery.table["split"].to_numpy(dtype=str),
        )
    return out
