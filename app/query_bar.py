"""The bar above the tabs: the query, the checkpoint and the number of neighbours, which all tabs share.

shared = build_query_bar(context)
shared.query.change(handler, [shared.query, shared.checkpoint, shared.k], result)
"""

from dataclasses import dataclass
from functools import partial

import gradio as gr

from app.components.events import Payload, scroll_to
from app.components.image_input import image_input, on_upload
from app.context import Context
from app.errors import show_user_errors
from app.library.crop import crop
from app.library.query import Query

DEFAULT_K = 5
DIGEST = 16  # characters of the SHA-256 of an uploaded file, in the address
MAX_K = 20
KEEP_S = 3600  # how long a visitor's query is kept
# After a new query, the answer on the open tab must be in view: on a phone, and from a card far below.
SCROLL_TO_ANSWER = scroll_to(".query-answer, .map-plots")


@dataclass(frozen=True)
class SharedState:
    """The components whose values all tabs share. `open_tab`: a key of `page.TABS`. `query`: a Query or None."""

    open_tab: gr.State
    query: gr.State
    image: gr.Image
    checkpoint: gr.Dropdown
    k: gr.Slider


@show_user_errors
def select_file(context: Context, path: str) -> Query:
    """An uploaded image becomes the query; the file of a gallery image is that image."""
    return context.library.query_from_upload(path, context.t("your_image"))


@show_user_errors
def select_image(context: Context, payload: Payload) -> Query:
    """The image with the `id` of the card that was clicked becomes the query."""
    return context.library.query_from_id(str(payload.get("id")))


@show_user_errors
def crop_query(context: Context, payload: Payload, query: Query | None) -> Query:
    """The region between `left`, `top`, `right` and `bottom`, 0..1 of the query's image, becomes the query.

    Without a query, of the first query of the gallery.
    """
    region = [payload.get(side) for side in ("left", "top", "right", "bottom")]
    return crop(context.library, query or context.library.first_query(), region)


@show_user_errors
def whole_query(context: Context, query: Query | None) -> Query | None:
    """The whole image of a region becomes the query again."""
    return query.whole if query and query.whole else query


def address_id(query: Query | None) -> str:
    """What the address of the page says of a query: its `image_id`, or `upload-DIGEST`; "" without a query.

    Of a region, it is that of the whole image.
    """
    if query is None:
        return ""
    query = query.whole or query
    return query.image_id or f"upload-{query.content[:DIGEST]}"


def first_k(context: Context) -> int:
    """The number of neighbours that the page opens with."""
    return min(DEFAULT_K, len(context.library.gallery))


def largest_k(context: Context) -> int:
    """The largest number of neighbours that the page offers."""
    return max(2, min(MAX_K, len(context.library.gallery)))  # a slider needs two ends, also for a single image


def build_query_bar(context: Context) -> SharedState:
    library, t = context.library, context.t
    open_tab = gr.State("search")
    query = gr.State(None, time_to_live=KEEP_S)
    with gr.Row(elem_classes="query-bar"):
        image = image_input(context, height=60, elem_id="query-image", scale=2, min_width=200)
        checkpoint = gr.Dropdown(
            library.names, value=library.best, label=t("checkpoint"), elem_id="checkpoint", min_width=150
        )
        k = gr.Slider(
            1, largest_k(context), value=first_k(context), step=1, label=t("k"), min_width=150, elem_id="k"
        )  # fmt: skip
        k.preprocess = lambda payload: payload  # type: ignore[method-assign]  # `answer` refuses in one sentence
    on_upload(image, partial(select_file, context), query, SCROLL_TO_ANSWER)
    return SharedState(open_tab, query, image, checkpoint, k)
