"""Which differences from the default checkpoint (★) are significant: one sentence per metric, from paired tests."""

import hashlib
from itertools import combinations
from typing import NamedTuple

import numpy as np

from app.components.templating import render
from app.context import Context
from app.library.library import Library
from trainer.core.cache import cached
from trainer.core.retrieval.evaluation import paired
from trainer.core.retrieval.metric_names import METRICS
from trainer.core.retrieval.statistics import CONFIDENCE

TESTS_VERSION = 1  # of the cached tests


class PairedTest(NamedTuple):
    """Two checkpoints, the difference of their means, a minus b, and its p-value adjusted by max-T."""

    a: str
    b: str
    difference: float
    p_value: float


def differences(context: Context) -> str:
    """One line per metric; empty with a single checkpoint. The same tests as `python -m trainer compare`."""
    if len(context.library.names) < 2:
        return ""
    sentences = {metric: _sentence(context, metric) for metric in METRICS}
    lines = [(context.t(metric), sentence) for metric, sentence in sentences.items() if sentence]
    if not lines:
        return ""
    title = context.t("differences", name=context.library.best)
    return render(
        "differences.html.j2", title=title, lines=lines, colon=context.t("colon"), hint=context.t("differences_hint")
    )


def _sentence(context: Context, metric: str) -> str:
    """The comparisons of one metric; empty if no query can be scored."""
    t, library = context.t, context.library
    groups: dict[str, list[str]] = {"better_than": [], "worse_than": [], "not_significant": []}
    for test in _tests(library, metric):
        if library.best in (test.a, test.b):
            other = test.b if test.a == library.best else test.a
            groups[_verdict(test, library.best)].append(other)
    clauses = [t(key, names=t("list_comma").join(names)) for key, names in groups.items() if names]
    if not clauses:
        return ""
    if len(groups["not_significant"]) == len(library.names) - 1 > 1:
        clauses = [t("none_significant")]
    evaluation = library.checkpoints[library.best].precomputed.evaluation
    n = evaluation["n_images" if metric == "study_mp5" else "n_queries"]
    return t("on_queries", clauses=t("list_semicolon").join(clauses), n=n)


def _verdict(test: PairedTest, name: str) -> str:
    """The comparison of `name` with the other checkpoint of the test."""
    if test.p_value >= 1 - CONFIDENCE:
        return "not_significant"
    ahead = test.difference > 0 if test.a == name else test.difference < 0
    return "better_than" if ahead else "worse_than"


def _tests(library: Library, metric: str) -> list[PairedTest]:
    """All pairs of checkpoints; empty if no query can be scored.

    A million sign flips take about a second, so the result is cached on disk.
    """
    scores = {name: served.precomputed.scores for name, served in library.checkpoints.items()}
    table = hashlib.sha256(np.stack([one[metric] for one in scores.values()]).tobytes()).hexdigest()
    key = {"scores": table, "labels": library.gallery.labels_fingerprint, "metric": metric, "version": TESTS_VERSION}

    def compute() -> dict[str, np.ndarray]:
        tests = paired(library.gallery, scores, metric, with_intervals=False)
        return {
            "difference": np.array([test.difference for test in tests]),
            "p_value": np.array([test.p_value_max_t for test in tests]),
        }

    stored = cached("paired-tests", key, compute)
    columns = zip(combinations(scores, 2), stored["difference"].tolist(), stored["p_value"].tolist(), strict=False)
    return [PairedTest(a, b, difference, p_value) for (a, b), difference, p_value in columns]
