"""The HTTP routes of the map on the real server."""

import gzip

import httpx
import pytest

from app.map.routes import MAX_BODY
from app.map.script import base_url, modules
from tests.app.map.test_export import body


def get(server, path, **headers):
    return httpx.get(f"{server.url}/{path}", headers=headers)


def test_files_are_gzipped_and_cached(server, library):
    files = library.maps.get().files
    for name in (files.labels, files.points(library.best), files.hits(library.best)):
        answer = get(server, f"map/files/{name}")
        assert answer.status_code == 200
        assert answer.headers["content-encoding"] == "gzip"
        assert "immutable" in answer.headers["cache-control"]
        assert answer.content == gzip.decompress(files.get(name))
        plain = get(server, f"map/files/{name}", **{"Accept-Encoding": "identity"})
        assert "content-encoding" not in plain.headers
        assert plain.content == answer.content


def test_thumbnails_by_row(server, library):
    for row in (0, 720):
        answer = get(server, f"map/thumbnails/{library.gallery.fingerprint}/{row}")
        assert answer.content == library.thumbnails[row].read_bytes()
        assert answer.headers["content-type"].startswith("image/")
        assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    "path", ["map/thumbnails/{}/721", "map/thumbnails/{}/-1", "map/thumbnails/{}/x", "map/thumbnails/0/0",
             "map/thumbnails/{}/1e3", "map/files/nope", "map/files/..%2f..%2fapp.py",
             "map/export/nope", "static/map-0/app.js",
             f"{base_url()}/nope.js", f"{base_url()}/..%2fscript.py", f"{base_url()}/styles/base.css"],
)  # fmt: skip
def test_other_paths_are_not_found(server, library, path):
    assert get(server, path.format(library.gallery.fingerprint)).status_code in (404, 405)


def test_every_module_is_served_gzipped_and_cached(server):
    for name, source in modules().items():
        answer = get(server, f"{base_url()}/{name}")
        assert answer.text == source
        assert answer.headers["content-encoding"] == "gzip"
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-type"].startswith("text/javascript")


def test_exports(server, library):
    for kind, name in (("csv", "images.csv"), ("list", "images.txt"), ("page", "map.html")):
        answer = httpx.post(f"{server.url}/map/export/{kind}", content=body(library), timeout=60)
        assert answer.status_code == 200
        assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert httpx.post(f"{server.url}/map/export/nope", content=body(library)).status_code == 404


def test_a_bad_view_is_one_sentence(server):
    before = server.log.stat().st_size
    answer = httpx.post(f"{server.url}/map/export/csv", content=b"nope")
    assert answer.status_code == 400
    assert answer.text == "That is not a view of this map; reload the page and try again."
    assert httpx.post(f"{server.url}/map/export/csv", content=bytes(MAX_BODY + 1)).status_code == 413
    assert httpx.post(f"{server.url}/map/export/csv", content=iter([b"no length"])).status_code == 413
    assert b"Traceback" not in server.log.read_bytes()[before:]
