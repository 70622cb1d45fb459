"""Training data on cached features: which rows train, which measure the loss, which classes are held out.

data = training_data(galleries, recipe)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np

from trainer.core.data.gallery import Gallery
from trainer.core.errors import UserError
from trainer.core.models.features import gallery_features
from trainer.core.progress import Progress, terminal
from trainer.core.retrieval.search import GalleryIndex

if TYPE_CHECKING:  # the recipe takes its allowed names from LABELS
    from trainer.training.recipe import Recipe

TRAINING_SPLITS = ("", "train", "val")  # images of any other split neither train nor choose
LEAST_HELD_OUT = 2  # classes: among images of a single one every neighbour is right, whatever the head
NEAR_DUPLICATE = 0.98  # cosine of raw features above which two pictures count as one


@dataclass(frozen=True)
class ImageSet:
    """One set of pictures: `features` (n, D), and for each its class number (-1: none), class, type and path."""

    features: np.ndarray
    labels: np.ndarray
    classes: np.ndarray
    types: np.ndarray
    paths: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, rows: np.ndarray) -> ImageSet:
        return ImageSet(*(getattr(self, field.name)[rows] for field in fields(self)))


# what counts as the same: the (n,) names that are learned as classes
LABELS: dict[str, Callable[[ImageSet], np.ndarray]] = {
    "class": lambda images: images.classes,
    "object_type": lambda images: images.types,
}


@dataclass(frozen=True)
class TrainingData:
    """Three disjoint sets of pictures.

    `train` and `val` share their C classes (`label_names`); the classes of `held_out` are seen by neither and stand for
    the unseen things of the real task, so checkpoints are chosen on them.
    """

    train: ImageSet
    val: ImageSet
    held_out: ImageSet
    label_names: np.ndarray
    n_duplicates: int
    n_over_cap: int
    n_small_classes: int = 0  # classes below `min_images_per_class`, and their images
    n_small_class_images: int = 0
    n_without_class: int = 0  # images whose class is not known, although that of others is

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
            "small_classes_left_out": self.n_small_classes,
            "images_of_small_classes_left_out": self.n_small_class_images,
            "images_without_class_left_out": self.n_without_class,
        }


def training_data(
    galleries: Sequence[Gallery], recipe: Recipe, progress: Progress = terminal, validation: Gallery | None = None
) -> TrainingData:
    """Features of all galleries together. Only images of the splits train and val, or of none, are used: of a gallery's
    test, query and index images none trains and none chooses, and the same holds for `validation`.

    Held out are a share of the classes (none where too few would be left), or the classes of `validation` where it is
    given: of it no picture trains, nor does any other picture of its classes. Images of split `val` measure the loss;
    where there are none, one in six of each class of six or more does. Training pictures that nearly equal one that
    measures are removed, as the same photograph may stand in two galleries. Classes with fewer than
    `min_images_per_class` training images and images without a class are left out.

    Raises UserError if there is nothing to train on, or nothing in `validation` to choose by.
    """
    sources = [*galleries, validation] if validation else list(galleries)
    rows = _usable_rows(galleries) + (_usable_rows([validation], "--validation ") if validation else [])
    pictures, splits, source = _join(sources, rows, recipe, progress)
    rng = np.random.default_rng(recipe.seed)
    if validation:
        judged = source == len(galleries)
        held_out = judged | np.isin(pictures.classes, pictures.classes[judged])
    else:
        held_out = judged = np.isin(pictures.classes, _held_out(pictures.classes, pictures.types, recipe, rng))
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
    if len(classes) < (1 if recipe.loss == "none" else 2):
        kept_out = len(np.unique(pictures.classes[held_out & (source < len(galleries))])) if validation else 0
        reason = f" after {kept_out} that --validation has too are kept out" if kept_out else ""
        reason += f" after {n_duplicates} near-duplicates of validation images are removed" if n_duplicates else ""
        raise UserError(
            f"{len(classes)} classes have {recipe.min_images_per_class} or more training images{reason}: expected at"
            " least 2; lower min_images_per_class, or give more images or another --validation."
        )
    small = (train | val) & ~np.isin(pictures.classes, classes)
    train &= ~small
    val &= ~small
    what = LABELS[recipe.labels](pictures)
    names = np.unique(what[train])
    if recipe.loss != "none" and len(names) < 2:
        raise UserError(f"labels {recipe.labels}: expected pictures of at least 2, found only {', '.join(names)}.")
    labels = np.where(np.isin(what, names), np.searchsorted(names, what), -1)
    pictures = replace(pictures, labels=labels)
    return TrainingData(
        pictures[train], pictures[val], pictures[judged], names, n_duplicates, n_over_cap,
        len(np.unique(pictures.classes[small])), int(small.sum()), sum(map(_n_without_class, galleries)),
    )  # fmt: skip


def _usable_rows(galleries: Sequence[Gallery], option: str = "") -> list[np.ndarray]:
    """For each gallery the row numbers of the images that may train or choose."""
    rows = [
        np.flatnonzero(gallery.table["split"].isin(TRAINING_SPLITS) & (gallery.training_classes != ""))
        for gallery in galleries
    ]
    if not sum(map(len, rows)):
        raise UserError(
            f"{option}{', '.join(gallery.name for gallery in galleries)}: expected pictures of split train or val (or"
            " of none) with class names, found none; change split or class_name of some."
        )
    return rows


def _n_without_class(gallery: Gallery) -> int:
    """Images that could train or choose if their class were known."""
    return int((gallery.table["split"].isin(TRAINING_SPLITS) & (gallery.training_classes == "")).sum())


def _join(
    galleries: Sequence[Gallery], rows: Sequence[np.ndarray], recipe: Recipe, progress: Progress
) -> tuple[ImageSet, np.ndarray, np.ndarray]:
    """The images of these rows, their splits, and the number of the gallery of each."""

    def joined(parts: Sequence[np.ndarray]) -> np.ndarray:
        return np.concatenate([part[usable] for part, usable in zip(parts, rows, strict=True)])

    def column(name: str) -> np.ndarray:
        return joined([g.table[name].to_numpy(dtype=str) for g in galleries])

    features = joined([gallery_features(g, recipe.backbone, progress) for g in galleries])
    classes, types = joined([g.training_classes for g in galleries]), joined([g.object_types for g in galleries])
    pictures = ImageSet(features, np.full(len(classes), -1), classes, types, column("path"))
    return pictures, column("split"), np.repeat(np.arange(len(rows)), [len(usable) for usable in rows])


def _within_cap(classes: np.ndarray, train: np.ndarray, cap: int, rng: np.random.Generator) -> np.ndarray:
    """(N,) bool: at most `cap` training pictures of each class, drawn at random."""
    chosen = train.copy()
    names, counts = np.unique(classes[train], return_counts=True)
    for name in names[counts > cap]:
        chosen[rng.permutation(np.flatnonzero(train & (classes == name)))[cap:]] = False
    return chosen


def _held_out(classes: np.ndarray, types: np.ndarray, recipe: Recipe, rng: np.random.Generator) -> list[str]:
    """Classes to hold out, drawn at random among those of at least two images; see `_quotas` for how many of each type.

    Two classes always stay for training. Fewer than LEAST_HELD_OUT cannot be scored, so that then none is held out.
    """
    drawn, n_classes = [], []
    for object_type in np.unique(types):
        names, counts = np.unique(classes[types == object_type], return_counts=True)
        drawn.append(rng.permutation(names[counts >= 2]).tolist())
        n_classes.append(len(drawn[-1]))
    quotas = _quotas(np.array(n_classes), recipe.validation_classes)
    names, counts = np.unique(classes, return_counts=True)
    trainable = set(names[counts >= recipe.min_images_per_class].tolist())
    chosen: list[str] = []
    for name in (name for names, quota in zip(drawn, quotas, strict=True) for name in names[:quota]):
        if name not in trainable or len(trainable) > 2:
            trainable.discard(name)
            chosen.append(name)
    return chosen if len(chosen) >= LEAST_HELD_OUT else []


def _quotas(n_classes: np.ndarray, share: float) -> np.ndarray:
    """How many classes of each object type are held out, (T,) int for (T,) numbers of classes.

    The share of each type, rounded. Types that this rounds to none are taken together: as many of them as their common
    share gives hold out one class, those with the most classes first. If the share is above zero, at least
    LEAST_HELD_OUT classes are held out in all where types have them to spare: the only class of a type is not, as the
    type would be lost to training.

    >>> _quotas(np.array([20, 5, 5, 5, 1]), 0.1).tolist()
    [2, 1, 1, 0, 0]
    >>> _quotas(np.array([1, 5]), 0.1).tolist()
    [0, 2]
    """
    quotas = np.round(share * n_classes).astype(int)
    small = np.flatnonzero((quotas == 0) & (n_classes > 1))
    n_more = round(share * n_classes[small].sum())
    quotas[small[np.argsort(-n_classes[small], kind="stable")[:n_more]]] = 1
    while share > 0 and quotas.sum() < LEAST_HELD_OUT and (n_classes - quotas).max(initial=0) > 1:
        quotas[np.argmax(n_classes - quotas)] += 1
    return quotas


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
