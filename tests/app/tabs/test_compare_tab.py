"""Handlers of the Compare tab."""

import re

import gradio as gr
import pytest

from app.compare import figures, tables
from app.context import Context
from app.library.examples import EXAMPLES
from app.tabs import compare as compare_tab
from app.translator import Translator
from trainer.core.models.embedder import Embedder

T = Translator("en")


def columns(html):
    """Title -> ids of the images below it."""
    sections = re.findall(r"<section><h3>(.*?)</h3>(.*?)</section>", html, re.S)
    return {title: re.findall(r'data-id="([^"]+)"', body) for title, body in sections}


@pytest.mark.parametrize("n", [2, 3, 5])
def test_each_checkpoint_has_its_column(library, n):
    query = library.query_from_id(library.gallery.table["image_id"][40])
    found = columns(compare_tab.side_by_side(Context(library, T), query, library.names[:n], 5))
    assert list(found) == library.names[:n]
    for name, ids in found.items():
        rows = library.answer(query, name, 5).rows
        assert ids == library.gallery.table["image_id"].iloc[rows].tolist()


def test_one_upload_is_encoded_once_a_backbone(library, monkeypatch):
    runs, features = [], Embedder.features
    monkeypatch.setattr(Embedder, "features", lambda self, images: runs.append(1) or features(self, images))
    same = [name for name in library.names if library.checkpoints[name].checkpoint.backbone == "lite2"]
    assert len(same) >= 3
    query = library.query_from_file(EXAMPLES["china.jpg"])
    html = compare_tab.side_by_side(Context(library, T), query, same, 5)
    assert len(columns(html)) == len(same)
    compare_tab.side_by_side(Context(library, T), query, same[::-1], 5)
    assert len(runs) == 1


def test_without_a_query_the_first_one_of_the_gallery_is_compared(library):
    context = Context(library, T)
    first = compare_tab.side_by_side(context, library.first_query(), library.names[:2], 5)
    assert columns(compare_tab.side_by_side(context, None, library.names[:2], 5)) == columns(first)


def test_nothing_to_compare_is_an_invitation(library):
    query = library.query_from_id(library.gallery.table["image_id"][40])
    for chosen in ([], library.names[:1]):
        html = compare_tab.side_by_side(Context(library, T), query, chosen, 5)
        assert "at least two checkpoints" in html
        assert columns(html) == {}


def test_what_is_wrong_is_one_sentence(library):
    query = library.query_from_id(library.gallery.table["image_id"][40])
    for handler, said in (
        (
            lambda: compare_tab.side_by_side(Context(library, T), query, [library.best, "nope"], 5),
            "No checkpoint 'nope' here",
        ),
        (lambda: compare_tab.curves(Context(library, T), ["nope"]), "No checkpoint 'nope' here"),
    ):
        with pytest.raises(gr.Error) as error:
            handler()
        assert error.value.message.startswith(said)
        assert len(error.value.message.splitlines()) == 1


def test_metric_and_curve(library):
    chart, table = compare_tab.by_metric(Context(library, T), "study_mp5")
    assert chart == figures.type_chart(Context(library, T), "study_mp5")
    assert table == tables.type_table(Context(library, T), "study_mp5")
    for name, entry in library.checkpoints.items():
        figure, note = compare_tab.curves(Context(library, T), [name])
        trained = entry.checkpoint.head.kind != "pca"
        assert bool(figure) == trained
        assert ("without a learning curve" in note) == (not trained)
    assert T("choose_one") in compare_tab.curves(Context(library, T), [])[1]
