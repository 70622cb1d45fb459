"""Handlers of the Search tab, called as the plain functions that they are."""

import re

import gradio as gr
import pytest

from app.context import Context
from app.library.examples import EXAMPLES
from app.tabs import search as search_tab
from app.translator import Translator

T = Translator("en")
CHINA = str(EXAMPLES["china.jpg"])


def ids(html):
    return re.findall(r'data-id="([^"]+)"', html)


def test_search_lists_the_nearest_as_the_page_shows_them(library):
    found = search_tab.search(Context(library, T), CHINA, library.best, 6)
    query = search_tab.select_file(Context(library, T), CHINA)
    html = search_tab.show_result(Context(library, T), query, library.best, 6)
    assert [row["image_id"] for row in found] == ids(html)
    assert [list(row) for row in found] == [["rank", "image_id", "object_type", "class_name", "similarity"]] * 6
    table = library.gallery.table.set_index("image_id")
    for row in found:
        assert row["object_type"] == table.loc[row["image_id"], "object_type"]
        assert row["class_name"] == table.loc[row["image_id"], "class_name"]
    assert query.name == "Your image"  # not the name of a temporary file


@pytest.mark.parametrize(
    ("image", "checkpoint", "k", "said"),
    [
        ("", None, 5, "No image was given: expected an image file."),
        (None, None, 5, "No image was given: expected an image file."),
        (CHINA, "nope", 5, "No checkpoint 'nope' here: expected one of "),
        (CHINA, None, 0, "k is 0: expected 1 to 567."),
        (CHINA, None, 568, "k is 568: expected 1 to 567."),
    ],
)
def test_search_tells_what_is_wrong(library, image, checkpoint, k, said):
    with pytest.raises(gr.Error) as error:
        search_tab.search(Context(library, T), image, checkpoint or library.best, k)
    assert error.value.message.startswith(said)
    assert len(error.value.message.splitlines()) == 1


def test_no_upload_is_an_invitation(library):
    for path in (None, ""):
        assert search_tab.select_file(Context(library, T), path) is None
    assert "Choose an image to start" in search_tab.show_result(Context(library, T), None, library.best, 5)


def test_a_pressed_image_becomes_the_query(library):
    image_id = library.gallery.table["image_id"][40]
    query = search_tab.select_image(Context(library, T), {"id": image_id})
    html = search_tab.show_result(Context(library, T), query, library.best, 5)
    assert query.row == 40
    assert len(ids(html)) == 5
    assert image_id not in ids(html)
    with pytest.raises(gr.Error, match="not in this gallery"):
        search_tab.select_image(Context(library, T), {"id": "../../etc/passwd"})


def test_show_answers_the_same_query_anew(library):
    query = library.query_from_id(library.gallery.table["image_id"][40])
    first, second = (search_tab.show_result(Context(library, T), query, name, 5) for name in library.names[:2])
    assert first != second
    assert len(ids(search_tab.show_result(Context(library, T), query, library.best, 9))) == 9
    with pytest.raises(gr.Error, match="No checkpoint"):
        search_tab.show_result(Context(library, T), query, "nope", 5)


def test_offered_images_are_of_all_types_or_of_one(library):
    kinds = dict(zip(library.gallery.table["image_id"], library.gallery.object_types, strict=True))
    everything = search_tab.sample_images(Context(library, T), None)
    assert len(ids(everything)) == len(set(ids(everything))) == search_tab.N_SAMPLES
    assert {kinds[image_id] for image_id in ids(everything)} == set(library.gallery.type_order)
    cars = search_tab.sample_images(Context(library, T), "cars")
    assert {kinds[image_id] for image_id in ids(cars)} == {"cars"}
    n = int((library.gallery.object_types == "cars").sum())
    assert f"showing 12 of {n}" in cars
    assert ids(search_tab.sample_images(Context(library, T), "no such type")) == ids(everything)


def test_offered_images_change_with_the_seed_alone(library):
    assert search_tab.sample_images(Context(library, T), None, 1) == search_tab.sample_images(
        Context(library, T), None, 1
    )
    assert search_tab.sample_images(Context(library, T), None, 1) != search_tab.sample_images(
        Context(library, T), None, 2
    )
