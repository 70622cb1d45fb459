"""A recipe: a YAML file that says how a checkpoint is trained.

recipe = read_recipe("arcface-bn-lite2", ["optimiser.epochs=10"])      # a name in trainer/recipes, or a path

Values are in groups, as in `head: {kind: linear, dropout: 0.1}` or `--set head.dropout=0.1`. Each value also has a flat
key, as in `head: linear`, `dropout: 0.1` or `--set dropout=0.1`; checkpoints record the flat keys. `extends: NAME`
(or `like: NAME`) takes over another bundled recipe, and the file says only what differs.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field, model_validator

from trainer.core.errors import UserError, one_line, short_repr
from trainer.core.files import user_path
from trainer.core.models.heads import HEADS
from trainer.core.schema import Document, Location, SettingsModel, between
from trainer.core.yaml_text import parse_yaml
from trainer.training.data.samplers import SamplerSettings
from trainer.training.groups import CheckpointSettings, DataSettings, FinetuneStage, OptimiserSettings
from trainer.training.initialisation import HeadSettings
from trainer.training.losses import LOSSES, LossSettings
from trainer.training.objective.guidance import GuidanceSettings

RECIPES_DIR = Path(__file__).parents[1] / "recipes"
MAX_NAME_BYTES = 200
EXTENDS = ("extends", "like")


def _folder_name(name: str) -> str:
    if Path(name).name != name or name in ("", ".."):  # `reproduce` makes a folder of it
        raise ValueError(f"is {short_repr(name)}: expected a name without folders")
    if not name.isprintable() or len(name.encode()) > MAX_NAME_BYTES:
        raise ValueError(f"is {short_repr(name)}: expected at most {MAX_NAME_BYTES} bytes without control characters")
    return name


class Recipe(Document):
    """Everything that decides a checkpoint, except for the images. Raises UserError with all mistakes.

    The constructor takes groups, flat keys, or both.
    """

    title: ClassVar[str] = "recipe: "

    name: Annotated[str, AfterValidator(_folder_name)]
    backbone: str = "lite2"
    head: HeadSettings = HeadSettings()
    loss: LossSettings = LossSettings()
    guidance: GuidanceSettings = GuidanceSettings()
    sampler: SamplerSettings = SamplerSettings()
    optimiser: OptimiserSettings = OptimiserSettings()
    checkpoint: CheckpointSettings = CheckpointSettings()
    data: DataSettings = DataSettings()
    seed: Annotated[int, between(0, 2**31)] = 0
    finetune: Annotated[tuple[FinetuneStage, ...], Field(strict=False)] = ()

    @property
    def has_loss(self) -> bool:
        """False if the head is computed and not trained."""
        return self.loss.kind != "none"

    def record(self) -> dict[str, Any]:
        """All values by their flat keys, as `config.json` of a checkpoint has them."""
        return flat(self.model_dump())

    def changed(self, **changes: Any) -> "Recipe":
        """A copy in which these keys, flat or groups, have other values. Raises UserError."""
        return Recipe(**{**self.record(), **flat(changes)})

    @classmethod
    def key_at(cls, location: Location) -> str:
        """The flat key; the number of a stage of fine-tuning is left out."""
        path = tuple(str(key) for key in location if isinstance(key, str))
        return next((key for key, place in PLACES.items() if place == path), ".".join(path))

    @classmethod
    def keys_at(cls, location: Location) -> tuple[str, ...]:
        return tuple(FinetuneStage.model_fields) if location[0] == "finetune" else tuple(PLACES)

    @model_validator(mode="before")
    @classmethod
    def _group(cls, values: dict[str, Any]) -> dict[str, Any]:
        grouped: dict[str, Any] = {}
        for key, value in flat(values).items():
            *group, field = PLACES.get(key, (key,))
            (grouped.setdefault(group[0], {}) if group else grouped)[field] = value
        return grouped

    @model_validator(mode="after")
    def _check_together(self) -> "Recipe":
        if found := [*_head_and_loss(self), *_batches(self), *_several_heads(self)]:
            raise ValueError("; ".join(found))
        return self


def _flat_key(group: str, field: str) -> str:
    if field == "kind":
        return group
    return f"guidance_{field}" if group == "guidance" else field


def _places() -> dict[str, tuple[str, ...]]:
    places: dict[str, tuple[str, ...]] = {}
    for name, field in Recipe.model_fields.items():
        if isinstance(field.default, SettingsModel):
            places |= {_flat_key(name, key): (name, key) for key in type(field.default).model_fields}
        else:
            places[name] = (name,)
    return places


PLACES = _places()  # flat key -> (group, field), or (field,)
GROUPS = {place[0] for place in PLACES.values() if len(place) > 1}


def flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values by their flat keys. An unknown key of a group becomes `group.key`."""
    by_place = {place: key for key, place in PLACES.items()}
    result: dict[str, Any] = {}
    for key, value in values.items():
        in_group = key in GROUPS and isinstance(value, Mapping)
        new = {by_place.get((key, k), f"{key}.{k}"): v for k, v in value.items()} if in_group else {key: value}
        if twice := result.keys() & new.keys():
            raise UserError(
                f"{', '.join(sorted(twice))}: expected one value, found one in a group and one by a flat key."
            )
        result |= new
    return result


