"""Build a gallery folder (metadata.csv, images, SOURCES.md) from the data sets that a gallery recipe lists.

run(read_gallery_recipe("eleven-types"), Path("eleven"))

A finished entry leaves a record in `.assemble`, so that an interrupted run continues with the next entry.
"""

import re
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from PIL import Image

from trainer.assemble.entry import DatasetEntry
from trainer.assemble.recipe import GalleryRecipe
from trainer.assemble.records import RECORDS, EntryRecord, read_record, write_record
from trainer.assemble.rows import DatasetRows, ImageRow
from trainer.assemble.sources_file import JPEG_QUALITY, sources_text
from trainer.core.csv_cell import quoting
from trainer.core.data.gallery_table import clean_label
from trainer.core.data.images import ImageAccessError, ImageError, read_image
from trainer.core.errors import UserError
from trainer.core.files import whole_file
from trainer.core.hub_access import HubUnreachable
from trainer.core.progress import Progress, terminal

Label = tuple[str, str]  # object type, class


def run(recipe: GalleryRecipe, out: Path, progress: Progress = terminal) -> Path:
    """Assemble the entries that are not finished, then write metadata.csv and SOURCES.md. Returns `out`.

    Raises UserError with all mistakes of all entries before the first image is stored.
    """
    if out.exists() and not (out / RECORDS).is_dir() and (not out.is_dir() or any(out.iterdir())):
        raise UserError(f"--out {out}: expected a new folder, or one that `assemble` began; it holds something else.")
    sources = _opened([entry for entry in recipe.entries if read_record(recipe, entry, out) is None])
    try:
        (out / RECORDS).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"--out {out}: expected a folder that can be made ({error.strerror}).") from error
    for source in sources:
        (out / "metadata.csv").unlink(missing_ok=True)  # the gallery is complete only after the last entry
        _assemble_entry(recipe, source, out, progress)
    records = {entry.name: record for entry in recipe.entries if (record := read_record(recipe, entry, out))}
    with whole_file(out / "SOURCES.md") as part:
        part.write_text(sources_text(recipe, records), encoding="utf-8")
    split_of = {entry.name: entry.gallery_split for entry in recipe.entries}
    rows = [(*row, split_of[name]) for name, record in records.items() for row in record.rows]
    columns = ["file_name", "object_type", "class_name", "split"]
    if set(split_of.values()) == {"train"}:
        columns.pop()  # without the column, all images may train
    with whole_file(out / "metadata.csv") as part:
        table = pd.DataFrame([row[: len(columns)] for row in rows], columns=columns, dtype=str)
        table.to_csv(part, index=False, quoting=quoting(table))
    return out


def notes(recipe: GalleryRecipe, out: Path) -> list[str]:
    """One line for each finished entry: its images, and what was left out."""
    records = [(entry, read_record(recipe, entry, out)) for entry in recipe.entries]
    return [f"{entry.name}: {record.summary()}" for entry, record in records if record]


def _opened(entries: Sequence[DatasetEntry]) -> list[DatasetRows]:
    sources, problems = [], []
    for entry in entries:
        try:
            source = DatasetRows(entry)
        except HubUnreachable:
            raise  # every other entry would wait for the network too
        except UserError as error:
            problems.append(str(error).rstrip("."))
        else:
            problems += source.mistakes()
            sources.append(source)
    if problems:
        raise UserError(
            f"{'; '.join(problems)}. Nothing was taken: correct the recipe, or leave entries out by --skip."
        )
    return sources


def _assemble_entry(recipe: GalleryRecipe, source: DatasetRows, out: Path, progress: Progress) -> None:
    """Store the images of one entry, then its record."""
    entry = source.entry
    folder = out / "images" / entry.name
    shutil.rmtree(folder, ignore_errors=True)  # of an interrupted run or of another recipe
    record = EntryRecord()
    counts: Counter[Label] = Counter()
    left_out: Counter[str] = Counter()
    unseen = dict.fromkeys([*entry.keep, *entry.rename])
    n_classes, n_full = _most_classes(source), 0
    for row in progress(source.shuffled(recipe.seed), total=entry.max_rows, desc=entry.name, unit="row"):
        if n_full == n_classes or record.n_read == entry.max_rows:
            break  # no further row can be used
        record.n_read += 1
        unseen.pop(row.label, None)
        label = (entry.object_type.values.get(row.type_value, ""), _class_name(entry, row.label))
        if reason := _reason_to_skip(entry, row, label, counts):
            left_out[reason] += 1
            continue
        name = f"images/{entry.name}/{_folder_name(label)}/{len(record.rows):06d}.jpg"
        try:
            image = read_image(source.image_bytes(row))
        except ImageAccessError:
            raise  # reading it may succeed another time
        except (ImageError, FileNotFoundError) as error:
            record.broken.append(f"{row.name} ({_reason(error)})")
            continue
        _store(image, out / name, recipe.size_px)
        counts[label] += 1
        n_full += counts[label] == entry.cap_per_class
        record.rows.append((name, *label))
    small = [row for row in record.rows if counts[row[1:]] < entry.min_per_class]
    for name, *_ in small:
        (out / name).unlink()
    if small:
        left_out["of a class below min_per_class"] = len(small)
        record.rows = [row for row in record.rows if counts[row[1:]] >= entry.min_per_class]
    record.left_out, record.unseen = dict(sorted(left_out.items())), list(unseen)
    if not record.rows:
        raise UserError(
            f"{entry.name}: no image is left; {record.summary()}. Correct the entry or leave it out by --skip."
        )
    for of_class in folder.iterdir():
        if not any(of_class.iterdir()):
            of_class.rmdir()
    write_record(record, recipe, entry, out)


def _reason(error: ImageError | FileNotFoundError) -> str:
    """An ImageError begins with a name, which is not the one of the row."""
    text = str(error).rstrip(".")
    return text.partition(": ")[2] if isinstance(error, ImageError) else text


def _most_classes(source: DatasetRows) -> int | None:
    """How many classes the rows can have, if that is known beforehand: reading ends when all of them are full."""
    entry, names = source.entry, source.possible_classes()
    known = [entry.max_classes] if entry.max_classes else []
    if names is not None and not entry.object_type.column:
        known.append(len({_class_name(entry, name) for name in names}))
    return min(known, default=None)


def _reason_to_skip(entry: DatasetEntry, row: ImageRow, label: Label, counts: Counter[Label]) -> str:
    """The reason why a row is left out; empty if it is used."""
    if not label[0] or (entry.keep and row.label not in entry.keep):
        return "not wanted by the recipe"
    if entry.label and not row.label:
        return "without a label"
    if entry.max_classes is not None and label not in counts and len(counts) >= entry.max_classes:
        return "of a class beyond max_classes"
    if entry.cap_per_class is not None and counts[label] >= entry.cap_per_class:
        return "of a class that was full"
    return ""


def _class_name(entry: DatasetEntry, label: str) -> str:
    """A number gets the name of the entry in front: class 7 of one data set is not class 7 of another."""
    return clean_label(entry.rename.get(label) or (f"{entry.name} {label}" if label.isdigit() else label))


def _folder_name(label: Label) -> str:
    """A readable name. Two classes may share a folder, as file names do not repeat."""
    return re.sub(r"[^\w-]+", "_", "-".join(filter(None, label)))[:60]


def _store(image: Image.Image, path: Path, size_px: int) -> None:
    image.thumbnail((size_px, size_px), Image.Resampling.LANCZOS)
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, "JPEG", quality=JPEG_QUALITY)
