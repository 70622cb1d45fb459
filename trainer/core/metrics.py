"""The two metrics called mP@5, and recall@1. They are different questions; no number may appear without its name.

* study mP@5: do the nearest pictures show the same *object type*?       `study_mean_precision`
* GUIE mP@5: do the nearest pictures show the same *thing*?               `guie_mean_precision`

Exact, in numpy alone; similarity is the inner product, which is the cosine for unit rows. Equal similarities are
ranked by row number, so that a result never depends on the order of computation.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

BLOCK = 1024  # queries whose similarities are held at once: BLOCK x M floats


@dataclass(frozen=True)
class StudyPrecision:
    """`per_query` (N,) in 0..1; `per_type` the mean over the queries of each object type."""

    mean: float
    per_query: np.ndarray
    per_type: dict[str, float]


@dataclass(frozen=True)
class GuiePrecision:
    """`per_query` (Q,) in 0..1, NaN where the index holds nothing of the query's class; those are `n_excluded`."""

    mean: float
    per_query: np.ndarray
    n_excluded: int


def study_mean_precision(embeddings, object_types, k: int = 5) -> StudyPrecision:
    """Mean over all pictures of n/k, n = how many of a picture's k nearest others have its object type.

    `embeddings` (N, E), `object_types` (N,), k in 1..N-1. Every picture is a query once, itself excluded by its row.
    This is the measure of the study; GUIE's official one asks for the same instance (`guie_mean_precision`).

    >>> study_mean_precision([[1, 0], [.9, .1], [0, 1]], ["cars", "cars", "toys"], k=1).per_query.tolist()
    [1.0, 1.0, 0.0]
    """
    embeddings, object_types = _table(embeddings, object_types)
    n = len(embeddings)
    if not 1 <= k <= n - 1:
        raise ValueError(f"k must be in 1..{n - 1} for {n} embeddings, not {k}")
    per_query = np.empty(n)
    for rows, similarity in _similarities(embeddings, embeddings):
        similarity[np.arange(len(rows)), rows] = -np.inf
        nearest = _top(similarity, k)  # (B, k)
        per_query[rows] = (object_types[nearest] == object_types[rows][:, None]).mean(1)
    per_type = {str(t): float(per_query[object_types == t].mean()) for t in np.unique(object_types)}
    return StudyPrecision(float(per_query.mean()), per_query, per_type)


def guie_mean_precision(
    query, query_classes, index, index_classes, k: int = 5, query_ids=None, index_ids=None
) -> GuiePrecision:
    """The official metric of Google Universal Image Embedding (2022), on instances:

        mP@k = 1/Q * sum_q 1/min(n_q, k) * sum_{j <= min(n_q, k)} rel_q(j)

    `query` (Q, E), `index` (M, E), their classes (Q,) and (M,). n_q = index pictures of the query's class; ranks past
    min(n_q, k) do not count, so a lone match must be first. A query that is in the index is left out of its own ranking
    by its id, where ids are given, never by dropping rank 1. An empty class is unknown and matches nothing. Queries
    with n_q = 0 are excluded and counted.

    >>> guie_mean_precision([[1, 0]], ["a"], [[1, 0], [.9, .1], [.8, .2], [.7, .3]], ["a", "a", "b", "a"]).mean
    0.6666666666666666
    """
    query, query_classes = _table(query, query_classes)
    index, index_classes = _table(index, index_classes)
    if k < 1:
        raise ValueError(f"k must be at least 1, not {k}")
    per_query = np.full(len(query), np.nan)
    for rows, relevant, allowed in _ranked_relevance(
        query, query_classes, index, index_classes, k, query_ids, index_ids
    ):
        counted = np.minimum(allowed, k)[:, None]  # (B, 1)
        hits = (relevant & (np.arange(relevant.shape[1]) < counted)).sum(1)
        per_query[rows] = np.divide(hits, counted[:, 0], out=np.full(len(rows), np.nan), where=counted[:, 0] > 0)
    return GuiePrecision(_mean(per_query), per_query, int(np.isnan(per_query).sum()))


def recall_at_1(query, query_classes, index, index_classes, query_ids=None, index_ids=None) -> GuiePrecision:
    """The share of queries whose nearest index picture is of their class; exclusions as in `guie_mean_precision`."""
    query, query_classes = _table(query, query_classes)
    index, index_classes = _table(index, index_classes)
    per_query = np.full(len(query), np.nan)
    for rows, relevant, allowed in _ranked_relevance(
        query, query_classes, index, index_classes, 1, query_ids, index_ids
    ):
        per_query[rows] = np.where(allowed > 0, relevant.any(1), np.nan)
    return GuiePrecision(_mean(per_query), per_query, int(np.isnan(per_query).sum()))


def _ranked_relevance(query, query_classes, index, index_classes, k, query_ids, index_ids) -> Iterator:
    """For blocks of queries: their rows (B,), whether ranks 1..k are relevant (B, k), and n_q (B,)."""
    if (query_ids is None) != (index_ids is None):
        raise ValueError("give the ids of both queries and index, or of neither")
    for rows, similarity in _similarities(query, index):
        same = (query_classes[rows][:, None] == index_classes[None, :]) & (query_classes[rows] != "")[:, None]  # (B, M)
        if query_ids is not None:
            itself = np.asarray(query_ids)[rows][:, None] == np.asarray(index_ids)[None, :]
            same &= ~itself
            similarity[itself] = -np.inf
        nearest = _top(similarity, min(k, len(index)))  # (B, k)
        yield rows, np.take_along_axis(same, nearest, 1), same.sum(1)


def _similarities(query: np.ndarray, index: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    for start in range(0, len(query), BLOCK):
        rows = np.arange(start, min(start + BLOCK, len(query)))
        yield rows, query[rows] @ index.T


def _top(similarity: np.ndarray, k: int) -> np.ndarray:
    """Columns of the k largest values of each row, largest first, equal values by column: (B, M) -> (B, k)."""
    if similarity.shape[1] > 4 * k:
        # Everything at or above the k-th largest value, so that ties at the edge are decided by column, not by chance.
        edge = np.partition(similarity, -k, axis=1)[:, -k, None]
        similarity = np.where(similarity >= edge, similarity, -np.inf)
        width = int((similarity > -np.inf).sum(1).max(initial=k))
        columns = np.sort(np.argpartition(-similarity, width - 1, axis=1)[:, :width], axis=1)
        order = np.argsort(-np.take_along_axis(similarity, columns, 1), axis=1, kind="stable")[:, :k]
        return np.take_along_axis(columns, order, 1)
    return np.argsort(-similarity, axis=1, kind="stable")[:, :k]


def _table(embeddings, labels) -> tuple[np.ndarray, np.ndarray]:
    embeddings, labels = np.asarray(embeddings, np.float32), np.asarray(labels).astype(str)
    if embeddings.ndim != 2 or labels.shape != (len(embeddings),):
        raise ValueError(f"expected (N, E) embeddings and (N,) labels, found {embeddings.shape} and {labels.shape}")
    if not np.isfinite(embeddings).all():
        raise ValueError("embeddings must be finite")
    return embeddings, labels


def _mean(per_query: np.ndarray) -> float:
    known = per_query[~np.isnan(per_query)]
    return float(known.mean()) if len(known) else float("nan")
