"""The error browser, a section of the Compare tab: which queries a checkpoint gets wrong, and why.

build_errors(context, shared)
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from functools import partial

import gradio as gr
from gradio.components import Component

from app.components.events import EACH, QUIET, WITH_PROGRESS, Payload, image_cards, on_any_change, payload_of, scroll_to
from app.components.templating import render
from app.context import Context
from app.error_analysis.confusion_table import SELECT_EVENTS, class_table, confusion_table
from app.error_analysis.data_checks import duplicates, label_errors
from app.error_analysis.options import NEED_TWO, RANKINGS, ListOptions
from app.error_analysis.query_list import query_list
from app.errors import show_user_errors
from app.query_bar import SCROLL_TO_ANSWER, SharedState, select_image
from app.tabs.browse import class_choices
from trainer.core.data.sources import UNKNOWN_TYPE
from trainer.core.errors import UserError
from trainer.core.retrieval.metric_names import METRICS

DEFAULT_METRIC = "guie_mp5"


@show_user_errors
def show_queries(context: Context, *options: str) -> str:
    """The first page of the list; `options` are the fields of `ListOptions`."""
    return query_list(context, ListOptions(*options))


@show_user_errors
def turn_page(context: Context, payload: Payload, *options: str) -> str:
    """Another `page` of the list."""
    page = payload.get("page")
    return query_list(context, ListOptions(*options), page if isinstance(page, int) else 0)


@show_user_errors
def choose_other(context: Context, *options: str) -> tuple[str, str]:
    """The order of the list after a second checkpoint was chosen, or none, and the list."""
    chosen = ListOptions(*options)
    ranking = chosen.ranking
    if chosen.other and ranking == "lowest":
        ranking = "losses"
    elif not chosen.other and ranking in NEED_TWO:
        ranking = "lowest"
    return ranking, query_list(context, replace(chosen, ranking=ranking))


@show_user_errors
def choose_type(context: Context, *options: str) -> tuple[gr.Dropdown, gr.Dropdown, str]:
    """The menus of classes and neighbours for an object type, with nothing chosen, and the list."""
    chosen = replace(ListOptions(*options), class_name="", neighbour="")
    return (
        gr.Dropdown(class_choices(context, chosen.object_type), value=""),
        gr.Dropdown(neighbour_choices(context, chosen.object_type), value=""),
        query_list(context, chosen),
    )


def neighbour_choices(context: Context, object_type: str) -> list[tuple[str, str]]:
    """Text and value of each object type, of each class of a chosen object type, and of "any"."""
    t, gallery = context.t, context.library.gallery
    types = [(t.object_type(name), f"{name}/") for name in gallery.type_order if name != UNKNOWN_TYPE]
    return [(t("any_neighbour"), ""), *types, *class_choices(context, object_type)[1:]]


def link_to_errors(context: Context) -> None:
    """A button that scrolls to the list."""
    gr.HTML(render("errors_link.html.j2", text=context.t("worst_queries")), apply_default_css=False)


@show_user_errors
def select_group(context: Context, payload: Payload, *options: str) -> tuple[str, gr.Dropdown, gr.Dropdown, str]:
    """The filters by object type, class and neighbour of a cell of the confusion or a row of the classes, and the list.

    Raises UserError for labels that this gallery does not have.
    """
    object_type, class_name, neighbour = (
        value if isinstance(value := payload.get(key), str) else None
        for key in ("object_type", "class_name", "neighbour")
    )
    classes, neighbours = class_choices(context, object_type or ""), neighbour_choices(context, object_type or "")
    if (
        object_type is None
        or object_type not in context.library.gallery.type_order
        or class_name is None
        or class_name not in {value for _, value in classes}
        or neighbour is None
        or neighbour not in {value for _, value in neighbours}
    ):
        raise UserError("This gallery has no such group of queries; choose one that is shown.", key="unknown_group")
    chosen = replace(ListOptions(*options), object_type=object_type, class_name=class_name, neighbour=neighbour)
    class_menu, neighbour_menu = gr.Dropdown(classes, value=class_name), gr.Dropdown(neighbours, value=neighbour)
    return object_type, class_menu, neighbour_menu, query_list(context, chosen)


@show_user_errors
def show_confusion(context: Context, is_open: bool, checkpoint: str, metric: str, object_type: str) -> str:
    """The confusion table of object types, or of the classes of one; computed only while its part is open."""
    return confusion_table(context, checkpoint, metric, object_type) if is_open else ""


@show_user_errors
def show_classes(context: Context, is_open: bool, checkpoint: str, metric: str) -> str:
    """The scores by class, computed only while their part of the page is open."""
    return class_table(context, checkpoint, metric) if is_open else ""


@show_user_errors
def show_duplicates(context: Context) -> str:
    """Near-duplicates of the queries, computed when their part of the page is opened."""
    return duplicates(context)


@show_user_errors
def show_label_errors(context: Context) -> str:
    """Probable label errors, computed when their part of the page is opened."""
    return label_errors(context)


def build_errors(context: Context, shared: SharedState) -> None:
    """The checkpoint is that of the bar above the tabs."""
    t = context.t
    gr.Markdown(f"## {t('worst_queries')}\n{t('worst_queries_hint')}", elem_id="worst-queries")
    options = _build_options(context, shared)
    tables = [_build_confusion(context, options), _build_classes(context, options)]
    queries = image_cards(show_queries(context, context.library.best), elem_id="query-list")
    checks = [
        _build_check(context, t("duplicates"), show_duplicates, "duplicates"),
        _build_check(context, t("label_errors"), show_label_errors, "label-errors"),
    ]

    def on_turn_page(event: gr.EventData, *values):
        return turn_page(context, payload_of(event), *values)

    def on_select_image(event: gr.EventData):
        return select_image(context, payload_of(event))

    def on_select_group(event: gr.EventData, *values):
        return select_group(context, payload_of(event), *values)

    # Each action is one event that draws the list, one after another: of two events at once, the last to arrive would
    # be shown, whatever the menus say.
    in_turn = {**QUIET, **EACH, "concurrency_id": "query-list", "concurrency_limit": 1}
    inputs = options.inputs
    menus: list[gr.Radio | gr.Dropdown] = [options.metric, options.ranking, options.class_name, options.neighbour]
    triggers = [options.checkpoint.change, *(menu.input for menu in menus)]
    gr.on(triggers, partial(show_queries, context), inputs, queries, **in_turn)
    options.other.input(partial(choose_other, context), inputs, [options.ranking, queries], **in_turn)
    options.object_type.input(
        partial(choose_type, context), inputs, [options.class_name, options.neighbour, queries], **in_turn
    )
    queries.turn_page(on_turn_page, inputs, queries, **in_turn).then(js=scroll_to("#query-list"))
    for shown in (queries, *checks):
        selected = shown.select_image(on_select_image, None, shared.query, **WITH_PROGRESS, **EACH)
        selected.then(js=SCROLL_TO_ANSWER)
    for table in tables:
        chosen = table.select_group(on_select_group, inputs, [*options.filters, queries], **in_turn)
        chosen.then(js=scroll_to("#query-list"))


@dataclass(frozen=True)
class Options:
    """The components in the order of the fields of `ListOptions`."""

    checkpoint: gr.Dropdown
    other: gr.Dropdown
    metric: gr.Radio
    ranking: gr.Dropdown
    object_type: gr.Dropdown
    class_name: gr.Dropdown
    neighbour: gr.Dropdown

    @property
    def inputs(self) -> list[Component]:
        return [getattr(self, field.name) for field in fields(self)]

    @property
    def filters(self) -> list[Component]:
        return [self.object_type, self.class_name, self.neighbour]


def _build_options(context: Context, shared: SharedState) -> Options:
    t, library = context.t, context.library
    types = [(t("all_types"), ""), *((t.object_type(name), name) for name in library.gallery.type_order)]
    with gr.Row():
        metric = gr.Radio(
            [(t(name), name) for name in METRICS], value=DEFAULT_METRIC, label=t("metric"), elem_id="errors-metric",
            min_width=320, scale=3,
        )  # fmt: skip
        rankings = [(t(text), name) for name, text in RANKINGS.items()]
        ranking = gr.Dropdown(
            rankings, value="lowest", label=t("ranking"), elem_id="errors-ranking", min_width=200, scale=3
        )
        others = [(t("compare_none"), ""), *((name, name) for name in library.names)]
        other = gr.Dropdown(
            others, value="", label=t("map_compare_with"), elem_id="errors-other", min_width=150, scale=2
        )
    with gr.Row():
        object_type = gr.Dropdown(types, value="", label=t("object_type"), elem_id="errors-type", min_width=150)
        class_name = gr.Dropdown(
            class_choices(context, ""), value="", label=t("class"), elem_id="errors-class", min_width=150
        )
        neighbour = gr.Dropdown(
            neighbour_choices(context, ""), value="", label=t("neighbour"), elem_id="errors-neighbour", min_width=150
        )
    return Options(shared.checkpoint, other, metric, ranking, object_type, class_name, neighbour)


def _build_confusion(context: Context, options: Options) -> gr.HTML:
    t = context.t
    with _closed_part(t("confusion"), "confusion-part") as is_open:
        of_types = [(t("classes_of", type=t.object_type(name)), name) for name in context.library.gallery.type_order]
        level = gr.Dropdown(
            [(t("between_types"), ""), *of_types], value="", label=t("confusion_between"), elem_id="confusion-level"
        )
        table = gr.HTML("", js_on_load=SELECT_EVENTS, apply_default_css=False, elem_id="confusion")
    inputs = [is_open, options.checkpoint, options.metric, level]
    on_any_change(inputs, partial(show_confusion, context), inputs, table, show_progress_on=table, **WITH_PROGRESS)
    return table


def _build_classes(context: Context, options: Options) -> gr.HTML:
    with _closed_part(context.t("class_scores"), "class-scores-part") as is_open:
        table = gr.HTML("", js_on_load=SELECT_EVENTS, apply_default_css=False, elem_id="class-scores")
    inputs = [is_open, options.checkpoint, options.metric]
    on_any_change(inputs, partial(show_classes, context), inputs, table, **QUIET)
    return table


def _build_check(context: Context, title: str, handler: Callable[[Context], str], elem_id: str) -> gr.HTML:
    """A check of the data, in a part of the page that is closed at first."""
    with gr.Accordion(title, open=False, elem_id=f"{elem_id}-part") as part:
        shown = image_cards("", elem_id=elem_id)
    part.expand(partial(handler, context), None, shown, show_progress_on=shown, **WITH_PROGRESS)
    return shown


@contextmanager
def _closed_part(title: str, elem_id: str) -> Iterator[gr.State]:
    """A part of the page that is closed at first; the state is whether it is open."""
    is_open = gr.State(False)
    with gr.Accordion(title, open=False, elem_id=elem_id) as part:
        yield is_open
    part.expand(lambda: True, None, is_open, **QUIET)
    part.collapse(lambda: False, None, is_open, **QUIET)
