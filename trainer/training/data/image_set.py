"""Sets of images as their features, and what training is given of them."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

IMAGES_FOR_TRAINING_LOSS = 2048


@dataclass(frozen=True)
class ImageSet:
    """n images: `features` (n, D), and for each its class number (-1: none), class, object type and path."""

    features: np.ndarray
    labels: np.ndarray
    classes: np.ndarray
    types: np.ndarray
    paths: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, rows: np.ndarray) -> "ImageSet":
        return ImageSet(*(getattr(self, field.name)[rows] for field in fields(self)))


# what two images of one label have in common: the (n,) names that are learned as classes
LABELS: dict[str, Callable[[ImageSet], np.ndarray]] = {
    "class": lambda images: images.classes,
    "object_type": lambda images: images.types,
}


@dataclass(frozen=True)
class TrainingData:
    """Three disjoint sets of images.

    `train` and `val` share their C classes (`label_names`). The classes of `held_out` are in neither: they stand for
    the unseen classes of the real task, and checkpoints are chosen by them.
    """

    train: ImageSet
    val: ImageSet
    held_out: ImageSet
    label_names: np.ndarray
    n_duplicates: int
    n_over_cap: int
    n_small_classes: int = 0  # classes below `min_images_per_class`
    n_small_class_images: int = 0  # and their images
    n_without_class: int = 0  # images of unknown class in a gallery that knows the class of others

    @property
    def n_classes(self) -> int:
        return len(self.label_names)

    @cached_property
    def train_sample(self) -> ImageSet:
        """The training images that measure `train_loss_eval`, copied once and not in each epoch."""
        some = np.random.default_rng(0).permutation(len(self.train))[:IMAGES_FOR_TRAINING_LOSS]
        return self.train[np.sort(some)]

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
