"""The nearest rows of an index by inner product, exact to the last digit, in numpy alone.

columns, similarity = nearest(query, index, k=5)      # (Q, 5) each, best first

A matrix product in float32 rounds differently from place to place, so that copies of one image may differ in their
last digit. Here it only finds candidates: those within its error bound of the k best. The candidates are compared by
their inner product in float64, rounded to float32, and equal ones by column. The result therefore depends on the two
tables alone, not on the number of threads, the processor, or which other queries are searched at the same time.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

BLOCK_ELEMENTS = 2**24  # similarities that a thread holds at once: 64 MB
ROWS = 128  # queries of a block, at most, if there are several threads
TILE = 2048  # columns of one matrix product, which stay in the processor's cache
GROUP = 512  # columns of which the best is found first
SPARE = 3  # candidates beyond k; more are only looked for if these are all within the error bound
FEW = 64  # columns that are all candidates
UNIT, SMALLEST = 2.0**-24, 2.0**-149  # relative error of one operation in float32, and its absolute error near zero
MAX_THREADS = 8


def nearest(
    query: np.ndarray, index: np.ndarray, k: int, exclude: np.ndarray | None = None, threads: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """The k best columns of each query and their similarities, (Q, k) each, best first, equal ones by column.

    `query` (Q, E) and `index` (M, E), whose products are finite in float32; k in 0..M. `exclude` (Q,): a column that
    each query leaves out, or -1. An excluded column has the similarity -inf and comes last. Several `threads` are
    faster than one only if each matrix product uses a single thread (`one_thread_a_product` in process.py).
    """
    query, index = np.ascontiguousarray(query, np.float32), np.ascontiguousarray(index, np.float32)
    exclude = np.full(len(query), -1) if exclude is None else np.asarray(exclude)
    if query.ndim != 2 or index.ndim != 2 or query.shape[1] != index.shape[1]:
        raise ValueError(f"expected (Q, E) queries and an (M, E) index, found {query.shape} and {index.shape}")
    if not 0 <= k <= len(index):
        raise ValueError(f"k must be in 0..{len(index)}, not {k}")
    columns, similarity = np.empty((len(query), k), np.intp), np.empty((len(query), k), np.float32)
    if not k or not len(query):
        return columns, similarity
    index_norm = float(np.sqrt(np.einsum("ij,ij->i", index, index, dtype=np.float64).max()))
    # A thread by itself computes as much at once as fits: its products may be shared out, which takes time to start.
    tile, most = (TILE, ROWS) if threads > 1 else (len(index), len(query))
    n_rows = int(np.clip(BLOCK_ELEMENTS // len(index), 1, most))
    starts = iter(range(0, len(query), n_rows))

    def work() -> None:
        block = _Block(index, index_norm, n_rows, tile)
        while (start := next(starts, None)) is not None:  # threads share the iterator, one block at a time
            rows = slice(start, start + n_rows)
            columns[rows], similarity[rows] = block.nearest(query[rows], exclude[rows], k)

    threads = min(threads, MAX_THREADS, -(-len(query) // n_rows))
    if threads == 1:
        work()
    else:
        with ThreadPoolExecutor(threads) as pool:
            for done in [pool.submit(work) for _ in range(threads)]:
                done.result()
    return columns, similarity


class _Block:
    """Similarities of some queries with the whole index, in memory that is used again for the next queries."""

    def __init__(self, index: np.ndarray, index_norm: float, n_rows: int, tile: int) -> None:
        self.index, self.index_norm, self.tile = index, index_norm, tile
        self.n_groups = -(-len(index) // GROUP)
        # Columns beyond the index fill the last group; they stay at -inf.
        self.similarity = np.full((n_rows, self.n_groups * GROUP), -np.inf, np.float32)

    def nearest(self, query: np.ndarray, exclude: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        """(B, E) queries -> columns and similarities (B, k)."""
        if len(self.index) <= max(FEW, k + SPARE + 1):
            candidates = np.broadcast_to(np.arange(len(self.index)), (len(query), len(self.index)))
            return self._ranked(query, candidates, exclude, k)
        similarity, best = self._products(query, exclude)
        candidates, values = _top(similarity, best, k + SPARE)  # (B, k + SPARE)
        norms = np.sqrt(np.einsum("ij,ij->i", query, query, dtype=np.float64))
        least = values[:, k - 1] - self._error(norms)
        columns, found = self._ranked(query, np.sort(candidates, 1), exclude, k)
        for row in np.flatnonzero(~(values[:, -1] < least)):  # more columns than the candidates are within the bound
            one = slice(row, row + 1)
            close = np.flatnonzero(~(similarity[row, : len(self.index)] < least[row]))
            columns[one], found[one] = self._ranked(query[one], close[None], exclude[one], k)
        return columns, found

    def _error(self, norms: np.ndarray) -> np.ndarray:
        """(B,): how far two similarities may be apart that the products rank in the wrong order."""
        return 4 * (self.index.shape[1] + 2) * (UNIT * norms * self.index_norm + SMALLEST)

    def _products(self, query: np.ndarray, exclude: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The similarities of a block, and the best column of each group (B, G)."""
        similarity = self.similarity[: len(query)]
        best = np.empty((len(query), self.n_groups), np.intp)
        for start in range(0, len(self.index), self.tile):
            end = min(start + self.tile, len(self.index))
            np.matmul(query, self.index[start:end].T, out=similarity[:, start:end])
            inside = np.flatnonzero((start <= exclude) & (exclude < end))
            similarity[inside, exclude[inside]] = -np.inf
            first, last = start // GROUP, -(-end // GROUP)
            groups = similarity[:, first * GROUP : last * GROUP].reshape(len(query), last - first, GROUP)
            groups.argmax(2, out=best[:, first:last])
        return similarity, best + np.arange(self.n_groups) * GROUP

    def _ranked(
        self, query: np.ndarray, candidates: np.ndarray, exclude: np.ndarray, k: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """The k best of the candidates (B, C), which ascend."""
        products = self.index[candidates].astype(np.float64) * query[:, None]  # (B, C, E)
        exact = products.sum(2).astype(np.float32)
        exact[candidates == exclude[:, None]] = -np.inf
        order = np.argsort(-exact, axis=1, kind="stable")[:, :k]
        return np.take_along_axis(candidates, order, 1), np.take_along_axis(exact, order, 1)


def _top(similarity: np.ndarray, best: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Columns and values (B, k) of the k largest values of each row; `best` (B, G) is the best column of each group.

    Each value that is found is taken out of its group, whose next best is then found. `best` is overwritten.
    """
    rows, groups = np.arange(len(best)), similarity.reshape(*best.shape, GROUP)
    largest = np.take_along_axis(similarity, best, 1)  # (B, G)
    columns, values = np.empty((len(best), k), np.intp), np.empty((len(best), k), np.float32)
    for rank in range(k):
        group = largest.argmax(1)
        columns[:, rank], values[:, rank] = best[rows, group], largest[rows, group]
        similarity[rows, columns[:, rank]] = -np.inf
        inside = groups[rows, group].argmax(1)
        best[rows, group] = group * GROUP + inside
        largest[rows, group] = groups[rows, group, inside]
    np.put_along_axis(similarity, columns, values, 1)
    return columns, values
