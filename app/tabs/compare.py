"""Compare: what each checkpoint scores, what each answers to the same query, and how each learnt."""

from functools import partial
from html import escape
from typing import Any

import gradio as gr

from app.components import cards, figures
from app.components.chart import chart
from app.components.differences import differences
from app.components.image_input import picked_id, pictures, query_image
from app.errors import show_user_errors
from app.library.library import Library, Query
from app.translator import Translator


@show_user_errors
def side_by_side(library: Library, t: Translator, query: Query | None, checkpoints: list[str]) -> str:
    """One column a checkpoint: its five nearest. The backbone runs once for all checkpoints that share it."""
    if query is None:
        return cards.empty(t("side_by_side"), t("empty_compare"))
    if len(checkpoints) < 2:
        return cards.empty(t("side_by_side"), t("pick_two"))
    found = {name: library.answer(query, name, min(5, len(library.gallery))) for name in checkpoints}
    columns = "".join(
        f"<section><h3>{escape(name)}</h3>{cards.neighbours(library, query, answer, t)}</section>"
        for name, answer in found.items()
    )
    return f'<div class="sides">{cards.query_card(library, query, t)}<div class="columns">{columns}</div></div>'


@show_user_errors
def compare_file(library: Library, t: Translator, path: str | None, checkpoints: list[str]) -> tuple[Query | None, str]:
    """A picture given on this tab becomes the query of all tabs."""
    if not path:
        return None, side_by_side(library, t, None, checkpoints)
    query = library.query_from_file(path, t("your_picture"))
    return query, side_by_side(library, t, query, checkpoints)


@show_user_errors
def compare_id(library: Library, t: Translator, picture_id: str, checkpoints: list[str]) -> tuple[Query, str]:
    """A neighbour that was pressed becomes the query."""
    query = library.query_from_id(picture_id)
    return query, side_by_side(library, t, query, checkpoints)


def by_metric(library: Library, t: Translator, metric: str) -> tuple[str, str]:
    """Chart and table of one metric by object type."""
    return figures.type_chart(library, metric, t), figures.type_table(library, metric, t)


@show_user_errors
def curves(library: Library, t: Translator, checkpoint: str) -> tuple[str, str]:
    """The learning curve and what it says in plain words, or a sentence where there is none."""
    figure = figures.learning_curves(library, checkpoint, t)
    return figure, figures.diagnosis(library, checkpoint, t) if figure else cards.empty(checkpoint, t("no_curve"))


def build(library: Library, t: Translator, query: gr.State, tab: gr.Tab) -> None:
    results = figures.results_table(library, t) + differences(library, t)
    gr.HTML(results, elem_id="results", apply_default_css=False)

    gr.Markdown(f"### {t('side_by_side')}\n{t('side_hint')}")
    two = list(dict.fromkeys([library.best, *library.names]))[:2]
    with gr.Row():
        image = query_image(t, height=200, scale=1, min_width=280, elem_id="compare-image")
        chosen = gr.CheckboxGroup(
            library.names, value=two, label=t("checkpoints"), scale=2, elem_id="compare-checkpoints"
        )
    sides = pictures(side_by_side(library, t, None, two), elem_id="sides")

    metric = gr.Radio([(t(m), m) for m in figures.METRICS], value="guie_mp5", label=t("metric"), elem_id="metric")
    chart_json, table_html = by_metric(library, t, "guie_mp5")
    with gr.Row():
        with gr.Column(min_width=320):
            type_chart = chart(chart_json, elem_id="type-chart")
        with gr.Column(min_width=320):
            table = gr.HTML(table_html, elem_id="type-table", apply_default_css=False)

    gr.Markdown(f"### {t('curves')}\n{t('curves_hint')}")
    trained = gr.Dropdown(library.names, value=library.best, label=t("checkpoint"), elem_id="curve-checkpoint")
    figure, note = curves(library, t, library.best)
    curve = chart(figure, elem_id="curve")
    no_curve = gr.HTML(note, apply_default_css=False)
    gr.Markdown(t("about"), elem_classes="quiet")

    def pick(event: gr.EventData, checkpoints: list[str]):
        return compare_id(library, t, picked_id(event), checkpoints)

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    asked: dict[str, Any] = {"show_progress": "minimal", "api_visibility": "private"}
    answer = partial(side_by_side, library, t)
    uploaded = image.input(partial(compare_file, library, t), [image, chosen], [query, sides], **asked)
    uploaded.success(lambda: None, None, image, **quiet)
    uploaded.failure(lambda: None, None, image, **quiet)
    sides.select_image(pick, chosen, [query, sides], **asked)
    chosen.change(answer, [query, chosen], sides, **asked)
    tab.select(answer, [query, chosen], sides, **quiet)
    metric.change(partial(by_metric, library, t), metric, [type_chart, table], **quiet)
    trained.change(partial(curves, library, t), trained, [curve, no_curve], **quiet)
