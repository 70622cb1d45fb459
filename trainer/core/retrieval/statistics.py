"""Confidence intervals of metrics and paired tests between checkpoints, from the scores of single queries.

score_intervals({"guie_mp5": per_query}, classes)            # {"guie_mp5": [0.598, 0.713]}
paired_tests({"mine": mine, "theirs": theirs}, classes)      # difference, interval, p-values; the same queries

The scores of images of one class are correlated, so intervals that treat them as independent are too narrow. Whole
classes are therefore resampled (the cluster bootstrap), also for the study's metric, where every image is a query; an
image of unknown class is a cluster of its own. The intervals describe other queries of such classes against the same
index and with the same weights. For the variation between trainings see `seed_interval`.

`scipy.stats.bootstrap` gives the same BCa limits for one figure, which a test asserts, but would not remove code: all
pairs of checkpoints share one set of resamples here, ties between a resampled mean and the mean are found in spite of
rounding, and its jackknife takes O(C^2): 9 s instead of 3 s at 20,000 clusters, which images of unknown class make
likely. `scipy.stats.permutation_test` is far slower at a million sign flips.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import NormalDist

import numpy as np

CONFIDENCE = 0.95
REPETITIONS = 10_000  # resamples
FLIPS = 1_000_000  # sign flips; all signings are enumerated where there are no more
MIN_REPETITIONS = 1_000  # of either
POWER = 0.8  # of `detectable_differences`
MAX_DRAWS = 50_000_000  # above 5,000 clusters there are fewer resamples: time stays bounded, and they vary less
MAX_SIGNS = 250_000_000  # above 250 clusters there are fewer sign flips: a second or two for 15 pairs, 200 MB at most
BLOCK_DRAWS = 2**21  # drawn at once: 16 MB
ROUNDING = 1e-12  # a cluster's sum of differences below this is a zero with rounding errors
SEED = 0
NORMAL = NormalDist()
Method = Callable[[np.ndarray, float, np.ndarray], tuple[float, float]]  # (B,) means, mean, (C,) -> low, high


@dataclass(frozen=True)
class PairedTest:
    """`difference` of the means, a minus b, its 95 % interval (None below two classes), the p-value of no difference.

    `p_value_max_t` (step-down max-T) and `p_value_holm` are adjusted for all pairs tested together. Prefer the former,
    which uses the correlation between pairs. The interval is not adjusted. `detectable`: the true difference that the
    test of this pair alone finds in 80 % of cases (see `detectable_differences`), None if there is none.
    """

    a: str
    b: str
    difference: float
    interval: list[float] | None
    p_value: float
    p_value_holm: float
    p_value_max_t: float
    detectable: float | None


def score_intervals(scores: Mapping[str, np.ndarray], classes) -> dict[str, list[float] | None]:
    """The 95 % interval [low, high] of the mean of each (N,) array of scores in 0..1; `classes` (N,), "" if unknown.

    NaN scores (excluded queries) do not count. None if fewer than two classes are left.
    """
    found: dict[str, list[float] | None] = {}
    for name, values in scores.items():
        table, clusters = _known(np.asarray(values, float)[:, None], classes)
        found[name] = _intervals(table, clusters, (0.0, 1.0), _bca)[0]
    return found


def paired_tests(scores: Mapping[str, np.ndarray], classes, with_intervals: bool = True) -> list[PairedTest]:
    """Every two of several checkpoints by their scores (N,) in 0..1 of the same N queries; `classes` (N,).

    NaN marks excluded queries, which must be the same for all. Empty if no query is left. The intervals take most of
    the time and can be left out.
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
    p_values, max_t = sign_flip_tests(differences, classes)
    detectable = detectable_differences(differences, classes)
    columns = zip(pairs, differences.mean(0), intervals, p_values, holm(p_values), max_t, detectable, strict=True)
    return [
        PairedTest(names[a], names[b], float(mean), interval, float(alone), float(by_holm), float(by_max_t), found)
        for (a, b), mean, interval, alone, by_holm, by_max_t, found in columns
    ]


