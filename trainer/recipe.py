"""A recipe: a YAML file that says how a checkpoint is trained. A key it does not know is an error.

recipe = read_recipe("arcface-bn-lite2", ["epochs=10"])      # a name in trainer/recipes or a path
"""

import typing
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

from trainer.core.errors import UserError
from trainer.core.head import KINDS

RECIPES_DIR = Path(__file__).parent / "recipes"
LOSSES = ("none", "arcface")
# field: lowest and highest allowed value
RANGES = {
    "dims": (1, 64),
    "wide_dims": (1, 1024),
    "dropout": (0, 0.9),
    "margin_rad": (0, 1.5),
    "scale": (1, 128),
    "epochs": (0, 1000),
    "batch_size": (2, 65536),
    "learning_rate": (0, 1),
    "weight_decay": (0, 1),
    "warmup_share": (0, 0.9),
    "min_images_per_class": (1, 1000),
    "validation_classes": (0, 0.9),
    "seed": (0, 2**31),
}


@dataclass(frozen=True)
class Recipe:
    """All that decides a checkpoint beside the pictures."""

    name: str
    backbone: str = "lite2"
    head: str = "linear"  # see trainer/core/head.py
    dims: int = 64
    wide_dims: int = 512
    dropout: float = 0.2
    loss: str = "arcface"
    margin_rad: float = 0.5
    scale: float = 30.0
    epochs: int = 40
    batch_size: int = 512
    learning_rate: float = 3e-3
    weight_decay: float = 1e-4
    warmup_share: float = 0.1  # of all steps; a cosine follows
    min_images_per_class: int = 2
    validation_classes: float = 0.1  # share of each type's classes that is held out to choose by
    seed: int = 0

    def __post_init__(self) -> None:
        hints = typing.get_type_hints(type(self))
        for field in fields(self):
            value = getattr(self, field.name)
            if hints[field.name] is float and type(value) in (int, str):  # YAML reads 1e-3 as text
                try:
                    object.__setattr__(self, field.name, float(value))
                except ValueError:
                    raise UserError(f"recipe: {field.name} is {value!r}: expected a number.") from None
            elif type(value) is not hints[field.name]:
                raise UserError(
                    f"recipe: {field.name} is {value!r}: expected a value of type {hints[field.name].__name__}."
                )
        for name, (low, high) in RANGES.items():
            if not low <= getattr(self, name) <= high:
                raise UserError(f"recipe: {name} is {getattr(self, name)}: expected {low} to {high}.")
        for name, allowed in (("head", KINDS), ("loss", LOSSES)):
            if getattr(self, name) not in allowed:
                raise UserError(f"recipe: {name} is {getattr(self, name)!r}: expected one of {', '.join(allowed)}.")
        if (self.head == "pca") != (self.loss == "none"):
            raise UserError(f"recipe: head {self.head} with loss {self.loss}: expected pca with none, or neither.")
        if self.loss != "none" and self.epochs < 1:
            raise UserError(f"recipe: epochs is {self.epochs}: expected at least 1 for {self.loss}.")


def recipe_names() -> list[str]:
    return sorted(path.stem for path in RECIPES_DIR.glob("*.yaml"))


def read_recipe(spec: str, changes: Sequence[str] = ()) -> Recipe:
    """A recipe by its bundled name or path, with `key=value` changes. Raises UserError."""
    path = RECIPES_DIR / f"{spec}.yaml" if spec in recipe_names() else Path(spec).expanduser()
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"No recipe {spec}: expected one of {', '.join(recipe_names())}, or a YAML file.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: expected YAML ({' '.join(str(error).split())}).") from error
    if not isinstance(values, dict):
        raise UserError(f"{path}: expected keys and values, found {type(values).__name__}.")
    return _recipe({"name": path.stem, **values, **dict(map(_change, changes))}, spec)


def _change(text: str) -> tuple[str, Any]:
    key, equals, value = text.partition("=")
    if not equals:
        raise UserError(f"--set {text}: expected key=value, for example --set epochs=10.")
    try:
        return key.strip(), yaml.safe_load(value)
    except yaml.YAMLError as error:
        raise UserError(f"--set {text}: the value cannot be read ({' '.join(str(error).split())}).") from error


def _recipe(values: dict[str, Any], spec: str) -> Recipe:
    known = [field.name for field in fields(Recipe)]
    unknown = [str(key) for key in values if key not in known]
    if unknown:
        raise UserError(f"{spec}: unknown key {', '.join(unknown)}: expected {', '.join(known)}.")
    return Recipe(**values)
