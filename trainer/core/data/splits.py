"""The names of splits: one vocabulary for every kind of source.

split_name(" Validation ")                            # "val"
split_name("holdout")                                 # None: no split is called so
parquet_split("data/test-00000-of-00001.parquet")     # "test"

| split | spellings, in any case |
|---|---|
| `train` | train, training |
| `val` | val, validation, valid, dev |
| `test` | test, testing, eval, evaluation |
| `query` | query |
| `index` | index |

Splits are read from the column `split`; without one, from the only column of SPLIT_COLUMNS that holds nothing else.

The spellings of train, val and test are those that `datasets` recognises in the names of files and folders.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from trainer.core.errors import GalleryError, first_few

SPLITS = ("train", "val", "test", "query", "index")
SPELLINGS = {name: name for name in SPLITS} | {
    "training": "train", "validation": "val", "valid": "val", "dev": "val",
    "testing": "test", "eval": "test", "evaluation": "test",
}  # fmt: skip
SPLIT_COLUMNS = ("subset", "set", "partition", "fold", "phase")  # read as `split` if all values are splits
MAY_TRAIN = ("train", "val")
SHARD = re.compile(r"-\d{5}-of-\d{5}$")
UNNAMED_SHARDS = ("data", "dataset", "default", "part", "shard")  # words before a shard number that name no split


def split_name(text: str) -> str | None:
    """One of SPLITS, "" for a blank, or None if `text` is no spelling of a split."""
    text = text.strip().lower()
    return SPELLINGS.get(text) if text else ""


def known_split(text: str, where: str) -> str:
    """`split_name`; raises GalleryError, which names the split and `where` it was found, if there is none."""
    split = split_name(text)
    if split is None:
        raise GalleryError(f"{where}: {unknown_split(text)}; rename it, or leave it out.")
    return split


def unknown_split(text: str) -> str:
    """The reason why a split is refused."""
    return f"split {text!r} is none of {'/'.join(SPLITS)}"


def instruction_split(text: str, where: str) -> str:
    """The split that an instruction of `datasets` reads, such as `test` or `train[:10%]`. Raises GalleryError."""
    splits = {known_split(part.partition("[")[0], where) for part in text.split("+")}
    if len(splits) > 1:
        raise GalleryError(
            f"{where}: split {text!r} mixes {' and '.join(sorted(splits))}; expected images of one split."
        )
    return splits.pop()


def split_column(columns: Mapping[str, Sequence[str]], where: str, notes: list[str]) -> str:
    """The name of the column that gives the splits, or "" if there is none.

    `columns` holds the values of `split` and of SPLIT_COLUMNS, as far as there are such columns. A sentence on a column
    that is read in place of `split`, or not at all, is appended to `notes`. Raises GalleryError for a column in which
    only some values are splits, and for several columns of splits.
    """
    values = {name: sorted({text.strip() for text in columns.get(name, ())} - {""}) for name in SPLIT_COLUMNS}
    others = {name: [text for text in found if not split_name(text)] for name, found in values.items()}
    of_splits = [name for name in SPLIT_COLUMNS if values[name] and not others[name]]
    if any(text.strip() for text in columns.get("split", ())):
        notes += [f"column {name} is not read, as column split gives the splits" for name in of_splits]
        return "split"
    for name in filter(others.get, SPLIT_COLUMNS):
        splits = [text for text in values[name] if text not in others[name]]
        if splits:
            raise GalleryError(
                f"{where}: column {name} holds splits, {first_few(splits)}, and other values,"
                f" {first_few(others[name])}; name all splits {'/'.join(SPLITS)}, or rename the column."
            )
        notes.append(f"column {name} is not read: it holds no splits but {first_few(others[name])}")
    if len(of_splits) > 1:
        raise GalleryError(f"{where}: columns {' and '.join(of_splits)} hold splits; rename one of them to split.")
    notes += [f"column {name} is read as the split" for name in of_splits]
    return of_splits[0] if of_splits else ""


def row_splits(column: Iterable[str], split: str, where: str, name: str = "split") -> list[str]:
    """The split of each row: its own where `column` has one, otherwise the `split` of its part of the data set.

    `name` is that of the column.

    Raises GalleryError for a row that may train in a part that may not: one of both is wrong.
    """
    own = [text.strip() for text in column]
    if split and split not in MAY_TRAIN:
        wrong = next((text for text in own if split_name(text) in MAY_TRAIN), None)
        if wrong:
            raise GalleryError(f"{where}: this is split {split!r}, but its column {name} holds {wrong!r}; correct one.")
    return [text or split for text in own]


def parquet_split(name: str, where: str = "") -> str:
    """The split in the name of a Parquet file, relative to its data set, or "" if it names none.

    The layouts of the Hub are read: `train-00000-of-00001.parquet` and `train.parquet`, in any folder,
    `test/0000.parquet` and `photos_test.parquet`. Raises GalleryError for a shard of an unknown split, or for a name of
    several splits.
    """
    path = PurePosixPath(name)
    stem = SHARD.sub("", path.stem)
    for part in (stem, *reversed(path.parts[:-1])):
        found = sorted({split for word in re.split(r"[-_. ]+", part) if (split := split_name(word))})
        if len(found) > 1:
            raise GalleryError(f"{where}{name}: {part!r} holds several splits, {' and '.join(found)}; rename it.")
        if found:
            return found[0]
    if stem != path.stem and stem.lower() not in UNNAMED_SHARDS:
        return known_split(stem, f"{where}{name}")
    return ""
