"""Reports on a comparison: the numbers are those of the JSON, and names of checkpoints and labels stay text."""

import csv
import html
import io
import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from trainer.commands import compare as command
from trainer.core.data.gallery import open_gallery
from trainer.core.errors import UserError
from trainer.core.models.embedder import gallery_embeddings
from trainer.core.retrieval.comparison import compare_checkpoints, compare_scores, label_checkpoints, score_checkpoints
from trainer.core.retrieval.metric_names import METRICS, format_signed, format_with_interval
from trainer.export.comparison_report.curves import panels
from trainer.export.comparison_report.error_tables import error_tables
from trainer.export.comparison_report.formats import FORMATS, check_report_file, write_report
from trainer.export.comparison_report.markdown import escape
from trainer.export.comparison_report.report import make_report

HOSTILE = [
    '=HYPERLINK("x")',
    "+1",
    "-1",
    "@sum",
    "\tx",
    "\rx",
    "<script>alert(1)</script>",
    "a|b`c`",
    "two\nlines",
    " =1",
]


@pytest.fixture(scope="module")
def checkpoints():
    return label_checkpoints(["atlas", "arcface-linear-lite2", "pca-lite0"])


@pytest.fixture(scope="module")
def report(library, checkpoints):
    scores = score_checkpoints(library.gallery, checkpoints)
    result = compare_scores(library.gallery, scores)
    histories = {name: checkpoint.history for name, checkpoint in checkpoints.items()}
    embeddings = gallery_embeddings(library.gallery, checkpoints["atlas"])
    errors = error_tables(library.gallery, checkpoints["atlas"], embeddings, "atlas", "guie_mp5")
    command = "python -m trainer compare"
    return make_report(library.gallery, result, histories, command, "1.2.3", "atlas", scores, errors)


def with_names(report, *names):
    """The report with other names of the checkpoints, in their order."""
    old = [evaluation["checkpoint"] for evaluation in report.result["checkpoints"]]
    new = dict(zip(old, names, strict=True))
    result = json.loads(json.dumps(report.result))
    for evaluation in result["checkpoints"]:
        evaluation["checkpoint"] = new[evaluation["checkpoint"]]
    for pair in result["pairs"]:
        pair |= {side: new[pair[side]] for side in "ab"}
    curves = {new[name]: curve for name, curve in report.curves.items()}
    queries = [
        replace(one, scores={new[name]: values for name, values in one.scores.items()}) for one in report.queries
    ]
    return replace(report, result=result, curves=curves, queries=queries, default=new[report.default])


def rows_of(report):
    return list(csv.DictReader(io.StringIO(FORMATS[".csv"](report))))


def text_of(page):
    return html.unescape(re.sub(r"<[^>]+>", " ", page))


def test_the_scores_of_the_queries(report, library):
    rows = [row for row in rows_of(report) if row["table"] == "queries"]
    assert len(rows) == 3 * (567 + 162 + 162)
    for evaluation in report.result["checkpoints"]:
        for metric in METRICS:
            name = evaluation["checkpoint"]
            values = [float(r["value"]) for r in rows if (r["metric"], r["checkpoint"]) == (metric, name)]
            assert sum(values) / len(values) == pytest.approx(evaluation[metric], abs=1e-9)
    guie = next(one for one in report.queries if one.metric == "guie_mp5")
    mean = sum(guie.scores.values()) / 3
    lowest = guie.lowest(20)
    assert mean[lowest].tolist() == sorted(mean.tolist())[:20]
    assert guie.n_wrong_for_all == (mean == 0).sum()
    markdown = FORMATS[".md"](report)
    assert "Lowest GUIE mP@5" in markdown
    assert escape(str(guie.image_ids[lowest[0]])) in markdown
    large = replace(guie, image_ids=np.zeros(100_000, str))
    [row] = [r for r in rows_of(replace(report, queries=[large])) if r["table"] == "queries"]
    assert row["text"] == "300,000 scores of queries are left out: at most 200,000 are saved"


def test_confusion_duplicates_and_label_errors(report, library):
    types, classes, in_index, in_training, labels = report.errors
    assert [row[0] for row in types.rows] == library.gallery.type_order
    for row in types.rows:
        assert sum(int(cell.strip("< %") or 0) for cell in row[1:-1]) == pytest.approx(100, abs=6)
    assert sum(int(row[-1]) for row in types.rows) == 162
    assert all(row[0].partition("/")[0] == row[1].partition("/")[0] and row[0] != row[1] for row in classes.rows)
    assert in_index.note.startswith("0 found among the 5 nearest index images of 162 queries")
    assert in_training.note.startswith("0 found among the 5 nearest training images of 162 queries")
    assert labels.rows
    for suffix in (".html", ".md"):
        text = html.unescape(FORMATS[suffix](report)).replace("\\", "")
        assert all(table.title in text and table.note in text for table in report.errors)
        assert labels.rows[0][0] in text
        assert classes.rows[49][1] in text
        assert f"The first 50 of {len(classes.rows)}; the CSV has all." in text
    rows = [row for row in rows_of(report) if row["table"] == labels.title]
    assert [row["text"] for row in rows] == [*(row[0] for row in labels.rows), labels.note]
    assert all(row["class"] and row["neighbour"] and int(row["value"]) <= int(row["n"]) for row in rows[:-1])


