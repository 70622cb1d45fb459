"""Events between the page and its handlers: image cards that can be clicked, what they send, and event options.

result = image_cards(html)
result.select_image(handler)      # {"id": "..."}: a card was clicked
result.turn_page(handler)         # {"page": 2}: a button of a pager was clicked

result = image_cards(html, CROP_EVENTS)         # the query's image can be cropped
result.crop_query(handler)        # {"left": 0.1, "top": 0, "right": 0.9, "bottom": 0.5}: a region was marked
result.whole_query(handler)       # {}: back to the whole image
"""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components import Component

Payload = Mapping[str, object]

# Gradio finds the names of the events in this code, as the first argument of `trigger`.
SEND_EVENTS = """
element.addEventListener('click', event => {
  const card = event.target.closest('[data-id]'), page = event.target.closest('[data-page]');
  if (card) trigger('select_image', {id: card.dataset.id});
  else if (page) trigger('turn_page', {page: Number(page.dataset.page)});
});
"""
CROP_EVENTS = Path(__file__).with_name("crop.js").read_text(encoding="utf-8")

# Options of an event that only this page uses: without a progress bar, and with one. EACH: also for an event that comes
# while the previous one is being answered; without it, Gradio drops it.
HEAVY: dict[str, Any] = {"concurrency_id": "heavy", "concurrency_limit": 1}  # takes long; a visitor has one at a time
EACH: dict[str, Any] = {"trigger_mode": "multiple"}
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
WITH_PROGRESS: dict[str, Any] = {"show_progress": "minimal", "api_visibility": "private"}


def image_cards(value: str = "", more_events: str = "", **options) -> gr.HTML:
    """HTML from `cards.py`. It is a function, because Gradio writes a .pyi file beside each subclass of a component."""
    return gr.HTML(value, js_on_load=SEND_EVENTS + more_events, apply_default_css=False, **options)


def scroll_to(selector: str) -> str:
    """JavaScript for an event: brings the first visible element of a CSS selector into view, unless it is there."""
    return f"""() => {{
      const element = [...document.querySelectorAll({json.dumps(selector)})].find(element => element.offsetParent);
      const top = element?.getBoundingClientRect().top;
      if (top < 0 || top > 0.5 * innerHeight) element.scrollIntoView({{behavior: 'smooth', block: 'start'}});
    }}"""


def on_any_change(
    components: Sequence[Component],
    handler: Callable[..., Any],
    inputs: Sequence[Component],
    outputs: Any,
    **options: Any,
) -> None:
    """Run `handler(*inputs)` when the value of one of the components changes, also from Python.

    Changes that come while the handler runs make it run once more, with the last values: of two answers at once, the
    older one could arrive last.
    """
    changes = [component.change for component in components]  # type: ignore[attr-defined]
    gr.on(changes, handler, inputs, outputs, trigger_mode="always_last", **options)


def payload_of(event: gr.EventData) -> Payload:
    """The data of an event; empty unless it has the form that our own page sends. Its values are untrusted."""
    return event._data if isinstance(event._data, dict) else {}
