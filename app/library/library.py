"""The one place that opens things: a gallery, the checkpoints made ready on it, and their answers to a query.

library = open_library("sample", [])
answer = library.answer(library.query_from_file("photo.jpg"), library.best, k=5)
"""

import contextlib
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from PIL import Image

from app.library.examples import EXAMPLES
from app.library.projection_sets import EmbeddedGallery, ProjectionSets
from app.library.thumbnails import make_thumbnails
from trainer.core.data.gallery import Gallery, open_gallery
from trainer.core.data.images import read_image
from trainer.core.errors import UserError
from trainer.core.models.checkpoint import Checkpoint, bundled_names, open_checkpoint
from trainer.core.models.embedder import Embedder
from trainer.core.precomputed import Precomputed, precompute
from trainer.core.retrieval.knn import nearest_rows
from trainer.core.retrieval.search import GalleryIndex

NEAREST = 50  # pictures whose object types are counted


@dataclass
class Query:
    """What is asked about: a picture from outside (`image`), or one of the gallery (`row`); never both."""

    name: str
    image: Image.Image | None = None
    row: int | None = None
    features: dict[str, np.ndarray] = field(default_factory=dict)  # by backbone, so that checkpoints can share them
    encode_s: dict[str, float] = field(default_factory=dict)  # how long they took
    asked: float = field(default_factory=time.monotonic)  # tells one query from the next


@dataclass(frozen=True)
class Answer:
    """What a checkpoint says: `rows` and `similarity` (K,) best first, and the types of the nearest 50."""

    rows: np.ndarray
    similarity: np.ndarray
    nearest_types: Counter
    encode_s: float
    search_s: float


class Entry:
    """A checkpoint made ready on the gallery."""

    def __init__(self, checkpoint: Checkpoint, ready: Precomputed) -> None:
        self.checkpoint = checkpoint
        self.ready = ready
        self.index = GalleryIndex(ready.embeddings)
        self.embedder = Embedder(checkpoint)

    def embed(self, query: Query) -> np.ndarray:
        """(1, E): of a gallery picture as stored, of another through the backbone once for all checkpoints on it."""
        if query.row is not None:
            return self.ready.embeddings[query.row : query.row + 1]
        assert query.image is not None
        backbone = self.checkpoint.backbone_fingerprint
        if backbone not in query.features:
            start = time.perf_counter()
            query.features[backbone] = self.embedder.features([query.image])
            query.encode_s[backbone] = time.perf_counter() - start
        return self.embedder.project(query.features[backbone])


