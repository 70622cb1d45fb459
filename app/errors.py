"""What a user did wrong becomes one sentence on the page; the page goes on serving."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import gradio as gr

from trainer.core.errors import UserError

P = ParamSpec("P")
R = TypeVar("R")


def show_user_errors(handler: Callable[P, R]) -> Callable[P, R]:
    """Decorates a handler: a UserError in it is shown as a message, and what was on the page stays."""

    @wraps(handler)
    def shown(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return handler(*args, **kwargs)
        except UserError as error:
            raise gr.Error(str(error), print_exception=False) from error  # a user's mistake is no entry for the log

    return shown
