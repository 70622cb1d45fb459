"""Maps of several checkpoints turned towards each other, so that what stays the same also stays in place.

Rotation, mirroring, one scale and a shift (orthogonal Procrustes; Schönemann, 1966): no distance within a map changes
relative to another.

turns = turned_in_order(maps, first="atlas")     # maps by checkpoint, (N, 2) each, row i the same picture
there = turns["pca-lite2"](maps["pca-lite2"])

umap-learn's AlignedUMAP lays out all maps together instead, and keeps less of each. `python
tests/benchmarks/bench_alignment.py atlas arcface-linear-lite2 pca-lite2`, sample gallery of 567 pictures: of the five
nearest in 64 numbers, 0.76, 0.77 and 0.76 stay near on maps of their own, 0.59, 0.71 and 0.60 on aligned ones, whose
pictures move 0.08 of the map's width from one to the next where these move 0.20.
"""

from collections.abc import Callable, Mapping
from itertools import pairwise

import numpy as np

Turn = Callable[[np.ndarray], np.ndarray]


def turned_in_order(maps: Mapping[str, np.ndarray], first: str) -> dict[str, Turn]:
    """The map of `first` stays as it is; each of the others is turned towards its neighbour on the side of that one.

    Neighbours are what an animation shows one after another: on the maps of six epochs of a run pictures move less
    between them than if all were turned towards one map (sample gallery: 0.13 of its width in the mean, not 0.14).
    """
    names, start = list(maps), list(maps).index(first)
    turns = {first: turned_towards(maps[first], maps[first])}
    for one_way in (names[start:], names[start::-1]):
        for before, name in pairwise(one_way):
            turns[name] = turned_towards(maps[name], turns[before](maps[before]))
    return turns


def turned_towards(xy: np.ndarray, reference: np.ndarray) -> Turn:
    """The least-squares similarity from `xy` onto `reference`, (N, D) each, as a function of (M, D) places."""
    xy, reference = np.asarray(xy, np.float64), np.asarray(reference, np.float64)
    centre, onto = xy.mean(0), reference.mean(0)
    left, strength, right = np.linalg.svd((xy - centre).T @ (reference - onto))
    spread = ((xy - centre) ** 2).sum()
    scale = strength.sum() / spread if spread > 0 and strength.sum() > 0 else 1.0
    rotation = left @ right
    return lambda places: (np.asarray(places, np.float64) - centre) @ rotation * scale + onto
