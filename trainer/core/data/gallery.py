"""A gallery: images with labels, checked once, in a fixed order.

gallery = open_gallery("sample")
gallery.table                      # pandas: image_id, path, object_type, class_name, split; row i is image i
gallery.skipped                    # the files that could not be read, by name
gallery.notes                      # sentences on how the source was read
"""

import hashlib
import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from trainer.core.cache import cache_file, digest, store
from trainer.core.data.images import ImageAccessError, ImageError, check_image
from trainer.core.data.sources import GalleryError, read_source
from trainer.core.data.splits import split_name, unknown_split
from trainer.core.errors import first_few
from trainer.core.files import user_path
from trainer.core.progress import Progress, print_once, terminal

OBJECT_TYPES = (
    "apparel", "packaged_goods", "landmarks", "furniture", "storefronts", "dishes",
    "artwork", "toys", "memes", "illustrations", "cars",
)  # fmt: skip
MAX_LABEL_CHARS = 5_000  # more than the folders of a path can have
CHECK_VERSION = 4  # raise it when the check of an image changes


@dataclass(frozen=True)
class Gallery:
    """N images. `content` holds the SHA-256 of each file, `skipped` one sentence for each file left out.

    `notes` are sentences for the user on how the source was read, such as labels that differ only in case.
    """

    name: str
    table: pd.DataFrame
    content: tuple[str, ...]
    skipped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.table) != len(self.content) or not self.table["image_id"].is_unique:
            raise ValueError("a gallery needs one content hash a row and image ids that differ")

    def __len__(self) -> int:
        return len(self.table)

    @cached_property
    def fingerprint(self) -> str:
        """Changes with the images and their order, not with their labels or paths."""
        return digest({"pictures": self.content})  # the key of existing caches

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
        """(N,) of str; empty if the finest label is unknown."""
        return self.table["class_name"].to_numpy(dtype=str)

    @cached_property
    def classes(self) -> np.ndarray:
        """(N,) of str, `object_type/class_name`; classes of different object types are different even with one name."""
        names = self.table["class_name"]
        return (self.table["object_type"] + "/" + names).where(names != "", "").to_numpy(dtype=str)

    @cached_property
    def training_classes(self) -> np.ndarray:
        """(N,) of str: `classes`, or the object types if no class is known (Dataset 11 of the study)."""
        return self.classes if (self.classes != "").any() else self.object_types

    @cached_property
    def type_order(self) -> list[str]:
        """The object types of this gallery: the known eleven in their usual order, then others by name."""
        present = set(self.object_types)
        return [t for t in OBJECT_TYPES if t in present] + sorted(present - set(OBJECT_TYPES))

    def rows(self, *splits: str) -> np.ndarray:
        """Row numbers of the images in these splits."""
        return np.flatnonzero(self.table["split"].isin(splits))

    @property
    def all_notes(self) -> list[str]:
        """The sentences shown when the gallery is opened: skipped files, then `notes`."""
        return [*([self.skipped_note()] if self.skipped else []), *self.notes]

    def skipped_note(self) -> str:
        """One sentence on the skipped files; empty if there are none."""
        return f"{self.name}: skipped {first_few(list(self.skipped))}." if self.skipped else ""


def open_gallery(source: str, progress: Progress = terminal) -> Gallery:
    """Read a source (see `sources.py`), check its table and every image once, and skip broken images.

    Raises GalleryError for a bad table, with all its problems, and if no image is readable.
    """
    notes: list[str] = []
    not_utf8: list[str] = []
    table = read_source(source, notes, not_utf8)
    name = source if source == "sample" or source.startswith("hf:") else _name(user_path(source).resolve())
    _check_table(table, source)
    checks = _check_images(table, progress)
    skipped = tuple(f"{i} ({c.problem})" for i, c in zip(table["image_id"], checks, strict=True) if c.problem)
    if len(skipped) == len(table):
        raise GalleryError(
            f"{source}: expected at least one readable image, found none; skipped {first_few([*not_utf8, *skipped])}."
        )
    dark = [i for i, c in zip(table["image_id"], checks, strict=True) if c.dark]
    table = table[[not check.problem for check in checks]].reset_index(drop=True)
    content = tuple(check.content for check in checks if not check.problem)
    if dark:
        notes.append(
            "16-bit or float images whose values need less than a sixteenth of their range, such as 12-bit values"
            f" (up to 4095) in 16-bit files, are read as they are and look dark: {first_few(dark)}"
        )
    notes += _labels_alike(table)
    return Gallery(
        name, table, content, (*not_utf8, *skipped), tuple(f"{name}: {note}." for note in dict.fromkeys(notes))
    )