def sign_flip_tests(differences: np.ndarray, classes) -> tuple[np.ndarray, np.ndarray]:
    """Two-sided permutation p-values (P,) of paired `differences` (N, P), each alone and adjusted by step-down max-T.

    If two checkpoints are equally good, the differences of any class could as well have had the opposite sign. With
    S[c, p] the sum of the differences of pair p over class c, C classes, and one sign e[c] for each class and all pairs
    alike, the statistic is the one-sample t of the class sums under that signing:

        A[p] = sum_c e[c] S[c, p]
        t[p] = |A[p]| / sqrt(C / (C - 1) * (Q[p] - A[p]^2 / C)),   Q[p] = sum_c S[c, p]^2

    so that each pair is studentised by its own standard error under each signing. Q does not depend on the signs:
    t is one and the same increasing function of |A| / sqrt(Q) for all pairs and signings, and that ratio, which cannot
    overflow, is compared in its place. Pairs without any difference have p = 1.

    Alone, a pair's p-value is the share of signings with t at least as large as observed. Step-down max-T (Westfall and
    Young 1993; Romano and Wolf 2005) compares the k-th largest observed t with the maximum of t over the
    pairs from the k-th on, under the same signs for all pairs, so that the correlation between pairs counts; adjusted
    p-values never decrease along that order. All 2^C signings are enumerated if there are at most FLIPS; else
    FLIPS of them are drawn, fewer if C exceeds MAX_SIGNS / FLIPS, and p = (1 + hits) / (1 + R), never 0 (Phipson
    and Smyth 2010). Classes in which no pair differs do not matter and are left out.

    The p-value of a pair alone is exact if the two checkpoints are exchangeable within each class. The adjusted ones
    control the family-wise error exactly if in addition the differences of all pairs without a true difference can
    change their signs jointly; otherwise asymptotically in C, as signings keep the covariance of the class sums.
    Subset pivotality holds because the signs are applied to the differences of pairs, not to checkpoints: the joint
    distribution of some pairs does not depend on whether others differ.
    """
    sums, _ = _by_cluster(np.asarray(differences, float), classes)  # (C, P)
    sums[np.abs(sums) < ROUNDING] = 0
    sums = sums[sums.any(1)]
    spread = np.sqrt((sums**2).sum(0))
    ratios = sums / np.where(spread > 0, spread, 1)  # (C, P), columns of length 1 or 0
    order = np.argsort(-np.abs(ratios.sum(0)), kind="stable")
    ratios = ratios[:, order]
    observed = np.abs(ratios.sum(0)) - 1e-9 * np.abs(ratios).sum(0)  # equal sums may differ in their last digits
    hits, signings, exact = np.zeros((2, len(order)), int), 0, 2 ** len(ratios) <= FLIPS
    for bits in _all_signings(len(ratios)) if exact else _drawn_signings(len(ratios)):
        flipped = np.abs(bits @ (2 * ratios) - ratios.sum(0))  # (B, P): bits 0 and 1 are signs -1 and +1
        of_the_rest = np.maximum.accumulate(flipped[:, ::-1], 1)[:, ::-1]  # maxima over the pairs from each one on
        hits += np.stack([(flipped >= observed).sum(0), (of_the_rest >= observed).sum(0)])
        signings += len(bits)
    alone, stepped = hits / signings if exact else (1 + hits) / (1 + signings)
    p_values = np.empty((2, len(order)))
    p_values[:, order] = alone, np.maximum.accumulate(stepped)
    return p_values[0], p_values[1]


