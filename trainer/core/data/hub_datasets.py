"""Galleries in the formats of the `datasets` library: Parquet files, saved data sets, data sets on the Hub.

The image column is the one of type Image; the object type is the column `object_type`; the class is the first column
of CLASS_COLUMNS, or the only other one of type ClassLabel; the split is the column `split`, or that of the part that an
image is in. Each reader appends to the list `notes` a sentence for everything that the user may not expect,
and raises GalleryError for a source that cannot be read.
"""

import glob
import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from trainer.core.cache import cache_dir, cache_file, writable_folder
from trainer.core.data.gallery_table import CLASS_COLUMNS, IMAGE_COLUMNS, UNKNOWN_TYPE, gallery_table, standard_columns
from trainer.core.data.images import SUFFIXES
from trainer.core.data.splits import (
    SPLIT_COLUMNS,
    SPLITS,
    instruction_split,
    known_split,
    parquet_split,
    row_splits,
    split_column,
    split_name,
)
from trainer.core.errors import GalleryError, first_few, listed, one_line, short_repr
from trainer.core.files import whole_file
from trainer.core.hub_access import hub_or_cache

NO_CLASSES = ("object_type", "split", *SPLIT_COLUMNS)  # columns that are never the class


def read_parquet(path: Path, notes: list[str]) -> pd.DataFrame:
    """The table of one Parquet file; its name gives the split, or that of its folder, as in `test/0000.parquet`."""
    by_file = parquet_split(path.name, f"{path.parent}/")
    split = by_file or split_name(path.absolute().parent.name) or ""
    if split:
        notes.append(f"the images are of split {split}, by the name of the {'file' if by_file else 'folder'}")
    return _from_dataset(_load_parquet([path]), str(path), notes, split)


def read_parquet_folder(folder: Path, names: Sequence[str], notes: list[str]) -> pd.DataFrame:
    """The table of a folder of Parquet files (`names`, relative to it); their names give the splits."""
    files: dict[str, list[Path]] = {}
    for name in names:
        files.setdefault(parquet_split(name, f"{folder}/"), []).append(folder / name)
    if "" in files and len(files) > 1:
        named = ", ".join(split for split in SPLITS if split in files)
        unnamed = first_few([str(path.relative_to(folder)) for path in files[""]])
        raise GalleryError(f"{folder}: some files name a split ({named}), {unnamed} do not; rename or remove them.")
    folders = {"/".join(p for p in Path(name).parts[:-1] if not split_name(p)) or "." for name in names}
    if len(folders) > 1:
        notes.append(f"the Parquet files of several folders are read together: {first_few(sorted(folders))}")
    parts = [
        _from_dataset(_load_parquet(files[split]), f"{folder}/{split}", notes, split, f"{split}/" if split else "")
        for split in ("", *SPLITS)
        if split in files
    ]
    return pd.concat(parts, ignore_index=True)


def _load_parquet(files: Sequence[Path]) -> Any:
    from datasets import load_dataset

    _check_columns(files)
    try:
        with _without_log():
            return load_dataset(
                "parquet",
                data_files=[glob.escape(str(path)) for path in files],
                split="train",
                cache_dir=str(writable_folder(cache_dir() / "datasets")),
            )
    except Exception as error:  # datasets wraps whatever its readers raise
        raise GalleryError(
            f"{first_few([*map(str, files)], 3) if len(files) > 1 else files[0]}: expected a Parquet file with an image"
            f" column ({one_line(error.__cause__ or error)})."
        ) from error


