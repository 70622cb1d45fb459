"""The project's UMAP against umap-learn, on the same rows in the same run.

python tests/benchmarks/bench_umap.py    # 20,000 x 64, some minutes; prints times and figures of quality

Three calls, each with 15 neighbours and a minimum distance of 0.1:

* `umap.UMAP(metric="cosine")`, umap-learn's default: neighbours by NN-descent, a spectral start, no seed, all cores;
* umap-learn with a seed, which means one core, from the same FAISS neighbours and the same start as the project;
* the project: FAISS neighbours (their search is part of its time), a PCA start, the same map on any number of cores.

A small call of each comes first, so that none pays for imports and compilation.
"""

import argparse
import sys
import time
import warnings
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from trainer.core.projection.neighbour_projection import distances
from trainer.core.projection.parameters import ProjectionParameters
from trainer.core.projection.pca import PrincipalAxes
from trainer.core.projection.projection import project
from trainer.core.projection.quality import projection_quality
from trainer.core.retrieval.knn import neighbours_of_all

PARAMETERS = ProjectionParameters(n_neighbors=15, min_dist=0.1)


def synthetic_embeddings(n: int, dims: int, spread: float = 0.7, classes: int = 1_000, types: int = 11) -> np.ndarray:
    """Unit rows in clusters of clusters, like the classes of object types."""
    rng = np.random.default_rng(0)
    of_type = rng.integers(0, types, classes)
    centres = rng.normal(size=(classes, dims)) + 1.5 * rng.normal(size=(types, dims))[of_type]
    rows = centres[rng.integers(0, classes, n)] + spread * rng.normal(size=(n, dims))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def default_call(embeddings: np.ndarray) -> np.ndarray:
    import umap

    return umap.UMAP(metric="cosine").fit_transform(embeddings)


def same_neighbours(embeddings: np.ndarray) -> np.ndarray:
    import umap

    found, n = neighbours_of_all(embeddings, PARAMETERS.n_neighbors), len(embeddings)
    rows = np.column_stack([np.arange(n), found.rows])
    distance = np.column_stack([np.zeros(n), distances(found.similarity, PARAMETERS.metric)])
    model = umap.UMAP(
        n_neighbors=PARAMETERS.n_neighbors + 1, min_dist=PARAMETERS.min_dist, metric=PARAMETERS.metric, random_state=0,
        n_jobs=1, precomputed_knn=(rows, distance), init=PrincipalAxes(embeddings, 2).transform(embeddings),
    )  # fmt: skip
    return model.fit_transform(embeddings)


def the_project(embeddings: np.ndarray) -> np.ndarray:
    return project(embeddings, PARAMETERS)


CALLS = {
    "umap-learn's default call": default_call,
    "umap-learn, same neighbours": same_neighbours,
    "the project": the_project,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=20_000)
    parser.add_argument("--dims", type=int, default=64)
    parser.add_argument("--spread", type=float, default=0.7, help="of a class; at 1.6 the classes overlap")
    arguments = parser.parse_args()
    embeddings = synthetic_embeddings(arguments.n, arguments.dims, arguments.spread)
    warnings.simplefilter("ignore")
    times = {}
    for name, call in CALLS.items():
        call(synthetic_embeddings(min(5_000, arguments.n), arguments.dims))
        start = time.perf_counter()
        xy = call(embeddings)
        times[name] = time.perf_counter() - start
        quality = projection_quality(embeddings, xy)
        assert quality is not None
        print(
            f"{name:<28} {times[name]:7.1f} s   trustworthiness {quality.trustworthiness:.4f}"
            f"   neighbourhood preservation {quality.neighbourhood_preservation:.3f}",
            flush=True,
        )
    *peers, own = times
    print("; ".join(f"{times[own] / times[peer]:.2f} of the time of {peer}" for peer in peers))


if __name__ == "__main__":
    main()
