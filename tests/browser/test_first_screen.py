"""What the Search tab shows without scrolling, and what comes into view after an action."""

import pytest
from playwright.sync_api import expect

from tests.browser.browsing import NARROW, WIDE, upload

SIZES = pytest.mark.parametrize("size", [WIDE, (1024, 768), NARROW], ids=["1440", "1024", "390"])
TOPS = "cards => cards.map(card => card.getBoundingClientRect().top)"


def result_top(page):
    """Of the result in the window, once scrolling has ended."""
    page.wait_for_timeout(1200)
    return page.locator("#result").evaluate("result => result.getBoundingClientRect().top")


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
    assert 0 <= result_top(page) + 1 < size[1] / 2 + 1
    page.evaluate("scrollTo(0, 0)")
    upload(page)
    page.wait_for_selector("#result .query img[src^='data:']")
    assert 0 <= result_top(page) + 1 < size[1] / 2 + 1


def test_a_number_of_neighbours_out_of_range_is_one_sentence(page):
    box = page.locator("#search-k input[type=number]")
    box.fill("0")
    box.press("Enter")
    expect(page.get_by_test_id("toast-body").first).to_contain_text("k is 0: expected 1 to 721.")
