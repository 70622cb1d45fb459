"""Image cards, the query and search results, as HTML. Pure functions of the context.

A card is a button: `events.image_cards` turns a click on it into an event with the id of the image.
"""

import base64
from collections import Counter
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from app.components.palette import style_of
from app.components.templating import render
from app.context import Context
from app.library.query import Answer, Query
from trainer.core.retrieval.presence import STATES

MAX_TYPE_BARS = 11  # bars shown before the remaining types are summed up
REST_CSS = "--light:var(--body-text-color-subdued);--dark:var(--body-text-color-subdued)"
MARKS = {"same_class": "✓", "same_type": "≈", "other_type": "✗"}  # text of the page -> sign
SCORED = 5  # neighbours that the metrics count
# For each state the text of the page: its name, and the sentences for a probability of 0.8 or more, 0.5 or more, less.
PRESENCE = {
    "same_class": ("presence_same_class", "very_likely_same_class", "probably_same_class", "perhaps_same_class"),
    "same_type": ("presence_same_type", "very_likely_same_type", "probably_same_type", "perhaps_same_type"),
    "absent": ("presence_absent", "very_likely_absent", "probably_absent", "perhaps_absent"),
}


@dataclass(frozen=True)
class GalleryImage:
    """What a template shows of an image of the gallery."""

    id: str
    row: int
    source: str
    class_name: str
    type_name: str
    colour: str


@dataclass(frozen=True)
class Neighbour:
    """`mark`: what it has in common with the query, a key of MARKS; "" if the query's object type is not known."""

    image: GalleryImage
    similarity: str
    mark: str


@dataclass(frozen=True)
class TypeBar:
    """The share of an object type among the nearest images, in percent."""

    name: str
    colour: str
    percent: float


def gallery_image(context: Context, row: int) -> GalleryImage:
    gallery = context.library.gallery
    object_type = gallery.object_types[row]
    return GalleryImage(
        id=str(gallery.table["image_id"].iloc[row]),
        row=row,
        source=f"thumbnails/{context.library.thumbnail_key(row)}",
        class_name=str(gallery.class_names[row]).replace("_", " ") or context.t("unknown_class"),
        type_name=context.t.object_type(object_type),
        colour=style_of(gallery.type_order)[object_type].css,
    )


def grid(context: Context, rows: list[int], count: str = "") -> Markup:
    """Small cards of gallery images to choose from. `count`: a line below that says how many are shown."""
    images = [gallery_image(context, row) for row in rows]
    return render("image_grid.html.j2", images=images, title=context.t("search_with_image"), count=count)


def example_strip(context: Context, photographs: list[str], rows: list[int]) -> Markup:
    """One row of small cards: photographs by name, and images of the gallery."""
    images = [gallery_image(context, row) for row in rows]
    return render(
        "example_strip.html.j2",
        label=context.t("examples"),
        photographs=[(name, name.partition(".")[0].replace("_", " ").replace("-", " ")) for name in photographs],
        images=images,
        title=context.t("search_with_image"),
    )


def empty(title: str, hint: str) -> Markup:
    """A note in place of a result that is not there yet."""
    return render("empty.html.j2", title=title, hint=hint)


def answer(context: Context, query: Query, result: Answer, checkpoint: str) -> Markup:
    """The query, how likely the gallery shows the same, and the neighbours, best first.

    Then the scores of the query, the share of each type among the nearest 50, and the time taken.
    """
    t, n = context.t, sum(result.nearest_types.values())
    return render(
        "search_result.html.j2",
        query_card=query_card(context, query, can_crop=True),
        presence=presence_bar(context, result.presence, _known_presence(context, query)),
        title=t("nearest", n=len(result.rows), checkpoint=checkpoint),
        scores=_scores(context, query, result),
        neighbours=neighbours(context, query, result),
        types_title=t("nearest_types", n=n),
        bars=_type_bars(context, result.nearest_types),
        similarity_hint=t("similarity"),
        timing=_timing(context, query, result),
    )


def neighbours(context: Context, query: Query, result: Answer) -> Markup:
    """Cards in order of rank; if the query's object type is known, each says what it has in common with the query.

    They are grey if the query's object type is not known, and probably none of them shows it.
    """
    listed = [
        Neighbour(gallery_image(context, int(row)), f"{similarity:.3f}", _mark(context, query, int(row)))
        for row, similarity in zip(result.rows, result.similarity, strict=True)
    ]
    return render(
        "neighbours.html.j2",
        neighbours=listed,
        title=context.t("search_with_image"),
        signs=MARKS,
        texts={mark: context.t(mark) for mark in MARKS},
        absent=_is_probably_absent(context, query, result),
    )


def _mark(context: Context, query: Query, row: int) -> str:
    object_type, class_name = context.library.labels_of(query)
    gallery = context.library.gallery
    if not object_type:
        return ""
    if class_name and gallery.classes[row] == class_name:
        return "same_class"
    return "same_type" if gallery.object_types[row] == object_type else "other_type"


