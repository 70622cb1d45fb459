"""Projection sets: the projections of all checkpoints with the same parameters.

projection_set = projection_sets.get(ProjectionParameters("t-sne"), progress)      # computed once, stored on disk
projection_set.place(embedding, "atlas")                                           # coordinates of a new image
projection_set.files, projection_set.quality["atlas"]
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from app.library.packed_files import PackedFiles
from trainer.core.cache import cached, digest
from trainer.core.data.gallery import Gallery
from trainer.core.models.checkpoint import Checkpoint
from trainer.core.models.embedder import embedding_key
from trainer.core.progress import Progress, silent
from trainer.core.projection.base import FittedMap
from trainer.core.projection.parameters import ProjectionParameters
from trainer.core.projection.projection import gallery_map
from trainer.core.projection.quality import ProjectionQuality, projection_quality
from trainer.core.retrieval.search import GalleryIndex

QUALITY_VERSION = 1
MAX_IN_MEMORY = 12  # sets beside the default set; older ones are read from disk again


@dataclass(frozen=True)
class EmbeddedGallery:
    """What a projection is computed from: a checkpoint, its embeddings of the gallery (N, E) and their index."""

    checkpoint: Checkpoint
    embeddings: np.ndarray
    index: GalleryIndex


@dataclass(frozen=True)
class ProjectionSet:
    """`projections` and `quality` by checkpoint; the quality of a gallery of about a dozen images is None."""

    parameters: ProjectionParameters
    projections: dict[str, FittedMap]
    files: PackedFiles
    quality: dict[str, ProjectionQuality | None]
    spread_limits: dict[str, float] = field(default_factory=dict)  # of checkpoints, see `app/map/distortion.py`

    @property
    def id(self) -> str:
        return _set_id(self.parameters)

    def place(self, embedding: np.ndarray, checkpoint: str, row: int | None = None) -> np.ndarray:
        """(D,) aligned coordinates of an image.

        `embedding`: (1, E), placed by `transform`, unless `row` names an image of the gallery: it has its own point.
        """
        projection = self.projections[checkpoint]
        coordinates = projection.transform(embedding) if row is None else projection.xy[row : row + 1]
        return self.files.align(checkpoint, coordinates)[0]


class ProjectionSets:
    """Computes projection sets on demand, one at a time, and keeps the most recent ones in memory."""

    def __init__(
        self,
        gallery: Gallery,
        embedded: Mapping[str, EmbeddedGallery],
        default: Mapping[str, np.ndarray],
        nearest: Callable[[str], np.ndarray],
        reference: str,
    ) -> None:
        """`embedded` and `default`, the (N, 2) projections with default parameters, by checkpoint.

        `nearest` and `reference`: see `PackedFiles`.
        """
        self._gallery, self._embedded, self._default = gallery, embedded, default
        self._nearest, self._reference = nearest, reference
        self._default_id = _set_id(ProjectionParameters())
        self._in_memory: dict[str, ProjectionSet] = {}  # by id, oldest first
        self._computing = threading.Lock()  # a projection uses all cores, so two at once would be slower

    def get(
        self, parameters: ProjectionParameters = ProjectionParameters(), progress: Progress = silent
    ) -> ProjectionSet:
        """The set with these parameters. Raises UserError if the gallery is too large for the projection."""
        set_id = _set_id(parameters)
        if (in_memory := self.by_id(set_id)) is not None:
            return in_memory
        with self._computing:
            projection_set = self.by_id(set_id)  # another thread may have computed it while this one waited
            if projection_set is None:
                projection_set = self._compute(parameters, progress)
                self._store(projection_set)
        return projection_set

    def by_id(self, set_id: object) -> ProjectionSet | None:
        """A set in memory by the id that a page sent; None for anything else."""
        return self._in_memory.get(set_id) if isinstance(set_id, str) else None

    def file(self, name: str) -> bytes | None:
        """The packed file of this name in any set in memory; None for an unknown name."""
        for projection_set in list(self._in_memory.values()):
            if (packed := projection_set.files.get(name)) is not None:
                return packed
        return None

    def _store(self, projection_set: ProjectionSet) -> None:
        """Add a set and drop the oldest ones beyond `MAX_IN_MEMORY`, never the default set."""
        self._in_memory[projection_set.id] = projection_set
        others = [set_id for set_id in self._in_memory if set_id != self._default_id]
        for oldest in others[:-MAX_IN_MEMORY]:
            del self._in_memory[oldest]

    def _compute(self, parameters: ProjectionParameters, progress: Progress) -> ProjectionSet:
        items = list(self._embedded.items())
        projections, quality = {}, {}
        for checkpoint, embedded in progress(items, total=len(items), desc="maps", unit="map"):
            if _set_id(parameters) == self._default_id:
                coordinates = self._default[checkpoint]
            else:
                coordinates = gallery_map(self._gallery, embedded.checkpoint, parameters, silent)
            projections[checkpoint] = parameters.fitted_map(coordinates, embedded.embeddings, embedded.index)
            quality[checkpoint] = self._quality(embedded, coordinates, parameters)
        coordinates_by_checkpoint = {checkpoint: projection.xy for checkpoint, projection in projections.items()}
        files = PackedFiles(self._gallery, coordinates_by_checkpoint, self._nearest, self._reference)
        return ProjectionSet(parameters, projections, files, quality)

    def _quality(
        self, embedded: EmbeddedGallery, coordinates: np.ndarray, parameters: ProjectionParameters
    ) -> ProjectionQuality | None:
        parameters_key = parameters.key()
        key = {
            "embeddings": embedding_key(self._gallery, embedded.checkpoint),
            **parameters_key,
            "version": [parameters_key["version"], QUALITY_VERSION],
        }

        def compute() -> dict[str, np.ndarray]:
            quality = projection_quality(embedded.embeddings, coordinates)
            return {
                "quality": np.array([quality.trustworthiness, quality.neighbourhood_preservation] if quality else [])
            }

        scores = cached("map-quality", key, compute)["quality"].tolist()
        return ProjectionQuality(*scores) if scores else None


def _set_id(parameters: ProjectionParameters) -> str:
    """Equal for parameters that give the same projections."""
    return digest(parameters.key())
