"""A UserError in a handler becomes one sentence on the page, in the language of the page; the page keeps working."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

import gradio as gr

from app.components.templating import as_html
from app.context import Context
from trainer.core.errors import UserError

P = ParamSpec("P")
R = TypeVar("R")


def show_user_errors(handler: Callable[Concatenate[Context, P], R]) -> Callable[Concatenate[Context, P], R]:
    """Decorates a handler `f(context, ...)`: a UserError becomes a message on the page, and the outputs stay."""

    @wraps(handler)
    def wrapper(context: Context, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return handler(context, *args, **kwargs)
        except UserError as error:
            # A mistake of a visitor is not an entry for the log.
            raise gr.Error(as_html(context.t.error(error)), print_exception=False) from error

    return wrapper
