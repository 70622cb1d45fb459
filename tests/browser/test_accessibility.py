"""Accessibility: axe-core on every tab, light and dark, and what axe cannot see: keyboard, text size, explanations."""

import os

import pytest
from playwright.sync_api import expect

from tests.browser.browsing import EN, NARROW, TABS, WIDE, go_to
from tests.serving import ROOT

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
# What Gradio draws: the footer, and the upload button, whose accessible name is not its text.
NOT_OURS = ["footer", ".upload-container"]


@pytest.fixture(scope="module")
def axe():
    if not AXE.is_file():
        (pytest.fail if os.environ.get("CI") else pytest.skip)("needs axe-core: npm ci")
    return AXE.read_text(encoding="utf-8")


def violations(page, axe):
    page.evaluate(axe)
    found = page.evaluate("exclude => axe.run({exclude}, {resultTypes: ['violations']})", [[one] for one in NOT_OURS])
    return [f"{one['id']}: {node['html'][:120]}" for one in found["violations"] for node in one["nodes"]]


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["1440", "390"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(new_page, server, axe, theme, size):
    page = new_page(f"{server.url}/?query=images/furniture/tripod_floor_lamp/0.webp&__theme={theme}", size)
    page.wait_for_selector('#result .query[data-query="images/furniture/tripod_floor_lamp/0.webp"]')
    for tab in TABS:
        go_to(page, tab)
        if tab == "map":
            page.locator("#map-making button").first.click()
            page.wait_for_selector("#map-detail .card")
            for summary in page.locator(".map-note summary").all():
                summary.click()
        expect(page.locator(".html-container.pending")).to_have_count(0)  # faded while its value is computed
        page.wait_for_timeout(300)
        assert violations(page, axe) == [], tab


def test_axe_sees_a_violation(page, axe):
    page.evaluate("document.querySelector('#result .card img').removeAttribute('alt')")
    page.evaluate("document.querySelector('header p').style.color = '#aaa'")
    assert {one.partition(":")[0] for one in violations(page, axe)} >= {"image-alt", "color-contrast"}


def test_the_first_tab_stop_skips_to_the_tabs(page):
    page.keyboard.press("Tab")
    link = page.get_by_role("link", name=EN["skip_link"])
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("tab", name=EN["search"], exact=True)).to_be_focused()
    assert page.url.count("#") == 0


def test_focus_is_visible_also_on_a_slider(page):
    for selector in ("#k input[type=range]", "#result .card", "header nav button"):
        page.keyboard.press("Tab")  # from here on the focus is one of the keyboard
        page.locator(selector).first.focus()
        outline = page.locator(selector).first.evaluate("element => getComputedStyle(element).outline")
        assert outline.endswith("solid 3px"), selector


def test_a_dropdown_closes_on_tab(page):
    page.locator("#checkpoint input").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("option")).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_projector_mode_enlarges_the_text_and_is_kept(new_page, server, theme):
    page = new_page(f"{server.url}/?__theme={theme}")
    sizes = """() => ['header p', '#result .card b', '#checkpoint span', '[role=tab]'].map(
      selector => parseFloat(getComputedStyle(document.querySelector(selector)).fontSize))"""
    before = page.evaluate(sizes)
    button = page.get_by_role("button", name=EN["projector"])
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    page.wait_for_timeout(500)
    assert page.evaluate(sizes) == pytest.approx([1.5 * size for size in before], rel=0.02)
    page.reload()
    page.wait_for_selector("#examples .card")
    expect(button).to_have_attribute("aria-pressed", "true")
    page.wait_for_timeout(500)
    assert page.evaluate(sizes) == pytest.approx([1.5 * size for size in before], rel=0.02)
    go_to(page, "map")
    label = page.evaluate("document.querySelector('.point-map').atlas.plots[0].events.theme().labelSize")
    assert label == pytest.approx(1.5 * 13, rel=0.02)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_explanations_are_text_and_not_only_titles(page):
    expect(page.locator("#result")).to_contain_text(EN["similarity"])
    go_to(page, "map")
    page.get_by_text(EN["map_figures"]).click()
    expect(page.get_by_text(EN["map_trustworthiness_hint"])).to_be_visible()
    expect(page.get_by_text(EN["map_preservation_hint"])).to_be_visible()
    go_to(page, "compare")
    expect(page.locator("#results")).to_contain_text(EN["interval"])
