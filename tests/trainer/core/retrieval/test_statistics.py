"""Intervals and paired tests: against slow transcriptions, SciPy, and what they promise in simulations."""

import math
import random
from itertools import product
from statistics import NormalDist

import numpy as np
import pytest
from scipy import stats

from trainer.core.retrieval import statistics
from trainer.core.retrieval.statistics import (
    detectable_differences,
    holm,
    paired_tests,
    score_intervals,
    seed_interval,
    sign_flip_tests,
)

Z = NormalDist()


def draw(rng, n_classes, mean=0.65, spread=1.5, most=4):
    """Scores in fifths: classes differ in how hard they are, and have one to `most` queries."""
    ease = rng.beta(mean * spread, (1 - mean) * spread, n_classes)
    classes = np.repeat(np.arange(n_classes), rng.integers(1, most + 1, n_classes))
    return rng.binomial(5, ease[classes]) / 5, np.char.add("c", classes.astype(str))


def slow_bca(scores, classes, repetitions=10_000):
    """Efron's BCa with loops, whole classes drawn by another generator."""
    groups = {}
    for score, name in zip(scores.tolist(), classes.tolist(), strict=True):
        groups.setdefault(name, []).append(score)
    names, rng = list(groups), random.Random(5)

    def mean_of(chosen):
        pooled = [score for name in chosen for score in groups[name]]
        return sum(pooled) / len(pooled)

    mean = mean_of(names)
    resampled = sorted(mean_of(rng.choices(names, k=len(names))) for _ in range(repetitions))
    below = sum(value < mean - 1e-12 for value in resampled) + sum(abs(v - mean) <= 1e-12 for v in resampled) / 2
    z0 = Z.inv_cdf(below / repetitions)
    jackknife = [mean_of([name for name in names if name != left_out]) for left_out in names]
    centre = sum(jackknife) / len(jackknife)
    a = sum((centre - j) ** 3 for j in jackknife) / (6 * sum((centre - j) ** 2 for j in jackknife) ** 1.5)
    limits = []
    for alpha in (0.025, 0.975):
        z = Z.inv_cdf(alpha)
        limits.append(resampled[round((repetitions - 1) * Z.cdf(z0 + (z0 + z) / (1 - a * (z0 + z))))])
    return limits


@pytest.mark.parametrize("mean", [0.5, 0.9])
def test_an_interval_equals_the_transcription(mean):
    scores, classes = draw(np.random.default_rng(1), 50, mean)
    interval = score_intervals({"m": scores}, classes)["m"]
    assert interval == pytest.approx(slow_bca(scores, classes), abs=0.005)
    assert interval[0] < scores.mean() < interval[1]


def test_an_interval_equals_scipys():
    """The cluster bootstrap as pairs of sums and sizes; the same generator and seed."""
    from scipy.stats import bootstrap

    rng = np.random.default_rng(1)
    sizes = rng.integers(1, 8, 60)
    classes, scores = np.repeat(np.arange(10, 70), sizes).astype(str), rng.random(sizes.sum())  # in the order of text
    sums = np.bincount(np.repeat(np.arange(60), sizes), scores)
    theirs = bootstrap(
        (sums, sizes.astype(float)), lambda sums, sizes, axis: sums.sum(axis) / sizes.sum(axis), paired=True,
        vectorized=True, n_resamples=10_000, method="BCa", rng=statistics.SEED,
    )  # fmt: skip
    assert score_intervals({"m": scores}, classes)["m"] == pytest.approx(list(theirs.confidence_interval), abs=1e-9)


def test_without_classes_it_is_the_ordinary_bootstrap():
    scores = np.random.default_rng(2).binomial(5, 0.8, 90) / 5
    expected = stats.bootstrap([scores], np.mean, n_resamples=20_000, method="BCa", rng=np.random.default_rng(0))
    found = score_intervals({"m": scores}, np.full(90, ""))["m"]
    assert found == pytest.approx([*expected.confidence_interval], abs=0.005)
    assert found == score_intervals({"m": scores}, [f"{i:02}" for i in range(90)])["m"]


def test_the_same_scores_give_the_same_interval_in_any_order():
    scores, classes = draw(np.random.default_rng(3), 30)
    order = np.random.default_rng(0).permutation(len(scores))
    once, again = score_intervals({"m": scores}, classes), score_intervals({"m": scores}, classes)
    assert once == again
    assert score_intervals({"m": scores[order]}, classes[order])["m"] == pytest.approx(once["m"])


