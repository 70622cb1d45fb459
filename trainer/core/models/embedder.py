"""An embedder: backbone + preprocessing + head. Images in, at most 64 numbers of unit length out.

embedder = Embedder(open_checkpoint("arcface-bn-lite2"))
z = embedder.embed([read_image("photo.jpg")])                      # (1, 64)
embeddings = gallery_embeddings(gallery, checkpoint)               # (N, 64), from disk the second time
"""

from collections.abc import Sequence

import numpy as np
import torch
from PIL import Image

from trainer.core.data.gallery import Gallery
from trainer.core.models.backbones import Backbone, load_backbone
from trainer.core.models.bundled import cached_for
from trainer.core.models.checkpoint import Checkpoint, CheckpointError
from trainer.core.models.features import FEATURES_VERSION, feature_blocks
from trainer.core.progress import Progress, terminal


class Embedder:
    """Loads the head at once and the backbone for the first image; weights that change later are not seen."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.checkpoint = checkpoint
        self._head = checkpoint.load_head()
        self._backbone: Backbone | None = None

    def features(self, images: Sequence[Image.Image]) -> np.ndarray:
        """B images -> (B, D), which checkpoints of one backbone can share."""
        return self.backbone().features(images)

    def backbone(self) -> Backbone:
        """With the activation and preprocessing that the checkpoint records. Raises BackboneError."""
        if self._backbone is None:
            self._backbone = load_backbone(self.checkpoint.backbone, self.checkpoint.encoders)
        return self._backbone

    def project(self, features: np.ndarray) -> np.ndarray:
        """(B, D) features -> (B, E) float32 unit rows."""
        if features.ndim != 2 or features.shape[1] != self.checkpoint.head.in_dims:
            raise CheckpointError(
                f"{self.checkpoint.name}: expected features of {self.checkpoint.head.in_dims} numbers from"
                f" {self.checkpoint.backbone}, found {features.shape[1:]}; the checkpoint does not fit its backbone."
            )
        with torch.inference_mode():
            return self._head(torch.from_numpy(np.ascontiguousarray(features, np.float32))).numpy()

    def embed(self, images: Sequence[Image.Image]) -> np.ndarray:
        """B images -> (B, E) float32 unit rows."""
        return self.project(self.features(images))


def embedding_key(gallery: Gallery, checkpoint: Checkpoint) -> dict[str, object]:
    """The cache key of a table of embeddings, and a part of the keys of what is computed from it."""
    return {"checkpoint": checkpoint.fingerprint, "pictures": gallery.fingerprint, "features": FEATURES_VERSION}


def gallery_embeddings(gallery: Gallery, checkpoint: Checkpoint, progress: Progress = terminal) -> np.ndarray:
    """(N, E) float32 unit rows, row i of image i; computed once.

    Raises BackboneError if they must be computed and the backbone's weights are missing.
    """

    def compute() -> dict[str, np.ndarray]:
        blocks = feature_blocks(gallery, checkpoint.backbone, progress, checkpoint.encoders)
        embedder = Embedder(checkpoint)
        return {"embeddings": np.concatenate([embedder.project(features) for _, features in blocks])}

    table = cached_for(checkpoint, "embeddings", embedding_key(gallery, checkpoint), compute)["embeddings"]
    if table.shape != (len(gallery), checkpoint.head.dims) or not np.allclose((table**2).sum(1), 1, atol=1e-3):
        raise CheckpointError(
            f"{checkpoint.name}: expected {len(gallery)} embeddings of {checkpoint.head.dims} numbers and unit length"
            f" for {gallery.name}, found {table.shape} or other lengths; its weights are damaged."
        )
    return table