def _labels_alike(table: pd.DataFrame) -> list[str]:
    """One sentence on labels that differ only in case, if there are any."""
    labels = table[["object_type", "class_name"]].drop_duplicates()
    types = labels["object_type"].drop_duplicates()
    spellings = [
        *types.groupby(types.str.casefold()).unique(),
        *labels["class_name"].groupby([labels["object_type"], labels["class_name"].str.casefold()]).unique(),
    ]
    alike = ["/".join(sorted(names)) for names in spellings if len(names) > 1]
    return [f"labels that differ only in case are kept apart: {first_few(alike)}"] if alike else []


def _name(path: Path) -> str:
    """Of the folder or file; in UTF-8, also for `.` in a folder whose name is not."""
    return os.fsencode(path.name if path.is_dir() else path.stem).decode("utf-8", "backslashreplace")


def _check_table(table: pd.DataFrame, source: str) -> None:
    problems = []
    columns = table[["image_id", "object_type", "class_name", "split"]]
    for row, (image_id, object_type, class_name, split) in enumerate(columns.itertuples(index=False)):
        where = f"row {row + 1} ({image_id or 'no file name'})"
        if not image_id:
            problems.append(f"{where}: no file name")
        if not object_type:
            problems.append(f"{where}: no object type")
        if "\0" in object_type + class_name:  # NumPy leaves it out at the end of a text
            problems.append(f"{where}: a zero byte in a label")
        if len(object_type) + len(class_name) > MAX_LABEL_CHARS:
            problems.append(f"{where}: labels of more than {MAX_LABEL_CHARS:,} characters")
        if split_name(split) is None:
            problems.append(f"{where}: {unknown_split(split)}")
    problems += [
        f"{name}: listed more than once" for name in table["image_id"][table["image_id"].duplicated()].unique()
    ]
    if len(table) == 0:
        problems.append("the table has no rows")
    if problems:
        raise GalleryError(f"{source}: the table cannot be used; {first_few(problems)}.")


@dataclass(frozen=True)
class _Check:
    """One file: its SHA-256 ("" if it could not be read), what is wrong with it ("" if nothing), and `check_image`."""

    content: str
    problem: str
    dark: bool = False


def _check_images(table: pd.DataFrame, progress: Progress) -> list[_Check]:
    """The check of each row, cached by the names, sizes and times of the files.

    Files that could not be read are opened again at the next start, as the reason may be gone.
    """
    stats = [_stat(path) for path in table["path"]]
    record = cache_file("checked", f"{digest({'files': stats, 'version': CHECK_VERSION})}.json")
    checks = _read_checks(record, len(table))
    rows = [row for row, check in enumerate(checks) if not check.content]
    if rows:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            results = pool.map(_check_image, table["path"].iloc[rows])
            done = list(progress(results, total=len(rows), desc="checking images", unit="image"))
        for row, check in zip(rows, done, strict=True):
            checks[row] = check
        values = [astuple(check) for check in checks]
        text = json.dumps({"checks": values, "digest": digest(values)})
        store(record, lambda part: part.write_text(text))
    return checks


def _read_checks(record: Path, n: int) -> list[_Check]:
    """The cached checks of n files; "not checked" if there is no record or a damaged one."""
    nothing = [_Check("", "not checked")] * n
    if not os.path.isfile(record):
        return nothing
    try:
        stored = json.loads(record.read_text())
        if stored["digest"] == digest(stored["checks"]) and len(stored["checks"]) == n:
            return [_Check(*values) for values in stored["checks"]]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        pass
    print_once(f"{record}: the cached file is damaged; the images are checked again.")
    return nothing


def _stat(path: str) -> list[object]:
    try:
        status = os.stat(path)
    except (OSError, ValueError):  # a name with a zero byte
        return [path, -1, -1]
    if not os.access(path, os.R_OK):
        return [path, -1, -1]  # the size and time may be those of a file that was readable before
    return [path, status.st_size, status.st_mtime_ns]


def _check_image(path: str) -> _Check:
    try:
        mode = os.stat(path).st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            return _Check("", "not a regular file")  # reading a pipe or a device may never end
        data = Path(path).read_bytes()
    except ValueError:
        return _Check("", "the file name holds a zero byte")
    except OSError as error:
        return _Check("", "the file is missing" if isinstance(error, FileNotFoundError) else str(error.strerror))
    content = hashlib.sha256(data).hexdigest()
    try:
        return _Check(content, "", check_image(data))
    except ImageError as error:
        temporary = isinstance(error, ImageAccessError)
        return _Check("" if temporary else content, str(error).removeprefix("the image: ").rstrip("."))
