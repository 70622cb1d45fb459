"""Map: every picture of the gallery in two dimensions, and what lies around a point. Handlers, layout, wiring."""

from functools import partial
from typing import Any

import gradio as gr
import numpy as np

from app.components import cards
from app.components.image_input import picked_id, pictures, query_image
from app.errors import show_user_errors
from app.library.library import Library, Query
from app.map.component import lines_to, listed_maps, map_value, point_map, query_places
from app.map.controls import making
from app.map.panel import selection_panel
from app.map.selection import describe, selected_rows
from app.translator import Translator
from trainer.core.projection.parameters import ProjectionParameters

SEE_DETAIL = """() => { if (innerWidth < 700)
  document.querySelector('#map-detail').scrollIntoView({behavior: 'smooth', block: 'nearest'}); }"""


@show_user_errors
def draw(
    library: Library,
    t: Translator,
    shown: list[str],
    query: Query | None,
    looked: Query | None,
    parameters: ProjectionParameters = ProjectionParameters(),
) -> tuple[str, str]:
    """The value of the map, and beside it the picture that is looked at with its neighbours on each map."""
    for name in shown:
        library.entry(name)
    maps = library.maps.get(parameters)
    places = query_places(library, query, shown, maps)
    listed = None if maps is library.maps.get() else listed_maps(library, t, maps)
    if looked is None:
        return map_value(shown, places, None, listed), cards.empty(t("map"), t("empty_map"))
    k = min(5, len(library.gallery))
    answers = {name: library.answer(looked, name, k) for name in shown}
    lines = lines_to(looked.row, answers)
    if len(answers) == 1:
        found = "".join(cards.neighbours(library, looked, answer, t) for answer in answers.values())
    else:
        found = "".join(
            f"<section><h4>{cards.escape(t('nearest_on', checkpoint=name))}</h4>"
            f"{cards.neighbours(library, looked, answer, t)}</section>"
            for name, answer in answers.items()
        )
    caption = "query" if looked.row is None else "selected"
    picture = cards.query_card(library, looked, t, caption)
    return map_value(shown, places, lines, listed), f'<div class="looked">{picture}{found}</div>'


@show_user_errors
def look(
    library: Library,
    t: Translator,
    picture_id: str,
    shown: list[str],
    query: Query | None,
    parameters: ProjectionParameters = ProjectionParameters(),
) -> tuple[Query, str, str]:
    """A picture of the gallery becomes the one that is looked at."""
    looked = library.query_from_id(picture_id)
    return looked, *draw(library, t, shown, query, looked, parameters)


@show_user_errors
def ask(
    library: Library,
    t: Translator,
    path: str,
    shown: list[str],
    parameters: ProjectionParameters = ProjectionParameters(),
) -> tuple[Query, Query, str, str]:
    """A picture given on this tab becomes the query of all tabs, and the one that is looked at."""
    query = library.query_from_file(path, t("your_picture"))
    return query, query, *draw(library, t, shown, query, query, parameters)


@show_user_errors
def select(library: Library, t: Translator, text: object, checkpoint: str) -> tuple[np.ndarray | None, str]:
    """Rows that a page sent, and what they are made of; nothing for an empty selection."""
    rows = selected_rows(str(text), len(library.gallery)) if text else np.empty(0, int)
    return (rows, panel(library, t, rows, checkpoint)) if len(rows) else (None, "")


@show_user_errors
def panel(library: Library, t: Translator, rows: np.ndarray | None, checkpoint: str, page: int = 0) -> str:
    """What the selection is made of, with one page of its pictures."""
    return "" if rows is None else selection_panel(library, describe(library, rows, checkpoint), page, t)


@show_user_errors
def settled(library: Library, name: object) -> str:
    """The checkpoint on which the slider came to rest."""
    library.entry(str(name))
    return str(name)


