"""Map: every picture of the gallery in two dimensions, and what lies around a point."""

from functools import partial
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
    gr.Markdown(t("map_hint"))
    checkpoint = gr.Dropdown(library.names, value=library.best, label=t("checkpoint"), elem_id="map-checkpoint")
    with gr.Row():
        with gr.Column(scale=5, min_width=320):
            points = point_map(draw(library, t, library.best, None), elem_id="point-map")
        with gr.Column(scale=2, min_width=300):
            detail = pictures(cards.empty(t("map"), t("empty_map")), elem_id="map-detail")

    def click(event: gr.EventData, checkpoint: str):
        return look(library, t, picked_id(event), checkpoint)

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    points.point_click(click, checkpoint, detail, **quiet)
    detail.pick(click, checkpoint, detail, **quiet)
    redraw = partial(draw, library, t)
    checkpoint.change(redraw, [checkpoint, query], points, **quiet)
    tab.select(redraw, [checkpoint, query], points, **quiet)
