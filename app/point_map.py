"""The map: every picture a point, drawn by WebGL inside `gr.HTML`. A click fires `point_click` with the picture's id.

point_map(map_value(library, checkpoint, query, words))
"""

import base64
import json
from pathlib import Path

import gradio as gr
import numpy as np

from app.library import Library, Query
from app.palette import style_of
from app.plotly_js import HEAD
from app.text import Words


def point_map(value: str = "", **options) -> gr.HTML:
    """Value: the JSON of `map_value`. What needs no new data (hover, types, keyboard) stays in the browser."""
    return gr.HTML(
        value,
        html_template=_file("point_map.html"),
        js_on_load=_file("point_map.js"),
        head=HEAD,
        apply_default_css=False,
        **options,
    )


def map_value(library: Library, checkpoint: str, query: Query | None, t: Words) -> str:
    """Coordinates as base64 typed arrays, a third of the size of a list; labels and thumbnail keys row by row."""
    gallery = library.gallery
    xy = library.entry(checkpoint).ready.xy
    order = gallery.type_order
    styles = style_of(order)
    numbers = {name: number for number, name in enumerate(order)}
    place = None
    if query is not None:
        place = [round(float(v), 4) for v in library.answer(query, checkpoint, 1).place]
    return json.dumps(
        {
            "x": _base64(xy[:, 0].astype("<f4")),
            "y": _base64(xy[:, 1].astype("<f4")),
            "type": _base64(np.array([numbers[name] for name in gallery.object_types], "<u2")),
            "ids": gallery.table["image_id"].tolist(),
            "classes": gallery.class_names.tolist(),
            "thumbnails": [library.thumbnail_key(row) for row in range(len(gallery))],
            "types": [{"name": t.object_type(n), "colour": styles[n][0], "symbol": styles[n][1]} for n in order],
            "query": place,
            "checkpoint": checkpoint,
            "words": {key: t(key) for key in ("map_all", "map_none", "map_query", "map_reset", "no_webgl")}
            | {"showing": t("map_showing", shown="{shown}", n="{n}")},
        }
    )


def _base64(array: np.ndarray) -> str:
    return base64.b64encode(array.tobytes()).decode()


def _file(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")
