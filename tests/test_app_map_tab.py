"""Handlers of the Map tab."""

import json
import re

import gradio as gr
import pytest

from app import map_tab
from app.point_map import map_value
from app.text import Words

T = Words("en")


def test_looking_at_a_point_shows_it_and_its_neighbours(library):
    row = 300
    picture_id = library.gallery.table["image_id"][row]
    for name in library.names:
        html = map_tab.look(library, T, picture_id, name)
        assert f'<img src="thumbnails/{library.thumbnail_key(row)}"' in html.partition("</figure>")[0]
        expected = library.answer(library.query_from_id(picture_id), name, 5).rows
        assert re.findall(r'data-id="([^"]+)"', html) == library.gallery.table["image_id"].iloc[expected].tolist()
        assert "Selected" in html


def test_drawing_puts_the_query_on_the_map(library):
    query = library.query_from_id(library.gallery.table["image_id"][300])
    assert map_tab.draw(library, T, library.best, query) == map_value(library, library.best, query, T)
    assert json.loads(map_tab.draw(library, T, library.best, None))["query"] is None


@pytest.mark.parametrize("picture_id", ["", "nope", "../../etc/passwd", "<script>"])
def test_a_hostile_id_is_one_sentence(library, picture_id):
    with pytest.raises(gr.Error) as error:
        map_tab.look(library, T, picture_id, library.best)
    assert error.value.message == "That picture is not in this gallery; choose one that is shown."


def test_an_unknown_checkpoint_is_one_sentence(library):
    for handler in (
        lambda: map_tab.look(library, T, library.gallery.table["image_id"][0], "nope"),
        lambda: map_tab.draw(library, T, "nope", None),
    ):
        with pytest.raises(gr.Error, match=r"^\"?'?No checkpoint 'nope' here"):
            handler()
