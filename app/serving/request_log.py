"""The operator's log on standard error: a line per request with time, duration and outcome; nothing of an image.

configure_log(verbose=False)
log_request("/search", 0.41, "ok")          # 2026-11-28 07:12:03 /search 0.41 s ok
"""

import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOG = logging.getLogger("guie_atlas")
LOGGED_PATHS = ("/map/clusters/", "/map/export/", "/compare/", "/healthz")


def configure_log(verbose: bool) -> None:
    """`verbose`: also the tracebacks of failures."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%Y-%m-%d %H:%M:%S"))
    LOG.handlers = [handler]
    LOG.setLevel(logging.DEBUG if verbose else logging.INFO)
    LOG.propagate = False


def log_request(name: str, seconds: float, outcome: str) -> None:
    LOG.info("%s %.2f s %s", name, seconds, outcome)


def log_failure(error: BaseException) -> None:
    """What failed and where; the traceback only if the log is verbose."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "unknown"
    text = " ".join(str(error).split())[:300]
    LOG.error("%s: %s (%s)", type(error).__name__, text, place, exc_info=error if LOG.level == logging.DEBUG else None)


class RequestLog:
    """ASGI middleware: a line for each request for a page or below LOGGED_PATHS. Events are logged elsewhere."""

    def __init__(self, app: ASGIApp, pages: tuple[str, ...]) -> None:
        self._app, self._pages = app, pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or not (path in self._pages or path.startswith(LOGGED_PATHS)):
            await self._app(scope, receive, send)
            return
        start, status = time.monotonic(), 500

        async def note_status(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(scope, receive, note_status)
        finally:
            log_request(f"{scope['method']} {path}", time.monotonic() - start, str(status))
