"""Train a head on the features of a backbone, perhaps the backbone too, and write a checkpoint.

run(read_recipe("arcface-bn-lite2"), [open_gallery("photos/")], Path("runs/mine"))

The order of things: features from the cache, the head's start, its training (several times for soups and for heads that
are concatenated), fine-tuning where the recipe has stages, the figures on validation classes, the folder.
"""

import contextlib
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from accelerate import Accelerator

from trainer.core.cache import digest
from trainer.core.data.gallery import Gallery
from trainer.core.models.backbones import backbone_fingerprint, load_backbone, with_absolute_files, without_folders
from trainer.core.models.checkpoint import record_metrics, save_checkpoint
from trainer.core.models.heads import ConcatPcaHead, Head, HeadConfig, build_head, fit_pca
from trainer.core.progress import Progress, silent, terminal
from trainer.export.model_card import write_card
from trainer.training.data import TrainingData, training_data
from trainer.training.finetune import FinetuneResult, finetune, stage_parts
from trainer.training.initialisation import initialise
from trainer.training.kept_epochs import KeptEpochs
from trainer.training.loop import LoopConfig, start, train
from trainer.training.objective import Objective, System
from trainer.training.output_folder import STATE_DIR, begin, check_output, only_run
from trainer.training.recipe import Recipe
from trainer.training.samplers import batches_per_epoch, epoch_batches
from trainer.training.validation import chosen_by, measures, validate

VERSION = 1  # raise it when a change of the code changes what a run gives


def run(
    recipe: Recipe, galleries: Sequence[Gallery], out: Path, progress: Progress = terminal,
    validation: Gallery | None = None, overwrite: bool = False,
) -> Path:  # fmt: skip
    """Train, keep the epoch that is best on the held-out classes, write the checkpoint to `out`.

    The checkpoint is named after the folder. `validation` is a gallery whose classes are held out instead of a share of
    the others'. A run that was killed goes on where it was, if `out` and everything in `run_key` are the same. Under
    `accelerate launch` or `torchrun` every process calls this; the first one writes.

    Raises UserError if `out` holds anything of another run that would be overwritten, unless `overwrite` is true.
    """
    recipe = _from_anywhere(recipe)
    key = run_key(recipe, galleries, validation)
    check_output(out, key, overwrite)
    if recipe.finetune:
        stage_parts(recipe)  # what it refuses is told before the long work
    accelerator = start(recipe.mixed_precision, recipe.accumulate)
    first = accelerator.is_main_process
    with only_run(out) if first else contextlib.nullcontext():
        _run(recipe, galleries, out, progress if first else silent, validation, key, accelerator)
    return out


def _run(
    recipe: Recipe, galleries: Sequence[Gallery], out: Path, progress: Progress, validation: Gallery | None, key: str,
    accelerator: Accelerator,
) -> None:  # fmt: skip
    first = accelerator.is_main_process
    with accelerator.main_process_first():  # the others then find the features in the cache
        data = training_data(galleries, recipe, progress, validation)
    if first:
        begin(out, key)
        _report_left_out(recipe, data)
    accelerator.wait_for_everyone()
    torch.manual_seed(recipe.seed)
    config = HeadConfig(
        recipe.head, data.train.features.shape[1], recipe.dims, recipe.wide_dims, recipe.dropout, recipe.parallel
    )
    head = build_head(config)
    initialise(head, recipe, data.train)
    kept = KeptEpochs(out, recipe, config, data)
    trainer = _Trainer(recipe, data, accelerator, out / STATE_DIR, key, kept, progress)
    history, tuned = trainer.fit(head)
    if first:
        trained_on = {
            "galleries": [gallery.name for gallery in galleries],
            **({"validation": [validation.name]} if validation else {}),
            **data.summary(), "chosen_by": chosen_by(recipe, history), "key": key,
        }  # fmt: skip
        _write(recipe, trained_on, data, out, head.cpu(), config, history, tuned)
        kept.tidy(len(history))
        shutil.rmtree(out / STATE_DIR, ignore_errors=True)
    accelerator.wait_for_everyone()


def run_key(recipe: Recipe, galleries: Sequence[Gallery], validation: Gallery | None = None) -> str:
    """Changes with everything that changes the result of a run: the recipe, the weights of the backbone, and the
    images, names, labels and splits of all galleries and of `validation`."""

    def identity(gallery: Gallery) -> list[str]:
        return [gallery.fingerprint, gallery.labels_fingerprint]

    recipe = _from_anywhere(recipe)
    return digest({
        "recipe": asdict(recipe), "backbone": backbone_fingerprint(recipe.backbone),
        "galleries": [identity(gallery) for gallery in galleries],
        "validation": identity(validation) if validation else [], "version": VERSION,
    })  # fmt: skip


def _from_anywhere(recipe: Recipe) -> Recipe:
    """A checkpoint may be opened from another folder, so a file of weights is named by its absolute path."""
    return replace(recipe, backbone=with_absolute_files(recipe.backbone))