def test_the_csv_has_the_confusion_of_all_labels(report, library):
    """For each query label, the shares have the sum 1, and that of the own label is the score of the metric."""
    [evaluation] = [one for one in report.result["checkpoints"] if one["checkpoint"] == "atlas"]
    for table, column in ((report.errors[0], "object_type"), (report.errors[1], "class")):
        rows = [row for row in rows_of(report) if row["table"] == table.title and row["neighbour"]]
        shares = pd.DataFrame(rows).astype({"value": float, "n": int})
        assert set(shares.groupby(column)["value"].sum().round(9)) == {1.0}
        assert shares.drop_duplicates(column)["n"].sum() == evaluation["n_queries"]
    own = shares[shares["class"] == shares["neighbour"]]
    hits = (own["value"] * own["n"] * 5).sum()
    query = [row for row in rows_of(report) if row["table"] == "queries" and row["checkpoint"] == "atlas"]
    guie = [float(row["value"]) for row in query if row["metric"] == "guie_mp5"]
    assert hits == pytest.approx(sum(guie) * 5)  # each class of the sample has at least five index images


def test_scores_by_class(report):
    rows = pd.DataFrame(rows_of(report))
    queries, classes = rows[rows["table"] == "queries"], rows[rows["table"] == "classes"]
    queries = queries.astype({"value": float}).groupby(["metric", "checkpoint", "class"])["value"]
    classes = classes.astype({"value": float, "n": int}).set_index(["metric", "checkpoint", "class"])
    assert len(classes) == 3 * 3 * 81
    assert (classes["value"] - queries.mean()).abs().max() < 1e-9
    assert (classes["n"] - queries.size()).abs().max() == 0
    markdown = FORMATS[".md"](report)
    assert markdown.count("The first 30 of 81; the CSV has all. The lowest mean over the checkpoints first.") == 3


def test_a_copy_of_a_query_is_found(photos_with_copies, checkpoint):
    gallery = open_gallery(str(photos_with_copies))
    embeddings = gallery_embeddings(gallery, checkpoint)
    tables = {table.title: table for table in error_tables(gallery, checkpoint, embeddings, "mine", "guie_mp5")}
    in_index = tables["Near-duplicates of queries in the index"]
    in_training = tables["Near-duplicates of queries among the training images"]
    for table, other in ((in_index, "copy of 0.bmp"), (in_training, "copy of 7.bmp")):
        assert other in {row[1] for row in table.rows}
        record = next(record for record in table.records if record["neighbour"] == other)  # the most similar
        assert (round(record["value"], 3), record["n"]) == (1.0, 0)


def test_the_csv_has_all_numbers_of_the_json(report):
    rows = rows_of(report)
    found = {(row["metric"], row["checkpoint"]): row for row in rows if row["table"] == "results"}
    of_types = {(r["metric"], r["checkpoint"], r["object_type"]): r for r in rows if r["table"] == "object types"}
    for evaluation in report.result["checkpoints"]:
        for metric in METRICS:
            row = found[metric, evaluation["checkpoint"]]
            assert float(row["value"]) == evaluation[metric]
            assert [float(row["low"]), float(row["high"])] == evaluation["intervals"][metric]
            assert int(row["n"]) == evaluation["n_images" if metric == "study_mp5" else "n_queries"]
            for name, of_type in evaluation["per_type"].items():
                assert float(of_types[metric, evaluation["checkpoint"], name]["value"]) == of_type[metric]
    differences = [row for row in rows if row["table"] == "differences"]
    assert len(differences) == len(report.result["pairs"]) == 9
    for row, pair in zip(differences, report.result["pairs"], strict=True):
        assert (row["metric"], row["checkpoint"], row["other_checkpoint"]) == (pair["metric"], pair["a"], pair["b"])
        assert [float(row["value"]), float(row["low"]), float(row["high"])] == [pair["difference"], *pair["interval"]]
        for key in ("p_value", "p_value_holm", "p_value_max_t", "detectable"):
            assert float(row[key]) == pair[key]
    curves = [row for row in rows if row["table"] == "curves" and row["metric"] == "val_guie_mp5"]
    assert [float(row["value"]) for row in curves] == report.curves["arcface-linear-lite2"]["val_guie_mp5"].tolist()


