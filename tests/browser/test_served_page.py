"""How the page reaches the browser: its weight, and below a path of a reverse proxy."""

import contextlib
import threading
import time

import httpx
import uvicorn
from playwright.sync_api import expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from tests import serving
from tests.browser.browsing import WIDE, go_to
from tests.serving import free_port, serve

MAX_FIRST_LOAD = 1_000_000  # bytes, compressed


def test_the_first_screen_weighs_less_than_a_megabyte(browser, server):
    context = browser.new_context(viewport={"width": WIDE[0], "height": WIDE[1]})
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    urls, sizes = {}, {}
    devtools.on("Network.responseReceived", lambda event: urls.update({event["requestId"]: event["response"]["url"]}))
    devtools.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    page.goto(server.url)
    page.wait_for_selector("#result .card")
    page.wait_for_timeout(5_000)
    total = sum(sizes.values())
    print(f"\n{total:,} bytes in {len(sizes)} responses")
    assert 200_000 < total < MAX_FIRST_LOAD
    assert not [url for url in urls.values() if "plotly" in url]
    go_to(page, "compare")
    assert [url for url in urls.values() if "plotly" in url]
    context.close()


@contextlib.contextmanager
def proxy_below(path, upstream):
    """A reverse proxy that serves `upstream` below a path, and passes on that path without its final slash."""
    client = httpx.AsyncClient(timeout=None)

    async def forward(request: Request):
        below = request.url.path.removeprefix(path) or "/"
        headers = [(name, value) for name, value in request.headers.raw if name != b"host"]
        headers += [(b"x-forwarded-host", request.headers["host"].encode()), (b"x-forwarded-proto", b"http")]
        url = httpx.URL(upstream + below, query=request.url.query.encode())
        sent = client.build_request(request.method, url, headers=headers, content=await request.body())
        answer = await client.send(sent, stream=True)
        for name in ("transfer-encoding", "content-length"):
            answer.headers.pop(name, None)
        return StreamingResponse(answer.aiter_raw(), answer.status_code, dict(answer.headers))

    routes = [Route(path + rest, forward, methods=["GET", "POST"]) for rest in ("", "/{rest:path}")]
    port = free_port()
    running = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), port=port, log_level="error"))
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.05)
    try:
        yield f"http://127.0.0.1:{port}{path}"
    finally:
        running.should_exit = True
        thread.join(5)


def test_the_page_comes_up_below_a_path_with_and_without_its_slash(browser, tmp_path, monkeypatch):
    of_tests = serving.app_environment
    monkeypatch.setattr(serving, "app_environment", lambda cache: {**of_tests(cache), "GRADIO_ROOT_PATH": "/atlas"})
    with (
        serve(tmp_path / "cache", "--checkpoints", "pca-lite0") as server,
        proxy_below("/atlas", server.url) as url,
    ):
        for address in (url, f"{url}/", f"{url}/zh-TW", f"{url}?k=3"):
            page = browser.new_page()
            page.goto(address)
            expect(page.locator("#result .card").first).to_be_visible()
            page.wait_for_function(
                "[...document.querySelectorAll('#result img')].every(image => image.naturalWidth > 0)"
            )
            expect(page.locator("#result .neighbours .card")).to_have_count(3 if "k=3" in address else 5)
            page.close()
