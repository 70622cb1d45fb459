"""The map as people meet it: pointing, clicking, zooming, selecting, searching.

Screenshots of what the map can do are left in `test-output/`.
"""

import numpy as np
import pytest
from playwright.sync_api import expect

from app.components.palette import style_of
from app.translator import EN
from tests.browser.browsing import (
    around,
    at,
    at_rest,
    choose,
    colour_on_screen,
    drag,
    go_to,
    hover_ms,
    lonely,
    map_state,
    point_at,
    press_offered,
    row_of,
    selected,
    shot,
    upload,
)  # fmt: skip


@pytest.fixture
def page(page):
    go_to(page, "map")
    return page


def check_detail(page, library, row, checkpoint=None):
    """The detail shows the picture of this row and its neighbours, in order, and lines are drawn to them."""
    checkpoint = checkpoint or library.best
    found = library.answer(library.query_from_id(library.gallery.table["image_id"][row]), checkpoint, 5)
    expect(page.locator("#map-detail .query img")).to_have_attribute("src", f"thumbnails/{library.thumbnail_key(row)}")
    ids = page.locator("#map-detail .card").evaluate_all("cards => cards.map(card => card.dataset.id)")
    assert ids == library.gallery.table["image_id"].iloc[found.rows].tolist()
    page.wait_for_function("document.querySelector('#map-detail .query img').naturalWidth > 0")
    page.wait_for_function(f"document.querySelector('.point-map').atlas.state.focus?.row === {row}")
    assert map_state(page, "state.focus.neighbours") == {checkpoint: found.rows.tolist()}


def rows_within(page, library, corners, slack_px=0):
    """Which rows are drawn within a rectangle, counted here and not by the page; `slack_px` makes it larger."""
    (left, top), _, (right, bottom), _ = corners
    left, top, right, bottom = left - slack_px, top - slack_px, right + slack_px, bottom + slack_px
    (dx, dy), (x, y) = map_state(page, "plot.screen(0)"), at(page, 0)
    drawn = map_state(page, "Array.from({length: state.n}, (_, row) => plot.screen(row))")
    places = np.array(drawn) + [x - dx, y - dy]
    inside = (places[:, 0] > left) & (places[:, 0] < right) & (places[:, 1] > top) & (places[:, 1] < bottom)
    return np.flatnonzero(inside).tolist()


def test_points_are_drawn_in_the_colours_of_their_types(page, library):
    assert map_state(page, "plot.host.dataset.flat") is None  # by WebGL
    styles = style_of(library.gallery.type_order)
    for row in lonely(page):
        x, y = at(page, row)
        map_state(page, "(plot.labels = [], plot.draw())")  # a name may lie on the point
        colour, _ = styles[library.gallery.object_types[row]]
        page.mouse.move(0, 0)
        page.wait_for_timeout(50)
        wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
        assert np.abs(colour_on_screen(page, x, y) - wanted).max() < 30, row


def test_places_are_those_of_the_checkpoint(page, library):
    """Turned and scaled, but every distance in the same proportion."""
    xy = library.entries[library.best].ready.xy
    drawn = np.array(map_state(page, "Array.from(plot.to.places)")).reshape(-1, 2)
    apart = [np.linalg.norm(places[:-1] - places[1:], axis=1) for places in (xy, drawn)]
    assert np.corrcoef(*apart)[0, 1] > 0.99999


def test_hovering_shows_the_picture_at_once(page, library):
    tip = page.locator("#point-map .map-tip")
    expect(tip).to_be_hidden()
    for row in lonely(page)[:2]:
        x, y = at(page, row)
        page.mouse.move(x - 3, y)
        took_ms = hover_ms(page, x, y)
        assert took_ms < 150
        expect(tip).to_be_visible()
        expect(tip.locator("b")).to_have_text(library.gallery.class_names[row].replace("_", " "))
        source = f"map/pictures/{library.gallery.fingerprint}/{row}"
        expect(tip.locator("img")).to_have_attribute("src", source)
    shot(page, "hover")


def test_a_click_shows_picture_neighbours_and_lines(page, library):
    for row in lonely(page)[:3]:
        page.mouse.click(*point_at(page, row))
        page.wait_for_function(f"document.querySelector('.point-map').atlas.state.focus?.row === {row}")
        check_detail(page, library, row)
    shot(page, "click")


