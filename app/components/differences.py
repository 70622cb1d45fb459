"""Which differences from the default checkpoint (★) are real, in words: a paired test for each metric."""

import hashlib
from html import escape
from itertools import combinations

import numpy as np

from app.context import Context
from app.library.library import Library
from trainer.core.cache import cached
from trainer.core.retrieval.evaluation import paired
from trainer.core.retrieval.metric_names import METRICS
from trainer.core.retrieval.statistics import CONFIDENCE

VERSION = 1  # of the cached tests


def differences(context: Context) -> str:
    """One line a metric; empty with a single checkpoint. The same tests as `python -m trainer compare`."""
    lines = [_line(context, metric) for metric in METRICS] if len(context.library.names) > 1 else []
    if not any(lines):
        return ""
    title = escape(context.t("real_differences", name=context.library.best))
    return f"<h3>{title}</h3><ul>{''.join(lines)}</ul><p class='quiet'>{escape(context.t('real_hint'))}</p>"


def _line(context: Context, metric: str) -> str:
    found: dict[str, list[str]] = {"better_than": [], "worse_than": [], "not_apart": []}
    for a, b, difference, p_value in _tests(context.library, metric):
        if context.library.best not in (a, b):
            continue
        other, ahead = (b, difference > 0) if a == context.library.best else (a, difference < 0)
        real = p_value < 1 - CONFIDENCE
        found[("better_than" if ahead else "worse_than") if real else "not_apart"].append(other)
    said = [context.t(key, names=context.t("and").join(names)) for key, names in found.items() if names]
    if not said:
        return ""  # no query can be scored
    if len(found["not_apart"]) == len(context.library.names) - 1 > 1:
        said = [context.t("not_apart_any")]
    evaluation = context.library.entries[context.library.best].ready.evaluation
    n = evaluation["n_images" if metric == "study_mp5" else "n_queries"]
    text = f"{context.t('semicolon').join(said)} {context.t('on_queries', n=n)}"
    return f"<li><b>{context.t(metric)}</b>: {escape(text)}</li>"


def _tests(library: Library, metric: str) -> list[tuple[str, str, float, float]]:
    """Each pair of checkpoints (a, b) with the difference of their means, a minus b, and its p-value by max-T.

    A million sign flips take about a second, so the result is kept in the cache. Empty if no query can be scored.
    """
    scores = {name: entry.ready.scores for name, entry in library.entries.items()}
    table = hashlib.sha256(np.stack([one[metric] for one in scores.values()]).tobytes()).hexdigest()
    key = {"scores": table, "labels": library.gallery.labels_fingerprint, "metric": metric, "version": VERSION}

    def compute() -> dict[str, np.ndarray]:
        tests = paired(library.gallery, scores, metric, with_intervals=False)
        return {
            "difference": np.array([test.difference for test in tests]),
            "p_value": np.array([test.p_value_max_t for test in tests]),
        }

    stored = cached("paired-tests", key, compute)
    columns = zip(combinations(scores, 2), stored["difference"].tolist(), stored["p_value"].tolist(), strict=False)
    return [(a, b, difference, p_value) for (a, b), difference, p_value in columns]
