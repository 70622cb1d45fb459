"""Clusters by scikit-learn, their order, and their agreement with labels."""

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from trainer.core.errors import UserError
from trainer.core.retrieval.clustering import MAX_HDBSCAN, METHODS, NO_CLUSTER, agreement, hdbscan, kmeans


@pytest.fixture(scope="module")
def groups():
    """Unit rows around three directions, 60, 30 and 10 of them, in random order, and the group of each."""
    rng = np.random.default_rng(0)
    group = rng.permutation(np.repeat([0, 1, 2], [10, 60, 30]))
    rows = np.eye(16)[group] + rng.normal(0, 0.05, (100, 16))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32), group


@pytest.mark.parametrize(("method", "number"), [("kmeans", 3), ("hdbscan", 5)])
def test_the_groups_are_found_and_numbered_by_size(groups, method, number):
    embeddings, group = groups
    clusters = METHODS[method](embeddings, number)
    assert np.bincount(clusters).tolist() == [60, 30, 10]
    found = agreement(clusters, np.array(["few", "most", "some"])[group])
    assert (found.n, found.purity, found.adjusted_rand, found.nmi) == (100, 1, 1, pytest.approx(1))


def test_hdbscan_leaves_out_what_is_sparse(groups):
    embeddings, _ = groups
    lone = np.eye(16, dtype=np.float32)[5:6]
    clusters = hdbscan(np.concatenate([embeddings, lone]), 5)
    assert clusters[-1] == NO_CLUSTER
    assert (clusters[:-1] != NO_CLUSTER).all()


def test_figures_by_hand():
    clusters = np.array([0, 0, 0, 1, 1, NO_CLUSTER, 1])
    labels = np.array(["a", "a", "b", "b", "b", "b", ""])
    found = agreement(clusters, labels)
    assert found.n == 5
    assert found.purity == pytest.approx(4 / 5)
    assert found.adjusted_rand == pytest.approx(adjusted_rand_score(labels[:5], clusters[:5]))
    assert found.nmi == pytest.approx(normalized_mutual_info_score(labels[:5], clusters[:5]))
    assert agreement(np.full(3, NO_CLUSTER), np.array(["a", "b", "c"])) is None
    assert agreement(clusters, np.full(7, "")) is None


def test_the_same_seed_gives_the_same_clusters(groups):
    embeddings, _ = groups
    again = KMeans(4, n_init=10, random_state=0).fit_predict(embeddings)
    clusters = kmeans(embeddings, 4)
    assert adjusted_rand_score(again, clusters) == 1
    assert (clusters == kmeans(embeddings, 4)).all()


@pytest.mark.parametrize(("method", "number"), [("kmeans", 1), ("kmeans", 101), ("hdbscan", 1), ("hdbscan", 101)])
def test_impossible_numbers_are_refused(groups, method, number):
    with pytest.raises(UserError, match="expected 2 to 100"):
        METHODS[method](groups[0], number)


def test_hdbscan_of_too_many_images_is_refused():
    with pytest.raises(UserError, match="HDBSCAN is offered for at most 20,000 images; this gallery has 20,001"):
        hdbscan(np.zeros((MAX_HDBSCAN + 1, 2), np.float32), 5)
