"""A checkpoint with everything that is precomputed for it on the gallery, so that it can embed and search queries."""

import time

import numpy as np

from app.library.query import Query
from trainer.core.models.bundled import recorded
from trainer.core.models.checkpoint import Checkpoint
from trainer.core.models.embedder import Embedder
from trainer.core.precomputed import Precomputed
from trainer.core.retrieval.presence import OUTSIDE_FILE, PresenceModel
from trainer.core.retrieval.search import GalleryIndex


class ServedCheckpoint:
    """`precomputed`: embeddings, map and metrics on the gallery; `index`: the search index of the embeddings.

    `outside_presence`: the presence model of a bundled checkpoint for images that are not of the gallery; None for any
    other checkpoint, whose files anyone may have written.
    """

    def __init__(self, checkpoint: Checkpoint, precomputed: Precomputed) -> None:
        self.checkpoint = checkpoint
        self.precomputed = precomputed
        self.index = GalleryIndex(precomputed.embeddings)
        self.embedder = Embedder(checkpoint)
        stored = recorded(checkpoint, OUTSIDE_FILE)
        self.outside_presence = PresenceModel(**stored) if stored else None

    def presence(self, query: Query) -> PresenceModel | None:
        """The model of the gallery for its own images; for others that of the checkpoint if it has one."""
        if query.row is None and self.precomputed.presence is not None and self.outside_presence is not None:
            return self.outside_presence
        return self.precomputed.presence

    def embed(self, query: Query) -> np.ndarray:
        """(1, E): the precomputed embedding of a gallery image, or that of an uploaded image.

        The backbone runs once for all checkpoints that share it. Raises BackboneError if its weights are missing.
        """
        if query.row is not None:
            return self.precomputed.embeddings[query.row : query.row + 1]
        assert query.image is not None
        backbone = self.checkpoint.backbone_fingerprint
        if backbone not in query.features:
            start = time.perf_counter()
            query.features[backbone] = self.embedder.features([query.image.open()])
            query.encode_s[backbone] = time.perf_counter() - start
        return self.embedder.project(query.features[backbone])
