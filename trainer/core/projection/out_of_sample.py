"""A map with its gallery held still, and new pictures placed on it: `transform`, never a new fit.

placed = PlacedMap(xy, embeddings, parameters)        # what projection.py made
placed.transform(new)                                 # (Q, E) unit rows -> (Q, 2) or (Q, 3)
"""

from functools import cached_property

import numpy as np

from trainer.core.projection.parameters import ProjectionParameters
from trainer.core.projection.projection import PrincipalAxes, distances, perplexity
from trainer.core.projection.umap_graph import curve, memberships
from trainer.core.retrieval.search import GalleryIndex

STEPS = 100
PUSHES = 2.5  # a pull; half as many as while fitting, which put the sample's pictures nearest to their own places
MOST_OTHERS = 2_000  # pictures of the gallery that push a new one away; a larger gallery is sampled once
CLIP = 4.0  # as umap-learn limits a single push or pull
BLOCK = 64  # new pictures at once


class PlacedMap:
    """Coordinates `xy` (N, dims) of `embeddings` (N, E) unit rows, and where others fall among them."""

    def __init__(
        self,
        xy: np.ndarray,
        embeddings: np.ndarray,
        parameters: ProjectionParameters = ProjectionParameters(),
        index: GalleryIndex | None = None,
    ) -> None:
        self.xy, self.parameters = xy, parameters
        self._embeddings = embeddings
        self._index = index or GalleryIndex(embeddings)

    @cached_property
    def _axes(self) -> PrincipalAxes:
        return PrincipalAxes(self._embeddings, self.parameters.dims)

    @cached_property
    def _others(self) -> np.ndarray:
        """Places that push: all, or the same sample each time."""
        n = len(self.xy)
        rows = np.random.default_rng(0).choice(n, MOST_OTHERS, replace=False) if n > MOST_OTHERS else np.arange(n)
        return self.xy[rows].astype(np.float64)

    def transform(self, new: np.ndarray, exclude: np.ndarray | None = None) -> np.ndarray:
        """(Q, E) unit rows -> (Q, dims) float32; the same for the same rows, and no row changes another's place.

        PCA: the gallery's own axes. UMAP: umap-learn's `transform` with its chance taken out. The new picture gets the
        membership strengths of its FAISS neighbours, starts at their weighted mean, and walks down UMAP's cross-entropy
        while the gallery stands still; the pushes of all pictures are averaged where umap-learn draws a few at each
        step, so that nothing needs compiling and no draw decides the place. t-SNE has no `transform`: the place is
        where the picture's own part of the Kullback-Leibler divergence is least, the gallery standing still (as
        openTSNE does; Poličar et al., 2023).

        Images of the sample gallery, each placed as if it were new, land nearer to their own place than the mean of
        15 neighbours: on the map of `atlas` the median and 9 in 10 are 0.008 and 0.014 of its width instead of 0.014
        and 0.029, and 0.77 of their five nearest are among the five nearest there, instead of 0.63.

        `exclude` (Q,) names for each a row of the gallery that counts as not there (itself), or -1.
        """
        if self.parameters.projection == "pca" or len(self.xy) < 5:
            return self._axes.places(new)
        blocks = [slice(start, start + BLOCK) for start in range(0, len(new), BLOCK)]
        placed = [self._place(new[block], None if exclude is None else exclude[block]) for block in blocks]
        return np.concatenate(placed).astype(np.float32)

    def _place(self, new: np.ndarray, exclude: np.ndarray | None) -> np.ndarray:
        move = MOVES[self.parameters.projection]
        n, tsne = len(self.xy), move is _tsne_move
        most = perplexity(n, self.parameters) if tsne else float(min(self.parameters.n_neighbors, n - 1))
        found = self._index.search(new, int(3 * most) if tsne else int(most), exclude)
        distance = distances(found.similarity, self.parameters.metric).astype(np.float64)
        near = self.xy[found.rows].astype(np.float64)  # (Q, K, dims)
        weight = memberships(distance)
        place = (weight[:, :, None] * near).sum(1) / weight.sum(1)[:, None]
        if tsne:
            weight = conditional(distance, most)
        for step in range(STEPS):
            place = place + (1 - step / STEPS) * move(place, near, weight, self._others, self.parameters.min_dist, n)
        return place


def conditional(distance: np.ndarray, perplexity: float) -> np.ndarray:
    """(Q, K) distances -> t-SNE's p(j|i): Gaussian, adding up to 1, of the given perplexity."""
    squared = distance**2 - distance[:, :1] ** 2
    wanted = np.log(max(min(perplexity, distance.shape[1]), 1))
    low, high = np.zeros((len(distance), 1)), np.full((len(distance), 1), np.inf)
    beta = np.ones((len(distance), 1))
    for _ in range(48):
        p = np.exp(-squared * beta)
        p /= p.sum(1, keepdims=True)
        wide = -(p * np.log(p + 1e-300)).sum(1, keepdims=True) > wanted
        low, high = np.where(wide, beta, low), np.where(wide, high, beta)
        beta = np.where(np.isinf(high), 2 * beta, (low + np.where(np.isinf(high), 0, high)) / 2)
    return p


def _umap_move(
    place: np.ndarray, near: np.ndarray, weight: np.ndarray, others: np.ndarray, min_dist: float, n: int
) -> np.ndarray:
    """One step of (Q, dims) places, a quarter of umap-learn's rate as in its `transform`, per pull."""
    a, b = curve(min_dist)
    to_near, to_others = near - place[:, None], others - place[:, None]
    d2, o2 = (to_near**2).sum(2, keepdims=True) + 1e-12, (to_others**2).sum(2, keepdims=True)
    pull = (2 * a * b * d2 ** (b - 1) / (1 + a * d2**b) * to_near).clip(-CLIP, CLIP)
    push = (2 * b / ((0.001 + o2) * (1 + a * o2**b)) * to_others).clip(-CLIP, CLIP)
    pulled = (weight[:, :, None] * pull).sum(1) / weight.sum(1)[:, None]
    return 0.25 * (pulled - PUSHES * push.mean(1))


def _tsne_move(
    place: np.ndarray, near: np.ndarray, weight: np.ndarray, others: np.ndarray, min_dist: float, n: int
) -> np.ndarray:
    """One step down a new picture's own divergence; its gradient is 2 sum_j (p_j - q_j) (y - y_j) / (1 + d_j^2)."""
    to_near, to_others = near - place[:, None], others - place[:, None]
    near_kernel = 1 / (1 + (to_near**2).sum(2, keepdims=True))
    kernel = 1 / (1 + (to_others**2).sum(2, keepdims=True))
    pulled = (weight[:, :, None] * near_kernel * to_near).sum(1)
    pushed = (kernel**2 * to_others).sum(1) / kernel.sum(1)
    return pulled - pushed


MOVES = {"umap-2d": _umap_move, "umap-3d": _umap_move, "t-sne": _tsne_move}
