"""Both mP@5 and recall@1 against loops that follow the formulas word by word."""

import math

import numpy as np
import pytest

from trainer.core.retrieval import exact_search
from trainer.core.retrieval.metrics import guie_mean_precision, mean_precisions, recall_at_1, study_mean_precision


def ranking(query, index, leave_out=()):
    """Row numbers of `index`, nearest first, equal ones by number."""
    similarity = [sum(a * b for a, b in zip(query, row, strict=True)) for row in index]
    return sorted((j for j in range(len(index)) if j not in leave_out), key=lambda j: (-similarity[j], j))


def slow_study(embeddings, types, k=5):
    scores = []
    for i in range(len(embeddings)):
        nearest = ranking(embeddings[i], embeddings, leave_out={i})[:k]
        scores.append(sum(types[j] == types[i] for j in nearest) / k)
    return scores


def slow_guie(query, query_classes, index, index_classes, query_ids, index_ids, k=5):
    scores = []
    for q in range(len(query)):
        itself = {j for j in range(len(index)) if index_ids[j] == query_ids[q]}
        n_q = sum(index_classes[j] == query_classes[q] for j in range(len(index)) if j not in itself)
        ranks = min(n_q, k)
        nearest = ranking(query[q], index, leave_out=itself)[:ranks]
        scores.append(sum(index_classes[j] == query_classes[q] for j in nearest) / ranks if ranks else math.nan)
    return scores


def with_ties(rng, n, dims=4):
    """Small whole numbers: inner products are exact, and duplicates and ties are many."""
    return rng.integers(-2, 3, (n, dims))


@pytest.mark.parametrize("n", [6, 40, 150])
@pytest.mark.parametrize("k", [1, 5])
def test_study_equals_the_loop(n, k):
    rng = np.random.default_rng(n)
    embeddings, types = with_ties(rng, n), rng.choice(["cars", "toys", "memes"], n)
    result = study_mean_precision(embeddings, types, k)
    expected = np.array(slow_study(embeddings.tolist(), types, k))
    assert result.per_query == pytest.approx(expected)
    assert result.mean == pytest.approx(expected.mean())
    assert result.per_type == pytest.approx({t: expected[types == t].mean() for t in set(types)})


def test_study_across_the_block_boundary(monkeypatch):
    block, n = 40, 70
    monkeypatch.setattr(exact_search, "BLOCK_ELEMENTS", block * n)
    rng = np.random.default_rng(1)
    embeddings, types = rng.normal(size=(n, 8)).astype(np.float32), rng.choice(["cars", "toys"], n)
    embeddings[block] = embeddings[3]  # a duplicate on the other side
    similarity = embeddings @ embeddings.T
    np.fill_diagonal(similarity, -np.inf)
    nearest = np.argsort(-similarity, axis=1, kind="stable")[:, :5]
    expected = (types[nearest] == types[:, None]).mean(1)
    assert study_mean_precision(embeddings, types).per_query == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(6))
def test_guie_and_recall_equal_the_loop(seed):
    rng = np.random.default_rng(seed)
    n_query, n_index = 30, (3, 12, 60)[seed % 3]
    query, index = with_ties(rng, n_query), with_ties(rng, n_index)
    query_classes, index_classes = rng.choice(list("abcdef"), n_query), rng.choice(list("abcd"), n_index)
    query_ids, index_ids = np.arange(n_query), 20 + np.arange(n_index)  # ten are in both
    given = (query.tolist(), query_classes, index.tolist(), index_classes, query_ids, index_ids)
    result = guie_mean_precision(query, query_classes, index, index_classes, 5, query_ids, index_ids)
    expected = slow_guie(*given)
    assert result.per_query == pytest.approx(expected, nan_ok=True)
    assert result.mean == pytest.approx(np.nanmean(expected))
    assert result.n_excluded == sum(map(math.isnan, expected)) > 0
    recall = recall_at_1(query, query_classes, index, index_classes, query_ids, index_ids)
    assert recall.per_query == pytest.approx(slow_guie(*given, k=1), nan_ok=True)