def _check_columns(files: Sequence[Path]) -> None:
    """Raises GalleryError for a file that is no Parquet, and for files of one split whose columns differ."""
    import pyarrow.parquet

    expected: set[str] = set()
    n_rows = 0
    for path in files:
        try:
            with pyarrow.parquet.ParquetFile(path) as file:
                columns = file.schema_arrow.names
                n_rows += file.metadata.num_rows
        except Exception as error:  # Arrow raises errors of many kinds
            reason = one_line(error)
            raise GalleryError(f"{path}: expected a Parquet file with an image column ({reason}).") from error
        standard_columns(columns, str(path))  # before `datasets` reads only one of two equal columns
        names = set(columns)
        expected = expected or names
        if names != expected:
            raise GalleryError(
                f"{path}: expected the columns of {files[0]}, {listed(sorted(expected))}, found"
                f" {listed(sorted(names))}; rename the columns, or keep the files in two galleries."
            )
    if not n_rows:
        raise GalleryError(f"{first_few([*map(str, files)], 3)}: the table cannot be used; the table has no rows.")


@contextmanager
def _without_log() -> Iterator[None]:
    """Silences the log of `datasets`, which repeats the errors that it raises."""
    from datasets.utils import logging

    level = logging.get_verbosity()
    logging.set_verbosity(logging.CRITICAL)
    try:
        yield
    finally:
        logging.set_verbosity(level)


def read_saved(path: Path, notes: list[str]) -> pd.DataFrame:
    """The table of a Dataset or DatasetDict saved by `save_to_disk`."""
    from datasets import DatasetDict, load_from_disk

    try:
        data = load_from_disk(str(path))
    except Exception as error:
        raise GalleryError(f"{path}: expected a data set saved by `datasets` ({one_line(error)}).") from error
    if not isinstance(data, DatasetDict):
        split = instruction_split(str(data.split), str(path)) if data.split else ""
        return _from_dataset(data, str(path), notes, split)
    splits = {name: known_split(name, str(path)) for name in data}
    parts = [_from_dataset(part, f"{path}/{name}", notes, splits[name], f"{name}/") for name, part in data.items()]
    return pd.concat(parts, ignore_index=True)


def read_hub(source: str, notes: list[str]) -> pd.DataFrame:
    """The table of `hf:OWNER/NAME[:split]`; the split is that of the images, train by default."""
    from datasets import load_dataset

    name, _, split = source.removeprefix("hf:").partition(":")
    instructions = (split or "train").split("+")
    splits = [instruction_split(instruction, source) for instruction in instructions]
    with hub_or_cache() as unreachable:
        try:
            loaded = [load_dataset(name, split=instruction) for instruction in instructions]
        except Exception as error:
            reason = unreachable or f"{type(error).__name__}: {one_line(error)}"
            raise GalleryError(
                f"{source} could not be loaded from the Hub ({reason}); check the name and the network, or use a local"
                " folder."
            ) from error
    several = len(loaded) > 1
    parts = [
        _from_dataset(data, source, notes, of_images, f"{instruction}/" if several else "")
        for data, of_images, instruction in zip(loaded, splits, instructions, strict=True)
    ]
    return pd.concat(parts, ignore_index=True)


def _from_dataset(data: Any, source: str, notes: list[str], split: str = "", prefix: str = "") -> pd.DataFrame:
    """Rows of a `datasets.Dataset`; ids begin with `prefix`, `split` is the split of rows without one of their own."""
    data = _with_standard_columns(data, source)
    image_column = _image_column(data, source, notes)
    class_column = _class_column(data.features, notes)
    class_names = _texts(data, class_column, "", source)
    if class_column and len(data) and not any(class_names):
        notes.append(f"column {class_column} of {source} has no labels, so the classes of its images are not known")
    column = split_column(_split_columns(data, source), source, notes)
    splits = row_splits(_texts(data, column, "", source), split, source, column)
    return gallery_table(
        [f"{prefix}{number:06d}" for number in range(len(data))],
        _image_files(data, image_column, source),
        _texts(data, "object_type", UNKNOWN_TYPE, source),
        class_names,
        splits,
    )


def _with_standard_columns(data: Any, source: str) -> Any:
    names = list(data.features)
    standard = standard_columns(names, source)
    return data.rename_columns({old: new for old, new in zip(names, standard, strict=True) if old != new})


def _split_columns(data: Any, source: str) -> dict[str, list[str]]:
    return {name: _texts(data, name, "", source) for name in ("split", *SPLIT_COLUMNS) if name in data.features}