def test_excluded_queries_do_not_count():
    scores, classes = draw(np.random.default_rng(4), 30)
    more = np.append(scores, [math.nan] * 3)
    assert score_intervals({"m": more}, [*classes, "x", "x", ""]) == score_intervals({"m": scores}, classes)


def test_intervals_hold_what_they_promise_and_only_by_class(monkeypatch):
    """Of 400 data sets with a known mean, nineteen in twenty intervals should contain it."""
    monkeypatch.setattr(statistics, "REPETITIONS", 1_000)
    rng, ease, held, naive = np.random.default_rng(6), 0.8, 0, 0
    for _ in range(400):
        easy = rng.beta(ease * 0.8, (1 - ease) * 0.8, 60)  # classes that are nearly all right or all wrong
        scores, classes = rng.binomial(1, np.repeat(easy, 4)).astype(float), np.repeat(np.arange(60), 4).astype(str)
        low, high = score_intervals({"m": scores}, classes)["m"]
        held += low <= ease <= high
        low, high = score_intervals({"m": scores}, np.full(240, ""))["m"]
        naive += low <= ease <= high
    assert 0.92 <= held / 400 <= 0.98
    assert naive / 400 < 0.85


def test_all_right_is_not_without_doubt():
    """44 classes without a mistake: a class with one may have any frequency p with (1 - p)^44 >= 2.5 %."""
    classes = np.repeat(np.arange(44), 2).astype(str)
    low, high = score_intervals({"m": np.ones(88)}, classes)["m"]
    assert high == 1
    assert low**44 == pytest.approx(0.025)
    low, high = score_intervals({"m": np.zeros(88)}, classes)["m"]
    assert (low, high) == (0, pytest.approx(stats.binomtest(0, 44).proportion_ci().high))
    [same] = paired_tests({"a": np.ones(88), "b": np.ones(88)}, classes)
    assert (same.difference, same.p_value, same.p_value_holm, same.p_value_max_t) == (0, 1, 1, 1)
    assert same.interval == pytest.approx([-0.0804, 0.0804], abs=1e-4)


def test_one_class_or_none_has_no_interval():
    assert score_intervals({"m": np.array([0.2, 0.8])}, ["a", "a"]) == {"m": None}
    assert score_intervals({"m": np.full(3, math.nan)}, ["a", "b", "c"]) == {"m": None}
    [test] = paired_tests({"a": np.array([0.2, 0.8]), "b": np.array([0.1, 0.1])}, ["x", "x"])
    assert (test.interval, test.p_value) == (None, 1)


def test_p_values_of_few_classes_are_exact():
    """By the list of all signings, and by SciPy's permutation test on sums by class."""
    rng = np.random.default_rng(7)
    scores, classes = draw(rng, 9)
    others = rng.binomial(5, np.clip(scores + 0.1, 0, 1)) / 5
    sums = [[s[classes == name].sum() for name in np.unique(classes)] for s in (scores, others)]
    found = sign_flip_tests((scores - others)[:, None], classes)[0]
    signed = [
        sum(s * (a - b) for s, a, b in zip(signs, *sums, strict=True)) for signs in product((1, -1), repeat=9)
    ]  # fmt: skip
    assert found == pytest.approx(np.mean(np.abs(signed) >= abs(signed[0]) - 1e-9))
    expected = stats.permutation_test(
        sums, lambda a, b, axis: np.sum(a - b, axis), permutation_type="samples", vectorized=True, n_resamples=np.inf
    )
    assert found == pytest.approx(expected.pvalue)


@pytest.mark.parametrize("shift", [0, 0.05, 0.1])
def test_p_values_of_many_classes_agree_with_scipy(shift):
    rng = np.random.default_rng(8)
    differences, classes = np.round(rng.normal(shift, 0.3, 160), 1), np.repeat(np.arange(80), 2).astype(str)
    sums = differences.reshape(80, 2).sum(1)
    expected = stats.permutation_test(
        [sums, np.zeros(80)], lambda a, b, axis: np.sum(a - b, axis), permutation_type="samples", vectorized=True,
        n_resamples=20_000, rng=np.random.default_rng(0),
    )  # fmt: skip
    assert sign_flip_tests(differences[:, None], classes)[0] == pytest.approx(expected.pvalue, abs=0.015)


def test_a_clear_difference_is_never_impossible():
    for p in sign_flip_tests(np.full((200, 1), 0.5), np.arange(200).astype(str)):
        assert p == pytest.approx(1 / 1_000_001)