def test_guie_across_the_block_boundary(monkeypatch):
    monkeypatch.setattr(exact_search, "BLOCK_ELEMENTS", 40 * 50)
    rng = np.random.default_rng(2)
    query, index = rng.normal(size=(45, 6)), rng.normal(size=(50, 6))
    query_classes, index_classes = rng.choice(list("abc"), len(query)), rng.choice(list("abc"), len(index))
    whole = guie_mean_precision(query, query_classes, index, index_classes).per_query
    alone = guie_mean_precision(query[-5:], query_classes[-5:], index, index_classes).per_query
    assert whole[-5:] == pytest.approx(alone)


def ranked_case(relevant_ranks, length=12):
    """A query of class "a" whose index has "a" at these ranks (from 1)."""
    angles = np.linspace(0.1, 1.5, length)
    index = np.column_stack([np.cos(angles), np.sin(angles)])
    classes = ["a" if rank in relevant_ranks else "b" for rank in range(1, length + 1)]
    return guie_mean_precision([[1, 0]], ["a"], index, classes)


@pytest.mark.parametrize(
    ("relevant_ranks", "expected"),
    [
        ({1}, 1),  # n_q = 1, found first
        ({3}, 0),  # n_q = 1, rank 3 does not count
        ({1, 2, 4}, 2 / 3),  # n_q = 3, rank 4 does not count
        ({1, 2, 3, 4, 5, 7, 8, 9, 10}, 1),  # n_q = 9, five of five
        ({2, 4, 6, 7, 8, 9}, 2 / 5),  # n_q = 6
    ],
)
def test_guie_unit_cases_of_the_study(relevant_ranks, expected):
    assert ranked_case(relevant_ranks).mean == pytest.approx(expected)


@pytest.mark.parametrize(("n", "k"), [(2, 1), (6, 5), (90, 5)])
def test_both_by_one_search_are_those_of_two(n, k):
    rng, rows = np.random.default_rng(n), np.arange(n)
    embeddings, types, classes = with_ties(rng, n), rng.choice(["cars", "toys"], n), rng.choice(["", *"abcd"], n)
    study, guie = mean_precisions(embeddings, types, classes, k)
    alone = guie_mean_precision(embeddings, classes, embeddings, classes, k, rows, rows)
    np.testing.assert_equal(study.__dict__, study_mean_precision(embeddings, types, k).__dict__)
    np.testing.assert_equal(guie.__dict__, alone.__dict__)


def test_a_query_in_the_index_is_left_out_by_id_not_by_rank():
    # A duplicate of another class ranks first, then the query itself, then the one match.
    index, classes, ids = [[1, 0], [1, 0], [0.9, 0.1]], ["b", "a", "a"], ["duplicate", "q", "match"]
    result = guie_mean_precision([[1, 0]], ["a"], index, classes, query_ids=["q"], index_ids=ids)
    assert result.mean == 0
    result = guie_mean_precision([[1, 0]], ["a"], index, ["a", "a", "b"], query_ids=["q"], index_ids=ids)
    assert result.mean == 1
    assert recall_at_1([[1, 0]], ["a"], index, classes, ["q"], ids).mean == 0


def test_queries_without_a_match_are_excluded_and_counted():
    result = guie_mean_precision([[1, 0], [0, 1], [0, 1]], ["a", "z", ""], [[1, 0], [0, 1]], ["a", ""])
    assert (result.mean, result.n_excluded) == (1, 2)  # an unknown class matches nothing, not even another unknown
    assert np.isnan(result.per_query).tolist() == [False, True, True]


def test_an_empty_index_excludes_every_query():
    for metric in (guie_mean_precision, recall_at_1):
        result = metric([[1, 0]], ["a"], np.zeros((0, 2)), np.zeros(0, str))
        assert result.n_excluded == 1
        assert math.isnan(result.mean)


def test_bad_input_raises():
    good, labels = np.eye(4), list("abcd")
    with pytest.raises(ValueError, match="expected"):
        study_mean_precision(good, labels[:3])
    with pytest.raises(ValueError, match="expected"):
        study_mean_precision(good[0], labels)
    with pytest.raises(ValueError, match="finite"):
        study_mean_precision(np.full((4, 4), np.nan), labels)
    for k in (0, 4):
        with pytest.raises(ValueError, match=r"k must be in 1\.\.3"):
            study_mean_precision(good, labels, k)
    with pytest.raises(ValueError, match="ids of both"):
        guie_mean_precision(good, labels, good, labels, query_ids=labels)
    with pytest.raises(ValueError, match="k must be"):
        guie_mean_precision(good, labels, good, labels, k=0)
