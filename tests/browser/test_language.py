"""The language can be changed in the page: a link in the header, the same gallery, everything in that language."""

import pytest
from playwright.sync_api import expect

from app.translator import locale
from tests.browser.browsing import EN, NARROW, SHOTS, WIDE, ZH_TW, choose_sample_image, upload

SIZES = pytest.mark.parametrize("size", [WIDE, NARROW], ids=["1440", "390"])


@SIZES
def test_the_language_is_switched_by_mouse_and_by_keyboard(new_page, server, size):
    page = new_page(f"{server.url}/?__theme=dark", size)
    languages = page.locator("header nav a")
    expect(languages).to_have_text(["English", "繁體中文"])
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(languages.first).to_have_attribute("aria-current", "page")
    expect(page.locator(".nav-holder")).not_to_be_visible()
    ids = "cards => cards.map(card => card.dataset.id)"
    gallery = page.locator("#browse-images .card").evaluate_all(ids)

    languages.nth(1).click()
    expect(page.get_by_role("tab", name=ZH_TW["search"], exact=True)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "zh-TW")
    expect(page.locator("header")).to_contain_text("721 張圖片")
    expect(page.locator("body.dark")).to_have_count(1)  # the theme of the address stays
    page.wait_for_selector("#browse-images .card")
    assert page.locator("#browse-images .card").evaluate_all(ids) == gallery
    page.screenshot(path=SHOTS / f"language-{size[0]}.png")

    languages.first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("tab", name=EN["search"], exact=True)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")


@SIZES
def test_the_page_of_the_other_language_works(new_page, server, size, tmp_path):
    page = new_page(f"{server.url}/zh-TW", size)
    choose_sample_image(page)
    expect(page.locator("#result")).to_contain_text(locale("zh-TW")["object_types"]["apparel"])
    expect(page.locator("#result .image-grid img").first).to_have_js_property("complete", True)
    page.get_by_role("tab", name=ZH_TW["map"], exact=True).click()
    expect(page.locator("#point-map .map-count")).to_have_text("顯示 721 張中的 721 張")
    expect(page.locator("#map-detail .card")).to_have_count(5)
    page.get_by_role("tab", name=ZH_TW["compare"], exact=True).click()
    expect(page.locator("#side-by-side section")).to_have_count(2)
    expect(page.locator("#type-chart .gtitle")).to_contain_text("各物件類型的")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    page.get_by_role("tab", name=ZH_TW["search"], exact=True).click()
    note = tmp_path / "note.jpg"
    note.write_text("no image")
    upload(page, str(note))
    expect(page.get_by_test_id("toast-body")).to_contain_text("note.jpg：這不是圖片檔。請使用 JPEG、PNG")


def test_the_saved_map_is_in_the_language_of_its_page(new_page, server):
    page = new_page(f"{server.url}/zh-TW")
    page.get_by_role("tab", name=ZH_TW["map"], exact=True).click()
    page.wait_for_selector("#point-map .map-count")
    page.locator(".map-save summary").click()
    with page.expect_download() as download:
        page.get_by_role("button", name=ZH_TW["map_export_page"]).click()
    text = download.value.path().read_text(encoding="utf-8")
    assert '<html lang="zh-TW">' in text
    assert "張圖片依嵌入排成的地圖" in text
