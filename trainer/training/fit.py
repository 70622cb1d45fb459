"""Train a head on the features of a backbone, optionally the backbone too, and write a checkpoint.

run(read_recipe("arcface-bn-lite2"), [open_gallery("photos/")], Path("runs/mine"))

The steps: features from the cache, the initial head, its training (several trainings for soups and ensembles),
fine-tuning if the recipe has stages of it, the validation scores, the folder.
"""

import contextlib
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from accelerate import Accelerator

from trainer.core.cache import digest
from trainer.core.data.gallery import Gallery
from trainer.core.models.backbones import backbone_fingerprint, load_backbone, with_absolute_files, without_folders
from trainer.core.models.checkpoint import record_metrics, save_checkpoint
from trainer.core.models.heads import Head, HeadConfig, build_head
from trainer.core.progress import Progress, silent, terminal
from trainer.training.data.image_set import TrainingData
from trainer.training.data.training_data import training_data
from trainer.training.epoch_choice import chosen_by
from trainer.training.finetuning.finetune import FinetuneResult, stage_encoders
from trainer.training.head_training import HeadTraining
from trainer.training.initialisation import initialise
from trainer.training.loop import start
from trainer.training.outputs.model_card import write_card
from trainer.training.outputs.output_folder import STATE_DIR, begin, check_output, only_run
from trainer.training.outputs.saved_epochs import SavedEpochs
from trainer.training.recipe import Recipe
from trainer.training.validation import validate

TRAINING_VERSION = 1  # raise it when a change of the code changes the result of a run


def run(
    recipe: Recipe, galleries: Sequence[Gallery], out: Path, progress: Progress = terminal,
    validation: Gallery | None = None, overwrite: bool = False,
) -> Path:  # fmt: skip
    """Train, keep the epoch that is best on the held-out classes, write the checkpoint to `out`.

    The checkpoint is named after the folder. `validation` is a gallery whose classes are held out instead of a share of
    the classes of `galleries`. A run that was killed is resumed if `out` and everything in `run_key` are the same.
    Under `accelerate launch` or `torchrun` every process calls this function; the first one writes.

    Raises UserError if `out` holds anything of another run that would be overwritten, unless `overwrite` is true.
    """
    recipe = _with_absolute_files(recipe)
    key = run_key(recipe, galleries, validation)
    check_output(out, key, overwrite)
    if recipe.finetune:
        stage_encoders(recipe)  # raises its errors before the long work
    accelerator = start(recipe.optimiser.mixed_precision, recipe.optimiser.accumulate)
    first = accelerator.is_main_process
    with only_run(out) if first else contextlib.nullcontext():
        _run(recipe, galleries, out, progress if first else silent, validation, key, accelerator)
    return out


def _run(
    recipe: Recipe, galleries: Sequence[Gallery], out: Path, progress: Progress, validation: Gallery | None, key: str,
    accelerator: Accelerator,
) -> None:  # fmt: skip
    first = accelerator.is_main_process
    with accelerator.main_process_first():  # the other processes then find the features in the cache
        data = training_data(galleries, recipe, progress, validation)
    if first:
        begin(out, key)
        _report_left_out(recipe, data)
    accelerator.wait_for_everyone()
    torch.manual_seed(recipe.seed)
    config = recipe.head.config(in_dims=data.train.features.shape[1])
    head = build_head(config)
    initialise(head, recipe.head, data.train)
    saved = SavedEpochs(out, recipe, config, data)
    training = HeadTraining(recipe, data, accelerator, out / STATE_DIR, key, saved, progress)
    history, finetuned = training.run(head)
    if first:
        trained_on = {
            "galleries": [gallery.name for gallery in galleries],
            **({"validation": [validation.name]} if validation else {}),
            **data.summary(), "chosen_by": chosen_by(recipe.checkpoint.best_by, history), "key": key,
        }  # fmt: skip
        _write(recipe, trained_on, data, out, head.cpu(), config, history, finetuned)
        saved.remove_others(len(history))
        shutil.rmtree(out / STATE_DIR, ignore_errors=True)
    accelerator.wait_for_everyone()


def run_key(recipe: Recipe, galleries: Sequence[Gallery], validation: Gallery | None = None) -> str:
    """Changes with everything that changes the result of a run: the recipe, the weights of the backbone, and the
    images, names, labels and splits of all galleries and of `validation`."""

    def identity(gallery: Gallery) -> list[str]:
        return [gallery.fingerprint, gallery.labels_fingerprint]

    recipe = _with_absolute_files(recipe)
    return digest({
        "recipe": recipe.record(), "backbone": backbone_fingerprint(recipe.backbone),
        "galleries": [identity(gallery) for gallery in galleries],
        "validation": identity(validation) if validation else [], "version": TRAINING_VERSION,
    })  # fmt: skip


def _with_absolute_files(recipe: Recipe) -> Recipe:
    """The recipe names a file of weights by its absolute path, as a checkpoint may be opened from another folder."""
    return recipe.changed(backbone=with_absolute_files(recipe.backbone))


def _report_left_out(recipe: Recipe, data: TrainingData) -> None:
    if data.n_small_classes:
        print(
            f"{recipe.name}: left out of training, as their classes have fewer than {recipe.data.min_images_per_class}"
            f" (min_images_per_class) training images: {data.n_small_class_images} in {data.n_small_classes}"
            f" class{'es' * (data.n_small_classes > 1)}",
            file=sys.stderr,
        )
    if data.n_without_class:
        print(
            f"{recipe.name}: left out of training, as their class is not known: {data.n_without_class} images",
            file=sys.stderr,
        )


def _write(
    recipe: Recipe, trained_on: dict[str, Any], data: TrainingData, out: Path, head: Head, config: HeadConfig,
    history: pd.DataFrame, finetuned: FinetuneResult | None,
) -> None:  # fmt: skip
    backbone, named = recipe.backbone, recipe.backbone
    if finetuned:
        backbone, named = finetuned.backbone, without_folders(recipe.backbone)  # its weights are in the checkpoint
    encoders = [finetuned.encoder] if finetuned else load_backbone(backbone).encoder_configs
    checkpoint = save_checkpoint(
        out, out.resolve().name or recipe.name, backbone, encoders, head, config,
        {**recipe.record(), "backbone": named, "trained_on": trained_on}, history,
        finetuned.model if finetuned else None,
    )  # fmt: skip
    held_out = finetuned.held_out if finetuned else data.held_out
    record_metrics(checkpoint, "validation", validate(head, held_out, intervals=True))
    write_card(checkpoint)
