"""The page: a header, and three tabs over one library. `build_page` draws it, `launch` serves it.

`search_tab.py`, `map_tab.py` and `compare_tab.py` each hold their handlers (plain functions), their layout and their
wiring; what they show is made in `cards.py` and `figures.py`, what they know comes from `library.py`.
"""

import sys
import threading
from html import escape
from pathlib import Path

import gradio as gr
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from app.components.plotly_js import PREFETCH, plotly_file
from app.context import Context
from app.library.library import Library
from app.map.component import prefetch
from app.map.routes import FOR_A_YEAR, map_routes
from app.map.script import STYLES
from app.settings import Settings
from app.tabs import compare as compare_tab
from app.tabs import map as map_tab
from app.tabs import search as search_tab
from app.translator import Translator

MAX_UPLOAD = "20mb"
KEPT_S = 3600  # how long a visitor's pictures stay
SYSTEM_FONTS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "Noto Sans TC", "sans-serif")


def build_page(library: Library, lang: str) -> gr.Blocks:
    """All of the page; nothing is computed here."""
    t = Translator(lang)
    with gr.Blocks(title=t("title"), analytics_enabled=False, delete_cache=(KEPT_S, KEPT_S)) as demo:
        query = gr.State(None, time_to_live=KEPT_S)  # the last one asked on any tab
        gr.HTML(_header(Context(library, t)), apply_default_css=False)
        with gr.Tab(t("search")):
            search_tab.build(Context(library, t), query)
        with gr.Tab(t("map")) as tab:
            map_tab.build(Context(library, t), query, tab)
        with gr.Tab(t("compare")) as tab:
            compare_tab.build(Context(library, t), query, tab)
    return demo


def launch(demo: gr.Blocks, library: Library, settings: Settings) -> None:
    """Serve until interrupted. A port that is taken ends in one sentence and status 2."""
    threading.Thread(target=library.warm_up, daemon=True).start()
    try:
        demo.launch(
            server_name=settings.host,
            server_port=settings.port,
            max_file_size=MAX_UPLOAD,
            show_error=True,
            ssr_mode=False,
            footer_links=["api", "settings"],
            theme=gr.themes.Default(
                primary_hue="teal", neutral_hue="slate", font=SYSTEM_FONTS, font_mono=("monospace",)
            ),
            head=PREFETCH + prefetch() + f"<script>document.documentElement.lang = {settings.lang!r}</script>",
            css_paths=[Path(__file__).with_name("style.css"), *STYLES],
            app_kwargs={"routes": _routes(library) + map_routes(Context(library, Translator(settings.lang)))},
        )
    except OSError:  # Gradio's own message names neither the reason nor our options
        place = f"Port {settings.port or '7860 or later'} of {settings.host or 'this machine'}"
        print(f"{place} is in use or not ours to listen on; choose another with --port or --host.", file=sys.stderr)
        sys.exit(2)


def _header(context: Context) -> str:
    gallery = context.library.gallery
    facts = context.t(
        "gallery",
        n=len(gallery),
        types=len(gallery.type_order),
        classes=len(set(gallery.classes) - {""}),
        name=gallery.name,
    )
    notices = "".join(f'<p class="notice" role="alert">{escape(notice)}</p>' for notice in context.library.notices)
    lead = f"<p>{escape(context.t('lead'))}</p><p class='quiet'>{escape(facts)}</p>"
    return f"<header><h1>{context.t('title')}</h1>{lead}{notices}</header>"


def _routes(library: Library) -> list[Route]:
    """Thumbnails by content, and plotly.js: both may be kept by the browser for good."""

    def thumbnail(request: Request) -> Response:
        path = library.files.get(request.path_params["key"])
        return FileResponse(path, headers=FOR_A_YEAR) if path else Response(status_code=404)

    def plotly(request: Request) -> Response:
        return FileResponse(
            plotly_file(), media_type="text/javascript", headers={"Cache-Control": "public, max-age=86400"}
        )

    return [Route("/thumbnails/{key}", thumbnail), Route("/static/plotly.min.js", plotly)]
