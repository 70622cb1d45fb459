"""The map in a browser: hovering, clicking, zooming, selecting, searching.

Screenshots of what the map can do are left in `test-output/`.
"""

import numpy as np
import pytest
from playwright.sync_api import expect

from app.components.palette import style_of
from tests.browser.browsing import (
    EN,
    around,
    choose,
    choose_sample_image,
    colour_on_screen,
    drag,
    go_to,
    hover_ms,
    hover_point,
    isolated_rows,
    map_state,
    point_position,
    row_of,
    screenshot,
    selected,
    topmost_rows,
    upload,
    wait_for_transition,
)  # fmt: skip
from tests.serving import patience


@pytest.fixture
def page(page):
    go_to(page, "map")
    return page


def check_detail(page, library, row, checkpoint=None):
    """The detail shows the image of this row and its neighbours, in order, and the map has lines to them."""
    checkpoint = checkpoint or library.best
    found = library.answer(library.query_from_id(library.gallery.table["image_id"][row]), checkpoint, 5)
    expect(page.locator("#map-detail .query img")).to_have_attribute("src", f"thumbnails/{library.thumbnail_key(row)}")
    ids = page.locator("#map-detail .card").evaluate_all("cards => cards.map(card => card.dataset.id)")
    assert ids == library.gallery.table["image_id"].iloc[found.rows].tolist()
    page.wait_for_function("document.querySelector('#map-detail .query img').naturalWidth > 0")
    page.wait_for_function(f"document.querySelector('.point-map').atlas.state.focus?.row === {row}")
    assert map_state(page, "state.focus.neighbours") == {checkpoint: found.rows.tolist()}


def rows_within(page, library, corners, slack_px=0):
    """Rows whose points are inside a rectangle, computed here and not by the page; `slack_px` makes it larger."""
    (left, top), _, (right, bottom), _ = corners
    left, top, right, bottom = left - slack_px, top - slack_px, right + slack_px, bottom + slack_px
    (dx, dy), (x, y) = map_state(page, "plot.screen(0)"), point_position(page, 0)
    drawn = map_state(page, "Array.from({length: state.n}, (_, row) => plot.screen(row))")
    places = np.array(drawn) + [x - dx, y - dy]
    inside = (places[:, 0] > left) & (places[:, 0] < right) & (places[:, 1] > top) & (places[:, 1] < bottom)
    return np.flatnonzero(inside).tolist()


def test_points_are_drawn_in_the_colours_of_their_types(page, library):
    assert map_state(page, "plot.host.dataset.renderer") == "webgl"
    styles = style_of(library.gallery.type_order)
    for row in topmost_rows(page):
        x, y = point_position(page, row)
        map_state(page, "(plot.labels = [], plot.draw())")  # a label may cover the point
        colour = styles[library.gallery.object_types[row]].light
        page.mouse.move(0, 0)
        page.wait_for_timeout(50)
        wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
        assert np.abs(colour_on_screen(page, x, y) - wanted).max() < 30, row


def test_positions_are_those_of_the_projection(page, library):
    """Up to rotation and scale: all distances are proportional."""
    xy = library.checkpoints[library.best].precomputed.xy
    drawn = np.array(map_state(page, "Array.from(plot.projection.positions)")).reshape(-1, 2)
    apart = [np.linalg.norm(places[:-1] - places[1:], axis=1) for places in (xy, drawn)]
    assert np.corrcoef(*apart)[0, 1] > 0.99999


def test_hovering_shows_the_thumbnail_at_once(page, library):
    tip = page.locator("#point-map .map-tooltip")
    expect(tip).to_be_hidden()
    for row in isolated_rows(page)[:2]:
        x, y = point_position(page, row)
        page.mouse.move(x - 3, y)
        took_ms = hover_ms(page, x, y)
        assert took_ms < 150 * patience()
        expect(tip).to_be_visible()
        expect(tip.locator("b")).to_have_text(library.gallery.class_names[row].replace("_", " "))
        source = f"map/thumbnails/{library.gallery.fingerprint}/{row}"
        expect(tip.locator("img")).to_have_attribute("src", source)
    screenshot(page, "hover")


