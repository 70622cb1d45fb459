"""Validation scores of an epoch: the loss on images of training classes, both mP@5 on held-out classes.

validate(head, data.held_out)       # {"study_mp5": ..., "guie_mp5": ..., "n_images": ..., "n_queries": ...}
"""

from typing import Any

import numpy as np
import torch
from torch import nn

from trainer.core.process import one_thread_a_product
from trainer.core.retrieval.metrics import mean_precisions
from trainer.core.retrieval.statistics import score_intervals
from trainer.training.data.image_set import ImageSet, TrainingData
from trainer.training.objective.objective import Objective, infer


def validate(head: nn.Module, held_out: ImageSet, intervals: bool = False) -> dict[str, Any]:
    """Both mP@5, with every image as a query against all others.

    A score is None if it says nothing about the head: with fewer than six images, with a single class (GUIE mP@5) or a
    single object type (study mP@5), where every neighbour is right. `intervals` adds 95 % intervals by a bootstrap of
    whole classes, which takes longer.
    """
    n = len(held_out)
    if n < 6:
        return {"study_mp5": None, "guie_mp5": None, "n_images": n, "n_queries": 0}
    z = infer(head, held_out.features).cpu().numpy()
    with one_thread_a_product():  # a second pool of threads would still be spinning while torch trains on
        study, guie = mean_precisions(z, held_out.types, held_out.classes)
    scores = {}
    if len(np.unique(held_out.classes)) > 1 and guie.n_excluded < n:
        scores["guie_mp5"] = guie.per_query
    if len(np.unique(held_out.types)) > 1:
        scores["study_mp5"] = study.per_query
    means = {name: float(np.nanmean(scores[name])) if name in scores else None for name in ("study_mp5", "guie_mp5")}
    result = {**means, "n_images": n, "n_queries": n - guie.n_excluded}
    return {**result, "intervals": score_intervals(scores, held_out.classes)} if intervals else result


def measures(head: nn.Module, objective: Objective, data: TrainingData) -> dict[str, float]:
    """All scores of one epoch; NaN if there are no images to measure on."""
    result = validate(head, data.held_out)
    scores = {f"val_{name}": result[name] for name in ("study_mp5", "guie_mp5")}
    return {
        **losses(head, objective, data),
        **{name: float("nan") if score is None else score for name, score in scores.items()},
    }


def losses(head: nn.Module, objective: Objective, data: TrainingData) -> dict[str, float]:
    """The recipe's loss on the validation images and, in the same way, on some training images.

    `train_loss_eval` can be compared with `val_loss`. `train_loss`, the mean over the epoch, cannot: it is measured
    with dropout and while the weights still change, which makes it higher.
    """
    return {
        "train_loss_eval": _loss(head, objective, data.train_sample),
        "val_loss": _loss(head, objective, data.val),
    }


def _loss(head: nn.Module, objective: Objective, images: ImageSet) -> float:
    if not len(images):
        return float("nan")
    z = infer(head, images.features)
    labels = torch.from_numpy(images.labels).to(z.device)
    size = objective.recipe.sampler.batch_size
    with torch.inference_mode():
        sums = [objective.main(a, b).item() * len(b) for a, b in zip(z.split(size), labels.split(size), strict=True)]
    return sum(sums) / len(images)
