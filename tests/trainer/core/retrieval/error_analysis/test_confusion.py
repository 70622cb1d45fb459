"""Shares of labels among neighbours, counted by hand."""

import numpy as np
import pytest

from trainer.core.retrieval.error_analysis.confusion import confusion, label_pairs, mean_by_label

QUERIES = np.array(["toys", "cars", "toys", ""])
NEIGHBOURS = np.array([["toys", "cars"], ["cars", "cars"], ["memes", "toys"], ["cars", "toys"]])


def test_shares_of_the_neighbours_of_each_label():
    table = confusion(QUERIES, NEIGHBOURS)
    assert table.rows == ["cars", "toys"]
    assert table.columns == ["cars", "toys", "memes"]
    assert table.shares.tolist() == [[1, 0, 0], [0.25, 0.5, 0.25]]
    assert table.n_queries.tolist() == [1, 2]
    assert confusion(QUERIES, NEIGHBOURS, order=["toys"]).rows == ["toys", "cars"]


def test_labels_that_are_not_shown_are_summed_up():
    table = confusion(QUERIES, NEIGHBOURS, most_rows=1)
    assert (table.rows, table.columns, table.n_labels) == (["toys"], ["toys", ""], 2)  # the most confused
    assert table.shares.tolist() == [[0.5, 0.5]]
    unknown = confusion(QUERIES[:1], np.array([["toys", ""]]))
    assert (unknown.columns, unknown.shares.tolist()) == (["toys", ""], [[0.5, 0.5]])


@pytest.mark.parametrize("k", [0, 5])
def test_nothing_known_gives_an_empty_table(k):
    table = confusion(np.array(["", ""]), np.full((2, k), ""))
    assert (table.rows, table.shares.size) == ([], 0)


def test_many_labels_give_a_small_table():
    labels = np.array([f"class {number}" for number in range(5000)])
    table = confusion(labels, np.roll(labels, 1)[:, None])
    assert table.shares.shape == (20, 21)
    assert table.shares.sum(1).tolist() == pytest.approx([1.0] * 20)
    assert table.n_labels == 5000


def test_mean_by_label_lowest_first():
    labels, scores = np.array(["a", "b", "a", "", "c", "d"]), np.array([1, 0.2, 0, 0, 0.2, np.nan])
    assert mean_by_label(labels, scores) == [("b", 0.2, 1), ("c", 0.2, 1), ("a", 0.5, 2)]
    assert mean_by_label(np.array([""]), np.array([1.0])) == []


def test_pairs_of_labels():
    """As the table, without its limit; the unknown query is left out, the unknown neighbour is a label of its own."""
    query = np.array(["b", "a", "", "a"])
    neighbours = np.array([["b", "b"], ["a", "b"], ["a", "a"], ["", "a"]])
    found = [(pair.label, pair.neighbour, pair.share, pair.n_queries) for pair in label_pairs(query, neighbours)]
    assert found == [("a", "", 0.25, 2), ("a", "a", 0.5, 2), ("a", "b", 0.25, 2), ("b", "b", 1.0, 1)]
    assert label_pairs(query[:0], neighbours[:0]) == []
    assert label_pairs(query, neighbours[:, :0]) == []


def test_pairs_of_many_labels_are_not_a_matrix():
    query = np.array([f"c{i}" for i in range(30_000)])
    assert len(label_pairs(query, np.roll(query, 1)[:, None])) == 30_000
