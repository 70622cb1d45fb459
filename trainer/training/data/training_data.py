"""Training data on cached features.

data = training_data(galleries, recipe)
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from trainer.core.data.gallery import Gallery
from trainer.core.errors import UserError
from trainer.core.models.features import gallery_features
from trainer.core.progress import Progress, terminal
from trainer.core.retrieval.search import GalleryIndex
from trainer.training.data.held_out import held_out_classes, one_in_six
from trainer.training.data.image_set import LABELS, ImageSet, TrainingData
from trainer.training.recipe import Recipe

TRAINING_SPLITS = ("", "train", "val")  # images of other splits are used neither to train nor to choose
NEAR_DUPLICATE = 0.98  # cosine of raw features above which two images count as the same


def training_data(
    galleries: Sequence[Gallery], recipe: Recipe, progress: Progress = terminal, validation: Gallery | None = None
) -> TrainingData:
    """The images of all galleries, divided into those that train, measure the loss, and choose the checkpoint.

    Only images of the splits train and val, or of no split, are used, in `validation` too. Held out are the classes of
    `validation` if it is given, and otherwise a share of the classes (none if too few would remain). Images of split
    `val` measure the loss; if there are none, one in six of each class does. Training images that nearly equal one that
    measures are removed, as two galleries may hold the same photograph. Classes with fewer than `min_images_per_class`
    training images and images without a class are left out.

    Raises UserError if there is nothing to train on, or nothing in `validation` to choose by.
    """
    sources = [*galleries, validation] if validation else list(galleries)
    rows = _usable_rows(galleries) + (_usable_rows([validation], "--validation ") if validation else [])
    images, splits, source = _join(sources, rows, recipe.backbone, progress)
    settings, rng = recipe.data, np.random.default_rng(recipe.seed)
    if validation:
        measuring = source == len(galleries)
        held_out = measuring | np.isin(images.classes, images.classes[measuring])
    else:
        share, least = settings.validation_classes, settings.min_images_per_class
        names = held_out_classes(images.classes, images.types, share, least, rng)
        held_out = measuring = np.isin(images.classes, names)
    val = (splits == "val") & ~held_out & settings.measure_loss
    if settings.measure_loss and not val.any():
        val = one_in_six(images.classes, rng) & ~held_out
    candidates = ~held_out & ~val
    unique = candidates & ~_near_duplicates(images.features, of=val) & ~_near_duplicates(images.features, of=measuring)
    train = unique & _within_cap(images.classes, unique, settings.max_images_per_class, rng)
    n_duplicates = int(candidates.sum() - unique.sum())

    small = (train | val) & ~_of_large_classes(images.classes, train, settings.min_images_per_class)
    n_classes = len(np.unique(images.classes[train & ~small]))
    if n_classes < (2 if recipe.has_loss else 1):
        n_shared = len(np.unique(images.classes[held_out & (source < len(galleries))])) if validation else 0
        raise UserError(_too_few_classes(n_classes, settings.min_images_per_class, n_shared, n_duplicates))
    labelled, label_names = _with_labels(images, train & ~small, settings.labels)
    if recipe.has_loss and len(label_names) < 2:
        raise UserError(
            f"labels {settings.labels}: expected images of at least 2, found only {', '.join(label_names)}."
        )
    return TrainingData(
        labelled[train & ~small], labelled[val & ~small], labelled[measuring], label_names, n_duplicates,
        int(unique.sum() - train.sum()), len(np.unique(images.classes[small])), int(small.sum()),
        sum(map(_n_without_class, galleries)),
    )  # fmt: skip


def _of_large_classes(classes: np.ndarray, train: np.ndarray, least: int) -> np.ndarray:
    """(N,) bool: images of classes that have at least `least` training images."""
    names, counts = np.unique(classes[train], return_counts=True)
    return np.isin(classes, names[counts >= least])


def _too_few_classes(n_classes: int, least: int, n_shared: int, n_duplicates: int) -> str:
    reason = f" after {n_shared} that --validation has too are kept out" if n_shared else ""
    reason += f" after {n_duplicates} near-duplicates of validation images are removed" if n_duplicates else ""
    return (
        f"{n_classes} classes have {least} or more training images{reason}: expected at least 2; lower"
        " min_images_per_class, or give more images or another --validation."
    )


def _with_labels(images: ImageSet, train: np.ndarray, labels: str) -> tuple[ImageSet, np.ndarray]:
    """The images with class numbers, -1 for labels that no training image has, and the (C,) label names."""
    label_of = LABELS[labels](images)
    names = np.unique(label_of[train])
    numbers = np.where(np.isin(label_of, names), np.searchsorted(names, label_of), -1)
    return replace(images, labels=numbers), names


def _usable_rows(galleries: Sequence[Gallery], option: str = "") -> list[np.ndarray]:
    """For each gallery the row numbers of the images that may train or choose."""
    rows = [
        np.flatnonzero(gallery.table["split"].isin(TRAINING_SPLITS) & (gallery.training_classes != ""))
        for gallery in galleries
    ]
    if not sum(map(len, rows)):
        raise UserError(
            f"{option}{', '.join(gallery.name for gallery in galleries)}: expected images of split train or val (or"
            " of none) with class names, found none; change split or class_name of some."
        )
    return rows


def _n_without_class(gallery: Gallery) -> int:
    """Images that could train or choose if their class were known."""
    return int((gallery.table["split"].isin(TRAINING_SPLITS) & (gallery.training_classes == "")).sum())


def _join(
    galleries: Sequence[Gallery], rows: Sequence[np.ndarray], backbone: str, progress: Progress
) -> tuple[ImageSet, np.ndarray, np.ndarray]:
    """The images of these rows, their splits, and the number of the gallery of each."""

    def joined(parts: Sequence[np.ndarray]) -> np.ndarray:
        return np.concatenate([part[usable] for part, usable in zip(parts, rows, strict=True)])

    def column(name: str) -> np.ndarray:
        return joined([g.table[name].to_numpy(dtype=str) for g in galleries])

    features = joined([gallery_features(g, backbone, progress) for g in galleries])
    classes, types = joined([g.training_classes for g in galleries]), joined([g.object_types for g in galleries])
    images = ImageSet(features, np.full(len(classes), -1), classes, types, column("path"))
    return images, column("split"), np.repeat(np.arange(len(rows)), [len(usable) for usable in rows])


def _within_cap(classes: np.ndarray, train: np.ndarray, cap: int, rng: np.random.Generator) -> np.ndarray:
    """(N,) bool: at most `cap` training images of each class, drawn at random."""
    chosen = train.copy()
    names, counts = np.unique(classes[train], return_counts=True)
    for name in names[counts > cap]:
        chosen[rng.permutation(np.flatnonzero(train & (classes == name)))[cap:]] = False
    return chosen


def _near_duplicates(features: np.ndarray, of: np.ndarray) -> np.ndarray:
    """(N,) bool: images that nearly equal one of those that are True in `of` (N,)."""
    if not of.any():
        return np.zeros(len(features), bool)
    unit = features / np.linalg.norm(features, axis=1, keepdims=True)
    return GalleryIndex(unit[of]).search(unit, 1).similarity[:, 0] > NEAR_DUPLICATE
