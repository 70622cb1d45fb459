"""Values for the cells of a CSV file that a person opens in a spreadsheet."""

import re
from csv import QUOTE_MINIMAL, QUOTE_NONNUMERIC
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pandas as pd

FORMULA_STARTS = ("=", "+", "-", "@")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def quoting(table: "pd.DataFrame") -> Literal[0, 2]:
    """`quoting` of `DataFrame.to_csv`: all text if some holds a carriage return, which would otherwise end a line."""
    text: pd.DataFrame = table.select_dtypes("str")
    return QUOTE_NONNUMERIC if any(text[name].str.contains("\r", regex=False).any() for name in text) else QUOTE_MINIMAL


def csv_cell(value: Any) -> Any:
    """Numbers as they are, None and NaN as an empty cell, and text in one line that no spreadsheet takes for a formula.

    >>> csv_cell("=1+1"), csv_cell(-0.5), csv_cell(None)
    ("'=1+1", -0.5, '')
    """
    if isinstance(value, str):
        text = CONTROL.sub(" ", value)
        return f"'{text}" if text.lstrip().startswith(FORMULA_STARTS) else text
    return "" if value is None or value != value else value
