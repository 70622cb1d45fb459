"""Shared by the browser tests: Chromium, checked pages, and actions on them.

Every page checks afterwards that no request left the server and that no script of the page failed.
"""

import io
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock
from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from app.library.examples import EXAMPLES
from app.translator import locale
from tests.serving import ROOT

EN, ZH_TW = (locale(lang)["texts"] for lang in ("en", "zh-TW"))
SHOTS = ROOT / "test-output"
FLAGS = (
    "--no-sandbox", "--disable-background-networking", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-component-update", "--use-gl=swiftshader", "--enable-webgl", "--ignore-gpu-blocklist",
)  # fmt: skip
WIDE, NARROW = (1440, 900), (390, 844)
TABS = ("search", "map", "compare")
PATIENCE_MS = 30_000
CHINA = str(EXAMPLES["china.jpg"])
expect.set_options(timeout=PATIENCE_MS)  # also on a busy machine


@pytest.fixture(scope="module")
def chromium() -> str:
    """The path of Chromium, installed if possible. Without it the tests are skipped; on CI they fail."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        with FileLock(Path(tempfile.gettempdir()) / "install-chromium.lock"):  # one of the test processes installs it
            if not shutil.which("chromium"):
                for command in (["apt-get", "update"], ["apt-get", "install", "-y", "chromium"]):
                    subprocess.run(command, capture_output=True, check=False, timeout=280)
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if not path:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("needs Chromium on the PATH: apt-get install chromium")
    return path


@pytest.fixture(scope="module")
def browser(chromium):
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def new_page(browser):
    """Opens pages of any size; afterwards checks that they sent no request elsewhere and that no script failed."""
    pages, outside, failed = [], [], []

    def make(url: str, size: tuple[int, int] = WIDE, animated: bool = False) -> Page:
        motion = "no-preference" if animated else "reduce"  # software rendering of the map takes a core
        viewport = {"width": size[0], "height": size[1]}
        page = browser.new_context(viewport=viewport, reduced_motion=motion).new_page()
        page.set_default_timeout(PATIENCE_MS)
        origin = re.match(r"https?://[^/]+", url).group()
        page.on("request", lambda r: None if r.url.startswith((origin, "data:", "blob:")) else outside.append(r.url))
        page.on("websocket", lambda socket: outside.append(socket.url))
        page.on("response", lambda r: failed.append(f"{r.status} {r.url}") if r.status >= 400 else None)
        page.on("pageerror", lambda error: failed.append(str(error)))
        pages.append(page)
        page.goto(url)
        page.wait_for_selector("#examples .card", state="attached")  # a link may open another tab
        return page

    yield make
    for page in pages:
        page.context.close()
    assert outside == []
    assert failed == []


@pytest.fixture
def page(new_page, server) -> Page:
    return new_page(server.url)


def go_to(page, tab, words=EN):
    page.get_by_role("tab", name=words[tab], exact=True).click()
    if tab == "map":
        page.wait_for_selector("#point-map .point-map[data-ready]")
    if tab == "compare":
        page.wait_for_selector("#curve .chart .scatterlayer .trace")


def upload(page, path=CHINA):
    page.set_input_files("#query-image input[type=file]", path)


def upload_china(page):
    upload(page)
    page.wait_for_selector("#result .query img[src^='data:']")
    expect(page.locator("#result .image-grid .card")).to_have_count(5)


def choose_sample_image(page, number=0):
    """Returns the id of the image."""
    card = page.locator("#browse-images .card").nth(number)
    image_id = card.get_attribute("data-id")
    card.click()
    shown = page.wait_for_selector(f"#result .query[data-query={json.dumps(image_id)}]")
    assert shown
    return image_id


def query_shown(page):
    """The id or name of the query whose result is shown."""
    return page.locator("#result .query").get_attribute("data-query")


def choose(page, dropdown, name):
    page.locator(f"{dropdown} input").click()
    page.get_by_role("listbox").get_by_role("option", name=name, exact=True).click()


def row_of(library, image_id):
    return library.gallery.table["image_id"].tolist().index(image_id)


def map_state(page, expression):
    """The value of a JavaScript expression over `atlas`, `plot` (the first map) and `state`."""
    return page.evaluate(
        "text => { const atlas = document.querySelector('.point-map').atlas, {plots: [plot], state} = atlas;"
        " return Function('atlas', 'plot', 'state', `return ${text}`)(atlas, plot, state); }",
        expression,
    )


def point_position(page, row, number=0):
    """[x, y] in the window of a row's point on the first map, or on the map of this number."""
    return page.evaluate(
        "([row, number]) => { const plot = document.querySelector('.point-map').atlas.plots[number], {host} = plot;"
        " host.scrollIntoView({block: 'center'});"
        " const box = host.getBoundingClientRect(), [x, y] = plot.screen(row);"
        " return [box.left + host.clientLeft + x, box.top + host.clientTop + y]; }",
        [row, number],
    )


