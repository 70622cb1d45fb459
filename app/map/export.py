"""What can be taken home from the map: a table, a list of pictures, and the map as a page that needs no server.

name, media_type, content = EXPORTS["csv"](context, View.read(context.library, body))
"""

import base64
import csv
import gzip
import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from app.context import Context
from app.library.library import Library
from app.library.packed_files import PackedFiles
from app.library.projection_sets import ProjectionSet
from app.map.component import map_setup
from app.map.script import FOLDER, script
from app.map.selection import selected_rows
from trainer.core.errors import UserError

PICTURES = 600  # that travel inside a saved page
PICTURE_PX = 72
SOON = 5_000  # pictures whose neighbours are counted at once
WANTED = "That is not a view of this map; reload the page and try again."


@dataclass(frozen=True)
class View:
    """What a visitor sees: the maps shown, the pictures that are not switched off, and those that are selected.

    `page` is the same as the page itself described it; it only ever goes back to a page.
    """

    shown: list[str]
    visible: np.ndarray
    selected: np.ndarray
    maps: ProjectionSet
    page: dict[str, Any]

    @classmethod
    def read(cls, library: Library, body: bytes) -> "View":
        """Raises UserError for anything that our own page would not send."""
        try:
            page = json.loads(body)
            shown = [str(name) for name in page["shown"]]
            views = [[float(v) for v in place] for place in page["views"]]
            kept = {
                "shown": shown, "mode": str(page["mode"]), "views": views,
                "selected": str(page["selected"]), "query": page["query"], "focus": page["focus"],
                "hidden": {str(k): [int(c) for c in v] for k, v in page["hidden"].items()},
            }  # fmt: skip
            visible, made = str(page["visible"]), page["made"]
            if any(len(place) not in (3, 5) for place in views):  # where one looks, and in space from where
                raise ValueError(views)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError):
            raise UserError(WANTED) from None
        maps = library.maps.by_id(made)
        if not shown or maps is None:
            raise UserError(WANTED)
        for name in shown:
            library.entry(name)
        n = len(library.gallery)
        selected = selected_rows(kept["selected"], n) if kept["selected"] else np.empty(0, np.int64)
        return cls(shown, selected_rows(visible, n), selected, maps, kept)

    @property
    def rows(self) -> np.ndarray:
        """What an export is about: the selection, or else all that is shown."""
        return self.selected if len(self.selected) else self.visible


def table(context: Context, view: View) -> tuple[str, str, bytes]:
    """CSV: labels and the place on the first map, as the projection gave it."""
    name = view.shown[0]
    places, labels = view.maps.projections[name].xy, context.library.gallery.table
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["image_id", "object_type", "class_name", "split", "checkpoint", *"xyz"[: places.shape[1]]])
    columns = labels[["image_id", "object_type", "class_name", "split"]].to_numpy(dtype=str)[view.rows]
    for row, place in zip(columns.tolist(), places[view.rows].tolist(), strict=True):
        writer.writerow([*row, name, *(f"{value:.6g}" for value in place)])
    return "pictures.csv", "text/csv; charset=utf-8", text.getvalue().encode()


def picture_list(context: Context, view: View) -> tuple[str, str, bytes]:
    """One image id a line."""
    ids = context.library.gallery.table["image_id"].to_numpy(dtype=str)[view.rows]
    return "pictures.txt", "text/plain; charset=utf-8", "".join(f"{i}\n" for i in ids.tolist()).encode()


def page(context: Context, view: View) -> tuple[str, str, bytes]:
    """The maps of all checkpoints as one HTML file: script, places, and small copies of some of the pictures."""
    setup, files = map_setup(context, view.maps), view.maps.files
    for one in setup["maps"]:
        if (
            len(context.library.gallery) > SOON
            and not files.has(Path(one["hits"]).name)
            and view.page["mode"] != "hits"
        ):
            one["hits"] = None  # not worth a minute's wait; the page then does not offer to colour by it
    urls = [setup["labels"], *(url for one in setup["maps"] for url in (one["points"], one["hits"]) if url)]
    content = {
        "setup": setup,
        "files": {url: _base64(_unzipped(files, url)) for url in urls},
        "pictures": {int(row): _small(str(context.library.thumbnails[row])) for row in _chosen(context.library, view)},
        "view": view.page,
    }
    title = f"{context.t('title')}: {context.library.gallery.name}"
    html = (FOLDER / "page.html").read_text(encoding="utf-8")
    parts = {
        "lang": context.t.lang, "title": escape(title), "style": (FOLDER / "map.css").read_text(encoding="utf-8"),
        "script": script(),
        "lead": escape(context.t("map_page_lead", n=len(context.library.gallery), pictures=len(content["pictures"]))),
        # A label may hold "</script>"; inside JSON, < may be written as a number.
        "content": json.dumps(content).replace("<", "\\u003c"),
    }  # fmt: skip
    html = re.sub(r"%(\w+)%", lambda match: parts[match[1]], html)  # in one pass: a label may look like a place
    return "map.html", "text/html; charset=utf-8", html.encode()


EXPORTS: dict[str, Callable[[Context, View], tuple[str, str, bytes]]] = {
    "csv": table, "list": picture_list, "page": page,
}  # fmt: skip


def _chosen(library: Library, view: View) -> np.ndarray:
    """Rows whose pictures travel along: the selected ones first, then others spread over what is shown."""
    rng = np.random.default_rng(0)
    others = np.setdiff1d(view.visible, view.selected)
    return np.concatenate([rng.permutation(view.selected), rng.permutation(others)])[:PICTURES]


@cache
def _small(path: str) -> str:
    with Image.open(path) as image:
        copy = image.convert("RGB")
    copy.thumbnail((PICTURE_PX, PICTURE_PX))
    buffer = io.BytesIO()
    copy.save(buffer, "WEBP", quality=70)
    return f"data:image/webp;base64,{_base64(buffer.getvalue())}"


def _unzipped(files: PackedFiles, url: str) -> bytes:
    packed = files.get(Path(url).name)
    assert packed is not None
    return gzip.decompress(packed)


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
