"""Exports: the right rows, and a page that runs no script from labels."""

import base64
import csv
import gzip
import io
import json
import re
from dataclasses import replace

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app.context import Context
from app.library.library import Library
from app.map import saved_page
from app.map.export import EXPORTS
from app.map.routes import map_routes
from app.map.saved_page import Download
from app.map.script import STYLES, embedded_modules
from app.map.view import MapView
from app.translator import Translator
from tests.app.map.test_selection import bits
from trainer.core.data.gallery import Gallery
from trainer.core.errors import UserError

T = Translator("en")


def body(library, **changes):
    n = len(library.gallery)
    view = {
        "shown": [library.best], "mode": "type", "selected": "", "visible": bits(range(n), n), "hidden": {},
        "views": [[0, 0, 0]], "query": None, "focus": None, "projection_set": library.maps.get().id,
    }  # fmt: skip
    return json.dumps(view | changes).encode()


def content_of(html):
    return json.loads(re.search(r'<script type="application/json" id="content">(.*?)</script>', html, re.S)[1])


def test_the_table_has_the_selection_or_all_visible_rows(library):
    n, xy = len(library.gallery), library.checkpoints[library.best].precomputed.xy
    for chosen, visible, expected in (([3, 500], range(n), [3, 500]), ([], [7, 9], [7, 9])):
        view = MapView.read(
            library, body(library, selected=bits(chosen, n) if chosen else "", visible=bits(visible, n))
        )
        content = EXPORTS["csv"](Context(library, T), view).content
        lines = list(csv.DictReader(io.StringIO(content.decode())))
        assert [line["image_id"] for line in lines] == library.gallery.table["image_id"].iloc[expected].tolist()
        assert [float(line["x"]) for line in lines] == pytest.approx(xy[expected, 0], rel=1e-4)
        assert {line["checkpoint"] for line in lines} == {library.best}
        listed = EXPORTS["list"](Context(library, T), view).content
        assert listed.decode().splitlines() == [line["image_id"] for line in lines]


def test_no_label_is_a_formula_in_a_spreadsheet(library):
    ids = "=" + library.gallery.table["image_id"]
    labels = {"image_id": ids, "class_name": "@SUM(1)", "split": "-2"}
    hostile = replace(library, gallery=replace(library.gallery, table=library.gallery.table.assign(**labels)))
    content = EXPORTS["csv"](Context(hostile, T), MapView.read(library, body(library))).content.decode()
    line = next(csv.DictReader(io.StringIO(content)))
    assert [line[column] for column in labels] == [f"'{ids[0]}", "'@SUM(1)", "'-2"]
    assert float(line["x"]) is not None


def test_the_page_has_every_map_and_some_thumbnails(library, monkeypatch):
    monkeypatch.setattr(saved_page, "MAX_THUMBNAILS", 30)
    n = len(library.gallery)
    view = MapView.read(library, body(library, selected=bits([3, 500], n)))
    html = EXPORTS["page"](Context(library, T), view).content.decode()
    page = content_of(html)
    assert len(page["thumbnails"]) == 30
    assert {"3", "500"} <= set(page["thumbnails"])  # the selection comes first
    assert all(url.startswith("data:image/webp;base64,") for url in page["thumbnails"].values())
    for one in page["setup"]["maps"]:
        name = one["points"].rpartition("/")[2]
        assert base64.b64decode(page["files"][one["points"]]) == gzip.decompress(library.maps.get().files.get(name))
    assert page["setup"]["labels"] in page["files"]
    assert T("map_page_lead", n=n, thumbnails=30) in html
    import_map = re.search(r'<script type="importmap">(.*?)</script>', html, re.S)[1]
    assert json.loads(import_map) == {"imports": embedded_modules()}
    assert all(path.read_text(encoding="utf-8").strip() in html for path in STYLES)


def test_labels_run_no_script_in_the_page(library):
    label = "</script><script>hacked=1</script>{{ content }}"
    table = library.gallery.table.assign(class_name=label, object_type=label)
    hostile = Library(Gallery(label, table, library.gallery.content), library.checkpoints, library.thumbnails)
    html = EXPORTS["page"](Context(hostile, T), MapView.read(hostile, body(hostile))).content.decode()
    assert "<script>hacked" not in html
    assert html.count("</script>") == 3
    assert content_of(html)["setup"]["types"][0]["name"] == label.replace("_", " ")


def test_another_format_takes_one_entry(library, monkeypatch):
    monkeypatch.setitem(
        EXPORTS, "rows", lambda context, view: Download("rows", "text/plain", bytes(view.rows.tolist()))
    )
    client = TestClient(Starlette(routes=map_routes(Context(library, T))))
    answer = client.post("/map/export/rows", content=body(library, selected=bits([3, 5], len(library.gallery))))
    assert answer.content == bytes([3, 5])
    assert answer.headers["content-disposition"] == 'attachment; filename="rows"'


@pytest.mark.parametrize(
    "changes",
    [
        {"shown": []}, {"shown": 3}, {"shown": ["nope"]}, {"visible": "AAAA"}, {"selected": "nope"}, {"views": 3},
        {"views": [[1, 2]]}, {"views": [None]}, {"views": [["a", 1, 2]]}, {"hidden": []}, {"hidden": {"type": ["a"]}},
        {"hidden": {"type": [1e999]}}, {"projection_set": "nope"},
        {"projection_set": None}, {"projection_set": ["x"]}, {"query": 3}, {"query": {"atlas": ["x"]}}, {"focus": [1]},
        {"views": [[1, 2, 3, 4]]},
    ],
)  # fmt: skip
def test_a_bad_view_is_one_sentence(library, changes):
    with pytest.raises(UserError, match=r"."):
        MapView.read(library, body(library, **changes))


@pytest.mark.parametrize("text", [b"", b"nope", b"[]", b"{}", b"\xff", b"[" * 100_000])
def test_anything_else_is_one_sentence(library, text):
    with pytest.raises(UserError, match="reload the page"):
        MapView.read(library, text)
