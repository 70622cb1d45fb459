"""Fits the model of presence.py to the labels of a gallery: each image is a query three times.

examples = leave_out_queries(table, table, itself=np.arange(len(gallery)))
model = fit_presence([examples])
probabilities, state = cross_validated([examples])        # each by a model that saw no query of its class
brier_score(probabilities, state), calibration_error(probabilities, state)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from trainer.core.data.gallery import Gallery
from trainer.core.models.bundled import cached_for
from trainer.core.models.checkpoint import Checkpoint
from trainer.core.models.embedder import embedding_key, gallery_embeddings
from trainer.core.retrieval.evaluation import protocol
from trainer.core.retrieval.presence import NEAREST, STATES, Labels, PresenceModel, evidence

PRESENCE_VERSION = 1  # raise it when the evidence or the fit changes
MAX_QUERIES = 1_000  # of one gallery, which is enough for the few coefficients
BLOCK_SIZE = 8_000_000  # similarities at a time, which bounds the memory
FOLDS = 5


@dataclass(frozen=True)
class EmbeddedLabels:
    """`embeddings` (N, E) unit rows of images with these labels."""

    embeddings: np.ndarray
    labels: Labels

    def __getitem__(self, rows: slice | np.ndarray) -> "EmbeddedLabels":
        return EmbeddedLabels(self.embeddings[rows], self.labels[rows])


@dataclass(frozen=True)
class Examples:
    """`evidence` (M, F); `state` (M,), an index of STATES; `group` (M,), the class of the query."""

    evidence: np.ndarray
    state: np.ndarray
    group: np.ndarray


def gallery_presence(gallery: Gallery, checkpoint: Checkpoint, embeddings: np.ndarray) -> PresenceModel | None:
    """The model of one gallery, fitted to its query and index images, or to all without splits; computed once.

    `embeddings` (N, E) unit rows. None if the labels do not show each of STATES.
    """
    key = {
        "embeddings": embedding_key(gallery, checkpoint),
        "labels": gallery.labels_fingerprint,
        "version": PRESENCE_VERSION,
    }

    def compute() -> dict[str, np.ndarray]:
        table = EmbeddedLabels(embeddings, Labels.of(gallery))
        scored = protocol(gallery).scored
        examples = leave_out_queries(table, table, rows=scored, itself=np.arange(len(gallery)))
        return fit_presence([examples]).arrays() if _shows_all(examples.state) else {}

    stored = cached_for(checkpoint, "presence", key, compute)
    return PresenceModel(**stored) if stored else None


def presence_examples(checkpoint: Checkpoint, *galleries: Gallery) -> list[Examples]:
    """The query and index images of each gallery as queries against each gallery, for a model that transfers.

    Images for training are left out: a checkpoint may have been trained on them.
    """
    scored = [protocol(gallery).scored for gallery in galleries]
    tables = []
    for gallery, rows, labels in zip(galleries, scored, _split(Labels.of(*galleries), galleries), strict=True):
        tables.append(EmbeddedLabels(gallery_embeddings(gallery, checkpoint), labels)[rows])
    return [
        leave_out_queries(queries, table, itself=np.arange(len(rows)) if queries is table else None)
        for queries in tables
        for table, rows in zip(tables, scored, strict=True)
    ]


def _split(labels: Labels, galleries: Sequence[Gallery]) -> list[Labels]:
    ends = np.cumsum([0, *map(len, galleries)])
    return [labels[start:end] for start, end in pairwise(ends.tolist())]


def leave_out_queries(
    queries: EmbeddedLabels,
    gallery: EmbeddedLabels,
    rows: np.ndarray | None = None,
    itself: np.ndarray | None = None,
    seed: int = 0,
) -> Examples:
    """What the gallery shows of each query as it is, without the query's class, and without its object type.

    `rows` of the queries, all by default; those of unknown class or type are skipped, and at most MAX_QUERIES are
    drawn by `seed`. `itself` (Q,): the row of each query in the gallery, which is ignored. A variant is skipped if it
    leaves out no image, or all. The numbers of the labels of both tables mean the same classes and types.
    """
    known = np.flatnonzero((queries.labels.classes >= 0) & (queries.labels.object_types >= 0))
    known = known if rows is None else np.intersect1d(known, rows)
    if len(known) > MAX_QUERIES:
        known = np.sort(np.random.default_rng(seed).choice(known, MAX_QUERIES, replace=False))
    empty = (np.empty((0, evidence(*[np.zeros((1, 1))] * 3).shape[1])), np.empty(0, int), np.empty(0, int))
    found = [empty]
    step = max(1, BLOCK_SIZE // len(gallery.embeddings))
    for start in range(0, len(known), step):
        block = known[start : start + step]
        found += _variants(queries, gallery, block, None if itself is None else itself[block])
    return Examples(*(np.concatenate(parts) for parts in zip(*found, strict=True)))


def _variants(
    queries: EmbeddedLabels, gallery: EmbeddedLabels, rows: np.ndarray, itself: np.ndarray | None
) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Evidence, state and group of the queries in `rows` (B,), once for each variant of the gallery."""
    similarity = queries.embeddings[rows] @ gallery.embeddings.T  # (B, N)
    of_class = gallery.labels.classes == queries.labels.classes[rows, None]
    of_type = gallery.labels.object_types == queries.labels.object_types[rows, None]
    others = np.ones_like(of_class)
    if itself is not None:
        others[np.arange(len(rows)), itself] = False
    found, before = [], np.full(len(rows), -1)
    for left_out in (np.zeros_like(others), of_class, of_class | of_type):
        left = others & ~left_out
        count = left.sum(1)
        chosen = (count > 0) & (count != before)
        before = count
        state = np.where((left & of_class).any(1), 0, np.where((left & of_type).any(1), 1, 2))
        shown = _nearest_evidence(similarity[chosen], left[chosen], gallery.labels)
        found.append((shown, state[chosen], queries.labels.classes[rows][chosen]))
    return found


