"""The epochs of one training as checkpoints of their own, so that the map can show the clusters form.

kept = KeptEpochs(out, recipe, config, data)
kept.keep(head, 10)              # out/epochs/0010, if the recipe keeps this one
kept.tidy(last=40)               # what an earlier training left there is gone
"""

import shutil
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from trainer.core.models.backbones import load_backbone
from trainer.core.models.checkpoint import record_metrics, save_checkpoint
from trainer.core.models.heads import Head, HeadConfig
from trainer.training.data import TrainingData
from trainer.training.output_folder import EPOCHS_DIR
from trainer.training.recipe import Recipe
from trainer.training.validation import validate


class KeptEpochs:
    """Epoch 0 is the head before training. With stages of fine-tuning, the epochs are those of the head before them."""

    def __init__(self, out: Path, recipe: Recipe, config: HeadConfig, data: TrainingData) -> None:
        self.folder = out / EPOCHS_DIR
        self.recipe, self.config, self.data = recipe, config, data

    def _keeps(self, epoch: int) -> bool:
        every = self.recipe.keep_epochs
        return every > 0 and (epoch % every == 0 or epoch == self.recipe.epochs)

    def keep(self, head: Head, epoch: int) -> None:
        if not self._keeps(epoch):
            return
        checkpoint = save_checkpoint(
            self._path(epoch), f"epoch {epoch}", self.recipe.backbone,
            load_backbone(self.recipe.backbone).encoder_configs, head, self.config, asdict(self.recipe), pd.DataFrame(),
        )  # fmt: skip
        record_metrics(checkpoint, "validation", validate(head, self.data.held_out))

    def tidy(self, last: int) -> None:
        """Remove epochs after the last one, and those that this recipe would not have kept."""
        ours = {self._path(epoch) for epoch in range(last + 1) if self._keeps(epoch)}
        for path in self.folder.glob("*/config.json"):
            if path.parent.name.isdigit() and path.parent not in ours:
                shutil.rmtree(path.parent)
        if self.folder.is_dir() and not any(self.folder.iterdir()):
            self.folder.rmdir()

    def _path(self, epoch: int) -> Path:
        return self.folder / f"{epoch:04d}"
