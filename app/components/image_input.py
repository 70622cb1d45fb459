"""Two small components: a grid whose pictures can be pressed, and an image input that leaves judging to us.

They are functions, not subclasses: for each subclass of a component Gradio writes a .pyi file beside the source.
"""

from pathlib import Path

import gradio as gr

from app.translator import Translator

PRESS = """
element.addEventListener('click', event => {
  const card = event.target.closest('[data-id]'), page = event.target.closest('[data-page]');
  if (card) trigger('select_image', {id: card.dataset.id});
  else if (page) trigger('turn_page', {page: Number(page.dataset.page)});
});
"""


def pictures(value: str = "", **options) -> gr.HTML:
    """HTML of `cards.py`; a pressed card fires `select_image` with its id (see `picked_id`), a pager `turn_page`."""
    return gr.HTML(value, js_on_load=PRESS, apply_default_css=False, **options)


def query_image(t: Translator, **options) -> gr.Image:
    """An input for a picture from outside, which hands over the file as it came."""
    options.setdefault("placeholder", t("drop_here"))
    image = gr.Image(
        type="filepath",
        image_mode=None,
        sources=["upload", "webcam", "clipboard"],
        label=t("your_picture"),
        **options,
    )
    opened_by_gradio = image.preprocess

    def as_it_came(payload):
        # Gradio would open the file here and answer a bad one in its own words, with a path of the server in them.
        if payload is None or payload.path is None:
            return opened_by_gradio(payload)
        if not Path(payload.path).resolve().is_relative_to(Path(image.GRADIO_CACHE).resolve()):
            # Gradio itself refuses such paths only in requests that are formed as its own page forms them.
            raise gr.Error("Expected an uploaded picture, found a path; upload the picture.", print_exception=False)
        return payload.path

    image.preprocess = as_it_came  # type: ignore[method-assign]
    return image


def picked_id(event: gr.EventData) -> str:
    """The id that a page sent; anyone can send anything, so it is only ever looked up."""
    return str((event._data or {}).get("id", ""))
