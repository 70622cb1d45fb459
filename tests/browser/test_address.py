"""The address of the page: a link opens the same view in another browser, reload keeps it, and Back returns."""

import hashlib
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
from PIL import Image
from playwright.sync_api import expect

from tests.browser.browsing import (
    CHINA,
    EN,
    ZH_TW,
    around,
    choose,
    choose_sample_image,
    drag,
    go_to,
    query_shown,
    select_with_lasso,
    selected,
    upload,
)  # fmt: skip


def parameters(page):
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def wait_for_parameter(page, name, value):
    page.wait_for_function(
        "([name, value]) => new URLSearchParams(location.search).get(name) === value", arg=[name, value]
    )


def query_image(page):
    return page.locator("#result .query img").get_attribute("src")


def wait_for_another_image(page, shown):
    page.wait_for_function(
        "shown => { const {src} = document.querySelector('#result .query img');"
        " return src.startsWith('data:') && src !== shown; }",
        arg=shown,
    )


def open_map(page):
    page.wait_for_selector("#point-map .point-map[data-ready]")


def test_a_link_opens_the_same_view_in_another_browser(page, new_page, library):
    assert parameters(page) == {}
    image_id = choose_sample_image(page, 3)
    other = next(name for name in library.names if name != library.best)
    choose(page, "#checkpoint", other)
    box = page.locator("#k input[type=number]")
    box.fill("7")
    box.press("Enter")
    go_to(page, "map")
    page.wait_for_function("document.querySelector('.point-map').atlas.state.focus")
    expect(page.locator(".map-title")).to_have_text(other)
    rows = select_with_lasso(page)
    wait_for_parameter(page, "k", "7")
    assert len(rows) > 3
    shown = parameters(page)
    assert shown.keys() == {"tab", "checkpoint", "k", "query", "selection"}
    assert len(page.url) < 2_000

    second = new_page(page.url)
    open_map(second)
    second.wait_for_function(f"document.querySelector('.point-map').atlas.state.selectedCount === {len(rows)}")
    assert selected(second) == rows
    expect(second.locator("#map-selection")).to_contain_text(EN["selection"].format(n=len(rows)))
    expect(second.locator(".map-title")).to_have_text(other)
    expect(second.locator("#checkpoint input")).to_have_value(other)
    expect(second.locator("#map-detail .card")).to_have_count(7)
    second.get_by_role("tab", name=EN["search"], exact=True).click()
    expect(second.locator("#result .neighbours .card")).to_have_count(7)
    assert query_shown(second) == image_id
    wait_for_parameter(second, "tab", "search")
    assert parameters(second) == shown | {"tab": "search"}


def test_reload_keeps_the_view_and_back_returns(page):
    first = query_shown(page)
    image_id = choose_sample_image(page, 3)
    go_to(page, "map")
    wait_for_parameter(page, "tab", "map")
    rows = select_with_lasso(page)
    page.reload()
    open_map(page)
    page.wait_for_function(f"document.querySelector('.point-map').atlas.state.selectedCount === {len(rows)}")
    assert selected(page) == rows
    page.go_back()
    page.wait_for_function("document.querySelector('.point-map').atlas.state.selectedCount === 0")
    page.go_back()
    wait_for_parameter(page, "tab", "search")
    expect(page.locator("#result .query")).to_be_visible()
    assert query_shown(page) == image_id
    page.go_back()
    page.wait_for_selector(f'#result .query[data-query="{first}"]')
    assert parameters(page) == {}


def files_of_uploads(server):
    return [path for path in server.uploads.rglob("*") if path.is_file()]


def test_an_upload_stays_in_this_browser_tab(page, new_page, server, tmp_path):
    large = tmp_path / "large.png"
    noise = np.random.default_rng(0).integers(0, 256, (1_000, 1_000, 3), dtype=np.uint8)
    Image.fromarray(noise).save(large)  # 3 MB
    shown = query_image(page)
    for path in (large, CHINA):
        upload(page, path)
        digest = hashlib.sha256(Path(path).read_bytes()).hexdigest()
        wait_for_parameter(page, "query", f"upload-{digest[:16]}")
        wait_for_another_image(page, shown)
        shown = query_image(page)
    link = page.url
    assert files_of_uploads(server) == []
    page.reload()
    page.wait_for_selector("#result .query img[src^='data:']")
    assert query_image(page) == shown
    assert page.url == link
    page.go_back()  # to the image before it, after the reload
    wait_for_another_image(page, shown)
    page.wait_for_selector("#result .query img[src^='data:']")
    expect(page.get_by_test_id("toast-body")).to_have_count(0)
    assert files_of_uploads(server) == []
    second = new_page(link)
    expect(second.get_by_test_id("toast-body")).to_contain_text("The uploaded image is not part of the link")
    expect(second.locator("#result .query img[src^='data:']")).to_have_count(0)


