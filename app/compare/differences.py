"""The verdict on all checkpoints in a few sentences, and the matrix of the differences between every two."""

from markupsafe import Markup

from app.compare.results import compare_results, default_checkpoint, summaries
from app.components.templating import render
from app.context import Context
from trainer.core.retrieval import comparison
from trainer.core.retrieval.metric_names import METRICS, format_p_value, format_signed
from trainer.core.retrieval.verdict import leading_metric, n_scored, verdict

DEFAULT_METRIC = "guie_mp5"


def verdict_note(context: Context) -> Markup:
    """The best checkpoint, which of its leads are significant, and how large a difference would be found."""
    metric = leading_metric(summaries(context.library))
    result = compare_results(context.library, [metric] if metric else [])
    sentences = [context.t.statement(statement) for statement in verdict(result, default_checkpoint(context.library))]
    return render("verdict.html.j2", sentences=sentences, space=context.t("sentence_space"))


def first_metric(context: Context) -> str:
    """The metric that the tab opens with: the leading one, or GUIE mP@5 if no query can be scored."""
    return leading_metric(summaries(context.library)) or DEFAULT_METRIC


def difference_matrix(context: Context, metric: str) -> Markup:
    """Rows and columns are checkpoints, best first; each cell is the difference of their means with its interval.

    The same tests as `python -m trainer compare`. A sentence stands in for the matrix if there is nothing to test.
    """
    t, library = context.t, context.library
    result = compare_results(library, [metric])
    matrix = comparison.difference_matrix(result, metric)
    if not matrix:
        sentence = t("no_pairs") if len(library.names) < 2 else t("no_scores", metric=t(metric))
        return render("findings.html.j2", sentences=[sentence])
    n = t("n_images" if metric == "study_mp5" else "n_queries", n=n_scored(result["checkpoints"][0], metric))
    return render(
        "difference_matrix.html.j2",
        corner=t("row_minus_column", metric=t(metric)),
        names={name: f"{name} ★" if name == library.best else name for name in matrix},
        matrix=matrix,
        format_signed=format_signed,
        format_p_value=format_p_value,
        marks={"better": t("significantly_better"), "worse": t("significantly_worse")},
        hints=[t("matrix_hint", metric=t(metric), n=n), t("differences_hint")],
    )


def metric_choices(context: Context) -> list[tuple[str, str]]:
    """Titles and keys of the metrics, for a radio."""
    return [(context.t(metric), metric) for metric in METRICS]
