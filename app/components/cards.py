"""Image cards, the query and search results, as HTML. Pure functions of the context.

A card is a button: `events.image_cards` turns a click on it into an event with the id of the image.
"""

import base64
import io
from collections import Counter
from dataclasses import dataclass

from markupsafe import Markup

from app.components.palette import style_of
from app.components.templating import render
from app.context import Context
from app.library.query import Answer, Query
from app.library.thumbnails import small_copy

MAX_TYPE_BARS = 11  # bars shown before the remaining types are summed up


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
    """`same_type`: whether the image has the query's object type; None if that is not known."""

    image: GalleryImage
    similarity: str
    same_type: bool | None


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
        colour=style_of(gallery.type_order)[object_type][0],
    )


def grid(context: Context, rows: list[int], count: str = "") -> Markup:
    """Small cards of gallery images to choose from. `count`: a line below that says how many are shown."""
    images = [gallery_image(context, row) for row in rows]
    return render("image_grid.html.j2", images=images, title=context.t("search_with_image"), count=count)


def example_grid(names: list[str]) -> Markup:
    """Small cards of example photographs."""
    return render("example_grid.html.j2", names=names)


def empty(title: str, hint: str) -> Markup:
    """A note in place of a result that is not there yet."""
    return render("empty.html.j2", title=title, hint=hint)


def answer(context: Context, query: Query, result: Answer, checkpoint: str) -> Markup:
    """The query, its neighbours best first, the share of each type among the nearest 50, and the time taken."""
    t, n = context.t, sum(result.nearest_types.values())
    return render(
        "search_result.html.j2",
        query_card=query_card(context, query),
        title=t("nearest", n=len(result.rows), checkpoint=checkpoint),
        score=_score(context, query, result),
        neighbours=neighbours(context, query, result),
        types_title=t("nearest_types", n=n),
        bars=_type_bars(context, result.nearest_types),
        timing=_timing(context, query, result),
    )


def neighbours(context: Context, query: Query, result: Answer) -> Markup:
    """Cards in order of rank; if the query's object type is known, each says whether it has the same type."""
    types, t = context.library.gallery.object_types, context.t
    listed = [
        Neighbour(
            gallery_image(context, int(row)),
            f"{similarity:.3f}",
            None if query.row is None else bool(types[row] == types[query.row]),
        )
        for row, similarity in zip(result.rows, result.similarity, strict=True)
    ]
    return render(
        "neighbours.html.j2",
        neighbours=listed,
        title=t("search_with_image"),
        similarity_hint=t("similarity"),
        same_type=t("same_type"),
        other_type=t("other_type"),
    )


def query_card(context: Context, query: Query, caption: str = "query") -> Markup:
    """The query itself. An uploaded image is embedded in the page as a small JPEG; it is never stored."""
    image = None if query.row is None else gallery_image(context, query.row)
    source = image.source if image else _data_url(query)
    return render("query_card.html.j2", caption=context.t(caption), source=source, image=image, name=query.name)


def _data_url(query: Query) -> str:
    assert query.image is not None
    buffer = io.BytesIO()
    small_copy(query.image).save(buffer, "JPEG", quality=82)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def _score(context: Context, query: Query, result: Answer) -> str:
    """How many neighbours have the query's object type; empty if that is not known."""
    if query.row is None or not len(result.rows):
        return ""
    types, k = context.library.gallery.object_types, len(result.rows)
    own = types[query.row]
    same = int((types[result.rows] == own).sum())
    return context.t("score", n=same, k=k, type=context.t.object_type(own), value=same / k)


def _type_bars(context: Context, counts: Counter) -> list[TypeBar]:
    total = sum(counts.values())
    styles = style_of(context.library.gallery.type_order)
    shown = counts.most_common(MAX_TYPE_BARS)
    bars = [TypeBar(context.t.object_type(name), styles[name][0], 100 * count / total) for name, count in shown]
    if rest := total - sum(count for _, count in shown):
        bars.append(TypeBar("…", "var(--body-text-color-subdued)", 100 * rest / total))
    return bars


def _timing(context: Context, query: Query, result: Answer) -> str:
    n, search_ms = len(context.library.gallery), 1000 * result.search_s
    if query.row is not None:
        return context.t("timing_precomputed", n=n, search=search_ms)
    return context.t("timing", n=n, encode=1000 * result.encode_s, search=search_ms)
