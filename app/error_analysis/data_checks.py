"""What may be wrong with the data of a gallery rather than with a checkpoint: near-duplicates and labels, as HTML.

html = duplicates(context)            # both by the default checkpoint, computed on first use
html = label_errors(context)
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from app.components import cards
from app.components.templating import render
from app.context import Context
from app.error_analysis.query_list import Entry, Ranked
from app.library.library import Library
from app.library.query import Answer
from trainer.core.cache import cached
from trainer.core.models.embedder import embedding_key
from trainer.core.retrieval.error_analysis.label_errors import probable_label_errors
from trainer.core.retrieval.error_analysis.near_duplicates import (
    MAX_BITS,
    MIN_SIMILARITY,
    MOST_PAIRS,
    DuplicatePair,
    candidate_pairs,
    near_duplicates,
)
from trainer.core.retrieval.error_analysis.queries import K, all_query_neighbours
from trainer.core.retrieval.evaluation import protocol
from trainer.core.retrieval.metrics import nearest_columns
from trainer.core.retrieval.search import Neighbours

MOST_SHOWN = 20
DUPLICATES_VERSION = 1


@dataclass(frozen=True)
class ShownPair:
    """Two images of the gallery, and what their similarity is."""

    images: tuple[cards.GalleryImage, cards.GalleryImage]
    text: str


def duplicates(context: Context) -> Markup:
    """Pairs of a query with an index image, and of a query with a training image if the gallery has any."""
    t, library = context.t, context.library
    query, train = protocol(library.gallery).query, _training_rows(library)
    with_index = _pairs(library, "index", lambda: _index_neighbours(library))
    with_train = _pairs(library, "train", lambda: _training_neighbours(library, train)) if len(train) else None
    checked = t("n_queries", n=len(query))
    lines = [t("duplicates_index", n=len(with_index.found), queries=checked)]
    if with_train is not None:
        lines.append(t("duplicates_train", n=len(with_train.found), queries=checked))
    sets = [with_index, *([with_train] if with_train is not None else [])]
    if (n_left_out := sum(one.n_left_out for one in sets)) > 0:
        lines.append(t("duplicates_left_out", n=n_left_out, most=MOST_PAIRS))
    found = [pair for one in sets for pair in one.found]
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


@dataclass(frozen=True)
class _Pairs:
    """`n_left_out`: similar pairs beyond MOST_PAIRS, whose images were not compared."""

    found: list[DuplicatePair]
    n_left_out: int


def _pairs(library: Library, split: str, neighbours: Callable[[], Neighbours]) -> _Pairs:
    """The near-duplicates of the queries among their neighbours in a split, computed once."""
    gallery, served = library.gallery, library.checkpoint(library.best)
    key = {
        "embeddings": embedding_key(gallery, served.checkpoint),
        "splits": gallery.labels_fingerprint,
        "with": split,
        "limits": [MIN_SIMILARITY, MAX_BITS, MOST_PAIRS],
        "version": DUPLICATES_VERSION,
    }

    def compute() -> dict[str, np.ndarray]:
        pairs, similarity = candidate_pairs(protocol(gallery).query, neighbours())
        found = near_duplicates(library.thumbnails, pairs[:MOST_PAIRS], similarity[:MOST_PAIRS])
        return {
            "rows": np.array([(pair.one, pair.other) for pair in found], int).reshape(-1, 2),
            "similarity": np.array([pair.similarity for pair in found]),
            "bits": np.array([pair.bits for pair in found], int),
            "n_left_out": np.array(max(0, len(pairs) - MOST_PAIRS)),
        }

    stored = cached("near-duplicates", key, compute)
    columns = zip(stored["rows"].tolist(), stored["similarity"].tolist(), stored["bits"].tolist(), strict=True)
    found = [DuplicatePair(one, other, similarity, bits) for (one, other), similarity, bits in columns]
    return _Pairs(found, int(stored["n_left_out"]))


def _index_neighbours(library: Library) -> Neighbours:
    served = library.checkpoint(library.best)
    return all_query_neighbours(library.gallery, served.checkpoint, served.precomputed.embeddings, "guie_mp5")


def _training_rows(library: Library) -> np.ndarray:
    """The training images that are neither queries nor index images."""
    rules, train = protocol(library.gallery), library.gallery.rows("train")
    return np.setdiff1d(train, rules.scored)


def _training_neighbours(library: Library, train: np.ndarray) -> Neighbours:
    query, embeddings = protocol(library.gallery).query, library.checkpoint(library.best).precomputed.embeddings
    nobody = np.full(len(query), -1)
    columns, similarity = nearest_columns(embeddings[query], embeddings[train], nobody, np.arange(len(query)), K)
    return Neighbours(train[columns], similarity)


def _shown(context: Context, pair: DuplicatePair) -> ShownPair:
    images = (cards.gallery_image(context, pair.one), cards.gallery_image(context, pair.other))
    splits = [str(context.library.gallery.table["split"].iloc[row]) for row in (pair.one, pair.other)]
    text = context.t("pair_similarity", cosine=pair.similarity, bits=pair.bits)
    return ShownPair(images, f"{' · '.join(splits)}: {text}" if all(splits) else text)


def _class_name(label: str) -> str:
    """The words for a class, `object_type/class_name`."""
    return label.partition("/")[2].replace("_", " ")
