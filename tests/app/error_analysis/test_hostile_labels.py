"""Labels and ids of a gallery are text, also in the error browser, and come back whole."""

from dataclasses import replace

import pytest

from app.context import Context
from app.tabs import errors as errors_tab
from app.translator import Translator
from tests.app.components.test_cards import HOSTILE, Tags

T = Translator("en")


@pytest.fixture(scope="module")
def hostile(library):
    """The sample gallery with the same groups of images, whose names try to get out of the HTML."""
    table = library.gallery.table.copy()
    for column in ("object_type", "class_name"):
        table[column] = HOSTILE.replace("/", "") + table[column]
    table["image_id"] = HOSTILE + table["image_id"]
    return Context(replace(library, gallery=replace(library.gallery, name=HOSTILE, table=table)), T)


def test_hostile_labels_stay_text(hostile):
    best = hostile.library.best
    pieces = {
        "queries": errors_tab.show_queries(hostile, best, "pca-lite0", "guie_mp5", "losses"),
        "types": errors_tab.show_confusion(hostile, True, best, "guie_mp5", ""),
        "classes": errors_tab.show_classes(hostile, True, best, "guie_mp5"),
        "duplicates": errors_tab.show_duplicates(hostile),
        "labels": errors_tab.show_label_errors(hostile),
    }
    for name, html in pieces.items():
        parsed = Tags(html)
        assert "script" not in {tag for tag, _ in parsed.tags}, name
        assert not any(key.startswith("on") for _, attributes in parsed.tags for key in attributes), name
    buttons = [attributes for tag, attributes in Tags(pieces["types"]).tags if tag == "button"]
    payload = {key: buttons[0][f"data-{key.replace('_', '-')}"] for key in ("object_type", "class_name", "neighbour")}
    object_type, *_ = errors_tab.select_group(hostile, payload, best)
    assert object_type in hostile.library.gallery.type_order
