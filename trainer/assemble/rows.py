"""The rows of one entry of a gallery recipe, one after another: nothing is downloaded that is not read.

rows = DatasetRows(entry)        # opens it: looks at its columns, reads no row
rows.mistakes()                  # what the recipe says wrongly of it
for row in rows.shuffled(seed): ...
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainer.assemble.recipe import Entry
from trainer.core.data.sources import file_of_dataset
from trainer.core.errors import UserError, first_few, one_line
from trainer.core.hub_access import HubUnreachable, check_hub

HUB_FILE = re.compile(r"((zip|tar|gzip)://[^:]*::)?hf://datasets/")  # a file of the Hub, perhaps inside an archive
SHUFFLE_ROWS = 256  # rows held at once: pictures of a megabyte each still fit a small machine


@dataclass(frozen=True)
class Row:
    """A picture not yet read. `label` "" is none; `type_value` is what stands in the entry's type column, or ""."""

    name: str
    picture: dict[str, Any]
    label: str
    type_value: str


class DatasetRows:
    """Raises UserError where the data set cannot be opened."""

    def __init__(self, entry: Entry):
        self.entry = entry
        try:
            self.data = _open(entry)
            # A streamed data set may not declare its columns; its first row shows them.
            self.features = self.data.features or dict.fromkeys(next(iter(self.data), {}))
        except (ConnectionError, HubUnreachable) as error:
            raise HubUnreachable(
                f"{entry.name}: {entry.dataset} could not be opened, as the Hub is out of reach; nothing was taken: run"
                " the same command again with a network, or list local data sets."
            ) from error
        except UserError:
            raise
        except Exception as error:  # datasets wraps whatever the Hub, the network or a reader raises
            hint = "" if entry.local else "; check the name, the network, and whether it asks for a login"
            reason = one_line(error)
            raise UserError(
                f"{entry.name}: {entry.dataset} could not be opened ({type(error).__name__}: {reason[:160]}){hint}."
            ) from error

    def mistakes(self) -> list[str]:
        """Columns that are not there or hold something else, classes and values that the data set does not know."""
        entry = self.entry
        wanted = {"image": entry.image, "label": entry.label, "object_type": entry.type_column}
        missing = [f"{key}: {column}" for key, column in wanted.items() if column and column not in self.features]
        if missing:
            return [f"{entry.name}: no column {', '.join(missing)}; found {', '.join(self.features) or 'none'}"]
        found = []
        kind = self.features[entry.image]
        if kind is not None and not _may_be_picture(kind):
            found.append(f"{entry.name}: column {entry.image} holds {_words(kind)}, not pictures")
        for key, column, values in (
            ("keep or rename", entry.label, {*entry.keep, *entry.rename}),
            ("object_type", entry.type_column, set(entry.type_of)),
        ):
            kind = self.features[column] if column else None
            if kind is None:
                continue
            names = getattr(kind, "names", None)
            if names is None and getattr(kind, "dtype", "") not in ("string", "large_string") and not _whole(kind):
                found.append(
                    f"{entry.name}: column {column} holds {_words(kind)}; expected class names or whole numbers"
                )
            elif names is not None and values - set(names):
                unknown = first_few(sorted(values - set(names)))
                found.append(
                    f"{entry.name}: {key}: no class {unknown} in column {column}, which has {first_few(names)}"
                )
        return found

    def shuffled(self, seed: int) -> Iterator[Row]:
        """All rows in an order that the seed decides: parts of the data set, and rows within SHUFFLE_ROWS."""
        from datasets import Image

        entry = self.entry
        columns = [column for column in (entry.image, entry.label, entry.type_column) if column]
        data = self.data.select_columns(list(dict.fromkeys(columns)))
        if isinstance(self.features[entry.image], Image):
            data = data.cast_column(entry.image, Image(decode=False))  # one broken picture must not end the reading
        rows = iter(data.shuffle(seed=seed, buffer_size=SHUFFLE_ROWS))
        number = 0
        while True:
            try:
                row = next(rows)
            except StopIteration:
                return
            except Exception as error:
                raise UserError(
                    f"{entry.name}: reading {entry.dataset} ended after {number} rows ({type(error).__name__}:"
                    f" {one_line(error, 160)}); run the same command again, what is done is kept."
                ) from error
            number += 1
            picture = row[entry.image]
            picture = picture if isinstance(picture, dict) else {"bytes": picture, "path": None}
            name = os.path.basename(picture.get("path") or "") or f"row {number}"
            label = self._text(entry.label, row) if entry.label else ""
            yield Row(name, picture, label, self._text(entry.type_column, row) if entry.type_column else "")

    def picture_bytes(self, row: Row) -> bytes:
        """Raises FileNotFoundError where the file is gone, UserError where it is out of reach or not the data set's."""
        content, path = row.picture.get("bytes"), row.picture.get("path") or ""
        if content is not None or not path:
            return content or b""
        try:
            if not self.entry.local and HUB_FILE.match(path):
                import fsspec

                with fsspec.open(path) as file:
                    return file.read()
            return file_of_dataset(path, self.entry.dataset, row.name).read_bytes()
        except FileNotFoundError:
            raise
        except OSError as error:
            raise UserError(
                f"{self.entry.name}: {row.name} could not be read ({one_line(error, 160)}); run the same"
                " command again, what is done is kept."
            ) from error

    def _text(self, column: str, row: dict[str, Any]) -> str:
        value, names = row[column], getattr(self.features[column], "names", None)
        if value is None or (names and value < 0):  # -1: not labelled
            return ""
        return names[value] if names else str(value).strip()

    def kept_classes(self) -> set[str] | None:
        """The classes that may come, as the data set calls them, where they are known beforehand."""
        if self.entry.keep:
            return set(self.entry.keep)
        names = getattr(self.features[self.entry.label], "names", None) if self.entry.label else [""]
        return None if names is None else set(names)


def _open(entry: Entry) -> Any:
    from datasets import DatasetDict, load_dataset, load_from_disk
    from huggingface_hub.utils.logging import set_verbosity_error

    if not entry.local:
        check_hub()
        set_verbosity_error()  # its retries are told once, by the error that ends them
        return load_dataset(entry.dataset, entry.config, split=entry.split, revision=entry.revision, streaming=True)
    path = Path(entry.dataset)
    if path.is_file():
        return load_dataset("parquet", data_files=str(path), split="train", streaming=True)
    if not any((path / name).is_file() for name in ("dataset_info.json", "dataset_dict.json")):
        return load_dataset(str(path), entry.config, split=entry.split, streaming=True)
    data = load_from_disk(str(path))
    if isinstance(data, DatasetDict):
        if entry.split not in data:
            raise UserError(f"{entry.name}: no split {entry.split} in {path}; found {', '.join(data)}.")
        data = data[entry.split]
    return data.to_iterable_dataset(num_shards=max(1, min(64, len(data))))


def _may_be_picture(kind: Any) -> bool:
    """An image, its bytes, or a struct of bytes and path as other libraries write it."""
    from datasets import Image

    return isinstance(kind, Image) or getattr(kind, "dtype", "") in ("binary", "large_binary") or "bytes" in _keys(kind)


def _keys(kind: Any) -> tuple[str, ...]:
    return tuple(kind) if isinstance(kind, dict) else ()


def _whole(kind: Any) -> bool:
    return getattr(kind, "dtype", "").startswith(("int", "uint"))


def _words(kind: Any) -> str:
    return getattr(kind, "dtype", None) or type(kind).__name__.lower()
