"""A new projection is one class and one line in the registry: shown by one that the package does not know."""

import gradio as gr
import numpy as np
import pytest

from app.context import Context
from app.library.library import open_library
from app.map.controls import compute_projections, projection_controls
from app.translator import Translator
from tests.trainer.core.projection.test_projection import clusters
from trainer.core.errors import UserError
from trainer.core.projection.base import Projection
from trainer.core.projection.parameters import ProjectionParameters
from trainer.core.projection.projection import gallery_map
from trainer.core.projection.registry import PROJECTIONS


class FirstNumbers(Projection):
    """The first numbers of each embedding, times the seed."""

    title = "first numbers"
    parameters = ("seed",)
    max_images = 200

    def fit(self, embeddings, parameters, neighbours=None):
        return embeddings[:, : self.dims] * parameters.seed

    def transform(self, fitted, new, exclude=None):
        return new[:, : self.dims] * fitted.parameters.seed


@pytest.fixture
def registered(monkeypatch):
    monkeypatch.setitem(PROJECTIONS, "first", FirstNumbers())


def test_a_name_that_is_not_registered_is_refused():
    with pytest.raises(UserError, match=r"projection is 'first': expected one of umap-2d, umap-3d, pca, t-sne\."):
        ProjectionParameters("first")


def test_the_app_serves_a_registered_projection(registered, photos, trained):
    library = open_library(str(photos), [str(trained)])
    parameters = ProjectionParameters("first", seed=2, n_neighbors=5)
    maps, embeddings = library.maps.get(parameters), library.checkpoint(library.best).precomputed.embeddings
    assert (maps.projections[library.best].xy == 2 * embeddings[:, :2]).all()
    assert maps.place(embeddings[3:4], library.best) == pytest.approx(2 * embeddings[3, :2], abs=1e-6)
    assert library.maps.get(ProjectionParameters("first", seed=2)) is maps  # it uses the seed alone
    assert library.maps.get(ProjectionParameters("first", seed=3)) is not maps
    assert maps.quality[library.best] is not None


def test_the_page_offers_a_registered_projection(registered, photos, trained):
    context = Context(open_library(str(photos), [str(trained)]), Translator("en"))
    with gr.Blocks() as page:
        projection_controls(context, gr.State())
    choices = [block.choices for block in page.blocks.values() if isinstance(block, gr.Radio)]
    assert ("first numbers", "first") in choices[0]
    _, note = compute_projections(context, {"projection": "first", "seed": 4})
    assert f"first numbers, {context.t('seed')} 4" in note


def test_its_limit_counts(registered, gallery, checkpoint, monkeypatch):
    monkeypatch.setattr(FirstNumbers, "max_images", 10)
    with pytest.raises(UserError, match=r"^first numbers of 144 images: expected at most 10; choose UMAP\.$"):
        gallery_map(gallery, checkpoint, ProjectionParameters("first"))


@pytest.mark.parametrize("name", PROJECTIONS)
def test_every_projection_is_described_and_uses_known_parameters(name):
    method = PROJECTIONS[name]
    assert set(method.parameters) <= set(vars(ProjectionParameters()))
    assert [other.title for other in PROJECTIONS.values()].count(method.title) == 1
    xy = method.fit(clusters(20), ProjectionParameters(name, n_neighbors=5))
    assert xy.shape == (20, method.dims)
    assert xy.dtype == np.float32
