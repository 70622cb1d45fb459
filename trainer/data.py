"""Training data on cached features: which rows train, which measure the loss, which classes are held out.

data = training_data(galleries, recipe)
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from trainer.core.errors import UserError
from trainer.core.features import gallery_features
from trainer.core.gallery import Gallery
from trainer.core.progress import Progress, terminal
from trainer.core.search import GalleryIndex
from trainer.recipe import Recipe

NEAR_DUPLICATE = 0.98  # cosine of raw features above which two pictures count as one


@dataclass(frozen=True)
class Pictures:
    """One set of pictures: `features` (n, D), and for each its class number (-1: none), class, type and path."""

    features: np.ndarray
    labels: np.ndarray
    classes: np.ndarray
    types: np.ndarray
    paths: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, rows: np.ndarray) -> "Pictures":
        return Pictures(*(getattr(self, field.name)[rows] for field in fields(self)))


@dataclass(frozen=True)
class TrainingData:
    """Three disjoint sets of pictures.

    `train` and `val` share their C classes (`label_names`); the classes of `held_out` are seen by neither and stand for
    the unseen things of the real task, so checkpoints are chosen on them.
    """

    train: Pictures
    val: Pictures
    held_out: Pictures
    label_names: np.ndarray
    n_duplicates: int
    n_over_cap: int

    @property
    def n_classes(self) -> int:
        return len(self.label_names)

    def summary(self) -> dict[str, int]:
        return {
            "train_images": len(self.train),
            "train_classes": self.n_classes,
            "validation_images": len(self.val),
            "held_out_images": len(self.held_out),
            "held_out_classes": len(np.unique(self.held_out.classes)),
            "near_duplicates_removed": self.n_duplicates,
            "over_the_class_cap": self.n_over_cap,
        }


def training_data(
    galleries: Sequence[Gallery], recipe: Recipe, progress: Progress = terminal, validation: Gallery | None = None
) -> TrainingData:
    """Features of all galleries together; their query and index pictures are never touched.

    Held out are a share of the classes, or the classes of `validation` where it is given: of it no picture trains, nor
    does any other picture of its classes. Pictures of split `val` measure the loss; where there are none, one in six of
    each class of six or more does. Training pictures that nearly equal one that measures are removed, as the same
    photograph may stand in two galleries.
    """
    sources = [*galleries, validation] if validation else list(galleries)
    pictures, splits, source = _usable(sources, recipe, progress)
    rng = np.random.default_rng(recipe.seed)
    if validation:
        judged = source == len(galleries)
        held_out = judged | np.isin(pictures.classes, pictures.classes[judged])
    else:
        share = recipe.validation_classes
        held_out = judged = np.isin(pictures.classes, _held_out(pictures.classes, pictures.types, share, rng))
    val = (splits == "val") & ~held_out & recipe.measure_loss
    if recipe.measure_loss and not val.any():
        val = _one_in_six(pictures.classes, rng) & ~held_out
    train = ~held_out & ~val
    n_before = int(train.sum())
    for measuring in (val, judged):
        if measuring.any():
            train &= ~_near_duplicates(pictures.features, of=measuring)
    n_duplicates = n_before - int(train.sum())
    capped = train & _within_cap(pictures.classes, train, recipe.max_images_per_class, rng)
    n_over_cap, train = int(train.sum() - capped.sum()), capped

    classes, counts = np.unique(pictures.classes[train], return_counts=True)
    classes = classes[counts >= recipe.min_images_per_class]
    if recipe.loss != "none" and len(classes) < 2:
        raise UserError(
            f"{len(classes)} classes have {recipe.min_images_per_class} or more training pictures: expected at least 2;"
            " lower min_images_per_class or give more pictures."
        )
    train &= np.isin(pictures.classes, classes)
    val &= np.isin(pictures.classes, classes)
    what = pictures.classes if recipe.labels == "class" else pictures.types
    names = np.unique(what[train])
    if recipe.loss != "none" and len(names) < 2:
        raise UserError(f"labels {recipe.labels}: expected pictures of at least 2, found only {', '.join(names)}.")
    labels = np.where(np.isin(what, names), np.searchsorted(names, what), -1)
    pictures = replace(pictures, labels=labels)
    return TrainingData(pictures[train], pictures[val], pictures[judged], names, n_duplicates, n_over_cap)


def _usable(
    galleries: Sequence[Gallery], recipe: Recipe, progress: Progress
) -> tuple[Pictures, np.ndarray, np.ndarray]:
    """The pictures that may train or choose, their splits, and the number of the gallery of each."""
    rows = [np.flatnonzero(~g.table["split"].isin(["query", "index"]) & (g.training_classes != "")) for g in galleries]
    if not sum(map(len, rows)):
        raise UserError(
            f"{', '.join(g.name for g in galleries)}: expected pictures of split train (or of none) with class names,"
            " found none."
        )

    def joined(parts: Sequence[np.ndarray]) -> np.ndarray:
        return np.concatenate([part[usable] for part, usable in zip(parts, rows, strict=True)])

    def column(name: str) -> np.ndarray:
        return joined([g.table[name].to_numpy(dtype=str) for g in galleries])

    features = joined([gallery_features(g, recipe.backbone, progress) for g in galleries])
    classes, types = joined([g.training_classes for g in galleries]), joined([g.object_types for g in galleries])
    pictures = Pictures(features, np.full(len(classes), -1), classes, types, column("path"))
    return pictures, column("split"), np.repeat(np.arange(len(rows)), [len(usable) for usable in rows])


def _within_cap(classes: np.ndarray, train: np.ndarray, cap: int, rng: np.random.Generator) -> np.ndarray:
    """(N,) bool: at most `cap` training pictures of each class, drawn at random."""
    chosen = train.copy()
    names, counts = np.unique(classes[train], return_counts=True)
    for name in names[counts > cap]:
        chosen[rng.permutation(np.flatnonzero(train & (classes == name)))[cap:]] = False
    return chosen


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
    order = np.argsort(classes, kind="stable")
    _, starts = np.unique(classes[order], return_index=True)
    for rows in np.split(order, starts[1:]):  # one class after another, its rows in their order
        chosen[rng.permutation(rows)[: len(rows) // 6]] = True
    return chosen


def _near_duplicates(features: np.ndarray, of: np.ndarray) -> np.ndarray:
    """(N,) bool: rows whose picture is nearly the same as one of those marked in `of`."""
    unit = features / np.linalg.norm(features, axis=1, keepdims=True)
    return GalleryIndex(unit[of]).search(unit, 1).similarity[:, 0] > NEAR_DUPLICATE
