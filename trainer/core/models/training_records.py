"""Reads what a checkpoint folder records of its training. Anyone may have written the files: sizes are bounded first.

metrics = read_json_object(folder / "metrics.json")
StoredResult.of(metrics.get("guie_mini"))            # None unless it is a result of `evaluate`
history = read_history(folder / "history.csv")        # one row per epoch
"""

import json
from pathlib import Path
from typing import Annotated, Any, Self

import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from trainer.core.errors import UserError, one_line

SCORES = ("val_study_mp5", "val_guie_mp5")
LINES = ("train_loss", "train_loss_eval", "val_loss", *SCORES)  # columns of history.csv that are drawn
MAX_JSON_BYTES = 4_000_000
MAX_HISTORY_BYTES = 16_000_000
MAX_COLUMNS = 100
PARTS = ("stage", "member")  # of a training in several parts


Score = Annotated[float, Field(ge=0, le=1)]
Interval = Annotated[list[Score], Field(min_length=2, max_length=2)]


class CheckpointError(UserError):
    """A checkpoint that cannot be found or used."""


class StoredScores(BaseModel):
    """A value of metrics.json, as far as it is shown. Other keys are ignored."""

    model_config = ConfigDict(frozen=True, strict=True)

    study_mp5: Score | None = None
    guie_mp5: Score | None = None
    recall_at_1: Score | None = None
    intervals: dict[str, Interval | None] | None = None  # 95 %; older checkpoints have none
    note: str = ""  # how the scores were measured, if not by this training

    @classmethod
    def of(cls, value: object) -> Self | None:
        """None if the value has another form: the checkpoint of somebody else may record something else."""
        try:
            return cls.model_validate(value)
        except ValidationError:
            return None


class StoredResult(StoredScores):
    """A value of metrics.json that `evaluate` wrote."""

    n_images: Annotated[int, Field(ge=0)]
    n_queries: Annotated[int, Field(ge=0)]


def read_json_object(path: Path) -> dict[str, Any]:
    """Raises CheckpointError for anything but a JSON object of at most MAX_JSON_BYTES."""
    _check_size(path, MAX_JSON_BYTES)
    try:
        value = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_distinct)
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # fails for "\ud800", half of a character
    except (OSError, ValueError, RecursionError) as error:
        raise CheckpointError(f"{path}: expected JSON ({one_line(error)}).") from error
    if not isinstance(value, dict):
        raise CheckpointError(f"{path}: expected a JSON object, found {type(value).__name__}.")
    return value


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; a repeated key is an error, as only one of its values would be read."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key comes twice")
    return found


def read_history(path: Path) -> pd.DataFrame:
    """Empty without a file or rows. Raises CheckpointError for anything but a table of numbers, one row per epoch."""
    if not path.is_file() or path.stat().st_size <= 1:
        return pd.DataFrame()
    _check_size(path, MAX_HISTORY_BYTES)
    try:
        with path.open("rb") as file:
            columns = file.readline().count(b",") + 1
        if columns > MAX_COLUMNS:
            raise CheckpointError(f"{path}: expected at most {MAX_COLUMNS} columns, found {columns:,}.")
        history = pd.read_csv(path)
        names = pd.read_csv(path, header=None, nrows=1, dtype=str, keep_default_na=False).iloc[0]
        if not names.is_unique or not history.index.equals(pd.RangeIndex(len(history))):
            raise ValueError("a column comes twice, or a row has more values than there are columns")
    except (OSError, ValueError, OverflowError, RecursionError, MemoryError) as error:
        raise CheckpointError(f"{path}: expected a table of epochs ({one_line(error)}).") from error
    if not len(history):
        return pd.DataFrame()
    for column in (name for name in ("epoch", *LINES) if name in history):
        if not is_numeric_dtype(history[column]) or is_bool_dtype(history[column]):
            found = _example(history[column])
            raise CheckpointError(f"{path}: expected numbers in the column {column}, found {found}.")
    for column in (name for name in PARTS if name in history):
        if history[column].isna().any():
            raise CheckpointError(f"{path}: expected a value in each row of the column {column}.")
    return history


def _check_size(path: Path, most: int) -> None:
    if path.is_file() and path.stat().st_size > most:
        size_mb = path.stat().st_size / 1e6
        raise CheckpointError(f"{path}: expected at most {most / 1e6:.0f} MB, found {size_mb:,.0f} MB.")


def _example(column: pd.Series) -> str:
    """The first value that is not a number, in few characters."""
    return repr(str(next((value for value in column if not _is_number(value)), column.iloc[0]))[:30])


def _is_number(value: object) -> bool:
    try:
        float(str(value))
    except ValueError:
        return False
    return True
