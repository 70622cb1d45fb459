"""Tables and charts of the Compare tab. Pure: a library in, HTML or the JSON of a Plotly figure out."""

from html import escape

import plotly.graph_objects as go

from app.context import Context
from app.translator import Translator
from trainer.core.retrieval.diagnosis import diagnose
from trainer.core.retrieval.evaluation import TEST_SPLIT, WITH_SPLITS
from trainer.core.retrieval.metric_names import METRICS, format_value

# Okabe and Ito (2008), for up to eight checkpoints in one chart; not the colours of the object types.
LINES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#999999", "#b8a800")
CURVES = {  # column of history.csv -> colour, line, axis
    "train_loss": (LINES[0], "solid", "y"),
    "train_loss_eval": (LINES[0], "dot", "y"),
    "val_loss": (LINES[0], "dash", "y"),
    "val_study_mp5": (LINES[2], "solid", "y2"),
    "val_guie_mp5": (LINES[1], "solid", "y2"),
}


def results_table(context: Context) -> str:
    """All checkpoints: both mP@5 and recall@1 on this gallery with intervals, embedding size, trained parameters."""
    results = {name: entry.ready.evaluation for name, entry in context.library.entries.items()}
    best = {metric: max((r[metric] or 0) for r in results.values()) for metric in METRICS}
    head = [
        context.t("checkpoint"),
        *map(context.t, METRICS),
        context.t("size"),
        context.t("parameters"),
        context.t("backbone"),
        context.t("head"),
    ]
    rows = []
    for name, result in results.items():
        checkpoint = context.library.entries[name].checkpoint
        star = " ★" if name == context.library.best else ""
        cells = [_figure(result[m], best[m], _interval(result["intervals"][m], context.t)) for m in METRICS]
        cells += [f"<td>{checkpoint.head.dims} {context.t('numbers')}</td><td>{checkpoint.parameters:,}</td>"]
        cells += [f"<td>{escape(checkpoint.backbone_in_config)}</td><td>{escape(checkpoint.head.kind)}</td>"]
        rows.append(f"<th scope='row'>{escape(name)}{star}</th>{''.join(cells)}")
    some = next(iter(results.values()))
    protocol = context.t({WITH_SPLITS: "with_splits", TEST_SPLIT: "test_split"}.get(some["protocol"], "without_splits"))
    hint = context.t("table_hint", protocol=protocol, images=some["n_images"], queries=some["n_queries"])
    return f"{_table(head, rows)}<p class='quiet'>{escape(hint + _star(context))}</p>"


def _star(context: Context) -> str:
    """What the default checkpoint was chosen by."""
    n, of = len(context.library.validation_scores), len(context.library.names)
    return context.t("star_all" if n == of else "star_some" if n else "star_none", n=n, of=of)


def type_table(context: Context, metric: str) -> str:
    """One metric for each object type (rows) and checkpoint (columns)."""
    results = {name: entry.ready.evaluation for name, entry in context.library.entries.items()}
    rows = []
    for object_type in context.library.gallery.type_order:
        values = [r["per_type"].get(object_type, {}).get(metric) for r in results.values()]
        best = max((v or 0) for v in values)
        name = escape(context.t.object_type(object_type))
        rows.append(f"<th scope='row'>{name}</th>{''.join(_figure(v, best) for v in values)}")
    values = [r[metric] for r in results.values()]
    best = max((v or 0) for v in values)
    rows.append(f"<th scope='row'><b>{context.t('overall')}</b></th>{''.join(_figure(v, best) for v in values)}")
    return _table([context.t("object_type"), *results], rows)


def type_chart(context: Context, metric: str) -> str:
    """The same as dots: one line an object type, one colour a checkpoint."""
    order = list(reversed(context.library.gallery.type_order))
    figure = go.Figure()
    for number, (name, entry) in enumerate(context.library.entries.items()):
        per_type = entry.ready.evaluation["per_type"]
        figure.add_scatter(
            x=[per_type.get(object_type, {}).get(metric) for object_type in order],
            y=[context.t.object_type(object_type) for object_type in order],
            mode="markers",
            name=escape(name),
            marker={"size": 12, "color": LINES[number % len(LINES)], "symbol": number % 5, "opacity": 0.85},
            hovertemplate="%{x:.3f}<extra>" + escape(name) + "</extra>",
        )
    figure.update_layout(
        **_layout(context.t("by_type", metric=context.t(metric)), 440),
        xaxis={"range": [0, 1.02], "title": {"text": context.t(metric)}},
    )
    figure.update_yaxes(automargin=True)
    return figure.to_json()


def learning_curves(context: Context, checkpoint: str) -> str:
    """Losses, and both mP@5 on validation classes, by epoch; empty where nothing was trained."""
    history = context.library.entry(checkpoint).checkpoint.history
    if not {"epoch", "train_loss", "val_loss"} <= set(history.columns):
        return ""
    if "member" in history:  # trained several times: the last of them
        history = history[history["member"] == history["member"].iloc[-1]]
    figure = go.Figure()
    for column, (colour, dash, axis) in CURVES.items():
        if column not in history or history[column].isna().all():  # nothing was held out to measure it
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
        **_layout(escape(checkpoint), 380),
        xaxis={"title": {"text": context.t("epoch")}},
        yaxis={"title": {"text": context.t("loss")}},
        yaxis2={
            "overlaying": "y",
            "side": "right",
            "range": [0, 1],
            "dtick": 0.2,
            "tickmode": "linear",
            "showgrid": False,
            "title": {"text": "mP@5"},
        },
    )
    return figure.to_json()


def diagnosis(context: Context, checkpoint: str) -> str:
    """What the learning curve says, a sentence each."""
    findings = diagnose(context.library.entry(checkpoint).checkpoint.history)
    return "".join(f"<p class='finding'>{escape(context.t.finding(finding))}</p>" for finding in findings)


def _layout(title: str, height: int) -> dict:
    return {
        "title": {"text": title, "font": {"size": 15}},
        "height": height,
        "template": "none",
        "margin": {"l": 60, "r": 60, "t": 46, "b": 90},
        "legend": {"orientation": "h", "y": -0.24, "yanchor": "top"},
    }


def _figure(value: float | None, best: float, interval: str = "") -> str:
    if value is None:
        return "<td>-</td>"
    text = format_value(value)
    return f"<td style='--share:{100 * value:.1f}%'>{f'<b>{text}</b>' if value >= best else text}{interval}</td>"


def _interval(limits: list[float] | None, t: Translator) -> str:
    if limits is None:
        return ""
    return f"<small title='{escape(t('interval'))}'>{limits[0]:.3f}–{limits[1]:.3f}</small>"


def _table(head: list[str], rows: list[str]) -> str:
    columns = "".join(f"<th scope='col'>{escape(name)}</th>" for name in head)
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return (
        f'<div class="table" tabindex="0"><table><thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table></div>'
    )
