"""The README.md of a checkpoint: what it is, how to make it again, how it does. Written from its own files."""

from dataclasses import asdict

import yaml

from trainer.core.checkpoint import Checkpoint
from trainer.core.diagnosis import diagnose
from trainer.core.evaluation import METRICS
from trainer.core.store import whole_file

HEADS = {
    "pca": "PCA to {dims} numbers; nothing is trained",
    "linear": "dropout and one linear layer to {dims} numbers",
    "wide_linear": "dropout, a linear layer to {wide_dims} and average pooling to {dims} numbers",
    "bn_linear": "BatchNorm, dropout and one linear layer to {dims} numbers",
    "bn_wide_linear": "BatchNorm, dropout, a linear layer to {wide_dims} and average pooling to {dims} numbers",
    "plain_bn_linear": "BatchNorm without scale and shift, dropout and one linear layer to {dims} numbers",
    "whitened_linear": "fixed whitening and PCA to {wide_dims}, dropout and one linear layer to {dims} numbers",
    "averaged_linear": "the mean of {parallel} parallel layers of dropout and linear to {dims} numbers",
    "concat_pca": "{parallel} linear layers of {wide_dims} numbers side by side, then PCA to {dims}",
}


def write_card(checkpoint: Checkpoint) -> None:
    """(Re)write the model card from config.json and metrics.json."""
    with whole_file(checkpoint.folder / "README.md") as part:
        part.write_text(_card(checkpoint), encoding="utf-8")


def _card(checkpoint: Checkpoint) -> str:
    recipe = {key: value for key, value in checkpoint.recipe.items() if key != "trained_on"}
    data = checkpoint.recipe.get("trained_on")
    if not isinstance(data, dict) or not all(isinstance(n, int | list) for n in data.values()):
        data = {}  # a checkpoint of somebody else may keep its record in another way
    head = HEADS[checkpoint.head.kind].format_map(asdict(checkpoint.head))
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
(their query and index pictures untouched), after removing {data.get("near_duplicates_removed", 0)} near-duplicates of
validation pictures. Held out to choose the epoch and between recipes: {data.get("held_out_images", 0):,} pictures of
{data.get("held_out_classes", 0)} classes.

## Make it again

    python -m trainer fit {checkpoint.name} --gallery {" ".join(data.get("galleries", ["SRC"]))} --out {checkpoint.name}

(give the galleries by their paths), with this recipe:

```yaml
{yaml.safe_dump(recipe, sort_keys=False).strip()}
```

## Results

Study mP@5 asks for the same object type, GUIE mP@5 and recall@1 for the same thing. They are not comparable with the
competition's leaderboard, whose pictures are not public.

The 95 % intervals resample whole classes: they tell what other queries of such classes might have given.

| Pictures | study mP@5 | GUIE mP@5 | recall@1 | scored | queries |
|---|---|---|---|---|---|
{_results(checkpoint)}

`python -m trainer evaluate --gallery GALLERY --checkpoint {checkpoint.name} --json` prints a row; `validation` are the
held-out classes, every picture a query once, as `fit` left them in `metrics.json`.{_validation_note(checkpoint)}

## Learning curve

{_curve(checkpoint)}

## Limits

The backbone learnt from ImageNet photographs. Pictures unlike its training data (documents, screenshots, medical or
satellite images) fall where they may, and people in pictures are not what it was made for.
"""


def _validation_note(checkpoint: Checkpoint) -> str:
    """How the validation figures came about, where not by this training."""
    note = checkpoint.metrics.get("validation", {}).get("note")
    return f" {note}" if isinstance(note, str) else ""


def _curve(checkpoint: Checkpoint) -> str:
    findings = [finding.sentence() for finding in diagnose(checkpoint.history)]
    return "\n".join(f"* {sentence}" for sentence in findings) or "Nothing was trained, so there is none."


def _results(checkpoint: Checkpoint) -> str:
    def number(value: float | None) -> str:
        return "-" if value is None else f"{value:.3f}"

    def limits(interval: list[float] | None) -> str:
        return f"[{interval[0]:.3f}, {interval[1]:.3f}]" if interval else "-"

    rows = []
    for name, r in checkpoint.metrics.items():
        rows.append(
            f"| {name} | {number(r['study_mp5'])} | {number(r['guie_mp5'])} | {number(r.get('recall_at_1'))}"
            f" | {r['n_images']:,} | {r['n_queries']:,} |"
        )
        if intervals := r.get("intervals"):  # older records have none
            rows.append(f"| 95 % interval | {' | '.join(limits(intervals.get(metric)) for metric in METRICS)} | | |")
    return "\n".join(rows)