def presence_bar(context: Context, presence: np.ndarray | None, known: str = "") -> Markup:
    """The probabilities of `STATES` as a sentence and a bar, absence first; a note if they cannot be estimated.

    `known`: a sentence that takes the place of the estimated one, see `_known_presence`.
    """
    t = context.t
    if presence is None:
        return render("presence.html.j2", sentence=known or t("presence_unknown"), state="", parts=[], title="")
    state = STATES[int(presence.argmax())]
    _, *sentences = PRESENCE[state]
    sentence = t(sentences[0 if presence.max() >= 0.8 else 1 if presence.max() >= 0.5 else 2])
    parts = [(name, t(PRESENCE[name][0]), float(presence[STATES.index(name)])) for name in reversed(STATES)]
    title = t("presence_without_label" if known else "presence_estimate")
    return render("presence.html.j2", sentence=known or sentence, state=state, parts=parts, title=title)


def _known_presence(context: Context, query: Query) -> str:
    """What the gallery has of the query's class and object type; "" if they are not known."""
    gallery, t = context.library.gallery, context.t
    object_type, class_name = context.library.labels_of(query)
    itself = query.shown_row is not None
    if not object_type:
        return ""
    of_type = int((gallery.object_types == object_type).sum()) - itself
    if not of_type:
        return t("known_absent")
    if not class_name.partition("/")[2]:
        return ""
    of_class = int((gallery.classes == class_name).sum()) - itself
    return t("known_class", n=of_class) if of_class else t("known_type", n=of_type)


def _is_probably_absent(context: Context, query: Query, result: Answer) -> bool:
    object_type, _ = context.library.labels_of(query)
    return not object_type and result.presence is not None and result.presence.argmax() == STATES.index("absent")


def query_card(context: Context, query: Query, caption: str = "query", can_crop: bool = False) -> Markup:
    """The query itself. An uploaded image or a region is embedded in the page as a small JPEG; it is never stored.

    `can_crop`: with the buttons that `crop.js` needs.
    """
    t, row = context.t, query.shown_row
    image = None if row is None else gallery_image(context, row)
    return render(
        "query_card.html.j2",
        caption=t("query_region" if query.region else caption),
        source=_data_url(query) if query.row is None or image is None else image.source,
        aspect=query.image.size[0] / query.image.size[1] if query.image else None,
        image=image,
        name=t("example_photograph") if query.image_id and query.row is None else query.name,
        crop=_crop_texts(context, query) if can_crop else None,
    )


def _crop_texts(context: Context, query: Query) -> dict[str, str]:
    """The texts of the buttons below the query; that of `whole` is empty if the query is a whole image."""
    t = context.t
    return {
        "start": t("crop"),
        "start_hint": t("crop_start"),
        "whole": t("crop_whole") if query.region else "",
        "search": t("crop_search"),
        "cancel": t("crop_cancel"),
        "hint": t("crop_keys"),
    }


def _data_url(query: Query) -> str:
    assert query.image is not None
    return f"data:image/jpeg;base64,{base64.b64encode(query.image.thumbnail).decode()}"


def _scores(context: Context, query: Query, result: Answer) -> list[str]:
    """The scores of this query by study mP@5 and GUIE mP@5, against all other images; those that are known."""
    gallery, t = context.library.gallery, context.t
    object_type, class_name = context.library.labels_of(query)
    nearest, scores = result.nearest[:SCORED], []
    if object_type and len(nearest):
        same = int((gallery.object_types[nearest] == object_type).sum())
        scores.append(t("study_score", hits=same, of=len(nearest), type=t.object_type(object_type)))
    relevant = int((gallery.classes == class_name).sum()) - (query.shown_row is not None) if class_name else 0
    if relevant:
        of = min(SCORED, relevant)
        hits = int((gallery.classes[nearest[:of]] == class_name).sum())
        scores.append(t("guie_score", hits=hits, of=of, name=class_name.partition("/")[2].replace("_", " ")))
    return scores


def _type_bars(context: Context, counts: Counter) -> list[TypeBar]:
    total = sum(counts.values())
    styles = style_of(context.library.gallery.type_order)
    shown = counts.most_common(MAX_TYPE_BARS)
    bars = [TypeBar(context.t.object_type(name), styles[name].css, 100 * count / total) for name, count in shown]
    if rest := total - sum(count for _, count in shown):
        bars.append(TypeBar("…", REST_CSS, 100 * rest / total))
    return bars


def _timing(context: Context, query: Query, result: Answer) -> str:
    n, search_ms = len(context.library.gallery), 1000 * result.search_s
    if query.row is not None:
        return context.t("timing_precomputed", n=n, search=search_ms)
    return context.t("timing", n=n, encode=1000 * result.encode_s, search=search_ms)
