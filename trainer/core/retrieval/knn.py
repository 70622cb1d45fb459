"""The nearest neighbours of every image by one checkpoint, computed once and shared by maps and neighbour lists.

found = gallery_neighbours(gallery, checkpoint, embeddings, k=30)   # rows (N, 30) and similarities
rows = nearest_rows(gallery, checkpoint, embeddings)                # (N, 5)
hits = type_hits(rows, gallery.object_types)                        # (N,): how many of the five have the same type
rankings = gallery_rankings(gallery, checkpoint, embeddings)        # what the metrics count, by one exact search
"""

import numpy as np

from trainer.core.cache import cached
from trainer.core.data.gallery import Gallery
from trainer.core.models.checkpoint import Checkpoint
from trainer.core.models.embedder import embedding_key
from trainer.core.progress import Progress, silent, terminal
from trainer.core.retrieval.evaluation import Rankings, rank
from trainer.core.retrieval.search import GalleryIndex, Neighbours

NEIGHBOURS_VERSION = 2
RANKINGS_VERSION = 1
BLOCK = 4096  # images per search; with blocks of 1,000 FAISS takes 2.4 times as long
MIN_CACHED_K = 30  # searched and stored even if fewer are needed: what a map needs by default


def neighbours_of_all(embeddings: np.ndarray, k: int, progress: Progress = silent, name: str = "") -> Neighbours:
    """(N, E) unit rows -> rows (N, k) int32 and similarity (N, k) float32 of other images; fewer columns if N <= k."""
    index, n = GalleryIndex(embeddings), len(embeddings)
    blocks = [np.arange(start, min(start + BLOCK, n)) for start in range(0, n, BLOCK)]
    bar = progress(blocks, total=len(blocks), desc=f"neighbours in {name}", unit="block")
    found = [index.search(embeddings[block], k, exclude=block) for block in bar]
    rows = np.concatenate([one.rows for one in found]).astype(np.int32)
    return Neighbours(rows, np.concatenate([one.similarity for one in found]))


def gallery_neighbours(
    gallery: Gallery, checkpoint: Checkpoint, embeddings: np.ndarray, k: int = 5, progress: Progress = terminal
) -> Neighbours:
    """Row i: the images nearest to image i without itself, best first; fewer than k columns if N <= k.

    `embeddings` (N, E) unit rows. Stored in the cache: 130,000 images take about a minute.
    """
    most = max(k, MIN_CACHED_K)
    key = {"embeddings": embedding_key(gallery, checkpoint), "k": most, "version": NEIGHBOURS_VERSION}

    def compute() -> dict[str, np.ndarray]:
        found = neighbours_of_all(embeddings, most, progress, gallery.name)
        return {"rows": found.rows, "similarity": found.similarity}

    stored = cached("nearest", key, compute)
    return Neighbours(stored["rows"][:, :k], stored["similarity"][:, :k])


def nearest_rows(
    gallery: Gallery, checkpoint: Checkpoint, embeddings: np.ndarray, k: int = 5, progress: Progress = terminal
) -> np.ndarray:
    """(N, k) int32, the rows of `gallery_neighbours`."""
    return gallery_neighbours(gallery, checkpoint, embeddings, k, progress).rows


def gallery_rankings(gallery: Gallery, checkpoint: Checkpoint, embeddings: np.ndarray) -> Rankings:
    """`rank` of (N, E) unit rows, from the cache: scores, lists of queries and their near-duplicates share it."""
    key = {
        "embeddings": embedding_key(gallery, checkpoint),
        "splits": gallery.labels_fingerprint,
        "version": RANKINGS_VERSION,
    }

    def compute() -> dict[str, np.ndarray]:
        found = rank(gallery, embeddings)
        parts = {"study": found.study} if found.guie is found.study else {"study": found.study, "guie": found.guie}
        return {
            f"{name}_{field}": values
            for name, part in parts.items()
            for field, values in (("rows", part.rows.astype(np.int32)), ("similarity", part.similarity))
        }

    stored = cached("rankings", key, compute)
    study = Neighbours(stored["study_rows"], stored["study_similarity"])
    guie = Neighbours(stored["guie_rows"], stored["guie_similarity"]) if "guie_rows" in stored else study
    return Rankings(study, guie)


def type_hits(nearest: np.ndarray, object_types: np.ndarray) -> np.ndarray:
    """(N, k) rows and (N,) object types -> (N,) uint8 in 0..k: how many neighbours share the image's type."""
    return (object_types[nearest] == object_types[:, None]).sum(1).astype(np.uint8)
