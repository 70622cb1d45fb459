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

The spellings of train, val and test are those that `datasets` recognises in the names of files and folders.
"""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from trainer.core.errors import GalleryError

SPLITS = ("train", "val", "test", "query", "index")
SPELLINGS = {name: name for name in SPLITS} | {
    "training": "train", "validation": "val", "valid": "val", "dev": "val",
    "testing": "test", "eval": "test", "evaluation": "test",
}  # fmt: skip
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


def row_splits(column: Iterable[str], split: str, where: str) -> list[str]:
    """The split of each row: its own where `column` has one, otherwise the `split` of its part of the data set.

    Raises GalleryError for a row that may train in a part that may not: one of both is wrong.
    """
    own = [name.strip() for name in column]
    if split and split not in MAY_TRAIN:
        wrong = next((name for name in own if split_name(name) in MAY_TRAIN), None)
        if wrong:
            raise GalleryError(f"{where}: this is split {split!r}, but its column split holds {wrong!r}; correct one.")
    return [name or split for name in own]


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
