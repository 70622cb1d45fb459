"""Features of a whole gallery, (N, D), computed once for each backbone and gallery and kept on disk.

features = gallery_features(gallery, "lite2")      # row i is picture i
"""

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from trainer.core.cache import cached
from trainer.core.data.gallery import Gallery
from trainer.core.data.images import ImageError, read_image
from trainer.core.models.backbones import (
    EncoderConfig,
    Part,
    backbone_fingerprint,
    load_backbone,
    side_by_side,
    with_configs,
)
from trainer.core.progress import Progress, terminal

BATCH = 32
VERSION = 2  # raise it when preprocessing or the reading of images changes


def gallery_features(
    gallery: Gallery, backbone_name: str, progress: Progress = terminal, encoders: Sequence[EncoderConfig] | None = None
) -> np.ndarray:
    """(N, D) float32, as `load_backbone(backbone_name, encoders).features` gives them.

    Raises BackboneError if the weights cannot be loaded.
    """
    parts = with_configs(backbone_name, encoders)
    return side_by_side([_part_features(gallery, name, config, progress) for name, config in parts])


def _part_features(gallery: Gallery, name: str, config: EncoderConfig, progress: Progress) -> np.ndarray:
    """Of one encoder, so that backbones that share it share its features too."""
    key = {"backbone": backbone_fingerprint(name, [config]), "pictures": gallery.fingerprint, "version": VERSION}

    def compute() -> dict[str, np.ndarray]:
        (part,) = load_backbone(name, [config]).parts
        desc = f"{name} features of {gallery.name}"
        batches = progress(_encoded(gallery, part), total=-(-len(gallery) // BATCH), desc=desc, unit="batch")
        return {"features": np.concatenate(list(batches))}

    return cached("features", key, compute)["features"]


def _encoded(gallery: Gallery, part: Part) -> Iterator[np.ndarray]:
    """(<=BATCH, D) for one batch after another, in row order; pictures are decoded ahead on other threads."""
    paths = list(gallery.table["path"])
    batches = [paths[start : start + BATCH] for start in range(0, len(paths), BATCH)]

    def pixels(path: str) -> np.ndarray:
        try:
            image = read_image(Path(path))
        except ImageError as error:
            raise ImageError(
                f"{path}: it could be read when the gallery was checked, but not now ({str(error).rstrip('.')});"
                " make it readable, or start again to leave it out."
            ) from error
        return part.preprocessing(image)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        waiting: deque = deque()
        for batch in [*batches, None, None]:  # two batches in flight bound the memory
            if batch:
                waiting.append([pool.submit(pixels, path) for path in batch])
            if waiting and (len(waiting) > 2 or batch is None):
                yield part.encode(np.stack([future.result() for future in waiting.popleft()]))
