"""Exceptions whose message is written for the user, and short forms of the messages of other libraries.

The command line prints a UserError and exits with status 2, and the page shows it; any other exception is a defect.
"""


class UserError(Exception):
    """What was expected, what was found and what to do, in one sentence.

    `key` names the message and `values` fill it in, so that the page can show it in another language.
    """

    def __init__(self, message: str = "", key: str = "", **values: object) -> None:
        super().__init__(message)
        self.key = key
        self.values = values

    def __str__(self) -> str:
        """One line, even if it quotes several lines of a library's message."""
        return " ".join(super().__str__().split())


class GalleryError(UserError):
    """A source that cannot be read as a gallery."""


def first_line(error: BaseException) -> str:
    """The first line of a library's message without its full stop, or the name of the exception."""
    return "".join(str(error).strip().splitlines()[:1]).strip().rstrip(".") or type(error).__name__


def one_line(error: BaseException, max_chars: int = 300) -> str:
    """All lines of a library's message as one, cut to `max_chars`, or the name of the exception."""
    return " ".join(str(error).split())[:max_chars] or type(error).__name__


def first_few(items: list[str], shown: int = 5) -> str:
    """The first items of a list and how many there are: `a, b, c (3 in all)`."""
    return f"{', '.join(items[:shown])}{', …' if len(items) > shown else ''} ({len(items)} in all)"