def detectable_differences(differences: np.ndarray, classes) -> list[float | None]:
    """The true mean difference of each pair that a paired test finds with a probability of POWER, from (N, P) scores.

    It is (t[0.975] + t[0.8]) * SE with C - 1 degrees of freedom for C classes, about 2.8 * SE for many: the two-sided
    test at the 5 % level rejects above t[0.975] * SE, and 80 % of estimates lie above the true difference minus
    t[0.8] * SE. SE is the standard error of the mean of N differences whose classes are independent, with n[c] queries
    of class c and the sum S[c] of their differences:

        SE = sqrt(C / (C - 1) * sum_c (S[c] - n[c] * mean)^2) / N

    It holds for a pair that is tested alone; p-values adjusted for several pairs find a little less. None if all
    differences are the same, if no true difference is large enough (scores are in 0..1), and below six classes, where
    not even the most extreme of the 2^C signings has p < 0.05.
    """
    sums, sizes = _by_cluster(np.asarray(differences, float), classes)  # (C, P), (C,)
    n = len(sizes)
    if n < 2 or 2.0 ** (1 - n) >= 1 - CONFIDENCE:
        return [None] * sums.shape[1]
    mean = sums.sum(0) / sizes.sum()
    residuals = sums - sizes[:, None] * mean
    errors = np.sqrt(n / (n - 1) * (residuals**2).sum(0)) / sizes.sum()
    reach = (_t_quantile(n - 1) + _t_quantile(n - 1, POWER)) * errors
    return [float(value) if ROUNDING < value <= 1 else None for value in reach]


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

    If all classes have the same mean, resampling would give an interval of length zero. Then the limit is the share of
    classes at the bound that leaves a chance of 2.5 % of drawing C classes without one (Clopper and Pearson 1934).
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
    """Quantiles of the (B,) resampled means, corrected for bias and skewness (BCa, Efron 1987).

    Plain quantiles are too narrow for scores near 1, which are common for recall@1.
    """
    below = (resampled < mean - 1e-12).mean() + (np.abs(resampled - mean) <= 1e-12).mean() / 2
    bias = NORMAL.inv_cdf(float(np.clip(below, 1 / len(resampled), 1 - 1 / len(resampled))))
    influence = left_out.mean() - left_out
    acceleration = (influence**3).sum() / (6 * (influence**2).sum() ** 1.5)
    reach = NORMAL.inv_cdf((1 + CONFIDENCE) / 2)
    at = [NORMAL.cdf(bias + (bias + z) / (1 - acceleration * (bias + z))) for z in (-reach, reach)]
    low, high = np.quantile(resampled, at)
    return low, high


def _bootstrap_t(resampled: np.ndarray, mean: float, left_out: np.ndarray) -> tuple[float, float]:
    """The mean and t times the bootstrap standard error, for differences of which most are zero.

    For these, BCa and plain quantiles are shifted away from zero and contradict the permutation test.
    """
    n = len(left_out)
    reach = _t_quantile(n - 1) * resampled.std() * np.sqrt(n / (n - 1))
    return mean - reach, mean + reach


def _t_quantile(degrees_of_freedom: int, probability: float = (1 + CONFIDENCE) / 2) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(degrees_of_freedom, probability))


def _resampled_means(sums: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """(B, M): B times the mean over C clusters drawn with replacement.

    Clusters differ in size, so numerator and denominator vary.
    """
    rng, n = np.random.default_rng(SEED), len(sizes)
    parts = []
    for rows in _blocks(_bounded(REPETITIONS, MAX_DRAWS, n), n):
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
    """Sums (C, M) and sizes (C,) of the rows of each class; a row without a class is a class of its own."""
    classes = np.asarray(classes).astype(str)
    _, codes = np.unique(classes, return_inverse=True)
    unknown = classes == ""
    codes[unknown] = len(classes) + np.arange(unknown.sum())
    _, codes, sizes = np.unique(codes, return_inverse=True, return_counts=True)
    sums = np.zeros((len(sizes), values.shape[1]))
    np.add.at(sums, codes, values)
    return sums, sizes.astype(float)


def _all_signings(n_clusters: int) -> Iterator[np.ndarray]:
    """Bits (B, C) of half of the 2^C signings; those of the other half are their opposites."""
    number, last = 0, 2 ** max(n_clusters - 1, 0)
    for rows in _blocks(last, n_clusters):
        yield (np.arange(number, number + rows)[:, None] >> np.arange(n_clusters) & 1).astype(float)
        number += rows


def _drawn_signings(n_clusters: int) -> Iterator[np.ndarray]:
    """Random bits (B, C), 0.0 or 1.0."""
    rng = np.random.default_rng(SEED)
    for rows in _blocks(_bounded(FLIPS, MAX_SIGNS, n_clusters), n_clusters):
        packed = rng.integers(0, 256, (rows, -(-n_clusters // 8)), np.uint8)
        yield np.unpackbits(packed, axis=1, count=n_clusters).astype(float)


def _bounded(repetitions: int, draws: int, n_clusters: int) -> int:
    """As many repetitions as `draws` allow, one for each cluster, within MIN_REPETITIONS and `repetitions`."""
    return int(np.clip(draws // max(n_clusters, 1), MIN_REPETITIONS, repetitions))


def _blocks(repetitions: int, n_clusters: int) -> Iterator[int]:
    """Numbers of repetitions that fit into memory and add up to `repetitions`."""
    part = max(1, BLOCK_DRAWS // max(n_clusters, 1))
    for start in range(0, repetitions, part):
        yield min(part, repetitions - start)
