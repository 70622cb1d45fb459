"""Compare: the metrics of each checkpoint, its results for the same query, and its learning curve."""

from functools import partial

import gradio as gr

from app.components import cards, figures, tables
from app.components.chart import chart
from app.components.differences import differences
from app.components.events import EACH, QUIET, WITH_PROGRESS, image_cards, on_any_change, payload_of
from app.components.templating import render
from app.context import Context
from app.errors import show_user_errors
from app.library.query import Query
from app.query_bar import SCROLL_TO_ANSWER, SharedState, first_k, select_image
from app.tabs.errors import build_errors, link_to_errors
from trainer.core.retrieval.metric_names import METRICS

DEFAULT_METRIC = "guie_mp5"


@show_user_errors
def side_by_side(context: Context, query: Query | None, checkpoints: list[str], k: int) -> str:
    """One column per checkpoint with its k nearest images. Checkpoints with the same backbone share its features.

    Without a query, the first query of the gallery.
    """
    t, library = context.t, context.library
    if len(checkpoints) < 2:
        return cards.empty(t("side_by_side"), t("choose_two"))
    query = query or library.first_query()
    columns = [(name, cards.neighbours(context, query, library.answer(query, name, k))) for name in checkpoints]
    return render("side_by_side.html.j2", query_card=cards.query_card(context, query), columns=columns)


def by_metric(context: Context, metric: str) -> tuple[str, str]:
    """Chart and table of one metric by object type."""
    return figures.type_chart(context, metric), tables.type_table(context, metric)


@show_user_errors
def curves(context: Context, checkpoint: str) -> tuple[str, str]:
    """The learning curve and its diagnosis, or a note if the checkpoint has no learning curve."""
    figure = figures.learning_curves(context, checkpoint)
    return figure, figures.diagnosis(context, checkpoint) if figure else cards.empty(checkpoint, context.t("no_curve"))


def build(context: Context, shared: SharedState) -> None:
    link_to_errors(context)
    _build_results(context)
    _build_side_by_side(context, shared)
    _build_types(context)
    _build_curves(context, shared)
    build_errors(context, shared)
    gr.Markdown(context.t("about"), elem_classes="quiet")


def _build_results(context: Context) -> None:
    gr.HTML(tables.results_table(context) + differences(context), elem_id="results", apply_default_css=False)


def _build_side_by_side(context: Context, shared: SharedState) -> None:
    library, t = context.library, context.t
    gr.Markdown(f"## {t('side_by_side')}\n{t('side_by_side_hint')}")
    first_two = list(dict.fromkeys([library.best, *library.names]))[:2]
    checkpoints = gr.CheckboxGroup(
        library.names, value=first_two, label=t("checkpoints"), elem_id="compare-checkpoints"
    )  # fmt: skip
    first = side_by_side(context, None, first_two, first_k(context))
    results = image_cards(first, elem_id="side-by-side", elem_classes="query-answer")

    def on_select_image(event: gr.EventData):
        return select_image(context, payload_of(event))

    def on_change(open_tab, *values):
        return side_by_side(context, *values) if open_tab == "compare" else gr.skip()

    selected = results.select_image(on_select_image, None, shared.query, **WITH_PROGRESS, **EACH)
    selected.then(js=SCROLL_TO_ANSWER)
    inputs = [shared.open_tab, shared.query, checkpoints, shared.k]
    on_any_change(inputs, on_change, inputs, results, show_progress_on=results, **WITH_PROGRESS)


def _build_types(context: Context) -> None:
    t = context.t
    gr.Markdown(f"## {t('by_object_type')}")
    names = [(t(metric), metric) for metric in METRICS]
    metric = gr.Radio(names, value=DEFAULT_METRIC, label=t("metric"), elem_id="metric")
    figure, html = by_metric(context, DEFAULT_METRIC)
    with gr.Row():
        with gr.Column(min_width=320):
            type_chart = chart(figure, elem_id="type-chart")
        with gr.Column(min_width=320):
            table = gr.HTML(html, elem_id="type-table", apply_default_css=False)
    metric.change(partial(by_metric, context), metric, [type_chart, table], **QUIET)


def _build_curves(context: Context, shared: SharedState) -> None:
    library, t = context.library, context.t
    gr.Markdown(f"## {t('curves')}\n{t('curves_hint')}")
    checkpoint = gr.Dropdown(library.names, value=library.best, label=t("checkpoint"), elem_id="curve-checkpoint")
    figure, html = curves(context, library.best)
    curve = chart(figure, elem_id="curve")
    diagnosis = gr.HTML(html, apply_default_css=False)
    checkpoint.input(lambda name: name, checkpoint, shared.checkpoint, **QUIET)
    shared.checkpoint.change(lambda name: name, shared.checkpoint, checkpoint, **QUIET)
    checkpoint.change(partial(curves, context), checkpoint, [curve, diagnosis], **QUIET)
