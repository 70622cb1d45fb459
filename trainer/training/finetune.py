"""Fine-tuning the backbone after its head: LP-FT (Kumar et al., ICLR 2022), as the competition's 1st and 2nd did it.

tuned = finetune(recipe, data, head, objective, accelerator, state_dir, key, progress)

A head on a frozen backbone first, then the backbone at a far lower rate, perhaps with the head locked, perhaps at a
higher resolution; each layer further down learns slower. BatchNorm inside the backbone keeps its statistics.
"""

import copy
import os
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from accelerate import Accelerator
from torch import nn

from trainer.core.data.images import read_image
from trainer.core.errors import UserError
from trainer.core.models.backbones import EncoderConfig, FrozenEncoder, at_size, load_backbone, set_input_size
from trainer.core.models.heads import Head, WhitenedHead
from trainer.core.progress import Progress
from trainer.training.data import ImageSet, TrainingData
from trainer.training.loop import LoopConfig, train
from trainer.training.losses import ArcFace
from trainer.training.objective import Objective, System
from trainer.training.recipe import HEAD_LOCKED, Recipe, Stage
from trainer.training.samplers import batches_per_epoch, epoch_batches
from trainer.training.validation import measures

FEATURES_BATCH = 32


@dataclass(frozen=True)
class FinetuneResult:
    """What came of it: the learning curve, the network, the backbone's name and configuration at its last resolution,
    and the held-out pictures with the features that it now gives them."""

    history: pd.DataFrame
    model: nn.Module
    backbone: str
    encoder: EncoderConfig
    held_out: ImageSet


class Encoder(nn.Module):
    """The backbone's network with weights that move and BatchNorm statistics that do not."""

    def __init__(self, part: FrozenEncoder) -> None:
        super().__init__()
        self.model = copy.deepcopy(part.model)

    def train(self, mode: bool = True) -> "Encoder":
        super().train(mode)
        for module in self.model.modules():
            if isinstance(module, nn.modules.batchnorm._BatchNorm):
                module.eval()
        return self

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return self.model(pixels.contiguous(memory_format=torch.channels_last))


def stage_parts(recipe: Recipe) -> list[FrozenEncoder]:
    """The encoder as each stage of the recipe sees it. Raises UserError where it cannot be trained so."""
    parts = load_backbone(recipe.backbone).encoders
    if len(parts) > 1 or parts[0].mirror or parts[0].root:
        raise UserError(f"finetune: expected a single encoder without ':mirror' and ':root', found {recipe.backbone}.")
    sizes = [stage.size_px or parts[0].preprocessing.size_px for stage in recipe.finetune]
    device = next(parts[0].model.parameters()).device
    for size_px in set(sizes):
        model = copy.deepcopy(parts[0].model)
        try:
            set_input_size(model, size_px)
            with torch.inference_mode():
                model(torch.zeros(1, 3, size_px, size_px, device=device))
        except (UserError, RuntimeError, AssertionError, ValueError) as error:
            raise UserError(
                f"recipe: finetune.size_px is {size_px}: {recipe.backbone} takes no images of this size ({error})."
            ) from error
    return [replace(parts[0], config=parts[0].config.at_size(size_px)) for size_px in sizes]


def finetune(
    recipe: Recipe, data: TrainingData, head: Head, objective: Objective, accelerator: Accelerator, state_dir: Path,
    key: str, progress: Progress,
) -> FinetuneResult:  # fmt: skip
    """All stages of the recipe in order; head and encoder are left with the best epoch of the last stage."""
    parts = stage_parts(recipe)
    part = parts[-1]
    encoder = Encoder(part).to(accelerator.device)
    histories = []
    for number, stage in enumerate(recipe.finetune, start=1):
        set_input_size(encoder.model, parts[number - 1].preprocessing.size_px)
        history = _stage(
            recipe, stage, parts[number - 1], data, head, objective, encoder, accelerator,
            f"{key} stage {number}", state_dir / f"stage-{number}", progress,
        )  # fmt: skip
        histories.append(history.assign(stage=number))
    # As half precision will store it, so that what is measured is what is loaded later.
    encoder.model.half().float().eval().requires_grad_(False)
    held_out = replace(data.held_out, features=_features(encoder, part, data.held_out, accelerator.device))
    backbone = at_size(recipe.backbone, part.preprocessing.size_px)
    history = pd.concat(histories, ignore_index=True)
    return FinetuneResult(history, encoder.model, backbone, part.config, held_out)


