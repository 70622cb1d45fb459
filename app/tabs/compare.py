"""Compare: what each checkpoint scores, what each answers to the same query, and how each learnt."""

from functools import partial
from html import escape
from typing import Any

import gradio as gr

from app.components import cards, figures
from app.components.chart import chart
from app.components.differences import differences
from app.components.image_input import picked_id, pictures, query_image
from app.context import Context
from app.errors import show_user_errors
from app.library.library import Query
from trainer.core.retrieval.metric_names import METRICS


@show_user_errors
def side_by_side(context: Context, query: Query | None, checkpoints: list[str]) -> str:
    """One column a checkpoint: its five nearest. The backbone runs once for all checkpoints that share it."""
    if query is None:
        return cards.empty(context.t("side_by_side"), context.t("empty_compare"))
    if len(checkpoints) < 2:
        return cards.empty(context.t("side_by_side"), context.t("pick_two"))
    found = {name: context.library.answer(query, name, min(5, len(context.library.gallery))) for name in checkpoints}
    columns = "".join(
        f"<section><h3>{escape(name)}</h3>{cards.neighbours(context, query, answer)}</section>"
        for name, answer in found.items()
    )
    return f'<div class="sides">{cards.query_card(context, query)}<div class="columns">{columns}</div></div>'


@show_user_errors
def compare_file(context: Context, path: str | None, checkpoints: list[str]) -> tuple[Query | None, str]:
    """A picture given on this tab becomes the query of all tabs."""
    if not path:
        return None, side_by_side(context, None, checkpoints)
    query = context.library.query_from_file(path, context.t("your_picture"))
    return query, side_by_side(context, query, checkpoints)


@show_user_errors
def compare_id(context: Context, picture_id: str, checkpoints: list[str]) -> tuple[Query, str]:
    """A neighbour that was pressed becomes the query."""
    query = context.library.query_from_id(picture_id)
    return query, side_by_side(context, query, checkpoints)


def by_metric(context: Context, metric: str) -> tuple[str, str]:
    """Chart and table of one metric by object type."""
    return figures.type_chart(context, metric), figures.type_table(context, metric)


@show_user_errors
def curves(context: Context, checkpoint: str) -> tuple[str, str]:
    """The learning curve and what it says in plain words, or a sentence where there is none."""
    figure = figures.learning_curves(context, checkpoint)
    return figure, figures.diagnosis(context, checkpoint) if figure else cards.empty(checkpoint, context.t("no_curve"))


def build(context: Context, query: gr.State, tab: gr.Tab) -> None:
    results = figures.results_table(context) + differences(context)
    gr.HTML(results, elem_id="results", apply_default_css=False)

    gr.Markdown(f"### {context.t('side_by_side')}\n{context.t('side_hint')}")
    two = list(dict.fromkeys([context.library.best, *context.library.names]))[:2]
    with gr.Row():
        image = query_image(context.t, height=200, scale=1, min_width=280, elem_id="compare-image")
        chosen = gr.CheckboxGroup(
            context.library.names, value=two, label=context.t("checkpoints"), scale=2, elem_id="compare-checkpoints"
        )
    sides = pictures(side_by_side(context, None, two), elem_id="sides")

    metric = gr.Radio(
        [(context.t(m), m) for m in METRICS], value="guie_mp5", label=context.t("metric"), elem_id="metric"
    )
    chart_json, table_html = by_metric(context, "guie_mp5")
    with gr.Row():
        with gr.Column(min_width=320):
            type_chart = chart(chart_json, elem_id="type-chart")
        with gr.Column(min_width=320):
            table = gr.HTML(table_html, elem_id="type-table", apply_default_css=False)

    gr.Markdown(f"### {context.t('curves')}\n{context.t('curves_hint')}")
    trained = gr.Dropdown(
        context.library.names, value=context.library.best, label=context.t("checkpoint"), elem_id="curve-checkpoint"
    )
    figure, note = curves(context, context.library.best)
    curve = chart(figure, elem_id="curve")
    no_curve = gr.HTML(note, apply_default_css=False)
    gr.Markdown(context.t("about"), elem_classes="quiet")

    def pick(event: gr.EventData, checkpoints: list[str]):
        return compare_id(context, picked_id(event), checkpoints)

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    asked: dict[str, Any] = {"show_progress": "minimal", "api_visibility": "private"}
    answer = partial(side_by_side, context)
    uploaded = image.input(partial(compare_file, context), [image, chosen], [query, sides], **asked)
    uploaded.success(lambda: None, None, image, **quiet)
    uploaded.failure(lambda: None, None, image, **quiet)
    sides.select_image(pick, chosen, [query, sides], **asked)
    chosen.change(answer, [query, chosen], sides, **asked)
    tab.select(answer, [query, chosen], sides, **quiet)
    metric.change(partial(by_metric, context), metric, [type_chart, table], **quiet)
    trained.change(partial(curves, context), trained, [curve, no_curve], **quiet)
