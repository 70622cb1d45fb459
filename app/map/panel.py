"""What a selection on the map is made of, as HTML: counts, purity, the pair that is confused most, its pictures."""

from html import escape

from app.components import cards
from app.components.palette import style_of
from app.context import Context
from app.map.selection import CONFUSION_K, Selection
from app.translator import Translator

A_PAGE = 24  # pictures
SHOWN_CLASSES = 8


def selection_panel(context: Context, selection: Selection, page: int) -> str:
    """`page` from 0; one beyond the last shows the last."""
    n = len(selection.rows)
    pages = -(-n // A_PAGE)
    page = min(max(page, 0), pages - 1)
    rows = selection.rows[page * A_PAGE : (page + 1) * A_PAGE].tolist()
    return (
        f'<section class="chosen"><h3>{escape(context.t("selection", n=n))}</h3>'
        f'<p class="lead">{escape(_sentence(selection, context.t))}</p>{_bar(context, selection)}'
        f'<p>{escape(_confused(selection, context.t))}</p><p class="quiet">{_classes(selection, context.t)}</p>'
        f"{cards.grid(context, rows)}{_pager(page, pages, context.t)}</section>"
    )


def _sentence(selection: Selection, t: Translator) -> str:
    name, _ = selection.types[0]
    if len(selection.types) == 1:
        return t("selection_pure", type=t.object_type(name))
    return t(
        "purity",
        value=100 * selection.purity,
        purity=selection.purity,
        type=t.object_type(name),
        types=len(selection.types),
    )


def _bar(context: Context, selection: Selection) -> str:
    """One bar, a part for each type, and the counts below it."""
    styles, n = style_of(context.library.gallery.type_order), len(selection.rows)
    parts = "".join(f'<i style="width:{100 * c / n:.2f}%;background:{styles[k][0]}"></i>' for k, c in selection.types)
    counts = "".join(
        f'<li><i style="background:{styles[k][0]}"></i>{escape(context.t.object_type(k))} <b>{c:,}</b></li>'
        for k, c in selection.types
    )
    return f'<div class="parts" aria-hidden="true">{parts}</div><ul class="counts">{counts}</ul>'


def _confused(selection: Selection, t: Translator) -> str:
    asked = t("confused_of", n=selection.asked) if selection.asked < len(selection.rows) else ""
    if selection.confused is None:
        return t("confused_none", k=CONFUSION_K) + asked
    one, other, count = selection.confused
    words = t("confused", one=t.object_type(one), other=t.object_type(other), n=count, of=CONFUSION_K * selection.asked)
    return words + asked


def _classes(selection: Selection, t: Translator) -> str:
    named = [(name.partition("/")[2].replace("_", " "), count) for name, count in selection.classes[:SHOWN_CLASSES]]
    listed = t("list_comma").join(f"{escape(name)} {count:,}" for name, count in named)
    if rest := len(selection.classes) - SHOWN_CLASSES:
        listed += t("selection_more", n=rest) if rest > 0 else ""
    return f"{t('selection_classes')} {listed}" if listed else ""


def _pager(page: int, pages: int, t: Translator) -> str:
    if pages < 2:
        return ""

    def button(to: int, sign: str, word: str) -> str:
        off = "" if 0 <= to < pages else " disabled"
        return f'<button type="button" data-page="{to}" aria-label="{t(word)}" title="{t(word)}"{off}>{sign}</button>'

    return (
        f'<nav class="pager">{button(page - 1, "‹", "page_back")}<span>{t("page", page=page + 1, pages=pages)}</span>'
        f"{button(page + 1, '›', 'page_on')}</nav>"
    )
