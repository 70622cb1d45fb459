"""Events between the page and its handlers: image cards that can be clicked, what they send, and event options.

result = image_cards(html)
result.select_image(handler)      # {"id": "..."}: a card was clicked
result.turn_page(handler)         # {"page": 2}: a button of a pager was clicked
"""

from collections.abc import Mapping
from typing import Any

import gradio as gr

Payload = Mapping[str, object]

# Gradio finds the names of the events in this code, as the first argument of `trigger`.
SEND_EVENTS = """
element.addEventListener('click', event => {
  const card = event.target.closest('[data-id]'), page = event.target.closest('[data-page]');
  if (card) trigger('select_image', {id: card.dataset.id});
  else if (page) trigger('turn_page', {page: Number(page.dataset.page)});
});
"""

# Options of an event that only this page uses: without a progress bar, and with one.
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
WITH_PROGRESS: dict[str, Any] = {"show_progress": "minimal", "api_visibility": "private"}


def image_cards(value: str = "", **options) -> gr.HTML:
    """HTML from `cards.py`. It is a function, because Gradio writes a .pyi file beside each subclass of a component."""
    return gr.HTML(value, js_on_load=SEND_EVENTS, apply_default_css=False, **options)


def payload_of(event: gr.EventData) -> Payload:
    """The data of an event; empty unless it has the form that our own page sends. Its values are untrusted."""
    return event._data if isinstance(event._data, dict) else {}
