"""Shares of labels among neighbours, counted by hand."""

import numpy as np
import pytest

from trainer.core.retrieval.error_analysis.confusion import confusion, mean_by_label

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
