"""Exchanged labels are found; confused classes are not taken for them."""

import numpy as np
import pytest

from trainer.core.retrieval.error_analysis.label_errors import LabelError, probable_label_errors


def block_neighbours(sizes):
    """(N, 5): the next five images of the own block, in turn."""
    rows, start = [], 0
    for size in sizes:
        rows += [[start + (i + step) % size for step in range(1, 6)] for i in range(size)]
        start += size
    return np.array(rows)


def test_an_exchanged_label_is_found():
    classes, nearest = np.array(["a"] * 8 + ["b"] * 8), block_neighbours([8, 8])
    assert probable_label_errors(classes, nearest) == []
    classes[0] = "b"
    assert probable_label_errors(classes, nearest) == [LabelError(0, "a", 0, 5, 5)]


def test_two_classes_that_are_confused_are_no_label_errors():
    """Every image of class b has neighbours of class a."""
    classes, nearest = np.array(["a"] * 8 + ["b"] * 8), block_neighbours([8, 8])
    nearest[8:] -= 8
    assert probable_label_errors(classes, nearest) == []


def test_the_largest_lead_comes_first():
    classes, nearest = np.array(["a"] * 8 + ["b"] * 8 + ["c"] * 8), block_neighbours([8, 8, 8])
    classes[[0, 8]] = "c"
    assert [error.row for error in probable_label_errors(classes, nearest)] == [0, 8]
    nearest[17, 0] = 1  # another image of class c has a neighbour of class a
    assert [(error.row, error.suggested) for error in probable_label_errors(classes, nearest)] == [(8, "b"), (0, "a")]


def test_without_support_nothing_is_suggested():
    nearest = block_neighbours([8])
    assert probable_label_errors(np.array(["b"] + ["a"] * 7), nearest) == []  # the only image of its class
    assert probable_label_errors(np.array([""] * 8), nearest) == []
    unknown = np.array(["b", "b", "a", "a", "", "", "", ""])
    assert probable_label_errors(unknown, nearest) == []  # fewer than three neighbours with a class


@pytest.mark.parametrize("k", [0, 1])
def test_a_tiny_gallery_has_none(k):
    assert probable_label_errors(np.array(["a", "b"]), np.array([[1], [0]])[:, :k]) == []


def test_exchanged_labels_of_the_sample_gallery_are_found(library):
    """The figures of the docstring: 15 exchanged labels, 10 draws."""
    classes, nearest, rng = library.gallery.classes, library.nearest("atlas"), np.random.default_rng(0)
    assert len(probable_label_errors(classes, nearest)) == 5
    listed, right = [], []
    for _ in range(10):
        rows, changed = rng.choice(len(classes), 15, replace=False), classes.copy()
        changed[rows] = rng.permutation(classes)[:15]
        found = {error.row for error in probable_label_errors(changed, nearest)}
        listed.append(len(found))
        right.append(len(found & set(np.flatnonzero(changed != classes).tolist())))
    assert (np.mean(listed), np.mean(right)) == pytest.approx((16, 12), abs=0.5)
