"""The metrics of a checkpoint on a gallery, as one plain dictionary (the JSON of `python -m trainer evaluate`).

scores = query_scores(gallery, embeddings)            # for each metric, the score of each query, by one search
summary(gallery, scores, "mine")                      # means, intervals, each object type
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from trainer.core.data.gallery import Gallery
from trainer.core.data.sources import UNKNOWN_TYPE
from trainer.core.process import one_thread_a_product
from trainer.core.retrieval.exact_search import nearest
from trainer.core.retrieval.metric_names import METRICS
from trainer.core.retrieval.metrics import guie_scores, study_scores
from trainer.core.retrieval.search import Neighbours
from trainer.core.retrieval.statistics import PairedTest, paired_tests, score_intervals

WITH_SPLITS = "study mP@5 over query and index images; GUIE mP@5 and recall@1 of the queries against the index"
K = 5
MANY = 2**24  # similarities from which several threads are worth starting
TEST_SPLIT = "every test image is a query against all other test images"
WITHOUT_SPLITS = "every image is a query against all others"


@dataclass(frozen=True)
class Protocol:
    """Row numbers of the images that are compared.

    GUIE mP@5 and recall@1: `query` (Q,) against `index` (M,). Study mP@5: each of `scored` (S,) against the others.
    `text` describes the protocol; `split` is whether the splits of the gallery determine it.
    """

    query: np.ndarray
    index: np.ndarray
    scored: np.ndarray
    split: bool
    text: str

    def rows(self, metric: str) -> np.ndarray:
        """The queries of a metric."""
        return {"study_mp5": self.scored, "guie_mp5": self.query, "recall_at_1": self.query}[metric]


def protocol(gallery: Gallery) -> Protocol:
    """Query and index images if the gallery has both; otherwise its test images; otherwise all images."""
    query, index, test = (gallery.rows(split) for split in ("query", "index", "test"))
    if len(query) and len(index):
        return Protocol(query, index, np.union1d(query, index), True, WITH_SPLITS)
    if len(test):
        return Protocol(test, test, test, True, TEST_SPLIT)
    rows = np.arange(len(gallery))
    return Protocol(rows, rows, rows, False, WITHOUT_SPLITS)


@dataclass(frozen=True)
class Rankings:
    """The five nearest images that the metrics count, by their row numbers in the gallery; fewer in a small gallery.

    `study`: of each of `Protocol.scored` (S, 5), no columns if no object type is known. `guie`: of each of
    `Protocol.query` (Q, 5).
    """

    study: Neighbours
    guie: Neighbours


def rank(gallery: Gallery, embeddings: np.ndarray) -> Rankings:
    """The neighbours that all metrics count, from (N, E) unit rows, by one search.

    With splits, each image is compared once with the index images and once with the query images. The former give the
    neighbours of GUIE's queries; both together, those of the study's.
    """
    rules = protocol(gallery)
    query, index, scored = rules.query, rules.index, rules.scored
    most = min(K, len(scored) - 1)
    if np.array_equal(query, index):
        rows, similarity = nearest_among(embeddings, scored, scored, most)
        found = Neighbours(rows, similarity)
        return Rankings(found, found)
    if not _has_types(gallery, scored):
        none = np.empty((len(scored), 0), np.float32)
        return Rankings(Neighbours(none.astype(int), none), Neighbours(*nearest_among(embeddings, query, index)))
    parts = [nearest_among(embeddings, scored, among) for among in (index, query)]
    rows, similarity = (np.concatenate(columns, axis=1) for columns in zip(*parts, strict=True))
    order = np.lexsort((rows, -similarity))[:, :most]
    study = Neighbours(np.take_along_axis(rows, order, 1), np.take_along_axis(similarity, order, 1))
    is_query = np.isin(scored, query)
    return Rankings(study, Neighbours(*(part[is_query] for part in parts[0])))


def query_scores(gallery: Gallery, embeddings: np.ndarray, rankings: Rankings | None = None) -> dict[str, np.ndarray]:
    """For each metric the scores in 0..1 of its queries, in row order, from (N, E) unit rows.

    (S,) for the study's metric, (Q,) for the others. NaN means no score: the class is unknown or has no match in the
    index, no object type is known, or there are fewer than five other images. `rankings`: the result of `rank`, if it
    is known.
    """
    rankings, rules = rankings or rank(gallery, embeddings), protocol(gallery)
    query, index, scored, classes = rules.query, rules.index, rules.scored, gallery.classes
    columns = np.searchsorted(index, rankings.guie.rows)
    guie = guie_scores(classes[query], classes[index], columns, _positions(query, index), K)
    study = np.full(len(scored), np.nan)
    if len(scored) > K and _has_types(gallery, scored):
        study = study_scores(gallery.object_types[scored], np.searchsorted(scored, rankings.study.rows))
    return {"study_mp5": study, "guie_mp5": guie.per_query, "recall_at_1": guie.first}


def summary(gallery: Gallery, scores: Mapping[str, np.ndarray], checkpoint: str) -> dict[str, Any]:
    """Both mP@5 and recall@1 of `query_scores`: overall, with 95 % `intervals`, and for each object type.

    `n_images`: queries of the study's metric; `n_queries`: of GUIE's; `n_excluded`: queries without a match in the
    index. A metric without scores is None, as is an interval from fewer than two classes.
    """
    rules = protocol(gallery)
    answered = ~np.isnan(scores["guie_mp5"])

    def of_type(name: str) -> dict[str, Any]:
        of = {metric: gallery.object_types[rules.rows(metric)] == name for metric in METRICS}
        return {
            **{metric: _mean(scores[metric][of[metric]]) for metric in METRICS},
            "n": int(of["study_mp5"].sum()),
            "n_queries": int((of["guie_mp5"] & answered).sum()),
        }

    intervals: dict[str, list[float] | None] = {}
    for metric in METRICS:
        intervals |= score_intervals({metric: scores[metric]}, gallery.classes[rules.rows(metric)])
    present = set(gallery.object_types[rules.scored])
    return {
        "gallery": gallery.name,
        "checkpoint": checkpoint,
        "n_images": len(rules.scored),
        **{metric: _mean(scores[metric]) for metric in METRICS},
        "intervals": intervals,
        "n_queries": int(answered.sum()),
        "n_index": len(rules.index),
        "n_excluded": int((~answered).sum()),
        "n_skipped": len(gallery.skipped),
        "protocol": rules.text,
        "per_type": {name: of_type(name) for name in gallery.type_order if name in present},
    }


def evaluate(gallery: Gallery, embeddings: np.ndarray, checkpoint: str) -> dict[str, Any]:
    """`summary` of (N, E) unit rows."""
    return summary(gallery, query_scores(gallery, embeddings), checkpoint)


def paired(
    gallery: Gallery, scores: Mapping[str, Mapping[str, np.ndarray]], metric: str, with_intervals: bool = True
) -> list[PairedTest]:
    """Paired tests of every two checkpoints (name -> `query_scores`) by one metric, in the order given."""
    by_name = {name: by_metric[metric] for name, by_metric in scores.items()}
    return paired_tests(by_name, gallery.classes[protocol(gallery).rows(metric)], with_intervals)


def _positions(rows: np.ndarray, among: np.ndarray) -> np.ndarray:
    """(n,) row numbers -> the position of each in `among` (M,), which ascends, or -1."""
    found = np.minimum(np.searchsorted(among, rows), len(among) - 1)
    return np.where(among[found] == rows, found, -1)


def _has_types(gallery: Gallery, scored: np.ndarray) -> bool:
    """With one unknown type for all images, every neighbour would count as right."""
    return bool((gallery.object_types[scored] != UNKNOWN_TYPE).any())


def nearest_among(
    embeddings: np.ndarray, rows: np.ndarray, among: np.ndarray, k: int = K
) -> tuple[np.ndarray, np.ndarray]:
    """Rows and similarities (n, k) of the nearest of `among` (M,); fewer columns if M < k, and the row itself last."""
    table = (embeddings[rows], embeddings[among], min(k, len(among)), _positions(rows, among))
    if len(rows) * len(among) < MANY:
        columns, similarity = nearest(*table)
    else:
        with one_thread_a_product() as threads:
            columns, similarity = nearest(*table, threads)
    return among[columns], similarity


def _mean(per_query: np.ndarray) -> float | None:
    known = per_query[~np.isnan(per_query)]
    return float(known.mean()) if len(known) else None