def test_equal_checkpoints_are_seldom_told_apart(monkeypatch):
    monkeypatch.setattr(statistics, "REPETITIONS", 1_000)
    monkeypatch.setattr(statistics, "FLIPS", 1_000)
    rng, found = np.random.default_rng(9), []
    for _ in range(300):
        easy = rng.beta(1, 1, (2, 40))  # each has its own hard classes, neither is better
        scores = rng.binomial(5, np.repeat(easy, 3, axis=1)) / 5
        found += paired_tests(dict(zip("ab", scores, strict=True)), np.repeat(np.arange(40), 3).astype(str))
    assert 0.02 <= np.mean([test.p_value < 0.05 for test in found]) <= 0.08
    assert 0.92 <= np.mean([test.interval[0] <= 0 <= test.interval[1] for test in found]) <= 0.98
    assert np.mean([(test.p_value < 0.05) == (not test.interval[0] <= 0 <= test.interval[1]) for test in found]) > 0.97


def test_every_pair_is_tested_and_corrected():
    rng = np.random.default_rng(10)
    scores, classes = draw(rng, 60)
    scores[3] = math.nan
    three = {"a": scores, "b": np.clip(scores - 0.2, 0, 1), "c": rng.permutation(scores)}
    three["c"][np.isnan(three["c"])], three["c"][3] = 0.4, math.nan
    tests = paired_tests(three, classes)
    assert [(test.a, test.b) for test in tests] == [("a", "b"), ("a", "c"), ("b", "c")]
    for test in tests:
        assert test.difference == pytest.approx(np.nanmean(three[test.a] - three[test.b]))
        assert test.interval[0] < test.difference < test.interval[1]
        [alone] = paired_tests({name: three[name] for name in (test.a, test.b)}, classes)
        assert alone.interval == pytest.approx(test.interval)
        assert alone.p_value == pytest.approx(test.p_value, abs=0.002)
        assert alone.p_value_holm == alone.p_value_max_t == alone.p_value
    assert [test.p_value_holm for test in tests] == holm([test.p_value for test in tests]).tolist()
    assert max(tests[0].p_value_holm, tests[0].p_value_max_t) < 0.001
    assert [test.interval for test in paired_tests(three, classes, with_intervals=False)] == [None] * 3
    [back, *_] = paired_tests({"b": three["b"], "a": three["a"]}, classes)
    assert back.difference == -tests[0].difference
    assert back.interval == pytest.approx([-limit for limit in tests[0].interval[::-1]])
    assert (back.p_value, back.p_value_max_t) == (tests[0].p_value, tests[0].p_value_max_t)


def slow_max_t(sums):
    """Step-down max-T of Westfall and Young over all 2^C signings of class sums (C, P), by loops: p-values in order.

    Each pair is studentised under each signing by the standard error of its own class sums.
    """

    def t(column, signs):
        signed = [e * s for e, s in zip(signs, column, strict=True)]
        mean = sum(signed) / len(signed)
        variance = sum((s - mean) ** 2 for s in signed) / (len(signed) - 1)
        if variance < 1e-20:  # all alike: no difference at all, or one without any doubt
            return 0.0 if abs(mean) < 1e-10 else math.inf
        return abs(mean) / math.sqrt(variance / len(signed))

    columns = sums.T.tolist()
    observed = [t(column, [1] * len(column)) for column in columns]
    order = sorted(range(len(columns)), key=lambda p: -observed[p])
    table = [[t(columns[p], signs) for p in order] for signs in product((1, -1), repeat=len(sums))]
    found, last = [0.0] * len(order), 0.0
    for k, p in enumerate(order):
        share = sum(max(row[k:]) >= observed[p] * (1 - 1e-9) for row in table) / len(table)
        found[p] = last = max(share, last)
    return found


@pytest.mark.parametrize("seed", range(4))
def test_step_down_max_t_equals_the_transcription(seed):
    """Three checkpoints and a copy of one of them: pairs that differ, and one that does not differ at all."""
    rng = np.random.default_rng(seed)
    scores, classes = draw(rng, 8)
    three = np.stack([scores, rng.binomial(5, np.clip(scores + 0.15, 0, 1)) / 5, rng.binomial(5, scores) / 5, scores])
    first, second = np.triu_indices(4, 1)
    differences = (three[first] - three[second]).T  # (N, 6)
    sums = np.array([differences[classes == name].sum(0) for name in np.unique(classes)])
    p_values, max_t = sign_flip_tests(differences, classes)
    assert max_t == pytest.approx(slow_max_t(sums))
    assert (p_values[2], max_t[2]) == (1, 1)  # the copy
    assert (max_t >= p_values).all()
    assert (max_t <= holm(p_values) + 1e-12).sum() >= 5


