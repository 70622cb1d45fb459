"""The gallery, the checkpoints that are served on it, and their answers to a query.

library = open_library("sample", [])
answer = library.answer(library.query_from_file("photo.jpg"), library.best, k=5)
"""

import contextlib
import hashlib
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from PIL import Image

from app.library.examples import EXAMPLES
from app.library.projection_sets import EmbeddedGallery, ProjectionSets
from app.library.query import Answer, Query
from app.library.query_image import QueryImage
from app.library.served_checkpoint import ServedCheckpoint
from app.library.thumbnails import Thumbnails, example_thumbnails, make_thumbnails
from trainer.core.data.gallery import Gallery, open_gallery
from trainer.core.data.images import read_image
from trainer.core.data.sources import UNKNOWN_TYPE
from trainer.core.errors import UserError, short_repr
from trainer.core.files import user_path
from trainer.core.models.checkpoint import bundled_names, open_checkpoint
from trainer.core.models.training_records import StoredScores
from trainer.core.precomputed import precompute
from trainer.core.process import release_freed_memory
from trainer.core.retrieval.knn import nearest_rows
from trainer.core.retrieval.presence import NEAREST, STATES, Labels, evidence

MAX_SIDE = 1_600  # pixels of a query: enough to crop it, several times what a backbone sees
LARGE_PIXELS = 12_000_000  # of an image whose memory is returned to the system at once
MAX_SHOWN = 80  # characters of a name that a visitor sent, in a sentence
MOST_FIRST_ROWS = 1_000  # images that are considered for the first query


