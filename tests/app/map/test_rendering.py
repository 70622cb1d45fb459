"""The output of the Map tab: what it depends on, what it shows, and how long it takes."""

import json
import re
import time
from dataclasses import fields, replace

import pytest

from app.context import Context
from app.library.examples import EXAMPLES
from app.map.distortion import is_far
from app.map.rendering import Link, MapState, MapUpdate, RenderKey, render_map
from app.translator import Translator
from trainer.core.errors import UserError
from trainer.core.projection.parameters import ProjectionParameters

T = Translator("en")


@pytest.fixture
def context(library):
    return Context(library, T)


def state_of(library, **changes):
    return replace(MapState(library.best, "", ProjectionParameters()), **changes)


def gallery_image(library, row=300):
    return library.query_from_id(library.gallery.table["image_id"][row])


def test_the_key_changes_with_every_input(library):
    state = state_of(library)
    other = next(name for name in library.names if name != library.best)
    changes = {
        "checkpoint": other,
        "compare_with": other,
        "projection_parameters": ProjectionParameters("pca"),
        "query": gallery_image(library),
        "selected_image": gallery_image(library),
        "k": 7,
        "link": Link(1, "=row:0a:3"),
    }
    assert changes.keys() == {field.name for field in fields(MapState)}
    keys = {state.key, *(replace(state, **{name: value}).key for name, value in changes.items())}
    assert len(keys) == 1 + len(changes)
    assert (
        state.key == state_of(library).key == RenderKey(library.best, "", ProjectionParameters(), None, "", None, 5, 0)
    )


def test_the_selected_image_is_shown_with_its_neighbours(context):
    library, row = context.library, 300
    selected = gallery_image(library, row)
    for name in library.names:
        state = state_of(library, checkpoint=name, selected_image=selected)
        update = render_map(context, state)
        assert update.selected_image is selected
        assert update.rendered == state.key
        assert f'<img src="thumbnails/{library.thumbnail_key(row)}"' in update.detail.partition("</figure>")[0]
        expected = library.answer(selected, name, 5).rows
        image_ids = library.gallery.table["image_id"].iloc[expected].tolist()
        assert re.findall(r'data-id="([^"]+)"', update.detail) == image_ids
        assert json.loads(update.map_value)["focus"] == {"row": row, "neighbours": {name: expected.tolist()}}
        assert T("selected") in update.detail
        assert T("nearest_on", checkpoint=name) in update.detail
        far = is_far(library, library.maps.get(), name, selected, expected)
        assert (T("map_far") in update.detail) == far


def test_two_checkpoints_are_shown_side_by_side(context):
    one, other = context.library.names[:2]
    state = state_of(context.library, checkpoint=one, compare_with=other, selected_image=gallery_image(context.library))
    update = render_map(context, state)
    assert update.detail.count("<section>") == 2
    assert all(T("nearest_on", checkpoint=name) in update.detail for name in (one, other))
    value = json.loads(update.map_value)
    assert value["shown"] == [one, other]
    assert set(value["focus"]["neighbours"]) == {one, other}


def test_a_checkpoint_beside_itself_is_shown_once(context):
    state = state_of(context.library, compare_with=context.library.best)
    assert json.loads(render_map(context, state).map_value)["shown"] == [context.library.best]


def test_the_query_is_on_every_map(context):
    update = render_map(context, state_of(context.library, query=gallery_image(context.library)))
    assert set(json.loads(update.map_value)["query"]) == set(context.library.names)
    assert T("map_hint") in update.detail  # the query is not selected
    update = render_map(context, state_of(context.library))
    assert json.loads(update.map_value)["query"] is None


def test_other_projections_travel_with_the_value(context):
    library, parameters = context.library, ProjectionParameters("pca")
    projection_set, query = library.maps.get(parameters), library.query_from_file(EXAMPLES["china.jpg"])
    state = state_of(library, query=query, projection_parameters=parameters)
    value = json.loads(render_map(context, state).map_value)
    assert value["maps"]["projection_set"] == projection_set.id
    assert [one["points"] for one in value["maps"]["maps"]] == [
        f"map/files/{projection_set.files.points(name)}" for name in library.names
    ]
    coordinates = projection_set.place(library.checkpoint(library.best).embed(query), library.best)
    assert value["query"][library.best] == pytest.approx(coordinates, abs=1e-4)
    assert json.loads(render_map(context, state_of(library, query=query)).map_value)["maps"] is None


def test_k_neighbours_are_shown_and_a_link_is_passed_on(context):
    state = state_of(context.library, selected_image=gallery_image(context.library), k=8)
    assert json.loads(render_map(context, state).map_value)["link"] is None
    update = render_map(context, replace(state, link=Link(2, "=row:0a:3")))
    value = json.loads(update.map_value)
    assert len(value["focus"]["neighbours"][context.library.best]) == update.detail.count('class="card"') == 8
    assert value["link"] == {"number": 2, "selection": "=row:0a:3"}


@pytest.mark.parametrize("changes", [{"checkpoint": "nope"}, {"compare_with": "nope"}])
def test_an_unknown_checkpoint_is_an_error(context, changes):
    with pytest.raises(UserError, match="No checkpoint 'nope'"):
        render_map(context, state_of(context.library, **changes))


def test_hostile_names_are_harmless(library):
    hostile = "<img src=x onerror=alert(1)>"
    checkpoints = dict(library.checkpoints) | {hostile: library.checkpoints[library.best]}
    context = Context(replace(library, checkpoints=checkpoints), T)
    state = state_of(library, compare_with=hostile, selected_image=gallery_image(library))
    detail = render_map(context, state).detail
    assert hostile not in detail
    assert "&lt;img src=x onerror=alert(1)&gt;</h2>" in detail


def test_an_uploaded_query_is_placed_on_every_map_at_once(context):
    query = context.library.query_from_file(EXAMPLES["china.jpg"])
    state = state_of(context.library, query=query, selected_image=query)
    assert isinstance(render_map(context, state), MapUpdate)  # loads the backbones
    start = time.process_time()
    render_map(context, state)
    assert time.process_time() - start < 0.3
