"""Features of a whole gallery, (N, D), computed once for each backbone and gallery and kept on disk.

features = gallery_features(gallery, "lite2")      # row i is image i
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
    FrozenEncoder,
    backbone_fingerprint,
    concat_features,
    load_backbone,
    with_configs,
)
from trainer.core.progress import Progress, terminal

BATCH = 32
FEATURES_VERSION = 3  # raise it when preprocessing or the reading of images changes


def gallery_features(
    gallery: Gallery, backbone_name: str, progress: Progress = terminal, encoders: Sequence[EncoderConfig] | None = None
) -> np.ndarray:
    """(N, D) float32, as `load_backbone(backbone_name, encoders).features` computes them.

    Raises BackboneError if the weights cannot be loaded.
    """
    named_configs = with_configs(backbone_name, encoders)
    return concat_features([_encoder_features(gallery, name, config, progress) for name, config in named_configs])


def _encoder_features(gallery: Gallery, name: str, config: EncoderConfig, progress: Progress) -> np.ndarray:
    """Features of one encoder, stored separately so that backbones with a common encoder share them."""
    key = {
        "backbone": backbone_fingerprint(name, [config]),
        "pictures": gallery.fingerprint,  # the key of existing caches
        "version": FEATURES_VERSION,
    }

    def compute() -> dict[str, np.ndarray]:
        (encoder,) = load_backbone(name, [config]).encoders
        desc = f"{name} features of {gallery.name}"
        batches = progress(_encode(gallery, encoder), total=-(-len(gallery) // BATCH), desc=desc, unit="batch")
        return {"features": np.concatenate(list(batches))}

    return cached("features", key, compute)["features"]


def _encode(gallery: Gallery, encoder: FrozenEncoder) -> Iterator[np.ndarray]:
    """(<=BATCH, D) features batch by batch, in row order; other threads decode the next images."""
    paths = list(gallery.table["path"])
    batches = [paths[start : start + BATCH] for start in range(0, len(paths), BATCH)]

    def pixels(path: str) -> np.ndarray:
        try:
            image = read_image(Path(path), shorter_px=encoder.preprocessing.enough_px)
        except ImageError as error:
            raise ImageError(
                f"{path}: the image was readable when the gallery was checked, but is not now"
                f" ({str(error).rstrip('.')}); make it readable, or start again to leave it out."
            ) from error
        return encoder.preprocessing.pixels(image)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        waiting: deque = deque()
        for batch in [*batches, None, None]:  # at most two batches in flight, which bounds the memory
            if batch:
                waiting.append([pool.submit(pixels, path) for path in batch])
            if waiting and (len(waiting) > 2 or batch is None):
                yield encoder.encode(np.stack([future.result() for future in waiting.popleft()]))
