"""Compare: the verdict, the metrics of each checkpoint, its results for the same query, and its learning curve."""

from functools import partial
from pathlib import Path

import gradio as gr

from app.compare import figures, tables
from app.compare.differences import difference_matrix, first_metric, metric_choices, verdict_note
from app.compare.object_types import MOST_TYPES
from app.compare.routes import report_links
from app.components import cards
from app.components.chart import chart
from app.components.events import EACH, QUIET, WITH_PROGRESS, image_cards, on_any_change, payload_of
from app.components.templating import render
from app.context import Context
from app.errors import show_user_errors
from app.library.query import Query
from app.query_bar import SCROLL_TO_ANSWER, SharedState, first_k, select_image
from app.tabs.errors import build_errors, link_to_errors

SORTABLE = (Path(__file__).parents[1] / "compare" / "sortable.js").read_text(encoding="utf-8")


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


def by_metric(context: Context, metric: str, every_type: bool = False) -> tuple[str, str]:
    """Chart and table of one metric by object type; of a gallery with many types, those that differ most."""
    return figures.type_chart(context, metric, every_type), tables.type_table(context, metric, every_type)


@show_user_errors
def curves(context: Context, checkpoints: list[str]) -> tuple[str, str]:
    """The learning curves of several checkpoints, and a note on the lines and on each curve."""
    if not checkpoints:
        return "", cards.empty(context.t("curves"), context.t("choose_one"))
    return figures.learning_curves(context, checkpoints), figures.curve_notes(context, checkpoints)


def build(context: Context, shared: SharedState) -> None:
    link_to_errors(context)
    _build_results(context)
    _build_differences(context)
    _build_side_by_side(context, shared)
    _build_types(context)
    _build_curves(context)
    build_errors(context, shared)
    gr.Markdown(context.t("about"), elem_classes="quiet")


def _build_results(context: Context) -> None:
    gr.HTML(verdict_note(context), elem_id="verdict", apply_default_css=False)
    sortable_table(tables.results_table(context), elem_id="results")
    gr.HTML(report_links(context), elem_id="save-results", apply_default_css=False)


def _build_differences(context: Context) -> None:
    t = context.t
    gr.Markdown(f"## {t('differences')}")
    first = first_metric(context)
    metric = gr.Radio(metric_choices(context), value=first, label=t("metric"), elem_id="difference-metric")
    matrix = gr.HTML(difference_matrix(context, first), elem_id="difference-matrix", apply_default_css=False)
    metric.change(partial(difference_matrix, context), metric, matrix, **QUIET)


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
    t, n_types = context.t, len(context.library.gallery.type_order)
    gr.Markdown(f"## {t('by_object_type')}")
    first = first_metric(context)
    metric = gr.Radio(metric_choices(context), value=first, label=t("metric"), elem_id="metric")
    every_type = gr.Checkbox(
        False, label=t("every_type", n=n_types), info=t("most_types", n=MOST_TYPES), visible=n_types > MOST_TYPES,
        elem_id="every-type",
    )  # fmt: skip
    figure, html = by_metric(context, first)
    with gr.Row(elem_classes="scroll-box" if n_types > MOST_TYPES else ""):
        with gr.Column(min_width=320):
            type_chart = chart(figure, elem_id="type-chart")
        with gr.Column(min_width=320):
            table = sortable_table(html, elem_id="type-table")
    inputs = [metric, every_type]
    on_any_change(inputs, partial(by_metric, context), inputs, [type_chart, table], **QUIET)


def _build_curves(context: Context) -> None:
    t, names = context.t, figures.with_curves(context)
    gr.Markdown(f"## {t('curves')}")
    if not names:
        gr.Markdown(t("no_curves"), elem_classes="quiet")
        return
    first = [context.library.best if context.library.best in names else names[0]]
    untrained = figures.without_curves(context, [name for name in context.library.names if name not in names])
    checkpoints = gr.CheckboxGroup(
        names, value=first, label=t("checkpoints"), info=untrained or None, elem_id="curve-checkpoints"
    )
    figure, html = curves(context, first)
    curve = chart(figure, elem_id="curve")
    notes = gr.HTML(html, elem_id="curve-notes", apply_default_css=False)
    checkpoints.change(partial(curves, context), checkpoints, [curve, notes], **QUIET)


def sortable_table(value: str, **options) -> gr.HTML:
    """HTML with tables whose columns can be sorted."""
    return gr.HTML(value, js_on_load=SORTABLE, apply_default_css=False, **options)
