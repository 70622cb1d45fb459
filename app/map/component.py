"""The map: every picture a point, drawn by the modules in `map/` inside `gr.HTML`.

points = point_map(library, t)
points.point_click(...)       # {"row": 12}: a point was chosen
points.select_points(...)     # {"rows": "..."}: the selection, see map_selection.selected_rows; "" for none
points.settle(...)            # {"map": "arcface"}: the slider over the checkpoints came to rest
points.put_away(...)          # {"query": false}: what is looked at is put away, or the query

The value is small (`map_value`): which maps are shown, by which parameters they were made, where the query lies, and
which neighbours get lines. Places and labels are files that the browser fetches once and keeps (`map_files.py`);
pictures come one by one, by row.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any

import gradio as gr
import numpy as np

from app.components.palette import style_of
from app.context import Context
from app.library.library import Answer, Library, Query
from app.library.projection_sets import ProjectionSet
from app.map.script import module
from app.translator import Translator
from trainer.core.errors import UserError

WORDS = (
    "map", "map_colour", "map_by_type", "map_by_class", "map_by_split", "map_by_hits", "map_by_density", "map_no_split",
    "map_sparse", "map_dense", "map_find", "map_nothing", "map_turn", "map_pan", "map_rectangle", "map_lasso",
    "map_pictures", "map_nearer", "map_farther", "map_reset", "map_show_all", "map_describe",
    "map_clear", "map_save", "map_save_csv", "map_save_list", "map_save_page", "map_all", "map_none",
    "map_more", "map_query", "map_play", "map_pause", "map_time", "map_counting", "map_note", "map_keys",
    "map_keys_are", "map_failed", "unknown_class",
)  # fmt: skip
# Gradio knows those events whose names stand here in quotes.
OPEN = """
const names = {point: 'point_click', select: 'select_points', settle: 'settle', clear: 'put_away'};
const send = (event, data) => trigger(names[event], data);
import(new URL('static/SCRIPT', document.baseURI).href).then(map => map.openLive(element, props, send, watch));
"""


@dataclass(frozen=True)
class Figure:
    """A figure on a map: its value as it is written, its short name, and a sentence that explains it."""

    value: str
    name: str
    hint: str


def prefetch() -> str:
    """For the page's head: the script is there before the tab is opened."""
    return f'<link rel="modulepreload" href="static/{module()[0]}">'


def point_map(context: Context, **options) -> gr.HTML:
    return gr.HTML(
        map_value([context.library.best]),
        html_template='<div class="point-map"></div>',
        js_on_load=OPEN.replace("SCRIPT", module()[0]),
        apply_default_css=False,
        setup=json.dumps(map_setup(context, context.library.maps.get())),
        **options,
    )


def map_setup(context: Context, maps: ProjectionSet) -> dict[str, Any]:
    """The maps to begin with, and what never changes: where labels and pictures lie, how types look, and the words."""
    styles = style_of(context.library.gallery.type_order)
    return {
        "labels": f"map/files/{maps.files.labels}",
        **listed_maps(context, maps),
        "pictures": f"map/pictures/{context.library.gallery.fingerprint}",
        "types": [
            {"name": context.t.object_type(name), "colour": colour, "symbol": symbol}
            for name, (colour, symbol) in styles.items()
        ],
        "words": {key: context.t(key) for key in WORDS}
        | {
            "map_showing": context.t("map_showing", shown="{shown}", n="{n}"),
            "map_chosen": context.t("map_chosen", n="{n}"),
        }
        | {"map_chosen_hidden": context.t("map_chosen_hidden", n="{n}", hidden="{hidden}")},
    }


def listed_maps(context: Context, maps: ProjectionSet) -> dict[str, Any]:
    """A set by its id: for each checkpoint where its files lie, and how far its map can be trusted."""
    return {
        "made": maps.id,
        "maps": [
            {
                "name": name,
                "points": f"map/files/{maps.files.points(name)}",
                "hits": f"map/files/{maps.files.hits(name)}",
                "quality": [asdict(figure) for figure in quality_figures(maps, name, context.t)],
            }
            for name in context.library.names
        ],
    }


def quality_figures(maps: ProjectionSet, checkpoint: str, t: Translator) -> list[Figure]:
    """Two figures of a map; none where the gallery is too small to have any."""
    quality = maps.quality[checkpoint]
    if quality is None:
        return []
    return [
        Figure(f"{quality.trustworthiness:.3f}", t("map_trust"), t("map_trust_hint")),
        Figure(f"{100 * quality.kept:.0f} %", t("map_kept"), t("map_kept_hint")),
    ]


def map_value(
    shown: list[str], query: dict | None = None, focus: dict | None = None, maps: dict[str, Any] | None = None
) -> str:
    """`shown`: one or two checkpoints; `query`: `query_places`; `focus`: `lines_to`.

    `maps`: `listed_maps`, or None for those of the setup.
    """
    return json.dumps({"shown": shown, "query": query, "focus": focus, "maps": maps})


def query_places(
    library: Library, query: Query | None, needed: list[str], maps: ProjectionSet
) -> dict[str, list[float]] | None:
    """Where the query lies on each checkpoint's map. Raises UserError where it cannot be had for one that is needed."""
    if query is None:
        return None
    places = {}
    for name in library.names:
        try:
            embedding = library.checkpoint(name).embed(query)
        except UserError:  # say, weights that are not at hand; on that map there is no star then
            if name in needed:
                raise
            continue
        places[name] = np.round(maps.place(embedding, name, query.row), 5).tolist()
    return places


def lines_to(row: int | None, answers: dict[str, Answer]) -> dict[str, Any]:
    """Lines from a picture of the gallery, or from the query (`row` None), to its neighbours on each map."""
    return {
        "row": -1 if row is None else row,
        "neighbours": {name: answer.rows.tolist() for name, answer in answers.items()},
    }
