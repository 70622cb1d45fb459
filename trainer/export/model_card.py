"""The README.md of a checkpoint: what it is, how to make it again, how it does. Written from its own files."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import yaml

from trainer.core.cache import whole_file
from trainer.core.models.checkpoint import Checkpoint
from trainer.core.models.heads import HEADS
from trainer.core.retrieval.diagnosis import diagnose
from trainer.core.retrieval.metric_names import METRICS, format_interval, format_value
from trainer.training.recipe import read_recipe, recipe_names
from trainer.training.validation import how_chosen

# What `trained_on` in config.json holds besides whole numbers.
TYPES = {"galleries": list, "validation": list, "chosen_by": str, "key": str}


def write_card(checkpoint: Checkpoint) -> None:
    """(Re)write the model card from config.json and metrics.json."""
    with whole_file(checkpoint.folder / "README.md") as part:
        part.write_text(_card(checkpoint), encoding="utf-8")


def _card(checkpoint: Checkpoint) -> str:
    recipe = {key: value for key, value in checkpoint.recipe.items() if key != "trained_on"}
    data = checkpoint.recipe.get("trained_on")
    if not isinstance(data, dict) or not all(type(value) is TYPES.get(key, int) for key, value in data.items()):
        data = {}  # a checkpoint of somebody else may keep its record in another way
    head = HEADS[checkpoint.head.kind].description.format_map(asdict(checkpoint.head))
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

{data.get("train_images", 0):,} pictures of {data.get("train_classes", 0):,} classes from {galleries}
(their query, index and test images untouched), after removing {data.get("near_duplicates_removed", 0)} near-duplicates
of validation images. Held out to choose the epoch and between recipes: {data.get("held_out_images", 0):,} pictures of
{data.get("held_out_classes", 0)} classes.{_notes(recipe, data)}

## Make it again

    {_command(checkpoint.name, recipe, data)}

(give the galleries by their paths), with this recipe{_recipe_note(recipe)}:

```yaml
{yaml.safe_dump(recipe, sort_keys=False).strip()}
```

## Results

Study mP@5 asks for the same object type, GUIE mP@5 and recall@1 for the same thing. They are not comparable with the
competition's leaderboard, whose pictures are not public.

The 95 % intervals resample whole classes: they tell what other queries of such classes might have given.

| Images | study mP@5 | GUIE mP@5 | recall@1 | scored | queries |
|---|---|---|---|---|---|
{_results(checkpoint)}

`python -m trainer evaluate --gallery GALLERY --checkpoint {checkpoint.name} --json` prints a row; `validation` are the
held-out classes, every picture a query once, as `fit` left them in `metrics.json`.{_validation_note(checkpoint)}

## Learning curve

{_curve(checkpoint)}

## Limits

The backbone learnt from ImageNet photographs. Images unlike its training data (documents, screenshots, medical or
satellite images) fall where they may, and people in pictures are not what it was made for.
"""


def _notes(recipe: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    """What chose the epoch, and which classes were too small; older records say neither."""
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
    """The call of `fit` that gives this checkpoint again."""
    bundled = recipe.get("name") in recipe_names()
    changes = _changes(recipe) if bundled else []
    words = ["fit", str(recipe["name"]) if bundled else _recipe_file(recipe)]
    words += ["--gallery", *data.get("galleries", ["SRC"])]
    for option, values in (("--validation", data.get("validation", [])), ("--out", [name]), ("--set", changes)):
        words += [option, *values] if values else []
    return f"python -m trainer {shlex.join(map(str, words))}"


def _changes(recipe: Mapping[str, Any]) -> list[str]:
    """`key=value` for everything in which a recipe differs from the bundled one of its name."""
    bundled = json.loads(json.dumps(asdict(read_recipe(str(recipe["name"])))))
    return [
        f"{key}={yaml.safe_dump(value, default_flow_style=True, width=10_000).removesuffix('...' + chr(10)).strip()}"
        for key, value in recipe.items()
        if key in bundled and value != bundled[key]
    ]


def _validation_note(checkpoint: Checkpoint) -> str:
    """How the validation figures came about, where not by this training."""
    note = checkpoint.metrics.get("validation", {}).get("note")
    return f" {note}" if isinstance(note, str) else ""


def _curve(checkpoint: Checkpoint) -> str:
    findings = [finding.sentence() for finding in diagnose(checkpoint.history)]
    return "\n".join(f"* {sentence}" for sentence in findings) or "Nothing was trained, so there is none."


def _results(checkpoint: Checkpoint) -> str:
    rows = []
    for name, r in checkpoint.metrics.items():
        rows.append(
            f"| {name} | {' | '.join(format_value(r.get(metric)) for metric in METRICS)}"
            f" | {r['n_images']:,} | {r['n_queries']:,} |"
        )
        if intervals := r.get("intervals"):  # older records have none
            rows.append(
                f"| 95 % interval | {' | '.join(format_interval(intervals.get(metric)) for metric in METRICS)} | | |"
            )
    return "\n".join(rows)
