"""More of the map in a browser: colour modes, transitions, two maps, exports, touch, no WebGL.

Screenshots of what the map can do are left in `test-output/`.
"""

import csv
import io
import itertools
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from app.components.palette import style_of
from app.map.clusters import clusters_of
from app.map.component import timeline
from app.map.script import preload_urls
from tests.browser.browsing import (
    EN,
    NARROW,
    SHOTS,
    around,
    choose,
    colour_on_screen,
    drag,
    go_to,
    hover_point,
    isolated_rows,
    map_state,
    point_position,
    saved,
    screenshot,
    selected,
    topmost_rows,
    upload,
    wait_for_transition,
)  # fmt: skip
from tests.serving import patience
from trainer.core.retrieval.clustering import agreement
from trainer.core.retrieval.knn import type_hits


@pytest.fixture
def page(page):
    go_to(page, "map")
    return page


@pytest.mark.parametrize("mode", ["class", "split", "hits", "class_hits", "density"])
def test_colour_modes(page, library, mode):
    gallery = library.gallery
    page.locator(".map-heading select").select_option(mode)
    page.wait_for_function(f"document.querySelector('.point-map').atlas.state.mode === '{mode}'")
    codes = np.array(map_state(page, "Array.from(plot.colours.codes)"))
    names = map_state(page, "plot.colours.entries.map(entry => entry.name)")
    legend = page.locator(".map-legend")
    if mode in ("hits", "class_hits"):
        labels = gallery.object_types if mode == "hits" else gallery.classes
        assert (codes == type_hits(library.nearest(library.best), labels)).all()
        expect(legend).to_contain_text("5/5")
    elif mode == "density":
        density = np.array(map_state(page, "Array.from(plot.projection.grid.density())"))
        groups = [density[codes == code] for code in range(len(names)) if (codes == code).any()]
        assert len(groups) > 3
        assert all(low.max() < high.min() for low, high in itertools.pairwise(groups))
        expect(legend).to_contain_text(EN["map_dense"])
    else:
        labels = gallery.class_names if mode == "class" else gallery.table["split"].to_numpy(dtype=str)
        assert [names[code] for code in codes] == [label.replace("_", " ") for label in labels]
    row = topmost_rows(page)[0]
    x, y = point_position(page, row)
    page.mouse.move(0, 0)
    map_state(page, "(plot.labels = [], plot.draw())")  # a label may cover the point
    page.wait_for_timeout(100)
    colour = map_state(page, f"plot.colourOf({row})")
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    assert np.abs(colour_on_screen(page, x, y) - wanted).max() < 30
    screenshot(page, f"by-{mode}")


def set_slider(slider, value):
    slider.evaluate(
        "(s, value) => { s.value = value; ['input', 'change'].forEach(n => s.dispatchEvent(new Event(n))); }", value
    )


def test_the_slider_moves_points_between_projections(page, library):
    start, end = timeline(library)[:2]
    choose(page, "#checkpoint", start)
    expect(page.locator(".map-title")).to_have_text(start)
    wait_for_transition(page)
    slider, row = page.locator(".map-track input"), 300
    here = map_state(page, f"plot.transition.position({row})")
    set_slider(slider, 0.5)
    page.wait_for_function("document.querySelector('.point-map').atlas.plots[0].transition.t === 0.5")
    expect(page.locator(".map-title")).to_have_text(f"{start} → {end}")
    half = map_state(page, f"plot.transition.position({row})")
    screenshot(page, "half-way")
    set_slider(slider, 1)
    expect(page.locator(".map-title")).to_have_text(end)
    expect(page.locator("#checkpoint input")).to_have_value(end)  # the dropdown follows
    there = map_state(page, f"plot.transition.position({row})")
    assert half == pytest.approx([(a + b) / 2 for a, b in zip(here, there, strict=True)], abs=1e-3)


def test_points_can_be_hovered_during_a_transition(page, library):
    page.evaluate("document.querySelector('.point-map').atlas.timeline.moveTo(0.5)")
    page.wait_for_function("document.querySelector('.point-map').atlas.plots[0].transition.t < 1")
    row = isolated_rows(page)[0]
    hover_point(page, row)
    expect(page.locator(".map-tooltip b")).to_have_text(library.gallery.class_names[row].replace("_", " "))


