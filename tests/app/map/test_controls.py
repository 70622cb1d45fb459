"""The panel that says how the map was made."""

import gradio as gr
import pytest

from app.context import Context
from app.library.library import open_library
from app.map.controls import _bar, made_note, make
from app.translator import Translator
from trainer.core.projection.parameters import ProjectionParameters

T = Translator("en")


@pytest.fixture(scope="module")
def small(photos, trained):
    return open_library(str(photos), [str(trained)])


def test_what_was_asked_for_is_made_and_said(small):
    parameters, note = make(Context(small, T), "pca", 30.0, 0.3, "cosine", 0.0)
    assert parameters == ProjectionParameters("pca")
    assert "Shown: PCA." in note
    assert small.maps.known(small.maps.get(parameters).id)
    assert "UMAP 2-D, Neighbours 30, Minimum distance 0.3, Metric cosine, Seed 0, Engine parallel" in made_note(
        T, ProjectionParameters()
    )
    assert "隨機種子 4" in made_note(Translator("zh-TW"), ProjectionParameters("t-sne", seed=4))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (("isomap", 30, 0.3, "cosine", 0), "projection is 'isomap': expected one of umap-2d, umap-3d, pca, t-sne."),
        (("umap-2d", 1, 0.3, "cosine", 0), "n_neighbors is 1: expected a whole number from 2 to 200."),
        (("umap-2d", 30, None, "cosine", 0), "min_dist is None: expected 0 to 1."),
        (("umap-2d", 30, 0.3, "cosine", -1), "seed is -1: expected a whole number from 0 to 4294967295."),
        (("umap-2d", 30, 0.3, "cosine", 0, "gpu"), "engine is 'gpu': expected one of parallel, umap-learn."),
        (("umap-2d", 30, 0.3, "cosine", None), "seed is None: expected a whole number from 0 to 4294967295."),
    ],
)
def test_a_bad_value_is_one_sentence(small, values, said):
    with pytest.raises(gr.Error) as error:
        make(Context(small, T), *values)
    assert error.value.message == said


def test_progress_is_told_on_the_page():
    told = []
    items = _bar(lambda at, **said: told.append((at, said["desc"])), T, "abc", total=3)
    assert list(items) == ["a", "b", "c"]
    assert told == [((0, 3), "maps"), ((1, 3), "maps"), ((2, 3), "maps")]
