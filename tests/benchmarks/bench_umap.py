"""UMAP as the project calls it against umap-learn's default call, on the same rows in the same run.

python tests/benchmarks/bench_umap.py    # 20,000 x 64, a minute or two; prints both times and both trustworthinesses

The default call is `umap.UMAP(metric="cosine")`: neighbours by NN-descent, a spectral start, no seed, all cores; the
project's has exact FAISS neighbours (their search is part of its time), starts at the PCA and gives the same map every
time, on all cores too. Both with 15 neighbours and a minimum distance of 0.1. A small call of each comes first, so
that neither pays for compiling.
"""

import argparse
import sys
import time
import warnings
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from trainer.core.projection.parameters import ProjectionParameters
from trainer.core.projection.projection import project
from trainer.core.projection.quality import projection_quality

PARAMETERS = ProjectionParameters(n_neighbors=15, min_dist=0.1)


def rows(n: int, dims: int, spread: float = 0.7, classes: int = 1_000, types: int = 11) -> np.ndarray:
    """Unit rows in clusters of clusters, as embeddings of classes of object types are."""
    rng = np.random.default_rng(0)
    of_type = rng.integers(0, types, classes)
    centres = rng.normal(size=(classes, dims)) + 1.5 * rng.normal(size=(types, dims))[of_type]
    made = centres[rng.integers(0, classes, n)] + spread * rng.normal(size=(n, dims))
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


def default_call(embeddings: np.ndarray) -> np.ndarray:
    import umap

    return umap.UMAP(metric="cosine").fit_transform(embeddings)


def ours(embeddings: np.ndarray) -> np.ndarray:
    return project(embeddings, PARAMETERS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=20_000)
    parser.add_argument("--dims", type=int, default=64)
    parser.add_argument("--spread", type=float, default=0.7, help="of a class; at 1.6 classes run into one another")
    arguments = parser.parse_args()
    embeddings = rows(arguments.n, arguments.dims, arguments.spread)
    warnings.simplefilter("ignore")
    figures = []
    for name, call in (("umap-learn's default call", default_call), ("the project", ours)):
        call(rows(min(5_000, arguments.n), arguments.dims))
        start, cpu_start = time.perf_counter(), time.process_time()
        xy = call(embeddings)
        took, cpu = time.perf_counter() - start, time.process_time() - cpu_start
        quality = projection_quality(embeddings, xy)
        assert quality is not None
        figures.append((took, quality.trustworthiness))
        print(f"{name:<26} {took:7.1f} s (CPU {cpu:.1f} s)", end="")
        print(f"   trustworthiness {quality.trustworthiness:.4f}   kept {quality.kept:.3f}", flush=True)
    (theirs, trust), (own, own_trust) = figures
    print(f"{own / theirs:.2f} of the time, trustworthiness {own_trust - trust:+.4f}")


if __name__ == "__main__":
    main()
