"""What travels to the map: little, and the right places."""

import json

import numpy as np
import pytest

from app.components.palette import style_of
from app.context import Context
from app.library.examples import EXAMPLES
from app.map.component import lines_to, listed_maps, map_setup, map_value, prefetch, query_places
from app.translator import Translator
from trainer.core.projection.quality import projection_quality


def test_the_value_is_small_whatever_the_gallery(library):
    query = library.query_from_id(library.gallery.table["image_id"][123])
    answers = {name: library.answer(query, name) for name in library.names}
    value = map_value(library.names[:2], query_places(library, query, [], library.maps.get()), lines_to(123, answers))
    assert len(value) < 2000
    assert json.loads(value)["shown"] == library.names[:2]
    assert json.loads(value)["focus"]["neighbours"][library.best] == answers[library.best].rows.tolist()
    assert json.loads(map_value([library.best])) == {
        "shown": [library.best], "query": None, "focus": None, "maps": None,
    }  # fmt: skip


def test_types_carry_their_style_and_name(library):
    setup = map_setup(Context(library, Translator("zh-TW")), library.maps.get())
    order = library.gallery.type_order
    assert [(t["colour"], t["symbol"]) for t in setup["types"]] == [style_of(order)[name] for name in order]
    assert setup["types"][0]["name"] == "服飾"
    assert "{shown}" in setup["words"]["map_showing"]
    assert "{n}" in setup["words"]["map_chosen"]
    assert [one["name"] for one in setup["maps"]] == library.names


def test_figures_of_quality_travel_with_their_map(library):
    maps = library.maps.get()
    listed = listed_maps(Context(library, Translator("en")), maps)
    assert listed["made"] == maps.id
    for one in listed["maps"]:
        trust, kept = one["quality"]
        quality = projection_quality(
            library.checkpoints[one["name"]].precomputed.embeddings, library.checkpoints[one["name"]].precomputed.xy
        )
        assert (trust["value"], trust["name"]) == (f"{quality.trustworthiness:.3f}", "trustworthiness")
        assert kept["value"] == f"{100 * quality.kept:.0f} %"
        assert trust["hint"].startswith("Trustworthiness (0 to 1)")


def test_a_gallery_picture_lies_on_its_own_point(library):
    query = library.query_from_id(library.gallery.table["image_id"][123])
    for name, place in query_places(library, query, library.names, library.maps.get()).items():
        wanted = library.maps.get().files.places(name, library.checkpoints[name].precomputed.xy)[123]
        assert place == pytest.approx(wanted, abs=1e-3)


def test_a_picture_from_outside_lies_among_its_neighbours(library):
    query = library.query_from_file(EXAMPLES["china.jpg"])
    places = query_places(library, query, [library.best], library.maps.get())
    assert places.keys() == set(library.names)
    for name, place in places.items():
        xy = library.maps.get().files.places(name, library.checkpoints[name].precomputed.xy)
        assert np.linalg.norm(xy - place, axis=1).min() < 0.2 * np.ptp(xy, axis=0).max()


def test_no_query_has_no_place(library):
    assert query_places(library, None, [library.best], library.maps.get()) is None
    assert lines_to(None, {})["row"] == -1


def test_the_script_is_fetched_before_the_tab_is_opened():
    assert 'rel="modulepreload"' in prefetch()
