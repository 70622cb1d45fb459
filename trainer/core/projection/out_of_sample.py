"""The mathematics of placing new images in a fixed map. Nothing here needs umap-learn, which takes seconds to import.

weight = memberships(distance)                 # (Q, K): UMAP's strengths of a query's neighbours
a, b = attraction_curve(min_dist=0.3)          # UMAP's similarity 1 / (1 + a d^2b) of two points at distance d

UMAP: umap-learn's `transform` without randomness. The query gets the membership strengths of its neighbours, starts at
their weighted mean and descends UMAP's cross-entropy; the repulsion of the map is averaged where umap-learn draws a few
negative samples a step. t-SNE has no `transform` of its own: the query descends its own part of the Kullback-Leibler
divergence, as in openTSNE (Poličar et al., 2023).

Each image of the sample gallery, placed as a query without itself, lands nearer to its own point than at the mean of 15
neighbours: on the map of `atlas` the median and the 0.9 quantile of the distance are 0.008 and 0.014 of the map's width
instead of 0.014 and 0.029, and 0.77 of the five nearest are the same instead of 0.63.
"""

from collections.abc import Callable
from functools import cache

import numpy as np

HALVINGS = 48
# Relative to one attraction. Half of what the optimiser uses; the value that placed the sample gallery best.
REPULSION_WEIGHT = 2.5
MAX_STEP = 4.0  # of one attraction or repulsion along an axis, as in umap-learn


def bisect_rows(is_below: Callable[[np.ndarray], np.ndarray], n: int) -> np.ndarray:
    """(n, 1) values above 0 at which `is_below`, of (n, 1) values, turns from true to false."""
    low, high, value = np.zeros((n, 1)), np.full((n, 1), np.inf), np.ones((n, 1))
    for _ in range(HALVINGS):
        below = is_below(value)
        low, high = np.where(below, value, low), np.where(below, high, value)
        value = np.where(np.isinf(high), 2 * value, (low + np.where(np.isinf(high), 0, high)) / 2)
    return value


def memberships(distance: np.ndarray) -> np.ndarray:
    """(Q, K) distances of the nearest neighbours, nearest first -> UMAP's membership strengths in 0..1.

    exp(-(d - rho) / sigma); rho is the smallest distance above zero, and sigma makes the strengths add up to
    log2(K + 1) (McInnes et al., 2018, section 3.1; umap-learn counts the image itself as a neighbour).
    """
    above_zero = np.where(distance > 0, distance, np.inf).min(1, keepdims=True)
    beyond = (distance - np.where(np.isinf(above_zero), 0, above_zero)).clip(0)
    wanted = np.log2(distance.shape[1] + 1)
    # Many equal distances admit no sigma that is small enough; the floor is umap-learn's.
    floor = 1e-3 * distance.mean() + 1e-12

    def strengths(sigma: np.ndarray) -> np.ndarray:
        return np.exp(-beyond / np.maximum(sigma, floor))

    return strengths(bisect_rows(lambda sigma: strengths(sigma).sum(1, keepdims=True) < wanted, len(distance)))


def conditional(distance: np.ndarray, perplexity: float) -> np.ndarray:
    """(Q, K) distances -> t-SNE's p(j|i): Gaussian, rows that add up to 1 and have the given perplexity."""
    squared = distance**2 - distance[:, :1] ** 2
    wanted = np.log(max(min(perplexity, distance.shape[1]), 1))

    def probabilities(beta: np.ndarray) -> np.ndarray:
        p = np.exp(-squared * beta)
        return p / p.sum(1, keepdims=True)

    def entropy(p: np.ndarray) -> np.ndarray:
        return -(p * np.log(p + 1e-300)).sum(1, keepdims=True)

    return probabilities(bisect_rows(lambda beta: entropy(probabilities(beta)) > wanted, len(distance)))


@cache
def attraction_curve(min_dist: float) -> tuple[float, float]:
    """a and b of UMAP's 1 / (1 + a d^2b): near 1 up to `min_dist`, falling as exp(min_dist - d) beyond it."""
    from scipy.optimize import curve_fit

    d = np.linspace(0, 3, 300)
    wanted = np.where(d < min_dist, 1.0, np.exp(-(d - min_dist)))
    (a, b), _ = curve_fit(lambda d, a, b: 1 / (1 + a * d ** (2 * b)), d, wanted)
    return float(a), float(b)


def umap_step(
    place: np.ndarray, near: np.ndarray, weight: np.ndarray, fixed: np.ndarray, a: float, b: float
) -> np.ndarray:
    """One step (Q, dims) down the cross-entropy per attraction, at umap-learn's rate for `transform`, a quarter.

    `place` (Q, dims); `near` (Q, K, dims) attract with `weight` (Q, K); `fixed` (F, dims) repel.
    """
    to_near, to_fixed = near - place[:, None], fixed - place[:, None]
    d2, fixed_d2 = (to_near**2).sum(2, keepdims=True) + 1e-12, (to_fixed**2).sum(2, keepdims=True)
    attraction = (2 * a * b * d2 ** (b - 1) / (1 + a * d2**b) * to_near).clip(-MAX_STEP, MAX_STEP)
    repulsion = (2 * b / ((0.001 + fixed_d2) * (1 + a * fixed_d2**b)) * to_fixed).clip(-MAX_STEP, MAX_STEP)
    mean_attraction = (weight[:, :, None] * attraction).sum(1) / weight.sum(1)[:, None]
    return 0.25 * (mean_attraction - REPULSION_WEIGHT * repulsion.mean(1))


def tsne_step(place: np.ndarray, near: np.ndarray, weight: np.ndarray, fixed: np.ndarray) -> np.ndarray:
    """One step (Q, dims) down the query's own divergence.

    Half of its gradient, 2 sum_j (p_j - q_j) (y - y_j) / (1 + d_j^2). Arguments as for `umap_step`.
    """
    to_near, to_fixed = near - place[:, None], fixed - place[:, None]
    near_kernel = 1 / (1 + (to_near**2).sum(2, keepdims=True))
    fixed_kernel = 1 / (1 + (to_fixed**2).sum(2, keepdims=True))
    attraction = (weight[:, :, None] * near_kernel * to_near).sum(1)
    repulsion = (fixed_kernel**2 * to_fixed).sum(1) / fixed_kernel.sum(1)
    return attraction - repulsion
