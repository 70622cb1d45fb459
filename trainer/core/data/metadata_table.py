"""Tables of text beside images: CSV, JSON lines and Parquet, read strictly, every value as str."""

import csv
import json
from pathlib import Path

import pandas as pd

from trainer.core.data.gallery_table import standard_columns
from trainer.core.errors import GalleryError

METADATA_COLUMNS = ("file_name", "object_type", "class_name")


def read_metadata(path: Path) -> pd.DataFrame:
    """All columns as str, "" for a missing value."""
    suffix = path.suffix.lower()
    return read_csv(path) if suffix == ".csv" else _as_text(_metadata_rows(path, suffix), path)


def _metadata_rows(path: Path, suffix: str) -> list[dict]:
    try:
        if suffix == ".parquet":
            import pyarrow.parquet

            return pyarrow.parquet.read_table(path).to_pylist()
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, ValueError) as error:  # those of Arrow are ValueErrors
        raise GalleryError(f"{path}: expected one JSON object a line in UTF-8, or Parquet ({error}).") from error
    return [_json_object(line, f"{path}: line {n}") for n, line in enumerate(lines, 1) if line.strip()]


def _json_object(line: str, where: str) -> dict:
    try:
        row = json.loads(line, object_pairs_hook=_distinct)
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
        nested = next((row[name] for row in rows if isinstance(row.get(name), dict | list)), None)
        if nested is not None:
            raise GalleryError(f"{path}: expected text in column {name}, found {str(nested)[:80]}.")
    values = {name: ["" if row.get(name) is None else str(row[name]) for row in rows] for name in columns}
    return pd.DataFrame(values, columns=columns, dtype=str).rename(columns=standard)


def read_csv(path: Path) -> pd.DataFrame:
    try:
        header = _checked_header(path)
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig", skipinitialspace=True)
    except (OSError, ValueError, csv.Error) as error:  # pandas' parser errors are ValueErrors
        raise GalleryError(f"{path}: expected a comma-separated table in UTF-8 ({error}).") from error
    standard_columns(header, str(path))  # before pandas renames the second of two equal columns
    return table.set_axis(standard_columns([str(name) for name in table.columns], str(path)), axis=1)


def _checked_header(path: Path) -> list[str]:
    """The cells of the first line. Raises GalleryError for a line of more or fewer: pandas would shift or fill it."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(file, skipinitialspace=True)
        header: list[str] = []
        for cells in lines:
            if not any(map(str.strip, cells)) and len(cells) < 2:
                continue  # a blank line
            header = header or cells
            if len(cells) != len(header):
                raise GalleryError(
                    f"{path}: line {lines.line_num} has {len(cells)} cells, the first line {len(header)}"
                    f" ({', '.join(header)}); expected as many in each, with an empty cell for a value that is missing."
                )
    return header
