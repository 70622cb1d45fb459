"""HTTP routes of the map beside Gradio's events: packed files, clusters, JavaScript, and exports."""

import gzip

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from app.components.http_cache import FOR_A_YEAR
from app.context import Context
from app.map.clusters import cluster_file
from app.map.export import EXPORTS
from app.map.script import base_url, modules
from app.map.view import MapView
from app.translator import Translator, languages
from trainer.core.errors import UserError

MAX_BODY = 4_000_000  # bytes of a view: two masks of ten million images


def map_routes(context: Context) -> list[Route]:
    """Browsers may cache everything for a year whose URL changes with its content: all but the exports."""
    library = context.library
    scripts = {name: gzip.compress(source.encode(), mtime=0) for name, source in modules().items()}

    def file(request: Request) -> Response:
        packed = library.maps.file(request.path_params["name"])
        return _gzipped(request, packed, "application/octet-stream")

    def script(request: Request) -> Response:
        packed = scripts.get(request.path_params["name"])
        return _gzipped(request, packed, "text/javascript; charset=utf-8")

    def clusters(request: Request) -> Response:
        number, method, size = (request.path_params[name] for name in ("checkpoint", "method", "number"))
        if not 0 <= number < len(library.names):
            return Response(status_code=404)
        try:
            packed = cluster_file(library, library.names[number], method, size)
        except UserError as error:
            localised = _in_language(context, request.query_params.get("lang"))
            return PlainTextResponse(localised.t.error(error), status_code=400)
        response = _gzipped(request, packed, "application/octet-stream")
        response.headers["Cache-Control"] = "no-cache"  # another checkpoint may have this number later
        return response

    async def export(request: Request) -> Response:
        create = EXPORTS.get(request.path_params["kind"])
        if create is None:
            return Response(status_code=404)
        size = request.headers.get("content-length", "")
        if not size.isdecimal() or int(size) > MAX_BODY:
            return PlainTextResponse(f"Expected a view of at most {MAX_BODY:,} bytes.", status_code=413)
        body = await request.body()
        localised = _in_language(context, request.query_params.get("lang"))
        try:
            download = await run_in_threadpool(lambda: create(localised, MapView.read(library, body)))
        except UserError as error:
            return PlainTextResponse(localised.t.error(error), status_code=400)
        headers = {"Content-Disposition": f'attachment; filename="{download.name}"'}
        return Response(download.content, media_type=download.media_type, headers=headers)

    return [
        Route("/map/files/{name}", file),
        Route(f"/{base_url()}/{{name:path}}", script),
        Route("/map/clusters/{checkpoint:int}/{method}/{number:int}", clusters),
        Route("/map/export/{kind}", export, methods=["POST"]),
    ]


def _in_language(context: Context, lang: str | None) -> Context:
    """The context in the language of the page that sent the request; `context` itself for an unknown language."""
    return Context(context.library, Translator(lang)) if lang in languages() else context


def _gzipped(request: Request, packed: bytes | None, media_type: str) -> Response:
    """The gzip as it is for clients that accept it, which every browser does; 404 for None."""
    if packed is None:
        return Response(status_code=404)
    headers = FOR_A_YEAR | {"Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed, media_type=media_type, headers=headers | {"Content-Encoding": "gzip"})
    return Response(gzip.decompress(packed), media_type=media_type, headers=headers)