def _head_and_loss(recipe: Recipe) -> list[str]:
    head, loss = recipe.head, recipe.loss
    kind, found = HEADS[head.kind], []
    if kind.trained != recipe.has_loss:
        found.append(f"head {head.kind} with loss {loss.kind}: expected pca with none, or neither")
    elif recipe.has_loss and recipe.optimiser.epochs < 1:
        found.append(f"epochs is {recipe.optimiser.epochs}: expected at least 1 for {loss.kind}")
    if head.init not in kind.inits:
        kinds = " or ".join(sorted(name for name, other in HEADS.items() if head.init in other.inits))
        found.append(f"init {head.init} with head {head.kind}: expected a head of kind {kinds}")
    has_centers = recipe.has_loss and LOSSES[loss.kind].has_centers
    if loss.centers == "class_means" and not (has_centers and recipe.data.labels == "class"):
        found.append(f"centers class_means: expected the loss {_with_centers()} and the labels class")
    if loss.largest_margin_rad and loss.largest_margin_rad < loss.margin_rad:
        found.append(
            f"largest_margin_rad is {loss.largest_margin_rad}: expected at least margin_rad ({loss.margin_rad}), or 0"
        )
    if any(stage.margin_rad >= 0 for stage in recipe.finetune) and not has_centers:
        found.append(f"finetune.margin_rad with loss {loss.kind}: expected {_with_centers()}")
    return found


def _with_centers() -> str:
    return " or ".join(kind for kind, loss in LOSSES.items() if loss.has_centers)


def _batches(recipe: Recipe) -> list[str]:
    per_class, found = recipe.sampler.images_per_class, []
    if recipe.sampler.kind != "by_class":
        return []
    if recipe.sampler.batch_size % per_class:
        found.append(
            f"batch_size is {recipe.sampler.batch_size}: expected a multiple of images_per_class ({per_class}) for the"
            " sampler by_class"
        )
    found += [
        f"finetune.batch_size is {stage.batch_size}: expected at least images_per_class ({per_class}) for the sampler"
        " by_class"
        for stage in recipe.finetune
        if stage.batch_size < per_class
    ]
    return found


def _several_heads(recipe: Recipe) -> list[str]:
    ensemble, soup, found = HEADS[recipe.head.kind].ensemble, recipe.checkpoint.soup, []
    if soup > 1 and ensemble:
        found.append(f"soup with head {recipe.head.kind}: expected one of the two, as both train several heads")
    if not recipe.has_loss or ensemble or soup > 1:
        asked = {"keep_epochs": recipe.checkpoint.keep_epochs, "finetune": recipe.finetune}
        found += [f"{key}: expected a single head that is trained by a loss" for key, value in asked.items() if value]
    return found


def recipe_names() -> list[str]:
    return sorted(path.stem for path in RECIPES_DIR.glob("*.yaml"))


def read_recipe(spec: str, changes: Sequence[str] = ()) -> Recipe:
    """A recipe by its bundled name or path, with `key=value` changes. Raises UserError with all mistakes."""
    path = RECIPES_DIR / f"{spec}.yaml" if spec in recipe_names() else user_path(spec)
    values = {"name": path.stem, **_values(path, spec)}
    for change in changes:
        values |= _change(change)
    try:
        return Recipe(**values)
    except UserError as error:
        raise UserError(f"{spec}: {str(error).removeprefix(Recipe.title)}") from error


def _values(path: Path, spec: str) -> dict[str, Any]:
    """The values of a file by their flat keys, on top of the bundled recipe that it extends."""
    try:
        values = parse_yaml(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"No recipe {spec}: expected one of {', '.join(recipe_names())}, or a YAML file.") from error
    except ValueError as error:
        raise UserError(f"{path}: expected YAML ({one_line(error)}).") from error
    if not isinstance(values, dict):
        raise UserError(f"{path}: expected keys and values, found {type(values).__name__}.")
    values = {str(key): value for key, value in values.items()}
    bases = {key: values.pop(key) for key in EXTENDS if key in values}
    if len(bases) > 1:
        raise UserError(f"{path}: expected one of {' and '.join(EXTENDS)}, found both.")
    for key, base in bases.items():
        if base not in recipe_names() or base == path.stem:
            raise UserError(f"{path}: {key} is {short_repr(base)}: expected another of {', '.join(recipe_names())}.")
        return {**_values(RECIPES_DIR / f"{base}.yaml", base), **_flat_values(values, path)}
    return _flat_values(values, path)


def _flat_values(values: Mapping[str, Any], path: Path) -> dict[str, Any]:
    try:
        return flat(values)
    except UserError as error:
        raise UserError(f"{path}: {error}") from error


def _change(text: str) -> dict[str, Any]:
    key, equals, value = text.partition("=")
    if not equals:
        raise UserError(f"--set {text[:80]}: expected key=value, for example --set epochs=10.")
    try:
        read = parse_yaml(value)
    except ValueError as error:
        raise UserError(f"--set {text[:80]}: the value cannot be read ({one_line(error)}).") from error
    group, dot, field = key.strip().partition(".")
    return flat({group: {field: read}} if dot else {group: read})
