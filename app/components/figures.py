"""Charts of the Compare tab, as Plotly figures in JSON. Pure: a context in, JSON out.

`chart.chart` shows them.
"""

import plotly.graph_objects as go
from markupsafe import Markup

from app.components.templating import as_html, render
from app.context import Context
from trainer.core.retrieval.diagnosis import diagnose

# Okabe and Ito (2008), for up to eight checkpoints in one chart; not the colours of the object types.
LINE_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#999999", "#b8a800")
CURVES = {  # column of history.csv -> colour, line, axis
    "train_loss": (LINE_COLOURS[0], "solid", "y"),
    "train_loss_eval": (LINE_COLOURS[0], "dot", "y"),
    "val_loss": (LINE_COLOURS[0], "dash", "y"),
    "val_study_mp5": (LINE_COLOURS[2], "solid", "y2"),
    "val_guie_mp5": (LINE_COLOURS[1], "solid", "y2"),
}
SCORE_AXIS = {
    "overlaying": "y", "side": "right", "range": [0, 1], "dtick": 0.2, "tickmode": "linear", "showgrid": False,
    "title": {"text": "mP@5"},
}  # fmt: skip


def type_chart(context: Context, metric: str) -> str:
    """One metric by object type: a line of the chart per object type, a colour and marker per checkpoint."""
    order = list(reversed(context.library.gallery.type_order))
    figure = go.Figure()
    for number, (name, served) in enumerate(context.library.checkpoints.items()):
        per_type = served.precomputed.evaluation["per_type"]
        figure.add_scatter(
            x=[per_type.get(object_type, {}).get(metric) for object_type in order],
            y=[as_html(context.t.object_type(object_type)) for object_type in order],
            mode="markers",
            name=as_html(name),
            marker={
                "size": 12, "color": LINE_COLOURS[number % len(LINE_COLOURS)], "symbol": number % 5, "opacity": 0.85,
            },
            hovertemplate=f"%{{x:.3f}}<extra>{as_html(name)}</extra>",
        )  # fmt: skip
    figure.update_layout(
        **_layout(context.t("by_type", metric=context.t(metric)), 440),
        xaxis={"range": [0, 1.02], "title": {"text": context.t(metric)}},
    )
    figure.update_yaxes(automargin=True)
    return figure.to_json()


def learning_curves(context: Context, checkpoint: str) -> str:
    """Losses, and both mP@5 on validation classes, by epoch; empty for a checkpoint without training."""
    history = context.library.checkpoint(checkpoint).checkpoint.history
    if not {"epoch", "train_loss", "val_loss"} <= set(history.columns):
        return ""
    if "member" in history:  # trained several times: the last of them
        history = history[history["member"] == history["member"].iloc[-1]]
    figure = go.Figure()
    for column, (colour, dash, axis) in CURVES.items():
        if column not in history or history[column].isna().all():  # no validation data
            continue
        figure.add_scatter(
            x=list(range(1, len(history) + 1)),  # `epoch` begins anew with each stage
            y=history[column].tolist(),
            name=context.t(column),
            yaxis=axis,
            mode="lines",
            line={"color": colour, "dash": dash, "width": 2.5},
        )
    figure.update_layout(
        **_layout(as_html(checkpoint), 380),
        xaxis={"title": {"text": context.t("epoch")}},
        yaxis={"title": {"text": context.t("loss")}},
        yaxis2=SCORE_AXIS,
    )
    return figure.to_json()


def diagnosis(context: Context, checkpoint: str) -> Markup:
    """What the learning curve shows, a sentence each."""
    findings = diagnose(context.library.checkpoint(checkpoint).checkpoint.history)
    return render("findings.html.j2", sentences=[context.t.finding(finding) for finding in findings])


def _layout(title: str, height_px: int) -> dict:
    return {
        "title": {"text": title, "font": {"size": 15}},
        "height": height_px,
        "template": "none",
        "margin": {"l": 60, "r": 60, "t": 46, "b": 90},
        "legend": {"orientation": "h", "y": -0.24, "yanchor": "top"},
    }
