"""A recipe: a YAML file that says how a checkpoint is trained. A key it does not know is an error.

recipe = read_recipe("arcface-bn-lite2", ["epochs=10"])      # a name in trainer/recipes or a path

`like: NAME` takes over another bundled recipe, and the file says only what differs.
"""

import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

from trainer.core.errors import UserError, one_line
from trainer.core.models.heads import HEADS
from trainer.training.data import LABELS
from trainer.training.guidance import GUIDANCE
from trainer.training.initialisation import INITS
from trainer.training.loop import BEST_BY
from trainer.training.losses import LOSSES
from trainer.training.objective import CENTERS
from trainer.training.samplers import SAMPLERS

RECIPES_DIR = Path(__file__).parents[1] / "recipes"
# field: allowed values, which are the keys of the registry that implements them; `none` switches a part off
CHOICES = {
    "head": tuple(HEADS),
    "init": tuple(INITS),
    "loss": ("none", *LOSSES),
    "labels": tuple(LABELS),
    "guidance": ("none", *GUIDANCE),
    "sampler": tuple(SAMPLERS),
    "mixed_precision": ("no", "bf16", "fp16"),  # accelerate's own names
    "best_by": tuple(BEST_BY),
    "centers": tuple(CENTERS),
}
HEAD_LOCKED = {"backbone": True, "both": False}  # by what a stage of fine-tuning trains
# field: lowest and highest allowed value
RANGES = {
    "dims": (1, 64),
    "wide_dims": (1, 1024),
    "parallel": (1, 64),
    "dropout": (0, 0.9),
    "dropout_samples": (1, 64),
    "whitening_shrinkage": (0, 1),
    "margin_rad": (0, 1.5),
    "largest_margin_rad": (0, 1.5),
    "scale": (1, 128),
    "sub_centers": (1, 16),
    "center_rate": (0, 100),
    "keep_similarities": (0, 1000),
    "guidance_weight": (0, 1000),
    "guidance_shift": (0, 10),
    "guidance_names": (1, 100),
    "images_per_class": (2, 64),
    "epochs": (0, 1000),
    "batch_size": (2, 65536),
    "accumulate": (1, 1024),
    "learning_rate": (0, 1),
    "final_rate_share": (0, 1),
    "weight_decay": (0, 1),
    "warmup_share": (0, 0.9),
    "patience": (0, 1000),
    "keep_epochs": (0, 1000),
    "soup": (1, 64),
    "min_images_per_class": (1, 1000),
    "max_images_per_class": (1, 1_000_000),
    "validation_classes": (0, 0.9),
    "seed": (0, 2**31),
}
STAGE_RANGES = {
    "epochs": (1, 1000),
    "batch_size": (2, 65536),
    "learning_rate": (0, 1),
    "layer_decay": (0.01, 1),
    "size_px": (32, 1024),
    "margin_rad": (0, 1.5),
}


@dataclass(frozen=True)
class Stage:
    """One stretch of training the backbone, after the head: linear probing, then fine-tuning (Kumar et al., 2022)."""

    train: str = "backbone"  # `backbone` with the head and the class centres locked, or `both`
    epochs: int = 1
    batch_size: int = 32
    learning_rate: float = 1e-5  # of the backbone's last layer, and of the head where it trains
    layer_decay: float = 0.8  # each layer further down learns this much slower
    size_px: int = 0  # of the pictures; 0 is the backbone's own
    margin_rad: float = -1.0  # the recipe's own, unless it is given

    def __post_init__(self) -> None:
        _check_types(self, "recipe: finetune.")
        unset = {name for name, value in (("size_px", 0), ("margin_rad", -1)) if getattr(self, name) == value}
        _check_ranges(self, "recipe: finetune.", {k: v for k, v in STAGE_RANGES.items() if k not in unset})
        if self.train not in HEAD_LOCKED:
            raise UserError(f"recipe: finetune.train is {self.train!r}: expected {' or '.join(HEAD_LOCKED)}.")


