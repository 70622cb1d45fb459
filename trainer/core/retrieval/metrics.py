"""The two metrics called mP@5, and recall@1. They measure different things; always state which one a number is.

* study mP@5: do the nearest images show the same *object type*?        `study_mean_precision`
* GUIE mP@5: do the nearest images show the same *instance*?            `guie_mean_precision`

Exact, in numpy alone; similarity is the inner product, which is the cosine for unit rows. Equal similarities are
ranked by row number, so that results do not depend on the order of computation. `study_scores` and `guie_scores`
score neighbours that a search has already found.
"""

from dataclasses import dataclass

import numpy as np

from trainer.core.retrieval.exact_search import nearest


@dataclass(frozen=True)
class StudyPrecision:
    """`per_query` (N,) in 0..1; `per_type` the mean over the queries of each object type."""

    mean: float
    per_query: np.ndarray
    per_type: dict[str, float]


@dataclass(frozen=True)
class GuiePrecision:
    """`per_query` (Q,) in 0..1, NaN if the index has no image of the query's class; `n_excluded` counts these.

    `first` (Q,): 1 if the nearest image is of the query's class, else 0, or NaN; its mean is recall@1.
    """

    mean: float
    per_query: np.ndarray
    n_excluded: int
    first: np.ndarray


def study_mean_precision(embeddings, object_types, k: int = 5) -> StudyPrecision:
    """Mean over all images of n/k, n = how many of an image's k nearest others have its object type.

    `embeddings` (N, E), `object_types` (N,), k in 1..N-1. Every image is a query once; it is excluded from its own
    neighbours by its row. This is the study's metric; GUIE's official one counts instances (`guie_mean_precision`).

    >>> study_mean_precision([[1, 0], [.9, .1], [0, 1]], ["cars", "cars", "toys"], k=1).per_query.tolist()
    [1.0, 1.0, 0.0]
    """
    embeddings, object_types = _table(embeddings, object_types)
    return _study(object_types, _nearest_others(embeddings, k))


def guie_mean_precision(
    query, query_classes, index, index_classes, k: int = 5, query_ids=None, index_ids=None
) -> GuiePrecision:
    """The official metric of Google Universal Image Embedding (2022), on instances:

        mP@k = 1/Q * sum_q 1/min(n_q, k) * sum_{j <= min(n_q, k)} rel_q(j)

    `query` (Q, E), `index` (M, E), their classes (Q,) and (M,). n_q = index images of the query's class; ranks past
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
    if (query_ids is None) != (index_ids is None):
        raise ValueError("give the ids of both queries and index, or of neither")
    itself = np.full(len(query), -1) if query_ids is None else _positions(query_ids, index_ids)
    columns, _ = nearest(query, index, min(k, len(index)), exclude=itself)
    return guie_scores(query_classes, index_classes, columns, itself, k)


def mean_precisions(embeddings, object_types, classes, k: int = 5) -> tuple[StudyPrecision, GuiePrecision]:
    """`study_mean_precision` and `guie_mean_precision` with every image as a query against all others, by one search.

    `embeddings` (N, E), `object_types` (N,), `classes` (N,), k in 1..N-1.
    """
    embeddings, object_types = _table(embeddings, object_types)
    _, classes = _table(embeddings, classes)
    itself = np.arange(len(embeddings))
    neighbours = _nearest_others(embeddings, k)
    return _study(object_types, neighbours), guie_scores(classes, classes, neighbours, itself, k)


def recall_at_1(query, query_classes, index, index_classes, query_ids=None, index_ids=None) -> GuiePrecision:
    """The share of queries whose nearest index image is of their class: `guie_mean_precision` at k = 1."""
    return guie_mean_precision(query, query_classes, index, index_classes, 1, query_ids, index_ids)


def study_scores(object_types: np.ndarray, neighbours: np.ndarray) -> np.ndarray:
    """(N,) object types and (N, k) rows of the nearest other images -> (N,) share of these with the image's type."""
    return (object_types[neighbours] == object_types[:, None]).mean(1)


def guie_scores(
    query_classes: np.ndarray, index_classes: np.ndarray, neighbours: np.ndarray, itself: np.ndarray, k: int = 5
) -> GuiePrecision:
    """`guie_mean_precision` of neighbours (Q, min(k, M)): rows of the index, nearest first, the query itself last.

    `query_classes` (Q,), `index_classes` (M,); `itself` (Q,): the row of each query in the index, or -1. The query
    itself may be left out of the neighbours.
    """
    query_code, index_code = _codes(query_classes, index_classes)
    in_index = np.bincount(index_code, minlength=query_code.max(initial=-1) + 1)[query_code]
    own = np.zeros(len(query_code), bool)  # whether the query itself is in the index, where it would be its own match
    own[itself >= 0] = index_code[itself[itself >= 0]] == query_code[itself >= 0]
    counted = np.where(query_classes != "", np.minimum(in_index - own, k), 0)  # (Q,): min(n_q, k)
    hits = (index_code[neighbours] == query_code[:, None]) & (neighbours != itself[:, None])  # (Q, k)
    n_hits = (hits & (np.arange(hits.shape[1]) < counted[:, None])).sum(1)
    per_query = np.divide(n_hits, counted, out=np.full(len(query_code), np.nan), where=counted > 0)
    first = np.where(counted > 0, hits[:, 0], np.nan) if hits.shape[1] else np.full(len(query_code), np.nan)
    return GuiePrecision(_mean(per_query), per_query, int((counted == 0).sum()), first)


def _nearest_others(embeddings: np.ndarray, k: int) -> np.ndarray:
    """(N, E) -> (N, k) rows."""
    n = len(embeddings)
    if not 1 <= k <= n - 1:
        raise ValueError(f"k must be in 1..{n - 1} for {n} embeddings, not {k}")
    return nearest(embeddings, embeddings, k, exclude=np.arange(n))[0]


def _study(object_types: np.ndarray, neighbours: np.ndarray) -> StudyPrecision:
    per_query = study_scores(object_types, neighbours)
    per_type = {str(t): float(per_query[object_types == t].mean()) for t in np.unique(object_types)}
    return StudyPrecision(float(per_query.mean()), per_query, per_type)


def _codes(query_labels: np.ndarray, index_labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The labels as integers, which compare faster than text; equal labels get equal integers."""
    _, codes = np.unique(np.concatenate([query_labels, index_labels]), return_inverse=True)
    return codes[: len(query_labels)], codes[len(query_labels) :]


def _positions(query_ids, index_ids) -> np.ndarray:
    """(Q,): the position of each query in the index, or -1."""
    query_code, index_code = _codes(np.asarray(query_ids).astype(str), np.asarray(index_ids).astype(str))
    if len(np.unique(index_code)) < len(index_code):
        raise ValueError("index ids must differ")
    position = np.full(max(query_code.max(initial=-1), index_code.max(initial=-1)) + 1, -1)
    position[index_code] = np.arange(len(index_code))
    return position[query_code]


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
