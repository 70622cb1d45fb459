"""Search: an image in, its nearest neighbours out. Handlers first, then layout, then wiring."""

from dataclasses import replace
from functools import partial

import gradio as gr
import numpy as np

from app.components import cards
from app.components.events import CROP_EVENTS, EACH, QUIET, WITH_PROGRESS, image_cards, on_any_change, payload_of
from app.context import Context
from app.errors import show_user_errors
from app.library.examples import EXAMPLES, OFFERED
from app.library.query import Query
from app.query_bar import SCROLL_TO_ANSWER, SharedState, crop_query, first_k, select_image, whole_query
from app.tabs.browse import build_browser
from trainer.core.data.sources import UNKNOWN_TYPE
from trainer.core.errors import UserError, short_repr
from trainer.core.retrieval.presence import STATES

AT_ONCE = 2  # queries of the endpoint: one is decoded while another one is encoded
MAX_LABELS = 500  # classes to choose from; of a larger gallery the object types


@show_user_errors
def search(context: Context, image: str, checkpoint: str, k: int) -> list[dict]:
    """The `/search` endpoint: the k nearest images to an image file, best first.

    Each row repeats the three probabilities of the query: its class is in the gallery, only its object type is, neither
    is. They are None if the gallery has too few labels.
    """
    if not image:
        raise UserError("No image was given: expected an image file.", key="image_missing")
    result = context.library.answer(context.library.query_from_file(image), checkpoint, k)
    table = context.library.gallery.table
    presence = dict.fromkeys(STATES) if result.presence is None else dict(zip(STATES, result.presence, strict=True))
    probabilities = {
        f"{state}_probability": None if value is None else round(float(value), 6) for state, value in presence.items()
    }
    return [
        {
            "rank": rank,
            "image_id": table["image_id"].iloc[row],
            "object_type": table["object_type"].iloc[row],
            "class_name": table["class_name"].iloc[row],
            "similarity": round(float(similarity), 6),
            **probabilities,
        }
        for rank, (row, similarity) in enumerate(zip(result.rows, result.similarity, strict=True), start=1)
    ]


@show_user_errors
def set_label(context: Context, query: Query | None, label: str | None) -> Query | None:
    """A visitor says what the uploaded query shows; "" or None if that is not known."""
    return label_query(context, query, label or "")


def label_query(context: Context, query: Query | None, label: str) -> Query | None:
    """The query with one of `label_choices` or ""; a gallery image keeps its own. Raises UserError for other labels."""
    if query is None or query.row is not None or label == query.label:
        return query
    if label and label not in {value for _, value in label_choices(context)}:
        message = f"No class {short_repr(label)} in this gallery: choose one of the list."
        raise UserError(message, key="unknown_label", name=str(label)[:80])
    return replace(query, label=label)


def shown_label(context: Context, query: Query | None) -> str:
    """What the query shows, as one of `label_choices`; "" if it is not known. A gallery image needs no label."""
    choices = {value for _, value in label_choices(context)}
    label = query.label if query else ""
    object_type = label.partition("/")[0]
    return next((value for value in (label, f"{object_type}/") if value in choices), "")


@show_user_errors
def show_result(context: Context, query: Query | None, checkpoint: str, k: int) -> str:
    """The answer to the query as HTML; without a query, that to the first query of the gallery."""
    query = query or context.library.first_query()
    return cards.answer(context, query, context.library.answer(query, checkpoint, k), checkpoint)


def label_choices(context: Context) -> list[tuple[str, str]]:
    """Text and value, `object_type/class_name`, of each class; of each object type if there are too many classes."""
    gallery, t = context.library.gallery, context.t
    classes = sorted(set(gallery.classes) - {""})
    if len(classes) > MAX_LABELS or not classes:
        return [(t.object_type(name), f"{name}/") for name in gallery.type_order if name != UNKNOWN_TYPE]
    pairs = [name.partition("/") for name in classes]
    return [(f"{t.object_type(kind)}: {name.replace('_', ' ')}", f"{kind}/{name}") for kind, _, name in pairs]


def example_strip(context: Context) -> str:
    """Images to search with: one of each object type, and for the sample gallery also photographs."""
    gallery = context.library.gallery
    rows = [int(_first_row(context, name)) for name in gallery.type_order]
    return cards.example_strip(context, _photographs(context), rows)


def _photographs(context: Context) -> list[str]:
    of_sample = context.library.gallery.name == "sample"
    return [name for name in OFFERED if name in EXAMPLES] if of_sample else []


def _first_row(context: Context, object_type: str) -> int:
    """The first query image of an object type, or its first image."""
    gallery = context.library.gallery
    rows = np.flatnonzero(gallery.object_types == object_type)
    queries = np.intersect1d(rows, gallery.rows("query"))
    return int((queries if len(queries) else rows)[0])


def build(context: Context, shared: SharedState, endpoint: bool = True) -> None:
    """`endpoint`: whether this page defines the `/search` endpoint."""
    gr.Markdown(f"{context.t('lead')} {context.t('lead_actions')}", elem_classes="lead")
    examples = image_cards(example_strip(context), elem_id="examples")
    first_answer = show_result(context, None, context.library.best, first_k(context))
    result = image_cards(first_answer, CROP_EVENTS, elem_id="result", elem_classes="query-answer")
    label = gr.Dropdown(
        [(context.t("label_unknown"), ""), *label_choices(context)], value="", label=context.t("label"),
        elem_id="query-label", visible=bool(label_choices(context)),
    )  # fmt: skip
    shown_cards = [examples, result, build_browser(context)]

    def on_select_image(event: gr.EventData):
        return select_image(context, payload_of(event))

    def on_crop_query(event: gr.EventData, query):
        return crop_query(context, payload_of(event), query)

    options = {**WITH_PROGRESS, **EACH}
    for shown in shown_cards:
        selected = shown.select_image(on_select_image, None, shared.query, show_progress_on=result, **options)
        selected.then(js=SCROLL_TO_ANSWER)
    for event, handler in ((result.crop_query, on_crop_query), (result.whole_query, partial(whole_query, context))):
        changed = event(handler, shared.query, shared.query, show_progress_on=result, **options)
        changed.then(js=SCROLL_TO_ANSWER)
    # The result follows the query, also one that was given or cleared on another tab.
    inputs = [shared.query, shared.checkpoint, shared.k]
    on_any_change(inputs, partial(show_result, context), inputs, result, **WITH_PROGRESS)
    shared.query.change(partial(shown_label, context), shared.query, label, **QUIET)
    labelled = label.input(partial(set_label, context), [shared.query, label], shared.query, **QUIET)
    labelled.then(js=SCROLL_TO_ANSWER)
    if endpoint:
        _define_endpoint(replace(context, t=type(context.t)("en")), [shared.image, shared.checkpoint, shared.k])


def _define_endpoint(context: Context, inputs: list) -> None:
    """`/search`: its messages are in English whatever the language of the page."""

    def endpoint(image: str, checkpoint: str, k: int) -> list:
        return search(context, image, checkpoint, k)

    gr.Button(visible=False).click(
        endpoint, inputs, gr.JSON(visible=False), api_name="search", concurrency_limit=AT_ONCE
    )
