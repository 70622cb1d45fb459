"""Tables of the Compare tab: the metrics of all checkpoints on this gallery. Pure: a context in, HTML out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from app.compare.object_types import shown_types
from app.compare.results import summaries
from app.components.templating import render
from app.context import Context
from trainer.core.retrieval.evaluation import TEST_SPLIT, WITH_SPLITS
from trainer.core.retrieval.metric_names import METRICS, format_value
from trainer.core.retrieval.verdict import leading_metric, n_scored, ranked


@dataclass(frozen=True)
class Cell:
    """`key`: what the column is sorted by; "" for no value, which is last in either order.

    `bar`: start and end of the bar, and `mark`: the place of the value in it, all in percent of the cell's width.
    `best`: no value compared with it is higher.
    """

    text: str
    key: str | float = ""
    bar: tuple[float, float] | None = None
    mark: float | None = None
    best: bool = False
    interval: str = ""


@dataclass(frozen=True)
class Heading:
    """`numeric` columns are sorted from the highest value first. `order`: "descending" for the sorted column."""

    title: str
    numeric: bool = True
    order: str = "none"
    scale: str = ""


@dataclass(frozen=True)
class Row:
    """The first cell is the row's title."""

    title: str
    cells: list[Cell]


def results_table(context: Context) -> Markup:
    """All checkpoints, best first: metrics with intervals, dimensions, trained parameters, backbone and head.

    The bar of a metric shows the interval, its line the value, on the scale of the column: from the lowest lower limit
    to the highest upper limit.
    """
    library, t = context.library, context.t
    results = summaries(library)
    leading = leading_metric(results)
    scales = {metric: _scale(results, metric) for metric in METRICS}
    head = [Heading(t("checkpoint"), numeric=False)]
    head += [
        Heading(t(metric), order="descending" if metric == leading else "none", scale=_axis(scales[metric]))
        for metric in METRICS
    ]
    head += [Heading(t(key)) for key in ("dims", "parameters")]
    head += [Heading(t(key), numeric=False) for key in ("backbone", "head")]
    order = ranked(results, leading)
    columns = [
        _mark_best([_interval_cell(result[metric], result["intervals"][metric], scales[metric]) for result in order])
        for metric in METRICS
    ]
    rows = []
    for result, *cells in zip(order, *columns, strict=True):
        name = result["checkpoint"]
        checkpoint = library.checkpoints[name].checkpoint
        cells += [_number(checkpoint.head.dims), _number(checkpoint.parameters)]
        cells += [_text(checkpoint.backbone_in_config), _text(checkpoint.head.kind)]
        rows.append(Row(f"{name} ★" if name == library.best else name, cells))
    hints = [t("interval"), _protocol(context, results[0]), _default_checkpoint(context)]
    return _table(context, head, rows, hints=hints)


def type_table(context: Context, metric: str, every_type: bool = False) -> Markup:
    """One metric for each object type (rows) and checkpoint (columns), and the number of queries of each type.

    `every_type`: all types of the gallery instead of those that `shown_types` chooses.
    """
    t, results = context.t, summaries(context.library)
    counted = "n" if metric == "study_mp5" else "n_queries"
    head = [Heading(t("object_type"), numeric=False)]
    head += [Heading(result["checkpoint"]) for result in results] + [Heading(t("queries"))]
    rows = []
    for name in shown_types(context.library, metric, every_type):
        of_type = [result["per_type"].get(name, {}) for result in results]
        cells = _mark_best([_share_cell(one.get(metric)) for one in of_type])
        rows.append(Row(t.object_type(name), [*cells, _number(of_type[0].get(counted, 0))]))
    overall = _mark_best([_share_cell(result[metric]) for result in results])
    return _table(context, head, rows, Row(t("overall"), [*overall, _number(n_scored(results[0], metric))]))


def _scale(results: Sequence[dict], metric: str) -> tuple[float, float] | None:
    """The lowest and the highest limit of all checkpoints; None if all are the same."""
    limits = [limit for result in results for limit in (result["intervals"][metric] or ())]
    limits += [result[metric] for result in results if result[metric] is not None]
    return (min(limits), max(limits)) if limits and min(limits) < max(limits) else None


def _axis(scale: tuple[float, float] | None) -> str:
    return f"{scale[0]:.3f}–{scale[1]:.3f}" if scale else ""


def _interval_cell(value: float | None, limits: Sequence[float] | None, scale: tuple[float, float] | None) -> Cell:
    if value is None:
        return Cell(format_value(value))
    interval = f"{limits[0]:.3f}–{limits[1]:.3f}" if limits else ""
    if scale is None:
        return Cell(format_value(value), value, interval=interval)

    def percent(x: float) -> float:
        return 100 * (x - scale[0]) / (scale[1] - scale[0])

    low, high = limits or (value, value)
    return Cell(format_value(value), value, (percent(low), percent(high)), percent(value), interval=interval)


def _share_cell(value: float | None) -> Cell:
    """A value in 0..1 as a bar that begins at 0."""
    return Cell(format_value(value), "" if value is None else value, None if value is None else (0, 100 * value))


def _number(value: int) -> Cell:
    return Cell(f"{value:,}", value)


def _text(value: str) -> Cell:
    return Cell(value, value)


def _mark_best(cells: Sequence[Cell]) -> list[Cell]:
    """The highest of the values is marked, or all of the highest if several are equal; none if all are equal."""
    keys = [cell.key for cell in cells if isinstance(cell.key, float | int)]
    if len(set(keys)) < 2:
        return list(cells)
    return [replace(cell, best=cell.key == max(keys)) for cell in cells]


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


def _table(
    context: Context, head: Sequence[Heading], rows: Sequence[Row], total: Row | None = None, hints: Sequence[str] = ()
) -> Markup:
    """`total` is the last row, also after the rows were sorted."""
    return render(
        "table.html.j2",
        head=head,
        rows=rows,
        total=total,
        hints=hints,
        sort=context.t("sort"),
        scale=context.t("scale"),
    )
