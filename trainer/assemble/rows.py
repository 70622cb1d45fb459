"""The rows of one entry of a gallery recipe, streamed: only rows that are read are downloaded.

rows = DatasetRows(entry)        # opens the data set and reads its columns, but no row
rows.mistakes()                  # where the recipe does not fit the data set
for row in rows.shuffled(seed): ...
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainer.assemble.entry import DatasetEntry
from trainer.core.data.sources import file_of_dataset
from trainer.core.errors import UserError, first_few, one_line
from trainer.core.hub_access import HubUnreachable, check_hub

HUB_FILE = re.compile(r"((zip|tar|gzip)://[^:]*::)?hf://datasets/")  # a file of the Hub, in an archive or not
SHUFFLE_ROWS = 256  # rows in memory at once: images of one megabyte each still fit a small machine


@dataclass(frozen=True)
class ImageRow:
    """An image that is not decoded yet. `label` is "" if there is none; so is `type_value`, of the type column."""

    name: str
    image: dict[str, Any]  # bytes and path
    label: str
    type_value: str


class DatasetRows:
    """Raises UserError if the data set cannot be opened."""

    def __init__(self, entry: DatasetEntry) -> None:
        self.entry = entry
        try:
            self.data = _open(entry)
            # A streamed data set may not declare its columns; its first row has them.
            self.features = self.data.features or dict.fromkeys(next(iter(self.data), {}))
        except (ConnectionError, HubUnreachable) as error:
            raise HubUnreachable(
                f"{entry.name}: {entry.dataset} could not be opened, as the Hub is out of reach; nothing was taken: run"
                " the same command again with a network, or list local data sets."
            ) from error
        except UserError:
            raise
        except Exception as error:  # datasets raises errors of the Hub, of the network and of its readers
            hint = "" if entry.local else "; check the name, the network, and whether it asks for a login"
            reason = f"{type(error).__name__}: {one_line(error, 160)}"
            raise UserError(f"{entry.name}: {entry.dataset} could not be opened ({reason}){hint}.") from error

    def mistakes(self) -> list[str]:
        """Missing columns and columns of another type, classes and values that the data set does not have."""
        entry = self.entry
        wanted = {"image": entry.image, "label": entry.label, "object_type": entry.object_type.column}
        missing = [f"{key}: {column}" for key, column in wanted.items() if column and column not in self.features]
        if missing:
            return [f"{entry.name}: no column {', '.join(missing)}; found {', '.join(self.features) or 'none'}"]
        found = []
        kind = self.features[entry.image]
        if kind is not None and not _may_be_image(kind):
            found.append(f"{entry.name}: column {entry.image} holds {_words(kind)}, not images")
        for key, column, values in (
            ("keep or rename", entry.label, {*entry.keep, *entry.rename}),
            ("object_type", entry.object_type.column, set(entry.object_type.values)),
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

    def shuffled(self, seed: int) -> Iterator[ImageRow]:
        """All rows in an order that depends on the seed: the shards are shuffled, and rows within SHUFFLE_ROWS."""
        from datasets import Image

        entry = self.entry
        columns = [column for column in (entry.image, entry.label, entry.object_type.column) if column]
        data = self.data.select_columns(list(dict.fromkeys(columns)))
        if isinstance(self.features[entry.image], Image):
            data = data.cast_column(entry.image, Image(decode=False))  # a broken image must not raise here
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
                    f" {one_line(error, 160)}); run the same command again; finished entries are kept."
                ) from error
            number += 1
            image = row[entry.image]
            image = image if isinstance(image, dict) else {"bytes": image, "path": None}
            name = os.path.basename(image.get("path") or "") or f"row {number}"
            label = self._text(entry.label, row) if entry.label else ""
            yield ImageRow(
                name, image, label, self._text(entry.object_type.column, row) if entry.object_type.column else ""
            )

    def image_bytes(self, row: ImageRow) -> bytes:
        """Raises FileNotFoundError if the file is missing, UserError if it is out of reach or not of the data set."""
        content, path = row.image.get("bytes"), row.image.get("path") or ""
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
                " command again; finished entries are kept."
            ) from error

    def _text(self, column: str, row: dict[str, Any]) -> str:
        value, names = row[column], getattr(self.features[column], "names", None)
        if value is None or (names and value < 0):  # -1: not labelled
            return ""
        return names[value] if names else str(value).strip()

    def possible_classes(self) -> set[str] | None:
        """The classes that rows can have, as the data set calls them; None if they are not known beforehand."""
        if self.entry.keep:
            return set(self.entry.keep)
        names = getattr(self.features[self.entry.label], "names", None) if self.entry.label else [""]
        return None if names is None else set(names)


def _open(entry: DatasetEntry) -> Any:
    from datasets import DatasetDict, load_dataset, load_from_disk
    from huggingface_hub.utils.logging import set_verbosity_error

    if not entry.local:
        check_hub()
        set_verbosity_error()  # the error after the last retry is enough
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


def _may_be_image(kind: Any) -> bool:
    """An image, its bytes, or a struct of bytes and path, as other libraries write it."""
    from datasets import Image

    return isinstance(kind, Image) or getattr(kind, "dtype", "") in ("binary", "large_binary") or "bytes" in _keys(kind)


def _keys(kind: Any) -> tuple[str, ...]:
    return tuple(kind) if isinstance(kind, dict) else ()


def _whole(kind: Any) -> bool:
    return getattr(kind, "dtype", "").startswith(("int", "uint"))


def _words(kind: Any) -> str:
    return getattr(kind, "dtype", None) or type(kind).__name__.lower()
