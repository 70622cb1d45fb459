"""Selections: what a page may send, and their statistics, against counting by hand."""

import base64
from collections import Counter

import numpy as np
import pytest

from app.map import selection as map_selection
from app.map.selection import describe, selected_rows
from trainer.core.errors import UserError


def bits(rows, n):
    """As `bitsOf` in map/web/data.js."""
    packed = bytearray(-(-n // 8))
    for row in rows:
        packed[row >> 3] |= 1 << (row & 7)
    return base64.b64encode(packed).decode()


@pytest.mark.parametrize("n", [1, 7, 8, 9, 721])
def test_rows_are_decoded(n):
    rows = sorted({0, n // 2, n - 1})
    assert selected_rows(bits(rows, n), n).tolist() == rows
    assert selected_rows(bits([], n), n).tolist() == []


@pytest.mark.parametrize("text", ["", "nope", "AAAA", "<script>", "é", bits([1], 100_000)])
def test_anything_else_is_an_error(text):
    with pytest.raises(UserError, match="select the points again"):
        selected_rows(text, 721)


def test_bits_beyond_the_gallery_are_ignored():
    assert selected_rows(base64.b64encode(b"\xff\xff").decode(), 9).tolist() == list(range(9))


def test_counts_and_purity(library):
    rows = np.flatnonzero(np.isin(library.gallery.object_types, ["toys", "cars"]))[10:90]
    selection = describe(library, rows, library.best)
    types = library.gallery.object_types[rows]
    assert dict(selection.types) == dict(Counter(types))
    assert selection.purity == pytest.approx(max(Counter(types).values()) / len(rows))
    assert sum(count for _, count in selection.classes) == len(rows)
    assert selection.n_sampled == len(rows)


def test_the_most_confused_pair(library):
    nearest, types = library.nearest(library.best), library.gallery.object_types
    rows = np.arange(len(types))
    pairs = Counter(
        tuple(sorted((types[row], types[other])))
        for row in rows
        for other in nearest[row]
        if types[row] != types[other]
    )
    one, other, count = describe(library, rows, library.best).confused
    assert pairs[one, other] == count == max(pairs.values())


def test_nothing_is_confused_if_all_neighbours_agree(library):
    nearest, types = library.nearest(library.best), library.gallery.object_types
    pure = np.flatnonzero((types[nearest] == types[:, None]).all(1))[:20]
    assert describe(library, pure, library.best).confused is None


def test_large_selections_are_sampled(library, monkeypatch):
    monkeypatch.setattr(map_selection, "MAX_SAMPLED", 50)
    rows = np.arange(300)
    selection = describe(library, rows, library.best)
    assert selection.n_sampled == 50
    assert selection.confused == describe(library, rows, library.best).confused  # the same for the same selection
    assert sum(count for _, count in selection.types) == 300


def test_an_unknown_checkpoint_is_an_error(library):
    with pytest.raises(UserError, match="No checkpoint"):
        describe(library, np.arange(3), "nope")