def test_a_selection_stays_in_view_on_another_projection(page, library):
    cars = int((library.gallery.object_types == "cars").sum())
    search = page.get_by_placeholder(EN["map_search"])
    search.fill("cars")
    search.press("Enter")
    page.wait_for_function(f"document.querySelector('.point-map').atlas.state.selectedCount === {cars}")
    assert not map_state(page, "plot.camera.isFitted")
    page.locator(".map-stops button").first.click()
    page.wait_for_function("document.querySelector('.point-map').atlas.plots[0].projection.name === 'pca-lite0'")
    wait_for_transition(page)
    in_view = (
        "(() => { const [l, b, r, t] = plot.view.bounds(), p = plot.projection.positions; let n = 0;"
        " for (let i = 0; i < state.n; i++) n += state.selected[i] && p[2 * i] > l && p[2 * i] < r"
        " && p[2 * i + 1] > b && p[2 * i + 1] < t; return n; })()"
    )
    assert map_state(page, in_view) > 0


def test_hidden_types_have_no_label(page):
    names = "document.querySelector('.point-map').atlas.plots[0].labels.map(one => one.name)"
    page.wait_for_function(f"{names}.includes('memes')")
    page.get_by_role("button", name=re.compile("^memes")).click()
    page.wait_for_function(f"!{names}.includes('memes')")
    assert len(page.evaluate(names)) == 10


def test_play_moves_points_steadily_to_the_last_checkpoint(page, library):
    choose(page, "#checkpoint", timeline(library)[-2])
    expect(page.locator(".map-title")).to_have_text(timeline(library)[-2])
    wait_for_transition(page)
    page.evaluate(
        "() => { const {plots: [plot]} = document.querySelector('.point-map').atlas, seen = window.seen = [];"
        " const look = () => { seen.push([plot.transition.t, ...plot.transition.position(300)]);"
        " if (seen.length < 400) requestAnimationFrame(look); }; look(); }"
    )
    page.get_by_role("button", name=EN["map_play"]).click()
    expect(page.locator(".map-title")).to_contain_text("→")
    expect(page.locator(".map-title")).to_have_text(timeline(library)[-1])
    expect(page.get_by_role("button", name=EN["map_play"])).to_be_visible()
    expect(page.locator("#checkpoint input")).to_have_value(timeline(library)[-1])
    seen = np.array(page.evaluate("window.seen"))
    steps = np.linalg.norm(np.diff(seen[:, 1:], axis=0), axis=1)
    assert len(np.unique(seen[:, 0])) > 8  # frames of the transition
    assert steps.max() < 0.5 * steps.sum()  # no jump


def test_two_maps_share_selection_hover_and_query(page, library):
    other = next(name for name in library.names if name != library.best)
    page.get_by_label(EN["map_compare_with"]).select_option(other)
    expect(page.locator(".map-plot")).to_have_count(2)
    expect(page.locator(".map-title").nth(1)).to_have_text(other)
    wait_for_transition(page)
    row = isolated_rows(page, 1)[0]
    page.mouse.click(*hover_point(page, row, 1))
    page.wait_for_function(f"document.querySelector('.point-map').atlas.state.focus?.row === {row}")
    assert set(map_state(page, "state.focus.neighbours")) == {library.best, other}
    expect(page.locator("#map-detail section")).to_have_count(2)
    hovered = -1
    for _ in range(20):  # the details that are being drawn beside the map may end a hover
        hover_point(page, row, 1)
        page.wait_for_timeout(200)
        if (hovered := map_state(page, "state.hovered")) == row:
            break
    assert hovered == row
    page.get_by_role("button", name=EN["map_lasso"]).click()
    corners = around(page, 200, 50)
    drag(page, [*corners, corners[0]])
    n = len(selected(page))
    assert n > 0
    assert map_state(page, "atlas.plots.map(plot => plot.points.data.foreground)") == [n, n]
    upload(page)
    page.wait_for_function("document.querySelector('.point-map').atlas.state.focus?.row === -1")
    assert map_state(page, "atlas.plots.every(plot => plot.queryOnScreen())")
    screenshot(page, "two")
    page.get_by_label(EN["map_compare_with"]).select_option("")
    expect(page.locator(".map-plot")).to_have_count(1)


