"""Statistics of the images selected on the map. Pure functions of a library and row numbers.

selection = describe(library, rows, "arcface-linear-lite2")
selection.purity, selection.confused          # 0.83, ("memes", "toys", 12)
"""

import base64
import binascii
import re
from collections import Counter
from dataclasses import dataclass

import numpy as np

from app.library.library import Library
from trainer.core.errors import UserError

CONFUSION_K = 5
MAX_LENGTH = 8_000  # characters of the steps of a selection
STEPS = re.compile(r"[\w.,;:+=-]*", re.ASCII)
MAX_SAMPLED = 2_000  # selected images whose neighbours are searched


@dataclass(frozen=True)
class Selection:
    """`rows`: (R,) row numbers; `types` and `classes`: names and counts, most frequent first.

    `purity`: share of the most frequent type, 0..1.
    `confused`: the pair of types (alphabetical) that are most often neighbours of each other, and how often, among the
    five nearest neighbours in the gallery of `n_sampled` selected images; None if all neighbours have the image's type.
    """

    rows: np.ndarray
    types: list[tuple[str, int]]
    classes: list[tuple[str, int]]
    purity: float
    confused: tuple[str, str, int] | None
    n_sampled: int


def selected_rows(text: str, n: int) -> np.ndarray:
    """Decode a selection among n images: base64 of one bit per row, lowest bit first, as `encodeMask` in bitmask.js.

    Returns the row numbers in ascending order. Raises UserError for anything else.
    """
    try:
        packed = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        packed = b""
    if len(packed) != -(-n // 8):
        raise UserError("That selection is not one of this gallery; select the points again.", key="foreign_selection")
    return np.flatnonzero(np.unpackbits(np.frombuffer(packed, np.uint8), count=n, bitorder="little"))


def is_selection(text: str) -> bool:
    """Whether a text may be the steps of a selection, see `web/data/selection_steps.js`."""
    return len(text) <= MAX_LENGTH and STEPS.fullmatch(text) is not None


def describe(library: Library, rows: np.ndarray, checkpoint: str) -> Selection:
    """`rows`: at least one. Raises UserError for an unknown checkpoint."""
    types = Counter(library.gallery.object_types[rows].tolist()).most_common()
    classes = Counter(name for name in library.gallery.classes[rows].tolist() if name).most_common()
    sampled = rows
    if len(rows) > MAX_SAMPLED:  # seeded, so that the same selection gives the same result
        sampled = np.sort(np.random.default_rng(0).choice(rows, MAX_SAMPLED, replace=False))
    confused = _most_confused_pair(library, sampled, checkpoint)
    return Selection(rows, types, classes, types[0][1] / len(rows), confused, len(sampled))


def _most_confused_pair(library: Library, rows: np.ndarray, checkpoint: str) -> tuple[str, str, int] | None:
    entry, types = library.checkpoint(checkpoint), library.gallery.object_types
    nearest = entry.index.search(entry.precomputed.embeddings[rows], CONFUSION_K, exclude=rows).rows  # (R, K)
    own_types, neighbour_types = np.repeat(types[rows], nearest.shape[1]), types[nearest].ravel()  # (R * K,)
    wrong = own_types != neighbour_types
    pairs = Counter(
        tuple(sorted(pair)) for pair in zip(own_types[wrong].tolist(), neighbour_types[wrong].tolist(), strict=True)
    )
    if not pairs:
        return None
    (one, other), count = min(pairs.items(), key=lambda item: (-item[1], item[0]))
    return one, other, count
