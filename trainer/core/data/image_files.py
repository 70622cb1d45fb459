"""Galleries of image files: a folder with metadata, a folder tree, and a CSV of paths and class ids.

| layout | object type, class and split |
|---|---|
| `metadata.csv`, `.jsonl` or `.parquet` | columns file_name, object_type, class_name, and split if there is one |
| the same in every folder one level down | as above; a folder called like a split is the split of its images |
| `<object_type>/<class_name>/*` or `<object_type>/*` | the folders; no split |
| `<split>/<object_type>/<class_name>/*` or `<split>/<object_type>/*` | the folders, where all at the top are splits |
| a CSV of paths and class ids | columns; the object type and the split if there are such columns |

Where a table gives no split, folders that are called like splits do: see `split_folders.py`.

Each reader takes a list `notes`, to which it appends a sentence for everything that a user might not expect.
"""

import csv
import json
import os
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath

import pandas as pd

from trainer.core.data.gallery_table import CLASS_COLUMNS, PATH_COLUMNS, UNKNOWN_TYPE, gallery_table, standard_columns
from trainer.core.data.images import SUFFIXES
from trainer.core.data.split_folders import (
    check_folders_below_splits,
    folders_of_files,
    splits_of_folders,
    top_folders_are_splits,
)
from trainer.core.data.splits import SPELLINGS, SPLIT_COLUMNS, row_splits, split_column, split_name
from trainer.core.errors import GalleryError, first_few

# Images of kinds that are not read: listed all the same, so that they are named as skipped.
OTHER_IMAGES = frozenset(
    {
        ".heic", ".heif", ".avif", ".jxl", ".jp2", ".j2k", ".jpc", ".jpf", ".jpx", ".jpeg2000",
        ".ppm", ".pgm", ".pbm", ".pnm", ".pfm", ".tga", ".ico", ".icns", ".cur", ".pcx", ".dds", ".sgi", ".xbm", ".xpm",
        ".exr", ".hdr", ".qoi", ".svg", ".eps", ".wmf", ".emf", ".psd", ".xcf",
        ".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".raf", ".rw2",
    }
)  # fmt: skip
# Tables beside images that may hold their labels or splits, but are not called as METADATA_NAMES; text files of
# other names are not listed.
TABLE_SUFFIXES = frozenset({".csv", ".tsv", ".json", ".jsonl", ".xlsx"})
TEXT_TABLES = frozenset({"labels", "classes", "annotations", "metadata", "splits", "split", *SPELLINGS})
METADATA_NAMES = frozenset({"metadata.csv", "metadata.jsonl", "metadata.parquet"})
METADATA_COLUMNS = ("file_name", "object_type", "class_name")
# Folders that a system or a file server keeps for itself, in lower case; those that begin with a dot are hidden anyway.
SYSTEM_FOLDERS = frozenset(
    {
        "@eadir", "@recycle", "@recently-snapshot", "@synoresource", "@tmp", "#recycle", "#snapshot",  # file servers
        "$recycle.bin", "recycler", "system volume information", "found.000",  # Windows
        "__macosx", "network trash folder", "temporary items",  # macOS
        "lost+found", "__pycache__",
    }
)  # fmt: skip


@dataclass(frozen=True)
class FolderListing:
    """The files below a folder by kind, as sorted names relative to it; hidden and system folders are left out."""

    folder: Path
    images: list[str] = field(default_factory=list)
    metadata: list[str] = field(default_factory=list)
    parquet: list[str] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)

    @cached_property
    def by_composed_name(self) -> dict[str, list[str]]:
        """Images by the NFC form of their names: macOS writes names in the decomposed form, NFD."""
        names: dict[str, list[str]] = {}
        for name in self.images:
            names.setdefault(unicodedata.normalize("NFC", name), []).append(name)
        return names


def list_folder(folder: Path) -> FolderListing:
    """All files below a folder. Links to folders are followed; each folder is read once."""
    listing = FolderListing(folder)
    seen = set()

    def unreadable(error: OSError) -> None:
        listing.unreadable.append(f"{os.path.relpath(error.filename, folder)} ({error.strerror})")

    for place, folders, files in os.walk(folder, followlinks=True, onerror=unreadable):
        seen.add(os.path.realpath(place))
        folders[:] = sorted(f for f in folders if _is_users(f) and os.path.realpath(os.path.join(place, f)) not in seen)
        below = Path(place).relative_to(folder).as_posix()
        for name in filter(_is_users, files):
            path, suffix = name if below == "." else f"{below}/{name}", os.path.splitext(name)[1].lower()
            if name.lower() in METADATA_NAMES:
                listing.metadata.append(path)
            elif suffix in SUFFIXES | OTHER_IMAGES:
                listing.images.append(path)
            elif suffix == ".parquet":
                listing.parquet.append(path)
            elif suffix in TABLE_SUFFIXES or (suffix == ".txt" and name[:-4].lower() in TEXT_TABLES):
                listing.tables.append(path)
    for names in (listing.images, listing.metadata, listing.parquet, listing.tables):
        names.sort()
    return listing


