"""Alignment of the projections of several checkpoints, so that images move little when the map changes checkpoint.

transforms = align_in_order(projections, reference="atlas")     # by checkpoint, (N, D) each, row i the same image
aligned = transforms["pca-lite2"](projections["pca-lite2"])

An alignment is a similarity (orthogonal Procrustes; Schönemann, 1966): rotation, reflection, one scale and a
translation. It preserves all ratios of distances within a projection.

umap-learn's AlignedUMAP optimises all projections jointly and preserves fewer neighbours. `python
tests/benchmarks/bench_alignment.py atlas arcface-linear-lite2 pca-lite2`, sample gallery of 567 images: separate UMAPs
preserve 0.76, 0.77 and 0.76 of the five nearest neighbours in the embedding, AlignedUMAP 0.59, 0.71 and 0.60. Between
consecutive projections, images move by 0.20 of the projection's width with separate UMAPs and by 0.08 with AlignedUMAP.
"""

from collections.abc import Callable, Mapping
from itertools import pairwise

import numpy as np

Transform = Callable[[np.ndarray], np.ndarray]  # (M, D) -> (M, D)


def align_in_order(projections: Mapping[str, np.ndarray], reference: str) -> dict[str, Transform]:
    """The alignment of each projection by checkpoint; that of `reference` is the identity.

    Each projection is aligned to its neighbour in the order of `projections`, in the direction of `reference`, because
    an animation shows neighbours one after another. On the projections of six epochs of one run, images move by 0.13 of
    the width on average; with every projection aligned to `reference` they move by 0.14 (sample gallery).
    """
    names, start = list(projections), list(projections).index(reference)
    transforms = {reference: align(projections[reference], projections[reference])}
    for direction in (names[start:], names[start::-1]):
        for previous, name in pairwise(direction):
            transforms[name] = align(projections[name], transforms[previous](projections[previous]))
    return transforms


def align(coordinates: np.ndarray, reference: np.ndarray) -> Transform:
    """The least-squares similarity from `coordinates` to `reference`, (N, D) each; the scale is 1 if either is a point.

    Returns a function of other coordinates (M, D) of the same projection.
    """
    from scipy.linalg import orthogonal_procrustes

    coordinates, reference = np.asarray(coordinates, np.float64), np.asarray(reference, np.float64)
    centre, new_centre = coordinates.mean(0), reference.mean(0)
    rotation, covariance = orthogonal_procrustes(coordinates - centre, reference - new_centre)
    variance = ((coordinates - centre) ** 2).sum()
    scale = covariance / variance if covariance > 0 and variance > 0 else 1.0
    return lambda other: (np.asarray(other, np.float64) - centre) @ rotation * scale + new_centre
