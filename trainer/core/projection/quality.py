"""How far a map can be trusted: who is near on it against who is near among the embeddings.

quality = projection_quality(embeddings, xy)
quality.trustworthiness, quality.kept          # 0.98, 0.61
"""

from dataclasses import dataclass

import numpy as np

from trainer.core.retrieval.search import GalleryIndex

ASKED = 2_000  # pictures that are looked at; a larger gallery is sampled, the same way each time
BLOCK = 64


@dataclass(frozen=True)
class ProjectionQuality:
    """Both 0..1, means over pictures.

    `trustworthiness` falls where strangers stand near one another on the map; `kept` is the share of the k nearest by
    cosine that are among the k nearest on the map too.
    """

    trustworthiness: float
    kept: float


def projection_quality(embeddings: np.ndarray, xy: np.ndarray, k: int = 5) -> ProjectionQuality | None:
    """(N, E) unit rows and their places (N, dims); None where N < 2 k + 2 leaves nothing to compare.

    Trustworthiness (Venna and Kaski, 2001): 1 - 2 / (n k (2 N - 3 k - 1)) times the sum, over the n pictures asked and
    those among their k nearest on the map only, of how far beyond k those stand by cosine. Equal to scikit-learn's
    where all are asked, in a fraction of its memory.
    """
    n = len(embeddings)
    if n < 2 * k + 2:
        return None
    asked = np.arange(n) if n <= ASKED else np.sort(np.random.default_rng(0).choice(n, ASKED, replace=False))
    nearest = GalleryIndex(embeddings).search(embeddings[asked], k, exclude=asked).rows
    kept = beyond = 0
    for start in range(0, len(asked), BLOCK):
        own = asked[start : start + BLOCK]
        on_map = _near_on_map(xy, own, k)
        kept += (on_map[:, :, None] == nearest[start : start + BLOCK, None]).sum()
        similarity = embeddings[own] @ embeddings.T  # (B, N)
        similarity[np.arange(len(own)), own] = np.inf
        for ranked, found in zip(similarity, on_map, strict=True):
            ranks = (ranked[:, None] > ranked[found]).sum(0)  # itself counts, so the nearest has rank 1
            beyond += int((ranks - k).clip(0).sum())
    return ProjectionQuality(1 - 2 / (len(asked) * k * (2 * n - 3 * k - 1)) * beyond, float(kept / nearest.size))


def _near_on_map(xy: np.ndarray, own: np.ndarray, k: int) -> np.ndarray:
    """(B, k) rows nearest on the map to rows `own` (B,), without themselves."""
    squared = np.sum([(xy[own, axis, None] - xy[:, axis]) ** 2 for axis in range(xy.shape[1])], axis=0)
    squared[np.arange(len(own)), own] = np.inf
    return np.argpartition(squared, k, axis=1)[:, :k]
