"""What an epoch is judged by: the loss on pictures of known classes, both mP@5 on classes that training never saw.

validate(head, data.held_out)       # {"study_mp5": ..., "guie_mp5": ..., "n_images": ..., "n_queries": ...}
"""

from typing import Any

import numpy as np
import torch
from torch import nn

from trainer.core.metrics import guie_mean_precision, study_mean_precision
from trainer.core.sources import UNKNOWN_TYPE
from trainer.core.statistics import score_intervals
from trainer.data import Pictures, TrainingData
from trainer.objective import Objective, in_use

PICTURES_FOR_TRAINING_LOSS = 2048


def validate(head: nn.Module, held_out: Pictures, intervals: bool = False) -> dict[str, Any]:
    """Both mP@5, every picture a query once against all others; None where none are held out.

    `intervals` adds 95 % intervals by a bootstrap of whole classes, which takes longer.
    """
    n = len(held_out)
    if n < 6:
        return {"study_mp5": None, "guie_mp5": None, "n_images": n, "n_queries": 0}
    z = in_use(head, head, held_out.features).cpu().numpy()
    rows = np.arange(n)
    guie = guie_mean_precision(z, held_out.classes, z, held_out.classes, query_ids=rows, index_ids=rows)
    typed = (held_out.types != UNKNOWN_TYPE).any()
    scores = {"guie_mp5": guie.per_query}
    if typed:
        scores["study_mp5"] = study_mean_precision(z, held_out.types).per_query
    means = {name: float(np.nanmean(scores[name])) if name in scores else None for name in ("study_mp5", "guie_mp5")}
    result = {**means, "n_images": n, "n_queries": n - guie.n_excluded}
    return {**result, "intervals": score_intervals(scores, held_out.classes)} if intervals else result


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


def _loss(head: nn.Module, objective: Objective, pictures: Pictures) -> float:
    if not len(pictures):
        return float("nan")
    z = in_use(head, head, pictures.features)
    labels = torch.from_numpy(pictures.labels).to(z.device)
    size = objective.recipe.batch_size
    with torch.inference_mode():
        parts = [objective.main(a, b).item() * len(b) for a, b in zip(z.split(size), labels.split(size), strict=True)]
    return sum(parts) / len(pictures)