def test_clusters_and_their_number(page, library):
    page.get_by_label(EN["map_colour"]).select_option("kmeans")
    purity = page.locator(".map-summary tr", has_text=EN["map_purity"]).locator("td")
    clusters = clusters_of(library, library.best, "kmeans", 11)
    found = agreement(clusters, library.gallery.object_types), agreement(clusters, library.gallery.classes)
    expect(purity).to_have_text([f"{one.purity:.2f}" for one in found])
    expect(page.locator(".map-switches button")).to_have_count(11)
    number = page.get_by_label(EN["map_n_clusters"])
    number.fill("5")
    number.press("Enter")
    expect(page.locator(".map-switches button")).to_have_count(5)
    number.fill("1")
    number.press("Enter")
    assert not number.evaluate("input => input.validity.valid")
    number.blur()
    expect(number).to_have_value("5")
    assert map_state(page, "plot.projection.clusters.kmeans.n_clusters") == 5
    page.get_by_label(EN["map_colour"]).select_option("hdbscan")
    expect(page.locator(".map-switches")).to_contain_text(EN["map_no_cluster"])


def test_the_difference_of_two_checkpoints(page, library):
    modes = page.get_by_label(EN["map_colour"]).locator("option")
    expect(modes.filter(has_text=EN["map_by_difference"])).to_have_count(0)
    other = next(name for name in library.names if name != library.best)
    page.get_by_label(EN["map_compare_with"]).select_option(other)
    page.get_by_label(EN["map_colour"]).select_option("difference")
    page.wait_for_function("document.querySelector('.point-map').atlas.state.mode === 'difference'")
    one, two = (type_hits(library.nearest(name), library.gallery.classes).astype(int) for name in (library.best, other))
    for plot in range(2):
        names = map_state(page, f"Array.from(atlas.plots[{plot}].colours.codes, code => state.n && code - 5)")
        assert (np.array(names) == one - two).all()
    page.get_by_label(EN["map_compare_with"]).select_option("")
    page.wait_for_function("document.querySelector('.point-map').atlas.state.mode === 'type'")


def test_visible_or_selected_images_can_be_exported(page, library):
    ids = library.gallery.table["image_id"]
    everything = saved(page, "map_export_list").path().read_text().splitlines()
    assert everything == ids.tolist()
    page.get_by_role("button", name=EN["map_rectangle"]).click()
    corners = around(page, 200, 60)
    drag(page, [corners[0], corners[2]])
    rows = selected(page)
    assert saved(page, "map_export_list").path().read_text().splitlines() == ids.iloc[rows].tolist()
    download = saved(page, "map_export_csv")
    assert download.suggested_filename == "images.csv"
    table = list(csv.DictReader(io.StringIO(download.path().read_text())))
    assert [line["image_id"] for line in table] == ids.iloc[rows].tolist()
    assert [line["object_type"] for line in table] == library.gallery.object_types[rows].tolist()