@dataclass(frozen=True)
class Library:
    """Shared by all visitors and never changed. `thumbnails`: one file per image; `notices`: sentences for the page."""

    gallery: Gallery
    checkpoints: dict[str, ServedCheckpoint]
    thumbnails: Thumbnails
    notices: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        return list(self.checkpoints)

    @cached_property
    def best(self) -> str:
        """The checkpoint with the highest of `validation_scores`; the first checkpoint if there are no scores."""
        scores = self.validation_scores
        return max(scores, key=scores.__getitem__) if scores else self.names[0]

    @cached_property
    def validation_scores(self) -> dict[str, float]:
        """GUIE mP@5 in 0..1 on its own validation classes, for each checkpoint whose metrics.json has a valid value.

        The author of the checkpoint recorded it; it was not measured on this gallery. If a bundled checkpoint is here,
        only the bundled ones count: anyone can claim a higher score.
        """
        bundled = {name: served for name, served in self.checkpoints.items() if served.checkpoint.is_bundled}
        scores = {}
        for name, served in (bundled or self.checkpoints).items():
            validation = StoredScores.of(served.checkpoint.metrics.get("validation"))
            if validation and validation.guie_mp5 is not None:
                scores[name] = validation.guie_mp5
        return scores

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {image_id: row for row, image_id in enumerate(self.gallery.table["image_id"])}

    @cached_property
    def _row_of_content(self) -> dict[str, int]:
        return {content: row for row, content in enumerate(self.gallery.content)}

    @cached_property
    def _labels(self) -> Labels:
        return Labels.of(self.gallery)

    @cached_property
    def _thumbnail_places(self) -> dict[str, tuple[Thumbnails, int]]:
        """Where the file of each key of `thumbnails/KEY` is."""
        examples = example_thumbnails()
        return {self.thumbnail_key(row): (self.thumbnails, row) for row in range(len(self.gallery))} | {
            f"example-{name}": (examples, number) for number, name in enumerate(EXAMPLES)
        }

    def thumbnail(self, key: str) -> Path | None:
        """The file that `thumbnails/KEY` serves; None for an unknown key. Raises the errors of `Thumbnails`."""
        thumbnails, number = self._thumbnail_places.get(key, (None, 0))
        return thumbnails[number] if thumbnails else None

    @cached_property
    def maps(self) -> ProjectionSets:
        """The maps by projection parameters; those of the default parameters are precomputed."""
        embedded = {
            name: EmbeddedGallery(served.checkpoint, served.precomputed.embeddings, served.index)
            for name, served in self.checkpoints.items()
        }
        default = {name: served.precomputed.xy for name, served in self.checkpoints.items()}
        return ProjectionSets(self.gallery, embedded, default, self.nearest, self.best)

    def nearest(self, checkpoint: str) -> np.ndarray:
        """(N, 5): the rows of each image's nearest neighbours, computed on first use and cached on disk."""
        served = self.checkpoint(checkpoint)
        return nearest_rows(self.gallery, served.checkpoint, served.precomputed.embeddings)

    def thumbnail_key(self, row: int) -> str:
        return self.gallery.content[row][:32]

    def checkpoint(self, name: str) -> ServedCheckpoint:
        """Raises UserError for a name that is not in the library."""
        if not isinstance(name, str) or name not in self.checkpoints:
            names = ", ".join(self.names)
            message = f"No checkpoint {short_repr(name)} here: expected one of {names}."
            raise UserError(message, key="unknown_checkpoint", name=str(name)[:MAX_SHOWN], names=names)
        return self.checkpoints[name]

    def query_from_file(self, path: str | Path, name: str = "") -> Query:
        """Of a large image only a copy is kept, whose longer side has MAX_SIDE pixels.

        Raises ImageError for a file that is not a complete image.
        """
        image = read_image(path, longer_px=MAX_SIDE)
        is_large = image.width * image.height > LARGE_PIXELS
        image.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
        if is_large:
            release_freed_memory()
        return Query(name or Path(path).name, image=QueryImage(image))

    def query_from_upload(self, path: str | Path, name: str = "") -> Query:
        """As `query_from_file`, but an image of the gallery is recognised by the bytes of its file."""
        query = self.query_from_file(path, name)
        query.content = hashlib.sha256(Path(path).read_bytes()).hexdigest()
        row = self._row_of_content.get(query.content)
        return query if row is None else self._query_of_row(row)

    def _query_of_row(self, row: int) -> Query:
        image_id = str(self.gallery.table["image_id"].iloc[row])
        return Query(image_id, row=row, image_id=image_id)

    def first_query(self) -> Query:
        """An image to open the page with, if possible one whose five nearest images show its class.

        Among those it is the query image, or any image, whose class is most likely in the gallery.
        """
        return self._query_of_row(self._first_row)

    @cached_property
    def _first_row(self) -> int:
        queries = self.gallery.rows("query")
        rows = (queries if len(queries) else np.arange(len(self.gallery)))[:MOST_FIRST_ROWS]
        served = self.checkpoints[self.best]
        model = served.precomputed.presence
        if model is None:
            return int(rows[0])
        nearest = served.index.search(served.precomputed.embeddings[rows], NEAREST, rows)
        labels = self._labels[nearest.rows]
        shown = evidence(nearest.similarity, labels.classes, labels.object_types)
        is_found = (labels.classes[:, :5] == self._labels.classes[rows, None]).all(1)
        return int(rows[(model.probabilities(shown)[:, STATES.index("same_class")] + is_found).argmax()])

    def query_from_id(self, image_id: str) -> Query:
        """An image of the gallery by its image_id, or an example by `example-NAME`. Raises UserError."""
        example = EXAMPLES.get(image_id.removeprefix("example-"))
        if image_id.startswith("example-") and example:
            return replace(self.query_from_file(example), image_id=image_id)
        row = self._rows.get(image_id)
        if row is None:
            raise _unknown_image()
        return self._query_of_row(row)

    def labels_of(self, query: Query) -> tuple[str, str]:
        """Object type and class (`object_type/class_name`) of a query; each "" if it is not known."""
        if query.row is None:
            object_type, class_name = query.label.partition("/")[0], query.label
        else:
            object_type, class_name = str(self.gallery.object_types[query.row]), str(self.gallery.classes[query.row])
        return "" if object_type == UNKNOWN_TYPE else object_type, class_name

    def image_id(self, row: object) -> str:
        """The id of the image in a row that a page sent. Raises UserError for anything that is not a row."""
        if not isinstance(row, int) or isinstance(row, bool) or not 0 <= row < len(self.gallery):
            raise _unknown_image()
        return str(self.gallery.table["image_id"].iloc[row])

    def answer(self, query: Query, checkpoint: str, k: int = 5) -> Answer:
        """The k nearest images by one checkpoint. Raises UserError for a k below 1 or an unknown checkpoint."""
        most = len(self.gallery)
        if isinstance(k, bool) or not (isinstance(k, int | float) and 1 <= k <= most and k == int(k)):
            message = f"k is {short_repr(k)}: expected a whole number from 1 to {most}."
            raise UserError(message, key="k_out_of_range", k=short_repr(k), most=most)
        served = self.checkpoint(checkpoint)
        embedding = served.embed(query)
        start = time.perf_counter()
        exclude = None if query.shown_row is None else [query.shown_row]
        neighbours = served.index.search(embedding, max(int(k), NEAREST), exclude)
        search_s = time.perf_counter() - start
        rows, similarity = neighbours.rows[0], neighbours.similarity[0]
        presence = None
        if model := served.presence(query):
            labels = self._labels[neighbours.rows]
            presence = model.probabilities(evidence(neighbours.similarity, labels.classes, labels.object_types))[0]
        return Answer(
            rows[: int(k)],
            similarity[: int(k)],
            rows[:NEAREST],
            Counter(self.gallery.object_types[rows[:NEAREST]].tolist()),
            presence,
            query.encode_s.get(served.checkpoint.backbone_fingerprint, 0.0),
            search_s,
        )

    def warm_up(self) -> None:
        """Load the backbone of the best checkpoint, so that the first visitor does not wait for it."""
        with contextlib.suppress(UserError):  # a visitor who needs missing weights sees the error
            black = self.checkpoints[self.best].embed(Query("", image=QueryImage(Image.new("RGB", (8, 8)))))
            self.maps.get().place(black, self.best)


