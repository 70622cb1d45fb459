"""`python -m trainer project`: a map of a gallery as a table with the coordinates of each image."""

import argparse
from typing import TYPE_CHECKING

from trainer.commands.options import add_checkpoint, add_gallery, check_output_file
from trainer.core.files import user_path

if TYPE_CHECKING:
    import pandas as pd

    from trainer.core.data.gallery import Gallery
    from trainer.core.models.checkpoint import Checkpoint
    from trainer.core.projection.parameters import ProjectionParameters

HELP = "write a map of a gallery: the coordinates of each image, as a CSV"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    from trainer.core.projection.fit_parameters import ENGINES
    from trainer.core.projection.parameters import ProjectionParameters
    from trainer.core.projection.registry import PROJECTIONS

    default = ProjectionParameters()
    add_gallery(parser)
    add_checkpoint(parser)
    parser.add_argument("--out", type=user_path, required=True, metavar="FILE.csv")
    parser.add_argument(
        "--projection", choices=tuple(PROJECTIONS), default=default.projection, help="default: %(default)s"
    )
    parser.add_argument("--engine", choices=ENGINES, default=default.engine, help="of UMAP (default: %(default)s)")
    parser.add_argument(
        "--n-neighbors", type=int, default=default.n_neighbors, metavar="K",
        help="2 to 200; the perplexity of t-SNE (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--min-dist", type=float, default=default.min_dist, metavar="D", help="0 to 1; of UMAP (default: %(default)s)"
    )
    parser.add_argument("--metric", default=default.metric, help="cosine or euclidean (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=default.seed, help="default: %(default)s")


def run(options: argparse.Namespace) -> None:
    from trainer import open_checkpoint
    from trainer.api import open_galleries
    from trainer.core.csv_cell import csv_cell
    from trainer.core.files import whole_file
    from trainer.core.projection.parameters import ProjectionParameters

    parameters = ProjectionParameters(
        options.projection,
        n_neighbors=options.n_neighbors,
        min_dist=options.min_dist,
        metric=options.metric,
        seed=options.seed,
        engine=options.engine,
    )
    checkpoint = open_checkpoint(options.checkpoint)
    check_output_file(options.out, "a file name ending in .csv")
    [gallery] = open_galleries([options.gallery])
    table = coordinates(gallery, checkpoint, parameters).map(csv_cell)
    with whole_file(options.out) as part:
        table.to_csv(part, index=False, float_format="%.6g", lineterminator="\n")
    print(options.out)


def coordinates(gallery: "Gallery", checkpoint: "Checkpoint", parameters: "ProjectionParameters") -> "pd.DataFrame":
    """A row for each image: image_id, object_type, class_name, split, x, y and, in three dimensions, z."""
    from trainer.core.projection.projection import gallery_map

    xyz = gallery_map(gallery, checkpoint, parameters)  # (N, dims)
    labels = gallery.table[["image_id", "object_type", "class_name", "split"]]
    return labels.assign(**{axis: xyz[:, column] for column, axis in zip(range(xyz.shape[1]), "xyz", strict=False)})
