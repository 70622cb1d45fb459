"""Training data on cached features: which rows train, which measure the loss, which classes are held out.

data = training_data(galleries, recipe)
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trainer.core.errors import UserError
from trainer.core.features import gallery_features
from trainer.core.gallery import Gallery
from trainer.core.progress import Progress, terminal
from trainer.core.search import GalleryIndex
from trainer.recipe import Recipe

NEAR_DUPLICATE = 0.98  # cosine of raw features above which two pictures count as one


@dataclass(frozen=True)
class TrainingData:
    """Features (rows, D) and labels of three disjoint sets of pictures.

    `train` and `val` share their C classes (`labels` are class numbers); the held-out classes are seen by neither and
    stand for the unseen things of the real task, so checkpoints are chosen on them.
    """

    train: np.ndarray
    train_labels: np.ndarray
    val: np.ndarray
    val_labels: np.ndarray
    held_out: np.ndarray
    held_out_classes: np.ndarray
    held_out_types: np.ndarray
    n_classes: int
    n_duplicates: int

    def summary(self) -> dict[str, int]:
        return {
            "train_images": len(self.train),
            "train_classes": self.n_classes,
            "validation_images": len(self.val),
            "held_out_images": len(self.held_out),
            "held_out_classes": len(np.unique(self.held_out_classes)),
            "near_duplicates_removed": self.n_duplicates,
        }


def training_data(galleries: Sequence[Gallery], recipe: Recipe, progress: Progress = terminal) -> TrainingData:
    """Features of all galleries together; their query and index pictures are never touched.

    Pictures of split `val` measure the loss; where there are none, one in six of each class of six or more does.
    Training pictures that nearly equal one of those are removed, as the same photograph may stand in two galleries.
    """
    usable = [
        np.flatnonzero(~gallery.table["split"].isin(["query", "index"]) & (gallery.classes != ""))
        for gallery in galleries
    ]
    if not sum(map(len, usable)):
        raise UserError(
            f"{', '.join(g.name for g in galleries)}: expected pictures of split train (or of none) with class names,"
            " found none."
        )

    def joined(parts: Sequence[np.ndarray]) -> np.ndarray:
        return np.concatenate([part[rows] for part, rows in zip(parts, usable, strict=True)])

    features = joined([gallery_features(g, recipe.backbone, progress) for g in galleries])
    classes = joined([g.classes for g in galleries])
    types = joined([g.object_types for g in galleries])
    splits = joined([g.table["split"].to_numpy(dtype=str) for g in galleries])

    rng = np.random.default_rng(recipe.seed)
    held_out = np.isin(classes, _held_out(classes, types, recipe.validation_classes, rng))
    val = (splits == "val") & ~held_out
    if not val.any():
        val = _one_in_six(classes, rng) & ~held_out
    train = ~held_out & ~val
    n_before = int(train.sum())
    if val.any():
        train &= ~_near_duplicates(features, of=val)
    names, counts = np.unique(classes[train], return_counts=True)
    names = names[counts >= recipe.min_images_per_class]
    n_duplicates = n_before - int(train.sum())
    train &= np.isin(classes, names)
    val &= np.isin(classes, names)
    if recipe.loss != "none" and len(names) < 2:
        raise UserError(
            f"{len(names)} classes have {recipe.min_images_per_class} or more training pictures: expected at least 2;"
            " lower min_images_per_class or give more pictures."
        )
    return TrainingData(
        features[train],
        np.searchsorted(names, classes[train]),
        features[val],
        np.searchsorted(names, classes[val]),
        features[held_out],
        classes[held_out],
        types[held_out],
        len(names),
        n_duplicates,
    )


def _held_out(classes: np.ndarray, types: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """A share of the classes of each object type, among those of at least two pictures."""
    chosen: list[str] = []
    for object_type in np.unique(types):
        names, counts = np.unique(classes[types == object_type], return_counts=True)
        names = names[counts >= 2]
        chosen += list(rng.permutation(names)[: round(share * len(names))])
    return np.array(chosen)


def _one_in_six(classes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    chosen = np.zeros(len(classes), bool)
    for name in np.unique(classes):
        rows = np.flatnonzero(classes == name)
        chosen[rng.permutation(rows)[: len(rows) // 6]] = True
    return chosen


def _near_duplicates(features: np.ndarray, of: np.ndarray) -> np.ndarray:
    """(N,) bool: rows whose picture is nearly the same as one of those marked in `of`."""
    unit = features / np.linalg.norm(features, axis=1, keepdims=True)
    return GalleryIndex(unit[of]).search(unit, 1).similarity[:, 0] > NEAR_DUPLICATE
