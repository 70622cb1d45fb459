"""The images of the gallery by object type and class, page by page: a part of the Search tab."""

from functools import partial

import gradio as gr
import numpy as np

from app.components import cards
from app.components.events import EACH, QUIET, Payload, image_cards, payload_of
from app.components.pager import pager
from app.context import Context
from app.errors import show_user_errors

PER_PAGE = 24


@show_user_errors
def show_page(context: Context, object_type: str, class_name: str, page: int = 0) -> str:
    """Small cards of the images of an object type and class; "" is all of them."""
    rows = matching_rows(context, object_type, class_name)
    n_pages = max(1, -(-len(rows) // PER_PAGE))
    page = min(max(page, 0), n_pages - 1)
    shown = rows[page * PER_PAGE : (page + 1) * PER_PAGE].tolist()
    return cards.grid(context, shown, context.t("n_images", n=len(rows))) + pager(page, n_pages, context.t)


@show_user_errors
def turn_page(context: Context, payload: Payload, object_type: str, class_name: str) -> str:
    """Another `page` of the images."""
    page = payload.get("page")
    return show_page(context, object_type, class_name, page if isinstance(page, int) else 0)


def matching_rows(context: Context, object_type: str, class_name: str) -> np.ndarray:
    """Row numbers; images of all object types in turn, so that the first page shows each."""
    gallery = context.library.gallery
    chosen = np.ones(len(gallery), bool)
    if object_type:
        chosen &= gallery.object_types == object_type
    if class_name:
        chosen &= gallery.classes == class_name
    rows = np.flatnonzero(chosen)
    depth = np.zeros(len(rows), int)
    for name in gallery.type_order:
        of_type = gallery.object_types[rows] == name
        depth[of_type] = np.arange(of_type.sum())
    return rows[np.argsort(depth, kind="stable")]


def class_choices(context: Context, object_type: str) -> list[tuple[str, str]]:
    """Text and value of each class of an object type, and of "all"."""
    classes = sorted({name for name in context.library.gallery.classes if name.startswith(f"{object_type}/")})
    named = [(name.partition("/")[2].replace("_", " "), name) for name in classes] if object_type else []
    return [(context.t("all_classes"), ""), *named]


def build_browser(context: Context) -> gr.HTML:
    """Returns the cards, whose images can be selected."""
    t = context.t
    types = [(t("all_types"), ""), *((t.object_type(name), name) for name in context.library.gallery.type_order)]
    gr.Markdown(f"## {t('browse')}")
    with gr.Row():
        object_type = gr.Dropdown(types, value="", label=t("object_type"), elem_id="browse-type", min_width=150)
        class_name = gr.Dropdown(
            class_choices(context, ""), value="", label=t("class"), elem_id="browse-class", min_width=150
        )
    images = image_cards(show_page(context, "", ""), elem_id="browse-images")

    def on_turn_page(event: gr.EventData, object_type, class_name):
        return turn_page(context, payload_of(event), object_type, class_name)

    images.turn_page(on_turn_page, [object_type, class_name], images, **QUIET, **EACH)
    object_type.input(
        lambda chosen: gr.Dropdown(class_choices(context, chosen), value=""), object_type, class_name, **QUIET
    )
    for choice in (object_type, class_name):
        choice.change(partial(show_page, context), [object_type, class_name], images, **QUIET)
    return images
