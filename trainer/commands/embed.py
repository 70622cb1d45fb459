"""Embeddings of a gallery as one NumPy file that anything can read."""

from pathlib import Path

import numpy as np

from trainer.core.cache import whole_file
from trainer.core.data.gallery import Gallery
from trainer.core.models.checkpoint import Checkpoint
from trainer.core.models.embedder import gallery_embeddings


def run(gallery: Gallery, checkpoint: Checkpoint, out: Path) -> Path:
    """Write `embeddings (N, E) float32, image_ids, object_types, class_names, splits`, row i of picture i."""
    out = out if out.suffix == ".npz" else out.with_name(f"{out.name}.npz")
    with whole_file(out) as part:
        np.savez(
            part,
            embeddings=gallery_embeddings(gallery, checkpoint),
            image_ids=gallery.table["image_id"].to_numpy(dtype=str),
            object_types=gallery.object_types,
            class_names=gallery.class_names,
            splits=gallery.table["split"].to_numpy(dtype=str),
        )
    return out
