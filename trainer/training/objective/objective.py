"""What training minimises: a head, optionally an encoder below it, and the terms of the loss on one batch.

system = System(head, Objective(recipe, data, head), encoder=None)
terms = system(inputs, rows)         # {"total": ..., "train_loss": ..., ...}, of the whole batch over all processes
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from trainer.core.models.distributed import gather_batch
from trainer.core.models.heads import Head
from trainer.training.data.image_set import TrainingData
from trainer.training.initialisation import reference
from trainer.training.losses import build_loss
from trainer.training.losses.similarity import similarity_loss
from trainer.training.objective.guidance import LanguageGuidance, class_embeddings
from trainer.training.recipe import Recipe


def infer(head: nn.Module, features: np.ndarray) -> torch.Tensor:
    """(n, D) features -> (n, E) embeddings on the head's device, in evaluation mode and in float32."""
    head.eval()
    with torch.no_grad():
        return head(torch.from_numpy(features).to(next(head.parameters()).device))


class Objective(nn.Module):
    """The recipe's loss, plus the weighted terms that preserve similarities and follow language."""

    labels: torch.Tensor
    reference: torch.Tensor

    def __init__(self, recipe: Recipe, data: TrainingData, head: Head) -> None:
        super().__init__()
        self.recipe = recipe
        self.main = build_loss(recipe.loss, head.dims, np.bincount(data.train.labels, minlength=data.n_classes))
        self.guidance: LanguageGuidance | None = None
        if recipe.guidance.kind != "none":
            names = class_embeddings(recipe.guidance, recipe.backbone, data)
            self.guidance = LanguageGuidance(names, recipe.guidance.shift)
        # Buffers move to the device with the module. They are not saved.
        self.register_buffer("labels", torch.from_numpy(data.train.labels), persistent=False)
        rows = torch.empty(0)
        if recipe.loss.keep_similarities:
            rows = F.normalize(reference(head, recipe.head, data.train), dim=1)
        self.register_buffer("reference", rows, persistent=False)
        if recipe.loss.centers == "class_means":
            self.main.set_centers(class_means(infer(head, data.train.features).cpu(), self.labels, data.n_classes))

    def forward(self, embeddings: torch.Tensor, rows: torch.Tensor) -> dict[str, torch.Tensor]:
        """(B, E) unit rows and their (B,) training rows -> the terms, in float32 under autocast too."""
        with torch.autocast(embeddings.device.type, enabled=False):
            return self._terms(embeddings.float(), rows)

    def _terms(self, embeddings: torch.Tensor, rows: torch.Tensor) -> dict[str, torch.Tensor]:
        labels = self.labels[rows]
        terms = {"train_loss": self.main(embeddings, labels)}
        total = terms["train_loss"]
        if self.main.needs_positives:
            terms["anchors_with_positive"] = share_with_positive(labels)
        if self.recipe.loss.keep_similarities:
            terms["keep_loss"] = similarity_loss(embeddings, self.reference[rows])
            total = total + self.recipe.loss.keep_similarities * terms["keep_loss"]
        if self.guidance is not None:
            terms["guidance_loss"] = self.guidance(embeddings, labels)
            total = total + self.recipe.guidance.weight * terms["guidance_loss"]
        return {"total": total, **{name: term.detach() for name, term in terms.items()}}


def class_means(embeddings: torch.Tensor, labels: torch.Tensor, n_classes: int) -> torch.Tensor:
    """(n, E) embeddings and their (n,) class numbers -> (C, E) unit rows, the mean direction of each class."""
    sums = torch.zeros(n_classes, embeddings.shape[1]).index_add(0, labels, embeddings)
    return F.normalize(sums, dim=1)


def share_with_positive(labels: torch.Tensor) -> torch.Tensor:
    """Share of a batch's images whose class another image has: without such pairs, a pair loss only pushes apart."""
    return (torch.bincount(labels)[labels] > 1).float().mean()


class System(nn.Module):
    """All modules with parameters in one, so that one gradient is averaged over processes."""

    def __init__(self, head: nn.Module, objective: Objective, encoder: nn.Module | None = None) -> None:
        super().__init__()
        self.head, self.objective, self.encoder = head, objective, encoder

    def train(self, mode: bool = True) -> "System":
        """A locked head stays in evaluation mode: BatchNorm would keep counting, and dropout would blur its target."""
        super().train(mode)
        if not any(parameter.requires_grad for parameter in self.head.parameters()):
            self.head.eval()
        return self

    def forward(self, inputs: torch.Tensor, rows: torch.Tensor) -> dict[str, torch.Tensor]:
        """This process's inputs (features, or pixels if there is an encoder) and the rows of the whole batch.

        Every process computes the loss of the whole batch, as it compares all pairs. With several dropout masks for
        each batch (multi-sample dropout, Inoue, 2019) the terms are averaged over the masks.
        """
        features = inputs if self.encoder is None else self.encoder(inputs).float()
        samples = [
            self.objective(gather_batch(self.head(features)), rows)
            for _ in range(self.objective.recipe.head.dropout_samples)
        ]
        return {name: torch.stack([terms[name] for terms in samples]).mean() for name in samples[0]}
