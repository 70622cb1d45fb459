"""What a selection on the map is made of. Pure functions of a library and row numbers.

selection = describe(library, rows, "arcface-linear-lite2")
selection.purity, selection.confused          # 0.83, ("toys", "memes", 12)
"""

import base64
import binascii
from collections import Counter
from dataclasses import dataclass

import numpy as np

from app.library.library import Library
from trainer.core.errors import UserError

CONFUSION_K = 5
MOST_ASKED = 2_000  # pictures of a selection whose neighbours are looked at


@dataclass(frozen=True)
class Selection:
    """`types` and `classes`: counts, the most frequent first. `purity` 0..1: the share of the most frequent type.

    `confused`: the two types that stand for one another most often, and how often, among the five nearest neighbours in
    the whole gallery of `asked` of the selected pictures; None where every neighbour has its picture's type.
    """

    rows: np.ndarray
    types: list[tuple[str, int]]
    classes: list[tuple[str, int]]
    purity: float
    confused: tuple[str, str, int] | None
    asked: int


def selected_rows(text: str, n: int) -> np.ndarray:
    """Base64 of one bit a row, lowest first, as bitsOf in map/data.js writes it -> row numbers. Raises UserError."""
    try:
        packed = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        packed = b""
    if len(packed) != -(-n // 8):
        raise UserError("That selection is not one of this gallery; select the points again.", key="foreign_selection")
    return np.flatnonzero(np.unpackbits(np.frombuffer(packed, np.uint8), count=n, bitorder="little"))


def describe(library: Library, rows: np.ndarray, checkpoint: str) -> Selection:
    """`rows` at least one. Raises UserError for an unknown checkpoint."""
    types = Counter(library.gallery.object_types[rows].tolist()).most_common()
    classes = Counter(name for name in library.gallery.classes[rows].tolist() if name).most_common()
    asked = rows
    if len(rows) > MOST_ASKED:  # a sample, the same for the same selection
        asked = np.sort(np.random.default_rng(0).choice(rows, MOST_ASKED, replace=False))
    return Selection(rows, types, classes, types[0][1] / len(rows), _confused(library, asked, checkpoint), len(asked))


def _confused(library: Library, rows: np.ndarray, checkpoint: str) -> tuple[str, str, int] | None:
    entry, types = library.checkpoint(checkpoint), library.gallery.object_types
    nearest = entry.index.search(entry.precomputed.embeddings[rows], CONFUSION_K, exclude=rows).rows  # (R, 5)
    own, other = np.repeat(types[rows], nearest.shape[1]), types[nearest].ravel()
    wrong = own != other
    pairs = Counter(tuple(sorted(pair)) for pair in zip(own[wrong].tolist(), other[wrong].tolist(), strict=True))
    if not pairs:
        return None
    (one, two), count = min(pairs.items(), key=lambda item: (-item[1], item[0]))
    return one, two, count