def test_a_saved_map_opens_without_a_server(page, browser, library, tmp_path):
    page.get_by_role("button", name=EN["map_lasso"]).click()
    corners = around(page, 200, 60)
    drag(page, [*corners, corners[0]])
    rows = selected(page)
    page.get_by_label(EN["map_colour"]).select_option("kmeans")
    page.wait_for_function("document.querySelector('.point-map').atlas.state.mode === 'kmeans'")
    codes = map_state(page, "Array.from(plot.colours.codes)")
    path = tmp_path / "map.html"
    saved(page, "map_export_page").save_as(path)
    requests, errors = [], []
    alone = browser.new_context(offline=True).new_page()
    alone.on("request", lambda r: None if r.url.startswith(("file:", "data:", "blob:")) else requests.append(r.url))
    alone.on("pageerror", lambda error: errors.append(str(error)))
    alone.goto(path.as_uri())
    alone.wait_for_selector(".point-map[data-ready]")
    expect(alone.locator(".map-count")).to_contain_text(f"{len(rows)} selected")
    assert selected(alone) == rows
    assert map_state(alone, "plot.host.dataset.renderer") == "webgl"
    modes = alone.locator(".map-heading option").evaluate_all("all => all.map(one => one.value)")
    assert modes == ["type", "class", "split", "hits", "class_hits", "kmeans", "density"]
    assert map_state(alone, "Array.from(plot.colours.codes)") == codes
    row = isolated_rows(alone)[0]
    alone.mouse.click(*hover_point(alone, row))
    nearest = library.nearest(library.best)[row].tolist()
    assert map_state(alone, "state.focus.row") == row
    assert map_state(alone, "state.focus.neighbours[plot.projection.name]") == nearest
    names = [library.gallery.class_names[one].replace("_", " ") for one in (row, *nearest)]
    expect(alone.locator(".saved-neighbours figcaption")).to_have_text(names)
    hover_point(alone, row)
    expect(alone.locator(".map-tooltip b")).to_have_text(library.gallery.class_names[row].replace("_", " "))
    alone.wait_for_function("document.querySelector('.map-tooltip img').naturalWidth > 0")
    alone.get_by_role("button", name=EN["map_play"]).click()
    expect(alone.locator(".map-title")).to_contain_text("→")
    alone.screenshot(path=SHOTS / "map-saved-page.png")
    alone.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    assert alone.evaluate("document.documentElement.scrollWidth") == NARROW[0]
    assert requests == []
    assert errors == []
    alone.context.close()


def test_a_pinch_zooms_and_a_tap_chooses(browser, server, library):
    context = browser.new_context(viewport={"width": NARROW[0], "height": NARROW[1]}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(server.url)
    page.wait_for_selector("#examples .card")
    go_to(page, "map")
    row = isolated_rows(page)[0]
    x, y = point_position(page, row)
    page.touchscreen.tap(x, y)
    page.wait_for_function(f"document.querySelector('.point-map').atlas.state.focus?.row === {row}")
    page.wait_for_timeout(1200)  # the page scrolls to the neighbours
    scale = map_state(page, "plot.view.scale")
    x, y = point_position(page, row)
    client = context.new_cdp_session(page)

    def touch(kind, *points):
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    touch("touchStart", (x - 20, y), (x + 20, y))
    for step in range(1, 6):
        touch("touchMove", (x - 20 - 6 * step, y), (x + 20 + 6 * step, y))
    touch("touchEnd")
    assert map_state(page, "plot.view.scale") == pytest.approx(2.5 * scale, rel=0.1)
    assert point_position(page, row) == pytest.approx([x, y], abs=3)
    context.close()


def test_the_map_is_drawn_without_webgl(browser, server, library):
    page = browser.new_context().new_page()
    page.add_init_script(
        "const real = HTMLCanvasElement.prototype.getContext;"
        "HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {"
        " return /webgl/.test(kind) ? null : real.call(this, kind, ...rest); };"
    )
    page.goto(server.url)
    page.wait_for_selector("#examples .card")
    go_to(page, "map")
    assert map_state(page, "plot.host.dataset.renderer") == "canvas"
    styles = style_of(library.gallery.type_order)
    row = topmost_rows(page)[0]
    x, y = point_position(page, row)
    colour = styles[library.gallery.object_types[row]].light
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    map_state(page, "(plot.labels = [], plot.draw())")  # a label may cover the point
    assert np.abs(colour_on_screen(page, x, y) - wanted).max() < 40
    page.context.close()


def test_the_map_opens_within_a_second(new_page, server):
    """On the first visit, with all modules preloaded; the log shows that the server computes nothing."""
    page = new_page(server.url)
    page.wait_for_timeout(1000)  # the page has loaded
    fetched = page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    assert {f"{server.url}/{url}" for url in preload_urls()} <= set(fetched)
    before = server.log.read_text()
    took_ms = page.evaluate(
        """async word => {
          const tab = [...document.querySelectorAll('[role=tab]')].find(tab => tab.textContent.trim() === word);
          const start = performance.now();
          tab.click();
          while (!document.querySelector('.point-map[data-ready]')) await new Promise(requestAnimationFrame);
          return performance.now() - start;
        }""",
        EN["map"],
    )
    assert took_ms < 1000 * patience()
    assert not re.search(r"map of|embeddings", server.log.read_text()[len(before) :])
