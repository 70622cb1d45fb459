"""What the map asks of the server beside Gradio's events: its files, pictures by row, its script, and exports."""

import gzip

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from app.context import Context
from app.map.export import EXPORTS, View
from app.map.script import module
from app.translator import Translator, languages
from trainer.core.errors import UserError

FOR_A_YEAR = {"Cache-Control": "public, max-age=31536000, immutable"}
MAX_BODY = 4_000_000  # bytes of a view; two masks of ten million pictures


def map_routes(context: Context) -> list[Route]:
    """All that is served under a name that changes with its content may be kept by the browser for good."""
    script_name, script_text = module()
    script = gzip.compress(script_text.encode(), mtime=0)

    def file(request: Request) -> Response:
        packed = context.library.maps.file(request.path_params["name"])
        return _zipped(request, packed, "application/octet-stream") if packed else Response(status_code=404)

    def picture(request: Request) -> Response:
        row = request.path_params["row"]
        if request.path_params["gallery"] != context.library.gallery.fingerprint or not 0 <= row < len(
            context.library.gallery
        ):
            return Response(status_code=404)
        return FileResponse(context.library.thumbnails[row], headers=FOR_A_YEAR)

    def code(request: Request) -> Response:
        return _zipped(request, script, "text/javascript; charset=utf-8")

    async def export(request: Request) -> Response:
        make = EXPORTS.get(request.path_params["kind"])
        if make is None:
            return Response(status_code=404)
        size = request.headers.get("content-length", "")
        if not size.isdecimal() or int(size) > MAX_BODY:
            return PlainTextResponse(f"Expected a view of at most {MAX_BODY:,} bytes.", status_code=413)
        body = await request.body()
        localised = _in_language(context, request.query_params.get("lang"))
        try:
            name, kind, content = await run_in_threadpool(lambda: make(localised, View.read(context.library, body)))
        except UserError as error:
            return PlainTextResponse(localised.t.error(error), status_code=400)
        return Response(content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})

    return [
        Route("/map/files/{name}", file),
        Route("/map/pictures/{gallery}/{row:int}", picture),
        Route(f"/static/{script_name}", code),
        Route("/map/export/{kind}", export, methods=["POST"]),
    ]


def _in_language(context: Context, lang: str | None) -> Context:
    """The context in the language of the page that sent the request; `context` itself for an unknown language."""
    return Context(context.library, Translator(lang)) if lang in languages() else context


def _zipped(request: Request, packed: bytes, kind: str) -> Response:
    """gzip as it lies there for those who take it, which is every browser."""
    headers = FOR_A_YEAR | {"Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed, media_type=kind, headers=headers | {"Content-Encoding": "gzip"})
    return Response(gzip.decompress(packed), media_type=kind, headers=headers)
