"""HTTP routes of the thumbnails: by content for cards, and by row for the map."""

from collections.abc import Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from app.components.http_cache import FOR_A_YEAR
from app.library.library import Library
from trainer.core.errors import UserError


def thumbnail_routes(library: Library) -> list[Route]:
    """`thumbnails/KEY`, see `Library.thumbnail_key`, and `map/thumbnails/GALLERY/ROW`; cached by the browser."""

    def by_key(request: Request) -> Response:
        return _image(lambda: library.thumbnail(request.path_params["key"]))

    def by_row(request: Request) -> Response:
        row = request.path_params["row"]
        if request.path_params["gallery"] != library.gallery.fingerprint or not 0 <= row < len(library.gallery):
            return Response(status_code=404)
        return _image(lambda: library.thumbnails[row])

    return [Route("/thumbnails/{key}", by_key), Route("/map/thumbnails/{gallery}/{row:int}", by_row)]


def _image(find: Callable[[], Path | None]) -> Response:
    """404 for None, and if the thumbnail is damaged and cannot be made again."""
    try:
        path = find()
    except UserError as error:
        return PlainTextResponse(str(error), status_code=404)
    return FileResponse(path, headers=FOR_A_YEAR) if path else Response(status_code=404)
