"""The public functions. They take opened objects, or the strings that the command line takes.

evaluate("photos/", "atlas")["guie_mp5"]
compare("photos/", ["atlas", "runs/mine"])["pairs"]
fit("arcface-bn-lite2", ["photos/"], "runs/mine").history
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from trainer.core.data.gallery import Gallery, open_gallery
from trainer.core.models.checkpoint import Checkpoint, open_checkpoint
from trainer.core.progress import Progress, terminal
from trainer.core.retrieval import comparison, evaluation
from trainer.training import fit as training
from trainer.training.recipe import Recipe, read_recipe


def evaluate(gallery: Gallery | str, checkpoint: Checkpoint | str, progress: Progress = terminal) -> dict[str, Any]:
    """Study mP@5, GUIE mP@5 and recall@1 of a checkpoint on a gallery: the JSON of `python -m trainer evaluate`.

    Raises UserError if the gallery or the checkpoint cannot be opened, or if the backbone's weights are missing.
    """
    opened = _checkpoint(checkpoint)
    [images] = open_galleries([gallery])
    return evaluation.summary(images, comparison.checkpoint_scores(images, opened, progress), opened.name)


def compare(
    gallery: Gallery | str, checkpoints: Sequence[Checkpoint | str], progress: Progress = terminal
) -> dict[str, Any]:
    """`evaluate` of two or more checkpoints, and paired tests of every two: the JSON of `python -m trainer compare`.

    Raises UserError as `evaluate` does, for fewer than two checkpoints, and if a checkpoint is given twice.
    """
    labelled = comparison.label_checkpoints(checkpoints)
    [images] = open_galleries([gallery])
    return comparison.compare_checkpoints(images, labelled, progress)


def fit(
    recipe: Recipe | str,
    galleries: Gallery | str | Sequence[Gallery | str],
    out: str | Path,
    *,
    validation: Gallery | str | None = None,
    overwrite: bool = False,
    progress: Progress = terminal,
) -> Checkpoint:
    """Train by a recipe on all galleries and write a checkpoint to the folder `out`.

    `validation` is a gallery whose classes are held out of training and choose the epoch. An interrupted run continues
    after its last finished epoch if it is started again with the same arguments.

    Raises UserError if the recipe or a gallery cannot be used, or if `out` holds files of another run and `overwrite`
    is false.
    """
    parsed = read_recipe(recipe) if isinstance(recipe, str) else recipe
    several = [galleries] if isinstance(galleries, Gallery | str) else galleries
    opened = open_galleries([*several, *([] if validation is None else [validation])])
    held_out = None if validation is None else opened.pop()
    folder = training.run(parsed, opened, Path(out), progress, held_out, overwrite)
    return open_checkpoint(str(folder))


def open_galleries(galleries: Sequence[Gallery | str]) -> list[Gallery]:
    """Open those that are strings and print their notes on standard error, once for each source."""
    opened, printed = [], set()
    for gallery in galleries:
        if isinstance(gallery, str):
            source, gallery = gallery, open_gallery(gallery)
            source = os.path.realpath(os.path.expanduser(source))
            for note in () if source in printed else gallery.all_notes:
                print(note, file=sys.stderr)
            printed.add(source)
        opened.append(gallery)
    return opened


def _checkpoint(checkpoint: Checkpoint | str) -> Checkpoint:
    return open_checkpoint(checkpoint) if isinstance(checkpoint, str) else checkpoint
