"""A gallery recipe: a YAML file that lists data sets and what to take of each. All its mistakes are told together.

recipe = read_gallery_recipe("eleven-types")       # a name in trainer/galleries or a path

```yaml
seed: 0                    # everything here but `entries` may be left out
size_px: 512               # longer side of the stored pictures, at most
cap_per_class: 100         # these four are for all entries that do not say otherwise
max_classes: 500
min_per_class: 2
max_rows: 200000           # rows to read at most, of a data set too large to pass through
entries:
  - name: food             # folder of its pictures; the last part of `dataset` where left out
    dataset: ethz/food101  # OWNER/NAME on the Hub, or ./FOLDER or ./FILE.parquet beside the recipe
    config: null
    revision: null
    split: train           # as the data set calls it; as_split: train says what an unusual one is in the gallery
    image: image           # column of the pictures
    label: label           # column of the classes; null where there is none
    object_type: dishes    # or {column: domain, values: {clipart: illustrations, sketch: illustrations}}
    keep: [pizza, ramen]   # only these classes, as the data set calls them
    rename: {ramen: soup}  # rename them; two of one new name become one class
    licence: what the data set's card says
    citation: whom to cite
```
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import yaml

from trainer.core.data.gallery import OBJECT_TYPES
from trainer.core.data.splits import SPLITS, split_name
from trainer.core.errors import UserError, one_line

GALLERIES_DIR = Path(__file__).parents[1] / "galleries"
# field: lowest and highest allowed value
RANGES = {
    "seed": (0, 2**31),
    "size_px": (32, 4096),
    "cap_per_class": (1, 10**7),
    "max_classes": (1, 10**7),
    "min_per_class": (1, 10**7),
    "max_rows": (1, 10**10),
}
LIMITS = ("cap_per_class", "max_classes", "min_per_class", "max_rows")
TEXTS = ("name", "dataset", "config", "revision", "split", "as_split", "image", "label", "licence", "citation")


@dataclass(frozen=True)
class Entry:
    """One data set and what to take of it. None among the limits: no limit."""

    name: str
    dataset: str
    licence: str
    type_of: Mapping[str, str]  # value of `type_column` -> object type; {"": type} where there is no such column
    type_column: str | None = None
    citation: str = ""
    config: str | None = None
    revision: str | None = None
    split: str = "train"  # as the data set calls it
    as_split: str = ""  # what its images are in the gallery, where `split` is no usual name of that
    image: str = "image"
    label: str | None = "label"
    keep: tuple[str, ...] = ()
    rename: Mapping[str, str] = field(default_factory=dict)
    cap_per_class: int | None = None
    max_classes: int | None = None
    min_per_class: int = 1
    max_rows: int | None = None

    @property
    def gallery_split(self) -> str | None:
        """One of SPLITS; None if neither `as_split` nor `split` is the name of one."""
        return split_name(self.as_split or self.split) or None

    @property
    def local(self) -> bool:
        return self.dataset.startswith(("/", "."))


@dataclass(frozen=True)
class GalleryRecipe:
    name: str
    entries: tuple[Entry, ...]
    seed: int = 0
    size_px: int = 512


def gallery_recipe_names() -> list[str]:
    return sorted(path.stem for path in GALLERIES_DIR.glob("*.yaml"))


def read_gallery_recipe(spec: str) -> GalleryRecipe:
    """A gallery recipe by its bundled name or path. Raises UserError with all mistakes of the file."""
    path = GALLERIES_DIR / f"{spec}.yaml" if spec in gallery_recipe_names() else Path(spec).expanduser()
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        known = ", ".join(gallery_recipe_names())
        raise UserError(f"No gallery recipe {spec}: expected {known}, or a YAML file.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: expected YAML ({one_line(error)}).") from error
    if not isinstance(values, dict) or not isinstance(values.get("entries"), list) or not values["entries"]:
        raise UserError(f"{path}: expected keys and values with a list called entries, one item a data set.")

    problems = _unknown(values, ("seed", "size_px", "entries", *LIMITS))
    numbers = {name: values[name] for name in RANGES if name in values}
    problems += _numbers(numbers)
    entries = []
    for number, item in enumerate(values["entries"], start=1):
        entry, mistakes = _entry(item, {k: v for k, v in numbers.items() if k in LIMITS}, path.resolve().parent)
        where = item.get("name", item.get("dataset")) if isinstance(item, dict) else None
        problems += [f"entry {number} ({where or 'no name'}): {mistake}" for mistake in mistakes]
        entries += [entry] if entry else []
    names = [entry.name for entry in entries]
    problems += [
        f"two entries are called {name}; give each a name" for name in sorted({n for n in names if names.count(n) > 1})
    ]
    if problems:
        raise UserError(
            f"{spec}: {len(problems)} mistakes; {'; '.join(problems)}.".replace("1 mistakes", "1 mistake", 1)
        )
    return GalleryRecipe(path.stem, tuple(entries), **{k: v for k, v in numbers.items() if k not in LIMITS})


def without(recipe: GalleryRecipe, names: Sequence[str]) -> GalleryRecipe:
    """The recipe less the entries of these names. Raises UserError for a name that it has not, or when none is left."""
    known = [entry.name for entry in recipe.entries]
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise UserError(f"--skip {' '.join(unknown)}: expected names of entries: {', '.join(known)}.")
    if set(names) == set(known):
        raise UserError("--skip leaves no entry of the recipe: skip fewer.")
    return replace(recipe, entries=tuple(entry for entry in recipe.entries if entry.name not in names))


def _entry(item: Any, limits: Mapping[str, int], folder: Path) -> tuple[Entry | None, list[str]]:
    """The entry, or its mistakes."""
    if not isinstance(item, dict):
        return None, [f"expected keys and values, found {item!r}"]
    known = [f.name for f in fields(Entry) if f.name not in ("type_of", "type_column")] + ["object_type"]
    problems = _unknown(item, known) + _numbers({name: item[name] for name in LIMITS if name in item})
    problems += [
        f"{f.name} is missing"
        for f in fields(Entry)
        if f.default is MISSING and f.name in ("dataset", "licence") and f.name not in item
    ]
    if "object_type" not in item:
        problems.append("object_type is missing")
    for name in TEXTS:
        nothing = item.get(name) is None and name in ("config", "revision", "label")
        if name in item and not nothing and not (isinstance(item[name], str) and item[name].strip()):
            problems.append(f"{name} is {item[name]!r}: expected text")
    values = {**limits, **{k: v for k, v in item.items() if k not in ("object_type", "keep", "rename")}}

    values["type_column"], values["type_of"], mistakes = _object_type(item.get("object_type"))
    problems += mistakes if "object_type" in item else []
    keep, rename = item.get("keep", []), item.get("rename", {})
    if isinstance(keep, list) and all(map(_is_label, keep)):
        values["keep"] = tuple(map(str, keep))
    else:
        problems.append("keep: expected a list of class names (in quotes where YAML reads yes, no or a date)")
    if isinstance(rename, dict) and all(map(_is_label, [*rename, *rename.values()])):
        values["rename"] = {str(old): str(new) for old, new in rename.items()}
    else:
        problems.append("rename: expected old: new class names (in quotes where YAML reads yes, no or a date)")
    if not problems:
        problems += _places(values, folder)
    if not problems and values.get("min_per_class", 1) > values.get("cap_per_class", values.get("min_per_class", 1)):
        problems.append(f"min_per_class {values['min_per_class']} is above cap_per_class {values['cap_per_class']}")
    if problems:
        return None, problems
    entry = Entry(**values)
    if entry.gallery_split is None:
        asked = f"as_split {entry.as_split!r}" if entry.as_split else f"split {entry.split!r}"
        return None, [f"{asked} is none of {'/'.join(SPLITS)}: say what its images are, such as as_split: train"]
    return entry, []


def _places(values: dict[str, Any], folder: Path) -> list[str]:
    """Settle `dataset` and `name`, in place."""
    dataset = values["dataset"]
    if dataset.startswith(("/", ".", "~")):
        path = (folder / Path(dataset).expanduser()).resolve()
        values["dataset"] = str(path)
        if not path.exists():
            return [f"there is nothing at {path}"]
        values.setdefault("name", path.stem)
    elif not re.fullmatch(r"[\w-][\w.-]*/[\w-][\w.-]*", dataset):
        return [f"dataset is {dataset!r}: expected OWNER/NAME on the Hub, or a path that begins with ./ or /"]
    values.setdefault("name", dataset.rsplit("/", 1)[-1])
    if not re.fullmatch(r"[A-Za-z0-9][\w.-]*", values["name"]):
        return [f"name is {values['name']!r}: expected letters, digits, - and _, as it names a folder"]
    return []


def _object_type(value: Any) -> tuple[str | None, dict[str, str], list[str]]:
    """(column, value -> object type, mistakes); without a column the one key is ""."""
    column: Any = None
    types: Any = {"": value}
    if isinstance(value, dict):
        column, types = value.get("column"), value.get("values")
        if (
            set(value) != {"column", "values"}
            or not isinstance(column, str)
            or not isinstance(types, dict)
            or not types
        ):
            return None, {}, ["object_type: expected one of the eleven, or column: NAME and values: {value: type, ...}"]
    wrong = [t for t in types.values() if t not in OBJECT_TYPES]
    if wrong:
        listed = ", ".join(map(str, wrong))
        return None, {}, [f"object_type is {listed}: expected one of {', '.join(OBJECT_TYPES)}"]
    return column, {str(key): kind for key, kind in types.items()}, []


def _is_label(value: Any) -> bool:
    return type(value) in (str, int) and value != ""


def _unknown(values: Mapping[Any, Any], known: Sequence[str]) -> list[str]:
    unknown = [str(key) for key in values if key not in known]
    return [f"unknown key {', '.join(unknown)}: expected {', '.join(known)}"] if unknown else []


def _numbers(values: Mapping[str, Any]) -> list[str]:
    return [
        f"{name} is {value!r}: expected a whole number, {RANGES[name][0]} to {RANGES[name][1]}"
        for name, value in values.items()
        if type(value) is not int or not RANGES[name][0] <= value <= RANGES[name][1]
    ]
