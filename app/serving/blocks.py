"""Gradio's Blocks for strangers: a fair and bounded queue, errors as one sentence, and a line in the log per event.

with AtlasBlocks("en", title="...") as demo: ...
"""

import asyncio
import time
from typing import Any

import gradio as gr
from gradio.block_function import BlockFunction

from app.components.templating import as_html
from app.serving.event_queue import EventQueue, bad_request
from app.serving.request_log import log_failure, log_request
from app.serving.requests import mark_refused
from app.translator import Translator, languages
from trainer.core.errors import UserError


def server_error() -> UserError:
    return UserError("Something went wrong on the server; its log has the details. Try again.", key="server_error")


class ShownError(gr.Error):
    """A sentence for the visitor; `key` is that of the UserError."""

    def __init__(self, text: str, key: str) -> None:
        super().__init__(text, print_exception=False)
        self.key = key


class AtlasBlocks(gr.Blocks):
    """`lang`: of the page at `/`; a page below a language's name is in that language.

    It overrides `queue`, `preprocess_data` and `process_api` of Gradio 6.
    """

    def __init__(self, lang: str, **options: Any) -> None:
        self._lang = lang
        super().__init__(**options)

    def queue(self, *arguments: Any, **options: Any) -> "AtlasBlocks":
        super().queue(*arguments, **options)
        self._queue = EventQueue(self._queue, self.translator)
        return self

    def translator(self, function: BlockFunction) -> Translator:
        """For the language of the page that a function belongs to."""
        return Translator(function.page if function.page in languages() else self._lang)

    async def preprocess_data(self, block_fn: BlockFunction, *arguments: Any, **options: Any) -> Any:
        """Values of a wrong type raise errors of many kinds here, whose texts show the server's insides.

        What an endpoint says of its choices helps whoever calls it; our own page sends nothing else.
        """
        try:
            values = await super().preprocess_data(block_fn, *arguments, **options)
            if any(
                isinstance(one, gr.Radio) and value is None for one, value in zip(block_fn.inputs, values, strict=False)
            ):
                raise ValueError("a choice is missing")  # a page cannot send that
            return values
        except Exception as error:
            if isinstance(error.__cause__, UserError):
                raise
            shown = bad_request()
            if isinstance(error, gr.Error) and block_fn.api_visibility == "public":
                shown = UserError(error.message)
            raise self._shown(block_fn, shown) from error

    async def process_api(self, block_fn: BlockFunction | int, *arguments: Any, **options: Any) -> dict[str, Any]:
        """Any exception is one sentence for the visitor, and a line in the log for the operator."""
        function = self.fns[block_fn] if isinstance(block_fn, int) else block_fn
        start, outcome = time.monotonic(), "ok"
        try:
            if function.fn is None:  # it runs in the browser; no page asks the server for it
                raise self._shown(function, bad_request())
            return await super().process_api(function, *arguments, **options)
        except gr.Error as error:
            key = getattr(error, "key", "") or getattr(error.__cause__, "key", "")
            outcome = f"refused ({key or 'wrong input'})"
            mark_refused()
            if error.print_exception:  # Gradio's own, as on a path outside of its folders
                raise self._shown(function, bad_request()) from error
            raise
        except asyncio.CancelledError:
            outcome = "cancelled"
            raise
        except Exception as error:
            outcome = f"failed ({type(error).__name__})"
            log_failure(error)
            raise self._shown(function, server_error()) from error
        finally:
            log_request(_name(function), time.monotonic() - start, outcome)

    def _shown(self, function: BlockFunction, error: UserError) -> ShownError:
        return ShownError(as_html(self.translator(function).error(error)), error.key)


def _name(function: BlockFunction) -> str:
    """`/search` for an endpoint; else module and name of the handler, such as `map.on_change`."""
    if function.api_visibility == "public" and function.api_name:
        return f"/{function.api_name}"
    handler: Any = function.fn
    while hasattr(handler, "func"):  # functools.partial
        handler = handler.func
    module = getattr(handler, "__module__", "").rpartition(".")[2]
    return f"{module}.{getattr(handler, '__name__', 'event').strip('<>')}"
