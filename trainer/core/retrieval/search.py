"""Exact nearest neighbours by cosine similarity, through FAISS.

index = GalleryIndex(embeddings)                    # (N, E) unit rows
neighbours = index.search(query, k=5)               # rows (Q, 5) and similarities (Q, 5), best first
"""

from dataclasses import dataclass

import faiss
import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Neighbours:
    """`rows` (Q, K) of the gallery and their `similarity` (Q, K) in -1..1, falling along each row."""

    rows: np.ndarray
    similarity: np.ndarray

    def __post_init__(self) -> None:
        if self.rows.shape != self.similarity.shape or self.rows.ndim != 2:
            raise ValueError(f"rows {self.rows.shape} and similarity {self.similarity.shape} must be one (Q, K)")
        if not np.isfinite(self.similarity).all() or (np.diff(self.similarity, axis=1) > 0).any():
            raise ValueError("similarities must be finite and sorted, largest first")


class GalleryIndex:
    """An exact index: a million rows of 64 numbers take about 22 ms, so recall is never traded for speed."""

    def __init__(self, embeddings: np.ndarray) -> None:
        """`embeddings` (N, E) float32 unit rows, N >= 1."""
        embeddings = np.ascontiguousarray(embeddings, np.float32)
        if embeddings.ndim != 2 or not len(embeddings):
            raise ValueError(f"expected (N, E) embeddings with N >= 1, found {embeddings.shape}")
        if not np.allclose(np.linalg.norm(embeddings, axis=1), 1, atol=1e-3):
            raise ValueError("embeddings must have unit length")
        self._index = faiss.IndexFlatIP(embeddings.shape[1])
        self._index.add(embeddings)

    def __len__(self) -> int:
        return self._index.ntotal

    def search(self, query: np.ndarray, k: int = 5, exclude: npt.ArrayLike | None = None) -> Neighbours:
        """The k nearest rows of each query, fewer where the gallery is smaller. Equal ones by row number.

        `query` (Q, E); `exclude` (Q,) names for each query one row to leave out (itself), or -1.
        """
        query = np.ascontiguousarray(query, np.float32)
        if query.ndim != 2 or query.shape[1] != self._index.d:
            raise ValueError(f"expected queries (Q, {self._index.d}), found {query.shape}")
        itself = np.full(len(query), -1) if exclude is None else np.asarray(exclude)
        available = len(self) - int((itself >= 0).any())
        k = min(k, available)
        similarity, rows = self._index.search(query, min(k + 2, len(self)))
        if k + 1 < len(self):
            # FAISS keeps any of the rows that tie where its list ends; those with the lowest numbers are wanted.
            for i in np.flatnonzero(similarity[:, k] == similarity[:, -1]):
                (all_similarity,), (all_rows,) = self._index.search(query[i : i + 1], len(self))
                best = np.lexsort((all_rows, -all_similarity))[: k + 2]
                similarity[i], rows[i] = all_similarity[best], all_rows[best]
        order = np.argsort(rows == itself[:, None], axis=1, kind="stable")[:, :k]  # FAISS's own, itself last
        tied = (np.diff(similarity, axis=1) == 0).any(1)
        keys = (rows[tied], -similarity[tied], (rows == itself[:, None])[tied])
        order[tied] = np.lexsort(keys, axis=1)[:, :k]
        return Neighbours(np.take_along_axis(rows, order, 1), np.take_along_axis(similarity, order, 1))
