"""Tables and charts: valid figures that show the numbers of the checkpoints."""

import json
import re
from dataclasses import replace

import plotly.graph_objects as go
import pytest

from app.compare.figures import curve_notes, learning_curves, type_chart, with_curves
from app.compare.object_types import MOST_TYPES, shown_types
from app.compare.tables import results_table, type_table
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
    names = with_curves(Context(library, T))
    assert {name for name in library.names if library.checkpoints[name].checkpoint.head.kind != "pca"} == set(names)
    dashes = {"train_loss": "solid", "train_loss_eval": "dot", "val_loss": "dash"}
    dashes |= {"val_study_mp5": "dash", "val_guie_mp5": "solid"}
    figure = go.Figure(json.loads(learning_curves(Context(library, T), names)))
    traces = iter(figure.data)
    for name in names:
        history = last_run(library.checkpoints[name].checkpoint.history)
        for column in [column for column in dashes if history[column].notna().any()]:
            trace = next(traces)
            assert (trace.name, trace.line.dash) == (name, dashes[column])
            assert list(trace.x) == history["epoch"].tolist()
            assert list(trace.y) == pytest.approx(history[column].tolist())
            assert trace.yaxis == ("y2" if "mp5" in column else "y")
    assert next(traces, None) is None
    assert len({(trace.name, trace.line.color) for trace in figure.data}) == len(names)
    assert learning_curves(Context(library, T), ["pca-lite2"]) == ""


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
def test_the_note_names_the_lines_that_are_there(library, lang):
    context = Context(library, Translator(lang))
    of_atlas = curve_notes(context, ["atlas"])  # it trains on all there is
    lines = {key: context.t(f"{key}_line") for key in ("train_loss", "train_loss_eval", "val_loss", "val_guie_mp5")}
    assert [key for key, text in lines.items() if text in of_atlas] == ["train_loss", "train_loss_eval"]
    of_both = curve_notes(context, ["atlas", "arcface-linear-lite2", "pca-lite2"])
    assert all(text in of_both for text in lines.values())
    assert re.findall("<h3><i[^>]*></i>(.*?)</h3>", of_both) == ["atlas", "arcface-linear-lite2"]
    assert context.t("no_curve", names="pca-lite2") in of_both


def cells_html(html):
    return re.findall(r"<tr>(.*?)</tr>", html.partition("<tbody>")[2], re.S)


def cells(html):
    """Rows of text of the table's body."""
    rows = cells_html(html)
    return [[re.sub("<[^>]+>", "", cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.S)] for row in rows]


def test_the_results_table_has_one_row_a_checkpoint(library):
    html = results_table(Context(library, T))
    rows = cells(html)
    ranked = sorted(library.checkpoints.items(), key=lambda item: -item[1].precomputed.evaluation["guie_mp5"])
    for row, (name, entry) in zip(rows, ranked, strict=True):
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


def test_nothing_is_bold_where_all_are_equal(library):
    table = cells_html(type_table(Context(with_types(library, 3), T), "guie_mp5"))
    assert [row.count("<b>") for row in table[:3]] == [0, 1, 1]  # both checkpoints have 0 for the first type


@pytest.mark.parametrize("metric", METRICS)
def test_the_type_table_agrees_with_the_chart(library, metric):
    rows = cells(type_table(Context(library, T), metric))
    figure = json.loads(type_chart(Context(library, T), metric))
    for number, trace in enumerate(figure["data"]):
        assert [row[number + 1] for row in rows[:-1]] == [f"{value:.3f}" for value in reversed(trace["x"])]
    per_type = library.checkpoints[library.best].precomputed.evaluation["per_type"]
    counted = "n" if metric == "study_mp5" else "n_queries"
    assert [row[-1] for row in rows[:-1]] == [str(of_type[counted]) for of_type in per_type.values()]
    assert rows[-1][0] == "all"


@pytest.mark.parametrize("metric", METRICS)
def test_bars_lie_on_the_scale_of_their_column(library, metric):
    html = results_table(Context(library, T))
    results = [entry.precomputed.evaluation for entry in library.checkpoints.values()]
    low, high = (choose(result["intervals"][metric][n] for result in results) for n, choose in ((0, min), (1, max)))
    assert f"{low:.3f}–{high:.3f}</small></th>" in html
    for result in results:
        places = [100 * (x - low) / (high - low) for x in (*result["intervals"][metric], result[metric])]
        assert '--low:{:.1f}%;--high:{:.1f}%;--mark:{:.1f}%"'.format(*places) in html
    assert html.count('aria-sort="descending"') == 1


def with_types(library, n):
    """The library with n object types; with the last ones, the checkpoints differ most."""
    names = [f"type {number:03}" for number in range(n)]
    entries = {}
    for which, name in enumerate(library.names[:2]):
        entry = object.__new__(type(library.checkpoints[name]))
        entry.__dict__.update(library.checkpoints[name].__dict__)
        per_type = {
            name: {**dict.fromkeys(METRICS, number / n * which), "n": 5, "n_queries": 4}
            for number, name in enumerate(names)
        }
        entry.precomputed = replace(
            entry.precomputed, evaluation={**entry.precomputed.evaluation, "per_type": per_type}
        )
        entries[name] = entry
    table = library.gallery.table.assign(object_type=[names[row % n] for row in range(len(library.gallery))])
    return replace(library, checkpoints=entries, gallery=replace(library.gallery, table=table))


def test_of_many_types_those_that_differ_most_are_shown(library):
    many = with_types(library, 300)
    shown = shown_types(many, "guie_mp5")
    assert shown == [f"type {number:03}" for number in range(299, 299 - MOST_TYPES, -1)]
    assert shown_types(many, "guie_mp5", every_type=True) == many.gallery.type_order
    assert len(cells(type_table(Context(many, T), "guie_mp5"))) == MOST_TYPES + 1
    assert len(cells(type_table(Context(many, T), "guie_mp5", every_type=True))) == 301
    heights = [
        json.loads(type_chart(Context(many, T), "guie_mp5", every))["layout"]["height"] for every in (False, True)
    ]
    assert heights[0] < 500 < heights[1]
    assert shown_types(library, "guie_mp5") == library.gallery.type_order


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
    assert {cell for row in cells(type_table(Context(bare, T), "guie_mp5")) for cell in row[1:-1]} == {"-"}
    go.Figure(json.loads(type_chart(Context(bare, T), "guie_mp5")))