@dataclass(frozen=True)
class Recipe:
    """All that decides a checkpoint beside the pictures."""

    name: str
    backbone: str = "lite2"
    head: str = "linear"  # see trainer/core/models/heads.py
    dims: int = 64
    wide_dims: int = 512
    parallel: int = 1
    dropout: float = 0.2
    dropout_samples: int = 1  # masks drawn for each batch, whose losses are averaged
    init: str = "random"  # of a linear layer: `pca`, or `whitening` by the within-class covariance and then PCA
    whitening_shrinkage: float = 0.8  # toward no whitening at all
    loss: str = "arcface"
    labels: str = "class"  # what counts as the same: `class`, or `object_type` as in row 1 of the study
    margin_rad: float = 0.5
    largest_margin_rad: float = 0.0  # of the smallest class, where it grows as classes get smaller; 0: it does not
    scale: float = 30.0
    sub_centers: int = 1
    centers: str = "random"  # where the class centres start: `class_means` are those of the untrained head
    center_rate: float = 1.0  # their learning rate over that of the head
    keep_similarities: float = 0.0  # weight of the term that keeps a batch's cosines as the backbone has them
    guidance: str = "none"  # by language: `expert` uses the class names, `pseudo` the backbone's own ImageNet names
    guidance_weight: float = 1.0
    guidance_shift: float = 1.0
    guidance_names: int = 5  # ImageNet names a class, for `pseudo`
    sampler: str = "shuffle"
    images_per_class: int = 4  # in a batch, for `by_class`
    epochs: int = 40
    batch_size: int = 512
    accumulate: int = 1  # batches a step of the optimiser
    learning_rate: float = 3e-3
    final_rate_share: float = 0.0  # where the cosine ends
    weight_decay: float = 1e-4
    warmup_share: float = 0.1  # of all steps; a cosine follows
    mixed_precision: str = "no"
    best_by: str = (
        "val_guie_mp5"  # which epoch is kept; where this cannot be measured, the last one is, and `fit` says so
    )
    patience: int = 0  # epochs without a better one after which training stops; 0: never
    keep_epochs: int = 0  # the start, every so many epochs and the last stay as checkpoints in `epochs/`; 0: none do
    soup: int = 1  # trainings from the same start whose weights are averaged
    min_images_per_class: int = 2
    max_images_per_class: int = 1_000_000
    measure_loss: bool = True  # keep some pictures of the training classes apart; False trains on them too
    validation_classes: float = 0.1  # share of the classes that is held out to choose by, across object types
    seed: int = 0
    finetune: tuple[Stage, ...] = ()

    def __post_init__(self) -> None:
        if isinstance(self.finetune, list):
            object.__setattr__(self, "finetune", tuple(map(_stage, self.finetune)))
        if self.mixed_precision is False:  # YAML reads a bare `no` as false
            object.__setattr__(self, "mixed_precision", "no")
        _check_types(self, "recipe: ")
        _check_ranges(self, "recipe: ", RANGES)
        if Path(self.name).name != self.name or self.name in ("", ".."):  # `reproduce` makes a folder of it
            raise UserError(f"recipe: name is {self.name!r}: expected a name without folders.")
        for name, allowed in CHOICES.items():
            if getattr(self, name) not in allowed:
                raise UserError(f"recipe: {name} is {getattr(self, name)!r}: expected one of {', '.join(allowed)}.")
        self._check_together()

    def _check_together(self) -> None:
        if (self.head == "pca") != (self.loss == "none"):
            raise UserError(f"recipe: head {self.head} with loss {self.loss}: expected pca with none, or neither.")
        if self.loss != "none" and self.epochs < 1:
            raise UserError(f"recipe: epochs is {self.epochs}: expected at least 1 for {self.loss}.")
        if self.init != "random" and self.head not in ("pca", "linear"):
            raise UserError(f"recipe: init {self.init} with head {self.head}: expected a head of kind linear or pca.")
        if self.centers == "class_means" and (self.loss != "arcface" or self.labels != "class"):
            raise UserError("recipe: centers class_means: expected the loss arcface and the labels class.")
        if self.largest_margin_rad and self.largest_margin_rad < self.margin_rad:
            raise UserError(
                f"recipe: largest_margin_rad is {self.largest_margin_rad}: expected at least margin_rad"
                f" ({self.margin_rad}), or 0."
            )
        if self.sampler == "by_class" and self.batch_size % self.images_per_class:
            raise UserError(
                f"recipe: batch_size is {self.batch_size}: expected a multiple of images_per_class"
                f" ({self.images_per_class}) for the sampler by_class."
            )
        if self.soup > 1 and self.head == "concat_pca":
            raise UserError("recipe: soup with head concat_pca: expected one of the two, as both train several heads.")
        if self.keep_epochs and (self.loss == "none" or self.head == "concat_pca" or self.soup > 1):
            raise UserError("recipe: keep_epochs: expected a single head that is trained by a loss.")
        if self.finetune and (self.loss == "none" or self.head == "concat_pca" or self.soup > 1):
            raise UserError("recipe: finetune: expected a single head that is trained by a loss.")
        for stage in self.finetune:
            if stage.margin_rad >= 0 and self.loss != "arcface":
                raise UserError(f"recipe: finetune.margin_rad with loss {self.loss}: expected arcface.")
            if self.sampler == "by_class" and stage.batch_size < self.images_per_class:
                raise UserError(
                    f"recipe: finetune.batch_size is {stage.batch_size}: expected at least images_per_class"
                    f" ({self.images_per_class}) for the sampler by_class."
                )


