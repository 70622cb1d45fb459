"""Tables of the Compare tab: the metrics of all checkpoints on this gallery. Pure: a context in, HTML out."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from app.components.templating import render
from app.context import Context
from trainer.core.retrieval.evaluation import TEST_SPLIT, WITH_SPLITS
from trainer.core.retrieval.metric_names import METRICS, format_value


@dataclass(frozen=True)
class Cell:
    """`percent`: length of the bar behind a metric; None for other values. `best`: no value of the column is higher."""

    text: str
    percent: float | None = None
    best: bool = False
    interval: str = ""


@dataclass(frozen=True)
class Row:
    """The first cell is the row's title."""

    title: str
    cells: list[Cell]


def results_table(context: Context) -> Markup:
    """All checkpoints: metrics on this gallery with intervals, dimensions, trained parameters, backbone and head."""
    library, t = context.library, context.t
    results = {name: served.precomputed.evaluation for name, served in library.checkpoints.items()}
    highest = {metric: max((result[metric] or 0) for result in results.values()) for metric in METRICS}
    head = ["checkpoint", *METRICS, "dims", "parameters", "backbone", "head"]
    rows = []
    for name, result in results.items():
        checkpoint = library.checkpoints[name].checkpoint
        cells = [_metric_cell(result[m], highest[m], result["intervals"][m]) for m in METRICS]
        cells += [Cell(str(checkpoint.head.dims)), Cell(f"{checkpoint.parameters:,}")]
        cells += [Cell(checkpoint.backbone_in_config), Cell(checkpoint.head.kind)]
        rows.append(Row(f"{name} ★" if name == library.best else name, cells))
    hints = [_protocol(context, next(iter(results.values()))), t("interval"), _default_checkpoint(context)]
    return _table([t(key) for key in head], rows, hints)


def type_table(context: Context, metric: str) -> Markup:
    """One metric for each object type (rows) and checkpoint (columns)."""
    results = {name: served.precomputed.evaluation for name, served in context.library.checkpoints.items()}
    rows = [
        _type_row(context.t.object_type(name), [r["per_type"].get(name, {}).get(metric) for r in results.values()])
        for name in context.library.gallery.type_order
    ]
    rows.append(_type_row(context.t("overall"), [result[metric] for result in results.values()]))
    return _table([context.t("object_type"), *results], rows)


def _type_row(title: str, values: Sequence[float | None]) -> Row:
    highest = max((value or 0) for value in values)
    return Row(title, [_metric_cell(value, highest) for value in values])


def _protocol(context: Context, result: dict) -> str:
    """What the metrics mean and how they were measured on this gallery."""
    protocol = {WITH_SPLITS: "with_splits", TEST_SPLIT: "test_split"}.get(result["protocol"], "without_splits")
    return context.t(
        "table_hint",
        protocol=context.t(protocol),
        images=context.t("n_images", n=result["n_images"]),
        queries=context.t("n_queries", n=result["n_queries"]),
    )


def _default_checkpoint(context: Context) -> str:
    """How the default checkpoint was chosen."""
    n, of = len(context.library.validation_scores), len(context.library.names)
    return context.t("default_all" if n == of else "default_some" if n else "default_first", n=n, of=of)


def _metric_cell(value: float | None, highest: float, limits: Sequence[float] | None = None) -> Cell:
    if value is None:
        return Cell(format_value(value))
    interval = f"{limits[0]:.3f}–{limits[1]:.3f}" if limits else ""
    return Cell(format_value(value), 100 * value, value >= highest, interval)


def _table(head: Sequence[str], rows: Sequence[Row], hints: Sequence[str] = ()) -> Markup:
    return render("table.html.j2", head=head, rows=rows, hints=hints)