def test_picture_to_point_and_point_to_picture(page, library):
    page.mouse.click(*point_at(page, lonely(page)[0]))
    card = page.locator("#map-detail .card").nth(2)
    row = int(card.get_attribute("data-row"))
    card.hover()
    page.wait_for_function(f"document.querySelector('.point-map').atlas.state.marked === {row}")
    page.mouse.move(5, 5)
    page.wait_for_function("document.querySelector('.point-map').atlas.state.marked === -1")
    x, y = at(page, row)
    shown = map_state(page, f"plot.pick(...plot.screen({row}), 0)")
    page.mouse.move(x - 3, y)
    page.mouse.move(x, y)
    expect(page.locator(f'#map-detail [data-row="{shown}"].on-map')).to_have_count(1)
    card.click()
    check_detail(page, library, row)


def test_types_can_be_switched_off(page, library):
    n, count = len(library.gallery), page.locator("#point-map .map-count")
    first = library.gallery.object_types == library.gallery.type_order[0]
    expect(count).to_have_text(f"showing {n} of {n}")
    row = next(row for row in lonely(page, most=100) if first[row])
    page.mouse.click(*point_at(page, row))
    button = page.locator("#point-map .map-types button").first
    expect(button).to_contain_text(str(first.sum()))
    button.click()
    expect(count).to_have_text(f"showing {n - first.sum()} of {n}")
    expect(button).to_have_attribute("aria-pressed", "false")
    assert map_state(page, f"plot.pick(...plot.screen({row}), 0)") != row  # what is not seen cannot be pointed at
    page.get_by_role("button", name=EN["map_none"], exact=True).click()
    expect(count).to_have_text(f"showing 0 of {n}")
    page.get_by_role("button", name=EN["map_all"], exact=True).click()
    expect(count).to_have_text(f"showing {n} of {n}")


