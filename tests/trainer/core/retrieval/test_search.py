"""Neighbours against a full sort."""

import numpy as np
import pytest

from trainer.core.retrieval.search import GalleryIndex, Neighbours


def unit(rng, n, dims=16):
    rows = rng.normal(size=(n, dims)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def full_sort(query, embeddings, k, exclude=None):
    """Best first, equal ones by row number, `exclude` left out."""
    similarity = query @ embeddings.T
    if exclude is not None:
        similarity[np.arange(len(query)), exclude] = np.where(exclude < 0, similarity[np.arange(len(query)), -1], -9)
    return np.argsort(-similarity, axis=1, kind="stable")[:, :k]


@pytest.mark.parametrize(("n", "k"), [(1, 1), (7, 5), (500, 5), (500, 120)])
def test_equals_a_full_sort(n, k):
    rng = np.random.default_rng(n)
    embeddings, query = unit(rng, n), unit(rng, 40)
    found = GalleryIndex(embeddings).search(query, k)
    assert found.rows.tolist() == full_sort(query, embeddings, k).tolist()
    assert found.similarity == pytest.approx(np.take_along_axis(query @ embeddings.T, found.rows, 1), abs=1e-6)


@pytest.mark.parametrize("n_query", [1, 40])
@pytest.mark.parametrize("k", [1, 3, 5, 130])
def test_equal_similarities_are_ranked_by_row(n_query, k):
    rng = np.random.default_rng(k)
    axes = np.vstack([np.eye(4), -np.eye(4)]).astype(np.float32)
    embeddings = axes[rng.integers(0, 8, 200)]  # eight distinct rows in 200, so every list ends within a tie
    query = rng.integers(-3, 4, (n_query, 4)).astype(np.float32)
    assert GalleryIndex(embeddings).search(query, k).rows.tolist() == full_sort(query, embeddings, k).tolist()


def test_a_image_is_left_out_of_its_own_neighbours():
    rng = np.random.default_rng(3)
    embeddings = unit(rng, 60)
    embeddings[7] = embeddings[3]
    rows = np.arange(60)
    found = GalleryIndex(embeddings).search(embeddings, 5, exclude=rows).rows
    assert not (found == rows[:, None]).any()
    assert found[3, 0] == 7  # its duplicate stays
    assert found[7, 0] == 3


def test_exclude_of_some_queries_only():
    rng = np.random.default_rng(4)
    embeddings = unit(rng, 30)
    found = GalleryIndex(embeddings).search(embeddings[:2], 5, exclude=[0, -1]).rows
    assert 0 not in found[0]
    assert found[1, 0] == 1


def test_k_larger_than_the_gallery_gives_all():
    embeddings = unit(np.random.default_rng(5), 4)
    index = GalleryIndex(embeddings)
    assert index.search(embeddings, 10).rows.shape == (4, 4)
    assert index.search(embeddings, 10, exclude=np.arange(4)).rows.shape == (4, 3)
    assert GalleryIndex(embeddings[:1]).search(embeddings[:1], 5, exclude=[0]).rows.shape == (1, 0)


def test_neighbours_refuse_a_wrong_state():
    rows = np.array([[0, 1]])
    for similarity in ([[0.1, 0.2]], [[np.nan, 0.1]], [[np.inf, 0.1]]):
        with pytest.raises(ValueError, match="finite and sorted"):
            Neighbours(rows, np.array(similarity))
    with pytest.raises(ValueError, match="must be one"):
        Neighbours(rows, np.array([[0.1]]))


def test_index_refuses_what_is_no_table_of_unit_rows():
    with pytest.raises(ValueError, match="unit length"):
        GalleryIndex(np.full((3, 4), 0.4))
    with pytest.raises(ValueError, match="unit length"):
        GalleryIndex(np.full((3, 4), np.nan))
    for wrong in (np.zeros((0, 4)), np.ones(4)):
        with pytest.raises(ValueError, match="expected"):
            GalleryIndex(wrong)
    with pytest.raises(ValueError, match="expected queries"):
        GalleryIndex(np.eye(4)).search(np.eye(3))
