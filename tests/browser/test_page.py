"""The page in a browser, apart from the map.

Screenshots of each tab are left in `test-output/`.
"""

import re
import shutil

import pandas as pd
import pytest
from playwright.sync_api import expect

from tests.browser.browsing import (
    CHINA,
    EN,
    NARROW,
    SHOTS,
    TABS,
    WIDE,
    ZH_TW,
    choose,
    choose_sample_image,
    go_to,
    query_shown,
    row_of,
    upload,
    upload_china,
)
from tests.serving import serve
from trainer.core.data.images import FORMAT_ADVICE


def test_a_photograph_gives_a_result(page, library):
    assert query_shown(page) == library.first_query().name  # the page opens with an answer
    upload_china(page)
    found = library.answer(library.query_from_file(CHINA), library.best, 5)
    cards = page.locator("#result .image-grid .card")
    shown = cards.evaluate_all("cards => cards.map(card => card.dataset.id)")
    assert shown == library.gallery.table["image_id"].iloc[found.rows].tolist()
    similarity = [float(text) for text in page.locator("#result .similarity").all_inner_texts()]
    assert similarity == pytest.approx(found.similarity, abs=0.005)
    assert page.locator("#result .rank").all_inner_texts() == ["1", "2", "3", "4", "5"]
    page.wait_for_function("[...document.querySelectorAll('#result img')].every(image => image.naturalWidth > 0)")
    expect(page.locator("#result .query img")).to_have_attribute("src", re.compile("^data:image/jpeg;base64,"))
    shares = [int(text.removesuffix(" %")) for text in page.locator("#result .bars dd span").all_inner_texts()]
    assert sum(shares) == pytest.approx(100, abs=len(shares))
    expect(page.locator("#result")).to_contain_text(re.compile(r"Encoded in \d+ ms, searched 721 images in [\d.]+ ms"))
    expect(page.locator("#result .mark")).to_have_count(0)  # its type is not known


def test_a_gallery_image_is_marked_and_scored(page, library):
    row = row_of(library, choose_sample_image(page, 3))
    expect(page.locator("#result .query img")).to_have_attribute("src", f"thumbnails/{library.thumbnail_key(row)}")
    same_class, same_type, other = (
        page.locator(f"#result .mark.{mark}").count() for mark in ("same_class", "same_type", "other_type")
    )
    assert same_class + same_type + other == 5
    expect(page.locator("#result .scores")).to_contain_text(f"study mP@5 of this query: {same_class + same_type}/5")
    expect(page.locator("#result .scores")).to_contain_text(f"GUIE mP@5 of this query: {same_class}/5")
    expect(page.locator("#result")).to_contain_text("Precomputed embedding")


def test_a_gallery_image_replaces_the_upload(page):
    upload_china(page)
    choose_sample_image(page)
    expect(page.locator("#query-image input[type=file]")).to_have_count(1)
    expect(page.locator("#query-image img")).to_have_count(0)


def test_a_neighbour_becomes_the_query(page):
    upload_china(page)
    second = page.locator("#result .image-grid .card").nth(1)
    image_id, source = second.get_attribute("data-id"), second.locator("img").get_attribute("src")
    second.click()
    expect(page.locator("#result .query img")).to_have_attribute("src", source)
    expect(page.locator(f'#result .image-grid .card[data-id="{image_id}"]')).to_have_count(0)  # never its own result


def test_an_example_gives_a_result(page):
    page.locator("#examples .card").nth(1).click()
    page.wait_for_selector("#result .query img[src^='data:']")
    expect(page.locator("#result .image-grid .card")).to_have_count(5)


def test_checkpoint_and_k_can_be_changed(page, library):
    choose_sample_image(page)
    other = next(name for name in library.names if name != library.best)
    choose(page, "#checkpoint", other)
    expect(page.locator("#result h2")).to_have_text(EN["nearest"]["other"].format(n=5, checkpoint=other))
    page.get_by_label(EN["k"]).first.fill("9")
    expect(page.locator("#result .image-grid .card")).to_have_count(9)
    expect(page.locator("#result .scores")).to_contain_text("/5")  # the metrics count five


def test_the_gallery_is_browsed_by_type_class_and_page(page, library):
    gallery = library.gallery
    cards = page.locator("#browse-images .card")
    ids = "cards => cards.map(card => card.dataset.id)"
    expect(cards).to_have_count(24)
    first = cards.evaluate_all(ids)
    page.locator("#browse-images .pager button").last.click()
    expect(page.locator("#browse-images .pager")).to_contain_text("page 2 of")
    assert not set(first) & set(cards.evaluate_all(ids))
    choose(page, "#browse-type", "toys")
    toys = int((gallery.object_types == "toys").sum())
    expect(page.locator("#browse-images")).to_contain_text(f"{toys} images")
    assert {gallery.object_types[row_of(library, image_id)] for image_id in cards.evaluate_all(ids)} == {"toys"}
    choose(page, "#browse-class", "rubber duck")
    ducks = gallery.table["image_id"][gallery.classes == "toys/rubber_duck"].tolist()
    expect(cards).to_have_count(len(ducks))
    assert cards.evaluate_all(ids) == ducks


