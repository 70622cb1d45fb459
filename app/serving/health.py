"""The HTTP route `/healthz` for whoever operates the page: whether it serves, and how many events wait."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.serving.blocks import AtlasBlocks
from trainer import __version__


def health_route(demo: AtlasBlocks) -> Route:
    """`{"status": "ok", "version": "...", "waiting": 0}`."""

    def health(request: Request) -> Response:
        return JSONResponse(
            {"status": "ok", "version": __version__, "waiting": len(demo._queue)}, headers={"Cache-Control": "no-store"}
        )

    return Route("/healthz", health)
