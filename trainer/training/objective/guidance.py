"""Language guidance: classes with similar names are embedded close to each other (Roth, Vinyals & Akata, CVPR 2022).

    guidance = LanguageGuidance(class_embeddings(recipe.guidance, recipe.backbone, data), shift=1.0)
    loss = loss + weight * guidance(z, labels)

`expert` uses the class names. `pseudo` uses for each class the ImageNet names that the backbone's own classifier
predicts for its images, so that it also works with meaningless class names.
"""

from collections.abc import Callable
from typing import Annotated

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from trainer.core.errors import UserError
from trainer.core.models.backbones.classifier import imagenet_logits, imagenet_names
from trainer.core.schema import Float, SettingsModel, between, one_of
from trainer.training.data.image_set import TrainingData
from trainer.training.objective.language import encode_texts


class LanguageGuidance(nn.Module):
    """KL divergence of the batch's image similarities from its language similarities, row by row (their equation 3).

    With S the cosines of the batch's images, S' those with 1 + shift for pairs of one class, and T the cosines of the
    class names, averaged over k sets of names:

    mean_i sum_j softmax(S'_i)_j log(softmax(S'_i)_j / softmax(T_i + shift)_j)
    """

    class_embeddings: torch.Tensor

    def __init__(self, class_embeddings: np.ndarray, shift: float = 1.0) -> None:
        """`class_embeddings` (k, C, L): k names of each class as unit vectors."""
        super().__init__()
        self.shift = shift
        self.register_buffer("class_embeddings", torch.from_numpy(class_embeddings), persistent=False)

    def forward(self, embeddings: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """(B, E) unit rows and (B,) class numbers -> scalar."""
        names = self.class_embeddings[:, labels]  # (k, B, L)
        language = (names @ names.transpose(1, 2)).mean(0)  # (B, B)
        same = labels[:, None] == labels
        language = language.masked_fill(same, 1.0)  # also if several names of a class differ
        image = (embeddings @ embeddings.T).masked_fill(same, 1 + self.shift)
        teacher = F.log_softmax(language + self.shift, dim=1)
        student = F.log_softmax(image, dim=1)
        return F.kl_div(teacher, student, log_target=True, reduction="batchmean")


def expert_names(backbone: str, data: TrainingData, k: int) -> list[list[str]]:
    """For each class its own name."""
    return [[name] for name in data.label_names]


def pseudo_names(backbone: str, data: TrainingData, k: int) -> list[list[str]]:
    """For each class the k ImageNet names with the highest mean probability over its training images."""
    logits = imagenet_logits(backbone, data.train.features)  # (n, 1000)
    if logits is None:
        raise UserError(
            "guidance pseudo: expected a backbone with an ImageNet classifier, such as lite2 or timm:resnet50, found"
            f" {backbone}; use guidance expert."
        )
    shares = np.exp(logits - logits.max(1, keepdims=True))
    shares /= shares.sum(1, keepdims=True)
    known = imagenet_names()
    best = [np.argsort(-shares[data.train.labels == label].mean(0)) for label in range(data.n_classes)]
    return [[known[number] for number in order[:k]] for order in best]


GUIDANCE: dict[str, Callable[[str, TrainingData, int], list[list[str]]]] = {
    "expert": expert_names,
    "pseudo": pseudo_names,
}


class GuidanceSettings(SettingsModel):
    """The group `guidance` of a recipe. In a flat recipe the keys are `guidance`, `guidance_weight` and so on."""

    kind: Annotated[str, one_of(GUIDANCE, "none")] = "none"
    weight: Annotated[Float, between(0, 1000)] = 1.0
    shift: Annotated[Float, between(0, 10)] = 1.0
    names: Annotated[int, between(1, 100)] = 5  # ImageNet names for each class, for `pseudo`


def class_embeddings(settings: GuidanceSettings, backbone: str, data: TrainingData) -> np.ndarray:
    """(k, C, L) unit vectors of the classes' names; k = 1 for `expert`, `names` for `pseudo`."""
    names = GUIDANCE[settings.kind](backbone, data, settings.names)
    texts = [f"A photo of a {name.replace('_', ' ')}" for of_class in names for name in of_class]
    vectors = encode_texts(texts, backbone)  # (C k, L)
    return np.ascontiguousarray(vectors.reshape(len(names), -1, vectors.shape[1]).transpose(1, 0, 2))
