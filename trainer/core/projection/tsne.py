"""Barnes-Hut t-SNE (van der Maaten, 2014) by scikit-learn, started from the PCA (Kobak and Berens, 2019)."""

import numpy as np

from trainer.core.projection.fit_parameters import FitParameters, distances
from trainer.core.projection.neighbour_projection import NeighbourProjection
from trainer.core.projection.out_of_sample import conditional, tsne_step
from trainer.core.retrieval.search import Neighbours

NEIGHBOURS_PER_PERPLEXITY = 3  # van der Maaten, 2014


class TSne(NeighbourProjection):
    """The perplexity is `n_neighbors`, or what N images allow. Above 30,000 images it takes too long."""

    title = "t-SNE"
    parameters = ("n_neighbors", "metric", "seed")
    max_images = 30_000

    def n_neighbors(self, n: int, parameters: FitParameters) -> int:
        return min(NEIGHBOURS_PER_PERPLEXITY * parameters.n_neighbors + 1, n - 1)

    def optimize(
        self,
        embeddings: np.ndarray,
        start: np.ndarray,
        neighbours: Neighbours | None,
        parameters: FitParameters,
    ) -> np.ndarray:
        from scipy.sparse import csr_matrix
        from sklearn.manifold import TSNE
        from threadpoolctl import threadpool_limits

        assert neighbours is not None
        n = len(embeddings)
        # scikit-learn counts a point as its own first neighbour.
        rows = np.column_stack([np.arange(n), neighbours.rows]).astype(np.int32)
        distance = distances(neighbours.similarity, parameters.metric)
        distance = np.column_stack([np.zeros(n, np.float32), distance])
        graph = csr_matrix((distance.ravel(), rows.ravel(), np.arange(0, rows.size + 1, rows.shape[1])), (n, n))
        model = TSNE(
            perplexity=_perplexity(n, parameters),
            metric="precomputed",
            init=start * 1e-4,
            random_state=parameters.seed,
        )
        with threadpool_limits(1):  # several threads add up in any order, which changes the map
            return model.fit_transform(graph).astype(np.float32)

    def transform_neighbors(self, n: int, parameters: FitParameters) -> int:
        return int(NEIGHBOURS_PER_PERPLEXITY * _perplexity(n, parameters))

    def attraction_weights(self, distance: np.ndarray, n: int, parameters: FitParameters) -> np.ndarray:
        return conditional(distance, _perplexity(n, parameters))

    def step(
        self,
        place: np.ndarray,
        near: np.ndarray,
        weight: np.ndarray,
        fixed: np.ndarray,
        parameters: FitParameters,
    ) -> np.ndarray:
        return tsne_step(place, near, weight, fixed)


def _perplexity(n: int, parameters: FitParameters) -> float:
    return min(float(parameters.n_neighbors), (n - 2) / NEIGHBOURS_PER_PERPLEXITY)
