"""The metrics of a checkpoint on a gallery, as one plain dictionary (the JSON of `python -m trainer evaluate`).

scores = query_scores(gallery, embeddings)            # for each metric, the score of each query
summary(gallery, scores, "mine")                      # means, intervals, each object type
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from trainer.core.data.gallery import Gallery
from trainer.core.data.sources import UNKNOWN_TYPE
from trainer.core.retrieval.metric_names import METRICS
from trainer.core.retrieval.metrics import guie_mean_precision, study_mean_precision
from trainer.core.retrieval.statistics import PairedTest, paired_tests, score_intervals

WITH_SPLITS = "study mP@5 over query and index images; GUIE mP@5 and recall@1 of the queries against the index"
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


def query_scores(gallery: Gallery, embeddings: np.ndarray) -> dict[str, np.ndarray]:
    """For each metric the scores in 0..1 of its queries, in row order, from (N, E) unit rows.

    (S,) for the study's metric, (Q,) for the others. NaN means no score: the class is unknown or has no match in the
    index, no object type is known, or there are fewer than five other images.
    """
    rules = protocol(gallery)
    query, index, scored = rules.query, rules.index, rules.scored
    types, classes, ids = gallery.object_types, gallery.classes, gallery.table["image_id"].to_numpy(dtype=str)
    instance = (embeddings[query], classes[query], embeddings[index], classes[index])
    guie = guie_mean_precision(*instance, query_ids=ids[query], index_ids=ids[index])
    # With one unknown type for all images, every neighbour would count as right.
    unscored = len(scored) <= 5 or (types[scored] == UNKNOWN_TYPE).all()
    study = np.full(len(scored), np.nan)
    if not unscored:
        study = study_mean_precision(embeddings[scored], types[scored]).per_query
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


def _mean(per_query: np.ndarray) -> float | None:
    known = per_query[~np.isnan(per_query)]
    return float(known.mean()) if len(known) else None
