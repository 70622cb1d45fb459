"""The input for an image from outside: it passes on the uploaded file, and is empty again after each upload.

image = image_input(context)
on_upload(image, handler, query)        # handler(path) -> Query or None
"""

from collections.abc import Callable

import gradio as gr
from gradio.components import Component

from app.components.events import EACH, QUIET, WITH_PROGRESS
from app.components.uploads import checked_upload, read_once
from app.context import Context
from app.library.query import Query
from trainer.core.errors import UserError

KEEP_UPLOAD_JS = "async image => { await window.uploads?.keep(image); return image; }"


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
        try:  # Gradio refuses other paths only in requests that look like those of its own page
            return checked_upload(payload.path)
        except UserError as error:
            raise gr.Error(context.t.error(error), print_exception=False) from error

    image.preprocess = preprocess  # type: ignore[method-assign]
    return image


def on_upload(image: gr.Image, handler: Callable[[str], Query], query: Component, then_js: str | None = None) -> None:
    """`handler(path)` makes the query of an upload. The file is deleted and the input cleared, also after an error.

    The result shows the query; a file that could not be read must not stay beside the previous result. `then_js` runs
    after a success. The browser keeps the image, see `app/uploads.js`.
    """

    def on_input(path):
        return read_once(path, handler) if path else gr.skip()  # Gradio also reports that the input was cleared

    uploaded = image.input(on_input, image, query, js=KEEP_UPLOAD_JS, **WITH_PROGRESS, **EACH)
    cleared = uploaded.success(lambda: None, None, image, **QUIET)
    uploaded.failure(lambda: None, None, image, **QUIET)
    if then_js:
        cleared.then(js=then_js)
