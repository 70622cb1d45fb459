"""Build a gallery folder (metadata.csv, pictures, SOURCES.md) from the data sets that a gallery recipe lists.

run(read_gallery_recipe("eleven-types"), Path("eleven"))

An entry that is done leaves a record in `.assemble`, so that a run that was cut short goes on with the next entry.
"""

import json
import re
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pandas as pd
from PIL import Image

from trainer.assemble.recipe import Entry, GalleryRecipe
from trainer.assemble.rows import DatasetRows, HubUnreachable, Row
from trainer.core.cache import digest, whole_file
from trainer.core.data.gallery_table import clean_label
from trainer.core.data.images import ImageAccessError, ImageError, read_image
from trainer.core.errors import UserError, first_few
from trainer.core.progress import Progress, terminal

RECORDS = ".assemble"
VERSION = 1  # raise it when the same recipe would give other pictures
JPEG_QUALITY = 90
Label = tuple[str, str]  # object type, class


@dataclass
class Taken:
    """What an entry gave: rows (file_name, object_type, class_name), broken pictures by name, the rest by reason."""

    rows: list[tuple[str, str, str]] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    unseen: list[str] = field(default_factory=list)  # classes that the recipe names and no row had
    n_read: int = 0


def run(recipe: GalleryRecipe, out: Path, progress: Progress = terminal) -> Path:
    """Take what is not yet taken, then write metadata.csv and SOURCES.md. Returns `out`.

    Raises UserError with all mistakes of all entries before the first picture is taken.
    """
    if out.exists() and not (out / RECORDS).is_dir() and (not out.is_dir() or any(out.iterdir())):
        raise UserError(f"--out {out}: expected a new folder, or one that `assemble` began; it holds something else.")
    sources = _opened([entry for entry in recipe.entries if _read_record(recipe, entry, out) is None])
    try:
        (out / RECORDS).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"--out {out}: expected a folder that can be made ({error.strerror}).") from error
    for source in sources:
        (out / "metadata.csv").unlink(missing_ok=True)  # no gallery until all is there
        _take(recipe, source, out, progress)
    taken = {entry.name: record for entry in recipe.entries if (record := _read_record(recipe, entry, out))}
    with whole_file(out / "SOURCES.md") as part:
        part.write_text(_sources(recipe, taken), encoding="utf-8")
    split_of = {entry.name: entry.gallery_split for entry in recipe.entries}
    rows = [(*row, split_of[name]) for name, record in taken.items() for row in record.rows]
    columns = ["file_name", "object_type", "class_name", "split"]
    if set(split_of.values()) == {"train"}:
        columns.pop()  # all may train
    with whole_file(out / "metadata.csv") as part:
        pd.DataFrame([row[: len(columns)] for row in rows], columns=columns).to_csv(part, index=False)
    return out


def notes(recipe: GalleryRecipe, out: Path) -> list[str]:
    """One line for each entry that is done: what it gave and what was left out."""
    records = [(entry, _read_record(recipe, entry, out)) for entry in recipe.entries]
    return [f"{entry.name}: {_summary(record)}" for entry, record in records if record]


def _opened(entries: Sequence[Entry]) -> list[DatasetRows]:
    sources, problems = [], []
    for entry in entries:
        try:
            source = DatasetRows(entry)
        except HubUnreachable:
            raise  # the others would each wait for the network in vain
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


def _take(recipe: GalleryRecipe, source: DatasetRows, out: Path, progress: Progress) -> None:
    """Store the pictures of one entry and, last of all, its record."""
    entry = source.entry
    folder = out / "images" / entry.name
    shutil.rmtree(folder, ignore_errors=True)  # of a run that was cut short, or of another recipe
    taken = Taken()
    counts: Counter[Label] = Counter()
    left_out: Counter[str] = Counter()
    unseen = dict.fromkeys([*entry.keep, *entry.rename])
    n_classes, n_full = _most_classes(source), 0
    for row in progress(source.shuffled(recipe.seed), total=entry.max_rows, desc=entry.name, unit="row"):
        if n_full == n_classes or taken.n_read == entry.max_rows:
            break  # nothing more can come
        taken.n_read += 1
        unseen.pop(row.label, None)
        label = (entry.type_of.get(row.type_value, ""), _class_name(entry, row.label))
        if reason := _why_not(entry, row, label, counts):
            left_out[reason] += 1
            continue
        name = f"images/{entry.name}/{_folder_name(label)}/{len(taken.rows):06d}.jpg"
        try:
            image = read_image(source.picture_bytes(row))
        except ImageAccessError:
            raise  # it may be read the next time
        except (ImageError, FileNotFoundError) as error:
            taken.broken.append(f"{row.name} ({str(error).removeprefix('the image: ').rstrip('.')})")
            continue
        _store(image, out / name, recipe.size_px)
        counts[label] += 1
        n_full += counts[label] == entry.cap_per_class
        taken.rows.append((name, *label))
    small = [row for row in taken.rows if counts[row[1:]] < entry.min_per_class]
    for name, *_ in small:
        (out / name).unlink()
    if small:
        left_out["of a class below min_per_class"] = len(small)
        taken.rows = [row for row in taken.rows if counts[row[1:]] >= entry.min_per_class]
    taken.left_out, taken.unseen = dict(sorted(left_out.items())), list(unseen)
    if not taken.rows:
        raise UserError(
            f"{entry.name}: no picture is left; {_summary(taken)}. Correct the entry or leave it out by --skip."
        )
    for place in folder.iterdir():
        if not any(place.iterdir()):
            place.rmdir()
    with whole_file(_record_path(entry, out)) as part:
        part.write_text(json.dumps({"key": _key(recipe, entry), **asdict(taken)}), encoding="utf-8")


