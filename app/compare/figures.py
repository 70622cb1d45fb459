"""Charts of the Compare tab, as Plotly figures in JSON. Pure: a context in, JSON out.

`chart.chart` shows them.
"""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go
from markupsafe import Markup

from app.compare.object_types import MOST_TYPES, shown_types
from app.components.templating import as_html, render
from app.context import Context
from trainer.core.models.training_records import LINES, SCORES
from trainer.core.retrieval.diagnosis import curve_of, diagnose
from trainer.core.retrieval.verdict import name_list
from trainer.export.comparison_report.curves import COLOURS

DASHES = {  # column of history.csv -> line, and the key of its description
    "train_loss": ("solid", "train_loss_line"),
    "train_loss_eval": ("dot", "train_loss_eval_line"),
    "val_loss": ("dash", "val_loss_line"),
    "val_study_mp5": ("dash", "val_study_mp5_line"),
    "val_guie_mp5": ("solid", "val_guie_mp5_line"),
}
TYPE_PX = 30  # height of an object type in a chart
CHART_PX = 440
LEGEND_PX = 60  # from the axis to the legend below it
LEGEND_LINE_PX = 20


def type_chart(context: Context, metric: str, every_type: bool = False) -> str:
    """One metric by object type: a line of the chart per object type, a colour and marker per checkpoint."""
    order = list(reversed(shown_types(context.library, metric, every_type)))
    tall = len(order) > MOST_TYPES
    figure = go.Figure()
    for number, (name, served) in enumerate(context.library.checkpoints.items()):
        per_type = served.precomputed.evaluation["per_type"]
        figure.add_scatter(
            x=[per_type.get(object_type, {}).get(metric) for object_type in order],
            y=[as_html(context.t.object_type(object_type)) for object_type in order],
            mode="markers",
            name=as_html(name),
            marker={"size": 12, "color": _colour(number), "symbol": number % 5, "opacity": 0.85},
            hovertemplate=f"%{{x:.3f}}<extra>{as_html(name)}</extra>",
        )
    figure.update_layout(
        **_layout(max(CHART_PX, TYPE_PX * len(order))),
        title={"text": context.t("by_type", metric=context.t(metric)), "font": {"size": 15}},
        xaxis={"range": [-0.02, 1.02]},
        yaxis={"range": [-0.7, len(order) - 0.3], "automargin": True, "dtick": 1},
    )
    if tall:  # the legend is above the chart, below the title, where it is in view
        figure.update_layout(
            margin={"t": LEGEND_PX + LEGEND_LINE_PX * len(context.library.names)},
            title={"yref": "container", "y": 1, "yanchor": "top", "pad": {"t": 16}},
            legend={"y": 1, "yanchor": "bottom"},
        )
    return figure.to_json()


def with_curves(context: Context) -> list[str]:
    """The checkpoints that have a learning curve."""
    return [name for name in context.library.names if curve_of(_history(context, name)) is not None]


def learning_curves(context: Context, checkpoints: Sequence[str]) -> str:
    """Losses, and below them both mP@5 on validation classes, by epoch; a colour per checkpoint, a dash per kind.

    Empty if none of the checkpoints has a curve. Raises UserError for an unknown checkpoint.
    """
    curves = {name: curve_of(_history(context, name)) for name in checkpoints}
    drawn = {name: curve for name, curve in curves.items() if curve is not None}
    kinds = line_kinds(context, checkpoints)
    if not drawn:
        return ""
    figure = go.Figure()
    for name, curve in drawn.items():
        colour = _colour(context.library.names.index(name))
        for column in [column for column in kinds if column in curve]:
            figure.add_scatter(
                x=list(range(1, len(curve) + 1)),  # `epoch` begins anew with each stage
                y=curve[column].tolist(),
                name=as_html(name),
                yaxis="y2" if column in SCORES else "y",
                mode="lines",
                line={"color": colour, "dash": DASHES[column][0], "width": 2.5},
                hovertemplate=f"%{{y:.3f}}<extra>{as_html(name)}, {context.t(column)}</extra>",
            )
    scored = any(column in SCORES for column in kinds)
    figure.update_layout(
        **_layout(520 if scored else 380),
        showlegend=False,  # `curve_notes` names the lines
        xaxis={"title": {"text": context.t("epoch")}, "anchor": "y2" if scored else "y"},
        yaxis={"title": {"text": context.t("loss")}, "automargin": True, "domain": [0.5 if scored else 0, 1]},
    )
    if scored:
        figure.update_layout(yaxis2={"title": {"text": "mP@5"}, "automargin": True, "domain": [0, 0.42]})
    return figure.to_json()


def line_kinds(context: Context, checkpoints: Sequence[str]) -> list[str]:
    """The columns of LINES that at least one of the checkpoints has recorded."""
    curves = [curve_of(_history(context, name)) for name in checkpoints]
    return [column for column in LINES if any(curve is not None and column in curve for curve in curves)]


def curve_notes(context: Context, checkpoints: Sequence[str]) -> Markup:
    """What the kinds of lines are, and the colour and the findings of the curve of each checkpoint."""
    t = context.t
    kinds = line_kinds(context, checkpoints)
    lines = [(dash, t(key)) for dash, key in (DASHES[kind] for kind in kinds)]
    dropout = t("curves_dropout") if {"train_loss", "train_loss_eval", "val_loss"} <= set(kinds) else ""
    trained = with_curves(context)
    findings = [
        (
            name,
            _colour(context.library.names.index(name)),
            [t.finding(finding) for finding in diagnose(_history(context, name))],
        )
        for name in checkpoints
        if name in trained
    ]
    untrained = without_curves(context, [name for name in checkpoints if name not in trained])
    return render("curve_notes.html.j2", lines=lines, dropout=dropout, findings=findings, untrained=untrained)


def without_curves(context: Context, checkpoints: Sequence[str]) -> str:
    """A sentence that names the checkpoints without a learning curve; empty if there are none."""
    if not checkpoints:
        return ""
    t = context.t
    return t("no_curve", names=name_list(checkpoints, t("list_comma"), t("list_last"), t("list_more")))


def _history(context: Context, checkpoint: str) -> pd.DataFrame:
    return context.library.checkpoint(checkpoint).checkpoint.history


def _colour(number: int) -> str:
    return COLOURS[number % len(COLOURS)]


def _layout(height_px: int) -> dict:
    return {
        "height": height_px,
        "template": "none",
        "margin": {"l": 60, "r": 30, "t": 46, "b": 90},
        "legend": {"orientation": "h", "y": -LEGEND_PX / (height_px - 136), "yanchor": "top"},
    }
