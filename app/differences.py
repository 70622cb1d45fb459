"""Which differences from the default checkpoint (★) are real, in words: a paired test for each metric."""

from html import escape

from app.figures import METRICS
from app.library import Library
from app.text import Words
from trainer.core.evaluation import paired
from trainer.core.statistics import CONFIDENCE


def differences(library: Library, t: Words) -> str:
    """One line a metric; empty with a single checkpoint. The same tests as `python -m trainer compare`.

    The default is chosen on validation classes, so that the queries shown here did not choose what they test.
    """
    scores = {name: entry.ready.scores for name, entry in library.entries.items()}
    lines = [_line(library, t, metric, scores) for metric in METRICS] if len(scores) > 1 else []
    if not any(lines):
        return ""
    title = escape(t("real_differences", name=library.best))
    return f"<h3>{title}</h3><ul>{''.join(lines)}</ul><p class='quiet'>{escape(t('real_hint'))}</p>"


def _line(library: Library, t: Words, metric: str, scores: dict) -> str:
    found: dict[str, list[str]] = {"better_than": [], "worse_than": [], "not_apart": []}
    for test in paired(library.gallery, scores, metric, with_intervals=False):
        if library.best not in (test.a, test.b):
            continue
        other, ahead = (test.b, test.difference > 0) if test.a == library.best else (test.a, test.difference < 0)
        real = test.p_value_holm < 1 - CONFIDENCE
        found[("better_than" if ahead else "worse_than") if real else "not_apart"].append(other)
    said = [t(key, names=t("and").join(names)) for key, names in found.items() if names]
    if not said:
        return ""  # no query can be scored
    if len(found["not_apart"]) == len(scores) - 1 > 1:
        said = [t("not_apart_any")]
    evaluation = library.entries[library.best].ready.evaluation
    n = evaluation["n_images" if metric == "study_mp5" else "n_queries"]
    return f"<li><b>{t(metric)}</b>: {escape(t('semicolon').join(said))} {escape(t('on_queries', n=n))}</li>"
