"""UMAP (McInnes et al., 2018) by umap-learn, in a process of its own.

`import umap` takes about 7 s and 180 MB, and each process compiles umap-learn's functions again. The process that
serves the page therefore never imports it: `worker.py` runs `fit_umap` elsewhere.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from trainer.core.errors import UserError
from trainer.core.projection.fit_parameters import FitParameters, distances
from trainer.core.projection.neighbour_projection import NeighbourProjection
from trainer.core.projection.out_of_sample import attraction_curve, umap_step
from trainer.core.projection.worker import run_in_worker
from trainer.core.retrieval.search import Neighbours

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

MANY_ROWS, EPOCHS, EPOCHS_OF_MANY_ROWS = 10_000, 500, 200  # as in umap-learn


class Umap(NeighbourProjection):
    """umap-learn's fuzzy graph of exact FAISS neighbours, then one of two engines.

    `parallel`: the project's optimiser (umap_optimizer.py). `umap-learn`: plain `umap.UMAP`, with its own neighbours,
    spectral start and optimiser. Both give the same map on any number of cores.
    """

    version = 3
    parameters = ("n_neighbors", "min_dist", "metric", "seed", "engine")

    def __init__(self, dims: int) -> None:
        self.dims = dims
        self.title = f"UMAP {dims}-D"

    def n_neighbors(self, n: int, parameters: FitParameters) -> int:
        return min(parameters.n_neighbors, n - 1) if parameters.engine == "parallel" else 0

    def optimize(
        self,
        embeddings: np.ndarray,
        start: np.ndarray,
        neighbours: Neighbours | None,
        parameters: FitParameters,
    ) -> np.ndarray:
        if neighbours is None:
            return run_in_worker(fit_umap_learn, embeddings, self.dims, parameters)
        distance = distances(neighbours.similarity, parameters.metric)
        return run_in_worker(fit_parallel, start, neighbours.rows, distance, parameters)

    def transform_neighbors(self, n: int, parameters: FitParameters) -> int:
        return min(parameters.n_neighbors, n - 1)

    def step(
        self,
        place: np.ndarray,
        near: np.ndarray,
        weight: np.ndarray,
        fixed: np.ndarray,
        parameters: FitParameters,
    ) -> np.ndarray:
        return umap_step(place, near, weight, fixed, *attraction_curve(parameters.min_dist))


def fit_parallel(start: np.ndarray, rows: np.ndarray, distance: np.ndarray, parameters: FitParameters) -> np.ndarray:
    """(N, dims) start, (N, K) neighbours and distances -> (N, dims) float32 by umap-learn's graph and our optimiser."""
    with _umap_on_one_thread() as umap:
        graph = fuzzy_graph(rows, distance)
        a, b = umap.find_ab_params(1.0, parameters.min_dist)
    from trainer.core.projection.umap_optimizer import optimize_layout

    # 10 wide along each axis, as umap-learn's own start; a wider one ends in islands far apart.
    start = 10 * (start - start.min(0)) / np.ptp(start, axis=0)
    epochs = EPOCHS if len(rows) <= MANY_ROWS else EPOCHS_OF_MANY_ROWS
    return optimize_layout(start, graph, epochs, float(a), float(b), parameters.seed)


def fuzzy_graph(rows: np.ndarray, distance: np.ndarray) -> "csr_matrix":
    """(N, K) neighbours without the image itself, nearest first -> umap-learn's (N, N) fuzzy simplicial set."""
    with _umap_on_one_thread() as umap:
        # umap-learn counts a point as its own first neighbour.
        indices = np.column_stack([np.arange(len(rows)), rows]).astype(np.int32)
        dists = np.column_stack([np.zeros(len(rows)), distance]).astype(np.float32)
        graph, _, _ = umap.fuzzy_simplicial_set(
            indices, indices.shape[1], None, "precomputed", knn_indices=indices, knn_dists=dists
        )
    return graph.tocsr()


def fit_umap_learn(embeddings: np.ndarray, dims: int, parameters: FitParameters) -> np.ndarray:
    """(N, E) unit rows -> (N, dims) float32 by plain `umap.UMAP`, which counts a point as its own neighbour."""
    with _umap_on_one_thread() as umap:
        model = umap.UMAP(
            n_neighbors=min(parameters.n_neighbors + 1, len(embeddings) - 1),
            n_components=dims,
            min_dist=parameters.min_dist,
            metric=parameters.metric,
            random_state=parameters.seed,
            n_jobs=1,
        )
        return model.fit_transform(embeddings).astype(np.float32)


@contextmanager
def _umap_on_one_thread() -> Iterator:
    """`umap.umap_`; on several threads its sums, and so its maps, depend on how many there are."""
    try:
        import numba
        from umap import umap_
    except ImportError as error:
        raise UserError(
            f"UMAP needs the package umap-learn, which cannot be imported ({error}): pip install -r requirements.txt"
        ) from error
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        yield umap_
    finally:
        numba.set_num_threads(before)
