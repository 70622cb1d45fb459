"""Exports of the map: a table, a list of images, and a page that needs no server.

download = EXPORTS["csv"](context, MapView.read(context.library, body))
download.name, download.media_type, download.content
"""

import csv
import io
from collections.abc import Callable

from app.context import Context
from app.map.saved_page import Download, saved_page
from app.map.view import MapView
from trainer.core.csv_cell import csv_cell

LABELS = ["image_id", "object_type", "class_name", "split"]


def table(context: Context, view: MapView) -> Download:
    """CSV with labels, see `csv_cell`, and the coordinates on the first map, as the projection gave them."""
    checkpoint = view.shown[0]
    coordinates = view.projection_set.projections[checkpoint].xy
    labels = context.library.gallery.table[LABELS].to_numpy(dtype=str)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*LABELS, "checkpoint", *"xyz"[: coordinates.shape[1]]])
    for row in view.rows.tolist():
        texts = map(csv_cell, [*labels[row].tolist(), checkpoint])
        writer.writerow([*texts, *(f"{value:.6g}" for value in coordinates[row])])
    return Download("images.csv", "text/csv; charset=utf-8", text.getvalue().encode())


def image_list(context: Context, view: MapView) -> Download:
    """One image id per line."""
    ids = context.library.gallery.table["image_id"].to_numpy(dtype=str)[view.rows]
    return Download("images.txt", "text/plain; charset=utf-8", "".join(f"{i}\n" for i in ids.tolist()).encode())


EXPORTS: dict[str, Callable[[Context, MapView], Download]] = {
    "csv": table, "list": image_list, "page": saved_page,
}  # fmt: skip