def test_a_difference_without_any_doubt_is_the_first_of_the_steps():
    """Equal in all classes: its standard error is zero as observed."""
    sums = np.column_stack([np.full(7, 0.4), np.random.default_rng(0).normal(0, 1, 7), np.zeros(7)])
    p_values, max_t = sign_flip_tests(sums, np.arange(7).astype(str))
    assert max_t == pytest.approx(slow_max_t(sums))
    assert p_values[0] == 2 / 2**7
    assert max_t[2] == 1


def test_rounding_errors_are_no_difference():
    """0.6 - 0.4 and 0.2 - 0.4 add up to -5e-17: a pair that differs by that alone does not differ."""
    real = np.tile([1.0, 0.2], 10)
    rounding = np.tile([0.6 - 0.4, 0.2 - 0.4], 10)
    assert 0 < np.abs(rounding.reshape(10, 2).sum(1)).max() < 1e-15
    p_values, max_t = sign_flip_tests(np.column_stack([rounding, real]), np.repeat(np.arange(10), 2).astype(str))
    assert p_values.tolist() == max_t.tolist() == [1, 2 / 2**10]


def test_classes_without_a_difference_change_nothing():
    rng = np.random.default_rng(14)
    differences, classes = rng.normal(0.2, 1, (12, 3)), np.arange(12).astype(str)
    found = sign_flip_tests(differences, classes)
    more = sign_flip_tests(np.vstack([differences, np.zeros((300, 3))]), np.arange(312).astype(str))
    assert np.array_equal(found, more)  # all signings, although 2^312 are too many


def correlated(rng, shifts, n=60, noise=0.5):
    """Differences (n, pairs) of checkpoints with true means `shifts`, each class its own ease.

    The checkpoints' own noise: a number for all, or one for each.
    """
    scores = np.asarray(shifts) + rng.normal(0, 1, (n, 1)) + np.asarray(noise) * rng.normal(0, 1, (n, len(shifts)))
    first, second = np.triu_indices(len(shifts), 1)
    return scores[:, first] - scores[:, second], np.asarray(shifts)[first] != np.asarray(shifts)[second]


@pytest.mark.parametrize("shifts", [(0, 0, 0, 0, 0), (1, 0, 0, 0, 0)])
def test_max_t_keeps_the_family_wise_error(monkeypatch, shifts):
    """Of pairs that do not differ, one or more is called different in 5 % of data sets, also where others differ."""
    monkeypatch.setattr(statistics, "FLIPS", 2_000)
    rng, classes, wrong = np.random.default_rng(15), np.arange(60).astype(str), 0
    for _ in range(600):
        differences, differ = correlated(rng, shifts)
        wrong += (sign_flip_tests(differences, classes)[1][~differ] < 0.05).any()
    assert 0.03 <= wrong / 600 <= 0.07


def test_max_t_finds_more_than_holm(monkeypatch):
    """One checkpoint against four that are nearly alike: ten pairs, which say the same thing four times."""
    monkeypatch.setattr(statistics, "FLIPS", 2_000)
    rng, classes, found = np.random.default_rng(16), np.arange(60).astype(str), np.zeros(2)
    for _ in range(200):
        differences, differ = correlated(rng, (0.17, 0, 0, 0, 0), noise=(0.5, 0.1, 0.1, 0.1, 0.1))
        p_values, max_t = sign_flip_tests(differences, classes)
        found += (max_t[differ] < 0.05).sum(), (holm(p_values)[differ] < 0.05).sum()
    assert found[0] > 1.1 * found[1] > 0


def test_verdicts_do_not_depend_on_the_seed(monkeypatch):
    """At 10,000 flips an adjusted p-value near 0.05 moved by a hundredth and more from seed to seed."""
    differences, _ = correlated(np.random.default_rng(17), (0.2, 0.1, 0, 0, 0, 0), 100)
    spread = {}
    for flips in (10_000, 1_000_000):
        monkeypatch.setattr(statistics, "FLIPS", flips)
        runs = []
        for seed in range(4):
            monkeypatch.setattr(statistics, "SEED", seed)
            runs.append(sign_flip_tests(differences, np.arange(100).astype(str))[1])
        spread[flips] = np.ptp(runs, axis=0).max()
    assert spread[1_000_000] < 0.004 < spread[10_000]


