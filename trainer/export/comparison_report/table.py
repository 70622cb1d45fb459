"""A table of a report as text, and its rows for the CSV."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Table:
    """The first cell of a row is its title; a cell may have several lines. `note` may be empty.

    `most_shown`: HTML and Markdown show so many rows; None for all. `records`: the cells of the CSV, see `COLUMNS`;
    empty if the CSV has the numbers of this table elsewhere.
    """

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""
    most_shown: int | None = None
    records: Sequence[Mapping[str, Any]] = ()

    @property
    def shown(self) -> Sequence[Sequence[str]]:
        return self.rows[: self.most_shown]

    @property
    def notes(self) -> str:
        """`note`, after a sentence that says which rows are left out."""
        if len(self.shown) == len(self.rows):
            return self.note
        return f"The first {len(self.shown):,} of {len(self.rows):,}; the CSV has all. {self.note}".strip()
