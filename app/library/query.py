"""What a visitor searches with, and the result of the search."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import count

import numpy as np
from PIL import Image

_next_id = count()


@dataclass
class Query:
    """An uploaded image (`image`) or an image of the gallery (`row`), never both.

    `label`: what a visitor says that an uploaded image shows, as `object_type/class_name`; "" if it is not known.

    `image_id`: an image of the gallery or an example, see `Library.query_from_id`; "" for an uploaded image.

    `features` (1, D) and `encode_s`, the time they took, are by backbone, so that checkpoints can share them.
    """

    name: str
    image: Image.Image | None = None
    row: int | None = None
    label: str = ""
    image_id: str = ""
    features: dict[str, np.ndarray] = field(default_factory=dict)
    encode_s: dict[str, float] = field(default_factory=dict)
    id: int = field(default_factory=_next_id.__next__)


@dataclass(frozen=True)
class Answer:
    """The nearest images by one checkpoint: `rows`, `similarity` (K,), best first; `nearest` (50,), the first rows of
    all, whatever K is; and their types.

    `presence` (3,): the probabilities of `trainer.core.retrieval.presence.STATES`; None if they cannot be estimated.
    """

    rows: np.ndarray
    similarity: np.ndarray
    nearest: np.ndarray
    nearest_types: Counter
    presence: np.ndarray | None
    encode_s: float
    search_s: float
