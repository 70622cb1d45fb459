"""The panel below the map: counts, purity, the most confused pair and the images of a selection, as HTML."""

from markupsafe import Markup

from app.components import cards
from app.components.pager import pager
from app.components.palette import style_of
from app.components.templating import render
from app.context import Context
from app.map.selection import CONFUSION_K, Selection
from app.translator import Translator

PAGE_SIZE = 24  # images
MAX_CLASSES = 8  # listed by name


def selection_panel(context: Context, selection: Selection, page: int) -> Markup:
    """`page` counts from 0 and is clipped to the existing pages."""
    n_images = len(selection.rows)
    n_pages = -(-n_images // PAGE_SIZE)
    page = min(max(page, 0), n_pages - 1)
    rows = selection.rows[page * PAGE_SIZE : (page + 1) * PAGE_SIZE].tolist()
    return render(
        "selection_panel.html.j2",
        title=context.t("selection", n=n_images),
        purity=_purity(selection, context.t),
        types=_types(context, selection),
        confusion=_confusion(selection, context.t),
        classes=_classes(selection, context.t),
        images=Markup(cards.grid(context, rows)),
        pager=pager(page, n_pages, context.t),
    )


def _purity(selection: Selection, t: Translator) -> str:
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


def _types(context: Context, selection: Selection) -> list[dict[str, str]]:
    """For each type its share of the bar, and its count."""
    styles, n_images = style_of(context.library.gallery.type_order), len(selection.rows)
    return [
        {
            "name": context.t.object_type(name),
            "colour": styles[name].css,
            "percent": f"{100 * count / n_images:.2f}",
            "count": f"{count:,}",
        }
        for name, count in selection.types
    ]


def _confusion(selection: Selection, t: Translator) -> str:
    if selection.confused is None:
        text = t("confused_none", k=CONFUSION_K)
    else:
        one, other, count = selection.confused
        n_neighbours = CONFUSION_K * selection.n_sampled
        text = t("confused", one=t.object_type(one), other=t.object_type(other), n=count, of=n_neighbours)
    if selection.n_sampled < len(selection.rows):
        text += t("confused_of", n=selection.n_sampled)
    return text


def _classes(selection: Selection, t: Translator) -> str:
    """The most frequent classes with their counts; empty if no selected image has a class."""
    if not selection.classes:
        return ""
    named = [(name.partition("/")[2].replace("_", " "), count) for name, count in selection.classes[:MAX_CLASSES]]
    text = t("list_comma").join(f"{name} {count:,}" for name, count in named)
    n_more = len(selection.classes) - MAX_CLASSES
    if n_more > 0:
        text += t("selection_more", n=n_more)
    return t("selection_classes", names=text)
