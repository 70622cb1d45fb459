"""The projection settings in a browser: another projection, a bad value, and a 3-D map.

A screenshot is left in `test-output/`.
"""

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.browsing import (
    CHINA,
    EN,
    go_to,
    map_state,
    saved,
    screenshot,
    select_with_lasso,
    selected,
    upload,
    wait_for_transition,
)
from tests.serving import serve
from trainer.core.projection.parameters import ProjectionParameters

MADE = "document.querySelector('.point-map').atlas.projections.id"

IS_SHOWN = """async () => {
  const {plots: [{animatingTo, projection}], projections} = document.querySelector('.point-map').atlas;
  return (animatingTo ?? projection) === await projections.get(projection.name);
}"""


def open_panel(page):
    """Gradio renders the panel when it opens; anything typed before would be lost."""
    panel = page.locator("#map-making")
    if not panel.get_by_role("button", name=EN["map_compute"]).is_visible():
        panel.get_by_text(EN["map_parameters"]).click()
        page.wait_for_timeout(1500)
    return panel


def compute(page, projection, patience_ms=30_000):
    """Opens the panel, computes the projection and waits for the transition."""
    panel, before = open_panel(page), page.evaluate(MADE)
    panel.get_by_label(projection, exact=True).check()
    panel.get_by_role("button", name=EN["map_compute"]).click()
    page.wait_for_function(f"before => {MADE} !== before", arg=before, timeout=patience_ms)
    page.wait_for_function(IS_SHOWN)
    wait_for_transition(page)


def positions_3d(page):
    """(N, 3) positions from the centre, in units of the radius: right, up, towards the viewer."""
    places = np.array(map_state(page, "Array.from(plot.projection.positions)")).reshape(-1, 2)
    reach, near = map_state(page, "[plot.projection.radius, Array.from(plot.projection.depth)]")
    return np.column_stack([places / reach, near])


def test_another_projection_is_computed_and_shown(new_page, server, library):
    page = new_page(server.url)
    go_to(page, "map")
    upload(page, CHINA)
    page.wait_for_selector("#map-detail .query img")
    compute(page, "PCA")
    maps = library.maps.get(ProjectionParameters("pca"))
    assert page.evaluate(MADE) == maps.id
    drawn = np.array(map_state(page, "Array.from(plot.projection.positions)")).reshape(-1, 2)
    np.testing.assert_allclose(drawn, maps.files.align(library.best, maps.projections[library.best].xy), atol=1e-3)
    expect(page.locator("#map-made")).to_contain_text("PCA")
    kept = maps.quality[library.best].neighbourhood_preservation
    expect(page.locator(".map-quality")).to_contain_text(f"{100 * kept:.0f} %")
    query = library.query_from_file(CHINA)
    place = maps.place(library.checkpoint(library.best).embed(query), library.best)
    np.testing.assert_allclose(map_state(page, f"state.query['{library.best}']"), place, atol=1e-3)
    page.locator("#map-making").scroll_into_view_if_needed()
    screenshot(page, "made-by-pca")


def test_a_computation_can_be_cancelled(new_page, server):
    page = new_page(server.url)
    go_to(page, "map")
    panel, before = open_panel(page), page.evaluate(MADE)
    cancel = page.locator("#map-cancel")
    expect(cancel).to_be_hidden()
    panel.get_by_label("t-SNE", exact=True).check()
    panel.get_by_label(EN["seed"]).fill("77")
    panel.get_by_role("button", name=EN["map_compute"]).click()
    cancel.click()
    expect(cancel).to_be_hidden()
    assert page.evaluate(MADE) == before
    compute(page, "PCA")
    expect(cancel).to_be_hidden()
    assert "Traceback" not in server.log.read_text()


def test_a_bad_value_is_one_sentence_and_the_map_stays(new_page, server):
    page = new_page(server.url)
    go_to(page, "map")
    panel, before = open_panel(page), page.evaluate(MADE)
    for seed in ("-3", "1.5"):
        panel.get_by_label(EN["seed"]).fill(seed)
        panel.get_by_role("button", name=EN["map_compute"]).click()
        said = f"seed is {seed}: expected a whole number from 0 to 4294967295."
        expect(page.locator(".toast-body").filter(has_text=said)).to_be_visible()
        expect(page.locator("#map-cancel")).to_be_hidden()
    assert page.evaluate(MADE) == before


def test_a_3d_map_can_be_rotated_and_2d_comes_back(new_page, browser, tmp_path):
    with serve(tmp_path / "cache", "--checkpoints", "pca-lite2") as server:
        page = new_page(server.url)
        go_to(page, "map")
        upload(page, CHINA)
        page.wait_for_selector("#map-detail .query img")
        turn = page.get_by_role("button", name=EN["map_rotate"])
        expect(turn).to_be_hidden()
        compute(page, "UMAP 3-D", patience_ms=60_000)
        expect(turn).to_be_visible()
        wait_for_transition(page)  # the transition starts only now
        assert map_state(page, "plot.projection.dims") == 3
        assert len(map_state(page, "state.query['pca-lite2']")) == 3
        assert np.isfinite(map_state(page, "plot.queryOnScreen()")).all()
        before = positions_3d(page)
        drawn = np.array(map_state(page, "Array.from({length: state.n}, (_, row) => plot.screen(row))"))
        filled = np.ptp(drawn, axis=0) / map_state(page, "[plot.view.width, plot.view.height]")
        assert 0.6 < filled.max() <= 1  # the radius on either side of the centre
        screenshot(page, "in-space")
        canvas = page.locator(".point-map canvas.overlay").first
        canvas.hover()  # scrolls the page
        box = canvas.bounding_box()
        middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.down()
        page.mouse.move(middle[0] + 40, middle[1], steps=5)  # a quarter of a radian
        page.mouse.up()
        after = positions_3d(page)
        # a rotation keeps the distances from the centre, and points in front follow the pointer
        np.testing.assert_allclose(np.linalg.norm(after, axis=1), np.linalg.norm(before, axis=1), atol=1e-3)
        way = after[:, 0] - before[:, 0]
        assert np.abs(way).max() > 0.1
        assert np.corrcoef(way, before[:, 2])[0, 1] > 0.8  # not 1: the axis of rotation is tilted
        before_keys = map_state(page, "plot.projection.angles")
        page.locator("#point-map .map-plot").press("Shift+ArrowLeft")  # back, with the keyboard
        turned = map_state(page, "plot.projection.angles")
        assert turned[0] == pytest.approx(before_keys[0] - 0.12)
        rows = select_with_lasso(page)
        linked = new_page(page.url)
        linked.wait_for_function(f"document.querySelector('.point-map')?.atlas?.state.selectedCount === {len(rows)}")
        assert selected(linked) == rows
        assert map_state(linked, "plot.projection.angles") == turned
        path = tmp_path / "map.html"
        saved(page, "map_export_page").save_as(path)
        alone = browser.new_page()
        alone.goto(path.as_uri())
        alone.wait_for_selector(".point-map[data-ready]")
        alone.wait_for_function(
            f"document.querySelector('.point-map').atlas.plots[0].projection.angles[0] === {turned[0]}"
        )
        compute(page, "UMAP 2-D")
        expect(turn).to_be_hidden()
        assert map_state(page, "plot.projection.dims") == 2
        page.wait_for_function(
            "document.querySelector('.point-map').atlas.plots[0].queryOnScreen().every(Number.isFinite)"
        )
