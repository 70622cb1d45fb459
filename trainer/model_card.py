"""The README.md of a checkpoint: what it is, how to make it again, how it does. Written from its own files."""

import yaml

from trainer.core.checkpoint import Checkpoint
from trainer.core.store import whole_file

HEADS = {
    "pca": "PCA to {dims} numbers; nothing is trained",
    "linear": "dropout and one linear layer to {dims} numbers",
    "bn_linear": "BatchNorm, dropout and one linear layer to {dims} numbers",
    "bn_wide_linear": "BatchNorm, dropout, a linear layer to {wide_dims} and average pooling to {dims} numbers",
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
    head = HEADS[checkpoint.head.kind].format(dims=checkpoint.head.dims, wide_dims=checkpoint.head.wide_dims)
    galleries = " and ".join(data.get("galleries", [])) or "unknown galleries"
    return f"""---
license: mit
tags: [image-embedding, metric-learning, guie]
---
# {checkpoint.name}

An image embedder of {checkpoint.head.dims} numbers: the frozen backbone `{checkpoint.backbone}`, then {head}.
Trained parameters: {checkpoint.parameters:,}. Backbone weights are not in this folder.

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

| Pictures | study mP@5 | GUIE mP@5 | recall@1 | scored | queries |
|---|---|---|---|---|---|
{_results(checkpoint)}

`python -m trainer evaluate --gallery GALLERY --checkpoint {checkpoint.name} --json` prints a row; `validation` are the
held-out classes, every picture a query once, as `fit` left them in `metrics.json`.

## Limits

The backbone learnt from ImageNet photographs. Pictures unlike its training data (documents, screenshots, medical or
satellite images) fall where they may, and people in pictures are not what it was made for.
"""


def _results(checkpoint: Checkpoint) -> str:
    def number(value: float | None) -> str:
        return "-" if value is None else f"{value:.3f}"

    return "\n".join(
        f"| {name} | {number(r['study_mp5'])} | {number(r['guie_mp5'])} | {number(r.get('recall_at_1'))}"
        f" | {r['n_images']:,} | {r['n_queries']:,} |"
        for name, r in checkpoint.metrics.items()
    )
