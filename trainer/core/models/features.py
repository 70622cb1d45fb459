"""Features of a whole gallery, (N, D), computed once for each image and encoder and kept on disk.

features = gallery_features(gallery, "lite2")                       # row i is image i
for rows, features in feature_blocks(gallery, "lite2"): ...         # the same in blocks, of a gallery of any size
"""

import hashlib
import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

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
from trainer.core.models.feature_store import FeatureStore
from trainer.core.progress import Progress, terminal

BATCH = 32
SHARD = 1024  # images that are stored at once: what an interrupted run repeats at most
BLOCK = 16_384  # images of a block
FEATURES_VERSION = 3  # raise it when preprocessing or the reading of images changes


def gallery_features(
    gallery: Gallery, backbone_name: str, progress: Progress = terminal, encoders: Sequence[EncoderConfig] | None = None
) -> np.ndarray:
    """(N, D) float32, as `load_backbone(backbone_name, encoders).features` computes them.

    Raises BackboneError if the weights cannot be loaded.
    """
    return np.concatenate([rows for _, rows in feature_blocks(gallery, backbone_name, progress, encoders)])


def feature_blocks(
    gallery: Gallery, backbone_name: str, progress: Progress = terminal, encoders: Sequence[EncoderConfig] | None = None
) -> Iterator[tuple[range, np.ndarray]]:
    """Rows and their features (n, D), in order, at most BLOCK at a time; all images are encoded before the first.

    Features are stored for each encoder, so that backbones with a common encoder share them, and for each image, so
    that galleries share them, and one more image costs one image.
    """
    stores = [_filled(gallery, name, config, progress) for name, config in with_configs(backbone_name, encoders)]
    for start in range(0, len(gallery), BLOCK):
        rows = range(start, min(start + BLOCK, len(gallery)))
        yield rows, concat_features([one.read(gallery.content[rows.start : rows.stop]) for one in stores])


def _filled(gallery: Gallery, name: str, config: EncoderConfig, progress: Progress) -> FeatureStore:
    """The store of one encoder, with the features of all images of a gallery."""
    store = FeatureStore({"backbone": backbone_fingerprint(name, [config]), "version": FEATURES_VERSION})
    rows = store.missing(gallery.content)
    if not len(rows):
        return store
    (encoder,) = load_backbone(name, [config]).encoders
    files = [(gallery.table["path"].iloc[row], gallery.content[row]) for row in rows]
    desc = f"{name} features of {gallery.name}"
    batches = progress(encode_files(files, encoder), total=-(-len(files) // BATCH), desc=desc, unit="batch")
    waiting: list[np.ndarray] = []
    done = 0
    for batch in batches:
        waiting.append(batch)
        n = sum(map(len, waiting))
        if n >= SHARD or done + n == len(files):
            store.add([content for _, content in files[done : done + n]], np.concatenate(waiting))
            waiting, done = [], done + n
    return store


def encode_files(files: Sequence[tuple[str, str]], encoder: FrozenEncoder) -> Iterator[np.ndarray]:
    """(<=BATCH, D) features batch by batch, in order; other threads decode the next images.

    `files`: paths, and the SHA-256 of what they must hold. Raises ImageError for a file that cannot be read or that
    holds something else.
    """
    batches = [files[start : start + BATCH] for start in range(0, len(files), BATCH)]

    def pixels(path: str, content: str) -> np.ndarray:
        try:
            data = Path(path).read_bytes()
            image = read_image(data, shorter_px=encoder.preprocessing.enough_px)
        except (ImageError, OSError) as error:
            raise ImageError(
                f"{path}: the image was readable when the gallery was checked, but is not now"
                f" ({str(error).rstrip('.')}); make it readable, or start again to leave it out."
            ) from error
        if hashlib.sha256(data).hexdigest() != content:
            raise ImageError(f"{path}: the image has changed since the gallery was checked; start again.")
        return encoder.preprocessing.pixels(image)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        waiting: deque = deque()
        for batch in [*batches, None, None]:  # at most two batches in flight, which bounds the memory
            if batch:
                waiting.append([pool.submit(pixels, *file) for file in batch])
            if waiting and (len(waiting) > 2 or batch is None):
                yield encoder.encode(np.stack([future.result() for future in waiting.popleft()]))
