"""The model card (README.md) of a checkpoint: what it is, how to reproduce it, its results."""

import json
import shlex
from collections.abc import Mapping
from typing import Any

import yaml

from trainer.core.files import whole_file
from trainer.core.models.checkpoint import Checkpoint
from trainer.core.models.heads import HEADS
from trainer.core.models.training_records import StoredResult, StoredScores
from trainer.core.retrieval.diagnosis import diagnose
from trainer.core.retrieval.metric_names import METRICS, format_interval, format_value
from trainer.training.epoch_choice import how_chosen
from trainer.training.recipe import read_recipe, recipe_names

# Values of `trained_on` in config.json that are not whole numbers.
VALUE_TYPES = {"galleries": list, "validation": list, "chosen_by": str, "key": str}


def write_card(checkpoint: Checkpoint) -> None:
    """(Re)write the model card from config.json and metrics.json."""
    with whole_file(checkpoint.folder / "README.md") as part:
        part.write_text(_card(checkpoint), encoding="utf-8")


def _card(checkpoint: Checkpoint) -> str:
    recipe = {key: value for key, value in checkpoint.recipe.items() if key != "trained_on"}
    data = checkpoint.recipe.get("trained_on")
    if not isinstance(data, dict) or not all(type(value) is VALUE_TYPES.get(key, int) for key, value in data.items()):
        data = {}  # the checkpoint of somebody else may record something else
    head = HEADS[checkpoint.head.kind].description.format_map(checkpoint.head.model_dump())
    trained = checkpoint.trains_backbone
    galleries = " and ".join(data.get("galleries", [])) or "unknown galleries"
    return f"""---
license: mit
tags: [image-embedding, metric-learning, guie]
---
# {checkpoint.name}

An image embedder of {checkpoint.head.dims} numbers: the {"trained" if trained else "frozen"} backbone
`{checkpoint.backbone_in_config}`, then {head}.
Trained parameters: {checkpoint.parameters:,}. {"The" if trained else "No"} backbone weights are in this folder.

## Data

{data.get("train_images", 0):,} images of {data.get("train_classes", 0):,} classes from {galleries}
(without their query, index and test images), after removing {data.get("near_duplicates_removed", 0)} near-duplicates
of validation images. Held out to choose the epoch and the recipe: {data.get("held_out_images", 0):,} images of
{data.get("held_out_classes", 0)} classes.{_notes(recipe, data)}

## Reproduce it

    {_command(checkpoint.name, recipe, data)}

(replace the names of the galleries by their paths), with this recipe{_recipe_note(recipe)}:

```yaml
{yaml.safe_dump(recipe, sort_keys=False).strip()}
```

## Results

For study mP@5 a neighbour is correct if it has the query's object type, for GUIE mP@5 and recall@1 if it has its class.
The results are not comparable with the competition's leaderboard, whose images are not public.

The 95 % intervals come from a bootstrap of whole classes: they cover the results of other queries of such classes.

| Gallery | study mP@5 | GUIE mP@5 | recall@1 | images | queries |
|---|---|---|---|---|---|
{_results(checkpoint)}

`python -m trainer evaluate --gallery GALLERY --checkpoint {checkpoint.name} --json` prints a row. `validation` are the
scores of `fit` on the held-out classes, with every image as a query.{_validation_note(checkpoint)}

## Learning curve

{_curve(checkpoint)}

## Limits

The backbone was trained on ImageNet photographs. Embeddings of images unlike its training data (documents, screenshots,
medical or satellite images) are not reliable. The embedder is not made to recognise people.
"""


def _notes(recipe: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    """How the epoch was chosen, and what was left out of training, as far as the checkpoint records it."""
    notes = [how_chosen(recipe, data)]
    if data.get("small_classes_left_out"):
        notes.append(
            f"Left out: {data.get('images_of_small_classes_left_out', 0):,} images of"
            f" {data['small_classes_left_out']:,} classes with fewer than {recipe.get('min_images_per_class')} training"
            " images."
        )
    if data.get("images_without_class_left_out"):
        notes.append(f"Left out: {data['images_without_class_left_out']:,} images whose class is not known.")
    return "".join(f"\n{note}" for note in notes if note)


def _recipe_file(recipe: Mapping[str, Any]) -> str:
    return f"{recipe.get('name')}.yaml"


def _recipe_note(recipe: Mapping[str, Any]) -> str:
    return "" if recipe.get("name") in recipe_names() else f", saved as `{_recipe_file(recipe)}`"


def _command(name: str, recipe: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    """The call of `fit` that reproduces this checkpoint."""
    bundled = recipe.get("name") in recipe_names()
    changes = _changes(recipe) if bundled else []
    words = ["fit", str(recipe["name"]) if bundled else _recipe_file(recipe)]
    words += ["--gallery", *data.get("galleries", ["SRC"])]
    for option, values in (("--validation", data.get("validation", [])), ("--out", [name]), ("--set", changes)):
        words += [option, *values] if values else []
    return f"python -m trainer {shlex.join(map(str, words))}"


def _changes(recipe: Mapping[str, Any]) -> list[str]:
    """`key=value` for each value that differs from the bundled recipe of the same name."""
    bundled = json.loads(json.dumps(read_recipe(str(recipe["name"])).record()))
    return [
        f"{key}={yaml.safe_dump(value, default_flow_style=True, width=10_000).removesuffix('...' + chr(10)).strip()}"
        for key, value in recipe.items()
        if key in bundled and value != bundled[key]
    ]


def _validation_note(checkpoint: Checkpoint) -> str:
    """How the validation scores were measured, if not by this training."""
    validation = StoredScores.of(checkpoint.metrics.get("validation"))
    return f" {validation.note}" if validation and validation.note else ""


def _curve(checkpoint: Checkpoint) -> str:
    findings = [finding.sentence() for finding in diagnose(checkpoint.history)]
    return "\n".join(f"* {sentence}" for sentence in findings) or "There is none, as nothing was trained."


def _results(checkpoint: Checkpoint) -> str:
    rows = []
    for name, value in checkpoint.metrics.items():
        title = " ".join(name.split()).replace("|", "/")
        result = StoredResult.of(value)
        if result is None:
            rows.append(f"| {title}: no result of `evaluate` | | | | | |")
            continue
        scores = " | ".join(format_value(getattr(result, metric)) for metric in METRICS)
        rows.append(f"| {title} | {scores} | {result.n_images:,} | {result.n_queries:,} |")
        if result.intervals:
            limits = " | ".join(format_interval(result.intervals.get(metric)) for metric in METRICS)
            rows.append(f"| 95 % interval | {limits} | | |")
    return "\n".join(rows)
