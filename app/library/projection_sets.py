"""The maps of all checkpoints by one set of parameters, and what the page needs of them.

maps = map_sets.get(ProjectionParameters("t-sne"), progress)        # computed once, kept on disk
maps.place(embedding, "atlas")                               # where a new picture is drawn
maps.files, maps.quality["atlas"]
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from app.library.packed_files import PackedFiles
from trainer.core.cache import cached, digest
from trainer.core.data.gallery import Gallery
from trainer.core.models.checkpoint import Checkpoint
from trainer.core.models.embedder import embedding_key
from trainer.core.progress import Progress, silent
from trainer.core.projection.fitted import FittedMap
from trainer.core.projection.parameters import ProjectionParameters
from trainer.core.projection.projection import gallery_map
from trainer.core.projection.quality import ProjectionQuality, projection_quality
from trainer.core.retrieval.search import GalleryIndex

QUALITY_VERSION = 1
KEPT = 12  # sets in memory beside the default one; those dropped are read from disk again


@dataclass(frozen=True)
class ProjectionSet:
    """`maps` and `quality` by checkpoint; a gallery of a dozen pictures has no figures of quality."""

    parameters: ProjectionParameters
    maps: dict[str, FittedMap]
    files: PackedFiles
    quality: dict[str, ProjectionQuality | None]

    @property
    def id(self) -> str:
        """What a page calls this set."""
        return digest(self.parameters.key())

    def place(self, embedding: np.ndarray, checkpoint: str, row: int | None = None) -> np.ndarray:
        """(dims,) where an embedding (1, E) is drawn: at the point of the picture `row`, or placed by `transform`."""
        one = self.maps[checkpoint]
        place = one.transform(embedding) if row is None else one.xy[row : row + 1]
        return self.files.places(checkpoint, place)[0]


@dataclass(frozen=True)
class Source:
    """What a map is made from: a checkpoint on the gallery, its embeddings (N, E) and their index."""

    checkpoint: Checkpoint
    embeddings: np.ndarray
    index: GalleryIndex


class ProjectionSets:
    """Makes sets on demand, one at a time, and keeps the last ones."""

    def __init__(
        self,
        gallery: Gallery,
        sources: Mapping[str, Source],
        default: Mapping[str, np.ndarray],
        nearest: Callable[[str], np.ndarray],
        first: str,
    ) -> None:
        """`default`: the maps by default parameters, (N, 2) each. `first`: whose map is drawn as it is."""
        self._gallery, self._default, self._nearest = gallery, default, nearest
        self._sources, self._first = sources, first
        self._made: dict[str, ProjectionSet] = {}
        self._lock = threading.Lock()

    def get(
        self, parameters: ProjectionParameters = ProjectionParameters(), progress: Progress = silent
    ) -> ProjectionSet:
        """From memory or disk where it is there. Raises UserError where the gallery is too large for the projection."""
        name = digest(parameters.key())
        if made := self._made.get(name):
            return made
        with self._lock:  # maps take all cores: two at once would only be slower
            if name not in self._made:
                made = self._make(parameters, progress)
                others = [key for key in self._made if key != digest(ProjectionParameters().key())]
                for oldest in others[: len(others) + 1 - KEPT]:
                    del self._made[oldest]
                self._made[name] = made
            return self._made[name]

    def known(self, set_id: object) -> ProjectionSet | None:
        """A set that was made, by its id."""
        return self._made.get(set_id) if isinstance(set_id, str) else None

    def file(self, name: str) -> bytes | None:
        """The packed file of that name in any set; None for a name that is none of ours."""
        for made in list(self._made.values()):
            if (packed := made.files.get(name)) is not None:
                return packed
        return None

    def _make(self, parameters: ProjectionParameters, progress: Progress) -> ProjectionSet:
        maps, quality = {}, {}
        for name, source in progress(list(self._sources.items()), total=len(self._sources), desc="maps", unit="map"):
            if parameters.key() == ProjectionParameters().key():
                xy = self._default[name]
            else:
                xy = gallery_map(self._gallery, source.checkpoint, parameters, silent)
            maps[name] = FittedMap(xy, source.embeddings, parameters, source.index)
            quality[name] = self._quality(source, maps[name])
        files = PackedFiles(self._gallery, {name: one.xy for name, one in maps.items()}, self._nearest, self._first)
        return ProjectionSet(parameters, maps, files, quality)

    def _quality(self, source: Source, fitted: FittedMap) -> ProjectionQuality | None:
        key = {
            "embeddings": embedding_key(self._gallery, source.checkpoint), **fitted.parameters.key(),
            "version": [fitted.parameters.key()["version"], QUALITY_VERSION],
        }  # fmt: skip

        def compute() -> dict[str, np.ndarray]:
            found = projection_quality(source.embeddings, fitted.xy)
            return {"quality": np.array([found.trustworthiness, found.neighbourhood_preservation] if found else [])}

        figures = cached("map-quality", key, compute)["quality"].tolist()
        return ProjectionQuality(*figures) if figures else None
