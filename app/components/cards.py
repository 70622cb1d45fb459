"""Images with what is said about them, as HTML. Pure functions of a library; labels come from files and are escaped.

A card is a button: `pictures.py` turns a press into an event with the id of the picture.
"""

import base64
import io
from collections import Counter
from html import escape

from app.components.palette import style_of
from app.library.library import Answer, Library, Query
from app.library.thumbnails import small_copy
from app.translator import Translator

MANY_TYPES = 11  # bars shown before the rest is summed up


def grid(library: Library, rows: list[int], t: Translator) -> str:
    """Images of the gallery to choose from."""
    return f'<div class="pictures small">{"".join(_card(library, row, t) for row in rows)}</div>'


def example_grid(names: list[str]) -> str:
    cards = (
        f'<button class="card" data-id="example-{escape(name)}" title="{escape(name)}">'
        f'<img src="thumbnails/example-{escape(name)}" alt="{escape(name.partition(".")[0])}" loading="lazy"></button>'
        for name in names
    )
    return f'<div class="pictures small">{"".join(cards)}</div>'


def empty(title: str, hint: str) -> str:
    return f'<div class="empty"><strong>{escape(title)}</strong><p>{escape(hint)}</p></div>'


def answer(library: Library, query: Query, found: Answer, checkpoint: str, t: Translator) -> str:
    """The query, its neighbours best first, the share of each type among the nearest 50, and the time taken."""
    return (
        f'<div class="answer"><div class="asked">{query_card(library, query, t)}</div>'
        f"<div><h3>{escape(t('nearest', k=len(found.rows), checkpoint=checkpoint))}</h3>"
        f"{_score(library, query, found, t)}{neighbours(library, query, found, t)}</div></div>"
        f"{_type_bars(library, found.nearest_types, t)}<p class='quiet'>{_timing(library, query, found, t)}</p>"
    )


def neighbours(library: Library, query: Query, found: Answer, t: Translator) -> str:
    """Cards in order of rank, marked where the query's object type is known."""
    known = None if query.row is None else library.gallery.object_types[query.row]
    cards = []
    for rank, (row, similarity) in enumerate(zip(found.rows, found.similarity, strict=True), start=1):
        mark = ""
        if known is not None:
            same = library.gallery.object_types[row] == known
            word = t("same_type" if same else "other_type")
            mark = (
                f'<span class="mark {"same" if same else "other"}" title="{word}">{"✓" if same else "✗"} {word}</span>'
            )
        score = f'<span class="similarity" title="{t("similarity")}">{similarity:.3f}</span>'
        cards.append(_card(library, int(row), t, f'<span class="rank">{rank}</span>{score}{mark}'))
    return f'<div class="pictures">{"".join(cards)}</div>'


def query_card(library: Library, query: Query, t: Translator, caption: str = "query") -> str:
    """The query itself; a picture from outside travels inside the page as a small JPEG."""
    if query.row is not None:
        row = query.row
        source, label = f"thumbnails/{library.thumbnail_key(row)}", _label(library, row, t)
    else:
        assert query.image is not None
        buffer = io.BytesIO()
        small_copy(query.image).save(buffer, "JPEG", quality=82)
        source = f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"
        label = f"<b>{escape(query.name)}</b>"
    image = f'<img src="{source}" alt="{t(caption)}">'
    return f'<figure class="query"><figcaption>{t(caption)}</figcaption>{image}{label}</figure>'


def _card(library: Library, row: int, t: Translator, note: str = "") -> str:
    image_id = escape(str(library.gallery.table["image_id"].iloc[row]))
    name = escape(_class(library, row, t))
    return (
        f'<button class="card" data-id="{image_id}" data-row="{row}" title="{t("ask_this")}: {name}">'
        f'<img src="thumbnails/{library.thumbnail_key(row)}" alt="{name}" loading="lazy">'
        f"{note}{_label(library, row, t)}</button>"
    )


def _label(library: Library, row: int, t: Translator) -> str:
    object_type = library.gallery.object_types[row]
    colour, _ = style_of(library.gallery.type_order)[object_type]
    return (
        f"<b>{escape(_class(library, row, t))}</b>"
        f'<span class="type"><i style="background:{colour}"></i>{escape(t.object_type(object_type))}</span>'
    )


def _class(library: Library, row: int, t: Translator) -> str:
    return str(library.gallery.class_names[row]).replace("_", " ") or t("unknown_class")


def _score(library: Library, query: Query, found: Answer, t: Translator) -> str:
    if query.row is None or not len(found.rows):
        return ""
    own = library.gallery.object_types[query.row]
    same = int((library.gallery.object_types[found.rows] == own).sum())
    k = len(found.rows)
    return f"<p class='score'>{escape(t('score', n=same, k=k, type=t.object_type(own), value=same / k))}</p>"


def _type_bars(library: Library, counts: Counter, t: Translator) -> str:
    total = sum(counts.values())
    styles = style_of(library.gallery.type_order)
    shown = counts.most_common(MANY_TYPES)
    bars = [(t.object_type(name), styles[name][0], count) for name, count in shown]
    if rest := total - sum(count for _, count in shown):
        bars.append(("…", "var(--body-text-color-subdued)", rest))
    lines = "".join(
        f"<dt>{escape(name)}</dt><dd><i style='width:{100 * count / total:.1f}%;background:{colour}'></i>"
        f"<span>{100 * count / total:.0f} %</span></dd>"
        for name, colour, count in bars
    )
    return f'<div class="bars"><h4>{escape(t("nearest_types", n=total))}</h4><dl>{lines}</dl></div>'


def _timing(library: Library, query: Query, found: Answer, t: Translator) -> str:
    key = "timing" if query.row is None else "from_store"
    return escape(t(key, encode=1000 * found.encode_s, search=1000 * found.search_s, n=len(library.gallery)))
