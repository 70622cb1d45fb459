"""The queries of a metric, with the neighbours that the metric ranks and the number of them that it counts.

found = query_neighbours(gallery, embeddings, "guie_mp5", positions)      # of the first queries: positions [0, 1, 2]
n_counted(gallery, "guie_mp5", positions)                                 # the denominators of their scores
"""

import numpy as np

from trainer.core.data.gallery import Gallery
from trainer.core.models.checkpoint import Checkpoint
from trainer.core.retrieval.evaluation import K, nearest_among, protocol
from trainer.core.retrieval.knn import gallery_rankings
from trainer.core.retrieval.search import Neighbours


def index_rows(gallery: Gallery, metric: str) -> np.ndarray:
    """(M,) row numbers of the images among which the metric searches; it leaves out the query itself."""
    rules = protocol(gallery)
    return rules.scored if metric == "study_mp5" else rules.index


def query_neighbours(gallery: Gallery, embeddings: np.ndarray, metric: str, positions: np.ndarray) -> Neighbours:
    """The five nearest images, fewer in a small index, of the queries at `positions` (P,) of `Protocol.rows(metric)`.

    `embeddings` (N, E) unit rows -> row numbers of the gallery (P, 5) in the order of the metric.
    """
    query, index = protocol(gallery).rows(metric), index_rows(gallery, metric)
    n_others = len(index) - bool(np.isin(query, index).any())
    return Neighbours(*nearest_among(embeddings, query[positions], index, min(K, n_others)))


def all_query_neighbours(gallery: Gallery, checkpoint: Checkpoint, embeddings: np.ndarray, metric: str) -> Neighbours:
    """`query_neighbours` of all queries, computed once for all metrics; no columns if the metric has no scores."""
    rankings = gallery_rankings(gallery, checkpoint, embeddings)
    return rankings.study if metric == "study_mp5" else rankings.guie


def n_counted(gallery: Gallery, metric: str, positions: np.ndarray) -> np.ndarray:
    """(P,): the number of nearest images that the metric counts for each query, the denominator of its score.

    Five for study mP@5, one for recall@1; for GUIE mP@5 the number of index images of the query's class, at most five.
    """
    if metric != "guie_mp5":
        return np.full(len(positions), 1 if metric == "recall_at_1" else K)
    query, index = protocol(gallery).rows(metric)[positions], index_rows(gallery, metric)
    of_class = [np.count_nonzero((gallery.classes[index] == gallery.classes[row]) & (index != row)) for row in query]
    return np.minimum(np.array(of_class, int), K)
