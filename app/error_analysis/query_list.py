"""The list of queries by score as HTML: each query with its neighbours, marks and score. Pure: a context in, HTML out.

html = query_list(context, ListOptions("atlas"), page=0)
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from app.components import cards
from app.components.pager import pager
from app.components.templating import render
from app.context import Context
from app.error_analysis.options import NEED_TWO, ListOptions, all_wrong, matching_queries
from app.library.query import Answer
from trainer.core.retrieval.error_analysis.queries import K, n_counted, query_neighbours
from trainer.core.retrieval.evaluation import protocol

PER_PAGE = 10


@dataclass(frozen=True)
class Ranked:
    """The neighbours of a query by one checkpoint. `score`: such as "GUIE mP@5 1/3"; `note`: how many count."""

    checkpoint: str
    score: str
    note: str
    neighbours: Markup


@dataclass(frozen=True)
class Entry:
    """`difference`: the score of the second checkpoint minus that of the first, signed; "" without a second one."""

    query: cards.GalleryImage
    difference: str
    results: list[Ranked]


def query_list(context: Context, options: ListOptions, page: int = 0) -> Markup:
    """Ten queries of the list; `page` counts from 0 and is clipped to the existing pages. Raises UserError."""
    if options.ranking in NEED_TWO and not options.other:
        return cards.empty(context.t("worst_queries"), context.t("choose_second"))
    positions = matching_queries(context.library, options)
    n_pages = max(1, -(-len(positions) // PER_PAGE))
    page = min(max(page, 0), n_pages - 1)
    shown = positions[page * PER_PAGE : (page + 1) * PER_PAGE]
    return render(
        "query_list.html.j2",
        summary=_summary(context, options, positions),
        note=_all_wrong_note(context, options.metric),
        entries=_entries(context, options, shown),
        title=context.t("search_with_image"),
        pager=pager(page, n_pages, context.t),
    )


def _all_wrong_note(context: Context, metric: str) -> str:
    """How many queries have score 0 by every checkpoint; empty if no query has a score."""
    library = context.library
    n_scored = int((~np.isnan(library.checkpoints[library.best].precomputed.scores[metric])).sum())
    if not n_scored:
        return ""
    return context.t(
        "all_wrong_note",
        n=len(all_wrong(library, metric)),
        queries=context.t("n_queries", n=n_scored),
        metric=context.t(metric),
        checkpoints=context.t("n_checkpoints", n=len(library.names)),
    )


def _summary(context: Context, options: ListOptions, positions: np.ndarray) -> str:
    """The mean score of the listed queries by each checkpoint, or that there are none."""
    t, library = context.t, context.library
    if not len(positions):
        return t("no_query_listed", metric=t(options.metric))
    means = [
        t("mean_by", mean=float(scores.mean()), checkpoint=name)
        for name in _checkpoints(options)
        for scores in [library.checkpoint(name).precomputed.scores[options.metric][positions]]
    ]
    n_scored = int((~np.isnan(library.checkpoint(options.checkpoint).precomputed.scores[options.metric])).sum())
    queries = t("n_queries", n=n_scored)
    return t(
        "list_summary",
        queries=queries if len(positions) == n_scored else t("some_of", n=len(positions), of=queries),
        metric=t(options.metric),
        means=t("list_comma").join(means),
        gallery=library.gallery.name,
    )


def _checkpoints(options: ListOptions) -> list[str]:
    return [options.checkpoint, *([options.other] if options.other else [])]


def _entries(context: Context, options: ListOptions, positions: np.ndarray) -> list[Entry]:
    library = context.library
    rows = protocol(library.gallery).rows(options.metric)[positions]
    by_checkpoint = [_ranked(context, options.metric, name, positions, rows) for name in _checkpoints(options)]
    entries = []
    for number, row in enumerate(rows.tolist()):
        difference = ""
        if options.other:
            one, other = (library.checkpoint(name).precomputed.scores[options.metric] for name in _checkpoints(options))
            value = float(other[positions[number]] - one[positions[number]])
            difference = context.t("score_difference", value=value)
        results = [ranked[number] for ranked in by_checkpoint]
        entries.append(Entry(cards.gallery_image(context, row), difference, results))
    return entries


def _ranked(context: Context, metric: str, checkpoint: str, positions: np.ndarray, rows: np.ndarray) -> list[Ranked]:
    """The results of one checkpoint for the queries at these positions, images of these rows."""
    t, gallery, precomputed = context.t, context.library.gallery, context.library.checkpoint(checkpoint).precomputed
    found = query_neighbours(gallery, precomputed.embeddings, metric, positions)
    scores, counted = precomputed.scores[metric][positions], n_counted(gallery, metric, positions)
    ranked = []
    for row, nearest, similarity, score, of in zip(rows, found.rows, found.similarity, scores, counted, strict=True):
        query = context.library.query_from_id(str(gallery.table["image_id"].iloc[row]))
        answer = Answer(nearest, similarity, nearest, Counter(), None, 0.0, 0.0)
        text = t("query_score", metric=t(metric), hits=round(float(score * of)), of=int(of))
        note = "" if of == K else t("first_count", n=int(of))
        ranked.append(Ranked(checkpoint, text, note, cards.neighbours(context, query, answer)))
    return ranked
