"""Tables and charts: valid figures that show the numbers of the checkpoints."""

import json
import re
from dataclasses import replace

import plotly.graph_objects as go
import pytest

from app.components.figures import learning_curves, type_chart
from app.components.tables import results_table, type_table
from app.context import Context
from app.translator import Translator
from trainer.core.retrieval.diagnosis import last_run
from trainer.core.retrieval.evaluation import TEST_SPLIT, WITH_SPLITS, WITHOUT_SPLITS
from trainer.core.retrieval.metric_names import METRICS

T = Translator("en")


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
@pytest.mark.parametrize("metric", METRICS)
def test_the_chart_shows_each_type_of_each_checkpoint(library, metric, lang):
    words = Translator(lang)
    figure = go.Figure(json.loads(type_chart(Context(library, words), metric)))
    assert [trace.name for trace in figure.data] == library.names
    order = library.gallery.type_order[::-1]
    for trace, entry in zip(figure.data, library.checkpoints.values(), strict=True):
        assert list(trace.y) == [words.object_type(name) for name in order]
        assert list(trace.x) == [entry.precomputed.evaluation["per_type"][name][metric] for name in order]
    assert len({(trace.marker.color, trace.marker.symbol) for trace in figure.data}) == len(library.names)
    assert words(metric) in figure.layout.title.text


def test_learning_curves_show_the_history(library):
    drawn = 0
    for name, entry in library.checkpoints.items():
        text = learning_curves(Context(library, T), name)
        if entry.checkpoint.head.kind == "pca":
            assert text == ""
            continue
        figure = go.Figure(json.loads(text))
        history = last_run(entry.checkpoint.history)
        columns = {"train_loss": "solid", "train_loss_eval": "dot", "val_loss": "dash"}
        columns |= {"val_study_mp5": "solid", "val_guie_mp5": "solid"}
        measured = [column for column in columns if history[column].notna().any()]
        for trace, column in zip(figure.data, measured, strict=True):
            assert list(trace.x) == history["epoch"].tolist()
            assert list(trace.y) == pytest.approx(history[column].tolist())
            assert trace.name == T(column)
        assert [trace.line.dash for trace in figure.data] == [columns[column] for column in measured]
        assert name != "atlas" or measured == ["train_loss", "train_loss_eval"]  # it trains on all there is
        drawn += 1
    assert drawn >= 2


def cells(html):
    """Rows of text of the table's body."""
    rows = re.findall(r"<tr>(.*?)</tr>", html.partition("<tbody>")[2])
    return [[re.sub("<[^>]+>", "", cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row)] for row in rows]


def test_the_results_table_has_one_row_a_checkpoint(library):
    html = results_table(Context(library, T))
    rows = cells(html)
    for row, (name, entry) in zip(rows, library.checkpoints.items(), strict=True):
        assert row[0] == name + (" ★" if name == library.best else "")
        result = entry.precomputed.evaluation
        limits = ["{:.3f}–{:.3f}".format(*result["intervals"][metric]) for metric in METRICS]
        assert row[1:4] == [f"{result[metric]:.3f}{around}" for metric, around in zip(METRICS, limits, strict=True)]
        assert row[4:] == [
            "64", f"{entry.checkpoint.parameters:,}", entry.checkpoint.backbone, entry.checkpoint.head.kind,
        ]  # fmt: skip
    evaluation = library.checkpoints[library.best].precomputed.evaluation
    assert f"{evaluation['n_images']:,} images, {evaluation['n_queries']:,} queries" in html


def test_the_best_figure_of_each_column_is_bold(library):
    html = results_table(Context(library, T))
    for metric in METRICS:
        best = max(entry.precomputed.evaluation[metric] for entry in library.checkpoints.values())
        assert f"<b>{best:.3f}</b>" in html
    least = min(entry.precomputed.evaluation["guie_mp5"] for entry in library.checkpoints.values())
    assert f"<b>{least:.3f}</b>" not in html


@pytest.mark.parametrize("metric", METRICS)
def test_the_type_table_agrees_with_the_chart(library, metric):
    rows = cells(type_table(Context(library, T), metric))
    figure = json.loads(type_chart(Context(library, T), metric))
    for number, trace in enumerate(figure["data"]):
        assert [row[number + 1] for row in rows[:-1]] == [f"{value:.3f}" for value in reversed(trace["x"])]
    assert rows[-1][0] == "all"


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
def test_the_hint_says_which_images_asked(library, lang):
    words, name = Translator(lang), library.names[0]
    for protocol, key in ((WITH_SPLITS, "with_splits"), (TEST_SPLIT, "test_split"), (WITHOUT_SPLITS, "without_splits")):
        entry = object.__new__(type(library.checkpoints[name]))
        entry.__dict__.update(library.checkpoints[name].__dict__)
        entry.precomputed = replace(
            entry.precomputed, evaluation={**entry.precomputed.evaluation, "protocol": protocol}
        )
        assert words(key) in results_table(Context(replace(library, checkpoints={name: entry}), words))


def test_a_gallery_without_measures_is_drawn(library):
    """Classes unknown: no GUIE mP@5, no recall, for no type."""
    entries = {}
    for name in library.names[:2]:
        entry = object.__new__(type(library.checkpoints[name]))
        entry.__dict__.update(library.checkpoints[name].__dict__)
        intervals = {**entry.precomputed.evaluation["intervals"], "guie_mp5": None, "recall_at_1": None}
        evaluation = {**entry.precomputed.evaluation, "guie_mp5": None, "recall_at_1": None, "per_type": {}}
        evaluation["intervals"] = intervals
        entry.precomputed = replace(entry.precomputed, evaluation=evaluation)
        entries[name] = entry
    bare = replace(library, checkpoints=entries)
    assert [row[2] for row in cells(results_table(Context(bare, T)))] == ["-", "-"]
    assert {cell for row in cells(type_table(Context(bare, T), "guie_mp5")) for cell in row[1:]} == {"-"}
    go.Figure(json.loads(type_chart(Context(bare, T), "guie_mp5")))
