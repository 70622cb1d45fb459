"""A report as one CSV table with all digits: a row for each score, difference and point of a learning curve."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from trainer.core.csv_cell import csv_cell
from trainer.core.retrieval.metric_names import METRICS
from trainer.core.retrieval.verdict import n_scored
from trainer.export.comparison_report.report import IMAGES, LABELS, Report

COLUMNS = (
    "table", "gallery", "gallery_fingerprint", "labels_fingerprint", "metric", "checkpoint", "other_checkpoint",
    "object_type", "epoch", "value", "low", "high", "p_value", "p_value_holm", "p_value_max_t", "detectable", "n",
    "text", "class", "neighbour",
)  # fmt: skip
MAX_QUERY_ROWS = 200_000


def as_csv(report: Report) -> str:
    """`table`: verdict, results, differences (checkpoint minus other), object types, classes, queries, curves, about.

    The `text` of a query is its image_id. Tables of errors have their title as `table`: of a confusion, `value` is the
    share of neighbours with the label `neighbour`; of near-duplicates, the cosine, and `n` the differing bits; of
    probable label errors, how many of the `n` neighbours with a class have the class `neighbour`.
    """
    source = {
        "gallery": report.result["gallery"],
        "gallery_fingerprint": report.about[IMAGES],
        "labels_fingerprint": report.about[LABELS],
    }
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in _rows(report):
        values = source | row
        writer.writerow([csv_cell(values.get(column)) for column in COLUMNS])
    return text.getvalue()


def _rows(report: Report) -> Iterator[dict[str, Any]]:
    yield from ({"table": "verdict", "text": sentence} for sentence in report.verdict())
    yield from _results(report)
    yield from _differences(report)
    for name, curve in report.curves.items():
        for column in [column for column in curve if column != "epoch"]:
            for epoch, value in enumerate(curve[column].tolist(), start=1):
                yield {"table": "curves", "metric": column, "checkpoint": name, "epoch": epoch, "value": value}
    yield from _classes(report)
    yield from _queries(report)
    for table in report.errors:
        yield from ({"table": table.title, **record} for record in table.records)
        yield {"table": table.title, "text": table.note}
    yield from ({"table": "about", "text": f"{title}: {text}"} for title, text in report.about.items())


def _results(report: Report) -> Iterator[dict[str, Any]]:
    for evaluation in report.result["checkpoints"]:
        for metric in METRICS:
            about = {"metric": metric, "checkpoint": evaluation["checkpoint"]}
            low, high = evaluation["intervals"][metric] or (None, None)
            values = {"value": evaluation[metric], "low": low, "high": high, "n": n_scored(evaluation, metric)}
            yield {"table": "results", **about, **values}
            for name, of_type in evaluation["per_type"].items():
                n = of_type["n" if metric == "study_mp5" else "n_queries"]
                yield {"table": "object types", **about, "object_type": name, "value": of_type[metric], "n": n}


def _differences(report: Report) -> Iterator[dict[str, Any]]:
    for pair in report.result["pairs"]:
        low, high = pair["interval"] or (None, None)
        tests = {key: pair[key] for key in ("metric", "p_value", "p_value_holm", "p_value_max_t", "detectable")}
        names = {"checkpoint": pair["a"], "other_checkpoint": pair["b"]}
        n = n_scored(report.result["checkpoints"][0], pair["metric"])
        yield {"table": "differences", **names, "value": pair["difference"], "low": low, "high": high, **tests, "n": n}


def _classes(report: Report) -> Iterator[dict[str, Any]]:
    for queries in report.queries:
        for one in queries.by_class():
            for name, value in one.scores.items():
                about = {"metric": queries.metric, "checkpoint": name, "object_type": one.object_type}
                yield {"table": "classes", **about, "class": one.name, "value": value, "n": one.n_queries}


def _queries(report: Report) -> Iterator[dict[str, Any]]:
    n = sum(len(queries) * len(queries.scores) for queries in report.queries)
    if n > MAX_QUERY_ROWS:
        yield {
            "table": "queries",
            "text": f"{n:,} scores of queries are left out: at most {MAX_QUERY_ROWS:,} are saved",
        }
        return
    for queries in report.queries:
        labels = [queries.image_ids.tolist(), queries.object_types.tolist(), queries.classes.tolist()]
        for name, values in queries.scores.items():
            for image_id, object_type, class_name, value in zip(*labels, values.tolist(), strict=True):
                about = {"metric": queries.metric, "checkpoint": name, "object_type": object_type, "class": class_name}
                yield {"table": "queries", **about, "value": value, "text": image_id}
