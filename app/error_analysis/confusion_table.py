"""Which types or classes the neighbours of the queries have, as a table of buttons, and the scores by class.

html = confusion_table(context, "atlas", "guie_mp5", object_type="")     # types; with an object type, its classes
html = class_table(context, "atlas", "guie_mp5")
"""

from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from app.components import cards
from app.components.templating import render
from app.context import Context
from trainer.core.data.sources import UNKNOWN_TYPE
from trainer.core.retrieval.error_analysis.confusion import confusion, mean_by_label
from trainer.core.retrieval.error_analysis.queries import all_query_neighbours
from trainer.core.retrieval.evaluation import protocol
from trainer.core.retrieval.metric_names import format_value

MOST_CLASSES = 300  # rows of the table of classes
# Events of the two tables: {"object_type", "class_name", "neighbour"} of a cell or of a row.
SELECT_EVENTS = """
element.addEventListener('click', event => {
  const button = event.target.closest('[data-object-type]');
  if (!button) return;
  const {objectType, className, neighbour} = button.dataset;
  trigger('select_group', {object_type: objectType, class_name: className, neighbour});
});
"""


@dataclass(frozen=True)
class Group:
    """What a button filters the list to, see `ListOptions`; `label` says it in words."""

    object_type: str
    class_name: str
    neighbour: str
    label: str
    text: str
    percent: float
    own: bool = False


@dataclass(frozen=True)
class ConfusionRow:
    """A cell is text instead of a button if the share is 0 (""), or if its column sums up other labels."""

    title: str
    n_queries: int
    cells: list[Group | str]


def confusion_table(context: Context, checkpoint: str, metric: str, object_type: str) -> Markup:
    """Rows: object type of the query, or its class if `object_type` is given; columns: those of its neighbours.

    Needs the neighbours of all queries, which are computed on first use. Raises UserError for an unknown checkpoint.
    """
    library, t = context.library, context.t
    gallery, served = library.gallery, library.checkpoint(checkpoint)
    query = protocol(gallery).rows(metric)
    nearest = all_query_neighbours(gallery, served.checkpoint, served.precomputed.embeddings, metric).rows
    labels = np.where(gallery.object_types == UNKNOWN_TYPE, "", gallery.object_types)
    title = t("confusion_types", checkpoint=checkpoint)
    if object_type:
        labels = np.where(gallery.object_types == object_type, gallery.classes, "")
        title = t("confusion_classes", checkpoint=checkpoint, type=t.object_type(object_type))
    table = confusion(labels[query], labels[nearest], gallery.type_order)
    if not table.rows or not nearest.shape[1]:
        return cards.empty(title, t("no_labels"))
    names = [_name(context, label) or t("other_labels") for label in table.columns]
    rows = [
        ConfusionRow(
            _name(context, label),
            int(table.n_queries[number]),
            [
                _cell(context, label, column, name, float(share), object_type)
                for column, name, share in zip(table.columns, names, table.shares[number], strict=True)
            ],
        )
        for number, label in enumerate(table.rows)
    ]
    return render(
        "confusion.html.j2",
        title=title,
        corner=t("confusion_corner"),
        count=t("queries"),
        columns=names,
        rows=rows,
        hint=t(
            "confusion_hint",
            k=nearest.shape[1],
            queries=t("n_queries", n=int(table.n_queries.sum())),
            gallery=gallery.name,
        ),
        left_out=t("confusion_left_out", n=len(rows), of=table.n_labels) if table.n_labels > len(rows) else "",
    )


def class_table(context: Context, checkpoint: str, metric: str) -> Markup:
    """The mean score of the queries of each class, lowest first. Raises UserError for an unknown checkpoint."""
    library, t = context.library, context.t
    gallery, served = library.gallery, library.checkpoint(checkpoint)
    rows = protocol(gallery).rows(metric)
    found = mean_by_label(gallery.classes[rows], served.precomputed.scores[metric])
    title = t("class_scores_title", metric=t(metric), checkpoint=checkpoint)
    if not found:
        return cards.empty(title, t("no_labels"))
    return render(
        "class_scores.html.j2",
        title=title,
        head=[t("class"), t("object_type"), t(metric), t("queries")],
        rows=[_class_row(context, *values) for values in found[:MOST_CLASSES]],
        hint=t(
            "class_scores_hint",
            queries=t("n_queries", n=sum(n for _, _, n in found)),
            classes=t("n_classes", n=len(found)),
            gallery=gallery.name,
        ),
        left_out=t("classes_left_out", n=MOST_CLASSES) if len(found) > MOST_CLASSES else "",
    )


def _class_row(context: Context, name: str, mean: float, n: int) -> tuple[Group, str, int]:
    object_type = name.partition("/")[0]
    label = context.t("class_label", name=_name(context, name), value=format_value(mean))
    return Group(object_type, name, "", label, format_value(mean), 100 * mean), context.t.object_type(object_type), n


def _cell(context: Context, label: str, column: str, name: str, share: float, object_type: str) -> Group | str:
    """`object_type`: that of the classes `label` and `column`, or "" if these are object types."""
    text = f"{100 * share:.0f}" if share >= 0.005 else "<1"
    if not share:
        return ""
    if not column:
        return text
    words = context.t("cell_label", query=_name(context, label), neighbour=name, percent=text)
    filters = (object_type, label, column) if object_type else (label, "", f"{column}/")
    return Group(*filters, words, text, 100 * share, own=label == column)


def _name(context: Context, label: str) -> str:
    """The words for an object type or for a class, `object_type/class_name`; "" for ""."""
    object_type, is_class, class_name = label.partition("/")
    if not label:
        return ""
    return class_name.replace("_", " ") if is_class else context.t.object_type(object_type)
