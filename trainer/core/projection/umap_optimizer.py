"""UMAP's layout: points that a graph joins pull one another, chance points push. The same on any number of cores.

xy = layout(start, graph, epochs=500, a=0.99, b=1.11, seed=0)       # (N, dims)

umap-learn's own layout gives the same map again on one core only: on several, each moves points that others read. Here
a point moves by what stood where after the last epoch, and draws its chance points by its own number, so that the cores
have nothing to agree on. Speed and quality against umap-learn: tests/benchmarks/bench_umap.py.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numba
import numpy as np
from scipy.sparse import csr_matrix

PUSHES = 5  # chance points a pull
# Half of umap-learn's: as the others stand still meanwhile, a full step is one too far. On guie_mini by `atlas`, mean
# of three seeds, 0.452 of the nearest five stay near, with the full rate 0.431.
RATE = 0.5
CLIP = 4.0  # the most that one pull or push moves a point along an axis, as in umap-learn
SHARES_A_THREAD = 4  # so that no core waits long for another

# Forces are looked up by the upper bits of a float32 squared distance: its exponent and the first 8 bits of its
# fraction, which leaves an error of at most 0.2 %. Computing the powers anew took 2.4 times as long.
SHIFT = 15
NEAREST, FARTHEST = 2.0**-20, 2.0**24


def layout(
    start: np.ndarray, graph: csr_matrix, epochs: int, a: float, b: float, seed: int, threads: int | None = None
) -> np.ndarray:
    """(N, dims) first places -> (N, dims) float32.

    `graph` (N, N): membership strengths in 0..1, the same both ways; an edge pulls in its share of the epochs.
    `a`, `b`: two places are near by 1 / (1 + a d^2b). Equation and rates: McInnes et al., 2018, sections 3.2 and 4.
    """
    graph = csr_matrix(graph)
    share = (graph.data / graph.data.max()).astype(np.float32)
    ends, others = graph.indptr.astype(np.int64), graph.indices.astype(np.int32)
    pull, push = _forces(a, b)
    places = np.zeros((len(start), 3), np.float32)  # on a flat map, the third axis stays zero
    places[:, : start.shape[1]] = start
    moved = np.empty_like(places)
    threads = threads or os.cpu_count() or 1
    cuts = np.searchsorted(ends, np.linspace(0, graph.nnz, threads * SHARES_A_THREAD + 1)[1:-1])
    bounds = np.concatenate([[0], cuts, [len(places)]]).tolist()
    with ThreadPoolExecutor(threads) as pool:
        for epoch in range(epochs):
            rate = np.float32(RATE * (1 - epoch / epochs))
            given: tuple[Any, ...] = (ends, others, share, pull, push, rate, epoch, np.uint64(seed))
            work = [pool.submit(_move, places, moved, first, last, *given) for first, last in pairwise(bounds)]
            for one in work:
                one.result()
            places, moved = moved, places
    return places[:, : start.shape[1]].copy()


def _forces(a: float, b: float) -> tuple[np.ndarray, np.ndarray]:
    """Tables of what the difference of two places is multiplied by: of a pull, below zero, and of a push."""
    first, last = np.array([NEAREST, FARTHEST], np.float32).view(np.int32) >> SHIFT
    middle = (np.arange(first, last, dtype=np.int32) << SHIFT) + (1 << (SHIFT - 1))
    d2 = middle.view(np.float32).astype(np.float64)
    pull = -2 * a * b * d2 ** (b - 1) / (1 + a * d2**b)
    push = 2 * b / ((0.001 + d2) * (1 + a * d2**b))
    return pull.astype(np.float32), push.astype(np.float32)


FIRST = int(np.float32(NEAREST).view(np.int32) >> SHIFT)


@numba.njit(cache=True)
def _force(table: np.ndarray, d2: np.float32) -> np.float32:
    place = int(np.float32(d2).view(np.int32) >> SHIFT) - FIRST
    return table[min(max(place, 0), len(table) - 1)]


# Without the interpreter's lock, so that plain threads run it; numba's own are not safe where two visitors ask at once.
@numba.njit(nogil=True, cache=True)
def _move(
    places: np.ndarray,
    moved: np.ndarray,
    first: int,
    last: int,
    ends: np.ndarray,
    others: np.ndarray,
    share: np.ndarray,
    pull: np.ndarray,
    push: np.ndarray,
    rate: np.float32,
    epoch: int,
    seed: np.uint64,
) -> None:
    """One epoch of the points `first` to `last`: what `places` says of them and of all others -> `moved`."""
    n, clip = len(places), np.float32(CLIP)
    for i in range(first, last):
        x, y, z = places[i, 0], places[i, 1], places[i, 2]
        # xorshift64* (Vigna, 2016), begun anew for each point and epoch
        state = (seed + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        state ^= np.uint64(epoch + 1) * np.uint64(0xBF58476D1CE4E5B9)
        state ^= np.uint64(i + 1) * np.uint64(0x94D049BB133111EB)
        for edge in range(ends[i], ends[i + 1]):
            if np.floor((epoch + 1) * share[edge]) == np.floor(epoch * share[edge]):
                continue  # not in this epoch
            j = others[edge]
            dx, dy, dz = x - places[j, 0], y - places[j, 1], z - places[j, 2]
            force = _force(pull, dx * dx + dy * dy + dz * dz)
            x += rate * min(max(force * dx, -clip), clip)
            y += rate * min(max(force * dy, -clip), clip)
            z += rate * min(max(force * dz, -clip), clip)
            # All from one place: each from where the last one led takes 1.4 times as long, as nothing overlaps.
            to_x = to_y = to_z = np.float32(0)
            for _ in range(PUSHES):
                state ^= state >> np.uint64(12)
                state ^= state << np.uint64(25)
                state ^= state >> np.uint64(27)
                drawn = (state * np.uint64(0x2545F4914F6CDD1D)) >> np.uint64(32)
                k = np.int64((drawn * np.uint64(n)) >> np.uint64(32))
                dx, dy, dz = x - places[k, 0], y - places[k, 1], z - places[k, 2]
                force = _force(push, dx * dx + dy * dy + dz * dz)
                to_x += min(max(force * dx, -clip), clip)
                to_y += min(max(force * dy, -clip), clip)
                to_z += min(max(force * dz, -clip), clip)
            x, y, z = x + rate * to_x, y + rate * to_y, z + rate * to_z
        moved[i, 0], moved[i, 1], moved[i, 2] = x, y, z