def test_a_click_shows_the_image_its_neighbours_and_lines(page, library):
    for row in isolated_rows(page)[:3]:
        page.mouse.click(*hover_point(page, row))
        page.wait_for_function(f"document.querySelector('.point-map').atlas.state.focus?.row === {row}")
        check_detail(page, library, row)
    screenshot(page, "click")


def test_cards_and_points_highlight_each_other(page, library):
    page.mouse.click(*hover_point(page, isolated_rows(page)[0]))
    card = page.locator("#map-detail .card").nth(2)
    row = int(card.get_attribute("data-row"))
    card.hover()
    page.wait_for_function(f"document.querySelector('.point-map').atlas.state.highlighted === {row}")
    page.mouse.move(5, 5)
    page.wait_for_function("document.querySelector('.point-map').atlas.state.highlighted === -1")
    x, y = point_position(page, row)
    shown = map_state(page, f"plot.rowAt(...plot.screen({row}), 0)")
    page.mouse.move(x - 3, y)
    page.mouse.move(x, y)
    expect(page.locator(f'#map-detail [data-row="{shown}"].on-map')).to_have_count(1)
    card.click()
    check_detail(page, library, row)


def test_types_can_be_switched_off(page, library):
    n, count = len(library.gallery), page.locator("#point-map .map-count")
    first = library.gallery.object_types == library.gallery.type_order[0]
    expect(count).to_have_text(f"showing {n} of {n}")
    row = next(row for row in isolated_rows(page, most=100) if first[row])
    page.mouse.click(*hover_point(page, row))
    button = page.locator("#point-map .map-switches button").first
    expect(button).to_contain_text(str(first.sum()))
    button.click()
    expect(count).to_have_text(f"showing {n - first.sum()} of {n}")
    expect(button).to_have_attribute("aria-pressed", "false")
    assert map_state(page, f"plot.rowAt(...plot.screen({row}), 0)") != row  # hidden points cannot be hovered
    page.get_by_role("button", name=EN["map_none"], exact=True).click()
    expect(count).to_have_text(f"showing 0 of {n}")
    page.get_by_role("button", name=EN["map_all"], exact=True).click()
    expect(count).to_have_text(f"showing {n} of {n}")


