"""Handlers of the Search tab, called as the plain functions that they are."""

import re

import gradio as gr
import pytest

from app.context import Context
from app.library.examples import EXAMPLES
from app.query_bar import select_file
from app.tabs import search as search_tab
from app.translator import Translator

T = Translator("en")
CHINA = str(EXAMPLES["china.jpg"])


def ids(html):
    return re.findall(r'data-id="([^"]+)"', html)


def test_search_lists_the_nearest_as_the_page_shows_them(library):
    found = search_tab.search(Context(library, T), CHINA, library.best, 6)
    query = select_file(Context(library, T), CHINA)
    html = search_tab.show_result(Context(library, T), query, library.best, 6)
    assert [row["image_id"] for row in found] == ids(html)
    columns = ["rank", "image_id", "object_type", "class_name", "similarity"]
    columns += ["same_class_probability", "same_type_probability", "absent_probability"]
    assert [list(row) for row in found] == [columns] * 6
    for row in found:
        assert sum(row[name] for name in columns[-3:]) == pytest.approx(1, abs=1e-5)
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
        (CHINA, None, 0, "k is 0: expected a whole number from 1 to 721."),
        (CHINA, None, 722, "k is 722: expected a whole number from 1 to 721."),
    ],
)
def test_search_tells_what_is_wrong(library, image, checkpoint, k, said):
    with pytest.raises(gr.Error) as error:
        search_tab.search(Context(library, T), image, checkpoint or library.best, k)
    assert error.value.message.startswith(said)
    assert len(error.value.message.splitlines()) == 1


def test_without_a_query_the_first_one_of_the_gallery_is_answered(library):
    first = search_tab.show_result(Context(library, T), library.first_query(), library.best, 5)
    shown = search_tab.show_result(Context(library, T), None, library.best, 5)
    assert ids(shown) == ids(first)


def test_a_visitor_says_what_an_upload_shows(library):
    context = Context(library, T)
    query = select_file(context, CHINA)
    labelled = search_tab.set_label(context, query, "landmarks/five_storey_pagoda")
    assert labelled.label == "landmarks/five_storey_pagoda"
    assert labelled.image is query.image
    assert "mark" in search_tab.show_result(context, labelled, library.best, 5)
    assert search_tab.set_label(context, labelled, "").label == ""
    of_gallery = library.query_from_id(library.gallery.table["image_id"][40])
    assert search_tab.set_label(context, of_gallery, "toys/rubber_duck") is of_gallery
    with pytest.raises(gr.Error, match="No class 'nonsense' in this gallery"):
        search_tab.set_label(context, query, "nonsense")


def test_show_answers_the_same_query_anew(library):
    query = library.query_from_id(library.gallery.table["image_id"][40])
    first, second = (search_tab.show_result(Context(library, T), query, name, 5) for name in library.names[:2])
    assert first != second
    assert len(ids(search_tab.show_result(Context(library, T), query, library.best, 9))) == 9
    with pytest.raises(gr.Error, match="No checkpoint"):
        search_tab.show_result(Context(library, T), query, "nope", 5)
