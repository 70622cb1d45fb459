"""Galleries of image files: a folder with metadata, a folder tree, and a CSV of paths and class ids.

| layout | object type, class and split |
|---|---|
| `metadata.csv`, `.jsonl` or `.parquet` | columns file_name, object_type, class_name, and split if there is one |
| the same in every folder one level down | as above; a folder named like a split is the split of its images |
| `<object_type>/<class_name>/*` or `<object_type>/*` | the folders; no split |
| `<split>/<object_type>/<class_name>/*` or `<split>/<object_type>/*` | the folders, where all at the top are splits |
| a CSV of paths and class ids | columns; the object type and the split if there are such columns |

If a table gives no split, folders that are named like splits do: see `split_folders.py`.

Each reader appends to the list `notes` a sentence for everything that the user may not expect.
"""

from pathlib import Path, PurePosixPath

import pandas as pd

from trainer.core.data.folder_listing import METADATA_NAMES, FolderListing, names_on_disk
from trainer.core.data.gallery_table import CLASS_COLUMNS, PATH_COLUMNS, UNKNOWN_TYPE, gallery_table
from trainer.core.data.images import SUFFIXES
from trainer.core.data.metadata_table import METADATA_COLUMNS, read_csv, read_metadata
from trainer.core.data.split_folders import (
    check_folders_below_splits,
    folders_of_files,
    splits_of_folders,
    top_folders_are_splits,
)
from trainer.core.data.splits import SPLIT_COLUMNS, row_splits, split_column, split_name
from trainer.core.errors import GalleryError, first_few, listed


def read_image_folder(listing: FolderListing, notes: list[str]) -> pd.DataFrame:
    """The table of a folder with metadata, or of a folder tree. Raises GalleryError."""
    top = [name for name in listing.metadata if "/" not in name]
    below = [name for name in listing.metadata if name.count("/") == 1]
    read = top or below
    ignored = [name for name in listing.metadata if name not in read]
    if top and ignored:
        notes.append(f"not read, as {top[0]} describes the whole folder: {first_few(ignored)}")
    elif ignored:
        raise GalleryError(
            f"{listing.folder}: expected metadata in the folder or in every folder one level down, found"
            f" {first_few(ignored)}; move or remove it."
        )
    if listing.parquet:
        notes.append(f"not read, as the folder holds images: {first_few(listing.parquet)}")
    if not read:
        return _folder_tree(listing, notes)
    table = _one_metadata(listing, top, "", notes) if top else _metadata_below(listing, below, notes)
    unlisted = sorted(set(listing.images).difference(table["image_id"]))
    if unlisted:
        notes.append(f"images that are not read, as the metadata does not list them: {first_few(unlisted)}")
    return table


def _metadata_below(listing: FolderListing, files: list[str], notes: list[str]) -> pd.DataFrame:
    """One metadata file in each folder one level down, as in the ImageFolder layout of `datasets`."""
    folders = {name.split("/")[0] for name in files}
    outside = [name for name in listing.images if name.split("/")[0] not in folders]
    if outside:
        raise GalleryError(
            f"{listing.folder}: {first_few(files)} describe images of their own folders only; expected metadata for"
            f" {first_few(outside)} too."
        )
    top_folders_are_splits(listing.folder, [(folder,) for folder in folders])
    parts = [
        _one_metadata(listing, [name for name in files if name.split("/")[0] == folder], f"{folder}/", notes)
        for folder in sorted(folders)
    ]
    return pd.concat(parts, ignore_index=True)


def _one_metadata(listing: FolderListing, files: list[str], prefix: str, notes: list[str]) -> pd.DataFrame:
    """The table of one metadata file; `prefix` is its folder relative to the gallery, which may name a split."""
    if len(files) > 1:
        raise GalleryError(f"{listing.folder}: expected one metadata file, found {' and '.join(files)}; keep one.")
    path = listing.folder / files[0]
    table = read_metadata(path)
    missing = [name for name in METADATA_COLUMNS if name not in table]
    if missing:
        raise GalleryError(
            f"{path}: expected the columns {', '.join(METADATA_COLUMNS)} and perhaps split, found"
            f" {listed(list(table.columns)) or 'none'}; add {', '.join(missing)}."
        )
    slashed = [PurePosixPath(name.strip().replace("\\", "/")) for name in table["file_name"]]
    outside = [str(name) for name in slashed if name.is_absolute() or ".." in name.parts]
    if outside:
        raise GalleryError(f"{path}: expected file names inside the folder, found {first_few(outside)}.")
    names = [prefix + name.strip() if name.strip() else "" for name in table["file_name"]]
    found = names_on_disk(names, listing.folder, listing)
    return gallery_table(
        found,
        [str(listing.folder / name) for name in found],
        table["object_type"],
        table["class_name"],
        _file_splits(
            [name.removeprefix(prefix) for name in found],
            table,
            "class_name",
            split_name(prefix.rstrip("/")) or "",
            path,
            notes,
        ),
    )