def isolated_rows(page, number=0, most=5):
    """Rows of points far from all others, the farthest first: a click there is unambiguous."""
    return page.evaluate(
        "([number, most]) => { const atlas = document.querySelector('.point-map').atlas, plot = atlas.plots[number];"
        " const points = Array.from({length: atlas.state.n}, (_, row) => ({row, at: plot.screen(row)}));"
        " for (const p of points) p.room = Math.min(...points.filter(q => q !== p)"
        ".map(q => Math.hypot(p.at[0] - q.at[0], p.at[1] - q.at[1])));"
        " return points.sort((p, q) => q.room - p.room).slice(0, most).map(p => p.row); }",
        [number, most],
    )


def topmost_rows(page, most=5):
    """Rows of points that no later point covers on the first map, the freest first: their colour is visible."""
    return page.evaluate(
        "most => { const [plot] = document.querySelector('.point-map').atlas.plots, order = [...plot.points.data.rows];"
        " const points = order.map(row => ({row, at: plot.screen(row)}));"
        " points.forEach((p, i) => { p.room = Math.min(99, ...points.slice(i + 1)"
        ".map(q => Math.hypot(p.at[0] - q.at[0], p.at[1] - q.at[1]))); });"
        " return points.sort((p, q) => q.room - p.room).slice(0, most).map(p => p.row); }",
        most,
    )


def hover_point(page, row, number=0):
    """Moves the pointer onto a point, with a last step from beside it. Returns its position."""
    x, y = point_position(page, row, number)
    page.mouse.move(x - 3, y)
    page.mouse.move(x, y)
    return x, y


def hover_ms(page, x, y):
    """Time from a pointer event until the tooltip is visible and its thumbnail decoded."""
    return page.evaluate(
        """async ([x, y]) => {
          const start = performance.now(), tip = document.querySelector('.map-tooltip');
          document.elementFromPoint(x, y).dispatchEvent(new PointerEvent('pointermove', {clientX: x, clientY: y,
            bubbles: true, pointerType: 'mouse', pointerId: 1}));
          const image = tip.querySelector('img');
          while (tip.hidden || !image.complete || !image.naturalWidth) await new Promise(requestAnimationFrame);
          return performance.now() - start;
        }""",
        [x, y],
    )


def wait_for_transition(page):
    """Waits until all plots have completed their transition."""
    page.wait_for_function(
        "(() => { const {plots} = document.querySelector('.point-map').atlas;"
        " return plots.length && plots.every(plot => plot.transition.isComplete && !plot.animatingTo); })()"
    )


def screenshot(page, name):
    SHOTS.mkdir(exist_ok=True)
    page.wait_for_timeout(700)  # thumbnails load
    page.screenshot(path=SHOTS / f"map-{name}.png", full_page=True)


def colour_on_screen(page, x, y):
    pixels = Image.open(io.BytesIO(page.screenshot(clip={"x": x - 1, "y": y - 1, "width": 3, "height": 3})))
    return np.asarray(pixels.convert("RGB"))[1, 1]


def drag(page, corners):
    page.mouse.move(*corners[0])
    page.mouse.down()
    for corner in corners[1:]:
        page.mouse.move(*corner, steps=4)
    page.mouse.up()


def around(page, row, reach):
    x, y = point_position(page, row)
    return [(x - reach, y - reach), (x + reach, y - reach), (x + reach, y + reach), (x - reach, y + reach)]


def select_with_lasso(page, row=200, reach=70):
    """Returns the selected rows, once the address holds the selection."""
    wait_for_transition(page)
    page.get_by_role("button", name=EN["map_lasso"]).click()
    corners = around(page, row, reach)
    drag(page, [*corners, corners[0]])
    page.wait_for_function("new URLSearchParams(location.search).get('selection')?.startsWith('=polygon')")
    return selected(page)


def selected(page):
    return map_state(page, "[...state.selected.keys()].filter(row => state.selected[row])")


def saved(page, word):
    page.locator(".map-save summary").click()
    with page.expect_download() as download:
        page.get_by_role("button", name=EN[word]).click()
    return download.value