def _image_column(data: Any, source: str, notes: list[str]) -> str:
    from datasets import Image

    declared = [name for name, kind in data.features.items() if isinstance(kind, Image)]
    if len(declared) > 1:
        declared.sort(key=lambda name: name not in IMAGE_COLUMNS)
        notes.append(f"the images are those of column {declared[0]}; not read: {first_few(declared[1:])}")
    for name in declared or [name for name in IMAGE_COLUMNS if name in data.features]:
        try:
            data.cast_column(name, Image())
        except Exception:  # text or numbers that are no images
            continue
        return name
    raise GalleryError(f"{source}: expected an image column, found {listed(list(data.features))}.")


def _class_column(features: Any, notes: list[str]) -> str:
    """The class column, or "" and a note if there is none."""
    from datasets import ClassLabel, Value

    column = next((n for n in CLASS_COLUMNS if isinstance(features.get(n), ClassLabel | Value)), "")
    if column:
        return column
    labelled = [n for n, kind in features.items() if isinstance(kind, ClassLabel) and n not in NO_CLASSES]
    if len(labelled) == 1:
        notes.append(f"column {labelled[0]} is read as the class, as no other holds labels")
        return labelled[0]
    notes.append(
        f"no class column was found, so the classes are not known: expected {'/'.join(CLASS_COLUMNS)}, found"
        f" {listed(list(features))}"
    )
    return ""


def _texts(data: Any, name: str, otherwise: str, source: str) -> list[str]:
    """(N,) values of a column as text, "" for nulls; `otherwise` for all rows if there is no such column.

    Raises GalleryError for values that are neither text nor numbers.
    """
    from datasets import ClassLabel

    if name not in data.features:
        return [otherwise] * len(data)
    kind = data.features[name]
    try:
        values = ["" if v is None or v != v else v for v in data[name]]  # NaN is a null of pandas
        if isinstance(kind, ClassLabel):
            return ["" if v in ("", -1) else kind.int2str(v) for v in values]  # -1: not labelled
    except Exception as error:  # a date out of range, text that is not UTF-8, an unknown class number, ...
        raise GalleryError(f"{source}: expected text or numbers in column {name} ({one_line(error)}).") from error
    wrong = next((v for v in values if isinstance(v, list | dict | bytes)), None)
    if wrong is not None and name not in SPLIT_COLUMNS:
        raise GalleryError(f"{source}: expected text or numbers in column {name}, found {short_repr(wrong)}.")
    return list(map(str, values))


def _image_files(data: Any, column: str, source: str) -> list[str]:
    """A file for each row; embedded images are written to the cache once, named by a hash of their content."""
    from datasets import Image

    paths = []
    for number, image in enumerate(data.cast_column(column, Image(decode=False))[column]):
        image = image or {"bytes": b"", "path": None}  # a null is reported as a broken image
        content = image["bytes"]
        if content is None:
            paths.append(str(file_of_dataset(image["path"] or "", source, f"image {number}")))
            continue
        suffix = Path(image["path"] or "").suffix
        suffix = suffix if suffix.lower() in SUFFIXES else ".img"
        name = f"{hashlib.sha256(content).hexdigest()[:32]}{suffix}"
        path = cache_file("pictures", name)  # the folder of existing caches
        if not path.is_file() or path.stat().st_size != len(content):
            with whole_file(path) as part:
                part.write_bytes(content)
        paths.append(str(path))
    return paths


def file_of_dataset(path: str, source: str, name: str) -> Path:
    """The file that a data set names in place of an image's bytes; refused unless it belongs to the data set."""
    from datasets import config

    file = Path(os.path.normpath(Path(path).absolute()))
    if not any(
        file.is_relative_to(place) for place in (Path(source).absolute().parent, Path(config.HF_CACHE_HOME).absolute())
    ):
        raise GalleryError(f"{source}: {name} is the file {file}, outside the data set; refused.")
    return file