def _unknown_image() -> UserError:
    return UserError("That image is not in this gallery; choose one that is shown.", key="unknown_image")


def open_library(gallery_source: str, checkpoints: Sequence[str]) -> Library:
    """Open a gallery and checkpoints and compute what is missing, with progress on standard error.

    If something cannot be opened, the page and standard error get a notice and the bundled default is used: a deployed
    page must keep starting.
    """
    notices: list[str] = []
    try:
        gallery = open_gallery(gallery_source)
    except UserError as error:
        notices.append(f"{error} The sample gallery is shown instead.")
        gallery = open_gallery("sample")
    notices += gallery.all_notes
    served = _open_checkpoints(gallery, _expand_folders(checkpoints), notices)
    if not served:
        notices.append("None of the given checkpoints can be used; those that come with the project are shown instead.")
        served = _open_checkpoints(gallery, bundled_names(), notices)
    for notice in notices:
        print(notice, file=sys.stderr)
    return Library(gallery, served, make_thumbnails(gallery), tuple(notices))


def _expand_folders(checkpoints: Sequence[str]) -> list[str]:
    """Replace a folder of checkpoint folders by these; all bundled checkpoints if none is given."""
    expanded: list[str] = []
    for name in checkpoints:
        inside = _checkpoints_in(name)
        expanded += [name] if name in bundled_names() or not inside else [str(path.parent) for path in inside]
    return expanded or bundled_names()


def _checkpoints_in(name: str) -> list[Path]:
    """The config.json of each checkpoint folder in a folder; none if `name` is no folder, which opening it explains."""
    try:
        return sorted(user_path(name).glob("*/config.json"))
    except (UserError, OSError):
        return []


def _open_checkpoints(gallery: Gallery, names: Sequence[str], notices: list[str]) -> dict[str, ServedCheckpoint]:
    served: dict[str, ServedCheckpoint] = {}
    for spec in names:
        try:
            checkpoint = open_checkpoint(spec)
            _ = checkpoint.metrics, checkpoint.history  # damaged files are found now, not when a tab is drawn
            opened = ServedCheckpoint(checkpoint, precompute(gallery, checkpoint))
        except UserError as error:
            notices.append(str(error if spec in str(error) else UserError(f"{spec[:MAX_SHOWN]}: {error}")))
            continue
        name = checkpoint.name
        if name in served and served[name].checkpoint.folder.samefile(checkpoint.folder):
            continue  # given twice
        while name in served:  # two folders may carry the same name
            name += "'"
        served[name] = opened
    return served
