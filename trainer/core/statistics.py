"""How sure a figure is, and whether two checkpoints really differ, from the scores of single queries.

score_intervals({"guie_mp5": per_query}, classes)            # {"guie_mp5": [0.598, 0.713]}
paired_tests({"mine": mine, "theirs": theirs}, classes)      # difference, interval, p-value; the same queries

Pictures of one class look alike and share their neighbours, so their scores rise and fall together: treating them as
independent would make every interval too narrow. Whole classes are therefore resampled (the cluster bootstrap), for
the study's metric too, where every picture is a query; a picture whose class is unknown stands for itself. Resampling
speaks of other queries of such classes against the same index, with the same weights. What another training would give
is another question: `seed_interval`, over several of them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import NormalDist

import numpy as np

CONFIDENCE = 0.95
REPETITIONS = 10_000  # resamples, or sign flips
FEWEST_REPETITIONS = 1_000
MAX_DRAWS = 50_000_000  # above 5,000 clusters there are fewer repetitions: time stays bounded, and they vary less
BLOCK_DRAWS = 2**21  # drawn at once: 16 MB
SEED = 0
NORMAL = NormalDist()
Method = Callable[[np.ndarray, float, np.ndarray], tuple[float, float]]  # (B,) means, mean, (C,) -> low, high


@dataclass(frozen=True)
class PairedTest:
    """`difference` of the means, a minus b, its 95 % interval (None below two classes), the p-value of no difference.

    `p_value_holm` is corrected for all pairs tested together; the interval is that of this pair alone.
    """

    a: str
    b: str
    difference: float
    interval: list[float] | None
    p_value: float
    p_value_holm: float


def score_intervals(scores: Mapping[str, np.ndarray], classes) -> dict[str, list[float] | None]:
    """The 95 % interval [low, high] of the mean of each (N,) array of scores in 0..1; `classes` (N,), "" if unknown.

    NaN scores (excluded queries) do not count. None where fewer than two classes are left, which say nothing of others.
    """
    found: dict[str, list[float] | None] = {}
    for name, values in scores.items():
        table, clusters = _known(np.asarray(values, float)[:, None], classes)
        found[name] = _intervals(table, clusters, (0.0, 1.0), _bca)[0]
    return found


def paired_tests(scores: Mapping[str, np.ndarray], classes, with_intervals: bool = True) -> list[PairedTest]:
    """Every two of several checkpoints by their scores (N,) in 0..1 of the same N queries; `classes` (N,).

    NaN marks excluded queries and must stand at the same places. Empty where no query is left. The intervals take most
    of the time: who needs p-values alone can leave them out.
    """
    names, table = list(scores), np.column_stack([np.asarray(values, float) for values in scores.values()])  # (N, M)
    if (np.isnan(table).any(1) != np.isnan(table).all(1)).any():
        raise ValueError("paired tests need scores of the same queries: some are excluded for one and not for another")
    table, classes = _known(table, classes)
    pairs = list(combinations(range(len(names)), 2))
    if not len(table) or not pairs:
        return []
    first, second = np.array(pairs).T
    differences = table[:, first] - table[:, second]  # (N, P)
    intervals = _intervals(differences, classes, (-1.0, 1.0), _bootstrap_t) if with_intervals else [None] * len(pairs)
    p_values = sign_flip_p_values(differences, classes)
    columns = zip(pairs, differences.mean(0), intervals, p_values, holm(p_values), strict=True)
    return [
        PairedTest(names[a], names[b], float(mean), interval, float(p), float(corrected))
        for (a, b), mean, interval, p, corrected in columns
    ]


def sign_flip_p_values(differences: np.ndarray, classes) -> np.ndarray:
    """Two-sided permutation p-values (P,) of paired `differences` (N, P), exchanging the two by whole classes.

    If two checkpoints were equally good, each class might as well have had its differences the other way round. All
    2^C signings are tried where they are no more than the repetitions; else so many are drawn, and the observed one is
    counted among them, (1 + hits) / (1 + R), so that no p-value is ever 0 (Phipson and Smyth 2010).
    """
    sums, _ = _by_cluster(np.asarray(differences, float), classes)  # (C, P)
    observed = np.abs(sums.sum(0))
    beyond = observed - 1e-9 * np.abs(sums).sum(0)  # equal sums in another order may differ in their last digits
    n, repetitions = len(sums), _repetitions(len(sums))
    if n < 60 and 2**n <= repetitions:
        signs = 1.0 - 2.0 * (np.arange(2**n)[:, None] >> np.arange(n) & 1)  # (2^C, C)
        return (np.abs(signs @ sums) >= beyond).mean(0)
    rng = np.random.default_rng(SEED)
    hits = np.zeros(sums.shape[1], int)
    for rows in _blocks(repetitions, n):
        signs = rng.integers(0, 2, (rows, n), dtype=np.int8) * 2.0 - 1.0
        hits += (np.abs(signs @ sums) >= beyond).sum(0)
    return (1 + hits) / (1 + repetitions)


def holm(p_values) -> np.ndarray:
    """p-values corrected for their number by Holm's step-down procedure (1979), in the order given.

    >>> holm([0.01, 0.04, 0.03]).tolist()
    [0.03, 0.06, 0.06]
    """
    p_values = np.asarray(p_values, float)
    order = np.argsort(p_values, kind="stable")
    stepped = np.maximum.accumulate(p_values[order] * np.arange(len(order), 0, -1))
    corrected = np.empty(len(order))
    corrected[order] = np.minimum(stepped, 1)
    return corrected


def seed_interval(values: Sequence[float]) -> tuple[float, float]:
    """The 95 % t-interval of the mean of one figure over k >= 2 trainings that differ in their seed alone."""
    figures = np.asarray(values, float)
    if figures.ndim != 1 or len(figures) < 2 or not np.isfinite(figures).all():
        raise ValueError(f"an interval over seeds needs at least two finite figures, not {figures.tolist()}")
    reach = _t_quantile(len(figures) - 1) * figures.std(ddof=1) / np.sqrt(len(figures))
    return float(figures.mean() - reach), float(figures.mean() + reach)


def _intervals(values: np.ndarray, classes, bounds: tuple[float, float], method: Method) -> list[list[float] | None]:
    """Of the means of M columns, (N, M) within `bounds`, by the cluster bootstrap.

    Where all classes agree, resampling would answer "no doubt at all". Instead classes that disagree, as far as the
    bounds let them, may be so frequent that C without one still have a chance of 2.5 % (Clopper and Pearson 1934).
    """
    sums, sizes = _by_cluster(values, classes)
    n = len(sizes)
    if n < 2:
        return [None] * values.shape[1]
    means = sums.sum(0) / sizes.sum()  # (M,)
    resampled = _resampled_means(sums, sizes)
    left_out = (sums.sum(0) - sums) / (sizes.sum() - sizes)[:, None]  # (C, M): the jackknife's means
    unseen = 1 - ((1 - CONFIDENCE) / 2) ** (1 / n)
    found: list[list[float] | None] = []
    for column, mean in enumerate(means):
        if np.allclose(sums[:, column], mean * sizes, rtol=0, atol=1e-12):
            low, high = mean - unseen * (mean - bounds[0]), mean + unseen * (bounds[1] - mean)
        else:
            low, high = method(resampled[:, column], mean, left_out[:, column])
        found.append([float(low), float(high)])
    return found


def _bca(resampled: np.ndarray, mean: float, left_out: np.ndarray) -> tuple[float, float]:
    """Quantiles of the (B,) resampled means, moved by their bias and by how the spread changes with the mean.

    Efron 1987. For scores that crowd at 1, as those of recall@1 do, quantiles that are not moved promise too much.
    """
    below = (resampled < mean - 1e-12).mean() + (np.abs(resampled - mean) <= 1e-12).mean() / 2
    bias = NORMAL.inv_cdf(float(np.clip(below, 1 / len(resampled), 1 - 1 / len(resampled))))
    pull = left_out.mean() - left_out
    acceleration = (pull**3).sum() / (6 * (pull**2).sum() ** 1.5)
    reach = NORMAL.inv_cdf((1 + CONFIDENCE) / 2)
    at = [NORMAL.cdf(bias + (bias + z) / (1 - acceleration * (bias + z))) for z in (-reach, reach)]
    low, high = np.quantile(resampled, at)
    return low, high


def _bootstrap_t(resampled: np.ndarray, mean: float, left_out: np.ndarray) -> tuple[float, float]:
    """The mean and t times the standard error that resampling shows, for differences of which most are zero.

    There BCa and plain quantiles lean away from zero when a few classes differ, and contradict the permutation test.
    """
    n = len(left_out)
    reach = _t_quantile(n - 1) * resampled.std() * np.sqrt(n / (n - 1))
    return mean - reach, mean + reach


def _t_quantile(degrees_of_freedom: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(degrees_of_freedom, (1 + CONFIDENCE) / 2))


def _resampled_means(sums: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """(B, M): means over C clusters drawn with replacement, B times; clusters differ in size, so both sums vary."""
    rng, n = np.random.default_rng(SEED), len(sizes)
    parts = []
    for rows in _blocks(_repetitions(n), n):
        drawn = rng.integers(n, size=(rows, n)) + n * np.arange(rows)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=rows * n).reshape(rows, n).astype(float)
        parts.append(counts @ sums / (counts @ sizes)[:, None])
    return np.concatenate(parts)


def _known(table: np.ndarray, classes) -> tuple[np.ndarray, np.ndarray]:
    """The rows without NaN and their classes."""
    classes = np.asarray(classes).astype(str)
    if classes.shape != table.shape[:1]:
        raise ValueError(f"expected one class for each of {len(table)} scores, found {classes.shape}")
    known = ~np.isnan(table).any(1)
    return table[known], classes[known]


def _by_cluster(values: np.ndarray, classes) -> tuple[np.ndarray, np.ndarray]:
    """Sums (C, M) and sizes (C,) of the rows of each class; a row without a class is one of its own."""
    classes = np.asarray(classes).astype(str)
    _, codes = np.unique(classes, return_inverse=True)
    unknown = classes == ""
    codes[unknown] = len(classes) + np.arange(unknown.sum())
    _, codes, sizes = np.unique(codes, return_inverse=True, return_counts=True)
    sums = np.zeros((len(sizes), values.shape[1]))
    np.add.at(sums, codes, values)
    return sums, sizes.astype(float)


def _repetitions(n_clusters: int) -> int:
    return int(np.clip(MAX_DRAWS // max(n_clusters, 1), FEWEST_REPETITIONS, REPETITIONS))


def _blocks(repetitions: int, n_clusters: int) -> Iterator[int]:
    """Repetitions in parts that fit the memory."""
    part = max(1, BLOCK_DRAWS // max(n_clusters, 1))
    for start in range(0, repetitions, part):
        yield min(part, repetitions - start)
