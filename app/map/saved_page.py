"""The map as one HTML file that needs no server: modules, projections and thumbnails are inside the page.

page = saved_page(context, view)
Path(page.name).write_bytes(page.content)
"""

import base64
import gzip
import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup
from PIL import Image

from app.components.templating import render
from app.context import Context
from app.library.packed_files import PackedFiles
from app.map.clusters import cluster_file
from app.map.component import map_setup
from app.map.script import FOLDER, STYLES, TOKENS, embedded_modules
from app.map.view import MapView
from trainer.core.retrieval.clustering import METHODS

MAX_THUMBNAILS = 800
THUMBNAIL_PX = 72
MAX_IMAGES_FOR_HITS = 5_000  # of more, neighbour hits take too long to be computed for an export


@dataclass(frozen=True)
class Download:
    """A file for the visitor."""

    name: str
    media_type: str
    content: bytes


def saved_page(context: Context, view: MapView) -> Download:
    """The maps of all checkpoints of the view's projection set, with thumbnails of some of the images."""
    library, t = context.library, context.t
    setup = _available_setup(context, view)
    kinds = ("points", "hits", "neighbours")
    urls = [setup["labels"], *(one[kind] for one in setup["maps"] for kind in kinds if one[kind])]
    thumbnails = {int(row): _thumbnail(str(library.thumbnails[row])) for row in _thumbnail_rows(view)}
    html = render(
        "saved_page.html.j2",
        lang=t.lang,
        title=f"{t('title')}: {library.gallery.name}",
        lead=t("map_page_lead", n=len(library.gallery), thumbnails=len(thumbnails)),
        styles=[Markup(path.read_text(encoding="utf-8")) for path in (TOKENS, *STYLES, FOLDER / "saved_page.css")],
        modules=embedded_modules(),
        content={
            "setup": setup,
            "files": {url: _base64(_unpacked(view.projection_set.files, url)) for url in urls}
            | _cluster_files(context, view, setup),
            "thumbnails": thumbnails,
            "view": view.state.model_dump(),
        },
    )
    return Download("map.html", "text/html; charset=utf-8", html.encode())


def _available_setup(context: Context, view: MapView) -> dict[str, Any]:
    """The setup of the component; without neighbour hits where they would first have to be computed for minutes."""
    setup = map_setup(context, view.projection_set)
    for checkpoint in setup["maps"]:
        is_packed = view.projection_set.files.has(Path(checkpoint["hits"]).name)
        if len(context.library.gallery) > MAX_IMAGES_FOR_HITS and not is_packed and view.state.mode != "hits":
            checkpoint["hits"] = None  # the page then has no such colour mode, and no neighbours
        files = view.projection_set.files
        checkpoint["neighbours"] = checkpoint["hits"] and f"map/files/{files.neighbours(checkpoint['name'])}"
    setup["clusterings"] = [name for name in (view.state.mode,) if name in METHODS]
    return setup


def _cluster_files(context: Context, view: MapView, setup: dict[str, Any]) -> dict[str, str]:
    """The clusters of all checkpoints that the view shows, by URL."""
    mode = view.state.mode
    if mode not in METHODS or mode not in view.state.numbers:
        return {}
    number = view.state.numbers[mode]
    return {
        f"{one['clusters']}/{mode}/{number}": _base64(
            gzip.decompress(cluster_file(context.library, one["name"], mode, number))
        )
        for one in setup["maps"]
    }


def _thumbnail_rows(view: MapView) -> np.ndarray:
    """The selected rows first, then a random sample of the visible ones."""
    rng = np.random.default_rng(0)
    others = np.setdiff1d(view.visible, view.selected)
    return np.concatenate([rng.permutation(view.selected), rng.permutation(others)])[:MAX_THUMBNAILS]


@cache
def _thumbnail(path: str) -> str:
    with Image.open(path) as image:
        copy = image.convert("RGB")
    copy.thumbnail((THUMBNAIL_PX, THUMBNAIL_PX))
    buffer = io.BytesIO()
    copy.save(buffer, "WEBP", quality=70)
    return f"data:image/webp;base64,{_base64(buffer.getvalue())}"


def _unpacked(files: PackedFiles, url: str) -> bytes:
    packed = files.get(Path(url).name)
    assert packed is not None
    return gzip.decompress(packed)


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
