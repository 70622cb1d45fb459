"""The page: a header and three tabs over one library, once per language. `build_page` draws it, `launch` serves it.

Each module of `tabs/` has its handlers (plain functions), its layout and its wiring. `components/` makes the HTML and
the charts, `library/` answers queries.
"""

import json
import socket
import sys
import threading
from pathlib import Path

import gradio as gr
from fastapi.exceptions import RequestValidationError
from gradio.utils import get_upload_folder
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from app.address import TABS, build_address
from app.compare.routes import report_routes
from app.components.plotly_js import plotly_file
from app.components.templating import render
from app.context import Context
from app.library.library import Library
from app.map.component import prefetch
from app.map.routes import map_routes
from app.query_bar import build_query_bar
from app.serving.blocks import AtlasBlocks
from app.serving.health import health_route
from app.serving.request_log import configure_log
from app.serving.requests import Requests, wrong_form
from app.serving.served_page import ServedPage, first_script
from app.serving.sessions import use_light_sessions
from app.serving.thumbnail_routes import thumbnail_routes
from app.serving.uploads_folder import keep_clean
from app.settings import LANGUAGES, Settings
from app.tabs import compare as compare_tab
from app.tabs import map as map_tab
from app.tabs import search as search_tab
from app.theme import STYLE_SHEETS, THEME
from app.translator import Translator

MAX_UPLOAD = "20mb"
KEEP_FILE_S = 300  # how long the file of a call of `/search` stays on disk; the page deletes its own at once
HEADER_JS = """document.documentElement.lang = LANG;
element.querySelector('[aria-pressed]').setAttribute(
  'aria-pressed', document.documentElement.classList.contains('projector'));"""


def build_page(library: Library, lang: str) -> AtlasBlocks:
    """The page in `lang` at `/`, and in each other language at `/LANGUAGE`. Nothing is computed here."""
    title = Translator(lang)("title")
    with AtlasBlocks(lang, title=title, analytics_enabled=False, delete_cache=(60, KEEP_FILE_S)) as demo:
        _build_tabs(Context(library, Translator(lang)), lang)
    for other in LANGUAGES:
        if other != lang:
            with demo.route(title, f"/{other}", show_in_navbar=False):
                _build_tabs(Context(library, Translator(other)), lang)
    return demo


def _build_tabs(context: Context, default_lang: str) -> None:
    t = context.t
    gr.HTML(
        _header(context, default_lang),
        js_on_load=HEADER_JS.replace("LANG", json.dumps(t.lang)),
        apply_default_css=False,
    )
    shared = build_query_bar(context)
    with gr.Tabs(selected=TABS[0], elem_id="tabs") as tabs:
        opened = [gr.Tab(t(name), id=name) for name in TABS]
        with opened[0]:
            search_tab.build(context, shared, endpoint=t.lang == default_lang)
        with opened[1]:
            map_components = map_tab.build(context, shared)
        with opened[2]:
            compare_tab.build(context, shared)
    build_address(context, tabs, shared, map_components)


def _header(context: Context, default_lang: str) -> str:
    t, gallery = context.t, context.library.gallery
    languages = [
        {
            "lang": lang,
            "name": Translator(lang)("language_name"),
            "href": "./" if lang == default_lang else lang,
            "current": lang == t.lang,
        }
        for lang in LANGUAGES
    ]
    facts = t(
        "gallery",
        images=t("n_images", n=len(gallery)),
        types=t("n_object_types", n=len(gallery.type_order)),
        classes=t("n_classes", n=len(set(gallery.classes) - {""})),
        name=gallery.name,
    )
    return render(
        "header.html.j2",
        title=t("title"),
        facts=facts,
        skip=t("skip_link"),
        settings_label=t("language"),
        projector=t("projector"),
        languages=languages,
        notices=context.library.notices,
    )


def launch(demo: AtlasBlocks, library: Library, settings: Settings) -> None:
    """Serve until interrupted. A port that is in use ends in one sentence and exit status 2."""
    paths = ("/", *(f"/{lang}" for lang in LANGUAGES))
    _check_host(settings.host)
    configure_log(settings.verbose)
    keep_clean(Path(get_upload_folder()), KEEP_FILE_S)
    threading.Thread(target=library.warm_up, daemon=True).start()
    routes = [
        Route("/static/plotly.min.js", _plotly),
        health_route(demo),
        Route("/gradio_api/deep_link", _not_found),  # Gradio would write a file for anyone who asks
        *thumbnail_routes(library),
        *report_routes(library),
        *map_routes(Context(library, Translator(settings.lang))),
    ]
    try:
        demo.launch(
            server_name=settings.host,
            server_port=settings.port,
            max_file_size=MAX_UPLOAD,
            show_error=False,  # errors for visitors are sentences of `AtlasBlocks`
            ssr_mode=False,
            enable_monitoring=False,  # its page shows what visitors call
            footer_links=["api", "settings"],
            prevent_thread_lock=True,
            theme=THEME,
            head=prefetch(),
            css_paths=STYLE_SHEETS,
            app_kwargs={
                "routes": routes,
                "exception_handlers": {RequestValidationError: wrong_form},
                "middleware": [
                    Middleware(Requests, pages=paths),
                    Middleware(ServedPage, paths=paths, script=first_script(LANGUAGES)),
                ],
            },
        )
        use_light_sessions(demo)
        demo.block_thread()
    except OSError:  # Gradio's own message names neither the reason nor our options
        address = f"Port {settings.port or '7860 or later'} of {settings.host or 'this machine'}"
        print(f"{address} is in use or not permitted; choose another with --port or --host.", file=sys.stderr)
        sys.exit(2)


def _check_host(host: str | None) -> None:
    """Ends in one sentence and exit status 2 if a name has no address."""
    try:
        socket.getaddrinfo(host or None, 0)
    except (OSError, UnicodeError):
        print(f"--host {host}: expected an address of this machine, such as 127.0.0.1 or 0.0.0.0.", file=sys.stderr)
        sys.exit(2)


def _not_found(request: Request) -> Response:
    return Response(status_code=404)


def _plotly(request: Request) -> Response:
    headers = {"Cache-Control": "public, max-age=86400"}
    return FileResponse(plotly_file(), media_type="text/javascript", headers=headers)
