"""Search: a picture in, its nearest neighbours out. Handlers first, then layout, then wiring."""

import random
from functools import partial
from typing import Any

import gradio as gr
import numpy as np

from app.components import cards
from app.components.image_input import picked_id, pictures, query_image
from app.context import Context
from app.errors import show_user_errors
from app.library.examples import EXAMPLES
from app.library.library import Library, Query
from trainer.core.errors import UserError

SHOWN = 12  # gallery pictures offered at once
MAX_K = 20
# On a narrow page the answer stands below the fold.
SEE_ANSWER = "() => { if (innerWidth < 700) document.querySelector('#answer').scrollIntoView({behavior: 'smooth'}); }"


@show_user_errors
def search(library: Library, image: str, checkpoint: str, k: int) -> list[dict]:
    """The `/search` endpoint: the k nearest pictures to an image file, best first."""
    if not image:
        raise UserError("No picture was given: expected an image file.")
    found = library.answer(library.query_from_file(image), checkpoint, k)
    table = library.gallery.table
    return [
        {
            "rank": rank,
            "image_id": table["image_id"].iloc[row],
            "object_type": table["object_type"].iloc[row],
            "class_name": table["class_name"].iloc[row],
            "similarity": round(float(similarity), 6),
        }
        for rank, (row, similarity) in enumerate(zip(found.rows, found.similarity, strict=True), start=1)
    ]


@show_user_errors
def ask_file(context: Context, path: str | None) -> Query | None:
    """An uploaded picture becomes the query; a bad one becomes a sentence and leaves nothing behind."""
    return context.library.query_from_file(path, context.t("your_picture")) if path else None


@show_user_errors
def ask_id(library: Library, picture_id: str) -> Query:
    """A picture that was pressed becomes the query."""
    return library.query_from_id(picture_id)


@show_user_errors
def show(context: Context, query: Query | None, checkpoint: str, k: int) -> str:
    """The answer to the query as HTML, or the invitation to ask."""
    if query is None:
        return cards.empty(context.t("empty_search"), context.t("empty_search_hint"))
    return cards.answer(context, query, context.library.answer(query, checkpoint, k), checkpoint)


def offer(context: Context, object_type: str | None, seed: int = 0) -> str:
    """Some gallery pictures to choose from, of one object type or of all in turn."""
    types = context.library.gallery.object_types
    chosen = [object_type] if object_type in context.library.gallery.type_order else context.library.gallery.type_order
    rng = random.Random(seed)
    of_kind = [np.flatnonzero(types == kind).tolist() for kind in chosen]
    piles = [rng.sample(rows, min(SHOWN, len(rows))) for rows in of_kind]
    rows = [pile[depth] for depth in range(SHOWN) for pile in piles if depth < len(pile)][:SHOWN]
    available = sum(map(len, of_kind))
    return cards.grid(context, rows) + f"<p class='quiet'>{context.t('showing', shown=len(rows), n=available)}</p>"


def build(context: Context, query: gr.State) -> None:
    seed = gr.State(0)
    kinds = [(context.t("all_types"), "")] + [
        (context.t.object_type(name), name) for name in context.library.gallery.type_order
    ]
    with gr.Row():
        with gr.Column(scale=2, min_width=300):
            image = query_image(context.t, height=240, elem_id="query-image")
            checkpoint = gr.Dropdown(
                context.library.names,
                value=context.library.best,
                label=context.t("checkpoint"),
                elem_id="search-checkpoint",
            )
            most = max(
                2, min(MAX_K, len(context.library.gallery))
            )  # a slider needs two ends, also for a single picture
            k = gr.Slider(1, most, value=min(5, len(context.library.gallery)), step=1, label=context.t("k"))
            gr.Markdown(f"#### {context.t('examples')}")
            examples = pictures(cards.example_grid(list(EXAMPLES)), elem_id="examples")
            gr.Markdown(f"#### {context.t('from_gallery')}")
            kind = gr.Dropdown(kinds, value="", label=context.t("object_type"))
            offered = pictures(offer(context, None), elem_id="offered")
            others = gr.Button(context.t("others"), size="sm")
        with gr.Column(scale=5, min_width=320):
            result = pictures(show(context, None, context.library.best, 5), elem_id="answer")

    def pick(event: gr.EventData):
        return ask_id(context.library, picked_id(event))

    asked: dict[str, Any] = {"show_progress": "minimal", "show_progress_on": result, "api_visibility": "private"}
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    # The box is empty again after each picture: the query stands beside its answer, and a bad file stands nowhere.
    uploaded = image.input(partial(ask_file, context), image, query, **asked)
    uploaded.success(lambda: None, None, image, **quiet).then(js=SEE_ANSWER)
    uploaded.failure(lambda: None, None, image, **quiet)
    for shown in (examples, offered, result):
        shown.select_image(pick, None, query, **asked).then(js=SEE_ANSWER)
    # The answer follows the query, also one that was given or put away on another tab.
    for change in (query.change, checkpoint.change, k.change):
        change(partial(show, context), [query, checkpoint, k], result, **quiet)
    kind.change(partial(offer, context), [kind, seed], offered, **quiet)
    others.click(lambda seed: seed + 1, seed, seed, **quiet).then(
        partial(offer, context), [kind, seed], offered, **quiet
    )

    def endpoint(image: str, checkpoint: str, k: int) -> list:
        return search(context.library, image, checkpoint, k)

    gr.Button(visible=False).click(endpoint, [image, checkpoint, k], gr.JSON(visible=False), api_name="search")
