"""Fine-tuning the backbone after its head: LP-FT (Kumar et al., ICLR 2022), as the competition's 1st and 2nd did it.

result = finetune(recipe, data, head, objective, accelerator, state_dir, key, progress)

The head is trained on the frozen backbone first, then the backbone at a far lower rate, optionally with the head locked
or at a higher resolution; each layer learns slower than the next. BatchNorm in the backbone keeps its statistics.
"""

import copy
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from accelerate import Accelerator
from torch import nn

from trainer.core.data.images import read_image
from trainer.core.errors import UserError
from trainer.core.models.backbones import EncoderConfig, FrozenEncoder, at_size, load_backbone, set_input_size
from trainer.core.models.heads import Head
from trainer.core.progress import Progress
from trainer.training.data.image_set import ImageSet, TrainingData
from trainer.training.data.samplers import batches_per_epoch, epoch_batches
from trainer.training.finetuning.layer_rates import layer_groups
from trainer.training.groups import FinetuneStage
from trainer.training.loop import train
from trainer.training.objective.objective import Objective, System
from trainer.training.recipe import Recipe
from trainer.training.train_state import LoopConfig
from trainer.training.validation import measures

FEATURES_BATCH = 32


@dataclass(frozen=True)
class FinetuneResult:
    """The history, the network, the name and configuration of the backbone at its last resolution, and the held-out
    images with the features that the network now computes of them."""

    history: pd.DataFrame
    model: nn.Module
    backbone: str
    encoder: EncoderConfig
    held_out: ImageSet


