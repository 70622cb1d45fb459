"""A gallery: pictures with their labels, checked once, in an order that never changes.

gallery = open_gallery("sample")
gallery.table                      # pandas: image_id, path, object_type, class_name, split; row i is picture i
gallery.skipped                    # what could not be read, by name
"""

import hashlib
import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from trainer.core.errors import first_few
from trainer.core.images import ImageError, read_image
from trainer.core.progress import Progress, terminal
from trainer.core.sources import SPLITS, GalleryError, read_source
from trainer.core.store import cache_dir, digest, whole_file

OBJECT_TYPES = (
    "apparel", "packaged_goods", "landmarks", "furniture", "storefronts", "dishes",
    "artwork", "toys", "memes", "illustrations", "cars",
)  # fmt: skip
CHECK_VERSION = 1


@dataclass(frozen=True)
class Gallery:
    """N pictures. `content` holds the SHA-256 of each file, `skipped` one sentence for each file left out."""

    name: str
    table: pd.DataFrame
    content: tuple[str, ...]
    skipped: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.table) != len(self.content) or not self.table["image_id"].is_unique:
            raise ValueError("a gallery needs one content hash a row and image ids that differ")

    def __len__(self) -> int:
        return len(self.table)

    @cached_property
    def fingerprint(self) -> str:
        """Changes with the pictures and their order, not with their labels or where they lie."""
        return digest({"pictures": self.content})

    @cached_property
    def labels_fingerprint(self) -> str:
        """Changes with names, labels and splits."""
        columns = self.table[["image_id", "object_type", "class_name", "split"]]
        return digest({"name": self.name, "labels": columns.to_numpy(dtype=str).tolist(), "skipped": len(self.skipped)})

    @cached_property
    def object_types(self) -> np.ndarray:
        """(N,) of str."""
        return self.table["object_type"].to_numpy(dtype=str)

    @cached_property
    def class_names(self) -> np.ndarray:
        """(N,) of str; empty where the finest label is not known."""
        return self.table["class_name"].to_numpy(dtype=str)

    @cached_property
    def classes(self) -> np.ndarray:
        """(N,) of str, `object_type/class_name`: a lemon among dishes is not a lemon among illustrations."""
        names = self.table["class_name"]
        return (self.table["object_type"] + "/" + names).where(names != "", "").to_numpy(dtype=str)

    @cached_property
    def training_classes(self) -> np.ndarray:
        """(N,) of str: `classes`, or the object types where no class at all is known (Dataset 11 of the study)."""
        return self.classes if (self.classes != "").any() else self.object_types

    @cached_property
    def type_order(self) -> list[str]:
        """The object types present: the eleven in their usual order, then any others by name."""
        present = set(self.object_types)
        return [t for t in OBJECT_TYPES if t in present] + sorted(present - set(OBJECT_TYPES))

    def rows(self, *splits: str) -> np.ndarray:
        """Row numbers of the pictures in these splits."""
        return np.flatnonzero(self.table["split"].isin(splits))

    def skipped_note(self) -> str:
        """One sentence on what was left out, or nothing."""
        return f"{self.name}: skipped {first_few(list(self.skipped))}." if self.skipped else ""


def open_gallery(source: str, progress: Progress = terminal) -> Gallery:
    """Read a source (see `sources.py`), check its table and every picture once, and leave out what is broken.

    Raises GalleryError, with all problems of the table together, or when no picture is left.
    """
    table = read_source(source)
    name = source if source == "sample" or source.startswith("hf:") else _name(Path(source).expanduser().resolve())
    _check_table(table, source)
    content, problems = _check_pictures(table, progress)
    good = [not problem for problem in problems]
    skipped = tuple(f"{i} ({p})" for i, p in zip(table["image_id"], problems, strict=True) if p)
    if not any(good):
        raise GalleryError(
            f"{source}: expected at least one readable picture, found none; skipped {first_few([*skipped])}."
        )
    kept = tuple(c for c, ok in zip(content, good, strict=True) if ok)
    return Gallery(name, table[good].reset_index(drop=True), kept, skipped)


def _name(path: Path) -> str:
    return path.name if path.is_dir() else path.stem


def _check_table(table: pd.DataFrame, source: str) -> None:
    problems = []
    for row, (image_id, object_type, split) in enumerate(
        table[["image_id", "object_type", "split"]].itertuples(index=False)
    ):
        where = f"row {row + 1} ({image_id or 'no file name'})"
        if not image_id:
            problems.append(f"{where}: no file name")
        if not object_type:
            problems.append(f"{where}: no object type")
        if split and split not in SPLITS:
            problems.append(f"{where}: split {split!r} is none of {'/'.join(SPLITS)}")
    problems += [
        f"{name}: listed more than once" for name in table["image_id"][table["image_id"].duplicated()].unique()
    ]
    if len(table) == 0:
        problems.append("the table has no rows")
    if problems:
        raise GalleryError(f"{source}: the table cannot be used; {first_few(problems)}.")


def _check_pictures(table: pd.DataFrame, progress: Progress) -> tuple[list[str], list[str]]:
    """For each row the SHA-256 of its file and what is wrong with it ("" when it is a good picture).

    Remembered under the names, sizes and times of the files, so that the next start opens none of them.
    """
    stats = [_stat(path) for path in table["path"]]
    record = cache_dir() / "checked" / f"{digest({'files': stats, 'version': CHECK_VERSION})}.json"
    if record.is_file():
        try:
            content, problems = json.loads(record.read_text())
            return content, problems
        except ValueError:
            pass  # damaged: check again and replace it
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(_check_picture, table["path"])
        checked = list(progress(results, total=len(table), desc="checking pictures", unit="picture"))
    content, problems = [c for c, _ in checked], [p for _, p in checked]
    with whole_file(record) as part:
        part.write_text(json.dumps([content, problems]))
    return content, problems


def _stat(path: str) -> list[object]:
    try:
        stat = os.stat(path)
    except OSError:
        return [path, -1, -1]
    return [path, stat.st_size, stat.st_mtime_ns]


def _check_picture(path: str) -> tuple[str, str]:
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        return "", "the file is missing" if isinstance(error, FileNotFoundError) else str(error.strerror)
    content = hashlib.sha256(data).hexdigest()
    try:
        read_image(data, quick=True)
    except ImageError as error:
        return content, str(error).removeprefix("the picture: ").rstrip(".")
    return content, ""
