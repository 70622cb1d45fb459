"""How likely the gallery shows what a query shows: the same class, only the same object type, or neither.

model = gallery_presence(gallery, checkpoint, embeddings)         # of presence_fit.py
model.probabilities(evidence(similarity, classes, object_types))  # (Q, 3) in the order of STATES

Similarity alone does not transfer from one gallery or kind of image to another. A logistic regression therefore also
reads whether the nearest images agree in class and type, and how far the first is from the others. `presence_fit.py`
fits it to the labels of a gallery.
"""

from dataclasses import dataclass

import numpy as np

from trainer.core.cache import Arrays
from trainer.core.data.gallery import Gallery
from trainer.core.data.sources import UNKNOWN_TYPE

STATES = ("same_class", "same_type", "absent")
NEAREST = 50  # images that the evidence is taken from
OUTSIDE_FILE = "outside.npz"  # in `ready/` of a bundled checkpoint: the model for images that are not of the gallery


@dataclass(frozen=True)
class PresenceModel:
    """Multinomial logistic regression: `mean`, `scale` (F,) of the evidence, `weights` (3, F), `bias` (3,)."""

    mean: np.ndarray
    scale: np.ndarray
    weights: np.ndarray
    bias: np.ndarray

    def probabilities(self, evidence: np.ndarray) -> np.ndarray:
        """(Q, F) -> (Q, 3) in the order of STATES; each row sums to 1."""
        logits = (evidence - self.mean) / self.scale @ self.weights.T + self.bias
        exponential = np.exp(logits - logits.max(1, keepdims=True))
        return exponential / exponential.sum(1, keepdims=True)

    def arrays(self) -> Arrays:
        """For a file; `PresenceModel(**arrays)` is the model again."""
        return {"mean": self.mean, "scale": self.scale, "weights": self.weights, "bias": self.bias}


@dataclass(frozen=True)
class Labels:
    """`classes`, `object_types` (N,) integers, below 0 where unknown. Each class belongs to one object type."""

    classes: np.ndarray
    object_types: np.ndarray

    @classmethod
    def of(cls, *galleries: Gallery) -> "Labels":
        """Of all images of the galleries, one gallery after another, with the same numbers for the same names."""
        classes = np.concatenate([gallery.classes for gallery in galleries])
        types = np.concatenate([gallery.object_types for gallery in galleries])
        numbers = [np.unique(names, return_inverse=True)[1] for names in (classes, types)]
        return cls(np.where(classes == "", -1, numbers[0]), np.where(types == UNKNOWN_TYPE, -1, numbers[1]))

    def __getitem__(self, rows: slice | np.ndarray) -> "Labels":
        return Labels(self.classes[rows], self.object_types[rows])


def evidence(similarity: np.ndarray, classes: np.ndarray, object_types: np.ndarray) -> np.ndarray:
    """(Q, K) similarities of the nearest images, best first, with their labels -> (Q, F) float64.

    Reads at most NEAREST columns; K >= 1. Labels are integers; one below 0 is unknown and agrees with none.
    """
    similarity = similarity[:, :NEAREST].astype(np.float64)
    first, last = similarity[:, 0], similarity[:, -1]
    same_class, same_type = (
        (labels[:, :NEAREST] == labels[:, :1]) & (labels[:, :1] >= 0) for labels in (classes, object_types)
    )
    return np.column_stack([
        first,
        first - similarity.mean(1),
        first - _first_of(similarity, ~same_class, last),
        first - _first_of(similarity, ~same_type, last),
        same_class[:, :5].mean(1),
        same_type[:, :5].mean(1),
        same_type.mean(1),
    ])  # fmt: skip


def _first_of(similarity: np.ndarray, allowed: np.ndarray, otherwise: np.ndarray) -> np.ndarray:
    """(Q,) the first similarity of each row that is allowed; `otherwise` (Q,) if none is."""
    first = np.take_along_axis(similarity, allowed.argmax(1)[:, None], 1)[:, 0]
    return np.where(allowed.any(1), first, otherwise)
