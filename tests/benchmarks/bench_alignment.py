"""AlignedUMAP against separate UMAPs and Procrustes: neighbours preserved, and how far images move between maps.

python tests/benchmarks/bench_alignment.py atlas arcface-linear-lite2 pca-lite2       # some minutes; the sample gallery

Both with the page's parameters and one seed. `moved`: the mean distance of an image between the maps of two successive
checkpoints, as a share of the map's width, after alignment (AlignedUMAP's maps are aligned by Procrustes too, which can
only help them).
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

PARAMETERS = ProjectionParameters()


def aligned_umap(tables: list[np.ndarray], regularisation: float) -> list[np.ndarray]:
    from umap import AlignedUMAP

    same = {row: row for row in range(len(tables[0]))}
    model = AlignedUMAP(
        n_neighbors=PARAMETERS.n_neighbors + 1, min_dist=PARAMETERS.min_dist, metric=PARAMETERS.metric,
        random_state=PARAMETERS.seed, alignment_regularisation=regularisation,
    )  # fmt: skip
    return list(model.fit(tables, relations=[same] * (len(tables) - 1)).embeddings_)


def report(name: str, tables: list[np.ndarray], maps: list[np.ndarray]) -> None:
    aligned = [align(xy, maps[0])(xy) for xy in maps]
    width = np.ptp(aligned[0], axis=0).max()
    moved = [np.linalg.norm(a - b, axis=1).mean() / width for a, b in itertools.pairwise(aligned)]
    found = [projection_quality(table, xy) for table, xy in zip(tables, maps, strict=True)]
    trust = " ".join(f"{one.trustworthiness:.4f}" for one in found if one)
    preserved = " ".join(f"{one.neighbourhood_preservation:.3f}" for one in found if one)
    print(f"{name:<28} trustworthiness {trust}   preserved {preserved}   moved {np.mean(moved):.3f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoints", nargs="+")
    gallery = open_gallery("sample")
    checkpoints = [open_checkpoint(name) for name in parser.parse_args().checkpoints]
    tables = [gallery_embeddings(gallery, checkpoint) for checkpoint in checkpoints]
    warnings.simplefilter("ignore")
    report("separate UMAPs, Procrustes", tables, [gallery_map(gallery, checkpoint) for checkpoint in checkpoints])
    for regularisation in (0.01, 0.001):  # umap-learn's default, and a weaker one
        report(f"AlignedUMAP, {regularisation}", tables, aligned_umap(tables, regularisation))


if __name__ == "__main__":
    main()
