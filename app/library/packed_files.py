"""What the browser fetches to draw maps: small binary files under names that change with their content.

files = PackedFiles(gallery, {"arcface": xy}, nearest, "arcface")
files.labels, files.points("arcface")        # names; the same name always means the same bytes
files.get(name)                              # gzip of a packed file, or None

A packed file: the length of a JSON header (uint32), the header, then the arrays that it lists, little-endian, each at a
multiple of four bytes (read by packed_file.js). 130,000 pictures: some 0.6 MB for a map, 0.1 MB for all labels.
"""

import gzip
import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from app.library.align import turned_in_order
from trainer.core.data.gallery import Gallery
from trainer.core.retrieval.knn import type_hits

VERSION = 1  # of the format; part of every name
STEPS = 2**16 - 1


class PackedFiles:
    """Packs on first demand and keeps the result. `nearest(checkpoint)` gives (N, 5) rows.

    `xy` by checkpoint: (N, 2), or (N, 3) for maps in space, all alike; row i is picture i on every map. The map of
    `first` is drawn as it is, the others turned.
    """

    def __init__(
        self, gallery: Gallery, xy: Mapping[str, np.ndarray], nearest: Callable[[str], np.ndarray], first: str
    ) -> None:
        self._gallery, self._xy, self._nearest = gallery, xy, nearest
        self._turn = turned_in_order(xy, first)
        self._points = {
            name: f"points-{_digest(name.encode(), self.places(name, places).tobytes())}" for name, places in xy.items()
        }
        self.labels = f"labels-{_digest(gallery.labels_fingerprint.encode())}"
        self._named: dict[str, Callable[[], bytes]] = {self.labels: self._pack_labels}
        for name in xy:
            self._named[self.points(name)] = partial(self._pack_points, name)
            self._named[self.hits(name)] = partial(self._pack_hits, name)
        self._packed: dict[str, bytes] = {}
        self._locks = {name: threading.Lock() for name in self._named}

    def points(self, checkpoint: str) -> str:
        return self._points[checkpoint]

    def hits(self, checkpoint: str) -> str:
        """Unlike the others, this one has to be computed: how many of each picture's five nearest have its type."""
        return f"hits-{_digest(self.points(checkpoint).encode(), self._gallery.labels_fingerprint.encode())}"

    def get(self, name: str) -> bytes | None:
        """The gzip of a file; None for a name that is none of ours."""
        if name not in self._named:
            return None
        with self._locks[name]:  # one each: nobody waits for another file that takes long
            if name not in self._packed:
                self._packed[name] = gzip.compress(self._named[name](), 6, mtime=0)
        return self._packed[name]

    def has(self, name: str) -> bool:
        """Whether the file is at hand without computing it."""
        return name in self._packed

    def places(self, checkpoint: str, xy: np.ndarray) -> np.ndarray:
        """(M, 2) places on a checkpoint's own map -> where they are drawn."""
        return self._turn[checkpoint](xy)

    def _pack_labels(self) -> bytes:
        gallery = self._gallery
        types = {name: code for code, name in enumerate(gallery.type_order)}
        classes, class_codes = np.unique(gallery.classes, return_inverse=True)
        splits, split_codes = np.unique(gallery.table["split"].fillna("").to_numpy(dtype=str), return_inverse=True)
        header = {
            "n": len(gallery),
            "class_names": [name.partition("/")[2] for name in classes.tolist()],
            "split_names": splits.tolist(),
        }
        arrays = {
            "types": _smallest(np.array([types[name] for name in gallery.object_types.tolist()], np.uint32)),
            "classes": _smallest(class_codes),
            "splits": _smallest(split_codes),
        }
        return pack(header, arrays)

    def _pack_points(self, checkpoint: str) -> bytes:
        return pack_points(self.places(checkpoint, self._xy[checkpoint]))

    def _pack_hits(self, checkpoint: str) -> bytes:
        return pack({}, {"hits": type_hits(self._nearest(checkpoint), self._gallery.object_types)})


def pack_points(places: np.ndarray) -> bytes:
    """(N, D) places, D = 2 or 3, quantised to 16 bits over the widest axis: no step is seen below 60,000 px."""
    low = places.min(0)
    step = max(float(np.ptp(places, axis=0).max()), 1e-9) / STEPS
    quantised = np.rint((places - low) / step).clip(0, STEPS).astype("<u2")
    return pack({"low": low.tolist(), "step": step, "dims": places.shape[1]}, {"quantised": quantised.ravel()})


def pack(header: dict[str, Any], arrays: Mapping[str, np.ndarray]) -> bytes:
    """Unsigned arrays of 8, 16 or 32 bits, one after the other."""
    listed = [
        {"name": name, "kind": array.dtype.name, "offset": 10**9, "size": array.size} for name, array in arrays.items()
    ]
    room = len(json.dumps(header | {"arrays": listed}).encode()) + 4  # offsets are written with at most ten digits
    offset = start = room + -room % 4
    for entry, array in zip(listed, arrays.values(), strict=True):
        entry["offset"] = offset
        offset += array.nbytes + -array.nbytes % 4
    text = json.dumps(header | {"arrays": listed}).encode().ljust(start - 4)
    body = b"".join(array.tobytes() + bytes(-array.nbytes % 4) for array in arrays.values())
    return len(text).to_bytes(4, "little") + text + body


def _smallest(codes: np.ndarray) -> np.ndarray:
    """The same whole numbers in as few bytes as they need."""
    most = int(codes.max(initial=0))
    return codes.astype("u1" if most < 2**8 else "<u2" if most < 2**16 else "<u4")


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"|".join((str(VERSION).encode(), *parts))).hexdigest()[:24]