def test_the_language_is_switched_on_the_same_view(page):
    image_id = choose_sample_image(page, 5)
    go_to(page, "map")
    wait_for_parameter(page, "tab", "map")
    page.get_by_role("link", name=ZH_TW["language_name"]).click()
    open_map(page)
    expect(page.get_by_role("tab", name=ZH_TW["map"], exact=True)).to_have_attribute("aria-selected", "true")
    page.wait_for_function("document.querySelector('.point-map').atlas.state.focus")
    assert parameters(page)["query"] == image_id


def test_a_search_for_a_class_and_a_point_are_part_of_a_link(page, new_page):
    go_to(page, "map")
    box = page.get_by_role("combobox", name=EN["map_search"])
    box.fill("teddy")
    expect(page.locator(".map-matches button")).to_have_count(1)
    box.press("Enter")
    page.wait_for_function("new URLSearchParams(location.search).get('selection')?.startsWith('=class')")
    page.locator("#point-map .map-plot").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press(" ")
    page.wait_for_function("new URLSearchParams(location.search).get('selection')?.includes('+row')")
    rows = selected(page)
    second = new_page(page.url)
    open_map(second)
    second.wait_for_function(f"document.querySelector('.point-map').atlas.state.selectedCount === {len(rows)}")
    assert selected(second) == rows


def test_a_selection_of_another_map_is_refused_in_one_sentence(new_page, server):
    page = new_page(f"{server.url}/?tab=map&selection==polygon:0123456789ab:0,0,1,0,1,1")
    open_map(page)
    expect(page.locator(".map-count")).to_have_text(EN["map_foreign_selection"])


def test_a_selection_among_hidden_images_is_not_part_of_a_link_and_the_page_says_so(page):
    go_to(page, "map")
    page.locator("#point-map .map-switches button").first.click()
    page.get_by_role("button", name=EN["map_lasso"]).click()
    corners = around(page, 200, 70)
    drag(page, [*corners, corners[0]])
    expect(page.locator(".map-count")).to_contain_text(EN["map_not_linked"])
    assert "selection" not in parameters(page)
    page.get_by_role("button", name=EN["map_show_all"]).click()
    drag(page, [*corners, corners[0]])
    page.wait_for_function("new URLSearchParams(location.search).has('selection')")
    expect(page.locator(".map-count")).not_to_contain_text(EN["map_not_linked"])


def test_the_language_stays_in_the_address(new_page, server):
    page = new_page(f"{server.url}/zh-TW")
    image_id = choose_sample_image(page, 2)
    wait_for_parameter(page, "query", image_id)
    assert urlsplit(page.url).path == "/zh-TW"


def test_back_in_quick_succession_shows_the_entry_it_ends_at(page):
    chosen = []
    for number in (1, 4, 7):
        chosen.append(choose_sample_image(page, number))
        wait_for_parameter(page, "query", chosen[-1])
    page.evaluate("() => { history.back(); setTimeout(() => history.back(), 60); }")
    page.wait_for_selector(f'#result .query[data-query="{chosen[0]}"]')
    page.wait_for_timeout(1_000)
    assert (query_shown(page), parameters(page)["query"]) == (chosen[0], chosen[0])
    page.go_forward()
    page.wait_for_selector(f'#result .query[data-query="{chosen[1]}"]')


def test_a_selection_begun_anew_is_part_of_the_link(page):
    go_to(page, "map")
    page.locator("#point-map .map-plot").focus()
    for key in ("ArrowRight", " ", "Escape"):
        page.keyboard.press(key)
    page.wait_for_function("document.querySelector('.point-map').atlas.state.selectedCount === 0")
    page.keyboard.press("ArrowRight")
    page.keyboard.press(" ")
    page.wait_for_function("new URLSearchParams(location.search).get('selection')?.startsWith('+row')")


def test_text_of_a_link_stays_text(new_page, server):
    page = new_page(f"{server.url}/?checkpoint=<b id=bold>x</b><img src=/nowhere.png>")
    expect(page.get_by_test_id("toast-body")).to_contain_text("No checkpoint '<b id=bold>x</b>")
    expect(page.locator("#bold")).to_have_count(0)
