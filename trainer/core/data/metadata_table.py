"""Tables of text beside images: CSV, JSON lines and Parquet, read strictly, every value as str."""

import csv
import json
from itertools import chain
from pathlib import Path

import pandas as pd

from trainer.core.data.gallery_table import standard_columns
from trainer.core.errors import GalleryError, listed, one_line, short_repr

END = ["end", "of file"]  # a line of our own: in a quote that is not closed, it is part of one cell
METADATA_COLUMNS = ("file_name", "object_type", "class_name")


def read_metadata(path: Path) -> pd.DataFrame:
    """All columns as str, "" for a missing value."""
    suffix = path.suffix.lower()
    return read_csv(path) if suffix == ".csv" else _as_text(_metadata_rows(path, suffix), path)


def _metadata_rows(path: Path, suffix: str) -> list[dict]:
    try:
        if suffix == ".parquet":
            return _parquet_rows(path)
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except GalleryError:
        raise
    except Exception as error:  # Arrow raises errors of many kinds
        reason = one_line(error)
        raise GalleryError(f"{path}: expected one JSON object a line in UTF-8, or Parquet ({reason}).") from error
    return [_json_object(line, f"{path}: line {n}") for n, line in enumerate(lines, 1) if line.strip()]


def _parquet_rows(path: Path) -> list[dict]:
    import pyarrow.parquet

    with pyarrow.parquet.ParquetFile(path) as file:
        standard_columns(file.schema_arrow.names, str(path))  # of two equal columns, only one would be read
        return file.read().to_pylist()


def _json_object(line: str, where: str) -> dict:
    try:
        row = json.loads(line, object_pairs_hook=_distinct)
    except RecursionError as error:
        raise GalleryError(f"{where}: expected one JSON object, found one that is nested too deeply.") from error
    except ValueError as error:
        reason = getattr(error, "msg", error)  # without the position, which always says "line 1"
        raise GalleryError(f"{where}: expected one JSON object ({reason}), found {line.strip()[:80]}.") from error
    if not isinstance(row, dict):
        raise GalleryError(f"{where}: expected one JSON object, found {line.strip()[:80]}.")
    return row


def _distinct(pairs: list[tuple[str, object]]) -> dict:
    """A JSON object; a repeated key is an error, as only one of its values would be read."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key comes twice")
    return found


def _as_text(rows: list[dict], path: Path) -> pd.DataFrame:
    columns = [*dict.fromkeys(str(name) for row in rows for name in row)]
    standard = dict(zip(columns, standard_columns(columns, str(path)), strict=True))
    for name in (name for name in columns if standard[name] in (*METADATA_COLUMNS, "split")):
        wrong = next((row[name] for row in rows if isinstance(row.get(name), dict | list | bytes)), None)
        if wrong is not None:
            raise GalleryError(f"{path}: expected text in column {name}, found {short_repr(wrong)}.")
    values = {name: [_text(row.get(name)) for row in rows] for name in columns}
    try:
        return pd.DataFrame(values, columns=columns, dtype=str).rename(columns=standard)
    except UnicodeEncodeError as error:  # JSON can hold halves of characters
        raise GalleryError(
            f"{path}: expected text, found half of a character in {short_repr(error.object)}."
        ) from error


def _text(value: object) -> str:
    return "" if value is None or value != value else str(value)  # NaN is a null of pandas


def read_csv(path: Path) -> pd.DataFrame:
    """The first line holds the names of the columns; each other line has as many cells, or is blank."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.reader(chain(file, [",".join(END)]), skipinitialspace=True)
            rows = [(lines.line_num, cells) for cells in lines if len(cells) > 1 or any(map(str.strip, cells))]
    except (OSError, ValueError, csv.Error) as error:
        raise GalleryError(f"{path}: expected a comma-separated table in UTF-8 ({error}).") from error
    if rows.pop()[1] != END:
        raise GalleryError(f"{path}: expected a comma-separated table in UTF-8, found a quote that is not closed.")
    if not rows:
        raise GalleryError(f"{path}: expected a comma-separated table in UTF-8, found no line.")
    header = rows[0][1]
    for number, cells in rows:
        if len(cells) != len(header):
            raise GalleryError(
                f"{path}: line {number} has {len(cells)} cells, the first line {len(header)} ({listed(header)});"
                " expected as many in each, with an empty cell for a value that is missing."
            )
    names = [name if name.strip() else f"Unnamed: {n}" for n, name in enumerate(header)]
    return pd.DataFrame([cells for _, cells in rows[1:]], columns=standard_columns(names, str(path)), dtype=str)
