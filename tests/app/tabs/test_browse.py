"""The browser of the gallery: every image on one page of its type and class."""

import re

import pytest

from app.context import Context
from app.tabs import browse
from app.translator import Translator

T = Translator("en")


def ids(html):
    return re.findall(r'data-id="([^"]+)"', html)


def all_pages(context, object_type, class_name):
    found, page = [], 0
    while (shown := ids(browse.show_page(context, object_type, class_name, page))) != found[-len(shown) :]:
        found += shown
        page += 1
    return found


def test_every_image_is_on_one_page(library):
    table = library.gallery.table
    found = all_pages(Context(library, T), "", "")
    assert len(found) == len(set(found))
    assert set(found) == set(table["image_id"])
    first = table.set_index("image_id").loc[found[: len(library.gallery.type_order)], "object_type"]
    assert first.tolist() == library.gallery.type_order  # each type on the first page


@pytest.mark.parametrize(("object_type", "class_name"), [("toys", ""), ("toys", "toys/rubber_duck")])
def test_one_type_and_one_class(library, object_type, class_name):
    table = library.gallery.table
    chosen = (table["object_type"] == object_type) & ((library.gallery.classes == class_name) | (class_name == ""))
    assert sorted(all_pages(Context(library, T), object_type, class_name)) == sorted(table["image_id"][chosen])


@pytest.mark.parametrize("page", [-3, 10**9, None, "2"])
def test_a_page_that_is_not_there_shows_another(library, page):
    assert ids(browse.turn_page(Context(library, T), {"page": page}, "toys", ""))


def test_the_classes_of_a_type_can_be_chosen(library):
    names = [value for _, value in browse.class_choices(Context(library, T), "toys")]
    assert names == ["", *sorted({name for name in library.gallery.classes if name.startswith("toys/")})]
    assert browse.class_choices(Context(library, T), "") == [("all classes", "")]
