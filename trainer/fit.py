"""Train a head on the frozen features of a backbone and write a checkpoint.

run(read_recipe("arcface-bn-lite2"), [open_gallery("photos/")], Path("runs/mine"))
"""

import copy
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from trainer.core.backbones import load_backbone, preprocessing_config
from trainer.core.checkpoint import record_metrics, save_checkpoint
from trainer.core.gallery import Gallery
from trainer.core.head import Head, HeadConfig, build_head, fit_pca
from trainer.core.metrics import guie_mean_precision, study_mean_precision
from trainer.core.progress import Progress, terminal
from trainer.data import TrainingData, training_data
from trainer.losses import ArcFace
from trainer.model_card import write_card
from trainer.recipe import Recipe


def run(recipe: Recipe, galleries: Sequence[Gallery], out: Path, progress: Progress = terminal) -> Path:
    """Train, keep the epoch that is best on the held-out classes, write the checkpoint to `out`."""
    data = training_data(galleries, recipe, progress)
    torch.manual_seed(recipe.seed)
    config = HeadConfig(recipe.head, data.train.shape[1], recipe.dims, recipe.wide_dims, recipe.dropout)
    head = build_head(config)
    if recipe.loss == "none":
        fit_pca(head, torch.from_numpy(data.train))
        history = pd.DataFrame()
    else:
        history = _train(head, recipe, data, progress)

    backbone = load_backbone(recipe.backbone)
    trained_on = {"galleries": [g.name for g in galleries], **data.summary()}
    checkpoint = save_checkpoint(
        out, recipe.name, recipe.backbone, preprocessing_config(backbone.preprocessing), head, config,
        {**asdict(recipe), "trained_on": trained_on}, history,
    )  # fmt: skip
    record_metrics(checkpoint, "validation", validate(head, data))
    write_card(checkpoint)
    return out


def validate(head: Head, data: TrainingData) -> dict[str, Any]:
    """Both mP@5 on the classes that training never saw, every picture a query once; None where none are held out."""
    n = len(data.held_out)
    if n < 6:
        return {"study_mp5": None, "guie_mp5": None, "n_images": n, "n_queries": 0}
    head.eval()
    with torch.inference_mode():
        z = head(torch.from_numpy(data.held_out)).numpy()
    rows = np.arange(n)
    guie = guie_mean_precision(z, data.held_out_classes, z, data.held_out_classes, query_ids=rows, index_ids=rows)
    study = study_mean_precision(z, data.held_out_types)
    return {"study_mp5": study.mean, "guie_mp5": guie.mean, "n_images": n, "n_queries": n - guie.n_excluded}


def _train(head: Head, recipe: Recipe, data: TrainingData, progress: Progress) -> pd.DataFrame:
    """ArcFace on cached features; leaves the best epoch's weights in `head`. Returns one row an epoch."""
    x, y = torch.from_numpy(data.train), torch.from_numpy(data.train_labels)
    loss = ArcFace(data.n_classes, recipe.dims, recipe.scale, recipe.margin_rad)
    parameters = [*head.parameters(), *loss.parameters()]
    optimiser = torch.optim.AdamW(parameters, lr=recipe.learning_rate, weight_decay=recipe.weight_decay)
    # A last batch of one picture would leave BatchNorm without a variance.
    sizes = [len(rows) for rows in torch.arange(len(x)).split(recipe.batch_size)]
    steps = recipe.epochs * sum(size > 1 for size in sizes)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, steps, recipe.warmup_share))
    history: list[dict[str, float]] = []
    best, best_score = copy.deepcopy(head.state_dict()), -1.0
    for epoch in progress(range(1, recipe.epochs + 1), total=recipe.epochs, desc=recipe.name, unit="epoch"):
        start = time.perf_counter()
        head.train()
        total = 0.0
        for rows in torch.randperm(len(x)).split(recipe.batch_size):
            if len(rows) < 2:
                continue
            value = loss(head(x[rows]), y[rows])
            optimiser.zero_grad()
            value.backward()
            optimiser.step()
            schedule.step()
            total += value.item() * len(rows)
        score = validate(head, data)
        history.append(
            {
                "epoch": epoch,
                "train_loss": total / len(x),
                "val_loss": _loss(head, loss, data),
                "val_study_mp5": _number(score["study_mp5"]),
                "val_guie_mp5": _number(score["guie_mp5"]),
                "learning_rate": float(schedule.get_last_lr()[0]),
                "time_s": time.perf_counter() - start,
            }
        )
        # Without held-out classes there is nothing to choose by: the last epoch is kept.
        if score["guie_mp5"] is None or score["guie_mp5"] > best_score:
            best, best_score = copy.deepcopy(head.state_dict()), _number(score["guie_mp5"])
    head.load_state_dict(best)
    return pd.DataFrame(history)


def _rate(step: int, steps: int, warmup_share: float) -> float:
    """Linear warm-up, then half a cosine down to zero."""
    warmup = max(1, round(warmup_share * steps))
    if step < warmup:
        return (step + 1) / warmup
    return 0.5 * (1 + float(np.cos(np.pi * (step - warmup) / max(1, steps - warmup))))


def _loss(head: Head, loss: ArcFace, data: TrainingData) -> float:
    if not len(data.val):
        return float("nan")
    head.eval()
    with torch.inference_mode():
        return float(loss(head(torch.from_numpy(data.val)), torch.from_numpy(data.val_labels)))


def _number(value: float | None) -> float:
    return float("nan") if value is None else value
