"""Exceptions whose message is written for the user, and short forms of the messages of other libraries.

The command line prints a UserError and exits with status 2, and the page shows it; any other exception is a defect.
"""

from collections.abc import Sequence


class UserError(Exception):
    """What was expected, what was found and what to do, in one sentence.

    `key` names the message and `values` fill it in, so that the page can show it in another language.
    """

    def __init__(self, message: str = "", key: str = "", **values: object) -> None:
        super().__init__(message)
        self.key = key
        self.values = values

    def __str__(self) -> str:
        """One line in UTF-8, even if it quotes several lines, or a file name that is not UTF-8."""
        return " ".join(super().__str__().split()).encode("utf-8", "backslashreplace").decode("utf-8")


class GalleryError(UserError):
    """A source that cannot be read as a gallery."""


def first_line(error: BaseException) -> str:
    """The first line of a library's message without its full stop, or the name of the exception."""
    return "".join(str(error).strip().splitlines()[:1]).strip().rstrip(".") or type(error).__name__


def one_line(error: BaseException, max_chars: int = 300) -> str:
    """All lines of a library's message as one, cut to `max_chars`, or the name of the exception."""
    return " ".join(str(error).split())[:max_chars] or type(error).__name__


def short_repr(value: object, max_chars: int = 80) -> str:
    """`repr` of a value of any size, cut to `max_chars`."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # an integer of more than 4300 digits, or deep nesting
        text = f"a large value of type {type(value).__name__}"
    return text if len(text) <= max_chars else f"{text[:max_chars]}…"


def first_few(items: Sequence[str], shown: int = 5) -> str:
    """The first items of a list, long ones cut, and how many there are: `a, b, c (3 in all)`."""
    return f"{', '.join(map(_cut, items[:shown]))}{', …' if len(items) > shown else ''} ({len(items)} in all)"


def listed(items: Sequence[str], shown: int = 20) -> str:
    """All items of a list, `a, b, c`; a long list as `first_few`."""
    short = [_cut(item, 80) for item in items[: shown + 1]]
    return ", ".join(short) if len(items) <= shown else f"{', '.join(short[:shown])}, … ({len(items)} in all)"


def _cut(text: str, max_chars: int = 300) -> str:
    return text if len(text) <= max_chars else f"{text[:max_chars]}…"
