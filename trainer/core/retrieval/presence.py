"""How likely the gallery holds what a query shows: the same class, only the same object type, or neither.

model = fit_presence([labelled_queries(embeddings, classes, object_types)])
model.probabilities(evidence(similarity, classes, object_types))      # (Q, 3): same class, same type, absent

Similarity alone does not transfer between galleries and kinds of images, so a logistic regression also reads the
agreement of the nearest images and the distance to the crowd. It learns from the labels of a gallery: each image is a
query three times, against the gallery as it is, without its class, and without its object type.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

STATES = ("same_class", "same_type", "absent")
NEAREST = 50  # images that the evidence is taken from
MAX_QUERIES = 3_000  # of one gallery; more do not change ten coefficients
BLOCK = 256  # queries at a time


@dataclass(frozen=True)
class LabelledQueries:
    """`evidence` (3 Q, F); `state` (3 Q,), an index of STATES; `group` (3 Q,), the query's class, for cross-validation."""

    evidence: np.ndarray
    state: np.ndarray
    group: np.ndarray


@dataclass(frozen=True)
class PresenceModel:
    """Multinomial logistic regression: `mean`, `scale` (F,) of the evidence, `weights` (3, F), `bias` (3,)."""

    mean: np.ndarray
    scale: np.ndarray
    weights: np.ndarray
    bias: np.ndarray

    def probabilities(self, evidence: np.ndarray) -> np.ndarray:
        """(Q, F) -> (Q, 3), rows sum to 1, in the order of STATES."""
        logits = (evidence - self.mean) / self.scale @ self.weights.T + self.bias
        exponential = np.exp(logits - logits.max(1, keepdims=True))
        return exponential / exponential.sum(1, keepdims=True)


def evidence(similarity: np.ndarray, classes: np.ndarray, object_types: np.ndarray) -> np.ndarray:
    """(Q, K) similarities of the nearest images, best first, their classes and types as integers -> (Q, F).

    At most NEAREST columns are read; K >= 1. A class or type below 0 is unknown and agrees with none.
    """
    similarity = similarity[:, :NEAREST].astype(np.float64)
    classes, object_types = classes[:, :NEAREST], object_types[:, :NEAREST]
    first, rest = similarity[:, 0], similarity[:, 1:]
    crowd = rest.mean(1) if rest.shape[1] else first
    same_class, same_type = ((names == names[:, :1]) & (names[:, :1] >= 0) for names in (classes, object_types))
    return np.column_stack([
        first,
        first - crowd,
        first - _best(similarity, ~same_class, similarity[:, -1]),
        first - _best(similarity, ~same_type, similarity[:, -1]),
        same_class[:, :5].mean(1),
        same_type[:, :5].mean(1),
        same_type.mean(1),
    ])  # fmt: skip


def _best(similarity: np.ndarray, allowed: np.ndarray, otherwise: np.ndarray) -> np.ndarray:
    """(Q,) the first similarity of each row that is allowed; `otherwise` (Q,) where none is."""
    return np.where(allowed.any(1), np.take_along_axis(similarity, allowed.argmax(1)[:, None], 1)[:, 0], otherwise)


@dataclass(frozen=True)
class LabelledEmbeddings:
    """`embeddings` (N, E) unit rows; `classes`, `object_types` (N,) integers, below 0 where unknown.

    A number of a class stands for one class of one object type.
    """

    embeddings: np.ndarray
    classes: np.ndarray
    object_types: np.ndarray


def labelled_queries(
    queries: LabelledEmbeddings, gallery: LabelledEmbeddings, itself: np.ndarray | None = None, seed: int = 0
) -> LabelledQueries:
    """What the gallery shows of each query as it is, without the query's class, and without its object type.

    `itself` (Q,): the row of each query in the gallery, which is ignored, or -1. Queries of unknown class or type are
    skipped, and so is a variant that removes nothing or everything. At most MAX_QUERIES queries, drawn by `seed`.
    """
    known = np.flatnonzero((queries.classes >= 0) & (queries.object_types >= 0))
    if len(known) > MAX_QUERIES:
        known = np.sort(np.random.default_rng(seed).choice(known, MAX_QUERIES, replace=False))
    found: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    for start in range(0, len(known), BLOCK):
        rows = known[start : start + BLOCK]
        similarity = queries.embeddings[rows] @ gallery.embeddings.T  # (B, N)
        of_class = gallery.classes == queries.classes[rows, None]
        of_type = gallery.object_types == queries.object_types[rows, None]
        left = np.ones_like(of_class)
        if itself is not None:
            left[itself[rows] >= 0, itself[rows][itself[rows] >= 0]] = False
        before = np.full(len(rows), -1)
        for removed in (np.zeros_like(left), of_class, of_type | of_class):
            remaining = left & ~removed
            count = remaining.sum(1)
            chosen = (count > 0) & (count != before)
            before = count
            state = np.where((remaining & of_class).any(1), 0, np.where((remaining & of_type).any(1), 1, 2))
            found.append((_nearest_evidence(similarity, remaining, gallery)[chosen], state[chosen],
                          queries.classes[rows][chosen]))  # fmt: skip
    return LabelledQueries(*(np.concatenate(parts) for parts in zip(*found, strict=True)))


def _nearest_evidence(similarity: np.ndarray, remaining: np.ndarray, gallery: LabelledEmbeddings) -> np.ndarray:
    """Evidence (B, F) from the NEAREST remaining images of each row; rows with fewer are read as far as they go."""
    masked = np.where(remaining, similarity, -np.inf)
    k = min(NEAREST, similarity.shape[1])
    rows = np.argpartition(-masked, k - 1, axis=1)[:, :k]
    nearest = np.take_along_axis(masked, rows, 1)
    order = np.argsort(-nearest, axis=1, kind="stable")
    rows, nearest = np.take_along_axis(rows, order, 1), np.take_along_axis(nearest, order, 1)
    missing = np.isinf(nearest)
    last = nearest[np.arange(len(nearest)), (~missing).sum(1).clip(1) - 1]
    nearest = np.where(missing, last[:, None], nearest)
    classes = np.where(missing, -2, gallery.classes[rows])
    object_types = np.where(missing, -2, gallery.object_types[rows])
    return evidence(nearest, classes, object_types)


def fit_presence(examples: Sequence[LabelledQueries]) -> PresenceModel:
    """Raises ValueError if one of STATES has no example."""
    from sklearn.linear_model import LogisticRegression

    rows = np.concatenate([one.evidence for one in examples])
    state = np.concatenate([one.state for one in examples])
    if len(np.unique(state)) != len(STATES):
        raise ValueError("expected queries whose class is in the gallery, only whose type is, and neither")
    mean, scale = rows.mean(0), rows.std(0).clip(1e-6)
    regression = LogisticRegression(max_iter=2_000).fit((rows - mean) / scale, state)
    return PresenceModel(mean, scale, regression.coef_, regression.intercept_)


def cross_validated(examples: Sequence[LabelledQueries], folds: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities (Q, 3) of all examples, each by a model that saw no query of its class, and their states (Q,)."""
    from sklearn.model_selection import GroupKFold

    rows, state, group = (
        np.concatenate([getattr(one, name) for one in examples]) for name in ("evidence", "state", "group")
    )
    probabilities = np.empty((len(rows), len(STATES)))
    for train, test in GroupKFold(folds).split(rows, state, group):
        model = fit_presence([LabelledQueries(rows[train], state[train], group[train])])
        probabilities[test] = model.probabilities(rows[test])
    return probabilities, state
