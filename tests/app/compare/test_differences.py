"""The verdict and the matrix of differences: their numbers are those of the paired tests."""

import html
import re
from dataclasses import replace
from time import process_time

import numpy as np
import pytest

from app.compare.differences import difference_matrix, verdict_note
from app.compare.results import compare_results, paired_results
from app.compare.routes import library_report
from app.context import Context
from app.translator import Translator
from trainer.core.data.gallery import Gallery
from trainer.core.retrieval.evaluation import paired, summary
from trainer.core.retrieval.metric_names import METRICS, format_p_value, format_signed

T = Translator("en")


def with_scores(library, change):
    """The library with other scores: `change(name, metric, scores)`."""
    entries = {}
    for name, entry in library.checkpoints.items():
        entries[name] = object.__new__(type(entry))
        entries[name].__dict__.update(entry.__dict__)
        scores = {metric: change(name, metric, entry.precomputed.scores[metric]) for metric in METRICS}
        evaluation = summary(library.gallery, scores, name)
        entries[name].precomputed = replace(entry.precomputed, scores=scores, evaluation=evaluation)
    return replace(library, checkpoints=entries)


def text_of(fragment):
    return html.unescape(re.sub("<[^>]+>", "", fragment))


def matrix(library, metric, t=T):
    """(row, column) -> text of the cell."""
    table = difference_matrix(Context(library, t), metric)
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.S)
    columns = [text_of(cell) for cell in re.findall(r"<th.*?</th>", rows[0], re.S)]
    cells = {}
    for row in rows[1:]:
        name, *values = re.findall(r"<t[hd].*?</t[hd]>", row, re.S)
        cells |= {(text_of(name), column): value for column, value in zip(columns, values, strict=True)}
    return {tuple(name.removesuffix(" ★") for name in pair): cell for pair, cell in cells.items()}


@pytest.mark.parametrize("metric", METRICS)
def test_the_matrix_has_the_numbers_of_the_tests(library, metric):
    scores = {name: entry.precomputed.scores for name, entry in library.checkpoints.items()}
    cells = matrix(library, metric)
    assert len(cells) == len(library.names) ** 2
    marked = 0
    for test in paired(library.gallery, scores, metric):
        for pair, sign in (((test.a, test.b), 1), ((test.b, test.a), -1)):
            limits = sorted(sign * limit for limit in test.interval)
            significant = test.p_value_max_t < 0.05
            mark = ("▲" if sign * test.difference > 0 else "▼") if significant else ""
            shown = text_of(cells[pair])
            assert shown.startswith(format_signed(sign * test.difference))
            assert f"[{format_signed(limits[0])}, {format_signed(limits[1])}]" in shown
            assert format_p_value(test.p_value_max_t) in shown
            assert re.findall("[▲▼]", shown) == list(mark)
            assert ("aria-label" in cells[pair]) == significant
            marked += significant
    assert marked > 0 or metric == "recall_at_1"


def test_the_cached_tests_are_those_of_compare(library):
    scores = {name: entry.precomputed.scores for name, entry in library.checkpoints.items()}
    for _ in range(2):  # computed, then read
        assert paired_results(library, "guie_mp5") == paired(library.gallery, scores, "guie_mp5")
    result = compare_results(library, ["guie_mp5"])
    assert [entry["checkpoint"] for entry in result["checkpoints"]] == library.names


def test_other_scores_or_labels_are_tested_anew(library):
    others = [name for name in library.names if name != library.best]
    before = matrix(library, "guie_mp5")
    worse = with_scores(library, lambda name, metric, scores: scores * (name != others[0]))
    assert "▲" in matrix(worse, "guie_mp5")[library.best, others[0]]
    gallery = library.gallery
    one_class = Gallery(gallery.name, gallery.table.assign(class_name="all", object_type="toys"), gallery.content)
    assert "▲" not in matrix(replace(worse, gallery=one_class), "guie_mp5")[library.best, others[0]]
    assert matrix(library, "guie_mp5") == before


def test_without_scores_or_company_a_sentence_says_so(library):
    unknown = with_scores(library, lambda name, metric, scores: scores * np.nan)
    assert T("no_scores", metric="GUIE mP@5") in difference_matrix(Context(unknown, T), "guie_mp5")
    assert "cannot be ranked" in verdict_note(Context(unknown, T))
    alone = replace(library, checkpoints={library.best: library.checkpoints[library.best]})
    assert T("no_pairs") in difference_matrix(Context(alone, T), "guie_mp5")
    assert "no other checkpoint" in verdict_note(Context(alone, T))


@pytest.mark.parametrize(("lang", "words"), [("en", "has the highest GUIE mP@5"), ("zh-TW", "GUIE mP@5 最高")])
def test_the_verdict_names_the_best(library, lang, words):
    note = text_of(verdict_note(Context(library, Translator(lang))))
    best = max(library.names, key=lambda name: library.checkpoints[name].precomputed.evaluation["guie_mp5"])
    value = library.checkpoints[best].precomputed.evaluation["guie_mp5"]
    assert words in note
    assert note.startswith(best)
    assert f"{value:.3f}" in note
    assert "162" in note


def test_only_a_checkpoint_with_validation_scores_is_said_to_be_chosen_by_them(library):
    """Without such scores, ★ marks the first checkpoint given."""
    worse = with_scores(library, lambda name, metric, scores: scores * (name != library.best))
    assert f"The default checkpoint ★ {library.best} was chosen" in verdict_note(Context(worse, T))
    first = {name: worse.checkpoints[name] for name in (library.best, "pca-lite2")}
    unrecorded = replace(library, checkpoints=first)
    vars(unrecorded)["validation_scores"] = {}
    assert unrecorded.best == library.best
    assert "★" not in verdict_note(Context(unrecorded, T))
    assert library_report(unrecorded).default is None


def test_names_are_text(library):
    evil = "<img src=x>"
    entries = {evil if name == library.best else name: entry for name, entry in library.checkpoints.items()}
    context = Context(replace(library, checkpoints=entries), T)
    for fragment in (verdict_note(context), difference_matrix(context, "guie_mp5")):
        assert evil not in fragment
        assert html.escape(evil) in fragment


def test_the_page_does_not_wait_for_it(library):
    """The first time takes about half a second, later ones read the cache. Processor time: the machine may be busy."""
    start = process_time()
    verdict_note(Context(with_scores(library, lambda name, metric, scores: scores[::-1]), T))
    assert process_time() - start < 5
    times = []
    for _ in range(5):
        start = process_time()
        verdict_note(Context(library, T))
        times.append(process_time() - start)
    assert min(times) < 0.1
