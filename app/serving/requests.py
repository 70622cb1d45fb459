"""ASGI middleware around the whole page: a line in the log, bounded bodies, and no traceback for wrong requests.

Gradio answers some requests of a wrong form with an exception, and a refused query with status 500; the operator would
find pages of tracebacks, and alarms.
"""

import contextlib
import logging
import time
from contextvars import ContextVar
from pathlib import Path

from gradio.utils import get_upload_folder
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.serving.request_log import log_failure, log_request
from app.serving.uploads_folder import is_full

LOGGED_PATHS = ("/map/clusters/", "/map/export/", "/compare/", "/healthz")
UPLOAD = "/gradio_api/upload"  # Gradio limits its size
MAX_BODY = 4_000_000  # bytes: a selection of ten million images in an event
TOO_LARGE = f"Expected a body of at most {MAX_BODY:,} bytes, whose size is in the header Content-Length."
FULL = "Many images were uploaded in the last minutes; try again in five minutes."
NOT_USABLE = 'The request has a form that cannot be used; "Use via API" on the page describes what is expected.'
_STATE: ContextVar[dict[str, bool]] = ContextVar("state of the request")


class Requests:
    """Logs requests for a page, below LOGGED_PATHS, and those that fail. Gradio's events are logged elsewhere."""

    def __init__(self, app: ASGIApp, pages: tuple[str, ...]) -> None:
        self._app, self._pages = app, pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path, start, status = scope["path"], time.monotonic(), 0
        state: dict[str, bool] = {}
        _STATE.set(state)

        async def note_status(message: Message) -> None:
            nonlocal status
            if message.get("status") == 500 and state.get("refused"):
                message = {**message, "status": 400}
            status = message.get("status", status)
            await send(message)

        if _is_too_large(scope):
            await JSONResponse({"detail": TOO_LARGE}, 413)(scope, receive, note_status)
        elif scope["method"] == "POST" and path.endswith(UPLOAD) and is_full(Path(get_upload_folder())):
            await JSONResponse({"detail": FULL}, 503)(scope, receive, note_status)
        else:
            try:
                await self._app(scope, receive, note_status)
            except Exception as error:
                log_failure(error, logging.DEBUG if status else logging.INFO)
                if status:  # the answer was begun
                    with contextlib.suppress(Exception):
                        await send({"type": "http.response.body", "body": b"", "more_body": False})
                else:
                    await JSONResponse({"detail": NOT_USABLE}, 400)(scope, receive, note_status)
        if status >= 400 or path in self._pages or path.startswith(LOGGED_PATHS):
            log_request(f"{scope['method']} {path}", time.monotonic() - start, str(status))


def mark_refused() -> None:
    """The answer to the request that is being handled, if any, is a sentence about it and no failure of the server."""
    _STATE.get({})["refused"] = True


def wrong_form(request: Request, error: Exception) -> Response:
    """The answer to a request that FastAPI could not validate; its own lists types and places."""
    return JSONResponse({"detail": NOT_USABLE}, 422)


def _is_too_large(scope: Scope) -> bool:
    """A request with a body must say how large it is; every browser does."""
    if scope["method"] in ("GET", "HEAD", "OPTIONS") or scope["path"].startswith(UPLOAD):
        return False
    headers = dict(scope["headers"])
    size = headers.get(b"content-length", b"" if b"transfer-encoding" in headers else b"0")
    return not size.isdigit() or int(size) > MAX_BODY
