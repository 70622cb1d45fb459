"""Orders of queries by their scores; a query without a score (NaN) has no place in any of them.

by_score(np.array([1.0, 0.2, np.nan, 0.2]))        # [1, 3, 0]
"""

from collections.abc import Sequence

import numpy as np


def by_score(scores: np.ndarray, *tie_breakers: np.ndarray) -> np.ndarray:
    """Positions of the queries, lowest of `scores` (Q,) first.

    Queries with equal scores are ordered by the lower of each tie breaker (Q,) in turn, NaN last, then by position.
    """
    order = np.lexsort([np.nan_to_num(values, nan=np.inf) for values in (*tie_breakers[::-1], scores)])
    return order[~np.isnan(scores[order])]


def by_difference(scores: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Positions of the queries, largest `other - scores` (Q,) first, equal ones by position."""
    difference = other - scores
    order = np.argsort(-difference, kind="stable")
    return order[~np.isnan(difference[order])]


def wrong_for_all(scores: Sequence[np.ndarray]) -> np.ndarray:
    """Positions of the queries whose score is 0 in every one of `scores`, (Q,) each."""
    return np.flatnonzero((np.stack(scores) == 0).all(0))
