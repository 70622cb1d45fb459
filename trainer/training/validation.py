"""What an epoch is judged by: the loss on pictures of known classes, both mP@5 on classes that training never saw.

validate(head, data.held_out)       # {"study_mp5": ..., "guie_mp5": ..., "n_images": ..., "n_queries": ...}
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import nn

from trainer.core.retrieval.diagnosis import last_run
from trainer.core.retrieval.metrics import guie_mean_precision, study_mean_precision
from trainer.core.retrieval.statistics import score_intervals
from trainer.training.data import ImageSet, TrainingData
from trainer.training.loop import BEST_BY
from trainer.training.objective import Objective, in_use
from trainer.training.recipe import Recipe

CHOSEN_BY = {
    "val_guie_mp5": "GUIE mP@5 on the held-out classes",
    "val_study_mp5": "study mP@5 on the held-out classes",
    "val_loss": "the validation loss",
}
PICTURES_FOR_TRAINING_LOSS = 2048


def validate(head: nn.Module, held_out: ImageSet, intervals: bool = False) -> dict[str, Any]:
    """Both mP@5, every picture a query once against all others.

    None where they would say nothing of the head: fewer than six pictures, a single class (GUIE mP@5) or a single
    object type (study mP@5), in which every neighbour is right. `intervals` adds 95 % intervals by a bootstrap of whole
    classes, which takes longer.
    """
    n = len(held_out)
    if n < 6:
        return {"study_mp5": None, "guie_mp5": None, "n_images": n, "n_queries": 0}
    z = in_use(head, head, held_out.features).cpu().numpy()
    rows = np.arange(n)
    guie = guie_mean_precision(z, held_out.classes, z, held_out.classes, query_ids=rows, index_ids=rows)
    scores = {}
    if len(np.unique(held_out.classes)) > 1 and guie.n_excluded < n:
        scores["guie_mp5"] = guie.per_query
    if len(np.unique(held_out.types)) > 1:
        scores["study_mp5"] = study_mean_precision(z, held_out.types).per_query
    means = {name: float(np.nanmean(scores[name])) if name in scores else None for name in ("study_mp5", "guie_mp5")}
    result = {**means, "n_images": n, "n_queries": n - guie.n_excluded}
    return {**result, "intervals": score_intervals(scores, held_out.classes)} if intervals else result


def chosen_by(recipe: Recipe, history: pd.DataFrame) -> str:
    """What chose the epoch that was kept: `recipe.best_by`, `last` where that could not be measured, `none` where
    nothing was trained."""
    if history.empty:
        return "none"
    column, _ = BEST_BY[recipe.best_by]
    return recipe.best_by if last_run(history)[column].notna().any() else "last"


def how_chosen(recipe: Mapping[str, Any], trained_on: Mapping[str, Any]) -> str:
    """The same as one sentence, from a checkpoint's record; empty if nothing was trained or an old record has none."""
    asked, chosen = recipe.get("best_by"), trained_on.get("chosen_by")
    if chosen not in BEST_BY:
        return ""
    if chosen != "last":
        return f"The epoch was chosen by {CHOSEN_BY[chosen]}."
    if asked == "last":
        return "The last epoch was kept, as the recipe says."
    if asked == "val_loss":
        return "The last epoch was kept, as no images measure the validation loss."
    if not trained_on.get("held_out_images"):
        return "The last epoch was kept, as no classes are held out."
    return f"The last epoch was kept, as the held-out images are too few or too alike to measure {asked}."


def measures(head: nn.Module, objective: Objective, data: TrainingData) -> dict[str, float]:
    """All figures of one epoch; NaN where there is nothing to measure on."""
    scores = validate(head, data.held_out)
    figures = {f"val_{name}": scores[name] for name in ("study_mp5", "guie_mp5")}
    return {
        **losses(head, objective, data),
        **{name: float("nan") if figure is None else figure for name, figure in figures.items()},
    }


def losses(head: nn.Module, objective: Objective, data: TrainingData) -> dict[str, float]:
    """The recipe's loss on validation pictures, and measured alike on some training pictures.

    `train_loss_eval` can be set beside `val_loss`; `train_loss`, the mean over the epoch, is taken with dropout on and
    while the weights still move, and is higher for that alone.
    """
    n = len(data.train)
    some = np.random.default_rng(0).permutation(n)[:PICTURES_FOR_TRAINING_LOSS]
    return {
        "train_loss_eval": _loss(head, objective, data.train[np.sort(some)]),
        "val_loss": _loss(head, objective, data.val),
    }


def _loss(head: nn.Module, objective: Objective, pictures: ImageSet) -> float:
    if not len(pictures):
        return float("nan")
    z = in_use(head, head, pictures.features)
    labels = torch.from_numpy(pictures.labels).to(z.device)
    size = objective.recipe.batch_size
    with torch.inference_mode():
        parts = [objective.main(a, b).item() * len(b) for a, b in zip(z.split(size), labels.split(size), strict=True)]
    return sum(parts) / len(pictures)