def _file_splits(
    names: list[str], table: pd.DataFrame, classes: str, split: str, path: Path, notes: list[str]
) -> list[str]:
    """The split of each row: that of its column, of its part of the gallery (`split`), or of its folders.

    `names` are relative to the folder of `path`, `classes` is the column of the classes.
    """
    column = split_column(
        {name: table[name].tolist() for name in table if name in ("split", *SPLIT_COLUMNS)}, str(path), notes
    )
    splits = row_splits(table[column] if column else [""] * len(names), split, str(path), column)
    labels = [table[name].tolist() for name in ("object_type", classes) if name in table]
    return splits_of_folders(names, folders_of_files(names, path.parent), labels, splits, path, notes)


def _folder_tree(listing: FolderListing, notes: list[str]) -> pd.DataFrame:
    folder, names = listing.folder, listing.images
    if not names and listing.not_utf8:
        raise GalleryError(
            f"{folder}: expected images with file names in UTF-8, found {first_few(listing.not_utf8)}; rename them."
        )
    if not names:
        raise GalleryError(f"{folder}: expected images ({' '.join(sorted(SUFFIXES))}), found none in it or below.")
    parts = [tuple(name.split("/")[:-1]) for name in names]
    splits = [""] * len(names)
    if top_folders_are_splits(folder, parts):
        splits = [split_name(p[0]) or "" for p in parts]
        parts = [p[1:] for p in parts]
    check_folders_below_splits(folder, parts, notes)
    if listing.tables:
        expected = "/".join(sorted(METADATA_NAMES))
        notes.append(f"tables that are not read, as none is called {expected}: {first_few(listing.tables)}")
    stray = [name for name, p in zip(names, parts, strict=True) if not p]
    if stray and len(stray) < len(names):
        notes.append(f"images in no folder of an object type have the object type {UNKNOWN_TYPE}: {first_few(stray)}")
    return gallery_table(
        names,
        [str(folder / name) for name in names],
        [p[0] if p else UNKNOWN_TYPE for p in parts],
        ["/".join(p[1:]) for p in parts],  # empty for <object_type>/*: the class is not known
        splits,
    )


def read_class_id_csv(path: Path, notes: list[str]) -> pd.DataFrame:
    """The table of a CSV of image paths and classes, without object types. Raises GalleryError."""
    table = read_csv(path)
    if table.columns.map(lambda name: Path(name).suffix.lower() in SUFFIXES).any():
        raise GalleryError(
            f"{path}: expected a first line that names the columns, such as path,class_id, found the image"
            f" {listed(list(table.columns))}; add that line."
        )
    if table.shape[1] < 2:
        raise GalleryError(
            f"{path}: expected a column of image paths and a column of class ids, found"
            f" {listed(list(table.columns)) or 'none'}."
        )
    columns = list(table.columns)
    files = next((name for name in PATH_COLUMNS if name in columns), None)
    classes = next((name for name in CLASS_COLUMNS if name in columns and name != files), None)
    files_by_name, classes_by_name = files, classes
    by_place = [name for name in columns if name not in ("object_type", "split", *SPLIT_COLUMNS, classes)]
    files = files or next(iter(by_place), "")
    after = [*by_place[by_place.index(files) + 1 :], *by_place] if files in by_place else by_place
    classes = classes or next((name for name in after if name != files), "")
    if not (files and classes):
        raise GalleryError(
            f"{path}: expected a column of image paths and a column of class ids, found {listed(columns)}."
        )
    if len(columns) > 2 and not (files_by_name and classes_by_name):
        notes.append(f"column {files} is read as the image path and column {classes} as the class")
    found = names_on_disk(table[files], path.parent)
    return gallery_table(
        found,
        [str(path.parent / name) for name in found],
        table.get("object_type", UNKNOWN_TYPE),
        table[classes],
        _file_splits(found, table, classes, "", path, notes),
    )
