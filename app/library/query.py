"""What a visitor searches with, and the result of the search."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import count

import numpy as np

from app.library.query_image import QueryImage

Region = tuple[float, float, float, float]  # left, top, right, bottom as fractions 0..1 of an image

_next_id = count()


@dataclass
class Query:
    """An uploaded image (`image`) or an image of the gallery (`row`), never both.

    `label`: what a visitor says that an uploaded image shows, as `object_type/class_name`; "" if it is not known.

    `image_id`: an image of the gallery or an example, see `Library.query_from_id`; "" for an uploaded image.

    `content`: the SHA-256 of the file of an uploaded image; "" for any other image.

    `whole`: the query that `image` is a `region` of; both None for a whole image, see `crop`.

    `features` (1, D) and `encode_s`, the time they took, are by backbone, so that checkpoints can share them.
    """

    name: str
    image: QueryImage | None = None
    row: int | None = None
    label: str = ""
    image_id: str = ""
    content: str = ""
    whole: "Query | None" = None
    region: Region | None = None
    features: dict[str, np.ndarray] = field(default_factory=dict)
    encode_s: dict[str, float] = field(default_factory=dict)
    id: int = field(default_factory=_next_id.__next__)

    @property
    def shown_row(self) -> int | None:
        """The row of the gallery image that this is, or is a region of; None for an image from outside the gallery.

        A search leaves it out: it would be the nearest.
        """
        return self.row if self.whole is None else self.whole.row


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
