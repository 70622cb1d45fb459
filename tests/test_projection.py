"""Maps: repeatable, in row order, for galleries of any size."""

import numpy as np
import pytest

from trainer.core.errors import UserError
from trainer.core.projection import MapParameters, gallery_map, place_on_map, project
from trainer.core.search import GalleryIndex


def clusters(n=90, dims=16, seed=0):
    """Unit rows in three clusters, row i in cluster i % 3."""
    rng = np.random.default_rng(seed)
    rows = np.eye(dims)[np.arange(n) % 3] + rng.normal(0, 0.1, (n, dims))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def map_of_clusters():
    return project(clusters())


def test_the_same_seed_gives_the_same_map(map_of_clusters):
    assert map_of_clusters.dtype == np.float32
    assert (project(clusters()) == map_of_clusters).all()
    assert (project(clusters(), MapParameters(seed=1)) != map_of_clusters).any()
    assert (project(clusters(), MapParameters(n_neighbors=5)) != map_of_clusters).any()


def test_rows_keep_their_order(map_of_clusters):
    """Neighbours on the map are neighbours among the embeddings."""
    distance = np.linalg.norm(map_of_clusters[:, None] - map_of_clusters[None], axis=2)
    np.fill_diagonal(distance, np.inf)
    assert (distance.argmin(1) % 3 == np.arange(90) % 3).all()


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 6, 16])
def test_small_galleries_have_a_map_too(n):
    xy = project(clusters(n))
    assert xy.shape == (n, 2)
    assert np.isfinite(xy).all()
    assert len(np.unique(xy, axis=0)) == n


@pytest.mark.parametrize("embeddings", [np.repeat(clusters(1), 30, 0), np.array([[1], [-1]] * 10, np.float32)])
def test_a_gallery_on_one_line_has_a_map_too(embeddings):
    assert np.isfinite(project(embeddings)).all()


def test_a_copy_lands_near_its_original(map_of_clusters):
    embeddings = clusters()
    index = GalleryIndex(embeddings)
    extent = np.ptp(map_of_clusters, axis=0).max()
    for row in (0, 1, 2, 50):
        found = index.search(embeddings[row : row + 1], 5)
        assert found.rows[0, 0] == row
        place = place_on_map(found.similarity[0], map_of_clusters[found.rows[0]])
        assert np.linalg.norm(place - map_of_clusters[row]) < 0.1 * extent


def test_place_on_map_leans_to_the_nearest():
    xy = np.array([[0, 0], [1, 0], [0, 1]])
    assert place_on_map(np.array([1.0, 0.5, 0.5]), xy)[0] < 1 / 3
    assert place_on_map(np.array([0.8, 0.8, 0.8]), xy) == pytest.approx([1 / 3, 1 / 3])
    assert place_on_map(np.array([0.7]), xy[1:2]) == pytest.approx([1, 0])


def test_the_map_of_a_gallery_is_computed_once(gallery, checkpoint, monkeypatch):
    first = gallery_map(gallery, checkpoint)
    assert first.shape == (len(gallery), 2)

    def refuse(*_):
        raise AssertionError("computed again")

    monkeypatch.setattr("trainer.core.projection.project", refuse)
    assert (gallery_map(gallery, checkpoint) == first).all()
    with pytest.raises(AssertionError, match="computed again"):
        gallery_map(gallery, checkpoint, MapParameters(seed=1))


@pytest.mark.parametrize("values", [{"n_neighbors": 1}, {"min_dist": -0.1}, {"min_dist": 1.1}])
def test_bad_parameters_are_named(values):
    with pytest.raises(UserError, match=rf"^{next(iter(values))} is .*: expected"):
        MapParameters(**values)
