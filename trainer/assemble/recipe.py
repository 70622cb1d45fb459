"""A gallery recipe: a YAML file that lists data sets and what to take from each. All its mistakes are reported at once.

recipe = read_gallery_recipe("eleven-types")       # a name in trainer/galleries, or a path

```yaml
seed: 0                    # every key here except `entries` has a default
size_px: 512               # largest length of the longer side of a stored image
cap_per_class: 100         # these four apply to all entries that do not set their own
max_classes: 500
min_per_class: 2
max_rows: 200000           # largest number of rows to read, for data sets that are too large to read completely
entries:
  - name: food             # folder of its images; default: the last part of `dataset`
    dataset: ethz/food101  # OWNER/NAME on the Hub, or ./FOLDER or ./FILE.parquet beside the recipe
    config: null
    revision: null
    split: train           # as the data set calls it; as_split: train says what an unusual one is in the gallery
    image: image           # column of the images
    label: label           # column of the classes; null if there is none
    object_type: dishes    # or {column: domain, values: {clipart: illustrations, sketch: illustrations}}
    keep: [pizza, ramen]   # only these classes, as the data set calls them
    rename: {ramen: soup}  # new names of classes; two classes with one new name become one class
    licence: what the card of the data set says
    citation: what to cite
```
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from trainer.assemble.entry import DatasetEntry, Defaults, is_path
from trainer.core.errors import UserError, one_line, short_repr
from trainer.core.files import user_path
from trainer.core.schema import SettingsModel, join_mistakes, mistakes
from trainer.core.yaml_text import parse_yaml

GALLERIES_DIR = Path(__file__).parents[1] / "galleries"


class GalleryRecipe(SettingsModel):
    name: str
    entries: tuple[DatasetEntry, ...]
    seed: int = 0
    size_px: int = 512


def gallery_recipe_names() -> list[str]:
    return sorted(path.stem for path in GALLERIES_DIR.glob("*.yaml"))


def read_gallery_recipe(spec: str) -> GalleryRecipe:
    """A gallery recipe by its bundled name or path. Raises UserError with all mistakes of the file."""
    path = GALLERIES_DIR / f"{spec}.yaml" if spec in gallery_recipe_names() else user_path(spec)
    values = _read(path, spec)
    items = values.pop("entries")
    found: list[str] = []
    try:
        defaults = Defaults.model_validate(values)
    except ValidationError as error:
        defaults = Defaults()
        found += mistakes(error, Defaults)
    entries = []
    for number, item in enumerate(items, start=1):
        if not isinstance(item, dict):
            found.append(f"entry {number} (no name): expected keys and values, found {short_repr(item)}")
            continue
        try:
            entries.append(_entry(item, defaults, path.resolve().parent))
        except ValidationError as error:
            name = item.get("name", item.get("dataset")) or "no name"
            label = f"entry {number} ({name[:80] if isinstance(name, str) else short_repr(name)})"
            found += [f"{label}: {mistake}" for mistake in mistakes(error, DatasetEntry)]
    names = [entry.name for entry in entries]
    repeated = sorted({name for name in names if names.count(name) > 1})
    found += [f"two entries are called {name}; give each a name" for name in repeated]
    if found:
        raise UserError(f"{spec}: {len(found)} mistake{'s' * (len(found) > 1)}; {join_mistakes(found)}.")
    return GalleryRecipe(name=path.stem, entries=tuple(entries), seed=defaults.seed, size_px=defaults.size_px)


def without(recipe: GalleryRecipe, names: Sequence[str]) -> GalleryRecipe:
    """The recipe without the entries of these names. Raises UserError for an unknown name, or if no entry is left."""
    known = [entry.name for entry in recipe.entries]
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise UserError(f"--skip {' '.join(unknown)}: expected names of entries: {', '.join(known)}.")
    if set(names) == set(known):
        raise UserError("--skip leaves no entry of the recipe: skip fewer.")
    return recipe.model_copy(update={"entries": tuple(entry for entry in recipe.entries if entry.name not in names)})


def _read(path: Path, spec: str) -> dict[str, Any]:
    try:
        values = parse_yaml(path.read_text(encoding="utf-8"))
    except OSError as error:
        known = ", ".join(gallery_recipe_names())
        raise UserError(f"No gallery recipe {spec}: expected {known}, or a YAML file.") from error
    except ValueError as error:
        raise UserError(f"{path}: expected YAML ({one_line(error)}).") from error
    if not isinstance(values, dict) or not isinstance(values.get("entries"), list) or not values["entries"]:
        raise UserError(f"{path}: expected keys and values with a list called entries, one item for each data set.")
    return {str(key): value for key, value in values.items()}


def _entry(item: dict[Any, Any], defaults: Defaults, folder: Path) -> DatasetEntry:
    """An entry with the defaults of the recipe; a local data set is named by a path relative to `folder`."""
    values = {**defaults.limits(), **{str(key): value for key, value in item.items()}}
    if isinstance(dataset := item.get("dataset"), str):
        values.setdefault("name", Path(dataset).stem if is_path(dataset) else dataset.rsplit("/", 1)[-1])
    return DatasetEntry.model_validate(values, context={"folder": folder})
