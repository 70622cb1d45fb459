"""A map of a gallery as one table that anything can read: the coordinates of each image."""

import argparse
import sys
from pathlib import Path

import pandas as pd

from trainer.core.cache import whole_file
from trainer.core.data.gallery import Gallery, open_gallery
from trainer.core.errors import UserError
from trainer.core.models.checkpoint import Checkpoint, open_checkpoint
from trainer.core.projection.parameters import ENGINES, ProjectionParameters
from trainer.core.projection.projection import gallery_map
from trainer.core.projection.registry import PROJECTIONS

DEFAULT = ProjectionParameters()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--gallery", required=True, metavar="SRC", help="as for evaluate: sample, a folder, a CSV, hf:OWNER/NAME, ..."
    )
    parser.add_argument("--checkpoint", required=True, metavar="CKPT", help="a bundled name, a folder or hf:OWNER/NAME")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.csv")
    parser.add_argument("--projection", choices=tuple(PROJECTIONS), default=DEFAULT.projection)
    parser.add_argument("--engine", choices=ENGINES, default=DEFAULT.engine, help="of UMAP (default: %(default)s)")
    parser.add_argument(
        "--n-neighbors", type=int, default=DEFAULT.n_neighbors, metavar="K",
        help="2 to 200; the perplexity of t-SNE (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--min-dist", type=float, default=DEFAULT.min_dist, metavar="D", help="0 to 1; of UMAP (default: %(default)s)"
    )
    parser.add_argument("--metric", default=DEFAULT.metric, help="cosine or euclidean (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=DEFAULT.seed, help="default: %(default)s")


def run(options: argparse.Namespace) -> None:
    """Write the table and print its path."""
    parameters = ProjectionParameters(
        options.projection, options.n_neighbors, options.min_dist, options.metric, options.seed, options.engine
    )
    checkpoint = open_checkpoint(options.checkpoint)
    _check_out(options.out)
    gallery = open_gallery(options.gallery)
    for note in gallery.all_notes:
        print(note, file=sys.stderr)
    table = coordinates(gallery, checkpoint, parameters)
    with whole_file(options.out) as part:
        table.to_csv(part, index=False, float_format="%.6g", lineterminator="\n")
    print(options.out)


def coordinates(gallery: Gallery, checkpoint: Checkpoint, parameters: ProjectionParameters) -> pd.DataFrame:
    """A row for each image: image_id, object_type, class_name, split, x, y and, in three dimensions, z."""
    xyz = gallery_map(gallery, checkpoint, parameters)  # (N, dims)
    labels = gallery.table[["image_id", "object_type", "class_name", "split"]]
    return labels.assign(**{axis: xyz[:, column] for column, axis in zip(range(xyz.shape[1]), "xyz", strict=False)})


def _check_out(out: Path) -> None:
    """Before the long work. Raises UserError unless a file can be written there."""
    if out.is_dir():
        raise UserError(f"--out {out}: expected a file name ending in .csv, found a folder.")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"--out {out}: expected a folder that can be made ({error.strerror}).") from error
