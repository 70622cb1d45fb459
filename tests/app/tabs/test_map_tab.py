"""Handlers of the Map tab."""

import json
from dataclasses import replace

import gradio as gr
import numpy as np
import pytest

from app.components.events import payload_of
from app.context import Context
from app.library.examples import EXAMPLES
from app.map.rendering import Link, MapState
from app.tabs import map as map_tab
from app.translator import Translator
from tests.app.map.test_selection import bits
from trainer.core.projection.parameters import ProjectionParameters

T = Translator("en")


@pytest.fixture
def context(library):
    return Context(library, T)


@pytest.fixture
def state(library):
    """What the tab shows when the page is opened."""
    return MapState(library.best, "", ProjectionParameters())


def test_an_image_is_selected_by_its_row_and_by_its_id(context, state):
    row, image_id = 300, context.library.gallery.table["image_id"][300]
    query = context.library.query_from_id(image_id)
    for payload in ({"row": row}, {"id": image_id}):
        selected, update = map_tab.select_image(context, payload, replace(state, query=query))
        assert selected is update.selected_image
        assert selected.row == row
        assert json.loads(update.map_value)["focus"]["row"] == row
        assert update.detail.count('class="card"') == 5
        assert update.rendered.query_id == selected.id


@pytest.mark.parametrize("image_id", ["", "nope", "../../etc/passwd", "<script>", None, 3, ["x"]])
def test_a_hostile_id_is_one_sentence(context, state, image_id):
    for payload in ({"id": image_id}, {}):
        with pytest.raises(gr.Error) as error:
            map_tab.select_image(context, payload, state)
        assert error.value.message == "That image is not in this gallery; choose one that is shown."


@pytest.mark.parametrize("row", [-1, 721, 1.5, "1", True, [1], {"row": 1}])
def test_a_hostile_row_is_one_sentence(context, state, row):
    with pytest.raises(gr.Error, match="not in this gallery"):
        map_tab.select_image(context, {"row": row}, state)


@pytest.mark.parametrize("data", [None, [], ["row"], "row", 3])
def test_an_event_without_a_payload_has_an_empty_one(data):
    assert payload_of(gr.EventData(None, data)) == {}
    assert payload_of(gr.EventData(None, {"row": 1})) == {"row": 1}


def test_an_uploaded_query_stays_while_images_around_it_are_selected(context, state):
    uploaded = context.library.query_from_file(EXAMPLES["china.jpg"])
    state = replace(state, query=uploaded)
    update = map_tab.refresh(context, state, replace(state, query=None).key)
    assert update.selected_image is uploaded
    assert json.loads(update.map_value)["focus"]["row"] == -1
    query, update = map_tab.select_image(context, {"row": 3}, replace(state, selected_image=uploaded))
    assert query is uploaded
    assert update.selected_image.row == 3
    assert json.loads(update.map_value)["query"]
    moved = replace(state, checkpoint=context.library.names[-1], selected_image=update.selected_image)
    assert map_tab.refresh(context, moved, update.rendered).selected_image.row == 3


def test_clearing_keeps_the_query_by_default(context, state):
    query = context.library.query_from_file(EXAMPLES["china.jpg"])
    state = replace(state, query=query, selected_image=query)
    for payload in ({"query": False}, {}):
        same, update = map_tab.clear_selection(context, payload, state)
        assert same is query
        assert update.selected_image is None
        assert json.loads(update.map_value)["query"]
        assert json.loads(update.map_value)["focus"] is None
        assert T("map_hint") in update.detail
    cleared, update = map_tab.clear_selection(context, {"query": True}, state)
    assert cleared is None
    assert json.loads(update.map_value)["query"] is None


def test_nothing_is_rendered_twice(context, state):
    assert map_tab.refresh(context, state, state.key) is None
    query = context.library.query_from_file(EXAMPLES["china.jpg"])
    for changed in (
        replace(state, projection_parameters=ProjectionParameters("pca")),
        replace(state, compare_with=next(name for name in context.library.names if name != state.checkpoint)),
        replace(state, query=query),
    ):
        update = map_tab.refresh(context, changed, state.key)
        assert update.rendered != state.key
        again = replace(changed, selected_image=update.selected_image)
        assert map_tab.refresh(context, again, update.rendered) is None


