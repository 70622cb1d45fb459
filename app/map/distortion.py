"""Whether a projection shows an image near its neighbours.

if is_far(library, projection_set, "atlas", query, answer.rows): ...     # the map is wrong about this image
"""

import numpy as np

from app.library.library import Library
from app.library.projection_sets import ProjectionSet
from app.library.query import Query

MAX_SAMPLED = 500  # images from which the usual distance is estimated
FAR = 0.95  # quantile of the usual distances
K = 5


def is_far(
    library: Library, projection_set: ProjectionSet, checkpoint: str, query: Query, neighbours: np.ndarray
) -> bool:
    """Whether the query is farther from its neighbours on the map than 95 % of the images of the gallery from theirs.

    The distance is the median over the first five of `neighbours` (K,), rows of the gallery.
    """
    projection = projection_set.projections[checkpoint]
    if query.row is None:
        xy = projection.transform(library.checkpoint(checkpoint).embed(query))[0]
    else:
        xy = projection.xy[query.row]
    if checkpoint not in projection_set.spread_limits:
        projection_set.spread_limits[checkpoint] = _usual_limit(library, checkpoint, projection.xy)
    return _spread(projection.xy, xy[None], neighbours[None, :K])[0] > projection_set.spread_limits[checkpoint]


def _usual_limit(library: Library, checkpoint: str, xy: np.ndarray) -> float:
    """The FAR quantile of the distances of images from their neighbours, over a seeded sample."""
    served, n = library.checkpoint(checkpoint), len(xy)
    rows = np.arange(n) if n <= MAX_SAMPLED else np.random.default_rng(0).choice(n, MAX_SAMPLED, replace=False)
    nearest = served.index.search(served.precomputed.embeddings[rows], K, exclude=rows).rows
    return float(np.quantile(_spread(xy, xy[rows], nearest), FAR)) if nearest.shape[1] else np.inf


def _spread(xy: np.ndarray, places: np.ndarray, nearest: np.ndarray) -> np.ndarray:
    """(Q,) median distance of places (Q, D) from the points of rows (Q, K)."""
    return np.median(np.linalg.norm(xy[nearest] - places[:, None], axis=2), axis=1)
