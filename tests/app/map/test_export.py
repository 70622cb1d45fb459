"""What is taken home: the right rows, and a page that holds no script of a stranger."""

import base64
import csv
import gzip
import io
import json
import re

import pytest

from app.context import Context
from app.library.library import Library
from app.map import export as map_export
from app.map.export import EXPORTS, View
from app.translator import Translator
from tests.app.map.test_selection import bits
from trainer.core.data.gallery import Gallery
from trainer.core.errors import UserError

T = Translator("en")


def body(library, **changes):
    n = len(library.gallery)
    view = {
        "shown": [library.best], "mode": "type", "selected": "", "visible": bits(range(n), n), "hidden": {},
        "views": [[0, 0, 0]], "query": None, "focus": None, "made": library.maps.get().id,
    }  # fmt: skip
    return json.dumps(view | changes).encode()


def content_of(html):
    return json.loads(re.search(r'<script type="application/json" id="content">(.*?)</script>', html, re.S)[1])


def test_the_table_holds_the_selection_or_else_what_is_shown(library):
    n, xy = len(library.gallery), library.checkpoints[library.best].precomputed.xy
    for chosen, visible, expected in (([3, 500], range(n), [3, 500]), ([], [7, 9], [7, 9])):
        view = View.read(library, body(library, selected=bits(chosen, n) if chosen else "", visible=bits(visible, n)))
        _, _, content = EXPORTS["csv"](Context(library, T), view)
        lines = list(csv.DictReader(io.StringIO(content.decode())))
        assert [line["image_id"] for line in lines] == library.gallery.table["image_id"].iloc[expected].tolist()
        assert [float(line["x"]) for line in lines] == pytest.approx(xy[expected, 0], rel=1e-4)
        assert {line["checkpoint"] for line in lines} == {library.best}
        _, _, listed = EXPORTS["list"](Context(library, T), view)
        assert listed.decode().splitlines() == [line["image_id"] for line in lines]


def test_the_page_holds_every_map_and_some_pictures(library, monkeypatch):
    monkeypatch.setattr(map_export, "PICTURES", 30)
    n = len(library.gallery)
    view = View.read(library, body(library, selected=bits([3, 500], n)))
    _, _, content = EXPORTS["page"](Context(library, T), view)
    page = content_of(content.decode())
    assert len(page["pictures"]) == 30
    assert {"3", "500"} <= set(page["pictures"])  # what is selected comes first
    assert all(url.startswith("data:image/webp;base64,") for url in page["pictures"].values())
    for one in page["setup"]["maps"]:
        name = one["points"].rpartition("/")[2]
        assert base64.b64decode(page["files"][one["points"]]) == gzip.decompress(library.maps.get().files.get(name))
    assert page["setup"]["labels"] in page["files"]
    assert "Thumbnails included: 30." in content.decode()
    assert not re.search(r"%\w+%", re.sub(r"<script.*</script>", "", content.decode(), flags=re.S))


def test_labels_run_no_script_in_the_page(library):
    label = "</script><script>hacked=1</script>%content%"
    table = library.gallery.table.assign(class_name=label, object_type=label)
    hostile = Library(Gallery(label, table, library.gallery.content), library.checkpoints, library.thumbnails)
    _, _, content = EXPORTS["page"](Context(hostile, T), View.read(hostile, body(hostile)))
    html = content.decode()
    assert "<script>hacked" not in html
    assert html.count("</script>") == 2
    assert content_of(html)["setup"]["types"][0]["name"] == label.replace("_", " ")


@pytest.mark.parametrize(
    "changes",
    [
        {"shown": []}, {"shown": 3}, {"shown": ["nope"]}, {"visible": "AAAA"}, {"selected": "nope"}, {"views": 3},
        {"views": [[1, 2]]}, {"views": [None]}, {"views": [["a", 1, 2]]}, {"hidden": []}, {"hidden": {"type": ["a"]}},
        {"hidden": {"type": [1e999]}}, {"made": "nope"}, {"made": None}, {"made": ["x"]},
    ],
)  # fmt: skip
def test_a_view_that_is_none_of_ours_is_one_sentence(library, changes):
    with pytest.raises(UserError, match=r"."):
        View.read(library, body(library, **changes))


@pytest.mark.parametrize("text", [b"", b"nope", b"[]", b"{}", b"\xff", b"[" * 100_000])
def test_neither_is_anything_else(library, text):
    with pytest.raises(UserError, match="reload the page"):
        View.read(library, text)
