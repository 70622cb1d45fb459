"""A part of the query's image is searched with: marked by mouse, by touch and by keyboard."""

import base64
import io

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from app.library.thumbnails import small_copy
from tests.browser.browsing import CHINA, EN, NARROW, drag, query_shown, upload_china
from trainer.core.data.images import read_image

START, WHOLE = "#result [data-crop=start]", "#result [data-crop=whole]"


def corners(page, left, top, right, bottom):
    """Two opposite corners of a region of the query's image, in the window."""
    page.locator("#result .query").scroll_into_view_if_needed()
    box = page.locator("#result .crop-area").bounding_box()
    return [
        (box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in ((left, top), (right, bottom))
    ]  # fmt: skip


def neighbours(page):
    return page.locator("#result .neighbours .card").evaluate_all("cards => cards.map(card => card.dataset.id)")


def crop_in_address(page):
    text = page.evaluate("new URLSearchParams(location.search).get('crop')")
    return [float(value) for value in text.split(",")] if text else None


def wait_for_region(page, region):
    page.wait_for_selector(WHOLE)
    page.wait_for_function("new URLSearchParams(location.search).has('crop')")
    assert crop_in_address(page) == pytest.approx(region, abs=0.02)


def image_shown(page):
    source = page.locator("#result .query img").get_attribute("src")
    return Image.open(io.BytesIO(base64.b64decode(source.partition(",")[2])))


def assert_shows_region(page, region):
    """The query's image is this region of china.jpg, apart from what JPEG changes."""
    shown, image = image_shown(page), read_image(CHINA)
    left, top, right, bottom = region
    expected = image.crop([round(v) for v in np.multiply((left, top, right, bottom), 2 * image.size)])
    expected = small_copy(expected).resize(shown.size)
    assert np.abs(np.asarray(shown, float) - np.asarray(expected, float)).mean() < 8


def test_a_region_is_dragged_on_the_image_and_the_whole_image_comes_back(page):
    upload_china(page)
    whole, whole_size = neighbours(page), image_shown(page).size
    page.mouse.click(*corners(page, 0.5, 0.5, 0.5, 0.5)[0])  # no drag, no crop
    drag(page, corners(page, 0.4, 0.2, 0.6, 0.9))
    wait_for_region(page, [0.4, 0.2, 0.6, 0.9])
    assert_shows_region(page, crop_in_address(page))
    found = neighbours(page)
    assert found != whole
    expect(page.locator("#query-label")).to_be_visible()
    page.locator(WHOLE).click()
    expect(page.locator(WHOLE)).to_have_count(0)
    assert image_shown(page).size == whole_size
    assert neighbours(page) == whole
    page.wait_for_function("!new URLSearchParams(location.search).has('crop')")
    page.go_back()
    page.wait_for_selector(WHOLE)
    assert neighbours(page) == found


def test_a_link_restores_the_region_of_a_gallery_image(page, new_page):
    first = query_shown(page)
    drag(page, corners(page, 0.1, 0.3, 0.9, 0.95))
    wait_for_region(page, [0.1, 0.3, 0.9, 0.95])
    assert query_shown(page) == first
    second = new_page(page.url)
    second.wait_for_selector(WHOLE)
    assert neighbours(second) == neighbours(page)
    assert image_shown(second).tobytes() == image_shown(page).tobytes()
    second.locator(WHOLE).click()
    second.wait_for_selector("#result .query img[src^='thumbnails/']")


def test_a_region_by_keyboard(page):
    upload_china(page)
    page.locator(START).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("application", name=EN["crop_keys"])).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#result .crop-region")).to_be_hidden()
    expect(page.locator(START)).to_be_focused()
    page.keyboard.press("Enter")
    for key in ["ArrowLeft"] * 5 + ["ArrowUp"] * 20 + ["Shift+ArrowLeft"] * 10 + ["Shift+ArrowDown"]:
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    wait_for_region(page, [0.1, 0, 0.5, 0.62])
    assert_shows_region(page, [0.1, 0, 0.5, 0.62])
    expect(page.locator(WHOLE)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(WHOLE)).to_have_count(0)
    expect(page.locator(START)).to_be_focused()


def touch(page, points):
    client = page.context.new_cdp_session(page)
    for number, (x, y) in enumerate(points):
        kind = "touchMove" if number else "touchStart"
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_region_by_touch_on_a_phone(new_page, server):
    page = new_page(server.url, NARROW)
    upload_china(page)
    small = page.locator("#result .query img").bounding_box()["width"]
    touch(page, corners(page, 0.4, 0.2, 0.6, 0.9))  # scrolls
    expect(page.locator("#result .crop-region")).to_be_hidden()
    page.locator(START).click()
    large = page.locator("#result .query img").bounding_box()
    assert large["width"] > 2 * small
    assert large["x"] + large["width"] <= NARROW[0]
    (x, y), (x_end, y_end) = corners(page, 0.1, 0.1, 0.5, 0.8)
    touch(page, [(x, y), ((x + x_end) / 2, (y + y_end) / 2), (x_end, y_end)])
    touch(page, corners(page, 0.2, 0.2, 0.4, 0.3))  # moves the region
    assert "crop" not in page.url
    page.locator("#result [data-crop=search]").click()
    wait_for_region(page, [0.3, 0.2, 0.7, 0.9])
    assert_shows_region(page, crop_in_address(page))
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]
