"""Map: every picture of the gallery in two dimensions, and what lies around a point."""

from typing import Any

import gradio as gr

from app import cards
from app.alerts import alerts
from app.library import Library, Query
from app.pictures import picked_id, pictures
from app.point_map import map_value, point_map
from app.text import Words


@alerts
def draw(library: Library, t: Words, checkpoint: str, query: Query | None) -> str:
    """The map of a checkpoint with the last query on it."""
    return map_value(library, checkpoint, query, t)


@alerts
def look(library: Library, t: Words, picture_id: str, checkpoint: str) -> str:
    """A point's picture and its five nearest neighbours."""
    query = library.query_from_id(picture_id)
    found = library.answer(query, checkpoint, min(5, len(library.gallery)))
    picture = cards.query_card(library, query, t, "selected")
    return f'<div class="looked">{picture}{cards.neighbours(library, query, found, t)}</div>'


def build(library: Library, t: Words, query: gr.State, tab: gr.Tab) -> None:
    selected = gr.State("")  # the id of the picture whose neighbours are shown
    drawn = gr.State(None)  # what the map shows, so that coming back to the tab sends it only when it is another
    gr.Markdown(t("map_hint"))
    checkpoint = gr.Dropdown(library.names, value=library.best, label=t("checkpoint"), elem_id="map-checkpoint")
    with gr.Row():
        with gr.Column(scale=5, min_width=320):
            points = point_map(elem_id="point-map")
        with gr.Column(scale=2, min_width=300):
            detail = pictures(cards.empty(t("map"), t("empty_map")), elem_id="map-detail")

    def click(event: gr.EventData, checkpoint: str):
        picture_id = picked_id(event)
        return look(library, t, picture_id, checkpoint), picture_id

    def redraw(checkpoint: str, query: Query | None, drawn: object):
        wanted = (checkpoint, query and query.asked)
        return (gr.skip(), drawn) if wanted == drawn else (draw(library, t, checkpoint, query), wanted)

    def look_again(picture_id: str, checkpoint: str):
        return look(library, t, picture_id, checkpoint) if picture_id else gr.skip()

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    for shown in (points.point_click, detail.pick):
        shown(click, checkpoint, [detail, selected], **quiet)
    for change in (checkpoint.change, tab.select):
        change(redraw, [checkpoint, query, drawn], [points, drawn], **quiet)
    checkpoint.change(look_again, [selected, checkpoint], detail, **quiet)
