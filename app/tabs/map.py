"""Map: every picture of the gallery in two dimensions, and what lies around a point. Handlers, layout, wiring."""

from functools import partial

import gradio as gr
import numpy as np
from markupsafe import escape

from app.components import cards
from app.components.events import QUIET, image_cards, payload, selected_id
from app.components.image_input import image_input, on_upload
from app.context import Context
from app.errors import show_user_errors
from app.library.query import Query
from app.map.component import lines_to, listed_maps, map_value, point_map, query_places
from app.map.controls import making
from app.map.panel import selection_panel
from app.map.selection import describe, selected_rows
from trainer.core.projection.parameters import ProjectionParameters

SEE_DETAIL = """() => { if (innerWidth < 700)
  document.querySelector('#map-detail').scrollIntoView({behavior: 'smooth', block: 'nearest'}); }"""


@show_user_errors
def draw(
    context: Context,
    shown: list[str],
    query: Query | None,
    looked: Query | None,
    parameters: ProjectionParameters = ProjectionParameters(),
) -> tuple[str, str]:
    """The value of the map, and beside it the picture that is looked at with its neighbours on each map."""
    for name in shown:
        context.library.checkpoint(name)
    maps = context.library.maps.get(parameters)
    places = query_places(context.library, query, shown, maps)
    listed = None if maps is context.library.maps.get() else listed_maps(context, maps)
    if looked is None:
        return map_value(shown, places, None, listed), cards.empty(context.t("map"), context.t("empty_map"))
    k = min(5, len(context.library.gallery))
    answers = {name: context.library.answer(looked, name, k) for name in shown}
    lines = lines_to(looked.row, answers)
    if len(answers) == 1:
        found = "".join(cards.neighbours(context, looked, answer) for answer in answers.values())
    else:
        found = "".join(
            f"<section><h4>{escape(context.t('nearest_on', checkpoint=name))}</h4>"
            f"{cards.neighbours(context, looked, answer)}</section>"
            for name, answer in answers.items()
        )
    caption = "query" if looked.row is None else "selected"
    picture = cards.query_card(context, looked, caption)
    return map_value(shown, places, lines, listed), f'<div class="looked">{picture}{found}</div>'


@show_user_errors
def look(
    context: Context,
    image_id: str,
    shown: list[str],
    query: Query | None,
    parameters: ProjectionParameters = ProjectionParameters(),
) -> tuple[Query, str, str]:
    """A picture of the gallery becomes the one that is looked at."""
    looked = context.library.query_from_id(image_id)
    return looked, *draw(context, shown, query, looked, parameters)


@show_user_errors
def ask(
    context: Context,
    path: str,
    shown: list[str],
    parameters: ProjectionParameters = ProjectionParameters(),
) -> tuple[Query, Query, str, str]:
    """A picture given on this tab becomes the query of all tabs, and the one that is looked at."""
    query = context.library.query_from_file(path, context.t("your_image"))
    return query, query, *draw(context, shown, query, query, parameters)


@show_user_errors
def select(context: Context, text: object, checkpoint: str) -> tuple[np.ndarray | None, str]:
    """Rows that a page sent, and what they are made of; nothing for an empty selection."""
    rows = selected_rows(str(text), len(context.library.gallery)) if text else np.empty(0, int)
    return (rows, panel(context, rows, checkpoint)) if len(rows) else (None, "")


@show_user_errors
def panel(context: Context, rows: np.ndarray | None, checkpoint: str, page: int = 0) -> str:
    """What the selection is made of, with one page of its pictures."""
    return "" if rows is None else selection_panel(context, describe(context.library, rows, checkpoint), page)


@show_user_errors
def settled(context: Context, name: object) -> str:
    """The checkpoint on which the slider came to rest."""
    context.library.checkpoint(str(name))
    return str(name)


