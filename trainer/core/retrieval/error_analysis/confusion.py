"""Which labels the neighbours of a query have: a confusion matrix of retrieval, and mean scores by label.

table = confusion(query_labels, neighbour_labels)        # (Q,) and (Q, K) labels
table.shares[0]                                          # of the neighbours of queries with label table.rows[0]
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

MOST_ROWS = 20


@dataclass(frozen=True)
class Confusion:
    """`shares` (R, C): the share of neighbours with each of `columns` among all neighbours of the queries of each of
    `rows`; each row has the sum 1. The last column is "" if other labels are summed up there.

    `n_queries` (R,): the queries of each row. `n_labels`: labels that have queries; more than R if only the most
    confused ones are rows.
    """

    rows: list[str]
    columns: list[str]
    shares: np.ndarray
    n_queries: np.ndarray
    n_labels: int


def confusion(
    query_labels: np.ndarray, neighbour_labels: np.ndarray, order: Sequence[str] = (), most_rows: int = MOST_ROWS
) -> Confusion:
    """Labels of queries (Q,) and of their neighbours (Q, K) -> the shares of each label among the neighbours.

    Rows are in the given `order` of labels, then in alphabetical order. If more than `most_rows` labels have queries,
    the rows are those with the lowest share of neighbours of the own label. Columns are the rows' labels, then other
    labels if all of them fit into `most_rows`, otherwise their sum as "". A label "" is unknown: it is no row, and part
    of the sum.
    """
    from sklearn.metrics import confusion_matrix

    known = query_labels != ""
    query_labels, neighbour_labels = query_labels[known], neighbour_labels[known]
    labels, code = np.unique(query_labels, return_inverse=True)
    n_queries = np.bincount(code, minlength=len(labels))
    is_own = (neighbour_labels == query_labels[:, None]).sum(1)
    own_share = np.bincount(code, is_own, len(labels)) / np.maximum(n_queries, 1)
    place = {label: number for number, label in enumerate([*order, *sorted({*labels.tolist()} - {*order})])}
    chosen = sorted(np.argsort(own_share, kind="stable")[:most_rows].tolist(), key=lambda i: place[str(labels[i])])
    rows = [str(labels[i]) for i in chosen]
    others = sorted(set(np.unique(neighbour_labels).tolist()) - set(rows) - {""})
    columns = rows + others if len(rows) + len(others) <= most_rows else rows
    is_row = np.isin(query_labels, rows)
    code_of = {label: number for number, label in enumerate(columns)}
    rest = len(columns)
    k = neighbour_labels.shape[1]
    row_codes = np.array([code_of[label] for label in query_labels[is_row]], int)
    names, inverse = np.unique(neighbour_labels[is_row], return_inverse=True)
    column_codes = np.array([code_of.get(name, rest) for name in names.tolist()], int)[inverse.ravel()]
    counts = np.zeros((len(columns) + 1, len(columns) + 1), int)
    if len(column_codes):
        counts = confusion_matrix(np.repeat(row_codes, k), column_codes, labels=np.arange(len(columns) + 1))
    counts = counts[: len(rows)]
    if not counts[:, rest].any():
        counts = counts[:, :rest]
    else:
        columns = [*columns, ""]
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    return Confusion(rows, columns, shares, n_queries[chosen], len(labels))


@dataclass(frozen=True)
class LabelPair:
    """`share`, above 0: of the neighbours of the `n_queries` queries with a label, those with the label `neighbour`."""

    label: str
    neighbour: str
    share: float
    n_queries: int


def label_pairs(query_labels: np.ndarray, neighbour_labels: np.ndarray) -> list[LabelPair]:
    """Labels of queries (Q,) and of their neighbours (Q, K) -> all pairs that occur, the own label included.

    In the order of the labels. A label "" is unknown: it is no label of a query, and may be one of a neighbour.
    """
    known = query_labels != ""
    query_labels, neighbour_labels = query_labels[known], neighbour_labels[known]
    names, codes = np.unique([*query_labels, *neighbour_labels.ravel()], return_inverse=True)
    query, k = codes[: len(query_labels)], neighbour_labels.shape[1]
    pairs, counts = np.unique(np.repeat(query, k) * len(names) + codes[len(query_labels) :], return_counts=True)
    n_queries = np.bincount(query, minlength=len(names))
    return [
        LabelPair(str(names[label]), str(names[neighbour]), count / (k * int(n_queries[label])), int(n_queries[label]))
        for label, neighbour, count in zip(pairs // len(names), pairs % len(names), counts.tolist(), strict=True)
    ]


def mean_by_label(labels: np.ndarray, scores: np.ndarray) -> list[tuple[str, float, int]]:
    """Label, mean score and number of scored queries of each label, lowest mean first, equal ones by label.

    `labels` and `scores` (Q,); a NaN is no score, a label "" is unknown.
    """
    known = (labels != "") & ~np.isnan(scores)
    names, code, n = np.unique(labels[known], return_inverse=True, return_counts=True)
    means = np.bincount(code, scores[known], len(names)) / np.maximum(n, 1)
    order = np.argsort(means, kind="stable")
    return [(str(names[i]), float(means[i]), int(n[i])) for i in order]
