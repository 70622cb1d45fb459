"""The map component: its setup and its value."""

import json
from dataclasses import replace

import numpy as np
import pytest

from app.components.palette import style_of
from app.context import Context
from app.library.examples import EXAMPLES
from app.map.component import (
    map_component,
    map_setup,
    map_value,
    neighbour_lines,
    prefetch,
    query_coordinates,
    set_description,
    timeline,
)
from app.translator import Translator
from trainer.core.errors import UserError
from trainer.core.projection.quality import projection_quality


@pytest.fixture
def query(library):
    """The image in row 123."""
    return library.query_from_id(library.gallery.table["image_id"][123])


def test_the_slider_runs_from_the_untrained_to_the_best(library):
    untrained, trained = ["pca-lite0", "pca-lite2"], timeline(library)[2:]
    assert timeline(library)[:2] == untrained
    scores = [library.checkpoints[name].precomputed.evaluation["guie_mp5"] for name in trained]
    assert scores == sorted(scores)
    assert sorted(untrained + trained) == sorted(library.names)


def test_the_slider_runs_through_the_epochs(library):
    served = library.checkpoints[library.best]
    epochs = replace(library, checkpoints=dict.fromkeys(["epoch 10", "epoch 0", "epoch 2"], served))
    assert timeline(epochs) == ["epoch 0", "epoch 2", "epoch 10"]


def test_the_value_is_small_for_any_gallery(library, query):
    answers = {name: library.answer(query, name) for name in library.names}
    coordinates = query_coordinates(library, query, [], library.maps.get())
    value = map_value(library.names[:2], coordinates, neighbour_lines(123, answers))
    assert len(value) < 2000
    assert json.loads(value)["shown"] == library.names[:2]
    assert json.loads(value)["focus"]["neighbours"][library.best] == answers[library.best].rows.tolist()
    assert json.loads(map_value([library.best])) == {
        "shown": [library.best], "query": None, "focus": None, "maps": None, "link": None,
    }  # fmt: skip


def test_the_setup_has_styles_names_and_texts(library):
    t = Translator("zh-TW")
    setup = map_setup(Context(library, t), library.maps.get())
    order = library.gallery.type_order
    assert [(one["light"], one["dark"], one["symbol"]) for one in setup["types"]] == [
        style_of(order)[name] for name in order
    ]
    assert setup["types"][0]["name"] == "服飾"
    assert setup["words"]["map_failed"] == t("map_failed")
    assert "{shown}" in setup["words"]["map_showing"]
    assert "{n}" in setup["words"]["map_selected"]
    assert "{hidden}" in setup["words"]["map_selected_hidden"]
    assert [one["name"] for one in setup["maps"]] == library.names


def test_quality_scores_travel_with_their_projection(library):
    projection_set = library.maps.get()
    description = set_description(Context(library, Translator("en")), projection_set)
    assert description["projection_set"] == projection_set.id
    for one in description["maps"]:
        trust, preserved = one["quality"]
        ready = library.checkpoints[one["name"]].precomputed
        quality = projection_quality(ready.embeddings, ready.xy)
        assert (trust["value"], trust["name"]) == (f"{quality.trustworthiness:.3f}", "trustworthiness")
        assert preserved["value"] == f"{100 * quality.neighbourhood_preservation:.0f} %"
        assert trust["hint"].startswith("Trustworthiness (0 to 1")


def test_a_gallery_image_has_the_coordinates_of_its_point(library, query):
    for name, coordinates in query_coordinates(library, query, library.names, library.maps.get()).items():
        expected = library.maps.get().files.align(name, library.checkpoints[name].precomputed.xy)[123]
        assert coordinates == pytest.approx(expected, abs=1e-3)


def test_an_uploaded_image_is_placed_near_its_neighbours(library):
    query = library.query_from_file(EXAMPLES["china.jpg"])
    by_checkpoint = query_coordinates(library, query, [library.best], library.maps.get())
    assert by_checkpoint.keys() == set(library.names)
    for name, coordinates in by_checkpoint.items():
        xy = library.maps.get().files.align(name, library.checkpoints[name].precomputed.xy)
        assert np.linalg.norm(xy - coordinates, axis=1).min() < 0.2 * np.ptp(xy, axis=0).max()


def test_a_checkpoint_that_cannot_embed_the_query_is_left_out_unless_required(library, query, monkeypatch):
    other = next(name for name in library.names if name != library.best)

    def fail(query):
        raise UserError("No weights.")

    monkeypatch.setattr(library.checkpoints[other], "embed", fail)
    coordinates = query_coordinates(library, query, [library.best], library.maps.get())
    assert coordinates.keys() == set(library.names) - {other}
    with pytest.raises(UserError, match="No weights"):
        query_coordinates(library, query, [other], library.maps.get())


def test_no_query_has_no_coordinates(library):
    assert query_coordinates(library, None, [library.best], library.maps.get()) is None
    assert neighbour_lines(None, {})["row"] == -1


def test_gradio_offers_the_events_of_the_map(library):
    component = map_component(Context(library, Translator("en")), render=False)
    for event in ("select_image", "select_points", "checkpoint_changed", "clear_selection"):
        assert callable(getattr(component, event))


def test_the_script_is_fetched_before_the_tab_is_opened():
    assert 'rel="modulepreload"' in prefetch()
    assert type("<script>" + prefetch()) is str  # a Markup would escape the rest of the head
