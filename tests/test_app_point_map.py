"""What travels to the map: coordinates, labels and the query's place."""

import base64
import json

import numpy as np
import pytest

from app.examples import EXAMPLES
from app.palette import style_of
from app.point_map import map_value
from app.text import Words
from trainer.core.errors import UserError


def decoded(text, kind):
    return np.frombuffer(base64.b64decode(text), kind)


@pytest.mark.parametrize("number", [0, -1])
def test_rows_keep_their_order(library, number):
    name = library.names[number]
    value = json.loads(map_value(library, name, None, Words("en")))
    gallery, xy = library.gallery, library.entries[name].ready.xy
    assert (decoded(value["x"], "<f4") == xy[:, 0]).all()
    assert (decoded(value["y"], "<f4") == xy[:, 1]).all()
    assert value["ids"] == gallery.table["image_id"].tolist()
    assert value["classes"] == gallery.class_names.tolist()
    assert [gallery.type_order[i] for i in decoded(value["type"], "<u2")] == gallery.object_types.tolist()
    assert all(library.files[key] == path for key, path in zip(value["thumbnails"], library.thumbnails, strict=True))
    assert value["query"] is None


def test_types_carry_their_style_and_name(library):
    value = json.loads(map_value(library, library.best, None, Words("zh-TW")))
    order = library.gallery.type_order
    assert [(t["colour"], t["symbol"]) for t in value["types"]] == [style_of(order)[name] for name in order]
    assert value["types"][0]["name"] == "服飾"
    assert "{shown}" in value["words"]["showing"]
    assert "{n}" in value["words"]["showing"]


def test_a_gallery_picture_lies_on_its_own_point(library):
    query = library.query_from_id(library.gallery.table["image_id"][123])
    for name, entry in library.entries.items():
        value = json.loads(map_value(library, name, query, Words("en")))
        assert value["query"] == pytest.approx(entry.ready.xy[123], abs=1e-3)


def test_a_picture_from_outside_lies_among_its_neighbours(library):
    query = library.query_from_file(EXAMPLES["china.jpg"])
    place = json.loads(map_value(library, library.best, query, Words("en")))["query"]
    assert place == pytest.approx(library.answer(query, library.best).place, abs=1e-3)
    xy = library.entries[library.best].ready.xy
    assert np.linalg.norm(xy - place, axis=1).min() < 0.2 * np.ptp(xy, axis=0).max()


def test_it_is_a_third_of_a_list(library):
    value = json.loads(map_value(library, library.best, None, Words("en")))
    xy = library.entries[library.best].ready.xy.astype(float)
    assert len(value["x"]) < len(json.dumps(xy[:, 0].tolist())) / 2.5


def test_an_unknown_checkpoint_is_told(library):
    with pytest.raises(UserError, match="No checkpoint 'nope'"):
        map_value(library, "nope", None, Words("en"))
