"""New images in a fixed map."""

import time

import numpy as np
import pytest
from scipy.spatial import cKDTree

from tests.trainer.core.projection.test_projection import clusters
from trainer.core.data.gallery import open_gallery
from trainer.core.models.checkpoint import open_checkpoint
from trainer.core.models.embedder import gallery_embeddings
from trainer.core.projection.out_of_sample import attraction_curve, conditional, memberships
from trainer.core.projection.parameters import ProjectionParameters
from trainer.core.projection.projection import gallery_map, project
from trainer.core.projection.registry import PROJECTIONS
from trainer.core.retrieval.search import GalleryIndex


def weighted_mean(embeddings, xy, k=15):
    """The simplest place for an image: the mean of its neighbours, nearer ones weighted more."""
    found = GalleryIndex(embeddings).search(embeddings, k, exclude=np.arange(len(embeddings)))
    distance = 1 - found.similarity
    beyond = distance - distance[:, :1]
    weight = np.exp(-beyond / beyond.mean(1, keepdims=True))
    return (weight[:, :, None] * xy[found.rows]).sum(1) / weight.sum(1, keepdims=True)


def preserved(embeddings, xy, places, k=5):
    """The share of the k nearest by cosine that are among the k nearest to an image's new place."""
    n = len(embeddings)
    nearest = GalleryIndex(embeddings).search(embeddings, k, exclude=np.arange(n)).rows
    found = cKDTree(xy).query(places, k + 1)[1]
    there = [[other for other in row if other != i][:k] for i, row in enumerate(found.tolist())]
    return np.mean([len(set(a) & set(b)) / k for a, b in zip(there, nearest.tolist(), strict=True)])


def test_a_gallery_image_placed_as_new_lands_at_its_own_point():
    """On real embeddings, and better than the mean of its neighbours by every measure."""
    gallery, checkpoint = open_gallery("sample"), open_checkpoint("atlas")
    embeddings, xy = gallery_embeddings(gallery, checkpoint), gallery_map(gallery, checkpoint)
    places = ProjectionParameters().fitted_map(xy, embeddings).transform(embeddings, exclude=np.arange(len(xy)))
    mean = weighted_mean(embeddings, xy)
    width = np.ptp(xy, axis=0).max()
    away, mean_away = (np.linalg.norm(found - xy, axis=1) / width for found in (places, mean))
    assert np.median(away) < 0.015
    assert np.quantile(away, 0.9) < 0.03
    assert np.median(away) < np.median(mean_away)
    assert np.quantile(away, 0.9) < 0.75 * np.quantile(mean_away, 0.9)
    assert preserved(embeddings, xy, places) > preserved(embeddings, xy, mean) + 0.05


def test_new_images_land_as_by_umaps_own_transform():
    """A map fitted to two thirds, the others placed by both: close to each other, and no worse."""
    import umap

    gallery = open_gallery("sample")
    embeddings = gallery_embeddings(gallery, open_checkpoint("atlas"))
    is_new = np.arange(len(embeddings)) % 3 == 0
    known, new = embeddings[~is_new], embeddings[is_new]
    model = umap.UMAP(n_neighbors=30, min_dist=0.3, metric="cosine", random_state=0, n_jobs=1).fit(known)
    ours = ProjectionParameters().fitted_map(model.embedding_, known).transform(new)
    theirs = model.transform(new)
    width = np.ptp(model.embedding_, axis=0).max()
    assert np.median(np.linalg.norm(ours - theirs, axis=1)) < 0.05 * width
    nearest = GalleryIndex(known).search(new, 5).rows
    tree = cKDTree(model.embedding_)
    shares = [(tree.query(places, 5)[1][:, :, None] == nearest[:, None]).any(2).mean() for places in (ours, theirs)]
    assert shares[0] >= shares[1] - 0.02


@pytest.mark.parametrize("name", PROJECTIONS)
def test_each_projection_places_new_rows_in_their_cluster(name):
    parameters = ProjectionParameters(name, n_neighbors=10)
    embeddings, new = clusters(), clusters(30, seed=1)
    xy = project(embeddings, parameters)
    placed = parameters.fitted_map(xy, embeddings)
    places = placed.transform(new)
    assert places.shape == (30, parameters.method.dims)
    assert places.dtype == np.float32
    assert (cKDTree(xy).query(places)[1] % 3 == np.arange(30) % 3).all()
    assert (placed.transform(new) == places).all()
    np.testing.assert_allclose(placed.transform(new[:1])[0], places[0], atol=1e-3)


def test_pca_places_the_gallery_at_its_own_points():
    parameters = ProjectionParameters("pca")
    xy = project(clusters(), parameters)
    np.testing.assert_allclose(parameters.fitted_map(xy, clusters()).transform(clusters()), xy, atol=1e-5)


@pytest.mark.parametrize("name", PROJECTIONS)
@pytest.mark.parametrize("n", [1, 2, 4, 5, 6, 16])
def test_small_galleries_take_new_rows_too(name, n):
    parameters = ProjectionParameters(name)
    places = parameters.fitted_map(project(clusters(n), parameters), clusters(n)).transform(clusters(3, seed=1))
    assert places.shape == (3, parameters.method.dims)
    assert np.isfinite(places).all()


def test_equal_images_have_a_place():
    same = np.repeat(clusters(1), 30, 0)
    assert np.isfinite(ProjectionParameters().fitted_map(project(same), same).transform(same[:2])).all()


def test_a_query_is_placed_in_milliseconds_on_a_large_map():
    rng = np.random.default_rng(0)
    embeddings = rng.normal(size=(50_000, 64)).astype(np.float32)
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    placed = ProjectionParameters().fitted_map(rng.normal(size=(50_000, 2)).astype(np.float32), embeddings)
    placed.transform(embeddings[:1])
    times = []
    for row in range(5):
        start = time.perf_counter()
        placed.transform(embeddings[row : row + 1])
        times.append(time.perf_counter() - start)
    assert min(times) < 0.15


def test_membership_strengths_add_up_and_fall():
    distance = np.sort(np.random.default_rng(0).uniform(0.1, 1, (4, 30)), axis=1)
    strength = memberships(distance)
    np.testing.assert_allclose(strength.sum(1), np.log2(31), rtol=1e-4)
    assert (strength[:, 0] == 1).all()
    assert (np.diff(strength, axis=1) <= 0).all()
    p = conditional(distance, 10)
    np.testing.assert_allclose(np.exp(-(p * np.log(p)).sum(1)), 10, rtol=1e-4)


def test_the_curve_is_umaps():
    from umap.umap_ import find_ab_params

    for min_dist in (0.0, 0.3, 1.0):
        np.testing.assert_allclose(attraction_curve(min_dist), find_ab_params(1.0, min_dist), rtol=1e-4)
