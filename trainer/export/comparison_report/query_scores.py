"""The score of each query by each checkpoint.

tables = query_scores_of(gallery, {"atlas": query_scores(gallery, embeddings), ...})
tables[0].lowest(20)                  # positions of the queries with the lowest mean over the checkpoints
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from trainer.core.data.gallery import Gallery
from trainer.core.retrieval.error_analysis.confusion import mean_by_label
from trainer.core.retrieval.error_analysis.ranking import by_score, wrong_for_all
from trainer.core.retrieval.evaluation import protocol
from trainer.core.retrieval.metric_names import METRICS


@dataclass(frozen=True)
class ClassScores:
    """The mean score of the queries of a class by checkpoint, in 0..1."""

    name: str
    object_type: str
    n_queries: int
    scores: Mapping[str, float]


@dataclass(frozen=True)
class QueryScores:
    """Of one metric: `scores` (Q,) by checkpoint, in 0..1 or NaN, and the labels of the queries (Q,), "" if unknown."""

    metric: str
    image_ids: np.ndarray
    object_types: np.ndarray
    classes: np.ndarray
    scores: Mapping[str, np.ndarray]

    def __len__(self) -> int:
        return len(self.image_ids)

    @property
    def n_wrong_for_all(self) -> int:
        """How many queries have the score 0 with every checkpoint."""
        return len(wrong_for_all(list(self.scores.values())))

    def lowest(self, n: int) -> np.ndarray:
        """Positions of at most n queries, lowest mean score first."""
        return by_score(np.mean(list(self.scores.values()), axis=0))[:n]

    def by_class(self) -> list[ClassScores]:
        """The classes of the queries that have a score, lowest mean over the checkpoints first."""
        means = {name: mean_by_label(self.classes, values) for name, values in self.scores.items()}
        of_class = {name: {label: (mean, n) for label, mean, n in found} for name, found in means.items()}
        overall = mean_by_label(self.classes, np.mean(list(self.scores.values()), axis=0))
        return [
            ClassScores(label, label.partition("/")[0], n, {name: found[label][0] for name, found in of_class.items()})
            for label, _, n in overall
        ]


def query_scores_of(gallery: Gallery, scores: Mapping[str, Mapping[str, np.ndarray]]) -> list[QueryScores]:
    """`scores`: the `query_scores` of each checkpoint. One table for each metric that has a score."""
    rules = protocol(gallery)
    found = []
    for metric in METRICS:
        rows, of_metric = rules.rows(metric), {name: of_one[metric] for name, of_one in scores.items()}
        if len(rows) and not all(np.isnan(values).all() for values in of_metric.values()):
            ids = gallery.table["image_id"].to_numpy(dtype=str)[rows]
            found.append(QueryScores(metric, ids, gallery.object_types[rows], gallery.classes[rows], of_metric))
    return found