def test_the_keyboard_moves_from_point_to_point(page, library):
    expect(page.locator("#point-map .map-plot")).to_have_accessible_description(EN["map_keys_are"])
    page.locator(".map-note summary").last.click()
    expect(page.locator("#map-keys")).to_be_visible()
    page.locator("#point-map .map-plot").focus()
    rows = []
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "ArrowLeft"):
        page.keyboard.press(key)
        rows.append(map_state(page, "state.current"))
    places = np.array(map_state(page, "Array.from(plot.projection.positions)")).reshape(-1, 2)
    assert rows[0] == 0
    assert places[rows[1], 0] > places[rows[0], 0]
    assert places[rows[2], 1] < places[rows[1], 1]
    assert places[rows[3], 0] < places[rows[2], 0]
    expect(page.locator("#point-map .map-tooltip")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_function(f"document.querySelector('.point-map').atlas.state.focus?.row === {rows[3]}")
    check_detail(page, library, rows[3])
    page.keyboard.press(" ")
    assert selected(page) == [rows[3]]
    scale = map_state(page, "plot.view.scale")
    page.keyboard.press("+")
    assert map_state(page, "plot.view.scale") > scale
    page.keyboard.press("0")
    assert map_state(page, "plot.view.scale") == pytest.approx(scale)
    page.keyboard.press("Escape")
    assert selected(page) == []
    assert map_state(page, "state.current") == -1


def test_the_wheel_zooms_at_the_pointer_and_a_drag_pans(page):
    x, y = point_position(page, 300)
    page.mouse.move(x, y)
    page.mouse.wheel(0, -400)
    page.wait_for_function("!document.querySelector('.point-map').atlas.plots[0].camera.isFitted")
    assert point_position(page, 300) == pytest.approx([x, y], abs=2)
    page.mouse.move(x - 60, y - 60)
    page.mouse.down()
    page.mouse.move(x - 20, y - 90, steps=3)
    page.mouse.up()
    assert point_position(page, 300) == pytest.approx([x + 40, y - 30], abs=3)
    page.get_by_role("button", name=EN["map_reset"]).click()
    assert point_position(page, 300) == pytest.approx([x, y], abs=2)


def test_zooming_in_replaces_points_by_thumbnails(page):
    assert map_state(page, "plot.thumbnailRows.size") == 0
    x, y = point_position(page, 300)
    page.mouse.move(x, y)
    for _ in range(6):
        page.mouse.wheel(0, -200)
    page.wait_for_function("document.querySelector('.point-map').atlas.plots[0].thumbnailRows.size > 2")
    page.wait_for_function(
        "(() => { const [plot] = document.querySelector('.point-map').atlas.plots;"
        " return [...plot.thumbnailRows].every(row => plot.thumbnails.images.get(row)?.naturalWidth > 0); })()"
    )
    screenshot(page, "zoomed")
    page.get_by_role("button", name=EN["map_reset"]).click()
    page.get_by_role("button", name=EN["map_images"]).click()  # also where they would overlap
    assert map_state(page, "plot.thumbnailRows.size") > 10
    screenshot(page, "thumbnails")


def test_the_query_is_a_star_on_every_map(page, library):
    assert map_state(page, "plot.queryOnScreen()") is None
    go_to(page, "search")
    row = row_of(library, choose_sample_image(page))
    go_to(page, "map")
    page.wait_for_function("document.querySelector('.point-map').atlas.state.query")
    assert map_state(page, "plot.queryOnScreen()") == pytest.approx(map_state(page, f"plot.screen({row})"), abs=1)
    other = next(name for name in library.names if name != library.best)
    choose(page, "#checkpoint", other)
    expect(page.locator(".map-title").first).to_have_text(other)
    wait_for_transition(page)
    assert map_state(page, "plot.queryOnScreen()") == pytest.approx(map_state(page, f"plot.screen({row})"), abs=1)


def test_an_upload_is_located_on_each_map(page, library):
    upload(page)
    page.wait_for_function("document.querySelector('.point-map').atlas.state.focus?.row === -1")
    expect(page.locator("#map-detail .card")).to_have_count(5)
    places = map_state(page, "state.query")
    assert set(places) == set(library.names)
    go_to(page, "search")  # the query is shared
    expect(page.locator("#result .image-grid .card")).to_have_count(5)


def test_a_lasso_selects_and_the_panel_describes_it(page, library):
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
    screenshot(page, "selected")
    first = panel.locator(".card").first.get_attribute("data-id")
    panel.get_by_role("button", name=EN["page_on"]).click()
    expect(panel.locator(".card").first).not_to_have_attribute("data-id", first)
    shown = panel.locator(".card").evaluate_all("cards => cards.map(card => Number(card.dataset.row))")
    assert shown == expected[24:48]
    panel.locator(".card").first.click()
    page.wait_for_function(f"document.querySelector('.point-map').atlas.state.focus?.row === {shown[0]}")
    page.get_by_role("button", name=EN["map_clear"]).click()
    expect(panel).to_have_count(0)


def test_shift_extends_a_selection_which_survives_filter_and_checkpoint(page, library):
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
    # The pointer moves by whole pixels: a point on the edge may be inside or outside.
    smallest, largest = ({*first, *rows_within(page, library, two, slack_px)} for slack_px in (-1, 1))
    assert len(smallest) > len(first)
    assert smallest <= set(both) <= largest
    page.locator("#point-map .map-switches button").first.click()
    assert selected(page) == both
    other = next(name for name in library.names if name != library.best)
    choose(page, "#checkpoint", other)
    expect(page.locator(".map-title").first).to_have_text(other)
    wait_for_transition(page)
    assert selected(page) == both
    expect(page.locator("#map-selection .selection-panel")).to_contain_text(EN["selection"].format(n=len(both)))


def test_a_class_can_be_searched_for(page, library):
    box = page.get_by_role("combobox", name=EN["map_search"])
    box.fill("teddy")
    expect(page.locator(".map-matches button")).to_have_count(1)
    box.press("Enter")
    expected = np.flatnonzero(library.gallery.class_names == "teddy_bear").tolist()
    assert selected(page) == expected
    for row in expected:
        x, y = map_state(page, f"plot.screen({row})")
        assert 0 < x < map_state(page, "plot.view.width")
        assert 0 < y < map_state(page, "plot.view.height")
    box.fill("no such thing")
    expect(page.locator(".map-matches")).to_have_text(EN["map_no_match"])


def switch(page, object_type):
    page.locator("#point-map .map-switches button", has_text=object_type).first.click()


def test_a_search_result_becomes_visible_if_it_was_hidden(page, library):
    toys = library.gallery.object_types == "toys"
    switch(page, "toys")
    page.wait_for_function(f"document.querySelector('.point-map').atlas.state.visibleCount === {int((~toys).sum())}")
    box = page.get_by_role("combobox", name=EN["map_search"])
    box.fill("teddy")
    expect(page.locator(".map-matches button")).to_have_count(1)
    box.press("Enter")
    page.wait_for_function("document.querySelector('.point-map').atlas.state.selectedCount > 0")
    assert map_state(page, "state.visibleCount") == len(toys)
    expect(page.locator("#point-map .map-switches button", has_text="toys")).to_have_attribute("aria-pressed", "true")


def test_hidden_images_of_a_selection_are_counted_and_can_be_shown(page, library):
    types = library.gallery.object_types
    page.get_by_role("button", name=EN["map_rectangle"]).click()
    corners = around(page, 200, 90)
    drag(page, [corners[0], corners[2]])
    rows = selected(page)
    off = types[rows[0]]
    everything = page.get_by_role("button", name=EN["map_show_all"])
    expect(everything).to_be_hidden()
    switch(page, off.replace("_", " "))
    message = EN["map_selected_hidden"].format(n=len(rows), hidden=int((types[rows] == off).sum()))
    expect(page.locator(".map-count")).to_contain_text(message)
    page.get_by_label(EN["map_colour"]).select_option("density")  # now no legend shows the filter
    everything.click()
    expect(page.locator(".map-count")).to_contain_text(f"showing {len(types)} of {len(types)} · {len(rows)} selected")
    expect(everything).to_be_hidden()
    expect(page.locator("#map-selection h2")).to_be_in_viewport()


def test_escape_clears_the_selected_image_and_then_the_query(page):
    upload(page)
    expect(page.locator("#map-detail .card")).to_have_count(5)
    page.wait_for_function("document.querySelector('.point-map').atlas.state.focus")
    plot = page.locator("#point-map .map-plot")
    plot.press("Escape")
    expect(page.locator("#map-detail")).to_contain_text(EN["map_hint"])
    assert map_state(page, "state.focus") is None
    assert map_state(page, "state.query") is not None
    plot.press("Escape")
    page.wait_for_function("document.querySelector('.point-map').atlas.state.query === null")
    expect(page.get_by_role("button", name=EN["map_clear"])).to_be_hidden()


def test_clearing_the_query_clears_the_result_on_other_tabs(page, library):
    upload(page)
    go_to(page, "search")
    page.wait_for_selector("#result .query img[src^='data:']")
    go_to(page, "map")
    page.get_by_role("button", name=EN["map_clear"]).click()  # the selected image first
    expect(page.locator("#map-detail")).to_contain_text(EN["map_hint"])
    page.get_by_role("button", name=EN["map_clear"]).click()
    go_to(page, "search")
    first = library.first_query().name
    page.wait_for_selector(f'#result .query[data-query="{first}"]')