class TrainableEncoder(nn.Module):
    """A copy of the backbone's network with trainable weights and fixed BatchNorm statistics."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = copy.deepcopy(model)

    def train(self, mode: bool = True) -> "TrainableEncoder":
        super().train(mode)
        for module in self.model.modules():
            if isinstance(module, nn.modules.batchnorm._BatchNorm):
                module.eval()
        return self

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return self.model(pixels.contiguous(memory_format=torch.channels_last))


def stage_encoders(recipe: Recipe) -> list[FrozenEncoder]:
    """The encoder of each stage, at its resolution. Raises UserError if the backbone cannot be trained like that."""
    encoders = load_backbone(recipe.backbone).encoders
    encoder = encoders[0]
    if len(encoders) > 1 or encoder.mirror or encoder.root:
        raise UserError(f"finetune: expected a single encoder without ':mirror' and ':root', found {recipe.backbone}.")
    sizes = [stage.size_px or encoder.preprocessing.size_px for stage in recipe.finetune]
    device = next(encoder.model.parameters()).device
    for size_px in set(sizes):
        model = copy.deepcopy(encoder.model)
        try:
            set_input_size(model, size_px)
            with torch.inference_mode():
                model(torch.zeros(1, 3, size_px, size_px, device=device))
        except (UserError, RuntimeError, AssertionError, ValueError) as error:
            raise UserError(
                f"recipe: finetune.size_px is {size_px}: {recipe.backbone} takes no images of this size ({error})."
            ) from error
    return [replace(encoder, config=encoder.config.at_size(size_px)) for size_px in sizes]


def finetune(
    recipe: Recipe, data: TrainingData, head: Head, objective: Objective, accelerator: Accelerator, state_dir: Path,
    key: str, progress: Progress,
) -> FinetuneResult:  # fmt: skip
    """All stages of the recipe in order; leaves the best epoch of the last stage in head and encoder."""
    encoders = stage_encoders(recipe)
    trained = TrainableEncoder(encoders[0].model).to(accelerator.device)
    histories = []
    for number, (stage, encoder) in enumerate(zip(recipe.finetune, encoders, strict=True), start=1):
        set_input_size(trained.model, encoder.preprocessing.size_px)
        tuning = _StageTraining(recipe, stage, encoder, data, head, objective, trained, accelerator.device)
        history = tuning.run(accelerator, f"{key} stage {number}", state_dir / f"stage-{number}", progress)
        histories.append(history.assign(stage=number))
    # Round to half precision, as the weights are stored, so that the validation scores are those of the checkpoint.
    trained.model.half().float().eval().requires_grad_(False)
    last = encoders[-1]
    held_out = replace(data.held_out, features=_features(trained, last, data.held_out, accelerator.device))
    backbone = at_size(recipe.backbone, last.preprocessing.size_px)
    return FinetuneResult(pd.concat(histories, ignore_index=True), trained.model, backbone, last.config, held_out)


@dataclass(frozen=True)
class _StageTraining:
    recipe: Recipe
    stage: FinetuneStage
    encoder: FrozenEncoder  # its preprocessing is that of the stage
    data: TrainingData
    head: Head
    objective: Objective
    trained: TrainableEncoder
    device: torch.device

    def run(self, accelerator: Accelerator, key: str, state_dir: Path, progress: Progress) -> pd.DataFrame:
        recipe, stage, train_set = self.recipe, self.stage, self.data.train
        self._set_trainable()
        self.objective.main.set_margin(stage.margin_rad if stage.margin_rad >= 0 else recipe.loss.margin_rad)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            config = LoopConfig(
                name=f"{recipe.name}, {stage.train} at {self.encoder.preprocessing.size_px} px",
                key=key,
                epochs=stage.epochs,
                batches=lambda epoch: epoch_batches(recipe.sampler, train_set, epoch, recipe.seed, stage.batch_size),
                steps_per_epoch=batches_per_epoch(recipe.sampler, train_set, stage.batch_size),
                inputs=lambda rows: _pixels(self.encoder, train_set.paths[rows.numpy()], pool).to(self.device),
                measure=self._measure,
                parameters=self._parameter_groups(),
                learning_rate=stage.learning_rate,
                best_by=recipe.checkpoint.best_by,
                patience=recipe.checkpoint.patience,
                warmup_share=recipe.optimiser.warmup_share,
                final_rate_share=recipe.optimiser.final_rate_share,
                seed=recipe.seed,
                state_dir=state_dir,
            )
            return train(System(self.head, self.objective, self.trained), config, accelerator, progress)

    def _set_trainable(self) -> None:
        self.head.set_trainable(not self.stage.head_locked)
        self.objective.requires_grad_(not self.stage.head_locked)
        self.trained.requires_grad_(True)

    def _parameter_groups(self) -> list[dict]:
        rate, weight_decay = self.stage.learning_rate, self.recipe.optimiser.weight_decay
        groups = layer_groups(self.trained.model, rate, self.stage.layer_decay, weight_decay)
        if not self.stage.head_locked:
            others = [*self.head.parameters(), *self.objective.parameters()]
            groups.append({"params": others, "lr": rate, "weight_decay": weight_decay})
        return groups

    def _measure(self) -> dict[str, float]:
        some = np.random.default_rng(0).permutation(len(self.data.train))[: 8 * FEATURES_BATCH]

        def embedded(images: ImageSet) -> ImageSet:
            return replace(images, features=_features(self.trained, self.encoder, images, self.device))

        data = replace(
            self.data,
            train=embedded(self.data.train[some]),
            val=embedded(self.data.val),
            held_out=embedded(self.data.held_out),
        )
        return measures(self.head, self.objective, data)


def _pixels(encoder: FrozenEncoder, paths: np.ndarray, pool: ThreadPoolExecutor) -> torch.Tensor:
    """(B, 3, S, S), preprocessed as for inference, so that a locked head gets features that it knows."""
    preprocessing = encoder.preprocessing
    images = pool.map(lambda path: preprocessing(read_image(Path(path), preprocessing.enough_px)), paths)
    return torch.from_numpy(np.stack(list(images)))


def _features(trained: TrainableEncoder, encoder: FrozenEncoder, images: ImageSet, device: torch.device) -> np.ndarray:
    """(n, D) features from the network as it is now."""
    trained.eval()

    def batches() -> Iterator[np.ndarray]:
        with ThreadPoolExecutor(os.cpu_count()) as pool, torch.inference_mode():
            for start in range(0, len(images), FEATURES_BATCH):
                pixels = _pixels(encoder, images.paths[start : start + FEATURES_BATCH], pool)
                yield trained(pixels.to(device)).float().cpu().numpy()

    return np.concatenate([*batches(), np.empty((0, encoder.dims), np.float32)])
