"""Search: an image in, its nearest neighbours out. Handlers first, then layout, then wiring."""

import random
from functools import partial

import gradio as gr
import numpy as np

from app.components import cards
from app.components.events import QUIET, WITH_PROGRESS, Payload, image_cards, payload_of
from app.components.image_input import image_input, on_upload
from app.context import Context
from app.errors import show_user_errors
from app.library.examples import EXAMPLES
from app.library.query import Query
from app.translator import Translator
from trainer.core.errors import UserError

N_SAMPLES = 12  # gallery images to choose from
MAX_K = 20
# On a narrow page the result is below the fold.
SCROLL_TO_RESULT = (
    "() => { if (innerWidth < 700) document.querySelector('#result').scrollIntoView({behavior: 'smooth'}); }"
)


@show_user_errors
def search(context: Context, image: str, checkpoint: str, k: int) -> list[dict]:
    """The `/search` endpoint: the k nearest images to an image file, best first."""
    if not image:
        raise UserError("No image was given: expected an image file.", key="image_missing")
    result = context.library.answer(context.library.query_from_file(image), checkpoint, k)
    table = context.library.gallery.table
    return [
        {
            "rank": rank,
            "image_id": table["image_id"].iloc[row],
            "object_type": table["object_type"].iloc[row],
            "class_name": table["class_name"].iloc[row],
            "similarity": round(float(similarity), 6),
        }
        for rank, (row, similarity) in enumerate(zip(result.rows, result.similarity, strict=True), start=1)
    ]


@show_user_errors
def select_file(context: Context, path: str | None) -> Query | None:
    """An uploaded image becomes the query."""
    return context.library.query_from_file(path, context.t("your_image")) if path else None


@show_user_errors
def select_image(context: Context, payload: Payload) -> Query:
    """The image with the `id` of the card that was clicked becomes the query."""
    return context.library.query_from_id(str(payload.get("id")))


@show_user_errors
def show_result(context: Context, query: Query | None, checkpoint: str, k: int) -> str:
    """The answer to the query as HTML, or a note if there is no query."""
    if query is None:
        return cards.empty(context.t("empty_search"), context.t("empty_search_hint"))
    return cards.answer(context, query, context.library.answer(query, checkpoint, k), checkpoint)


def sample_images(context: Context, object_type: str | None, seed: int = 0) -> str:
    """A random sample of gallery images, of one object type, or of all object types in turn."""
    gallery = context.library.gallery
    chosen = [object_type] if object_type in gallery.type_order else gallery.type_order
    rng = random.Random(seed)
    rows_of_type = [np.flatnonzero(gallery.object_types == name).tolist() for name in chosen]
    samples = [rng.sample(rows, min(N_SAMPLES, len(rows))) for rows in rows_of_type]
    rows = [sample[depth] for depth in range(N_SAMPLES) for sample in samples if depth < len(sample)][:N_SAMPLES]
    count = context.t("showing", shown=len(rows), n=sum(map(len, rows_of_type)))
    return cards.grid(context, rows, count)


def build(context: Context, query: gr.State, endpoint: bool = True) -> None:
    """`endpoint`: whether this page defines the `/search` endpoint."""
    library, t = context.library, context.t
    seed = gr.State(0)
    types = [(t("all_types"), ""), *((t.object_type(name), name) for name in library.gallery.type_order)]
    with gr.Row():
        with gr.Column(scale=2, min_width=300):
            image = image_input(context, height=240, elem_id="query-image")
            checkpoint = gr.Dropdown(
                library.names, value=library.best, label=t("checkpoint"), elem_id="search-checkpoint"
            )
            max_k = max(2, min(MAX_K, len(library.gallery)))  # a slider needs two ends, also for a single image
            k = gr.Slider(1, max_k, value=min(5, len(library.gallery)), step=1, label=t("k"))
            gr.Markdown(f"#### {t('examples')}")
            examples = image_cards(cards.example_grid(list(EXAMPLES)), elem_id="examples")
            gr.Markdown(f"#### {t('from_gallery')}")
            object_type = gr.Dropdown(types, value="", label=t("object_type"))
            samples = image_cards(sample_images(context, None), elem_id="sample-images")
            shuffle = gr.Button(t("shuffle"), size="sm")
        with gr.Column(scale=5, min_width=320):
            result = image_cards(show_result(context, None, library.best, 5), elem_id="result")

    def on_select_image(event: gr.EventData):
        return select_image(context, payload_of(event))

    on_upload(image, partial(select_file, context), [], [query], SCROLL_TO_RESULT, show_progress_on=result)
    for shown in (examples, samples, result):
        selected = shown.select_image(on_select_image, None, query, show_progress_on=result, **WITH_PROGRESS)
        selected.then(js=SCROLL_TO_RESULT)
    # The result follows the query, also one that was given or cleared on another tab.
    for change in (query.change, checkpoint.change, k.change):
        change(partial(show_result, context), [query, checkpoint, k], result, **QUIET)
    object_type.change(partial(sample_images, context), [object_type, seed], samples, **QUIET)
    shuffle.click(lambda seed: seed + 1, seed, seed, **QUIET).then(
        partial(sample_images, context), [object_type, seed], samples, **QUIET
    )
    if endpoint:
        _define_endpoint(Context(library, Translator("en")), [image, checkpoint, k])


def _define_endpoint(context: Context, inputs: list) -> None:
    """`/search`: its messages are in English whatever the language of the page."""

    def endpoint(image: str, checkpoint: str, k: int) -> list:
        return search(context, image, checkpoint, k)

    gr.Button(visible=False).click(endpoint, inputs, gr.JSON(visible=False), api_name="search")