def test_an_interval_of_a_difference_equals_the_transcription():
    """Queries are drawn for both at once, by class; the spread of 10,000 such means, times Student's t."""
    rng = np.random.default_rng(11)
    one, classes = draw(rng, 25)
    two = rng.binomial(5, one) / 5
    [test] = paired_tests({"a": one, "b": two}, classes)
    names, chance, means = np.unique(classes), random.Random(3), []
    for _ in range(10_000):
        rows = np.concatenate([np.flatnonzero(classes == name) for name in chance.choices(names.tolist(), k=25)])
        means.append((one[rows] - two[rows]).mean())
    reach = stats.t.ppf(0.975, 24) * np.std(means) * math.sqrt(25 / 24)
    assert test.interval == pytest.approx([test.difference - reach, test.difference + reach], abs=0.004)


def test_holm_equals_its_definition():
    p = np.random.default_rng(12).uniform(0, 0.2, 15)
    expected = [max((15 - sum(p < q)) * q for q in p if q <= value) for value in p]
    assert holm(p) == pytest.approx(np.minimum(expected, 1))
    assert holm([0.8, 0.7]).tolist() == [1, 1]
    assert holm([]).tolist() == []


def test_nothing_to_test():
    scores = np.array([0.2, 0.4])
    assert paired_tests({"a": scores}, ["x", "y"]) == []
    assert paired_tests({"a": scores * math.nan, "b": scores * math.nan}, ["x", "y"]) == []
    with pytest.raises(ValueError, match="same queries"):
        paired_tests({"a": scores, "b": np.array([math.nan, 0.4])}, ["x", "y"])
    with pytest.raises(ValueError, match="one class for each"):
        score_intervals({"m": np.ones(3)}, ["x", "y"] * 2)


def test_four_of_five_differences_of_the_detectable_size_are_found(monkeypatch):
    monkeypatch.setattr(statistics, "FLIPS", 2_000)
    rng = np.random.default_rng(4)
    classes = np.repeat(np.arange(40), 3).astype(str)

    def noise(n):
        """(120, n) differences without a true mean, correlated within classes."""
        return (rng.normal(0, 0.1, (40, n)).repeat(3, 0) + rng.normal(0, 0.1, (120, n))).clip(-1, 1)

    size = np.median(detectable_differences(noise(200), classes))
    found = [sign_flip_tests(noise(1) + size, classes)[0][0] < 0.05 for _ in range(300)]
    assert 0.73 < np.mean(found) < 0.87
    half = [sign_flip_tests(noise(1) + size / 2, classes)[0][0] < 0.05 for _ in range(100)]
    assert np.mean(half) < 0.45


def test_the_detectable_difference_is_its_definition_or_none():
    rng = np.random.default_rng(5)
    values, classes = rng.normal(0.05, 0.2, (60, 1)), np.repeat(np.arange(12), 5).astype(str)
    error = stats.sem(values.reshape(12, 5).mean(1))  # classes of one size: the mean of class means
    reach = stats.t(11).ppf(0.975) + stats.t(11).ppf(0.8)
    assert detectable_differences(values, classes)[0] == pytest.approx(reach * error)
    assert detectable_differences(np.full((60, 1), 0.1), classes) == [None]  # without any variation
    assert detectable_differences(values[:25], classes[:25]) == [None]  # five classes: p is at least 0.06
    assert detectable_differences(values[:30], classes[:30])[0] is not None
    assert detectable_differences(values * 40, classes) == [None]  # more than scores can differ


def test_the_interval_over_seeds_is_students():
    runs = [0.671, 0.664, 0.68, 0.659]
    expected = stats.t.interval(0.95, 3, np.mean(runs), stats.sem(runs))
    assert seed_interval(runs) == pytest.approx(expected)
    for wrong in ([0.5], [], [0.5, math.nan]):
        with pytest.raises(ValueError, match="at least two"):
            seed_interval(wrong)


def test_blocks_and_fewer_repetitions_change_little(monkeypatch):
    scores, classes = draw(np.random.default_rng(13), 200)
    one = {"a": scores, "b": np.roll(scores, 1)}
    whole, [test] = score_intervals({"m": scores}, classes)["m"], paired_tests(one, classes)
    monkeypatch.setattr(statistics, "BLOCK_DRAWS", 70_000)
    monkeypatch.setattr(statistics, "MAX_DRAWS", 200 * 4_000)
    monkeypatch.setattr(statistics, "MAX_SIGNS", 200 * 4_000)
    assert statistics._bounded(10_000, 200 * 4_000, 200) == 4_000 == sum(statistics._blocks(4_000, 200))
    assert sum(map(len, statistics._drawn_signings(200))) == 4_000
    assert score_intervals({"m": scores}, classes)["m"] == pytest.approx(whole, abs=0.01)
    assert paired_tests(one, classes)[0].p_value == pytest.approx(test.p_value, abs=0.03)
