"""Pairs of images that are nearly the same image, such as a query and a copy of it in the index.

pairs, similarity = candidate_pairs(query_rows, neighbours, least=0.85)
found = near_duplicates(files, pairs, similarity)
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from trainer.core.data.images import read_image
from trainer.core.retrieval.search import Neighbours

MIN_SIMILARITY = 0.85
MAX_BITS = 3  # of 64; copies as JPEG of quality 30 or of half the size differ in at most 5, 95 % of them in at most 3
MOST_PAIRS = 2_000  # whose images are read


@dataclass(frozen=True)
class DuplicatePair:
    """Row numbers of two images, their cosine similarity and how many of the 64 bits of their hashes differ."""

    one: int
    other: int
    similarity: float
    bits: int


def difference_hash(image: Image.Image) -> np.ndarray:
    """(64,) of bool: whether brightness rises from each pixel to the next in an 8 x 9 copy of the image.

    The difference hash of N. Krawetz, "Kind of Like That", The Hacker Factor Blog, 2013.
    """
    pixels = np.asarray(image.convert("L").resize((9, 8), Image.Resampling.LANCZOS), int)
    return (pixels[:, 1:] > pixels[:, :-1]).ravel()


def candidate_pairs(
    query: np.ndarray, neighbours: Neighbours, least: float = MIN_SIMILARITY
) -> tuple[np.ndarray, np.ndarray]:
    """Rows of queries (Q,) and their neighbours (Q, K) -> pairs (P, 2) and similarities (P,) of at least `least`.

    The most similar first; a pair that is found from both sides is listed once.
    """
    chosen = neighbours.similarity >= least
    pairs = np.stack([np.broadcast_to(query[:, None], chosen.shape)[chosen], neighbours.rows[chosen]], 1)
    similarity = neighbours.similarity[chosen]
    _, first = np.unique(np.sort(pairs, 1), axis=0, return_index=True)
    order = first[np.lexsort([first, -similarity[first]])]
    return pairs[order], similarity[order]


def near_duplicates(files: Sequence[Path], pairs: np.ndarray, similarity: np.ndarray) -> list[DuplicatePair]:
    """The pairs (P, 2) whose difference hashes differ in at most MAX_BITS bits, in the order given.

    `files`: an image file for each row, any size of at least 9 px.
    """
    rows = np.unique(pairs)
    with ThreadPoolExecutor() as pool:
        hashes = dict(
            zip(rows.tolist(), pool.map(lambda row: difference_hash(read_image(files[row])), rows), strict=True)
        )
    bits = [int((hashes[one] != hashes[other]).sum()) for one, other in pairs.tolist()]
    return [
        DuplicatePair(one, other, value, differing)
        for (one, other), value, differing in zip(pairs.tolist(), similarity.tolist(), bits, strict=True)
        if differing <= MAX_BITS
    ]
