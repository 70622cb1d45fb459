"""What the list of queries shows: the metric, the order and the filters that a visitor chose.

options = ListOptions("atlas", metric="recall_at_1", object_type="cars")
positions = matching_queries(library, options)         # of Protocol.rows(options.metric), first ones first
"""

from dataclasses import dataclass

import numpy as np

from app.library.library import Library
from trainer.core.errors import UserError
from trainer.core.retrieval.error_analysis.queries import all_query_neighbours
from trainer.core.retrieval.error_analysis.ranking import by_difference, by_score, wrong_for_all
from trainer.core.retrieval.evaluation import protocol
from trainer.core.retrieval.metric_names import METRICS

# order of the list -> text of the page
RANKINGS = {
    "lowest": "rank_lowest",
    "losses": "rank_losses",
    "gains": "rank_gains",
    "all_wrong": "rank_all_wrong",
}
NEED_TWO = ("losses", "gains")


@dataclass(frozen=True)
class ListOptions:
    """`other`: a second checkpoint, or "". `ranking`: a key of RANKINGS. `object_type`, `class_name`: of the query; ""
    for all. `neighbour`: only queries with such a neighbour, an object type followed by "/" or a class; "" for all.

    Raises UserError for an unknown metric or ranking.
    """

    checkpoint: str
    other: str = ""
    metric: str = "guie_mp5"
    ranking: str = "lowest"
    object_type: str = ""
    class_name: str = ""
    neighbour: str = ""

    def __post_init__(self) -> None:
        if self.metric not in METRICS or self.ranking not in RANKINGS:
            raise UserError("That list does not exist; choose from the menus.", key="unknown_list")


def matching_queries(library: Library, options: ListOptions) -> np.ndarray:
    """Positions of the scored queries that pass the filters, in the chosen order.

    A filter by neighbour needs the neighbours of all queries, which are computed on first use. Raises UserError for an
    unknown checkpoint; `NEED_TWO` rankings need `other`.
    """
    ranked = _ranked(library, options)
    return ranked[_passes(library, options)[ranked]]


def all_wrong(library: Library, metric: str) -> np.ndarray:
    """Positions of the queries whose score is 0 by every checkpoint."""
    return wrong_for_all([served.precomputed.scores[metric] for served in library.checkpoints.values()])


def _ranked(library: Library, options: ListOptions) -> np.ndarray:
    scores = library.checkpoint(options.checkpoint).precomputed.scores
    of_metric = scores[options.metric]
    if options.ranking in NEED_TWO:
        other = library.checkpoint(options.other).precomputed.scores[options.metric]
        return by_difference(of_metric, other) if options.ranking == "losses" else by_difference(other, of_metric)
    ranked = by_score(of_metric, *_tie_breakers(library, options.metric, scores))
    if options.ranking == "all_wrong":
        return ranked[np.isin(ranked, all_wrong(library, options.metric))]
    return ranked


def _tie_breakers(library: Library, metric: str, scores: dict[str, np.ndarray]) -> list[np.ndarray]:
    """The other metrics' scores of the same queries, NaN if they have none."""
    rules, n = protocol(library.gallery), len(library.gallery)
    found = []
    for other in (name for name in METRICS[::-1] if name != metric):
        of_row = np.full(n, np.nan)
        of_row[rules.rows(other)] = scores[other]
        found.append(of_row[rules.rows(metric)])
    return found


def _passes(library: Library, options: ListOptions) -> np.ndarray:
    """(Q,) of bool."""
    gallery, served = library.gallery, library.checkpoint(options.checkpoint)
    rows = protocol(gallery).rows(options.metric)
    passes = np.ones(len(rows), bool)
    if options.object_type:
        passes &= gallery.object_types[rows] == options.object_type
    if options.class_name:
        passes &= gallery.classes[rows] == options.class_name
    if options.neighbour:
        embeddings = served.precomputed.embeddings
        nearest = all_query_neighbours(gallery, served.checkpoint, embeddings, options.metric).rows
        object_type, _, class_name = options.neighbour.partition("/")
        labels, label = (gallery.classes, options.neighbour) if class_name else (gallery.object_types, object_type)
        passes &= (labels[nearest] == label).any(1)
    return passes
