"""Figures beside a map, against scikit-learn and against counting by hand."""

import numpy as np
from sklearn.manifold import trustworthiness

from tests.trainer.core.projection.test_projection import clusters
from trainer.core.projection import quality as module
from trainer.core.projection.pca import PrincipalAxes
from trainer.core.projection.quality import projection_quality


def test_it_is_scikit_learns_trustworthiness():
    embeddings = clusters(200)
    for xy in (PrincipalAxes(embeddings, 2).transform(embeddings), np.random.default_rng(0).normal(size=(200, 3))):
        wanted = trustworthiness(embeddings, xy, n_neighbors=5, metric="cosine")
        assert abs(projection_quality(embeddings, xy).trustworthiness - wanted) < 1e-6


def test_neighbourhood_preservation_is_the_share_of_neighbours_that_stay():
    embeddings = clusters(60)
    assert projection_quality(embeddings, embeddings).neighbourhood_preservation == 1
    assert projection_quality(embeddings, embeddings).trustworthiness == 1
    chance = projection_quality(embeddings, np.random.default_rng(0).normal(size=(60, 2))).neighbourhood_preservation
    assert 0 < chance < 0.25


def test_a_large_gallery_is_sampled(monkeypatch):
    embeddings = clusters(600)
    xy = PrincipalAxes(embeddings, 2).transform(embeddings)
    whole = projection_quality(embeddings, xy)
    monkeypatch.setattr(module, "MAX_SAMPLE", 300)
    sample = projection_quality(embeddings, xy)
    assert sample != whole
    assert sample == projection_quality(embeddings, xy)
    assert abs(sample.trustworthiness - whole.trustworthiness) < 0.03
    assert abs(sample.neighbourhood_preservation - whole.neighbourhood_preservation) < 0.05


def test_tiny_galleries_and_equal_places():
    assert projection_quality(clusters(11), clusters(11)[:, :2]) is None
    found = projection_quality(clusters(40), np.zeros((40, 2)))
    assert 0 <= found.neighbourhood_preservation <= 1