def test_the_map_can_be_walked_by_keyboard(page, library):
    expect(page.locator("#point-map .map-plot")).to_have_accessible_description(EN["map_keys_are"])
    page.locator(".map-note summary").click()
    expect(page.locator("#map-keys")).to_be_visible()
    page.locator("#point-map .map-plot").focus()
    walked = []
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "ArrowLeft"):
        page.keyboard.press(key)
        walked.append(map_state(page, "state.current"))
    places = np.array(map_state(page, "Array.from(plot.to.places)")).reshape(-1, 2)
    assert walked[0] == 0
    assert places[walked[1], 0] > places[walked[0], 0]
    assert places[walked[2], 1] < places[walked[1], 1]
    assert places[walked[3], 0] < places[walked[2], 0]
    expect(page.locator("#point-map .map-tip")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_function(f"document.querySelector('.point-map').atlas.state.focus?.row === {walked[3]}")
    check_detail(page, library, walked[3])
    page.keyboard.press(" ")
    assert selected(page) == [walked[3]]
    scale = map_state(page, "plot.view.scale")
    page.keyboard.press("+")
    assert map_state(page, "plot.view.scale") > scale
    page.keyboard.press("0")
    assert map_state(page, "plot.view.scale") == pytest.approx(scale)
    page.keyboard.press("Escape")
    assert selected(page) == []
    assert map_state(page, "state.current") == -1


def test_the_wheel_zooms_where_the_pointer_is_and_a_drag_moves(page):
    x, y = at(page, 300)
    page.mouse.move(x, y)
    page.mouse.wheel(0, -400)
    page.wait_for_function("!document.querySelector('.point-map').atlas.plots[0].home")
    assert at(page, 300) == pytest.approx([x, y], abs=2)
    page.mouse.move(x - 60, y - 60)
    page.mouse.down()
    page.mouse.move(x - 20, y - 90, steps=3)
    page.mouse.up()
    assert at(page, 300) == pytest.approx([x + 40, y - 30], abs=3)
    page.get_by_role("button", name=EN["map_reset"]).click()
    assert at(page, 300) == pytest.approx([x, y], abs=2)


def test_zooming_in_turns_points_into_pictures(page):
    assert map_state(page, "plot.drawn.size") == 0
    x, y = at(page, 300)
    page.mouse.move(x, y)
    for _ in range(6):
        page.mouse.wheel(0, -200)
    page.wait_for_function("document.querySelector('.point-map').atlas.plots[0].drawn.size > 2")
    page.wait_for_function(
        "(() => { const [plot] = document.querySelector('.point-map').atlas.plots;"
        " return [...plot.drawn].every(row => plot.pictures.images.get(row)?.naturalWidth > 0); })()"
    )
    shot(page, "zoomed")
    page.get_by_role("button", name=EN["map_reset"]).click()
    page.get_by_role("button", name=EN["map_pictures"]).click()  # and where there is no room for all
    assert map_state(page, "plot.drawn.size") > 20
    shot(page, "pictures")


def test_the_query_is_a_star_on_every_map(page, library):
    assert map_state(page, "plot.queryPlace()") is None
    go_to(page, "search")
    row = row_of(library, press_offered(page))
    go_to(page, "map")
    page.wait_for_function("document.querySelector('.point-map').atlas.state.query")
    assert map_state(page, "plot.queryPlace()") == pytest.approx(map_state(page, f"plot.screen({row})"), abs=1)
    other = next(name for name in library.names if name != library.best)
    choose(page, "#map-checkpoint", other)
    expect(page.locator(".map-title").first).to_have_text(other)
    at_rest(page)
    assert map_state(page, "plot.queryPlace()") == pytest.approx(map_state(page, f"plot.screen({row})"), abs=1)


def test_a_picture_given_here_falls_on_each_map(page, library):
    upload(page, where="#map-image")
    page.wait_for_function("document.querySelector('.point-map').atlas.state.focus?.row === -1")
    expect(page.locator("#map-detail .card")).to_have_count(5)
    places = map_state(page, "state.query")
    assert set(places) == set(library.names)
    go_to(page, "search")  # it is the query there too
    expect(page.locator("#answer .pictures .card")).to_have_count(5)


def test_a_lasso_selects_and_tells_what_it_holds(page, library):
    page.get_by_role("button", name=EN["map_lasso"]).click()
    corners = around(page, 200, 70)
    expected = rows_within(page, library, corners)
    drag(page, [*corners, corners[0]])
    assert selected(page) == expected
    panel = page.locator("#map-selection .selection-panel")
    expect(panel).to_contain_text(EN["selection"].format(n=len(expected)))
    types = library.gallery.object_types[expected]
    counts = {name: int((types == name).sum()) for name in set(types)}
    assert sum(counts.values()) == len(expected)
    for name, number in counts.items():
        expect(panel.locator(".counts li", has_text=name.replace("_", " ")).locator("b")).to_have_text(str(number))
    shot(page, "selected")
    first = panel.locator(".card").first.get_attribute("data-id")
    panel.get_by_role("button", name=EN["page_on"]).click()
    expect(panel.locator(".card").first).not_to_have_attribute("data-id", first)
    shown = panel.locator(".card").evaluate_all("cards => cards.map(card => Number(card.dataset.row))")
    assert shown == expected[24:48]
    panel.locator(".card").first.click()
    page.wait_for_function(f"document.querySelector('.point-map').atlas.state.focus?.row === {shown[0]}")
    page.get_by_role("button", name=EN["map_clear"]).click()
    expect(panel).to_have_count(0)


def test_a_rectangle_adds_with_shift_and_selection_outlives_filter_and_checkpoint(page, library):
    page.get_by_role("button", name=EN["map_rectangle"]).click()
    one = around(page, 200, 40)
    drag(page, [one[0], one[2]])
    first = selected(page)
    assert {*rows_within(page, library, one, -1)} <= set(first) <= {*rows_within(page, library, one, 1)}
    two = around(page, 500, 30)
    page.keyboard.down("Shift")
    drag(page, [two[0], two[2]])
    page.keyboard.up("Shift")
    both = selected(page)
    # The pointer moves by whole pixels, so points on the very edge may fall either way.
    surely, perhaps = ({*first, *rows_within(page, library, two, slack_px)} for slack_px in (-1, 1))
    assert len(surely) > len(first)
    assert surely <= set(both) <= perhaps
    page.locator("#point-map .map-types button").first.click()
    assert selected(page) == both
    other = next(name for name in library.names if name != library.best)
    choose(page, "#map-checkpoint", other)
    expect(page.locator(".map-title").first).to_have_text(other)
    at_rest(page)
    assert selected(page) == both
    expect(page.locator("#map-selection .selection-panel")).to_contain_text(EN["selection"].format(n=len(both)))


def test_a_class_can_be_searched_for(page, library):
    box = page.get_by_role("combobox", name=EN["map_find"])
    box.fill("teddy")
    expect(page.locator(".map-found button")).to_have_count(1)
    box.press("Enter")
    expected = np.flatnonzero(library.gallery.class_names == "teddy_bear").tolist()
    assert selected(page) == expected
    for row in expected:
        x, y = map_state(page, f"plot.screen({row})")
        assert 0 < x < map_state(page, "plot.view.width")
        assert 0 < y < map_state(page, "plot.view.height")
    box.fill("no such thing")
    expect(page.locator(".map-found")).to_have_text(EN["map_nothing"])


def switch(page, object_type):
    page.locator("#point-map .map-types button", has_text=object_type).first.click()


def test_what_is_sought_is_shown_though_it_was_switched_off(page, library):
    toys = library.gallery.object_types == "toys"
    switch(page, "toys")
    page.wait_for_function(f"document.querySelector('.point-map').atlas.state.shownCount === {int((~toys).sum())}")
    box = page.get_by_role("combobox", name=EN["map_find"])
    box.fill("teddy")
    expect(page.locator(".map-found button")).to_have_count(1)
    box.press("Enter")
    page.wait_for_function("document.querySelector('.point-map').atlas.state.selectedCount > 0")
    assert map_state(page, "state.shownCount") == len(toys)
    expect(page.locator("#point-map .map-types button", has_text="toys")).to_have_attribute("aria-pressed", "true")


def test_hidden_ones_of_a_selection_are_told_and_all_can_be_shown(page, library):
    types = library.gallery.object_types
    page.get_by_role("button", name=EN["map_rectangle"]).click()
    corners = around(page, 200, 90)
    drag(page, [corners[0], corners[2]])
    rows = selected(page)
    off = types[rows[0]]
    everything = page.get_by_role("button", name=EN["map_show_all"])
    expect(everything).to_be_hidden()
    switch(page, off.replace("_", " "))
    told = EN["map_chosen_hidden"].format(n=len(rows), hidden=int((types[rows] == off).sum()))
    expect(page.locator(".map-count")).to_contain_text(told)
    page.get_by_label(EN["map_colour"]).select_option("density")  # the filter is seen in no legend now
    everything.click()
    expect(page.locator(".map-count")).to_contain_text(f"showing {len(types)} of {len(types)} · {len(rows)} selected")
    expect(everything).to_be_hidden()
    page.get_by_role("button", name=EN["map_describe"]).click()
    expect(page.locator("#map-selection h3")).to_be_in_viewport()


def test_escape_puts_away_what_is_looked_at_and_then_the_query(page):
    upload(page, where="#map-image")
    expect(page.locator("#map-detail .card")).to_have_count(5)
    page.wait_for_function("document.querySelector('.point-map').atlas.state.focus")
    plot = page.locator("#point-map .map-plot")
    plot.press("Escape")
    expect(page.locator("#map-detail")).to_contain_text(EN["empty_map"])
    assert map_state(page, "state.focus") is None
    assert map_state(page, "state.query") is not None
    plot.press("Escape")
    page.wait_for_function("document.querySelector('.point-map').atlas.state.query === null")
    expect(page.get_by_role("button", name=EN["map_clear"])).to_be_hidden()


def test_a_query_that_is_put_away_leaves_no_answer_on_other_tabs(page):
    upload(page, where="#map-image")
    go_to(page, "search")
    expect(page.locator("#answer .pictures .card")).to_have_count(5)
    go_to(page, "map")
    page.get_by_role("button", name=EN["map_clear"]).click()  # its neighbours first
    expect(page.locator("#map-detail")).to_contain_text(EN["empty_map"])
    page.get_by_role("button", name=EN["map_clear"]).click()
    go_to(page, "search")
    expect(page.locator("#answer")).to_contain_text(EN["empty_search"])
    expect(page.locator("#answer .card")).to_have_count(0)