def _is_users(name: str) -> bool:
    return name[0] != "." and name.lower() not in SYSTEM_FOLDERS


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
    """One metadata file in each folder of the top level, as the ImageFolder of `datasets` has them."""
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
    """The table of one metadata file; `prefix` is its folder below the gallery's, which may name a split."""
    if len(files) > 1:
        raise GalleryError(f"{listing.folder}: expected one metadata file, found {' and '.join(files)}; keep one.")
    path = listing.folder / files[0]
    table = _read_metadata(path)
    missing = [name for name in METADATA_COLUMNS if name not in table]
    if missing:
        raise GalleryError(
            f"{path}: expected the columns {', '.join(METADATA_COLUMNS)} and perhaps split, found"
            f" {', '.join(table.columns) or 'none'}; add {', '.join(missing)}."
        )
    slashed = [PurePosixPath(name.strip().replace("\\", "/")) for name in table["file_name"]]
    outside = [str(name) for name in slashed if name.is_absolute() or ".." in name.parts]
    if outside:
        raise GalleryError(f"{path}: file names must lie inside the folder, found {first_few(outside)}.")
    names = [prefix + name.strip() if name.strip() else "" for name in table["file_name"]]
    found = _names_on_disk(names, listing.folder, listing)
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


def _names_on_disk(names: Iterable[str], folder: Path, listing: FolderListing | None = None) -> list[str]:
    """Each name as the file is called on disk: `./a.png` is `a.png`, backslashes may separate folders, NFC or NFD.

    A name without a file stays as it is, to be skipped by name.
    """
    alike: dict[str, list[str]] = {}

    def on_disk(name: str) -> str:
        nonlocal alike
        plain = PurePosixPath(name).as_posix() if name else ""
        forms = list(dict.fromkeys((plain, PurePosixPath(plain.replace("\\", "/")).as_posix())))
        for form in forms:
            if name and os.path.isfile(folder / form):  # False also where a folder may not be entered
                return form
        if plain.isascii():
            return plain
        alike = alike or (listing or list_folder(folder)).by_composed_name
        for form in forms:
            matches = alike.get(unicodedata.normalize("NFC", form), [])
            if len(matches) == 1:
                return matches[0]
        return plain

    return [on_disk(name.strip()) for name in names]


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
    table = _read_csv(path)
    if table.columns.map(lambda name: Path(name).suffix.lower() in SUFFIXES).any():
        raise GalleryError(
            f"{path}: expected a first line that names the columns, such as path,class_id, found the image"
            f" {', '.join(table.columns)}; add that line."
        )
    if table.shape[1] < 2:
        raise GalleryError(
            f"{path}: expected a column of image paths and a column of class ids, found"
            f" {', '.join(table.columns) or 'none'}."
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
            f"{path}: expected a column of image paths and a column of class ids, found {', '.join(columns)}."
        )
    if len(columns) > 2 and not (files_by_name and classes_by_name):
        notes.append(f"column {files} is read as the image path and column {classes} as the class")
    found = _names_on_disk(table[files], path.parent)
    return gallery_table(
        found,
        [str(path.parent / name) for name in found],
        table.get("object_type", UNKNOWN_TYPE),
        table[classes],
        _file_splits(found, table, classes, "", path, notes),
    )


def _read_metadata(path: Path) -> pd.DataFrame:
    """All columns as str, "" where there is no value."""
    suffix = path.suffix.lower()
    return _read_csv(path) if suffix == ".csv" else _as_text(_metadata_rows(path, suffix), path)


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
        reason = getattr(error, "msg", error)  # without the position in the line, which says "line 1"
        raise GalleryError(f"{where}: expected one JSON object ({reason}), found {line.strip()[:80]}.") from error
    if not isinstance(row, dict):
        raise GalleryError(f"{where}: expected one JSON object, found {line.strip()[:80]}.")
    return row


def _distinct(pairs: list[tuple[str, object]]) -> dict:
    """An object of JSON; a key that comes twice is an error, as only one of its values would be read."""
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


def _read_csv(path: Path) -> pd.DataFrame:
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
