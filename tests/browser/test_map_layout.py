"""The whole map is in view, and nothing moves below the pointer."""

import pytest
from playwright.sync_api import expect

from tests.browser.browsing import (
    EN,
    NARROW,
    WIDE,
    drag,
    go_to,
    isolated_rows,
    map_state,
    selected,
    wait_for_transition,
)  # fmt: skip


def frame(page):
    """left, top, right, bottom in the window."""
    box = page.locator(".map-frame").bounding_box()
    return box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]


def position(page, row):
    """[x, y] of a point in the window, without scrolling."""
    return page.evaluate(
        "row => { const [plot] = document.querySelector('.point-map').atlas.plots, [x, y] = plot.screen(row);"
        " const box = plot.host.getBoundingClientRect(); return [box.left + x, box.top + y]; }",
        row,
    )


@pytest.mark.parametrize("size", [WIDE, (1024, 768), NARROW])
def test_the_whole_frame_is_in_view(new_page, server, size):
    page = new_page(server.url, size)
    go_to(page, "map")
    left, top, right, bottom = frame(page)
    assert left >= 0
    assert top >= 0
    assert right <= size[0]
    assert bottom <= size[1]
    assert bottom - top > 0.5 * size[1]


def test_at_twice_the_zoom_the_map_is_useful(new_page, server):
    width, height = WIDE
    page = new_page(server.url, (width // 2, height // 2))
    go_to(page, "map")
    left, top, right, bottom = frame(page)
    assert right - left > 0.8 * width // 2
    assert 0.5 * height // 2 < bottom - top < height // 2


def test_the_frame_stays_where_it_is(page):
    go_to(page, "map")
    before = frame(page)
    assert before[3] <= WIDE[1]
    modes = page.get_by_label(EN["map_colour"])
    for mode in modes.locator("option").evaluate_all("options => options.map(option => option.value)"):
        modes.select_option(mode)
        page.wait_for_function("mode => document.querySelector('.point-map').atlas.state.mode === mode", arg=mode)
        assert frame(page) == before
    x, y = position(page, isolated_rows(page)[0])
    page.mouse.click(x, y)
    expect(page.locator("#map-detail .card").first).to_be_in_viewport()
    assert frame(page) == before
    page.get_by_role("button", name=EN["map_lasso"]).click()
    x, y = position(page, 200)
    drag(page, [(x - 60, y - 60), (x + 60, y - 60), (x + 60, y + 60), (x - 60, y + 60)])
    page.wait_for_function("document.querySelector('.point-map').atlas.state.selectedCount")
    rows = selected(page)
    expect(page.locator("#map-selection h2")).to_be_in_viewport()
    expect(page.locator("#map-selection h2")).to_have_text(EN["selection"].format(n=len(rows)))
    expect(page.locator(".map-count")).to_contain_text(f"{len(rows)} selected · ")
    assert frame(page) == before
    page.get_by_role("button", name=EN["map_clear"]).click()
    expect(page.locator("#map-selection h2")).to_have_count(0)
    assert frame(page) == before
    assert page.evaluate("scrollY") == 0


@pytest.fixture
def phone(browser, server):
    page = browser.new_context(
        viewport={"width": NARROW[0], "height": NARROW[1]}, has_touch=True, is_mobile=True
    ).new_page()
    page.goto(f"{server.url}/?tab=map")
    page.wait_for_selector("#point-map .point-map[data-ready]")
    wait_for_transition(page)
    yield page
    page.context.close()


def swipe(page, fingers, dx, dy):
    """Moves fingers that start at [x, y] by dx, dy pixels."""
    session = page.context.new_cdp_session(page)
    points = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(fingers)]
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points})
    for step in range(1, 11):
        moved = [{**point, "x": point["x"] + dx * step / 10, "y": point["y"] + dy * step / 10} for point in points]
        session.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": moved})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_timeout(300)


def test_a_finger_on_the_map_scrolls_the_page_until_a_tool_is_chosen(phone):
    centre = phone.evaluate(
        "() => { const box = document.querySelector('.map-plot').getBoundingClientRect();"
        " return [box.left + box.width / 2, box.top + box.height / 2]; }"
    )
    place = "[plot.view.x, plot.view.y]"
    pan = phone.get_by_role("button", name=EN["map_pan"])
    expect(pan).to_have_attribute("aria-pressed", "false")
    start = map_state(phone, place)
    swipe(phone, [centre], 0, -120)
    scrolled = phone.evaluate("scrollY")
    assert scrolled > 50
    assert map_state(phone, place) == start
    centre[1] -= scrolled
    swipe(phone, [centre], 90, 0)
    assert map_state(phone, place) == start
    expect(phone.locator(".map-count")).to_have_text(EN["map_two_fingers"])
    swipe(phone, [(centre[0] - 40, centre[1]), (centre[0] + 40, centre[1])], 60, 40)
    moved = map_state(phone, place)
    assert moved != start
    assert phone.evaluate("scrollY") == scrolled
    pan.click()
    expect(pan).to_have_attribute("aria-pressed", "true")
    swipe(phone, [centre], 0, -60)
    assert map_state(phone, place) != moved
    pan.click()
    expect(pan).to_have_attribute("aria-pressed", "false")
