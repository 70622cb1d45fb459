"""One's own images: the first start computes, the second reads."""

import json
import shutil

import gradio as gr
import httpx
import pytest
from gradio_client import Client, handle_file

from app.context import Context
from app.library.library import open_library
from app.map.rendering import Link, MapState
from app.page import build_page
from app.query_bar import select_file, select_image
from app.tabs import browse
from app.tabs import compare as compare_tab
from app.tabs import map as map_tab
from app.tabs import search as search_tab
from app.translator import Translator
from tests.serving import serve, start_limit_s
from trainer.core.projection.parameters import ProjectionParameters
from trainer.core.retrieval.metric_names import METRICS

T = Translator("en")


@pytest.fixture(scope="module")
def dozen(photos, tmp_path_factory):
    """Twelve images as <object_type>/<class_name>/*, two of an object type that is none of the eleven."""
    folder = tmp_path_factory.mktemp("own") / "my images"
    for object_type, class_name in (("toys", "amber"), ("toys", "blue"), ("cars", "green"), ("cars", "pink")):
        (folder / object_type / class_name).mkdir(parents=True)
        for view in range(2 + (object_type == "toys")):
            shutil.copy(photos / object_type / class_name / f"{view}.png", folder / object_type / class_name)
    (folder / "garden tools").mkdir()
    for view in range(2):
        shutil.copy(photos / f"apparel/teal/{view}.png", folder / "garden tools")
    return folder


def files_of(folder):
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file() and path.name != "log.txt"}


def test_the_second_start_computes_nothing(dozen, tmp_path):
    cache = tmp_path / "cache"
    arguments = ("--gallery", str(dozen), "--checkpoints", "pca-lite0")
    with serve(cache, *arguments) as first:
        built = files_of(cache)
        client = Client(first.url, verbose=False)
        image = dozen / "toys/blue/1.png"
        found = client.predict(image=handle_file(str(image)), k=3, api_name="/search")
        assert found[0]["image_id"] == "toys/blue/1.png"
        assert found[0]["similarity"] > 0.999
        assert {row["object_type"] for row in found} <= {"toys", "cars", "garden tools"}
        assert "Traceback" not in first.log.read_text()
    kinds = {path.parent.name for path in built}
    assert {"features", "embeddings", "map", "evaluation", "thumbnails", "checked"} <= kinds
    with serve(cache, *arguments) as second:
        assert httpx.get(second.url).status_code == 200
        assert "my images" not in second.log.read_text()
        assert files_of(cache) == built
        assert second.ready_s < start_limit_s()


def test_a_page_is_built_for_any_gallery(dozen, trained):
    own = open_library(str(dozen), [str(trained)])
    assert own.notices == ()
    assert own.gallery.type_order == ["toys", "cars", "garden tools"]
    assert isinstance(build_page(own, "zh-TW"), gr.Blocks)
    assert "no class" in browse.show_page(Context(own, T), "garden tools", "")


def test_a_single_image_is_served_on_every_tab(photos, trained, tmp_path):
    (tmp_path / "one" / "toys").mkdir(parents=True)
    shutil.copy(photos / "toys/amber/0.png", tmp_path / "one" / "toys")
    one = open_library(str(tmp_path / "one"), [str(trained)])
    assert one.notices == ()
    (image_id,) = one.gallery.table["image_id"]
    assert isinstance(build_page(one, "en"), gr.Blocks)
    query = select_image(Context(one, T), {"id": image_id})
    assert "Query" in search_tab.show_result(Context(one, T), query, one.best, 1)
    blue = select_file(Context(one, T), str(photos / "cars/blue/0.png"))
    assert 'class="card"' in search_tab.show_result(Context(one, T), blue, one.best, 1)
    state = MapState(one.best, "", ProjectionParameters(), query=one.query_from_id(image_id), k=1)
    _, update = map_tab.select_image(Context(one, T), {"id": image_id}, state)
    assert "Query" in update.detail
    assert len(json.loads(update.map_value)["query"][one.best]) == 2
    assert "Selected images: 1<" in map_tab.select_points(Context(one, T), {"rows": "AQ=="}, one.best, Link())[1]
    files = one.maps.get().files
    assert all(files.get(name) for name in (files.labels, files.hits(one.best)))
    assert compare_tab.curves(Context(one, T), [one.best])[0]
    for metric in METRICS:
        assert compare_tab.by_metric(Context(one, T), metric)
