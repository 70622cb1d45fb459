"""What training minimises: a head, perhaps an encoder below it, and the terms of the loss on one batch.

system = System(head, Objective(recipe, data, dims), data.train, encoder=None)
terms = system(inputs, rows)         # {"loss": ..., "main": ..., ...}, of the whole batch over all processes
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from trainer.core.models.distributed import whole_batch
from trainer.core.models.heads import Head, WhitenedHead
from trainer.training.guidance import LanguageGuidance, class_embeddings
from trainer.training.initialisation import INITS
from trainer.training.losses import ArcFace, build_loss, kept_similarities

if TYPE_CHECKING:  # the recipe takes its allowed names from CENTERS
    from trainer.training.data import TrainingData
    from trainer.training.recipe import Recipe


def in_use(function: Callable[[torch.Tensor], torch.Tensor], head: nn.Module, features: np.ndarray) -> torch.Tensor:
    """A function of a head on (n, D) features, as in use: without dropout, in float32, on the head's device."""
    head.eval()
    with torch.no_grad():
        return function(torch.from_numpy(features).to(next(head.parameters()).device))


class Objective(nn.Module):
    """The recipe's loss, and with their weights the terms that keep similarities and follow language."""

    labels: torch.Tensor
    reference: torch.Tensor

    def __init__(self, recipe: Recipe, data: TrainingData, head: Head) -> None:
        super().__init__()
        self.recipe = recipe
        self.main = build_loss(recipe, head.dims, np.bincount(data.train.labels, minlength=data.n_classes))
        self.guidance: LanguageGuidance | None = None
        if recipe.guidance != "none":
            self.guidance = LanguageGuidance(class_embeddings(recipe, data), recipe.guidance_shift)
        # Buffers, to lie on the right device, but no part of what is saved.
        self.register_buffer("labels", torch.from_numpy(data.train.labels), persistent=False)
        reference = torch.empty(0)
        if recipe.keep_similarities:
            reference = F.normalize(_reference(recipe, data, head), dim=1)
        self.register_buffer("reference", reference, persistent=False)
        CENTERS[recipe.centers](self, head, data.train.features)

    def leave_centers(self, head: Head, features: np.ndarray) -> None:
        """The loss's own random class centres stay."""

    def start_at_class_means(self, head: Head, features: np.ndarray) -> None:
        """Class centres where the untrained head puts the classes; sub-centres near each other around that."""
        embeddings = in_use(head, head, features).cpu()
        assert isinstance(self.main, ArcFace)  # the recipe sees to that
        means = torch.zeros(self.main.num_classes, embeddings.shape[1]).index_add(0, self.labels, embeddings)
        centers = F.normalize(means, dim=1).repeat_interleave(self.recipe.sub_centers, dim=0)  # (C k, E)
        if self.recipe.sub_centers > 1:
            centers = F.normalize(centers + 0.1 * F.normalize(torch.randn_like(centers), dim=1), dim=1)
        with torch.no_grad():
            self.main.W.copy_(centers.T)

    def forward(self, embeddings: torch.Tensor, rows: torch.Tensor) -> dict[str, torch.Tensor]:
        """(B, E) unit rows and the (B,) training rows they are of; in float32, also under autocast."""
        with torch.autocast(embeddings.device.type, enabled=False):
            return self._terms(embeddings.float(), rows)

    def _terms(self, embeddings: torch.Tensor, rows: torch.Tensor) -> dict[str, torch.Tensor]:
        labels = self.labels[rows]
        terms = {"train_loss": self.main(embeddings, labels)}
        total = terms["train_loss"]
        if self.main.needs_positives:
            terms["anchors_with_positive"] = share_with_positive(labels)
        if self.recipe.keep_similarities:
            terms["keep_loss"] = kept_similarities(embeddings, self.reference[rows])
            total = total + self.recipe.keep_similarities * terms["keep_loss"]
        if self.guidance is not None:
            terms["guidance_loss"] = self.guidance(embeddings, labels)
            total = total + self.recipe.guidance_weight * terms["guidance_loss"]
        return {"total": total, **{name: term.detach() for name, term in terms.items()}}


CENTERS: dict[str, Callable[[Objective, Head, np.ndarray], None]] = {
    "random": Objective.leave_centers,
    "class_means": Objective.start_at_class_means,
}


def share_with_positive(labels: torch.Tensor) -> torch.Tensor:
    """Share of a batch's pictures that another one shares the class of: without it a pair loss can only push apart."""
    return (torch.bincount(labels)[labels] > 1).float().mean()


def _reference(recipe: Recipe, data: TrainingData, head: Head) -> torch.Tensor:
    """(n, D) features whose cosines shall be kept: centred, and whitened where the head starts from that."""
    if isinstance(head, WhitenedHead):
        return in_use(head.whitened, head, data.train.features).cpu()
    return INITS[recipe.init].reference(recipe, data.train)


class System(nn.Module):
    """All that has parameters, in one module, so that one gradient is averaged over processes."""

    def __init__(self, head: nn.Module, objective: Objective, encoder: nn.Module | None = None) -> None:
        super().__init__()
        self.head, self.objective, self.encoder = head, objective, encoder

    def train(self, mode: bool = True) -> System:
        """A locked head stays as it is in use: BatchNorm would go on counting, and dropout would blur its target."""
        super().train(mode)
        if not any(parameter.requires_grad for parameter in self.head.parameters()):
            self.head.eval()
        return self

    def forward(self, inputs: torch.Tensor, rows: torch.Tensor) -> dict[str, torch.Tensor]:
        """This process's inputs (features, or pixels for an encoder) and the rows of the whole batch.

        Every process computes the loss of the whole batch, as pairs reach over all of it. With several dropout masks a
        batch (multi-sample dropout, Inoue, 2019) the terms are averaged over them.
        """
        features = inputs if self.encoder is None else self.encoder(inputs).float()
        samples = [
            self.objective(whole_batch(self.head(features)), rows) for _ in range(self.objective.recipe.dropout_samples)
        ]
        return {name: torch.stack([terms[name] for terms in samples]).mean() for name in samples[0]}
