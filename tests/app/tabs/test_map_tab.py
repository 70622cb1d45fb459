"""Handlers of the Map tab."""

import json
import re
import time

import gradio as gr
import numpy as np
import pytest

from app.context import Context
from app.library.examples import EXAMPLES
from app.tabs import map as map_tab
from app.translator import Translator
from tests.app.map.test_selection import bits
from trainer.core.projection.parameters import ProjectionParameters

T = Translator("en")


def test_looking_at_a_point_shows_it_and_its_neighbours(library):
    row = 300
    image_id = library.gallery.table["image_id"][row]
    for name in library.names:
        looked, value, html = map_tab.look(Context(library, T), image_id, [name], None)
        assert looked.row == row
        assert f'<img src="thumbnails/{library.thumbnail_key(row)}"' in html.partition("</figure>")[0]
        expected = library.answer(looked, name, 5).rows
        assert re.findall(r'data-id="([^"]+)"', html) == library.gallery.table["image_id"].iloc[expected].tolist()
        assert json.loads(value)["focus"] == {"row": row, "neighbours": {name: expected.tolist()}}
        assert "Selected" in html


def test_two_maps_answer_side_by_side(library):
    names = library.names[:2]
    _, value, html = map_tab.look(Context(library, T), library.gallery.table["image_id"][300], names, None)
    assert html.count("<section>") == 2
    assert all(f"Nearest neighbours by {name}" in html for name in names)
    assert set(json.loads(value)["focus"]["neighbours"]) == set(names)


def test_drawing_puts_the_query_on_the_maps(library):
    query = library.query_from_id(library.gallery.table["image_id"][300])
    value, html = map_tab.draw(Context(library, T), [library.best], query, None)
    assert set(json.loads(value)["query"]) == set(library.names)
    assert T("empty_map") in html
    value, _ = map_tab.draw(Context(library, T), [library.best], None, None)
    assert json.loads(value)["query"] is None


def test_a_picture_given_here_is_the_query_and_what_is_looked_at(library):
    query, looked, value, html = map_tab.ask(Context(library, T), str(EXAMPLES["china.jpg"]), [library.best])
    assert query is looked
    assert json.loads(value)["focus"]["row"] == -1
    assert html.count('class="card"') == 5


def test_a_selection_is_kept_as_rows_and_described(library):
    n = len(library.gallery)
    rows, html = map_tab.select(Context(library, T), bits([3, 5, 8], n), library.best)
    assert rows.tolist() == [3, 5, 8]
    assert "Selected images: 3<" in html
    for nothing in ("", None, bits([], n)):
        assert map_tab.select(Context(library, T), nothing, library.best) == (None, "")
    assert map_tab.panel(Context(library, T), None, library.best) == ""
    assert "page 2 of 5" in map_tab.panel(Context(library, T), np.arange(100), library.best, 1)


@pytest.mark.parametrize("image_id", ["", "nope", "../../etc/passwd", "<script>"])
def test_a_hostile_id_is_one_sentence(library, image_id):
    with pytest.raises(gr.Error) as error:
        map_tab.look(Context(library, T), image_id, [library.best], None)
    assert error.value.message == "That image is not in this gallery; choose one that is shown."


@pytest.mark.parametrize("row", [-1, 567, 1.5, "1", True, [1], {"row": 1}])
def test_a_hostile_row_is_one_sentence(library, row):
    with pytest.raises(gr.Error, match="not in this gallery"):
        map_tab._clicked(Context(library, T), gr.EventData(None, {"row": row}))


def test_a_point_is_clicked_by_its_row_and_a_card_by_its_id(library):
    assert (
        map_tab._clicked(Context(library, T), gr.EventData(None, {"row": 12})) == library.gallery.table["image_id"][12]
    )
    assert map_tab._clicked(Context(library, T), gr.EventData(None, {"id": "abc"})) == "abc"


def test_an_unknown_checkpoint_is_one_sentence(library):
    for handler in (
        lambda: map_tab.look(Context(library, T), library.gallery.table["image_id"][0], ["nope"], None),
        lambda: map_tab.draw(Context(library, T), ["nope"], None, None),
        lambda: map_tab.settled(Context(library, T), "nope"),
        lambda: map_tab.select(Context(library, T), bits([1], len(library.gallery)), "nope"),
    ):
        with pytest.raises(gr.Error, match=r"^\"?'?No checkpoint 'nope' here"):
            handler()


def test_other_maps_travel_with_what_is_drawn_on_them(library):
    parameters = ProjectionParameters("pca")
    maps, query = library.maps.get(parameters), library.query_from_file(EXAMPLES["china.jpg"])
    value = json.loads(map_tab.draw(Context(library, T), [library.best], query, None, parameters)[0])
    assert value["maps"]["made"] == maps.id
    assert [one["points"] for one in value["maps"]["maps"]] == [
        f"map/files/{maps.files.points(name)}" for name in library.names
    ]
    place = maps.place(library.checkpoint(library.best).embed(query), library.best)
    assert value["query"][library.best] == pytest.approx(place, abs=1e-4)
    assert json.loads(map_tab.draw(Context(library, T), [library.best], query, None)[0])["maps"] is None


def test_a_query_is_placed_on_every_map_at_once(library):
    query = library.query_from_file(EXAMPLES["china.jpg"])
    map_tab.ask(Context(library, T), str(EXAMPLES["china.jpg"]), [library.best])  # the backbones are loaded
    map_tab.draw(Context(library, T), [library.best], query, query)
    start = time.process_time()
    map_tab.draw(Context(library, T), [library.best], query, query)
    assert time.process_time() - start < 0.3