def _most_classes(source: DatasetRows) -> int | None:
    """How many classes can come, where that is known beforehand: once all are full the reading can end."""
    entry, names = source.entry, source.kept_classes()
    known = [entry.max_classes] if entry.max_classes else []
    if names is not None and not entry.type_column:
        known.append(len({_class_name(entry, name) for name in names}))
    return min(known, default=None)


def _why_not(entry: Entry, row: Row, label: Label, counts: Counter[Label]) -> str:
    """The reason why a row is left out, or nothing."""
    if not label[0] or (entry.keep and row.label not in entry.keep):
        return "not wanted by the recipe"
    if entry.label and not row.label:
        return "without a label"
    if entry.max_classes is not None and label not in counts and len(counts) >= entry.max_classes:
        return "of a class beyond max_classes"
    if entry.cap_per_class is not None and counts[label] >= entry.cap_per_class:
        return "of a class that was full"
    return ""


def _class_name(entry: Entry, label: str) -> str:
    """Bare numbers get the entry's name before them: number 7 of one data set is not number 7 of another."""
    return clean_label(entry.rename.get(label) or (f"{entry.name} {label}" if label.isdigit() else label))


def _folder_name(label: Label) -> str:
    """For people who look into the folder; classes of one folder name may share it, as file names never repeat."""
    return re.sub(r"[^\w-]+", "_", "-".join(filter(None, label)))[:60]


def _store(image: Image.Image, path: Path, size_px: int) -> None:
    image.thumbnail((size_px, size_px), Image.Resampling.LANCZOS)
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, "JPEG", quality=JPEG_QUALITY)


def _key(recipe: GalleryRecipe, entry: Entry) -> str:
    """Changes with all that decides which pictures are taken and how they are stored."""
    settings = {k: v for k, v in asdict(entry).items() if k not in ("licence", "citation")}
    return digest({**settings, "seed": recipe.seed, "size_px": recipe.size_px, "version": VERSION})


def _record_path(entry: Entry, out: Path) -> Path:
    return out / RECORDS / f"{entry.name}.json"


def _read_record(recipe: GalleryRecipe, entry: Entry, out: Path) -> Taken | None:
    """None where the entry is not done, or was done by another recipe."""
    try:
        record = json.loads(_record_path(entry, out).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if record.pop("key") != _key(recipe, entry):
        return None
    return Taken(**{**record, "rows": [tuple(row) for row in record["rows"]]})


def _summary(taken: Taken) -> str:
    parts = [
        f"{len(taken.rows):,} pictures of {len({row[1:] for row in taken.rows}):,} classes"
        f" from {taken.n_read:,} rows read"
    ]
    parts += [f"{n:,} {reason}" for reason, n in taken.left_out.items()]
    if taken.unseen:
        parts.append(f"never seen: {first_few(taken.unseen)}")
    if taken.broken:
        parts.append(f"broken: {first_few(taken.broken)}")
    return "; ".join(parts)


def _sources(recipe: GalleryRecipe, taken: dict[str, Taken]) -> str:
    entries = [entry for entry in recipe.entries if entry.name in taken]
    lines = [
        "# Sources of this gallery",
        "",
        f"Assembled from the recipe {recipe.name}, seed {recipe.seed}. Every picture was stored as a JPEG of quality"
        f" {JPEG_QUALITY}, at most {recipe.size_px} px on its longer side, upright, without metadata.",
        "Labels are those of the sources. The licences are as the recipe states them: read the sources' own cards.",
        "",
        "| entry | data set | object types (pictures) | classes | licence | citation |",
        "|---|---|---|---|---|---|",
    ]
    for entry in entries:
        rows = taken[entry.name].rows
        kinds = ", ".join(f"{kind} ({n:,})" for kind, n in sorted(Counter(row[1] for row in rows).items()))
        place = Path(entry.dataset).name if entry.local else f"https://huggingface.co/datasets/{entry.dataset}"
        place += "".join(f", {k} {v}" for k, v in (("config", entry.config), ("revision", entry.revision)) if v)
        cells = (
            entry.name,
            f"{place}, split {entry.split}",
            kinds,
            f"{len({row[1:] for row in rows}):,}",
            entry.licence,
            entry.citation,
        )
        lines.append(f"| {' | '.join(' '.join(cell.split()).replace('|', '/') for cell in cells)} |")
    lines += ["", "## What was left out", ""]
    lines += [f"- {entry.name}: {_summary(taken[entry.name])}." for entry in entries]
    broken = [f"- {entry.name}: {name}" for entry in entries for name in taken[entry.name].broken]
    return "\n".join([*lines, *(["", "## Broken pictures", "", *broken] if broken else []), ""])
