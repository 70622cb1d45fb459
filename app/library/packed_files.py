"""Binary files of a projection set for the browser; the name of a file is a digest of its content.

files = PackedFiles(gallery, {"arcface": coordinates}, nearest, "arcface")
files.labels, files.points("arcface")        # names; the same name always means the same bytes
files.get(name)                              # gzip of a packed file, or None

Format: the length of a JSON header (uint32), the header, then the arrays listed in it, little-endian, each at a
multiple of four bytes (`packed_file.js` reads it). For 130,000 images a projection takes about 0.6 MB and the labels
0.1 MB.
"""

import gzip
import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from app.library.align import align_in_order
from trainer.core.data.gallery import Gallery
from trainer.core.retrieval.knn import type_hits

FORMAT_VERSION = 2  # part of every name
MAX_QUANTISED = 2**16 - 1
NO_CLASS = 6  # in the file of hits: the image has no class


class PackedFiles:
    """Each file is packed when it is first requested, and stays in memory."""

    def __init__(
        self,
        gallery: Gallery,
        projections: Mapping[str, np.ndarray],
        nearest: Callable[[str], np.ndarray],
        reference: str,
    ) -> None:
        """`projections`: by checkpoint, (N, D) each with the same D (2 or 3); row i is image i.

        `nearest(checkpoint)` returns (N, 5) rows. All projections are aligned to that of the checkpoint `reference`.
        """
        self._gallery, self._projections, self._nearest = gallery, projections, nearest
        self._transforms = align_in_order(projections, reference)
        self._points = {
            name: f"points-{_digest(name.encode(), self.align(name, coordinates).tobytes())}"
            for name, coordinates in projections.items()
        }
        self.labels = f"labels-{_digest(gallery.labels_fingerprint.encode())}"
        self._packers: dict[str, Callable[[], bytes]] = {self.labels: self._pack_labels}
        for checkpoint in projections:
            self._packers[self.points(checkpoint)] = partial(self._pack_points, checkpoint)
            self._packers[self.hits(checkpoint)] = partial(self._pack_hits, checkpoint)
            self._packers[self.neighbours(checkpoint)] = partial(self._pack_neighbours, checkpoint)
        self._packed: dict[str, bytes] = {}
        self._locks = {name: threading.Lock() for name in self._packers}

    def points(self, checkpoint: str) -> str:
        """Name of the file with the aligned coordinates of all images."""
        return self._points[checkpoint]

    def hits(self, checkpoint: str) -> str:
        """Name of the file with the numbers of each image's five nearest neighbours that have its type, and its class.

        The first request for this file may compute the neighbours of the whole gallery.
        """
        return f"hits-{_digest(self.points(checkpoint).encode(), self._gallery.labels_fingerprint.encode())}"

    def neighbours(self, checkpoint: str) -> str:
        """Name of the file with the rows of each image's nearest neighbours: `k` of them, and `rows` (N * k)."""
        return self.hits(checkpoint).replace("hits-", "neighbours-")

    def get(self, name: str) -> bytes | None:
        """The gzip of a file; None for an unknown name."""
        if name not in self._packers:
            return None
        with self._locks[name]:  # one lock per file: a slow file does not block the others
            if name not in self._packed:
                self._packed[name] = gzip.compress(self._packers[name](), 6, mtime=0)
        return self._packed[name]

    def has(self, name: str) -> bool:
        """Whether the file is packed already."""
        return name in self._packed

    def align(self, checkpoint: str, coordinates: np.ndarray) -> np.ndarray:
        """(M, D) coordinates in the projection of a checkpoint -> (M, D) aligned coordinates, as in `points`."""
        return self._transforms[checkpoint](coordinates)

    def _pack_labels(self) -> bytes:
        gallery = self._gallery
        type_codes = {name: code for code, name in enumerate(gallery.type_order)}
        classes, class_codes = np.unique(gallery.classes, return_inverse=True)
        splits, split_codes = np.unique(gallery.table["split"].fillna("").to_numpy(dtype=str), return_inverse=True)
        header = {
            "n": len(gallery),
            "class_names": [name.partition("/")[2] for name in classes.tolist()],
            "split_names": splits.tolist(),
        }
        arrays = {
            "types": _smallest_dtype(np.array([type_codes[name] for name in gallery.object_types.tolist()])),
            "classes": _smallest_dtype(class_codes),
            "splits": _smallest_dtype(split_codes),
        }
        return pack(header, arrays)

    def _pack_points(self, checkpoint: str) -> bytes:
        return pack_points(self.align(checkpoint, self._projections[checkpoint]))

    def _pack_hits(self, checkpoint: str) -> bytes:
        nearest, classes = self._nearest(checkpoint), self._gallery.classes
        class_hits = type_hits(nearest, classes)
        class_hits[classes == ""] = NO_CLASS
        return pack({}, {"hits": type_hits(nearest, self._gallery.object_types), "class_hits": class_hits})

    def _pack_neighbours(self, checkpoint: str) -> bytes:
        nearest = self._nearest(checkpoint)
        return pack({"k": nearest.shape[1]}, {"rows": _smallest_dtype(nearest.ravel())})


def pack_points(coordinates: np.ndarray) -> bytes:
    """(N, D) coordinates, D = 2 or 3, quantised to 16 bits over the widest axis: exact to a pixel up to 60,000 px."""
    low = coordinates.min(0)
    step = max(float(np.ptp(coordinates, axis=0).max()), 1e-9) / MAX_QUANTISED
    quantised = np.rint((coordinates - low) / step).clip(0, MAX_QUANTISED).astype("<u2")
    return pack({"low": low.tolist(), "step": step, "dims": coordinates.shape[1]}, {"quantised": quantised.ravel()})


def pack(header: dict[str, Any], arrays: Mapping[str, np.ndarray]) -> bytes:
    """A packed file with `header` and the flat unsigned `arrays` of 8, 16 or 32 bits."""
    entries = [
        {"name": name, "kind": array.dtype.name, "offset": 10**9, "size": array.size} for name, array in arrays.items()
    ]
    # The offsets depend on the length of the header, which contains them: reserve ten digits for each.
    reserved = len(json.dumps(header | {"arrays": entries}).encode()) + 4
    offset = start = _padded(reserved)
    for entry, array in zip(entries, arrays.values(), strict=True):
        entry["offset"] = offset
        offset += _padded(array.nbytes)
    text = json.dumps(header | {"arrays": entries}).encode().ljust(start - 4)
    body = b"".join(array.tobytes().ljust(_padded(array.nbytes), b"\0") for array in arrays.values())
    return len(text).to_bytes(4, "little") + text + body


def _padded(size: int) -> int:
    """The next multiple of four."""
    return size + -size % 4


def _smallest_dtype(codes: np.ndarray) -> np.ndarray:
    """The same non-negative integers in the smallest unsigned dtype that holds them."""
    largest = int(codes.max(initial=0))
    return codes.astype("u1" if largest < 2**8 else "<u2" if largest < 2**16 else "<u4")


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"|".join((str(FORMAT_VERSION).encode(), *parts))).hexdigest()[:24]