def test_only_a_new_query_replaces_the_selected_image(context, state):
    query, other = context.library.query_from_file(EXAMPLES["china.jpg"]), context.library.names[-1]
    first = map_tab.refresh(context, replace(state, query=query), state.key)
    assert first.selected_image is query  # a query from another tab
    _, selected = map_tab.select_image(context, {"row": 3}, replace(state, query=query, selected_image=query))
    assert selected.selected_image.row == 3
    moved = replace(state, checkpoint=other, query=query, selected_image=selected.selected_image)
    assert map_tab.refresh(context, moved, selected.rendered).selected_image.row == 3
    _, cleared = map_tab.clear_selection(context, {"query": False}, moved)
    moved = replace(moved, checkpoint=state.checkpoint, selected_image=None)
    assert map_tab.refresh(context, moved, cleared.rendered).selected_image is None


def test_a_selection_is_stored_as_rows_and_described(context, library):
    n, link = len(library.gallery), Link(2, "=row:0a:4")
    payload = {"rows": bits([3, 5, 8], n), "selection": "=polygon:0a:0,0,1,0,1,1"}
    rows, html, made = map_tab.select_points(context, payload, library.best, link)
    assert rows.tolist() == [3, 5, 8]
    assert f"{T('selection', n=3)}<" in html
    assert made == Link(2, payload["selection"])
    for nothing in ({"rows": ""}, {"rows": None}, {"rows": bits([], n)}, {}):
        assert map_tab.select_points(context, nothing, library.best, link) == (None, "", Link(2))


@pytest.mark.parametrize("selection", ["<script>", "=row:0a:1 ", 3, None, ["x"], "a" * 10_000])
def test_a_hostile_description_of_a_selection_is_not_part_of_a_link(context, library, selection):
    payload = {"rows": bits([3], len(library.gallery)), "selection": selection}
    rows, _, made = map_tab.select_points(context, payload, library.best, Link())
    assert rows.tolist() == [3]
    assert made == Link()


def test_a_damaged_selection_is_one_sentence(context, library):
    for rows in ("nope", 3, ["x"]):
        with pytest.raises(gr.Error, match="select the points again"):
            map_tab.select_points(context, {"rows": rows}, library.best, Link())


def test_pages_of_a_selection(context, library):
    rows = np.arange(100)
    assert T("page", page=2, pages=5) in map_tab.turn_page(context, {"page": 1}, rows, library.best)
    for hostile in (None, "1", [1], 1.5):
        assert T("page", page=1, pages=5) in map_tab.turn_page(context, {"page": hostile}, rows, library.best)
    assert map_tab.turn_page(context, {"page": 1}, None, library.best) == ""
    assert map_tab.show_selection(context, None, library.best) == ""


def test_an_unknown_checkpoint_is_one_sentence(context, state):
    assert map_tab.checkpoint_changed(context, {"checkpoint": state.checkpoint}) == state.checkpoint
    unknown = replace(state, checkpoint="nope")
    for handler in (
        lambda: map_tab.select_image(context, {"row": 0}, unknown),
        lambda: map_tab.refresh(context, unknown, state.key),
        lambda: map_tab.clear_selection(context, {}, unknown),
        lambda: map_tab.checkpoint_changed(context, {"checkpoint": "nope"}),
        lambda: map_tab.select_points(context, {"rows": bits([1], len(context.library.gallery))}, "nope", Link()),
    ):
        with pytest.raises(gr.Error, match=r"^\"?'?No checkpoint 'nope' here"):
            handler()
    for hostile in (None, 3, ["x"]):
        with pytest.raises(gr.Error, match="No checkpoint"):
            map_tab.checkpoint_changed(context, {"checkpoint": hostile})