def test_a_file_that_is_no_image_shows_one_message_and_the_page_works_on(page, tmp_path):
    note = tmp_path / "note.jpg"
    note.write_text("no image")
    before = query_shown(page)
    upload(page, str(note))
    toast = page.get_by_test_id("toast-body")
    expect(toast).to_have_count(1)
    expect(toast).to_contain_text(f"note.jpg: expected an image, found a file of another kind; {FORMAT_ADVICE}.")
    assert query_shown(page) == before
    expect(page.locator("#query-image img")).to_have_count(0)  # the bad file is removed
    expect(page.locator("#result .error")).not_to_be_visible()
    choose_sample_image(page)
    expect(page.locator("#result .image-grid .card")).to_have_count(5)
    upload_china(page)
    expect(page.locator("#query-image img")).to_have_count(0)


def test_checkpoints_stand_side_by_side(page, library):
    go_to(page, "compare")
    expect(page.locator("#side-by-side section")).to_have_count(2)
    upload(page)
    page.wait_for_selector("#side-by-side .query img[src^='data:']")
    expect(page.locator("#side-by-side section .card")).to_have_count(10)
    boxes = page.locator("#compare-checkpoints input[type=checkbox]")
    free = [number for number in range(boxes.count()) if not boxes.nth(number).is_checked()]
    boxes.nth(free[0]).check()
    expect(page.locator("#side-by-side section")).to_have_count(3)
    expect(page.locator("#side-by-side section .card")).to_have_count(15)
    titles = page.locator("#side-by-side section h3").all_inner_texts()
    assert len(set(titles)) == 3
    assert set(titles) <= set(library.names)
    for number in range(boxes.count()):
        boxes.nth(number).uncheck()
    expect(page.locator("#side-by-side")).to_contain_text(EN["choose_two"])


def test_the_query_of_search_is_shared_with_compare(page):
    choose_sample_image(page)
    source = page.locator("#result .query img").get_attribute("src")
    go_to(page, "compare")
    expect(page.locator("#side-by-side .query img")).to_have_attribute("src", source)
    expect(page.locator("#side-by-side .mark")).to_have_count(10)


def test_the_metric_changes_chart_and_table(page, library):
    go_to(page, "compare")
    chart = page.locator("#type-chart .chart")
    expect(page.locator("#results tbody tr")).to_have_count(len(library.names))
    expect(chart.locator(".gtitle")).to_have_text(EN["by_type"].format(metric=EN["guie_mp5"]))
    assert chart.evaluate("chart => chart.data.length") == len(library.names)
    before = page.locator("#type-table").inner_text()
    page.locator("#metric").get_by_label(EN["study_mp5"], exact=True).check()
    expect(chart.locator(".gtitle")).to_have_text(EN["by_type"].format(metric=EN["study_mp5"]))
    expect(page.locator("#type-table")).not_to_have_text(before)
    drawn = chart.evaluate("chart => chart.data.map(trace => [trace.name, trace.x.at(-1)])")
    first_type = library.gallery.type_order[0]
    assert drawn == [
        [name, entry.precomputed.evaluation["per_type"][first_type]["study_mp5"]]
        for name, entry in library.checkpoints.items()
    ]


def test_the_matrix_follows_its_metric(page, library):
    go_to(page, "compare")
    matrix = page.locator("#difference-matrix")
    expect(matrix.locator("tbody tr")).to_have_count(len(library.names))
    expect(matrix).to_contain_text("162 queries")
    page.locator("#difference-metric").get_by_label(EN["study_mp5"], exact=True).check()
    expect(matrix).to_contain_text("567 images")


def test_all_results_are_saved(page):
    go_to(page, "compare")
    for key, name in (("report_html", "comparison.html"), ("report_csv", "comparison.csv")):
        with page.expect_download() as download:
            page.get_by_role("link", name=EN[key]).click()
        assert download.value.suggested_filename == name


def test_a_column_is_sorted_by_its_heading(page):
    go_to(page, "compare")
    heading = page.locator("#results thead th").nth(3)
    cells = page.locator("#results tbody td:nth-child(4)")
    values = [float(text[:5]) for text in cells.all_inner_texts()]
    assert values != sorted(values)
    heading.get_by_role("button").focus()
    page.keyboard.press("Enter")
    expect(heading).to_have_attribute("aria-sort", "descending")
    assert [float(text[:5]) for text in cells.all_inner_texts()] == sorted(values, reverse=True)
    page.keyboard.press("Enter")
    expect(heading).to_have_attribute("aria-sort", "ascending")
    assert [float(text[:5]) for text in cells.all_inner_texts()] == sorted(values)
    assert page.locator("#results [aria-sort=none]").count() == 7
    page.locator("#results thead button").first.click()
    names = page.locator("#results tbody th").all_inner_texts()
    assert names == sorted(names)


