"""The error browser in a browser: the worst queries within three presses, filters, the confusion table, cards."""

import re

import pytest
from playwright.sync_api import expect

from app.error_analysis.options import ListOptions, matching_queries
from tests.browser.browsing import EN, NARROW, WIDE, choose, go_to
from tests.browser.test_accessibility import axe, violations  # noqa: F401
from trainer.core.retrieval.evaluation import protocol

ENTRIES = "#query-list .query-list > li"
IDS = "entries => entries.map(entry => entry.querySelector('.listed-query .card').dataset.id)"


def expect_entries(page, ids):
    """Waits until the first page of the list has these queries."""
    entries = page.locator(ENTRIES)
    expect(entries).to_have_count(len(ids[:10]))
    expect(entries.first.locator(".listed-query .card")).to_have_attribute("data-id", ids[0])
    assert entries.evaluate_all(IDS) == ids[:10]


def expected_ids(library, **options):
    positions = matching_queries(library, ListOptions(library.best, **options))
    rows = protocol(library.gallery).rows("guie_mp5")[positions]
    return library.gallery.table["image_id"].iloc[rows].tolist()


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["1440", "390"])
def test_the_ten_worst_queries_are_two_presses_away(new_page, server, library, size):
    page = new_page(server.url, size)
    page.get_by_role("tab", name=EN["compare"], exact=True).click()
    page.get_by_role("button", name=EN["worst_queries"]).click()
    entries = page.locator(ENTRIES)
    expect(entries.first).to_be_in_viewport()
    expect_entries(page, expected_ids(library))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if size == NARROW:
        first = entries.first.locator(".neighbours")
        assert first.evaluate("row => row.scrollWidth > row.clientWidth")
        assert first.evaluate(
            "row => row.closest('li').querySelector('.listed-query').getBoundingClientRect().bottom"
            " <= row.getBoundingClientRect().top"
        )


def test_the_list_is_filtered_by_menus_and_by_cells(page, library, axe):  # noqa: F811
    go_to(page, "compare")
    entries = page.locator(ENTRIES)
    choose(page, "#errors-type", "toys")
    toys = expected_ids(library, object_type="toys")
    expect(page.locator("#query-list")).to_contain_text(f"{len(toys)} of 162 queries of the gallery")
    expect_entries(page, toys)
    page.locator("#query-list .pager button").last.click()
    expect(page.locator("#query-list .pager")).to_contain_text("page 2 of 2")
    expect_entries(page, toys[10:])

    page.locator("#confusion-part button").first.click()
    cell = page.get_by_role("button", name=re.compile("^memes: .* of the neighbours are artwork"))
    cell.focus()
    page.keyboard.press("Enter")
    expect_entries(page, expected_ids(library, object_type="memes", neighbour="artwork/"))
    expect(page.locator("#errors-type input")).to_have_value("memes")
    expect(page.locator("#errors-neighbour input")).to_have_value("artwork")
    expect(cell).to_be_focused()
    expect(entries.first).to_be_in_viewport()

    page.locator("#class-scores-part button").first.click()
    row = page.locator("#class-scores tbody button").first
    name = row.get_attribute("data-class-name")
    row.click()
    expect_entries(page, expected_ids(library, class_name=name))
    assert violations(page, axe) == []


def test_the_checks_of_the_data_are_computed_when_they_are_opened(page, axe):  # noqa: F811
    go_to(page, "compare")
    page.locator("#duplicates-part button").first.click()
    expect(page.locator("#duplicates")).to_contain_text("a nearly identical training image (162 queries checked)")
    page.locator("#label-errors-part button").first.click()
    card = page.locator("#label-errors .listed-query .card").first
    expect(card).to_be_visible()
    page.wait_for_timeout(300)
    assert violations(page, axe) == []
    image_id = card.get_attribute("data-id")
    card.click()
    page.wait_for_selector(f'#side-by-side .query[data-query="{image_id}"]')


def test_a_second_checkpoint_and_a_card(page, library):
    go_to(page, "compare")
    choose(page, "#errors-other", "pca-lite0")
    expect(page.locator("#errors-ranking input")).to_have_value(EN["rank_losses"])
    first = page.locator(ENTRIES).first
    expect(first.locator("h3").last).to_contain_text("difference +")
    expect(first.locator(".neighbours")).to_have_count(2)
    card = first.locator(".listed-query .card")
    image_id = expected_ids(library, other="pca-lite0", ranking="losses")[0]
    expect(card).to_have_attribute("data-id", image_id)
    card.click()
    page.wait_for_selector(f'#side-by-side .query[data-query="{image_id}"]')
    go_to(page, "search")
    page.wait_for_selector(f'#result .query[data-query="{image_id}"]')


def test_the_list_follows_the_checkpoint_of_the_bar(page, library):
    go_to(page, "compare")
    choose(page, "#checkpoint", "pca-lite0")
    mean = library.checkpoint("pca-lite0").precomputed.evaluation["guie_mp5"]
    expect(page.locator("#query-list")).to_contain_text(f"mean GUIE mP@5 {mean:.3f} (pca-lite0)")
