"""The record of a finished entry, from which an interrupted run continues."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from trainer.assemble.entry import DatasetEntry
from trainer.assemble.recipe import GalleryRecipe
from trainer.core.cache import digest
from trainer.core.errors import first_few
from trainer.core.files import whole_file

RECORDS = ".assemble"
ASSEMBLE_VERSION = 1  # raise it when a change of the code makes a recipe give other images


@dataclass
class EntryRecord:
    """The result of an entry: rows (file_name, object_type, class_name), broken images, counts of left-out rows."""

    rows: list[tuple[str, str, str]] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)  # by reason
    unseen: list[str] = field(default_factory=list)  # classes that the recipe names and no row has
    n_read: int = 0

    def summary(self) -> str:
        """What was stored and what was left out, as one phrase."""
        phrases = [
            f"{len(self.rows):,} images of {len({row[1:] for row in self.rows}):,} classes"
            f" from {self.n_read:,} rows read"
        ]
        phrases += [f"{n:,} {reason}" for reason, n in self.left_out.items()]
        if self.unseen:
            phrases.append(f"never seen: {first_few(self.unseen)}")
        if self.broken:
            phrases.append(f"broken: {first_few(self.broken)}")
        return "; ".join(phrases)


def entry_key(recipe: GalleryRecipe, entry: DatasetEntry) -> str:
    """Changes with everything that decides which images are stored, and how."""
    settings = entry.model_dump(exclude={"licence", "citation", "object_type"})
    types = {"type_column": entry.object_type.column, "type_of": entry.object_type.values}
    return digest({**settings, **types, "seed": recipe.seed, "size_px": recipe.size_px, "version": ASSEMBLE_VERSION})


def write_record(record: EntryRecord, recipe: GalleryRecipe, entry: DatasetEntry, out: Path) -> None:
    with whole_file(_path(entry, out)) as part:
        part.write_text(json.dumps({"key": entry_key(recipe, entry), **asdict(record)}), encoding="utf-8")


def _path(entry: DatasetEntry, out: Path) -> Path:
    return out / RECORDS / f"{entry.name}.json"


def read_record(recipe: GalleryRecipe, entry: DatasetEntry, out: Path) -> EntryRecord | None:
    """None if the entry is not finished, or belongs to another recipe."""
    try:
        record = json.loads(_path(entry, out).read_text(encoding="utf-8"))
        if record.pop("key") != entry_key(recipe, entry):
            return None
        return EntryRecord(**{**record, "rows": [tuple(row) for row in record["rows"]]})
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):  # missing or damaged
        return None
