"""Features of images on disk, in shards: an image is found by the SHA-256 of its file, whatever gallery it is in.

store = FeatureStore(key)              # `key` changes with whatever changes the features of an image
rows = store.missing(contents)         # positions in `contents`, one for each image without features
store.add(some_contents, features)     # one shard
features = store.read(contents)        # (N, D) float32

A shard is an Arrow file that is mapped into memory, so that reading needs memory for the rows that are asked for alone.
A damaged shard is removed, and one line on standard error says so; its images are missing again.
"""

import contextlib
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from trainer.core.cache import cache_dir, digest, store, writable_folder
from trainer.core.progress import print_once

KIND = "features"
CHECK = b"crc32"  # key of the metadata of a shard: the check sum of its values
ID_CHARS = 64  # of a SHA-256 in hexadecimal digits


class FeatureStore:
    """The shards of one encoder. Several processes may add to the same ones."""

    def __init__(self, key: dict[str, object]) -> None:
        self._name = digest(key)
        self._shards: list[np.ndarray] = []  # (n, D) each
        self._ids: list[np.ndarray] = []  # (n,) each, of ID_CHARS bytes
        for path in self._files():
            self._open(path)

    def missing(self, contents: Sequence[str]) -> np.ndarray:
        """(M,): the first position of each image in `contents` whose features are not stored, in ascending order."""
        ids, first = np.unique(_ids(contents), return_index=True)
        return np.sort(first[~np.isin(ids, self._all_ids())])

    def add(self, contents: Sequence[str], features: np.ndarray) -> None:
        """Store one shard: features (n, D) of images that are missing."""
        features = np.ascontiguousarray(features, np.float32)
        path = writable_folder(cache_dir() / KIND) / f"{self._name}-{digest(list(contents))}.arrow"
        store(path, lambda part: _write(part, _ids(contents), features))
        if not (path.is_file() and self._open(path)):  # what cannot be written is kept until the process ends
            self._shards.append(features)
            self._ids.append(_ids(contents))

    def read(self, contents: Sequence[str]) -> np.ndarray:
        """(N, D) float32, row i of `contents[i]`, none of which is missing. Raises KeyError."""
        wanted, known = _ids(contents), self._all_ids()
        order = np.argsort(known, kind="stable")
        found = np.searchsorted(known, wanted, sorter=order)
        places = order[np.minimum(found, len(order) - 1)] if len(order) else np.zeros(len(wanted), int)
        if not len(order) or (known[places] != wanted).any():
            raise KeyError("features of some images are missing")
        features = np.empty((len(wanted), self._shards[0].shape[1]), np.float32)
        start = 0
        for shard in self._shards:
            inside = (start <= places) & (places < start + len(shard))
            features[inside] = shard[places[inside] - start]
            start += len(shard)
        return features

    def _all_ids(self) -> np.ndarray:
        return np.concatenate([np.empty(0, f"S{ID_CHARS}"), *self._ids])

    def _files(self) -> list[Path]:
        folders = {cache_dir() / KIND, writable_folder(cache_dir() / KIND)}
        return sorted(path for folder in folders for path in folder.glob(f"{self._name}-*.arrow"))

    def _open(self, path: Path) -> bool:
        """Whether the shard could be read."""
        shard = _read(path)
        if shard is None or (self._shards and shard[1].shape[1] != self._shards[0].shape[1]):
            print_once(f"{path}: the cached file is damaged; the features of its images are computed again.")
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
            return False
        self._ids.append(shard[0])
        self._shards.append(shard[1])
        return True


def _ids(contents: Sequence[str]) -> np.ndarray:
    return np.array([content.encode("ascii") for content in contents], f"S{ID_CHARS}")


def _check_sum(ids: np.ndarray, features: np.ndarray) -> int:
    return zlib.crc32(features.data, zlib.crc32(ids.data))


def _write(path: Path, ids: np.ndarray, features: np.ndarray) -> None:
    check = str(_check_sum(ids, features)).encode()
    table = pa.table(
        {
            "content": pa.Array.from_buffers(pa.binary(ID_CHARS), len(ids), [None, pa.py_buffer(ids)]),
            "features": pa.FixedSizeListArray.from_arrays(pa.array(features.ravel()), features.shape[1]),
        }
    ).replace_schema_metadata({CHECK: check})
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)


def _read(path: Path) -> tuple[np.ndarray, np.ndarray] | None:
    """Ids (n,) and features (n, D), mapped into memory; None if the file is damaged."""
    try:
        with pa.ipc.open_file(pa.memory_map(str(path))) as reader:
            table = reader.read_all()
        contents, lists = (table.column(name).combine_chunks() for name in ("content", "features"))
        ids = np.frombuffer(contents.buffers()[1], f"S{ID_CHARS}", len(contents))
        features = lists.flatten().to_numpy(zero_copy_only=True).reshape(len(ids), lists.type.list_size)
        check = int(table.schema.metadata[CHECK])
    except Exception:  # of a damaged file Arrow raises exceptions of many kinds
        return None
    sound = len(ids) and features.dtype == np.float32 and _check_sum(ids, features) == check
    return (ids, features) if sound else None
