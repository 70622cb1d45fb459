"""UMAP's terms: how strongly pictures belong together, and how near two places are to each other.

graph = membership_graph(rows, distance)       # (N, N), of everyone's K nearest
a, b = curve(min_dist=0.3)                     # nearness 1 / (1 + a d^2b) of two places d apart

umap-learn's own functions for this are compiled anew in each process, which takes seconds; these are not.
"""

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

HALVINGS = 48
CLOSE = 1e-5  # of the sum that is sought, as in umap-learn


def membership_graph(rows: np.ndarray, distance: np.ndarray) -> "csr_matrix":
    """(N, K) rows of the nearest others and their distances, nearest first -> (N, N) strengths in 0..1, symmetric.

    Two that hold each other by p and q belong together by p + q - p q: where one does, the fuzzy union does
    (McInnes et al., 2018, section 3.1).
    """
    from scipy.sparse import csr_matrix

    n, k = rows.shape
    strength = memberships(distance.astype(np.float64)).ravel().astype(np.float32)
    one_way = csr_matrix((strength, rows.ravel(), np.arange(0, n * k + 1, k)), (n, n))
    other_way = one_way.T.tocsr()
    return csr_matrix(one_way + other_way - one_way.multiply(other_way))


def memberships(distance: np.ndarray) -> np.ndarray:
    """(Q, K) distances of the nearest others, nearest first -> UMAP's membership strengths in 0..1.

    exp(-(d - rho) / sigma), rho the nearest distance above zero and sigma such that the strengths add up to log2(K + 1)
    (McInnes et al., 2018, section 3.1; as umap-learn, which counts the picture itself among its neighbours).
    """
    above_zero = np.where(distance > 0, distance, np.inf).min(1, keepdims=True)
    beyond = (distance - np.where(np.isinf(above_zero), 0, above_zero)).clip(0)
    wanted = np.log2(distance.shape[1] + 1)
    low, high = np.zeros((len(distance), 1)), np.full((len(distance), 1), np.inf)
    sigma = np.ones((len(distance), 1))
    for _ in range(HALVINGS):
        excess = np.exp(-beyond / sigma).sum(1, keepdims=True) - wanted
        if (np.abs(excess) < CLOSE).all():
            break
        low, high = np.where(excess > 0, low, sigma), np.where(excess > 0, sigma, high)
        sigma = np.where(np.isinf(high), 2 * sigma, (low + np.where(np.isinf(high), 0, high)) / 2)
    # Where many are equally near, no sigma is small enough; umap-learn's floor.
    return np.exp(-beyond / np.maximum(sigma, 1e-3 * distance.mean() + 1e-12))


@cache
def curve(min_dist: float) -> tuple[float, float]:
    """a and b of UMAP's 1 / (1 + a d^2b): closest to 1 up to `min_dist`, falling as exp(min_dist - d) beyond it."""
    from scipy.optimize import curve_fit

    d = np.linspace(0, 3, 300)
    wanted = np.where(d < min_dist, 1.0, np.exp(-(d - min_dist)))
    (a, b), _ = curve_fit(lambda d, a, b: 1 / (1 + a * d ** (2 * b)), d, wanted)
    return float(a), float(b)
