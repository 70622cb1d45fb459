"""The projection controls."""

import gradio as gr
import pytest

from app.context import Context
from app.library.library import open_library
from app.map.controls import TEXT_KEYS, _parameter_controls, _translated_progress, compute_projections, parameters_note
from app.map.jobs import Job
from app.translator import Translator
from trainer.core.projection.parameters import ProjectionParameters
from trainer.core.projection.registry import PROJECTIONS

T = Translator("en")
DEFAULT = {
    "projection": "umap-2d",
    "n_neighbors": 30.0,
    "min_dist": 0.3,
    "metric": "cosine",
    "seed": 0.0,
    "engine": "parallel",
}


@pytest.fixture(scope="module")
def small(photos, trained):
    return open_library(str(photos), [str(trained)])


def test_projections_are_computed_and_named(small):
    parameters, note = compute_projections(Context(small, T), DEFAULT | {"projection": "pca"})
    assert parameters == ProjectionParameters("pca")
    assert T("map_shown_parameters", what="PCA") in note
    assert small.maps.by_id(small.maps.get(parameters).id)


def test_the_note_names_the_parameters_that_count(small):
    default = (
        f"UMAP 2-D, {T('n_neighbors')} 30, {T('min_dist')} 0.3, {T('map_metric')} {T('cosine')}, {T('seed')} 0,"
        f" {T('engine')} {T('engine_parallel')}"
    )
    assert T("map_shown_parameters", what=default) in parameters_note(T, ProjectionParameters())
    note = parameters_note(Translator("zh-TW"), ProjectionParameters("t-sne", seed=4))
    assert "隨機種子 4" in note
    assert Translator("zh-TW")("min_dist") not in note


def test_each_parameter_has_a_control():
    with gr.Blocks():
        controls = _parameter_controls(T, ProjectionParameters())
    used = {name for projection in PROJECTIONS.values() for name in projection.parameters}
    assert controls.keys() == TEXT_KEYS.keys() == used
    for name, control in controls.items():
        assert control.value == DEFAULT[name]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"projection": "isomap"}, "projection is 'isomap': expected one of umap-2d, umap-3d, pca, t-sne."),
        ({"n_neighbors": 1}, "n_neighbors is 1: expected a whole number from 2 to 200."),
        ({"min_dist": None}, "min_dist is None: expected 0 to 1."),
        ({"seed": -1}, "seed is -1: expected a whole number from 0 to 4294967295."),
        ({"engine": "gpu"}, "engine is 'gpu': expected one of parallel, umap-learn."),
        ({"seed": None}, "seed is None: expected a whole number from 0 to 4294967295."),
    ],
)
def test_a_bad_value_is_one_sentence(small, changes, message):
    with pytest.raises(gr.Error) as error:
        compute_projections(Context(small, T), DEFAULT | changes)
    assert error.value.message == message


def test_progress_is_in_the_language_of_the_page():
    calls = []
    items = _translated_progress(lambda at, **options: calls.append((at, options["desc"])), T, Job(), "abc", total=3)
    assert list(items) == ["a", "b", "c"]
    assert calls == [((0, 3), T("map_progress")), ((1, 3), T("map_progress")), ((2, 3), T("map_progress"))]
