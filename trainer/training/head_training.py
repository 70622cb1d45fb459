"""Training the head of a recipe: once, several times for a soup, or member by member for an ensemble.

history, result = HeadTraining(recipe, data, accelerator, state_dir, key, saved, progress).run(head)
"""

from pathlib import Path

import pandas as pd
import torch
from accelerate import Accelerator

from trainer.core.models.heads import Head
from trainer.core.progress import Progress
from trainer.training.data.image_set import TrainingData
from trainer.training.data.samplers import batches_per_epoch, epoch_batches
from trainer.training.finetuning.finetune import FinetuneResult, finetune
from trainer.training.loop import train
from trainer.training.objective.objective import Objective, System
from trainer.training.outputs.saved_epochs import SavedEpochs
from trainer.training.recipe import Recipe
from trainer.training.train_state import LoopConfig
from trainer.training.validation import measures


class HeadTraining:
    """The trainings of one recipe on its data."""

    def __init__(
        self, recipe: Recipe, data: TrainingData, accelerator: Accelerator, state_dir: Path, key: str,
        saved: SavedEpochs, progress: Progress,
    ) -> None:  # fmt: skip
        self.recipe, self.data, self.accelerator = recipe, data, accelerator
        self.state_dir, self.key, self.saved, self.progress = state_dir, key, saved, progress

    def run(self, head: Head) -> tuple[pd.DataFrame, FinetuneResult | None]:
        """Train `head` in place; the history, and the result of fine-tuning if the recipe has stages of it."""
        if not self.recipe.has_loss:
            return pd.DataFrame(), None
        if head.ensemble:
            return self._ensemble(head), None
        if self.recipe.checkpoint.soup > 1:
            return self._soup(head), None
        history, objective = self.train(head, 0)
        if not self.recipe.finetune:
            return history, None
        result = finetune(
            self.recipe, self.data, head, objective, self.accelerator, self.state_dir, self.key, self.progress
        )
        return pd.concat([history.assign(stage=0), result.history], ignore_index=True), result

    def _ensemble(self, head: Head) -> pd.DataFrame:
        """Each member by itself, then the layers that combine them."""
        histories = []
        for number, member in enumerate(head.members):
            history, _ = self.train(member, number)
            histories.append(history.assign(member=number))
        head.combine(torch.from_numpy(self.data.train.features).to(self.accelerator.device))
        return pd.concat(histories, ignore_index=True)

    def _soup(self, head: Head) -> pd.DataFrame:
        """The mean of the weights of several trainings from one start (Wortsman et al., ICML 2022, uniform soup)."""
        start = {name: value.clone() for name, value in head.state_dict().items()}
        histories, weights = [], []
        for number in range(self.recipe.checkpoint.soup):
            head.load_state_dict(start)
            history, _ = self.train(head, number)
            histories.append(history.assign(member=number))
            weights.append({name: value.clone() for name, value in head.state_dict().items()})
        mean = {
            name: torch.stack([one[name].double() for one in weights]).mean(0).to(value.dtype)
            for name, value in start.items()
        }
        head.load_state_dict(mean)
        return pd.concat(histories, ignore_index=True)

    def train(self, head: Head, member: int) -> tuple[pd.DataFrame, Objective]:
        """One head on cached features. Each member has a seed of its own."""
        recipe, data, optimiser = self.recipe, self.data, self.recipe.optimiser
        seed = recipe.seed + member
        torch.manual_seed(seed)
        objective = Objective(recipe, data, head)
        features = torch.from_numpy(data.train.features).to(self.accelerator.device)
        rate = optimiser.learning_rate
        center_rate = rate * recipe.loss.center_rate
        config = LoopConfig(
            name=recipe.name,
            key=f"{self.key} member {member}",
            epochs=optimiser.epochs,
            batches=lambda epoch: epoch_batches(recipe.sampler, data.train, epoch + 10_007 * member, recipe.seed),
            steps_per_epoch=batches_per_epoch(recipe.sampler, data.train),
            inputs=lambda rows: features[rows],
            measure=lambda: measures(head, objective, data),
            parameters=[
                {"params": head.parameters(), "lr": rate, "weight_decay": optimiser.weight_decay},
                {"params": objective.parameters(), "lr": center_rate, "weight_decay": 0.0},
            ],
            learning_rate=rate,
            best_by=recipe.checkpoint.best_by,
            patience=recipe.checkpoint.patience,
            warmup_share=optimiser.warmup_share,
            final_rate_share=optimiser.final_rate_share,
            seed=seed,
            state_dir=self.state_dir / f"head-{member}",
            on_epoch=lambda epoch: self.saved.save(head, epoch),
        )
        return train(System(head, objective), config, self.accelerator, self.progress), objective
