"""What may be wrong with the data of a gallery rather than with a checkpoint: near-duplicates and labels, as HTML.

html = duplicates(context)            # both by the default checkpoint, computed on first use
html = label_errors(context)
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from app.components import cards
from app.components.templating import render
from app.context import Context
from app.error_analysis.query_list import Entry, Ranked
from app.library.library import Library
from app.library.query import Answer
from trainer.core.retrieval.error_analysis.label_errors import probable_label_errors
from trainer.core.retrieval.error_analysis.leakage import QueryDuplicates, Split, query_duplicates, training_rows
from trainer.core.retrieval.error_analysis.near_duplicates import (
    MAX_BITS,
    MIN_SIMILARITY,
    MOST_PAIRS,
    DuplicatePair,
)
from trainer.core.retrieval.error_analysis.queries import K
from trainer.core.retrieval.evaluation import protocol

MOST_SHOWN = 20


@dataclass(frozen=True)
class ShownPair:
    """Two images of the gallery, and what their similarity is."""

    images: tuple[cards.GalleryImage, cards.GalleryImage]
    text: str


def duplicates(context: Context) -> Markup:
    """Pairs of a query with an index image, and of a query with a training image if the gallery has any."""
    t, library = context.t, context.library
    with_index, with_train = _duplicates(library, "index"), None
    checked = t("n_queries", n=len(protocol(library.gallery).query))
    lines = [t("duplicates_index", n=len(with_index.pairs), queries=checked)]
    if len(training_rows(library.gallery)):
        with_train = _duplicates(library, "train")
        lines.append(t("duplicates_train", n=len(with_train.pairs), queries=checked))
    sets = [with_index, *([with_train] if with_train is not None else [])]
    if (n_left_out := sum(one.n_left_out for one in sets)) > 0:
        lines.append(t("duplicates_left_out", n=n_left_out, most=MOST_PAIRS))
    found = [pair for one in sets for pair in one.pairs]
    return render(
        "image_pairs.html.j2",
        lines=lines,
        pairs=[_shown(context, pair) for pair in found[:MOST_SHOWN]],
        title=t("search_with_image"),
        more=t("first_shown", n=MOST_SHOWN) if len(found) > MOST_SHOWN else "",
        hint=t("duplicates_hint", checkpoint=library.best, cosine=MIN_SIMILARITY, bits=MAX_BITS, k=K),
    )


def label_errors(context: Context) -> Markup:
    """Images whose neighbours have another class, worth a second look; at most MOST_SHOWN."""
    t, library = context.t, context.library
    gallery, title = library.gallery, t("label_errors")
    n_labelled = int((gallery.classes != "").sum())
    if not n_labelled:
        return cards.empty(title, t("no_labels"))
    served = library.checkpoint(library.best)
    found = probable_label_errors(gallery.classes, library.nearest(library.best))
    entries = []
    for error in found[:MOST_SHOWN]:
        rows = np.array([error.row])
        neighbours = served.index.search(served.precomputed.embeddings[rows], K, exclude=rows)
        nearest, similarity = neighbours.rows[0], neighbours.similarity[0]
        query = library.query_from_id(str(gallery.table["image_id"].iloc[error.row]))
        answer = Answer(nearest, similarity, nearest, Counter(), None, 0.0, 0.0)
        text = t(
            "label_suggestion",
            label=_class_name(str(gallery.classes[error.row])),
            own=error.own,
            other=error.other,
            of=error.known,
            suggested=_class_name(error.suggested),
        )
        results = [Ranked(library.best, text, "", cards.neighbours(context, query, answer))]
        entries.append(Entry(cards.gallery_image(context, error.row), "", results))
    return render(
        "query_list.html.j2",
        summary=t("label_errors_found", n=len(found), images=t("n_images", n=n_labelled), checkpoint=library.best),
        note=t("label_errors_hint"),
        entries=entries,
        title=t("search_with_image"),
        pager=t("first_shown", n=MOST_SHOWN) if len(found) > MOST_SHOWN else "",
    )


def _duplicates(library: Library, split: Split) -> QueryDuplicates:
    served = library.checkpoint(library.best)
    embeddings = served.precomputed.embeddings
    return query_duplicates(library.gallery, served.checkpoint, embeddings, split, library.thumbnails)


def _shown(context: Context, pair: DuplicatePair) -> ShownPair:
    images = (cards.gallery_image(context, pair.one), cards.gallery_image(context, pair.other))
    splits = [str(context.library.gallery.table["split"].iloc[row]) for row in (pair.one, pair.other)]
    text = context.t("pair_similarity", cosine=pair.similarity, bits=pair.bits)
    return ShownPair(images, f"{' · '.join(splits)}: {text}" if all(splits) else text)


def _class_name(label: str) -> str:
    """The words for a class, `object_type/class_name`."""
    return label.partition("/")[2].replace("_", " ")
