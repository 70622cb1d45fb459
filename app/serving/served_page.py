"""The HTML of the pages on its way to the browser: a first script in its head, and gzip.

Gradio adds the `head` of `launch` only after it has loaded its own files by relative URLs, and compresses only those.
"""

import json
from collections.abc import Sequence

from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.components.templating import render


def first_script(languages: Sequence[str]) -> str:
    """Runs before anything is loaded. The projector mode of the last visit is kept.

    Relative URLs need a path that ends in a slash or in a language: `/atlas` becomes `/atlas/`.
    """
    return str(render("first_script.html.j2", languages=json.dumps(languages)))


class ServedPage:
    """ASGI middleware for the `paths` of the pages; all other requests pass unchanged."""

    def __init__(self, app: ASGIApp, paths: Sequence[str], script: str) -> None:
        self._app, self._paths, self._script = app, paths, script.encode()
        self._page = GZipMiddleware(BaseHTTPMiddleware(app, dispatch=self._insert_script))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_page = scope["type"] == "http" and scope["method"] == "GET" and scope["path"] in self._paths
        await (self._page if is_page else self._app)(scope, receive, send)

    async def _insert_script(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        response = await call_next(request)
        if response.status_code != 200:
            return response
        html = b"".join([part async for part in response.body_iterator])  # type: ignore[attr-defined]
        return HTMLResponse(html.replace(b"<head>", b"<head>" + self._script, 1))
