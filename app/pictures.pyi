"""Two small components: a grid whose pictures can be pressed, and an image input that leaves judging to us."""

import gradio as gr

PRESS = """
element.addEventListener('click', event => {
  const card = event.target.closest('[data-id]');
  if (card) trigger('pick', {id: card.dataset.id});
});
"""

from gradio.events import Dependency

class Pictures(gr.HTML):
    """HTML of `cards.py`; a pressed card fires `pick` with the picture's id in `event.id`."""

    def __init__(self, value: str = "", **options) -> None:
        super().__init__(value, js_on_load=PRESS, apply_default_css=False, **options)
    from typing import Callable, Literal, Sequence, Any, TYPE_CHECKING
    from gradio.blocks import Block
    if TYPE_CHECKING:
        from gradio.components import Timer
        from gradio.components.base import Component


class QueryImage(gr.Image):
    """Hands over the uploaded file as it is: Gradio would open it first and answer a bad one with a message of its own."""

    is_template = True

    def __init__(self, **options) -> None:
        super().__init__(type="filepath", image_mode=None, sources=["upload", "webcam", "clipboard"], **options)

    def preprocess(self, payload):
        if payload is None or payload.path is None:
            return super().preprocess(payload)
        return payload.path
    from typing import Callable, Literal, Sequence, Any, TYPE_CHECKING
    from gradio.blocks import Block
    if TYPE_CHECKING:
        from gradio.components import Timer
        from gradio.components.base import Component


def picked_id(event: gr.EventData) -> str:
    """The id that a page sent; anyone can send anything, so it is only ever looked up."""
    return str((event._data or {}).get("id", ""))