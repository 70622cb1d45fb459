"""Clusters of embeddings by scikit-learn, and how well they agree with known labels.

labels = kmeans(embeddings, 11)                   # (N,) 0..10, the largest cluster first
labels = hdbscan(embeddings, 5)                   # (N,) -1 for images in no cluster
agreement(labels, gallery.object_types).purity    # 0.83
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from trainer.core.errors import UserError

MAX_KMEANS = 100  # clusters
MAX_HDBSCAN = 20_000  # images: time and memory grow with their square
MAX_INITS_ROWS = 20_000  # of more images, k-means is started once instead of ten times
NO_CLUSTER = -1


@dataclass(frozen=True)
class Agreement:
    """Of clusters with labels, over `n` images that have both.

    `purity`: share of images whose cluster has their label most often, 0..1; it grows with the number of clusters.
    `adjusted_rand`: 0 by chance, 1 for the same groups (Hubert and Arabie, 1985). `nmi`: normalised mutual information,
    0..1, with the arithmetic mean (Strehl and Ghosh, 2002).
    """

    n: int
    purity: float
    adjusted_rand: float
    nmi: float


def kmeans(embeddings: np.ndarray, n_clusters: int, seed: int = 0) -> np.ndarray:
    """(N, E) unit rows -> (N,) cluster of each row; the best of ten starts, of one for many images.

    Raises UserError for a number of clusters that is not 2 to MAX_KMEANS and at most N.
    """
    most = min(MAX_KMEANS, len(embeddings))
    if not 2 <= n_clusters <= most:
        message = f"k-means with {n_clusters} clusters of {len(embeddings):,} images: expected 2 to {most}."
        raise UserError(message, key="bad_kmeans", n=n_clusters, images=len(embeddings), most=most)
    from sklearn.cluster import KMeans  # takes a second to load

    n_init = 10 if len(embeddings) <= MAX_INITS_ROWS else 1
    return _by_size(KMeans(n_clusters, n_init=n_init, random_state=seed).fit_predict(embeddings))


def hdbscan(embeddings: np.ndarray, min_cluster_size: int) -> np.ndarray:
    """(N, E) unit rows -> (N,) cluster of each row, NO_CLUSTER for rows in sparse regions.

    Raises UserError for more than MAX_HDBSCAN rows, or a size that is not 2 to N.
    """
    n = len(embeddings)
    if n > MAX_HDBSCAN:
        message = f"HDBSCAN is offered for at most {MAX_HDBSCAN:,} images; this gallery has {n:,}. Use k-means."
        raise UserError(message, key="too_many_for_hdbscan", most=MAX_HDBSCAN, n=n)
    if not 2 <= min_cluster_size <= n:
        message = f"HDBSCAN with clusters of at least {min_cluster_size} images: expected 2 to {n:,}."
        raise UserError(message, key="bad_hdbscan", size=min_cluster_size, n=n)
    from sklearn.cluster import HDBSCAN

    return _by_size(HDBSCAN(min_cluster_size=min_cluster_size, copy=True).fit_predict(embeddings))


# By name: (embeddings, number) -> clusters.
METHODS: dict[str, Callable[[np.ndarray, int], np.ndarray]] = {"kmeans": kmeans, "hdbscan": hdbscan}


def agreement(clusters: np.ndarray, labels: np.ndarray) -> Agreement | None:
    """`clusters` (N,) and `labels` (N,) text, "" for none -> their agreement; None if no image has both."""
    known = (clusters != NO_CLUSTER) & (labels != "")
    if not known.any():
        return None
    from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score
    from sklearn.metrics.cluster import contingency_matrix

    found, truth = clusters[known], labels[known]
    purity = contingency_matrix(truth, found).max(0).sum() / known.sum()
    return Agreement(
        int(known.sum()),
        float(purity),
        float(adjusted_rand_score(truth, found)),
        float(normalized_mutual_info_score(truth, found)),
    )


def _by_size(labels: np.ndarray) -> np.ndarray:
    """The same clusters, numbered from the largest."""
    sizes = np.bincount(labels[labels != NO_CLUSTER], minlength=1)
    number = np.empty(len(sizes), np.int64)
    number[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    return np.where(labels == NO_CLUSTER, NO_CLUSTER, number[labels])
