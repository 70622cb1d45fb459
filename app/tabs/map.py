"""Map: every image of the gallery as a point, and the neighbours of a selected image. Handlers, layout, wiring.

Handlers take the values of the components as a `MapState`, and the `payload` of an event from JavaScript with the same
name as the handler. A payload is untrusted: its keys and values may be anything.
"""

from dataclasses import replace
from functools import partial

import gradio as gr
import numpy as np

from app.components.events import QUIET, Payload, image_cards, payload_of
from app.components.image_input import image_input, on_upload
from app.context import Context
from app.errors import show_user_errors
from app.library.library import Query
from app.map.component import map_component
from app.map.controls import projection_controls
from app.map.panel import selection_panel
from app.map.rendering import MapState, MapUpdate, RenderKey, empty_detail, render_map
from app.map.selection import describe, selected_rows
from trainer.core.projection.parameters import ProjectionParameters

SCROLL_TO_DETAIL = """() => { if (innerWidth < 700)
  document.querySelector('#map-detail').scrollIntoView({behavior: 'smooth', block: 'nearest'}); }"""


@show_user_errors
def refresh(context: Context, state: MapState, rendered: RenderKey) -> MapUpdate | None:
    """Render the map if anything has changed since `rendered`; None otherwise.

    A query from another tab becomes the selected image.
    """
    if state.query is not None and state.query.id != rendered.query_id:
        state = replace(state, selected_image=state.query)
    return None if state.key == rendered else render_map(context, state)


@show_user_errors
def select_image(context: Context, payload: Payload, state: MapState) -> MapUpdate:
    """Select an image by the `row` of its point or the `id` of its card."""
    row = payload.get("row")
    image_id = str(payload.get("id", "")) if row is None else context.library.image_id(row)
    return render_map(context, replace(state, selected_image=context.library.query_from_id(image_id)))


@show_user_errors
def clear_selection(context: Context, payload: Payload, state: MapState) -> tuple[Query | None, MapUpdate]:
    """Clear the selected image, and if `query` is true also the query of all tabs."""
    query = None if payload.get("query") else state.query
    return query, render_map(context, replace(state, query=query, selected_image=None))


@show_user_errors
def upload_image(context: Context, path: str, state: MapState) -> tuple[Query, MapUpdate]:
    """An uploaded image becomes the query of all tabs and the selected image."""
    query = context.library.query_from_file(path, context.t("your_image"))
    return query, render_map(context, replace(state, query=query, selected_image=query))


@show_user_errors
def checkpoint_changed(context: Context, payload: Payload) -> str:
    """The name of the `checkpoint` that the slider shows."""
    name = str(payload.get("checkpoint"))
    context.library.checkpoint(name)
    return name


@show_user_errors
def select_points(context: Context, payload: Payload, checkpoint: str) -> tuple[np.ndarray | None, str]:
    """The selection in `rows` (see `selected_rows`), and its panel; None and "" for an empty selection."""
    text = payload.get("rows")
    rows = selected_rows(str(text), len(context.library.gallery)) if text else np.empty(0, int)
    return (rows, show_selection(context, rows, checkpoint)) if len(rows) else (None, "")


@show_user_errors
def turn_page(context: Context, payload: Payload, rows: np.ndarray | None, checkpoint: str) -> str:
    """Another `page` of the selected images."""
    page = payload.get("page")
    return show_selection(context, rows, checkpoint, page if isinstance(page, int) else 0)


@show_user_errors
def show_selection(context: Context, rows: np.ndarray | None, checkpoint: str, page: int = 0) -> str:
    """The panel of a selection; empty without one."""
    return "" if rows is None else selection_panel(context, describe(context.library, rows, checkpoint), page)


def build(context: Context, query: gr.State, tab: gr.Tab) -> None:
    """Layout and wiring. `query` is shared by all tabs."""
    library, t = context.library, context.t
    default_parameters = ProjectionParameters()
    selected_image = gr.State(None)
    selection = gr.State(None)  # rows
    projection_parameters = gr.State(default_parameters)
    rendered = gr.State(MapState(library.best, "", default_parameters).key)
    gr.Markdown(t("map_hint"))
    with gr.Row(elem_classes="map-choice"):
        checkpoint = gr.Dropdown(
            library.names, value=library.best, label=t("map_checkpoint"), elem_id="map-checkpoint", min_width=150
        )
        compare_with = gr.Dropdown(
            [(t("map_compare_none"), ""), *library.names],
            value="",
            label=t("map_compare_with"),
            elem_id="map-second",
            min_width=150,
            visible=len(library.names) > 1,
        )
    with gr.Row(elem_classes="map-row"):
        with gr.Column(scale=5, min_width=320):
            component = map_component(context, elem_id="point-map")
            projections_computed = projection_controls(context, projection_parameters)
            panel = image_cards(elem_id="map-selection")
        with gr.Column(scale=2, min_width=300):
            image = image_input(context, placeholder=t("map_drop"), height=150, elem_id="map-image")
            detail = image_cards(empty_detail(context), elem_id="map-detail")

    state = [checkpoint, compare_with, projection_parameters, query, selected_image]  # the fields of MapState
    outputs = [selected_image, component, detail, rendered]  # the fields of MapUpdate

    def on_change(rendered, *values):
        return refresh(context, MapState(*values), rendered) or [gr.skip()] * len(outputs)

    def on_select_image(event: gr.EventData, *values):
        return select_image(context, payload_of(event), MapState(*values))

    def on_clear_selection(event: gr.EventData, *values):
        query, update = clear_selection(context, payload_of(event), MapState(*values))
        return query, *update

    def on_upload_image(path, *values):
        if not path:
            return [gr.skip()] * (1 + len(outputs))
        query, update = upload_image(context, path, MapState(*values))
        return query, *update

    def on_checkpoint_changed(event: gr.EventData):
        return checkpoint_changed(context, payload_of(event))

    def on_select_points(event: gr.EventData, checkpoint):
        return select_points(context, payload_of(event), checkpoint)

    def on_turn_page(event: gr.EventData, rows, checkpoint):
        return turn_page(context, payload_of(event), rows, checkpoint)

    for source in (component, detail, panel):
        source.select_image(on_select_image, state, outputs, **QUIET)
    component.clear_selection(on_clear_selection, state, [query, *outputs], **QUIET)
    component.checkpoint_changed(on_checkpoint_changed, None, checkpoint, **QUIET)
    component.select_points(on_select_points, checkpoint, [selection, panel], **QUIET)
    panel.turn_page(on_turn_page, [selection, checkpoint], panel, **QUIET)
    for change in (checkpoint.change, compare_with.change, tab.select, projections_computed.success):
        change(on_change, [rendered, *state], outputs, **QUIET)
    checkpoint.change(partial(show_selection, context), [selection, checkpoint], panel, **QUIET)
    on_upload(image, on_upload_image, state, [query, *outputs], SCROLL_TO_DETAIL)