def _stage(values: Any) -> Stage:
    known = [field.name for field in fields(Stage)]
    if not isinstance(values, dict) or not values.keys() <= set(known):
        raise UserError(f"recipe: finetune has the stage {values!r}: expected the keys {', '.join(known)}.")
    return Stage(**values)


def _check_types(config: Any, prefix: str) -> None:
    hints = typing.get_type_hints(type(config))
    for field in fields(config):
        value, expected = getattr(config, field.name), typing.get_origin(hints[field.name]) or hints[field.name]
        if expected is float and type(value) in (int, str):  # YAML reads 1e-3 as text
            try:
                object.__setattr__(config, field.name, float(value))
            except ValueError:
                raise UserError(f"{prefix}{field.name} is {value!r}: expected a number.") from None
        elif type(value) is not expected:
            raise UserError(f"{prefix}{field.name} is {value!r}: expected a value of type {expected.__name__}.")


def _check_ranges(config: Any, prefix: str, ranges: Mapping[str, tuple[float, float]]) -> None:
    for name, (low, high) in ranges.items():
        if not low <= getattr(config, name) <= high:
            raise UserError(f"{prefix}{name} is {getattr(config, name)}: expected {low} to {high}.")


def recipe_names() -> list[str]:
    return sorted(path.stem for path in RECIPES_DIR.glob("*.yaml"))


def read_recipe(spec: str, changes: Sequence[str] = ()) -> Recipe:
    """A recipe by its bundled name or path, with `key=value` changes. Raises UserError."""
    path = RECIPES_DIR / f"{spec}.yaml" if spec in recipe_names() else Path(spec).expanduser()
    return _recipe({"name": path.stem, **_values(path, spec), **dict(map(_change, changes))}, spec)


def _values(path: Path, spec: str) -> dict[str, Any]:
    """What a file says, on top of the bundled recipe that it is `like`, if any."""
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"No recipe {spec}: expected one of {', '.join(recipe_names())}, or a YAML file.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: expected YAML ({one_line(error)}).") from error
    if not isinstance(values, dict):
        raise UserError(f"{path}: expected keys and values, found {type(values).__name__}.")
    like = values.pop("like", None)
    if like is None:
        return values
    if like not in recipe_names() or like == path.stem:
        raise UserError(f"{path}: like is {like!r}: expected another of {', '.join(recipe_names())}.")
    return {**_values(RECIPES_DIR / f"{like}.yaml", like), **values}


def _change(text: str) -> tuple[str, Any]:
    key, equals, value = text.partition("=")
    if not equals:
        raise UserError(f"--set {text}: expected key=value, for example --set epochs=10.")
    try:
        return key.strip(), yaml.safe_load(value)
    except yaml.YAMLError as error:
        raise UserError(f"--set {text}: the value cannot be read ({one_line(error)}).") from error


def _recipe(values: dict[str, Any], spec: str) -> Recipe:
    known = [field.name for field in fields(Recipe)]
    unknown = [str(key) for key in values if key not in known]
    if unknown:
        raise UserError(f"{spec}: unknown key {', '.join(unknown)}: expected {', '.join(known)}.")
    return Recipe(**values)
