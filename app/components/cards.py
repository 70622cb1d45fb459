"""Images with what is said about them, as HTML. Pure functions of a library; labels come from files and are escaped.

A card is a button: `pictures.py` turns a press into an event with the id of the picture.
"""

import base64
import io
from collections import Counter
from html import escape

from app.components.palette import style_of
from app.components.templating import render
from app.context import Context
from app.library.library import Answer, Query
from app.library.thumbnails import small_copy

MANY_TYPES = 11  # bars shown before the rest is summed up


def grid(context: Context, rows: list[int]) -> str:
    """Images of the gallery to choose from."""
    return f'<div class="pictures small">{"".join(_card(context, row) for row in rows)}</div>'


def example_grid(names: list[str]) -> str:
    cards = (
        f'<button class="card" data-id="example-{escape(name)}" title="{escape(name)}">'
        f'<img src="thumbnails/example-{escape(name)}" alt="{escape(name.partition(".")[0])}" loading="lazy"></button>'
        for name in names
    )
    return f'<div class="pictures small">{"".join(cards)}</div>'


def empty(title: str, hint: str) -> str:
    return render("empty.html.j2", title=title, hint=hint)


def answer(context: Context, query: Query, found: Answer, checkpoint: str) -> str:
    """The query, its neighbours best first, the share of each type among the nearest 50, and the time taken."""
    return (
        f'<div class="answer"><div class="asked">{query_card(context, query)}</div>'
        f"<div><h3>{escape(context.t('nearest', k=len(found.rows), checkpoint=checkpoint))}</h3>"
        f"{_score(context, query, found)}{neighbours(context, query, found)}</div></div>"
        f"{_type_bars(context, found.nearest_types)}<p class='quiet'>{_timing(context, query, found)}</p>"
    )


def neighbours(context: Context, query: Query, found: Answer) -> str:
    """Cards in order of rank, marked where the query's object type is known."""
    known = None if query.row is None else context.library.gallery.object_types[query.row]
    cards = []
    for rank, (row, similarity) in enumerate(zip(found.rows, found.similarity, strict=True), start=1):
        mark = ""
        if known is not None:
            same = context.library.gallery.object_types[row] == known
            word = context.t("same_type" if same else "other_type")
            mark = (
                f'<span class="mark {"same" if same else "other"}" title="{word}">{"✓" if same else "✗"} {word}</span>'
            )
        score = f'<span class="similarity" title="{context.t("similarity")}">{similarity:.3f}</span>'
        cards.append(_card(context, int(row), f'<span class="rank">{rank}</span>{score}{mark}'))
    return f'<div class="pictures">{"".join(cards)}</div>'


def query_card(context: Context, query: Query, caption: str = "query") -> str:
    """The query itself; a picture from outside travels inside the page as a small JPEG."""
    if query.row is not None:
        row = query.row
        source, label = f"thumbnails/{context.library.thumbnail_key(row)}", _label(context, row)
    else:
        assert query.image is not None
        buffer = io.BytesIO()
        small_copy(query.image).save(buffer, "JPEG", quality=82)
        source = f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"
        label = f"<b>{escape(query.name)}</b>"
    image = f'<img src="{source}" alt="{context.t(caption)}">'
    return f'<figure class="query"><figcaption>{context.t(caption)}</figcaption>{image}{label}</figure>'


def _card(context: Context, row: int, note: str = "") -> str:
    image_id = escape(str(context.library.gallery.table["image_id"].iloc[row]))
    name = escape(_class(context, row))
    return (
        f'<button class="card" data-id="{image_id}" data-row="{row}" title="{context.t("ask_this")}: {name}">'
        f'<img src="thumbnails/{context.library.thumbnail_key(row)}" alt="{name}" loading="lazy">'
        f"{note}{_label(context, row)}</button>"
    )


def _label(context: Context, row: int) -> str:
    object_type = context.library.gallery.object_types[row]
    colour, _ = style_of(context.library.gallery.type_order)[object_type]
    return (
        f"<b>{escape(_class(context, row))}</b>"
        f'<span class="type"><i style="background:{colour}"></i>{escape(context.t.object_type(object_type))}</span>'
    )


def _class(context: Context, row: int) -> str:
    return str(context.library.gallery.class_names[row]).replace("_", " ") or context.t("unknown_class")


def _score(context: Context, query: Query, found: Answer) -> str:
    if query.row is None or not len(found.rows):
        return ""
    own = context.library.gallery.object_types[query.row]
    same = int((context.library.gallery.object_types[found.rows] == own).sum())
    k = len(found.rows)
    text = context.t("score", n=same, k=k, type=context.t.object_type(own), value=same / k)
    return f"<p class='score'>{escape(text)}</p>"


def _type_bars(context: Context, counts: Counter) -> str:
    total = sum(counts.values())
    styles = style_of(context.library.gallery.type_order)
    shown = counts.most_common(MANY_TYPES)
    bars = [(context.t.object_type(name), styles[name][0], count) for name, count in shown]
    if rest := total - sum(count for _, count in shown):
        bars.append(("…", "var(--body-text-color-subdued)", rest))
    lines = "".join(
        f"<dt>{escape(name)}</dt><dd><i style='width:{100 * count / total:.1f}%;background:{colour}'></i>"
        f"<span>{100 * count / total:.0f} %</span></dd>"
        for name, colour, count in bars
    )
    return f'<div class="bars"><h4>{escape(context.t("nearest_types", n=total))}</h4><dl>{lines}</dl></div>'


def _timing(context: Context, query: Query, found: Answer) -> str:
    key = "timing" if query.row is None else "from_store"
    return escape(
        context.t(key, encode=1000 * found.encode_s, search=1000 * found.search_s, n=len(context.library.gallery))
    )