def _stage(
    recipe: Recipe, stage: Stage, part: FrozenEncoder, data: TrainingData, head: Head, objective: Objective,
    encoder: Encoder, accelerator: Accelerator, key: str, state_dir: Path, progress: Progress,
) -> pd.DataFrame:  # fmt: skip
    locked = HEAD_LOCKED[stage.train]
    for module in (head, objective):
        module.requires_grad_(not locked)
    if isinstance(head, WhitenedHead):
        head.whitening.requires_grad_(False)
    encoder.requires_grad_(True)
    if isinstance(objective.main, ArcFace):
        margin_rad = stage.margin_rad if stage.margin_rad >= 0 else recipe.margin_rad
        objective.main.margins_rad += margin_rad - objective.main.margins_rad.min()
    groups = layer_groups(encoder.model, stage.learning_rate, stage.layer_decay, recipe.weight_decay)
    if not locked:
        others = [*head.parameters(), *objective.parameters()]
        groups.append({"params": others, "lr": stage.learning_rate, "weight_decay": recipe.weight_decay})

    some = np.random.default_rng(0).permutation(len(data.train))[: 8 * FEATURES_BATCH]

    def measure() -> dict[str, float]:
        def seen(pictures: ImageSet) -> ImageSet:
            return replace(pictures, features=_features(encoder, part, pictures, accelerator.device))

        now = replace(data, train=seen(data.train[some]), val=seen(data.val), held_out=seen(data.held_out))
        return measures(head, objective, now)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        plan = LoopConfig(
            name=f"{recipe.name}, {stage.train} at {part.preprocessing.size_px} px",
            key=key,
            epochs=stage.epochs,
            batches=lambda epoch: epoch_batches(recipe, data.train, epoch, stage.batch_size),
            steps_per_epoch=batches_per_epoch(recipe, data.train, stage.batch_size),
            inputs=lambda rows: _pixels(part, data.train.paths[rows.numpy()], pool).to(accelerator.device),
            measure=measure,
            parameters=groups,
            learning_rate=stage.learning_rate,
            best_by=recipe.best_by,
            patience=recipe.patience,
            warmup_share=recipe.warmup_share,
            final_rate_share=recipe.final_rate_share,
            seed=recipe.seed,
            state_dir=state_dir,
        )
        return train(System(head, objective, encoder), plan, accelerator, progress)


def layer_groups(model: nn.Module, rate: float, decay: float, weight_decay: float) -> list[dict[str, Any]]:
    """Parameter groups of AdamW: the last layer at `rate`, each before it at `decay` times the rate of the next.

    BatchNorm and biases are not decayed. Layers are timm's own grouping where the model has one; otherwise the children
    of the module that has most of them (the residual blocks of a CLIP tower).
    """
    from timm.optim import param_groups_layer_decay

    if hasattr(model, "group_matcher"):
        groups = param_groups_layer_decay(model, weight_decay=weight_decay, layer_decay=decay)
        return [
            {"params": group["params"], "weight_decay": group["weight_decay"], "lr": rate * group["lr_scale"]}
            for group in groups
        ]
    prefix, blocks = max(
        ((f"{name}." if name else "", module) for name, module in model.named_modules()),
        key=lambda item: len(list(item[1].children())),
    )
    names = [name for name, _ in blocks.named_children()]
    layer, by_layer = 0, defaultdict(list)
    for name, parameter in model.named_parameters():
        block = name.removeprefix(prefix).split(".")[0] if name.startswith(prefix) else ""
        layer = 1 + names.index(block) if block in names else len(names) + 1 if layer else 0
        # open_clip's projection comes last, though it is listed first.
        by_layer[len(names) + 1 if name == "proj" else layer, parameter.ndim > 1].append(parameter)
    last = max(layer for layer, _ in by_layer)
    return [
        {"params": group, "weight_decay": weight_decay * decays, "lr": rate * decay ** (last - layer)}
        for (layer, decays), group in sorted(by_layer.items(), key=lambda item: item[0])
    ]


def _pixels(part: FrozenEncoder, paths: np.ndarray, pool: ThreadPoolExecutor) -> torch.Tensor:
    """(B, 3, S, S), prepared as in use, so that a locked head meets the features it knows."""
    images = pool.map(lambda path: part.preprocessing(read_image(Path(path))), paths)
    return torch.from_numpy(np.stack(list(images)))


def _features(encoder: Encoder, part: FrozenEncoder, pictures: ImageSet, device: torch.device) -> np.ndarray:
    """(n, D) of the network as it is now."""
    encoder.eval()

    def batches() -> Iterator[np.ndarray]:
        with ThreadPoolExecutor(os.cpu_count()) as pool, torch.inference_mode():
            for start in range(0, len(pictures), FEATURES_BATCH):
                pixels = _pixels(part, pictures.paths[start : start + FEATURES_BATCH], pool)
                yield encoder(pixels.to(device)).float().cpu().numpy()

    return np.concatenate([*batches(), np.empty((0, part.dims), np.float32)])