def build(library: Library, t: Translator, query: gr.State, tab: gr.Tab) -> None:
    looked = gr.State(None)  # the picture whose neighbours are shown: one of the gallery, or the query
    drawn = gr.State(None)  # what the map shows, so that coming back to the tab draws it only when it is another
    selection = gr.State(None)  # rows
    made = gr.State(ProjectionParameters())  # how the maps that are shown were made
    gr.Markdown(t("map_hint"))
    with gr.Row(elem_classes="map-choice"):
        checkpoint = gr.Dropdown(
            library.names, value=library.best, label=t("map_checkpoint"), elem_id="map-checkpoint", min_width=150
        )
        second = gr.Dropdown(
            [(t("map_one"), ""), *library.names], value="", label=t("map_second"), elem_id="map-second", min_width=150,
            visible=len(library.names) > 1,
        )  # fmt: skip
    with gr.Row(elem_classes="map-row"):
        with gr.Column(scale=5, min_width=320):
            points = point_map(library, t, elem_id="point-map")
            remade = making(library, t, made)
            chosen = pictures(elem_id="map-selection")
        with gr.Column(scale=2, min_width=300):
            image = query_image(t, placeholder=t("map_drop"), height=150, elem_id="map-image")
            detail = pictures(cards.empty(t("map"), t("empty_map")), elem_id="map-detail")

    def redraw(
        checkpoint: str,
        second: str,
        query: Query | None,
        looked: Query | None,
        made: ProjectionParameters,
        drawn: tuple | None,
    ):
        asked = query.asked if query else None
        if drawn is None or drawn[0] != asked:  # another query than the one on the map: it is what one looks for
            looked = query or looked
        wanted = (asked, checkpoint, second, looked.asked if looked else None, made)
        if wanted == drawn or (
            drawn is None and looked is None and wanted[1:] == (library.best, "", None, ProjectionParameters())
        ):
            return gr.skip(), gr.skip(), gr.skip(), wanted
        return looked, *draw(library, t, _shown(checkpoint, second), query, looked, made), wanted

    def click(event: gr.EventData, checkpoint: str, second: str, query: Query | None, made: ProjectionParameters):
        return look(library, t, _clicked(library, event), _shown(checkpoint, second), query, made)

    def put_away(event: gr.EventData, checkpoint: str, second: str, query: Query | None, made: ProjectionParameters):
        query = None if _said(event, "query") else query
        return query, None, *draw(library, t, _shown(checkpoint, second), query, None, made)

    def upload(path: str | None, checkpoint: str, second: str, made: ProjectionParameters):
        return ask(library, t, path, _shown(checkpoint, second), made) if path else [gr.skip()] * 4

    def settle(event: gr.EventData):
        return settled(library, _said(event, "checkpoint"))

    def pick_points(event: gr.EventData, checkpoint: str):
        return select(library, t, _said(event, "rows"), checkpoint)

    def turn(event: gr.EventData, rows: np.ndarray | None, checkpoint: str):
        page = _said(event, "page")
        return panel(library, t, rows, checkpoint, page if isinstance(page, int) else 0)

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    asked: dict[str, Any] = {"show_progress": "minimal", "api_visibility": "private"}
    for shown in (points.select_image, detail.select_image, chosen.select_image):
        shown(click, [checkpoint, second, query, made], [looked, points, detail], **quiet)
    points.clear_selection(put_away, [checkpoint, second, query, made], [query, looked, points, detail], **quiet)
    points.checkpoint_changed(settle, None, checkpoint, **quiet)
    points.select_points(pick_points, checkpoint, [selection, chosen], **quiet)
    chosen.turn_page(turn, [selection, checkpoint], chosen, **quiet)
    for change in (checkpoint.change, second.change, tab.select, remade.success):
        change(redraw, [checkpoint, second, query, looked, made, drawn], [looked, points, detail, drawn], **quiet)
    checkpoint.change(partial(panel, library, t), [selection, checkpoint], chosen, **quiet)
    uploaded = image.input(upload, [image, checkpoint, second, made], [query, looked, points, detail], **asked)
    uploaded.success(lambda: None, None, image, **quiet).then(js=SEE_DETAIL)
    uploaded.failure(lambda: None, None, image, **quiet)


def _shown(checkpoint: str, second: str | None) -> list[str]:
    return [checkpoint, second] if second and second != checkpoint else [checkpoint]


def _said(event: gr.EventData, key: str) -> object:
    """What a page sent under a key; anyone can send anything."""
    return (event._data or {}).get(key)


@show_user_errors
def _clicked(library: Library, event: gr.EventData) -> str:
    """The id of a picture that was chosen by its point (a row) or by its card (an id)."""
    row = _said(event, "row")
    return picked_id(event) if row is None else library.picture_id(row)
