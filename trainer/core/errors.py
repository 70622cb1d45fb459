"""The one exception whose message is written for the person at the keyboard.

The command line prints it and exits with status 2, the page shows it; anything else is a defect of ours.
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
        """One line, though what a library said may have been several."""
        return " ".join(super().__str__().split())


class GalleryError(UserError):
    """A source that cannot be read as a gallery."""


def first_few(items: list[str], shown: int = 5) -> str:
    """The first items of a list and how many there are: `a, b, c (3 in all)`."""
    return f"{', '.join(items[:shown])}{', …' if len(items) > shown else ''} ({len(items)} in all)"