@pytest.mark.parametrize("suffix", [".html", ".md"])
def test_the_texts_have_all_rounded_numbers(report, suffix):
    text = FORMATS[suffix](report)
    text = " ".join((text_of(text) if suffix == ".html" else text.replace("\\", "")).split())
    for evaluation in report.result["checkpoints"]:
        for metric in METRICS:
            assert format_with_interval(evaluation[metric], evaluation["intervals"][metric]) in text
            for of_type in evaluation["per_type"].values():
                assert f"{of_type[metric]:.3f}" in text
    for pair in report.result["pairs"]:
        for sign in (1, -1):
            low, high = sorted(sign * limit for limit in pair["interval"])
            mark = {1: " ▲", -1: " ▼"}[1 if sign * pair["difference"] > 0 else -1] * (pair["p_value_max_t"] < 0.05)
            shown = f"{format_signed(sign * pair['difference'])}{mark} [{format_signed(low)}, {format_signed(high)}] p"
            assert shown in text
    assert " ".join(report.verdict()) in text
    assert all(" ".join(fact.split()) in text for fact in report.about.values())
    assert "162 queries" in text


def test_the_html_page_stands_alone(report, browser, tmp_path):
    write_report(report, tmp_path / "report.html")
    page = browser.new_page()
    requests, problems = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: problems.append(message.text))
    page.goto((tmp_path / "report.html").as_uri())
    assert page.locator("h1").inner_text() == "3 checkpoints on sample"
    assert page.locator("svg.panel").count() == 2
    assert page.locator("svg.panel polyline").count() == 2 + 5
    colours = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        colours.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert colours[0] != colours[1]
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert (requests, problems) == ([(tmp_path / "report.html").as_uri()], [])
    page.close()
    assert not re.search(r"https?://|<script|<link|<img|@import|url\(", FORMATS[".html"](report))


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_text(report, name):
    named = with_names(report, name, "b", "c")
    assert all(not row["checkpoint"].startswith(tuple("=+-@\t\r")) for row in rows_of(named))
    assert " ".join(name.split()) in {row["checkpoint"].lstrip("' ") for row in rows_of(named)}
    page = FORMATS[".html"](named)
    assert "<script" not in page
    assert name.strip() in text_of(page)
    markdown = FORMATS[".md"](named)
    assert "<script" not in markdown.replace("\\<", "")
    [header] = [line for line in markdown.splitlines() if line.startswith("| object type")][:1]
    assert len(re.findall(r"(?<!\\)\|", header)) == 6


def test_without_labels_curves_or_company(library, checkpoints):
    gallery = library.gallery
    plain = replace(gallery, table=gallery.table.assign(class_name="", split=""))
    result = compare_checkpoints(plain, checkpoints)  # without scores of the queries
    no_curves = make_report(plain, result, {"pca-lite0": checkpoints["pca-lite0"].history}, "", "1")
    alone = replace(no_curves, result={**result, "checkpoints": result["checkpoints"][:1], "pairs": []})
    for report in (no_curves, alone):
        for suffix, write in FORMATS.items():
            text = write(report)
            assert ("GUIE mP@5 by object type" in text, "Learning curves" in text) == (False, False), suffix
            assert "study mP@5" in text or "study_mp5" in text
    assert "no other checkpoint" in FORMATS[".html"](alone)


def test_missing_values_interrupt_a_curve():
    curve = pd.DataFrame({"train_loss": [3.0, float("nan"), 1.0, 0.5], "val_loss": [float("inf")] * 4})
    [panel] = panels({"a": curve})
    assert [len(part.split()) for part in panel.lines[0].parts] == [1, 2]
    assert "nan" not in str(panel) + str(panels({"a": curve[:1]}))
    assert panels({"a": curve[["val_loss"]]}) == []


def test_the_command_writes_what_it_prints(tmp_path, capsys):
    import argparse

    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    target = tmp_path / "new" / "report.csv"
    arguments = ["--gallery", "sample", "--checkpoints", "atlas", "pca-lite0", "--json", "--report", str(target)]
    command.run(parser.parse_args(arguments))
    printed = capsys.readouterr()
    assert f"wrote {target}" in printed.err
    result = json.loads(printed.out)
    rows = list(csv.DictReader(io.StringIO(target.read_text(encoding="utf-8"))))
    values = [float(row["value"]) for row in rows if row["table"] == "results"]
    assert values == [evaluation[metric] for evaluation in result["checkpoints"] for metric in METRICS]
    assert "Command: python -m trainer compare --gallery sample --checkpoints atlas pca-lite0" in {
        row["text"] for row in rows
    }


def test_a_file_that_cannot_be_written_is_one_sentence(report, tmp_path):
    (tmp_path / "taken.md").mkdir()
    with pytest.raises(UserError, match="expected a file name, found a folder"):
        write_report(report, tmp_path / "taken.md")
    assert [path.name for path in tmp_path.iterdir()] == ["taken.md"]


def test_another_suffix_is_refused_before_the_work(tmp_path):
    with pytest.raises(UserError, match=r"ends in .html, .md or .csv"):
        check_report_file(tmp_path / "report.txt")
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(UserError, match="found a folder"):
        check_report_file(tmp_path / "folder.html")
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="can be created"):
        check_report_file(tmp_path / "file" / "report.md")
