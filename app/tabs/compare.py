"""Compare: the metrics of each checkpoint, its results for the same query, and its learning curve."""

from functools import partial

import gradio as gr

from app.components import cards, figures, tables
from app.components.chart import chart
from app.components.differences import differences
from app.components.events import QUIET, WITH_PROGRESS, Payload, image_cards, payload_of
from app.components.image_input import image_input, on_upload
from app.components.templating import render
from app.context import Context
from app.errors import show_user_errors
from app.library.query import Query
from trainer.core.retrieval.metric_names import METRICS

DEFAULT_METRIC = "guie_mp5"


@show_user_errors
def side_by_side(context: Context, query: Query | None, checkpoints: list[str]) -> str:
    """One column per checkpoint with its five nearest images. Checkpoints with the same backbone share its features."""
    t, library = context.t, context.library
    if query is None:
        return cards.empty(t("side_by_side"), t("empty_compare"))
    if len(checkpoints) < 2:
        return cards.empty(t("side_by_side"), t("choose_two"))
    k = min(5, len(library.gallery))
    columns = [(name, cards.neighbours(context, query, library.answer(query, name, k))) for name in checkpoints]
    return render("side_by_side.html.j2", query_card=cards.query_card(context, query), columns=columns)


@show_user_errors
def select_file(context: Context, path: str | None, checkpoints: list[str]) -> tuple[Query | None, str]:
    """An image that is uploaded on this tab becomes the query of all tabs."""
    query = context.library.query_from_file(path, context.t("your_image")) if path else None
    return query, side_by_side(context, query, checkpoints)


@show_user_errors
def select_image(context: Context, payload: Payload, checkpoints: list[str]) -> tuple[Query, str]:
    """The image with the `id` of the card that was clicked becomes the query of all tabs."""
    query = context.library.query_from_id(str(payload.get("id")))
    return query, side_by_side(context, query, checkpoints)


def by_metric(context: Context, metric: str) -> tuple[str, str]:
    """Chart and table of one metric by object type."""
    return figures.type_chart(context, metric), tables.type_table(context, metric)


@show_user_errors
def curves(context: Context, checkpoint: str) -> tuple[str, str]:
    """The learning curve and its diagnosis, or a note if the checkpoint has no learning curve."""
    figure = figures.learning_curves(context, checkpoint)
    return figure, figures.diagnosis(context, checkpoint) if figure else cards.empty(checkpoint, context.t("no_curve"))


def build(context: Context, query: gr.State, tab: gr.Tab) -> None:
    _build_results(context)
    _build_side_by_side(context, query, tab)
    _build_types(context)
    _build_curves(context)
    gr.Markdown(context.t("about"), elem_classes="quiet")


def _build_results(context: Context) -> None:
    gr.HTML(tables.results_table(context) + differences(context), elem_id="results", apply_default_css=False)


def _build_side_by_side(context: Context, query: gr.State, tab: gr.Tab) -> None:
    library, t = context.library, context.t
    gr.Markdown(f"### {t('side_by_side')}\n{t('side_by_side_hint')}")
    first_two = list(dict.fromkeys([library.best, *library.names]))[:2]
    with gr.Row():
        image = image_input(context, height=200, scale=1, min_width=280, elem_id="compare-image")
        checkpoints = gr.CheckboxGroup(
            library.names, value=first_two, label=t("checkpoints"), scale=2, elem_id="compare-checkpoints"
        )
    results = image_cards(side_by_side(context, None, first_two), elem_id="side-by-side")

    def on_select_image(event: gr.EventData, checkpoints: list[str]):
        return select_image(context, payload_of(event), checkpoints)

    compare = partial(side_by_side, context)
    on_upload(image, partial(select_file, context), [checkpoints], [query, results])
    results.select_image(on_select_image, checkpoints, [query, results], **WITH_PROGRESS)
    checkpoints.change(compare, [query, checkpoints], results, **WITH_PROGRESS)
    tab.select(compare, [query, checkpoints], results, **QUIET)


def _build_types(context: Context) -> None:
    t = context.t
    names = [(t(metric), metric) for metric in METRICS]
    metric = gr.Radio(names, value=DEFAULT_METRIC, label=t("metric"), elem_id="metric")
    figure, html = by_metric(context, DEFAULT_METRIC)
    with gr.Row():
        with gr.Column(min_width=320):
            type_chart = chart(figure, elem_id="type-chart")
        with gr.Column(min_width=320):
            table = gr.HTML(html, elem_id="type-table", apply_default_css=False)
    metric.change(partial(by_metric, context), metric, [type_chart, table], **QUIET)


def _build_curves(context: Context) -> None:
    library, t = context.library, context.t
    gr.Markdown(f"### {t('curves')}\n{t('curves_hint')}")
    checkpoint = gr.Dropdown(library.names, value=library.best, label=t("checkpoint"), elem_id="curve-checkpoint")
    figure, html = curves(context, library.best)
    curve = chart(figure, elem_id="curve")
    diagnosis = gr.HTML(html, apply_default_css=False)
    checkpoint.change(partial(curves, context), checkpoint, [curve, diagnosis], **QUIET)
