"""Compare AlignedUMAP with separate UMAPs aligned by Procrustes: neighbours preserved, and movement between maps.

python tests/benchmarks/bench_alignment.py atlas arcface-linear-lite2 pca-lite2       # minutes; the sample gallery

Both use the default parameters of the page and one seed. `moved`: mean distance of an image between consecutive
projections, as a share of the projection's width, after alignment by Procrustes (AlignedUMAP's projections too, which
can only reduce it).
"""

import argparse
import itertools
import sys
import warnings
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from app.library.align import align
from trainer.core.data.gallery import open_gallery
from trainer.core.models.checkpoint import open_checkpoint
from trainer.core.models.embedder import gallery_embeddings
from trainer.core.projection.parameters import ProjectionParameters
from trainer.core.projection.projection import gallery_map
from trainer.core.projection.quality import projection_quality

DEFAULT = ProjectionParameters()


def aligned_umap(tables: list[np.ndarray], regularisation: float) -> list[np.ndarray]:
    from umap import AlignedUMAP

    same = {row: row for row in range(len(tables[0]))}
    model = AlignedUMAP(
        n_neighbors=DEFAULT.n_neighbors + 1,
        min_dist=DEFAULT.min_dist,
        metric=DEFAULT.metric,
        random_state=DEFAULT.seed,
        alignment_regularisation=regularisation,
    )
    return list(model.fit(tables, relations=[same] * (len(tables) - 1)).embeddings_)


def report(name: str, tables: list[np.ndarray], maps: list[np.ndarray]) -> None:
    aligned = [align(xy, maps[0])(xy) for xy in maps]
    width = np.ptp(aligned[0], axis=0).max()
    moved = [np.linalg.norm(a - b, axis=1).mean() / width for a, b in itertools.pairwise(aligned)]
    quality = [projection_quality(table, xy) for table, xy in zip(tables, maps, strict=True)]
    trust = " ".join(f"{one.trustworthiness:.4f}" for one in quality if one)
    preserved = " ".join(f"{one.neighbourhood_preservation:.3f}" for one in quality if one)
    print(f"{name:<28} trustworthiness {trust}   preserved {preserved}   moved {np.mean(moved):.3f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoints", nargs="+")
    gallery = open_gallery("sample")
    checkpoints = [open_checkpoint(name) for name in parser.parse_args().checkpoints]
    tables = [gallery_embeddings(gallery, checkpoint) for checkpoint in checkpoints]
    warnings.simplefilter("ignore")
    report("UMAP each, Procrustes", tables, [gallery_map(gallery, checkpoint) for checkpoint in checkpoints])
    for regularisation in (0.01, 0.001):  # umap-learn's default, and a weaker one
        report(f"AlignedUMAP, {regularisation}", tables, aligned_umap(tables, regularisation))


if __name__ == "__main__":
    main()
