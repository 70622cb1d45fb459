"""The search behind the metrics: equal to a full sort, whatever the block, the tile and the number of threads."""

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.core.process import _blas, one_thread_a_product
from trainer.core.retrieval import exact_search
from trainer.core.retrieval.exact_search import nearest


def full_sort(query, index, k, exclude=None):
    """By the inner product in float64, rounded to float32; equal ones by column."""
    similarity = (query.astype(float)[:, None] * index.astype(float)).sum(2).astype(np.float32)
    if exclude is not None:
        similarity[exclude >= 0, exclude[exclude >= 0]] = -np.inf
    order = np.argsort(-similarity, axis=1, kind="stable")[:, :k]
    return order, np.take_along_axis(similarity, order, 1)


def table(rng, n, dims, copies):
    """Unit rows; each of the last `copies` is one of the others again, some of them changed in the last digit."""
    rows = rng.normal(size=(n, dims)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    rows[n - copies :] = rows[rng.integers(0, n - copies, copies)]
    changed = rng.integers(0, n, copies // 3)
    rows[changed, 0] = np.nextafter(rows[changed, 0], np.float32(2))
    return rows[rng.permutation(n)]


def same(found, expected):
    return all((one == other).all() for one, other in zip(found, expected, strict=True))


@pytest.mark.parametrize(("n", "dims", "copies"), [(40, 64, 20), (700, 64, 0), (900, 8, 600), (1500, 3, 1400)])
@pytest.mark.parametrize("threads", [1, 3])
def test_it_equals_the_full_sort(monkeypatch, n, dims, copies, threads):
    monkeypatch.setattr(exact_search, "TILE", 512)
    monkeypatch.setattr(exact_search, "GROUP", 64)
    monkeypatch.setattr(exact_search, "BLOCK_ELEMENTS", 50 * n)
    rows = table(np.random.default_rng(n), n, dims, copies)
    itself = np.where(np.arange(n) % 5, np.arange(n), -1)
    assert same(nearest(rows, rows, 5, itself, threads), full_sort(rows, rows, 5, itself))
    assert same(nearest(rows[:3], rows, 5), full_sort(rows[:3], rows, 5))


@pytest.mark.parametrize("scale", [1e-30, 1e-19, 1.0, 1e15])
def test_lengths_do_not_matter(scale):
    rows = table(np.random.default_rng(0), 300, 8, 100) * np.float32(scale)
    assert same(nearest(rows, rows, 5), full_sort(rows, rows, 5))


@given(st.integers(0, 10**6), st.integers(1, 90), st.integers(1, 30), st.integers(1, 6))
def test_some_queries_have_the_neighbours_of_all(seed, n, n_query, dims):
    rng = np.random.default_rng(seed)
    rows, chosen = table(rng, n, dims, n // 2), rng.integers(0, n, n_query)
    everyone, some = nearest(rows, rows, min(5, n)), nearest(rows[chosen], rows, min(5, n))
    assert same(some, [part[chosen] for part in everyone])


def test_an_excluded_column_comes_last():
    columns, similarity = nearest(np.eye(2), np.eye(2), 2, exclude=np.array([0, -1]))
    assert columns.tolist() == [[1, 0], [1, 0]]
    assert similarity.tolist() == [[0, -np.inf], [1, 0]]
    assert nearest(np.eye(2), np.zeros((0, 2)), 0)[0].shape == (2, 0)


def test_bad_input_raises():
    with pytest.raises(ValueError, match=r"k must be in 0\.\.2"):
        nearest(np.eye(2), np.eye(2), 3)
    with pytest.raises(ValueError, match="expected"):
        nearest(np.eye(2), np.eye(3), 1)


def blas_threads():
    return {library["num_threads"] for library in _blas().info()}


def test_products_have_one_thread_and_then_as_many_as_before():
    before, inside = blas_threads(), []

    def other():
        with one_thread_a_product() as threads:
            inside.append(threads)

    with one_thread_a_product() as threads:
        assert threads == max(before)
        assert blas_threads() == {1}
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        assert blas_threads() == {1}
    assert inside == [1]
    assert blas_threads() == before