def _nearest_evidence(similarity: np.ndarray, left: np.ndarray, labels: Labels) -> np.ndarray:
    """(B, N) similarities and a mask -> (B, F), from the NEAREST images of each row that the mask leaves.

    A row that has fewer repeats its last similarity, without labels.
    """
    masked = np.where(left, similarity, -np.inf)
    k = min(NEAREST, similarity.shape[1])
    rows = np.argpartition(-masked, k - 1, axis=1)[:, :k]
    rows = np.take_along_axis(rows, np.argsort(-np.take_along_axis(masked, rows, 1), axis=1, kind="stable"), 1)
    nearest = np.take_along_axis(masked, rows, 1)
    missing = np.isinf(nearest)
    last = np.take_along_axis(nearest, (~missing).sum(1)[:, None] - 1, 1)
    classes, object_types = (np.where(missing, -1, names[rows]) for names in (labels.classes, labels.object_types))
    return evidence(np.where(missing, last, nearest), classes, object_types)


def fit_presence(examples: Sequence[Examples]) -> PresenceModel:
    """Raises ValueError if one of STATES has no example."""
    from sklearn.linear_model import LogisticRegression

    rows = np.concatenate([one.evidence for one in examples])
    state = np.concatenate([one.state for one in examples])
    if not _shows_all(state):
        raise ValueError(f"expected examples of each of {', '.join(STATES)}")
    mean, scale = rows.mean(0), rows.std(0).clip(1e-6)
    regression = LogisticRegression(max_iter=2_000).fit((rows - mean) / scale, state)
    return PresenceModel(mean, scale, regression.coef_, regression.intercept_)


def _shows_all(state: np.ndarray) -> bool:
    return len(np.unique(state)) == len(STATES)


def cross_validated(examples: Sequence[Examples]) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities (M, 3) of all examples, each by a model that saw no query of its class, and their states (M,)."""
    from sklearn.model_selection import GroupKFold

    rows, state, group = (
        np.concatenate([getattr(one, name) for one in examples]) for name in ("evidence", "state", "group")
    )
    probabilities = np.empty((len(rows), len(STATES)))
    for train, test in GroupKFold(FOLDS).split(rows, state, group):
        model = fit_presence([Examples(rows[train], state[train], group[train])])
        probabilities[test] = model.probabilities(rows[test])
    return probabilities, state


def brier_score(probabilities: np.ndarray, state: np.ndarray) -> float:
    """The mean over M queries of the squared distance to the true state, 0..2; 0 is best (Brier, 1950)."""
    return float(((probabilities - np.eye(len(STATES))[state]) ** 2).sum(1).mean())


def reliability(probabilities: np.ndarray, happened: np.ndarray, bins: int = 10) -> list[tuple[float, float, int]]:
    """For each bin of equal width with predictions: mean probability, share that happened, and their number.

    `probabilities` (M,) in 0..1; `happened` (M,) bool.
    """
    bin_of = np.minimum((probabilities * bins).astype(int), bins - 1)
    chosen = [bin_of == number for number in range(bins)]
    return [
        (float(probabilities[one].mean()), float(happened[one].mean()), int(one.sum())) for one in chosen if one.any()
    ]


def calibration_error(probabilities: np.ndarray, state: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error (Naeini et al., AAAI 2015), the largest over the three states.

    The mean over all predictions of the distance between probability and frequency in their bin.
    """
    errors = []
    for number in range(len(STATES)):
        curve = reliability(probabilities[:, number], state == number, bins)
        errors.append(sum(abs(mean - share) * count for mean, share, count in curve) / len(state))
    return max(errors)
