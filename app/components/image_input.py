"""The input for an image from outside: it passes on the uploaded file, and is empty again after each upload.

image = image_input(context)
on_upload(image, handler, [checkpoint], [query, result])        # handler(path, checkpoint)
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components import Component

from app.components.events import EACH, QUIET, WITH_PROGRESS
from app.context import Context
from trainer.core.errors import UserError


def image_input(context: Context, **options) -> gr.Image:
    """Passes the path of the uploaded file to its handlers, without opening the file."""
    options.setdefault("placeholder", context.t("drop_here"))
    image = gr.Image(
        type="filepath",
        image_mode=None,
        sources=["upload", "webcam", "clipboard"],
        label=context.t("your_image"),
        **options,
    )
    gradio_preprocess = image.preprocess

    def preprocess(payload):
        # Gradio would open the file and report a bad one in its own words, with a path of the server.
        if payload is None or payload.path is None:
            return gradio_preprocess(payload)
        if not Path(payload.path).resolve().is_relative_to(Path(image.GRADIO_CACHE).resolve()):
            # Gradio refuses such paths only in requests that look like those of its own page.
            error = UserError("Expected an uploaded image, found a path; upload the image.", key="image_not_uploaded")
            raise gr.Error(context.t.error(error), print_exception=False)
        return payload.path

    image.preprocess = preprocess  # type: ignore[method-assign]
    return image


def on_upload(
    image: gr.Image,
    handler: Callable[..., Any],
    inputs: Sequence[Component],
    outputs: Sequence[Component],
    then_js: str | None = None,
    **options: Any,
) -> None:
    """Run `handler(path, *inputs)` on an upload, then clear the input, also after an error.

    The result shows the query; a file that could not be read must not stay beside the previous result. `then_js` runs
    after a success. `options` are those of the event.
    """
    uploaded = image.input(handler, [image, *inputs], outputs, **WITH_PROGRESS, **EACH, **options)
    cleared = uploaded.success(lambda: None, None, image, **QUIET)
    uploaded.failure(lambda: None, None, image, **QUIET)
    if then_js:
        cleared.then(js=then_js)
