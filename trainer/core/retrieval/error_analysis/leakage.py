"""Near-duplicates of the queries in the index and among the training images of a gallery.

found = query_duplicates(gallery, checkpoint, embeddings, "index")
found.pairs[0].similarity
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from trainer.core.cache import cached
from trainer.core.data.gallery import Gallery
from trainer.core.models.checkpoint import Checkpoint
from trainer.core.models.embedder import embedding_key
from trainer.core.retrieval.error_analysis.near_duplicates import (
    MAX_BITS,
    MIN_SIMILARITY,
    MOST_PAIRS,
    DuplicatePair,
    candidate_pairs,
    near_duplicates,
)
from trainer.core.retrieval.error_analysis.queries import all_query_neighbours
from trainer.core.retrieval.evaluation import nearest_among, protocol
from trainer.core.retrieval.search import Neighbours

DUPLICATES_VERSION = 2
Split = Literal["index", "train"]


@dataclass(frozen=True)
class QueryDuplicates:
    """`pairs`: row numbers of a query and of its near-duplicate, the most similar first.

    `n_left_out`: similar pairs beyond MOST_PAIRS, whose images were not compared.
    """

    pairs: list[DuplicatePair]
    n_left_out: int


def training_rows(gallery: Gallery) -> np.ndarray:
    """(T,) row numbers of the training images that are neither queries nor index images."""
    return np.setdiff1d(gallery.rows("train"), protocol(gallery).scored)


def query_duplicates(
    gallery: Gallery,
    checkpoint: Checkpoint,
    embeddings: np.ndarray,
    split: Split,
    thumbnails: Sequence[Path] | None = None,
) -> QueryDuplicates:
    """Near-duplicates of the queries among their K nearest index or training images, computed once.

    `embeddings` (N, E) unit rows. `thumbnails`: a small image of each row, which is faster to read than the gallery's.
    """
    key = {
        "embeddings": embedding_key(gallery, checkpoint),
        "splits": gallery.labels_fingerprint,
        "with": split,
        "thumbnails": thumbnails is not None,
        "limits": [MIN_SIMILARITY, MAX_BITS, MOST_PAIRS],
        "version": DUPLICATES_VERSION,
    }

    def compute() -> dict[str, np.ndarray]:
        files = thumbnails if thumbnails is not None else [Path(path) for path in gallery.table["path"]]
        neighbours = _neighbours(gallery, checkpoint, embeddings, split)
        pairs, similarity = candidate_pairs(protocol(gallery).query, neighbours)
        found = near_duplicates(files, pairs[:MOST_PAIRS], similarity[:MOST_PAIRS])
        return {
            "rows": np.array([(pair.one, pair.other) for pair in found], int).reshape(-1, 2),
            "similarity": np.array([pair.similarity for pair in found]),
            "bits": np.array([pair.bits for pair in found], int),
            "n_left_out": np.array(max(0, len(pairs) - MOST_PAIRS)),
        }

    stored = cached("near-duplicates", key, compute)
    columns = zip(stored["rows"].tolist(), stored["similarity"].tolist(), stored["bits"].tolist(), strict=True)
    found = [DuplicatePair(one, other, similarity, bits) for (one, other), similarity, bits in columns]
    return QueryDuplicates(found, int(stored["n_left_out"]))


def _neighbours(gallery: Gallery, checkpoint: Checkpoint, embeddings: np.ndarray, split: Split) -> Neighbours:
    if split == "index":
        return all_query_neighbours(gallery, checkpoint, embeddings, "guie_mp5")
    return Neighbours(*nearest_among(embeddings, protocol(gallery).query, training_rows(gallery)))
