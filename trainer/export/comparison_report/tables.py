"""The tables of a report as text, for HTML and Markdown.

for table in tables(report):
    print(table.title, table.head, table.rows)
"""

from trainer.core.retrieval.comparison import Difference, difference_matrix
from trainer.core.retrieval.metric_names import (
    METRIC_TITLES,
    METRICS,
    format_p_value,
    format_signed,
    format_value,
    format_with_interval,
)
from trainer.core.retrieval.verdict import leading_metric, n_scored, ranked
from trainer.export.comparison_report.query_scores import QueryScores
from trainer.export.comparison_report.report import Report
from trainer.export.comparison_report.table import Table

MARKS = {"better": " ▲", "worse": " ▼", "": ""}
MOST_QUERIES = 20
MOST_CLASSES = 30
MATRIX_NOTE = "Row minus column, its 95 % interval and adjusted p-value. ▲: the row is significantly better; ▼: worse."


def tables(report: Report) -> list[Table]:
    """Results; for each metric that is defined differences, object types, classes and lowest queries; then errors."""
    defined = [metric for metric in METRICS if report.result["checkpoints"][0][metric] is not None]
    found = [_results(report)]
    if len(report.result["checkpoints"]) > 1:
        found += [_matrix(report, metric) for metric in defined]
    return (
        found
        + [_types(report, metric) for metric in defined]
        + [table for queries in report.queries if (table := _classes(report, queries)).rows]
        + [_lowest(report, queries) for queries in report.queries]
        + [*report.errors]
    )


def counted(report: Report, metric: str) -> str:
    """`162 queries`, or `567 images` for the study's metric."""
    n = n_scored(report.result["checkpoints"][0], metric)
    kind = ("image", "images") if metric == "study_mp5" else ("query", "queries")
    return f"{n:,} {kind[n != 1]}"


def _results(report: Report) -> Table:
    evaluated = report.result["checkpoints"]
    rows = [
        [report.label(c["checkpoint"]), *(format_with_interval(c[m], c["intervals"][m]) for m in METRICS)]
        for c in ranked(evaluated, leading_metric(evaluated))
    ]
    head = ["checkpoint", *(f"{title} ({counted(report, metric)})" for metric, title in METRIC_TITLES.items())]
    note = "★ marks the default checkpoint, which was chosen by its own validation classes." if report.default else ""
    return Table("Results", head, rows, note)


def _matrix(report: Report, metric: str) -> Table:
    matrix = difference_matrix(report.result, metric)
    rows = [[report.label(name), *(_cell(difference) for difference in row.values())] for name, row in matrix.items()]
    head = ["row minus column", *map(report.label, matrix)]
    title = f"Differences in {METRIC_TITLES[metric]} ({counted(report, metric)})"
    return Table(title, head, rows, MATRIX_NOTE)


def _cell(difference: Difference | None) -> str:
    if difference is None:
        return "–"
    value = f"{format_signed(difference.value)}{MARKS[difference.verdict]}"
    limits = [f"[{', '.join(map(format_signed, difference.interval))}]"] if difference.interval else []
    return "\n".join([value, *limits, format_p_value(difference.p_value)])


def _types(report: Report, metric: str) -> Table:
    evaluated = report.result["checkpoints"]
    count = "n" if metric == "study_mp5" else "n_queries"
    rows = [
        [name, *(format_value(c["per_type"][name][metric]) for c in evaluated), f"{of_type[count]:,}"]
        for name, of_type in evaluated[0]["per_type"].items()
    ]
    rows.append(["all", *(format_value(c[metric]) for c in evaluated), f"{n_scored(evaluated[0], metric):,}"])
    head = ["object type", *(report.label(c["checkpoint"]) for c in evaluated), "queries"]
    return Table(f"{METRIC_TITLES[metric]} by object type", head, rows)


def _classes(report: Report, queries: QueryScores) -> Table:
    rows = [
        [one.name, *(format_value(value) for value in one.scores.values()), f"{one.n_queries:,}"]
        for one in queries.by_class()
    ]
    head = ["class", *map(report.label, queries.scores), "queries"]
    note = "The lowest mean over the checkpoints first." if len(queries.scores) > 1 else "The lowest first."
    return Table(f"{METRIC_TITLES[queries.metric]} by class", head, rows, note, MOST_CLASSES)


def _lowest(report: Report, queries: QueryScores) -> Table:
    """The queries with the lowest mean score over the checkpoints."""
    rows = [
        [str(queries.image_ids[i]), *(format_value(float(values[i])) for values in queries.scores.values())]
        for i in queries.lowest(MOST_QUERIES)
    ]
    title = f"Lowest {METRIC_TITLES[queries.metric]} ({counted(report, queries.metric)})"
    note = f"The score is 0 with every checkpoint for {queries.n_wrong_for_all:,} of them."
    return Table(title, ["query", *map(report.label, queries.scores)], rows, note)
