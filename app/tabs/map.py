"""Map: every image of the gallery as a point, and the neighbours of a selected image. Handlers, layout, wiring.

Handlers take the values of the components as a `MapState`, and the `payload` of an event from JavaScript with the same
name as the handler. A payload is untrusted: its keys and values may be anything.
"""

from dataclasses import dataclass, replace
from functools import partial

import gradio as gr
import numpy as np

from app.components.events import EACH, QUIET, Payload, image_cards, on_any_change, payload_of, scroll_to
from app.context import Context
from app.errors import show_user_errors
from app.library.library import Query
from app.map.component import map_component
from app.map.controls import ProjectionControls, projection_controls
from app.map.panel import selection_panel
from app.map.rendering import Link, MapState, MapUpdate, RenderKey, empty_detail, render_map
from app.map.selection import describe, is_selection, selected_rows
from app.query_bar import SharedState, first_k
from trainer.core.projection.parameters import ProjectionParameters

SCROLL_TO_DETAIL = scroll_to("#map-detail .query")


@show_user_errors
def refresh(context: Context, state: MapState, rendered: RenderKey) -> MapUpdate | None:
    """Render the map if anything has changed since `rendered`; None otherwise.

    A query from another tab becomes the selected image; a link names the selected image itself.
    """
    query, selected = state.query, state.selected_image
    is_new = query is not None and query.id != rendered.query_id and state.link.number == rendered.link_number
    if is_new or (query and selected and query.id == selected.id):  # the same query may have another label now
        state = replace(state, selected_image=query)
    return None if state.key == rendered else render_map(context, state)


@show_user_errors
def select_image(context: Context, payload: Payload, state: MapState) -> tuple[Query | None, MapUpdate]:
    """Select an image by the `row` of its point or the `id` of its card. It becomes the query of all tabs.

    A query from outside the gallery stays the query, and its star stays on the map.
    """
    row = payload.get("row")
    image_id = str(payload.get("id", "")) if row is None else context.library.image_id(row)
    image = context.library.query_from_id(image_id)
    query = state.query if state.query is not None and state.query.row is None else image
    return query, render_map(context, replace(state, query=query, selected_image=image))


@show_user_errors
def clear_selection(context: Context, payload: Payload, state: MapState) -> tuple[Query | None, MapUpdate]:
    """Clear the selected image, and if `query` is true also the query of all tabs."""
    query = None if payload.get("query") else state.query
    return query, render_map(context, replace(state, query=query, selected_image=None))


@show_user_errors
def checkpoint_changed(context: Context, payload: Payload) -> str:
    """The name of the `checkpoint` that the slider shows."""
    name = str(payload.get("checkpoint"))
    context.library.checkpoint(name)
    return name


@show_user_errors
def compare_with(context: Context, payload: Payload) -> str:
    """The second `checkpoint` that is shown; "" for none."""
    name = str(payload.get("checkpoint") or "")
    if name:
        context.library.checkpoint(name)
    return name


@show_user_errors
def select_points(
    context: Context, payload: Payload, checkpoint: str, link: Link
) -> tuple[np.ndarray | None, str, Link]:
    """The selection in `rows` (see `selected_rows`), its panel, and how a link makes it; None and "" if it is empty."""
    text, selection = payload.get("rows"), payload.get("selection")
    rows = selected_rows(str(text), len(context.library.gallery)) if text else np.empty(0, int)
    if not len(rows):
        return None, "", replace(link, selection="")
    link = replace(link, selection=selection if isinstance(selection, str) and is_selection(selection) else "")
    return rows, show_selection(context, rows, checkpoint), link


@show_user_errors
def turn_page(context: Context, payload: Payload, rows: np.ndarray | None, checkpoint: str) -> str:
    """Another `page` of the selected images."""
    page = payload.get("page")
    return show_selection(context, rows, checkpoint, page if isinstance(page, int) else 0)


@show_user_errors
def show_selection(context: Context, rows: np.ndarray | None, checkpoint: str, page: int = 0) -> str:
    """The panel of a selection; empty without one."""
    return "" if rows is None else selection_panel(context, describe(context.library, rows, checkpoint), page)


@dataclass(frozen=True)
class MapComponents:
    """What the address of the page also holds: the components of this tab whose values are part of a view."""

    compare_with: gr.State
    projection_parameters: gr.State
    selected_image: gr.State
    link: gr.State
    projection_controls: ProjectionControls


def build(context: Context, shared: SharedState) -> MapComponents:
    """Layout and wiring."""
    library = context.library
    default_parameters = ProjectionParameters()
    selected_image = gr.State(None)
    selection = gr.State(None)  # rows
    link = gr.State(Link())
    projection_parameters = gr.State(default_parameters)
    rendered = gr.State(MapState(library.best, "", default_parameters, k=first_k(context)).key)
    compared = gr.State("")
    with gr.Row(elem_classes="map-row"):
        with gr.Column(scale=5, min_width=320):
            component = map_component(context, elem_id="point-map")
            controls = projection_controls(context, projection_parameters)
        with gr.Column(scale=2, min_width=300, elem_classes="map-side"):
            panel = image_cards(elem_id="map-selection")
            detail = image_cards(empty_detail(context), elem_id="map-detail")

    # the fields of MapState, and of MapUpdate
    state = [shared.checkpoint, compared, projection_parameters, shared.query, selected_image, shared.k, link]
    outputs = [selected_image, component, detail, rendered]

    def on_change(open_tab, rendered, *values):
        update = refresh(context, MapState(*values), rendered) if open_tab == "map" else None
        return update or [gr.skip()] * len(outputs)

    def on_select_image(event: gr.EventData, *values):
        query, update = select_image(context, payload_of(event), MapState(*values))
        return query, *update

    def on_clear_selection(event: gr.EventData, *values):
        query, update = clear_selection(context, payload_of(event), MapState(*values))
        return query, *update

    def on_checkpoint_changed(event: gr.EventData):
        return checkpoint_changed(context, payload_of(event))

    def on_compare_with(event: gr.EventData):
        return compare_with(context, payload_of(event))

    def on_select_points(event: gr.EventData, checkpoint, link):
        return select_points(context, payload_of(event), checkpoint, link)

    def on_turn_page(event: gr.EventData, rows, checkpoint):
        return turn_page(context, payload_of(event), rows, checkpoint)

    for source in (component, detail, panel):
        selected = source.select_image(on_select_image, state, [shared.query, *outputs], **QUIET, **EACH)
        selected.then(js=SCROLL_TO_DETAIL)
    component.clear_selection(on_clear_selection, state, [shared.query, *outputs], **QUIET, **EACH)
    component.checkpoint_changed(on_checkpoint_changed, None, shared.checkpoint, **QUIET, **EACH)
    component.compare_with(on_compare_with, None, compared, **QUIET, **EACH)
    component.select_points(on_select_points, [shared.checkpoint, link], [selection, panel, link], **QUIET, **EACH)
    panel.turn_page(on_turn_page, [selection, shared.checkpoint], panel, **QUIET, **EACH)
    watched = [shared.open_tab, shared.query, shared.checkpoint, shared.k, link, compared]
    inputs = [shared.open_tab, rendered, *state]
    on_any_change(watched, on_change, inputs, outputs, **QUIET)
    controls.computed.success(on_change, inputs, outputs, **QUIET)
    shared.checkpoint.change(partial(show_selection, context), [selection, shared.checkpoint], panel, **QUIET)
    return MapComponents(compared, projection_parameters, selected_image, link, controls)
