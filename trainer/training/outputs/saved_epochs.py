"""Epochs of a training as checkpoints of their own, so that the map can show how the clusters form.

saved = SavedEpochs(out, recipe, config, data)
saved.save(head, 10)             # out/epochs/0010, if the recipe saves this epoch
saved.remove_others(last=40)     # removes what an earlier training left there
"""

import shutil
from pathlib import Path

import pandas as pd

from trainer.core.models.backbones import load_backbone
from trainer.core.models.checkpoint import record_metrics, save_checkpoint
from trainer.core.models.heads import Head, HeadConfig
from trainer.training.data.image_set import TrainingData
from trainer.training.outputs.output_folder import EPOCHS_DIR
from trainer.training.recipe import Recipe
from trainer.training.validation import validate


class SavedEpochs:
    """Epoch 0 is the head before training. The epochs are those of the head, before any stage of fine-tuning."""

    def __init__(self, out: Path, recipe: Recipe, config: HeadConfig, data: TrainingData) -> None:
        self.folder = out / EPOCHS_DIR
        self.recipe, self.config, self.data = recipe, config, data

    def _wanted(self, epoch: int) -> bool:
        every = self.recipe.checkpoint.keep_epochs
        return every > 0 and (epoch % every == 0 or epoch == self.recipe.optimiser.epochs)

    def save(self, head: Head, epoch: int) -> None:
        if not self._wanted(epoch):
            return
        encoders = load_backbone(self.recipe.backbone).encoder_configs
        checkpoint = save_checkpoint(
            self._path(epoch), f"epoch {epoch}", self.recipe.backbone, encoders, head, self.config,
            self.recipe.record(), pd.DataFrame(),
        )  # fmt: skip
        record_metrics(checkpoint, "validation", validate(head, self.data.held_out))

    def remove_others(self, last: int) -> None:
        """Remove epochs after the last one, and those that this recipe does not save."""
        wanted = {self._path(epoch) for epoch in range(last + 1) if self._wanted(epoch)}
        for path in self.folder.glob("*/config.json"):
            if path.parent.name.isdigit() and path.parent not in wanted:
                shutil.rmtree(path.parent)
        if self.folder.is_dir() and not any(self.folder.iterdir()):
            self.folder.rmdir()

    def _path(self, epoch: int) -> Path:
        return self.folder / f"{epoch:04d}"
