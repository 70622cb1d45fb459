"""The verdict on all checkpoints in a few sentences, and the matrix of the differences between every two."""

from dataclasses import dataclass

from markupsafe import Markup

from app.compare.results import compare_results, paired_results, summaries
from app.components.templating import render
from app.context import Context
from trainer.core.retrieval.metric_names import METRICS, format_signed
from trainer.core.retrieval.statistics import CONFIDENCE, PairedTest
from trainer.core.retrieval.verdict import leading_metric, n_scored, ranked, verdict

DEFAULT_METRIC = "guie_mp5"


@dataclass(frozen=True)
class DifferenceCell:
    """Row minus column. `verdict`: "better" or "worse" of the row if the difference is significant, else ""."""

    difference: str
    interval: str
    p_value: str
    verdict: str


def verdict_note(context: Context) -> Markup:
    """The best checkpoint, which of its leads are significant, and how large a difference would be found."""
    metric = leading_metric(summaries(context.library))
    result = compare_results(context.library, [metric] if metric else [])
    sentences = [context.t.statement(statement) for statement in verdict(result, context.library.best)]
    return render("verdict.html.j2", sentences=sentences, space=context.t("sentence_space"))


def first_metric(context: Context) -> str:
    """The metric that the tab opens with: the leading one, or GUIE mP@5 if no query can be scored."""
    return leading_metric(summaries(context.library)) or DEFAULT_METRIC


def difference_matrix(context: Context, metric: str) -> Markup:
    """Rows and columns are checkpoints, best first; each cell is the difference of their means with its interval.

    The same tests as `python -m trainer compare`. A sentence stands in for the matrix if there is nothing to test.
    """
    t, library = context.t, context.library
    tests = {(test.a, test.b): test for test in paired_results(library, metric)}
    if not tests:
        sentence = t("no_pairs") if len(library.names) < 2 else t("no_scores", metric=t(metric))
        return render("findings.html.j2", sentences=[sentence])
    evaluated = ranked(summaries(library), metric)
    names = [evaluation["checkpoint"] for evaluation in evaluated]
    n = t("n_images" if metric == "study_mp5" else "n_queries", n=n_scored(evaluated[0], metric))
    return render(
        "difference_matrix.html.j2",
        corner=t("row_minus_column", metric=t(metric)),
        names={name: f"{name} ★" if name == library.best else name for name in names},
        cells={row: {column: _cell(tests, row, column) for column in names} for row in names},
        marks={"better": t("significantly_better"), "worse": t("significantly_worse")},
        hints=[t("matrix_hint", metric=t(metric), n=n, row=names[0], column=names[-1]), t("differences_hint")],
    )


def _cell(tests: dict[tuple[str, str], PairedTest], row: str, column: str) -> DifferenceCell | None:
    """None on the diagonal."""
    if row == column:
        return None
    test, sign = (tests[row, column], 1) if (row, column) in tests else (tests[column, row], -1)
    difference = sign * test.difference
    limits = sorted(sign * limit for limit in test.interval or ())
    significant = test.p_value_max_t < 1 - CONFIDENCE
    return DifferenceCell(
        format_signed(difference),
        f"[{', '.join(map(format_signed, limits))}]" if limits else "",
        f"p = {test.p_value_max_t:.4f}",
        ("better" if difference > 0 else "worse") if significant else "",
    )


def metric_choices(context: Context) -> list[tuple[str, str]]:
    """Titles and keys of the metrics, for a radio."""
    return [(context.t(metric), metric) for metric in METRICS]
