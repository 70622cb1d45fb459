"""The address of the page holds what is shown, so that a link, a reload and the Back button restore it.

?tab=map&checkpoint=atlas&k=7&query=toys/duck.webp&selection=...

`tab`, `checkpoint`, `k` and `query` are shared by all tabs; `crop` is the region of the query's image that is searched
with, as `left,top,right,bottom` in fractions 0..1, and `label` is what the visitor says that an image from outside
shows. The Map tab adds `compare` (a second checkpoint),
`selected` (the image whose neighbours are shown, if it is not the query), `projection`, and `selection` (see
`map/web/data/selection_steps.js`).
An uploaded image is not part of a link: its `query` is valid only in the browser tab that it was uploaded in, which
keeps the image (see `uploads.js`) and sends it again, as `upload`, when such an address is opened.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import TypeVar

import gradio as gr

from app.components.events import EACH, QUIET, Payload, on_any_change, payload_of
from app.components.templating import as_html
from app.components.uploads import checked_upload, read_once
from app.context import Context
from app.library.crop import crop, parse_region, region_text
from app.library.query import Query
from app.map.controls import control_values
from app.map.rendering import Link
from app.map.selection import is_selection
from app.query_bar import SharedState, address_id, first_k, largest_k, select_file
from app.tabs.map import MapComponents
from app.tabs.search import label_query
from trainer.core.errors import UserError
from trainer.core.projection.parameters import ProjectionParameters

TABS = ("search", "map", "compare")
MAX_LENGTH = 8_000  # characters of one parameter
MAX_NUMBER = 2**53  # whole numbers that JavaScript can hold
JS = "".join(Path(__file__).with_name(name).read_text(encoding="utf-8") for name in ("uploads.js", "address.js"))
DEFAULT_PROJECTION = ProjectionParameters()

Value = TypeVar("Value")


@dataclass(frozen=True)
class Address:
    """What the address says, in the order of the components. `link`: the selection, and which link it is from."""

    open_tab: str
    query: Query | None
    checkpoint: str
    k: int
    compare_with: str
    projection_parameters: ProjectionParameters
    selected_image: Query | None
    link: Link


def parameters_of(context: Context, address: Address) -> dict[str, str]:
    """The parameters of the address, without those that have no value; none for what the page opens with."""
    query, region = address_id(address.query), region_text(address.query)
    selected, same_region = address_id(address.selected_image), region_text(address.selected_image) == region
    parameters = {
        "tab": address.open_tab,
        "checkpoint": address.checkpoint,
        "k": "" if address.k == first_k(context) else str(address.k),
        "query": query,
        "crop": region,
        "label": _own_label(address.query),
        "compare": address.compare_with,
        "selected": "" if address.open_tab != "map" or (selected == query and same_region) else selected,
        "projection": projection_text(address.projection_parameters),
        "selection": address.link.selection,
    }
    parameters = {name: value for name, value in parameters.items() if value}
    is_first_view = parameters == {"tab": TABS[0], "checkpoint": context.library.best}
    return {} if is_first_view else parameters


def _own_label(query: Query | None) -> str:
    """What a visitor says that a query from outside shows."""
    return "" if query is None or (query.whole or query).row is not None else query.label


def read_address(context: Context, payload: Payload, upload: Query | None = None) -> tuple[Address, list[str]]:
    """What the parameters of an address mean, and a sentence for each that is not valid here, which is left out.

    A payload is untrusted: its keys and values may be anything. `upload`: the uploaded image that the browser sent.
    """
    library, problems = context.library, list[str]()
    values = {name: value for name, value in payload.items() if isinstance(value, str) and len(value) <= MAX_LENGTH}

    def read(name: str, parse: Callable[[str], Value], otherwise: Value) -> Value:
        if not values.get(name):
            return otherwise
        try:
            return parse(values[name])
        except UserError as error:
            problems.append(context.t.error(error))
            return otherwise

    def parse_query(image_id: str) -> Query:
        if not image_id.startswith("upload-"):
            return library.query_from_id(image_id)
        if upload is None or image_id != address_id(upload):
            raise UserError("The uploaded image is not part of the link; upload it again.", key="upload_not_in_link")
        return upload

    def parse_checkpoint(name: str) -> str:
        library.checkpoint(name)
        return name

    def parse_k(text: str) -> int:
        most = min(largest_k(context), len(library.gallery))
        if not (text.isdecimal() and len(text) < 4 and 1 <= int(text) <= most):
            text = text[:8]
            raise UserError(f"k is {text}: expected 1 to {most}.", key="k_out_of_range", k=text, most=most)
        return int(text)

    whole = read("query", parse_query, None)
    query = whole if whole is None else read("crop", lambda text: crop(library, whole, parse_region(text)), whole)
    query = read("label", lambda text: label_query(context, query, text), query)
    selection = payload.get("selection")
    if isinstance(selection, str) and not is_selection(selection):
        message = "That selection is not one of this gallery; select the points again."
        problems.append(context.t.error(UserError(message, key="foreign_selection")))
    address = Address(
        open_tab=values["tab"] if values.get("tab") in TABS else TABS[0],
        query=query,
        checkpoint=read("checkpoint", parse_checkpoint, library.best),
        k=read("k", parse_k, first_k(context)),
        compare_with=read("compare", parse_checkpoint, ""),
        projection_parameters=read("projection", parse_projection, DEFAULT_PROJECTION),
        selected_image=read("selected", parse_query, query),
        link=Link(_number(payload), selection if isinstance(selection, str) and is_selection(selection) else ""),
    )
    return address, problems


def _upload_of(context: Context, payload: Payload) -> Query | None:
    """The uploaded image that the browser sent again; None without one, or if it cannot be read."""
    try:
        return read_once(checked_upload(payload["upload"]), partial(select_file, context))
    except (KeyError, UserError, gr.Error):
        return None


def _number(payload: Payload) -> int:
    """Which link of this page it is: 1, 2, ..."""
    number = payload.get("number")
    return number if isinstance(number, int) and not isinstance(number, bool) and 0 <= number <= MAX_NUMBER else 0


def projection_text(parameters: ProjectionParameters) -> str:
    """The parameters that differ from the default, as `projection=t-sne,seed=3`."""
    values = {field.name: getattr(parameters, field.name) for field in fields(parameters)}
    return ",".join(f"{name}:{value}" for name, value in values.items() if value != getattr(DEFAULT_PROJECTION, name))


def parse_projection(text: str) -> ProjectionParameters:
    """The reverse of `projection_text`. Raises UserError for anything else."""
    types = {field.name: type(getattr(DEFAULT_PROJECTION, field.name)) for field in fields(ProjectionParameters)}
    try:
        parts = [part.split(":", 1) for part in text.split(",")]
        values = dict(parts)
        if len(values) < len(parts):
            raise ValueError("a parameter comes twice")
        return ProjectionParameters(**{name: types[name](value) for name, value in values.items()})
    except (KeyError, ValueError):
        raise UserError("The link has no valid projection settings.", key="bad_projection_in_link") from None


def build_address(context: Context, tabs: gr.Tabs, shared: SharedState, on_map: MapComponents) -> None:
    """A component without a look of its own: its value is what the address should say, its event what it says."""
    component = gr.HTML("", js_on_load=JS, elem_id="address", apply_default_css=False)
    values = [
        shared.open_tab,
        shared.query,
        shared.checkpoint,
        shared.k,
        on_map.compare_with,
        on_map.projection_parameters,
        on_map.selected_image,
        on_map.link,
    ]  # the fields of Address

    def write(*values):
        address = Address(*values)
        return json.dumps({"parameters": parameters_of(context, address), "number": address.link.number})

    def on_open_address(event: gr.EventData):
        payload = payload_of(event)
        address, problems = read_address(context, payload, _upload_of(context, payload))
        for problem in dict.fromkeys(problems):
            gr.Warning(as_html(problem))
        shown = [getattr(address, field.name) for field in fields(address)]
        controls = control_values(context.t, address.projection_parameters)
        return gr.Tabs(selected=address.open_tab), *shown, write(*shown), *controls

    def on_open_tab(event: gr.EventData):
        tab = payload_of(event).get("tab")
        return tab if tab in TABS else gr.skip()

    on_any_change(values, write, values, component, **QUIET)
    component.open_tab(on_open_tab, None, shared.open_tab, **QUIET, **EACH)
    outputs = [tabs, *values, component, *on_map.projection_controls.components]
    component.open_address(on_open_address, None, outputs, **QUIET, **EACH)
