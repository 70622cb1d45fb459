"""The results as files, from the real server."""

import csv
import io

import httpx
import pytest

from app.compare.results import compare_results
from app.compare.routes import library_report
from trainer.core.retrieval.comparison import compare_checkpoints
from trainer.core.retrieval.metric_names import METRICS


def test_the_page_saves_the_numbers_of_compare(server, library):
    answer = httpx.get(f"{server.url}/compare/report.csv", timeout=60)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="comparison.csv"' in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    opened = {name: served.checkpoint for name, served in library.checkpoints.items()}
    result = compare_checkpoints(library.gallery, opened)
    assert compare_results(library, METRICS) == result
    found = [float(row["value"]) for row in rows if row["table"] == "results"]
    assert found == [evaluation[metric] for evaluation in result["checkpoints"] for metric in METRICS]
    found = [(float(row["value"]), float(row["p_value_max_t"])) for row in rows if row["table"] == "differences"]
    assert found == [(pair["difference"], pair["p_value_max_t"]) for pair in result["pairs"]]


@pytest.mark.parametrize(("suffix", "start"), [("html", "<!doctype html>"), ("md", "# 6 checkpoints on sample")])
def test_other_formats(server, suffix, start):
    answer = httpx.get(f"{server.url}/compare/report.{suffix}", timeout=60)
    assert answer.text.startswith(start)
    assert "atlas ★" in answer.text


@pytest.mark.parametrize("suffix", ["txt", "", "html.md", "..%2fapp.py"])
def test_there_is_no_other_format(server, suffix):
    assert httpx.get(f"{server.url}/compare/report.{suffix}").status_code == 404


def test_the_report_names_no_path(library):
    report = library_report(library)
    assert "/" not in report.about["Command"]
    assert report.default == library.best