def build(context: Context, query: gr.State, tab: gr.Tab) -> None:
    looked = gr.State(None)  # the picture whose neighbours are shown: one of the gallery, or the query
    drawn = gr.State(None)  # what the map shows, so that coming back to the tab draws it only when it is another
    selection = gr.State(None)  # rows
    made = gr.State(ProjectionParameters())  # how the maps that are shown were made
    gr.Markdown(context.t("map_hint"))
    with gr.Row(elem_classes="map-choice"):
        checkpoint = gr.Dropdown(
            context.library.names,
            value=context.library.best,
            label=context.t("map_checkpoint"),
            elem_id="map-checkpoint",
            min_width=150,
        )
        second = gr.Dropdown(
            [(context.t("map_one"), ""), *context.library.names],
            value="",
            label=context.t("map_second"),
            elem_id="map-second",
            min_width=150,
            visible=len(context.library.names) > 1,
        )
    with gr.Row(elem_classes="map-row"):
        with gr.Column(scale=5, min_width=320):
            points = point_map(context, elem_id="point-map")
            remade = making(context, made)
            chosen = image_cards(elem_id="map-selection")
        with gr.Column(scale=2, min_width=300):
            image = image_input(context, placeholder=context.t("map_drop"), height=150, elem_id="map-image")
            detail = image_cards(cards.empty(context.t("map"), context.t("empty_map")), elem_id="map-detail")

    def redraw(
        checkpoint: str,
        second: str,
        query: Query | None,
        looked: Query | None,
        made: ProjectionParameters,
        drawn: tuple | None,
    ):
        asked = query.id if query else None
        if drawn is None or drawn[0] != asked:  # another query than the one on the map: it is what one looks for
            looked = query or looked
        wanted = (asked, checkpoint, second, looked.id if looked else None, made)
        if wanted == drawn or (
            drawn is None and looked is None and wanted[1:] == (context.library.best, "", None, ProjectionParameters())
        ):
            return gr.skip(), gr.skip(), gr.skip(), wanted
        return looked, *draw(context, _shown(checkpoint, second), query, looked, made), wanted

    def click(event: gr.EventData, checkpoint: str, second: str, query: Query | None, made: ProjectionParameters):
        return look(context, _clicked(context, event), _shown(checkpoint, second), query, made)

    def put_away(event: gr.EventData, checkpoint: str, second: str, query: Query | None, made: ProjectionParameters):
        query = None if payload(event, "query") else query
        return query, None, *draw(context, _shown(checkpoint, second), query, None, made)

    def upload(path: str | None, checkpoint: str, second: str, made: ProjectionParameters):
        return ask(context, path, _shown(checkpoint, second), made) if path else [gr.skip()] * 4

    def settle(event: gr.EventData):
        return settled(context, payload(event, "map"))

    def pick_points(event: gr.EventData, checkpoint: str):
        return select(context, payload(event, "rows"), checkpoint)

    def turn(event: gr.EventData, rows: np.ndarray | None, checkpoint: str):
        page = payload(event, "page")
        return panel(context, rows, checkpoint, page if isinstance(page, int) else 0)

    for shown in (points.point_click, detail.select_image, chosen.select_image):
        shown(click, [checkpoint, second, query, made], [looked, points, detail], **QUIET)
    points.put_away(put_away, [checkpoint, second, query, made], [query, looked, points, detail], **QUIET)
    points.settle(settle, None, checkpoint, **QUIET)
    points.select_points(pick_points, checkpoint, [selection, chosen], **QUIET)
    chosen.turn_page(turn, [selection, checkpoint], chosen, **QUIET)
    for change in (checkpoint.change, second.change, tab.select, remade.success):
        change(redraw, [checkpoint, second, query, looked, made, drawn], [looked, points, detail, drawn], **QUIET)
    checkpoint.change(partial(panel, context), [selection, checkpoint], chosen, **QUIET)
    on_upload(image, upload, [checkpoint, second, made], [query, looked, points, detail], SEE_DETAIL)


def _shown(checkpoint: str, second: str | None) -> list[str]:
    return [checkpoint, second] if second and second != checkpoint else [checkpoint]


@show_user_errors
def _clicked(context: Context, event: gr.EventData) -> str:
    """The id of a picture that was chosen by its point (a row) or by its card (an id)."""
    row = payload(event, "row")
    return selected_id(event) if row is None else context.library.image_id(row)