def _report_left_out(recipe: Recipe, data: TrainingData) -> None:
    if data.n_small_classes:
        print(
            f"{recipe.name}: left out of training, as their classes have fewer than {recipe.min_images_per_class}"
            f" (min_images_per_class) training images: {data.n_small_class_images} in {data.n_small_classes}"
            f" class{'es' * (data.n_small_classes > 1)}",
            file=sys.stderr,
        )
    if data.n_without_class:
        print(
            f"{recipe.name}: left out of training, as their class is not known: {data.n_without_class} images",
            file=sys.stderr,
        )


class _Trainer:
    """One recipe on its data: which heads are trained, one after another, and what becomes of them."""

    def __init__(
        self, recipe: Recipe, data: TrainingData, accelerator: Accelerator, state_dir: Path, key: str,
        kept: KeptEpochs, progress: Progress,
    ) -> None:  # fmt: skip
        self.recipe, self.data, self.accelerator = recipe, data, accelerator
        self.state_dir, self.key, self.kept, self.progress = state_dir, key, kept, progress

    def fit(self, head: Head) -> tuple[pd.DataFrame, FinetuneResult | None]:
        """Train `head` in place; the history, and what came of the backbone where it was trained too."""
        if self.recipe.loss == "none":
            return pd.DataFrame(), None
        if isinstance(head, ConcatPcaHead):
            return self._members(head), None
        if self.recipe.soup > 1:
            return self._soup(head), None
        history, objective = self._train(head, 0)
        if not self.recipe.finetune:
            return history, None
        tuned = finetune(
            self.recipe, self.data, head, objective, self.accelerator, self.state_dir, self.key, self.progress
        )
        return pd.concat([history.assign(stage=0), tuned.history], ignore_index=True), tuned

    def _members(self, head: ConcatPcaHead) -> pd.DataFrame:
        """Each of the parallel heads by itself, then PCA of their outputs side by side."""
        histories = []
        for number, member in enumerate(head.members):
            history, _ = self._train(member, number)
            histories.append(history.assign(member=number))
        head.eval()
        with torch.inference_mode():
            wide = head.concatenated(torch.from_numpy(self.data.train.features).to(self.accelerator.device))
        fit_pca(head.linear, wide.clone())
        return pd.concat(histories, ignore_index=True)

    def _soup(self, head: Head) -> pd.DataFrame:
        """The mean of the weights of several trainings from one start (Wortsman et al., ICML 2022, uniform soup)."""
        begin = {name: value.clone() for name, value in head.state_dict().items()}
        histories, weights = [], []
        for number in range(self.recipe.soup):
            head.load_state_dict(begin)
            history, _ = self._train(head, number)
            histories.append(history.assign(member=number))
            weights.append({name: value.clone() for name, value in head.state_dict().items()})
        mean = {
            name: torch.stack([one[name].double() for one in weights]).mean(0).to(value.dtype)
            for name, value in begin.items()
        }
        head.load_state_dict(mean)
        return pd.concat(histories, ignore_index=True)

    def _train(self, head: Head, member: int) -> tuple[pd.DataFrame, Objective]:
        """One head on cached features. Each member has a seed of its own."""
        recipe, data, device = self.recipe, self.data, self.accelerator.device
        seed = recipe.seed + member
        torch.manual_seed(seed)
        objective = Objective(recipe, data, head)
        system = System(head, objective)
        features = torch.from_numpy(data.train.features).to(device)
        rate = recipe.learning_rate
        plan = LoopConfig(
            name=recipe.name,
            key=f"{self.key} member {member}",
            epochs=recipe.epochs,
            batches=lambda epoch: epoch_batches(recipe, data.train, epoch + 10_007 * member),
            steps_per_epoch=batches_per_epoch(recipe, data.train),
            inputs=lambda rows: features[rows],
            measure=lambda: measures(head, objective, data),
            parameters=[
                {"params": head.parameters(), "lr": rate, "weight_decay": recipe.weight_decay},
                {
                    "params": objective.parameters(),
                    "lr": rate * recipe.center_rate,
                    "weight_decay": 0.0,
                },
            ],
            learning_rate=rate,
            best_by=recipe.best_by,
            patience=recipe.patience,
            warmup_share=recipe.warmup_share,
            final_rate_share=recipe.final_rate_share,
            seed=seed,
            state_dir=self.state_dir / f"head-{member}",
            keep=lambda epoch: self.kept.keep(head, epoch),
        )
        return train(system, plan, self.accelerator, self.progress), objective


def _write(
    recipe: Recipe, trained_on: dict[str, Any], data: TrainingData, out: Path, head: Head, config: HeadConfig,
    history: pd.DataFrame, tuned: FinetuneResult | None,
) -> None:  # fmt: skip
    backbone = tuned.backbone if tuned else recipe.backbone
    named = without_folders(recipe.backbone) if tuned else recipe.backbone  # its weights are in the checkpoint
    encoders = [tuned.encoder] if tuned else load_backbone(backbone).encoder_configs
    checkpoint = save_checkpoint(
        out, out.resolve().name or recipe.name, backbone, encoders, head, config,
        {**asdict(recipe), "backbone": named, "trained_on": trained_on}, history, tuned.model if tuned else None,
    )  # fmt: skip
    record_metrics(checkpoint, "validation", validate(head, tuned.held_out if tuned else data.held_out, intervals=True))
    write_card(checkpoint)
