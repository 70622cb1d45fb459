"""What the Search tab shows without scrolling, and what comes into view after an action."""

import pytest
from playwright.sync_api import expect

from tests.browser.browsing import NARROW, WIDE, go_to, hover_point, isolated_rows, map_state, upload

SIZES = pytest.mark.parametrize("size", [WIDE, (1024, 768), NARROW], ids=["1440", "1024", "390"])
TOPS = "cards => cards.map(card => card.getBoundingClientRect().top)"


def top(page, selector="#result"):
    """Of an element in the window, once scrolling has ended."""
    page.wait_for_timeout(1200)
    return page.locator(selector).evaluate("element => element.getBoundingClientRect().top")


@SIZES
def test_the_page_opens_with_an_answer(new_page, server, size):
    page = new_page(server.url, size)
    cards = page.locator("#result .neighbours .card")
    expect(cards).to_have_count(5)
    tops = cards.evaluate_all(TOPS)
    assert 0 < tops[0] < size[1] - 40  # the first neighbour begins on the first screen
    if size[0] >= 1000:
        assert len(set(tops)) == 1  # five in one row
    expect(page.locator("#result .presence strong")).to_be_in_viewport()
    expect(page.locator("#examples .card").first).to_be_in_viewport()


@SIZES
def test_the_result_of_an_action_comes_into_view(new_page, server, size):
    page = new_page(server.url, size)
    last = page.locator("#browse-images .card").last
    image_id = last.get_attribute("data-id")
    last.click()
    page.wait_for_selector(f'#result .query[data-query="{image_id}"]')
    assert 0 <= top(page) + 1 < size[1] / 2 + 1
    page.evaluate("scrollTo(0, 0)")
    upload(page)
    page.wait_for_selector("#result .query img[src^='data:']")
    assert 0 <= top(page) + 1 < size[1] / 2 + 1


@SIZES
def test_on_the_map_the_star_and_the_neighbours_come_into_view(new_page, server, size):
    page = new_page(server.url, size)
    go_to(page, "map")
    upload(page)
    page.wait_for_function("document.querySelector('.point-map').atlas.state.focus?.row === -1")
    assert 0 <= top(page, "#point-map .map-plots") + 1 < size[1] / 2 + 1
    _, y = map_state(page, "plot.queryOnScreen()")
    assert 0 < top(page, "#point-map .map-plot") + y < size[1]
    page.mouse.click(*hover_point(page, isolated_rows(page)[0]))
    page.wait_for_function("document.querySelector('.point-map').atlas.state.focus?.row >= 0")
    assert 0 <= top(page, "#map-detail .query") + 1 < size[1] - 100


@SIZES
def test_in_compare_the_columns_come_into_view(new_page, server, size):
    page = new_page(server.url, size)
    go_to(page, "compare")
    page.evaluate("scrollTo(0, 0)")
    upload(page)
    page.wait_for_selector("#side-by-side .query img[src^='data:']")
    assert 0 <= top(page, "#side-by-side") + 1 < size[1] / 2 + 1
    page.locator("#side-by-side .card").last.click()
    page.wait_for_selector("#side-by-side .query img:not([src^='data:'])")
    assert 0 <= top(page, "#side-by-side") + 1 < size[1] / 2 + 1


def test_a_number_of_neighbours_out_of_range_is_one_sentence(page):
    box = page.locator("#k input[type=number]")
    box.fill("0")
    box.press("Enter")
    expect(page.get_by_test_id("toast-body").first).to_contain_text("k is 0: expected a whole number from 1 to 721.")
