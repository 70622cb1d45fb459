"""The results of all checkpoints on the gallery, in the form of `python -m trainer compare`.

result = compare_results(context.library, ["guie_mp5"])      # the JSON of `compare`; pairs by this metric only
"""

import hashlib
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np

from app.library.library import Library
from trainer.core.cache import cached
from trainer.core.retrieval.comparison import as_result
from trainer.core.retrieval.evaluation import paired
from trainer.core.retrieval.statistics import PairedTest

TESTS_VERSION = 2  # of the cached tests
COLUMNS = ("difference", "low", "high", "p_value", "p_value_holm", "p_value_max_t", "detectable")


def summaries(library: Library) -> list[dict[str, Any]]:
    """The `summary` of each checkpoint of the library, under its name in the library."""
    return [{**served.precomputed.evaluation, "checkpoint": name} for name, served in library.checkpoints.items()]


def default_checkpoint(library: Library) -> str | None:
    """The checkpoint that its validation classes chose; None if no checkpoint records such scores."""
    return library.best if library.validation_scores else None


def compare_results(library: Library, metrics: Sequence[str]) -> dict[str, Any]:
    """The JSON of `compare`; `pairs` are those of `metrics`, none with a single checkpoint."""
    return as_result(summaries(library), {metric: paired_results(library, metric) for metric in metrics})


def paired_results(library: Library, metric: str) -> list[PairedTest]:
    """All pairs of checkpoints; empty if no query can be scored.

    A million sign flips take about a second, so the result is cached on disk.
    """
    scores = {name: served.precomputed.scores for name, served in library.checkpoints.items()}
    table = hashlib.sha256(np.stack([one[metric] for one in scores.values()]).tobytes()).hexdigest()
    key = {"scores": table, "labels": library.gallery.labels_fingerprint, "metric": metric, "version": TESTS_VERSION}

    def compute() -> dict[str, np.ndarray]:
        rows = [_as_row(test) for test in paired(library.gallery, scores, metric)]
        return {"tests": np.array(rows, float).reshape(-1, len(COLUMNS))}

    stored = cached("paired-tests", key, compute)["tests"].tolist()
    return [_as_test(a, b, row) for (a, b), row in zip(combinations(scores, 2), stored, strict=False)]


def _as_row(test: PairedTest) -> list[float]:
    """The numbers of a test by COLUMNS; NaN for None."""
    low, high = test.interval or (np.nan, np.nan)
    detectable = np.nan if test.detectable is None else test.detectable
    return [test.difference, low, high, test.p_value, test.p_value_holm, test.p_value_max_t, detectable]


def _as_test(a: str, b: str, row: Sequence[float]) -> PairedTest:
    difference, low, high, p_value, by_holm, by_max_t, detectable = row
    interval = None if np.isnan(low) else [low, high]
    return PairedTest(
        a, b, difference, interval, p_value, by_holm, by_max_t, None if np.isnan(detectable) else detectable
    )