def test_learning_curves_are_drawn_where_there_are_some(page, library):
    go_to(page, "compare")
    curve, notes = page.locator("#curve .chart"), page.locator("#curve-notes")
    expect(notes.locator("h3")).to_have_text([library.best])
    trained = "arcface-linear-lite2"
    page.locator("#curve-checkpoints").get_by_label(trained, exact=True).check()
    expect(notes.locator("h3")).to_have_count(2)
    expect(page.locator(".finding").first).to_be_visible()
    assert curve.locator(".scatterlayer .trace path.js-line").count() == 2 + 5
    expect(page.locator("#curve-checkpoints")).to_contain_text(EN["no_curve"].format(names="pca-lite0 and pca-lite2"))
    for name in (trained, library.best):
        page.locator("#curve-checkpoints").get_by_label(name, exact=True).uncheck()
    expect(notes).to_contain_text(EN["choose_one"])
    expect(curve.locator(".trace")).to_have_count(0)


@pytest.mark.parametrize(
    ("theme", "size"), [("light", WIDE), ("dark", WIDE), ("light", NARROW), ("dark", NARROW)],
    ids=["light-1440", "dark-1440", "light-390", "dark-390"],
)  # fmt: skip
def test_nothing_overflows_the_window(new_page, server, theme, size):
    page = new_page(f"{server.url}/?__theme={theme}", size)
    SHOTS.mkdir(exist_ok=True)
    choose_sample_image(page, 2)
    for tab in TABS:
        go_to(page, tab)
        if tab == "map":
            page.locator("#point-map .map-plot").focus()
            page.keyboard.press("ArrowRight")
            page.keyboard.press("Enter")
            page.wait_for_selector("#map-detail .card")
        page.wait_for_timeout(700)  # thumbnails and WebGL, for the screenshot
        page.screenshot(path=SHOTS / f"{tab}-{theme}-{size[0]}.png", full_page=True)
        wide, inner = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide <= inner, f"{tab}: {wide} px wide in a window of {inner}"
        cut = page.evaluate(
            "() => [...document.querySelectorAll('.card, .map-bar > *, .map-plot, .map-timeline, h1, h3, .scores,"
            " .presence, .bars')].filter(e => e.offsetParent && !e.closest('.small, .example-strip, .query-list'))"
            ".filter(e => e.getBoundingClientRect().right > innerWidth + 1)"
            ".map(e => e.outerHTML.slice(0, 80))"
        )
        assert cut == []
    ink = page.evaluate("getComputedStyle(document.querySelector('header h1')).color")
    lightness = sum(map(int, re.findall(r"\d+", ink)[:3])) / 3
    assert (lightness > 180) == (theme == "dark")


def test_the_page_in_chinese(new_page, tmp_path_factory):
    with serve(tmp_path_factory.mktemp("zh") / "cache", "--lang", "zh-TW") as server:
        page = new_page(server.url)
        expect(page.get_by_role("tab", name="搜尋", exact=True)).to_be_visible()
        choose_sample_image(page)
        expect(page.locator("#result .image-grid .card")).to_have_count(5)
        expect(page.locator("#result")).to_contain_text("服飾")
        page.screenshot(path=SHOTS / "search-zh-TW.png", full_page=True)
        go_to(page, "map", ZH_TW)
        expect(page.locator("#point-map .map-count")).to_have_text("顯示 721 張中的 721 張")


HOSTILE = (
    '<img src=x onerror="window.hacked=1">', "${window.hacked=1}", "{{window.hacked=1}}",
    "</script><script>window.hacked=1</script>",
)  # fmt: skip


def test_labels_of_a_gallery_run_no_script(new_page, photos, tmp_path):
    folder = tmp_path / "hostile"
    folder.mkdir()
    rows = []
    for view, label in enumerate(HOSTILE):
        shutil.copy(photos / f"toys/amber/{view}.png", folder / f"{view}.png")
        rows.append({"file_name": f"{view}.png", "object_type": label, "class_name": label})
    pd.DataFrame(rows).to_csv(folder / "metadata.csv", index=False)
    with serve(tmp_path / "cache", "--gallery", str(folder), "--checkpoints", "pca-lite0", "pca-lite2") as server:
        page = new_page(server.url)
        expect(page.locator("#browse-images .card")).to_have_count(len(HOSTILE))
        choose_sample_image(page)
        expect(page.locator("#result .image-grid .card")).to_have_count(len(HOSTILE) - 1)
        shown = page.locator("#result .card b").all_inner_texts() + [page.locator("#result .query b").inner_text()]
        assert sorted(shown) == sorted(HOSTILE)
        go_to(page, "map")
        page.locator("#point-map .map-plot").focus()
        for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "Enter"):
            page.keyboard.press(key)
        page.wait_for_selector("#map-detail .card")
        page.get_by_role("tab", name=EN["compare"], exact=True).click()
        page.wait_for_selector("#type-chart .chart .gtitle")
        expect(page.locator("#side-by-side section")).to_have_count(2)
        assert page.evaluate("window.hacked") is None