@dataclass(frozen=True)
class Library:
    """Shared by everyone who looks at the page, so nothing in it changes. `notices` are sentences for the page."""

    gallery: Gallery
    entries: dict[str, Entry]
    thumbnails: list[Path]
    notices: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        return list(self.entries)

    @cached_property
    def best(self) -> str:
        """The checkpoint with the highest of `validation_scores`; the first one if there are none."""
        scores = self.validation_scores
        return max(scores, key=scores.__getitem__) if scores else self.names[0]

    @cached_property
    def validation_scores(self) -> dict[str, float]:
        """GUIE mP@5 in 0..1 on its own validation classes, for each checkpoint whose metrics.json has a valid one.

        It is what the author of the checkpoint recorded, and was not measured on the images shown.
        """
        scores = {}
        for name, entry in self.entries.items():
            validation = entry.checkpoint.metrics.get("validation")
            value = validation.get("guie_mp5") if isinstance(validation, dict) else None
            if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
                scores[name] = float(value)
        return scores

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {image_id: row for row, image_id in enumerate(self.gallery.table["image_id"])}

    @cached_property
    def files(self) -> dict[str, Path]:
        """What `thumbnails/KEY` serves."""
        return {self.thumbnail_key(row): path for row, path in enumerate(self.thumbnails)} | {
            f"example-{name}": path for name, path in EXAMPLES.items()
        }

    @cached_property
    def maps(self) -> ProjectionSets:
        """The maps by any parameters; those that were made ready are the default ones."""
        embedded = {
            name: EmbeddedGallery(entry.checkpoint, entry.ready.embeddings, entry.index)
            for name, entry in self.entries.items()
        }
        default = {name: entry.ready.xy for name, entry in self.entries.items()}
        return ProjectionSets(self.gallery, embedded, default, self.nearest, self.best)

    def nearest(self, checkpoint: str) -> np.ndarray:
        """(N, 5): the nearest of every picture, computed when first asked for and kept on disk."""
        entry = self.entry(checkpoint)
        return nearest_rows(self.gallery, entry.checkpoint, entry.ready.embeddings)

    def thumbnail_key(self, row: int) -> str:
        return self.gallery.content[row][:32]

    def entry(self, name: str) -> Entry:
        """Raises UserError for a name that is not in the library."""
        if name not in self.entries:
            raise UserError(f"No checkpoint {name!r} here: expected one of {', '.join(self.names)}.")
        return self.entries[name]

    def query_from_file(self, path: str | Path, name: str = "") -> Query:
        """Raises ImageError for anything that is not a whole picture."""
        return Query(name or Path(path).name, image=read_image(path))

    def query_from_id(self, picture_id: str) -> Query:
        """A picture of the gallery by its image_id, or one of the examples by `example-NAME`. Raises UserError."""
        example = EXAMPLES.get(picture_id.removeprefix("example-"))
        if picture_id.startswith("example-") and example:
            return self.query_from_file(example)
        row = self._rows.get(picture_id)
        if row is None:
            raise UserError("That picture is not in this gallery; choose one that is shown.")
        return Query(picture_id, row=row)

    def picture_id(self, row: object) -> str:
        """The id of a row that a page sent. Raises UserError for anything that is no row."""
        if not isinstance(row, int) or isinstance(row, bool) or not 0 <= row < len(self.gallery):
            raise UserError("That picture is not in this gallery; choose one that is shown.")
        return str(self.gallery.table["image_id"].iloc[row])

    def answer(self, query: Query, checkpoint: str, k: int = 5) -> Answer:
        """The k nearest pictures by one checkpoint. Raises UserError for a k below 1 or an unknown checkpoint."""
        if not (isinstance(k, int | float) and 1 <= k <= len(self.gallery)):
            raise UserError(f"k is {k}: expected 1 to {len(self.gallery)}.")
        entry = self.entry(checkpoint)
        z = entry.embed(query)
        start = time.perf_counter()
        exclude = None if query.row is None else [query.row]
        found = entry.index.search(z, max(int(k), NEAREST), exclude)
        end = time.perf_counter()
        rows, similarity = found.rows[0], found.similarity[0]
        return Answer(
            rows[: int(k)],
            similarity[: int(k)],
            Counter(self.gallery.object_types[rows[:NEAREST]].tolist()),
            query.encode_s.get(entry.checkpoint.backbone_fingerprint, 0.0),
            end - start,
        )

    def warm_up(self) -> None:
        """Load the best checkpoint's backbone, so that the first visitor does not wait for it."""
        with contextlib.suppress(UserError):  # weights that are missing are told to the visitor who asks for them
            black = self.entries[self.best].embed(Query("", image=Image.new("RGB", (8, 8))))
            self.maps.get().place(black, self.best)


def open_library(gallery_source: str, checkpoints: Sequence[str]) -> Library:
    """Open everything and compute what is missing, with progress on standard error.

    What cannot be opened becomes a notice, on the page and on standard error, and the bundled default takes its place:
    a deployed page must keep starting.
    """
    notices: list[str] = []
    try:
        gallery = open_gallery(gallery_source)
    except UserError as error:
        notices.append(f"{error} The sample gallery is shown instead.")
        gallery = open_gallery("sample")
    notices += gallery.all_notes
    entries = _entries(gallery, _specs(checkpoints), notices)
    if not entries:
        notices.append("None of the given checkpoints can be used; those that come with the project are shown instead.")
        entries = _entries(gallery, bundled_names(), notices)
    for notice in notices:
        print(notice, file=sys.stderr)
    return Library(gallery, entries, make_thumbnails(gallery), tuple(notices))


def _specs(checkpoints: Sequence[str]) -> list[str]:
    """Folders that hold checkpoint folders are replaced by those; nothing given means all that are bundled."""
    specs: list[str] = []
    for spec in checkpoints:
        inside = sorted(Path(spec).expanduser().glob("*/config.json"))
        specs += [spec] if spec in bundled_names() or not inside else [str(path.parent) for path in inside]
    return specs or bundled_names()


def _entries(gallery: Gallery, specs: Sequence[str], notices: list[str]) -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    for spec in specs:
        try:
            checkpoint = open_checkpoint(spec)
            _ = checkpoint.metrics, checkpoint.history  # damaged ones are found now, not when a tab is drawn
            entry = Entry(checkpoint, precompute(gallery, checkpoint))
        except UserError as error:
            notices.append(str(error))
            continue
        name = checkpoint.name
        if name in entries and entries[name].checkpoint.folder.samefile(checkpoint.folder):
            continue  # given twice
        while name in entries:  # two folders may carry the same name
            name += "'"
        entries[name] = entry
    return entries
