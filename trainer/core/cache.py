"""Computed arrays on disk, each in a file named by a hash of everything that changes its content.

arrays = cached("map", {"embeddings": key, "seed": 0}, compute)      # computed once, then read

A damaged file is computed again, and one line on standard error says so. What cannot be written is computed again next
time; the command says so at its end, by `unwritable`.
"""

import atexit
import hashlib
import io
import json
import math
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np

from trainer.core.files import StorageError, whole_file
from trainer.core.progress import print_once

Arrays = dict[str, np.ndarray]
SIGNATURE = "signature"  # the array that `_signature` is stored as
_unwritable: dict[str, None] = {}  # sentences


def cache_dir() -> Path:
    """GUIE_CACHE, or guie-atlas below XDG_CACHE_HOME (~/.cache)."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("GUIE_CACHE") or Path(home) / "guie-atlas")


def digest(key: object) -> str:
    """32 hexadecimal digits of a hash of the key, which JSON can hold."""
    return hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:32]


def file_name(kind: str, key: Mapping[str, object]) -> str:
    return f"{kind}-{digest(key)}.npz"


def cache_file(kind: str, name: str) -> Path:
    """Where a file of the cache is, or where it can be written.

    If the cache cannot be written, that is in a temporary folder, which is deleted when the process ends.
    """
    folder = cache_dir() / kind
    path = folder / name
    return path if os.path.isfile(path) else writable_folder(folder) / name


def store(path: Path, write: Callable[[Path], object]) -> None:
    """Call `write` with a temporary path, which is renamed to `path`. If that fails, `unwritable` says so."""
    try:
        with whole_file(path) as part:
            write(part)
    except StorageError as error:
        _note(error.__cause__)


def cached(kind: str, key: Mapping[str, object], compute: Callable[[], Arrays], most_bytes: float = math.inf) -> Arrays:
    """The arrays of this kind and key from the cache; computed and stored if they are missing or damaged.

    Arrays of more than `most_bytes` together are not stored.
    """
    path = cache_file(kind, file_name(kind, key))
    exists = os.path.isfile(path)
    arrays = load_arrays(path) if exists else None
    if arrays is None or str(arrays.pop(SIGNATURE, "")) != _signature(arrays):
        if exists:
            print_once(f"{path}: the cached file is damaged or of an earlier version; it is computed again.")
        arrays = compute()
        signed = arrays | {SIGNATURE: np.array(_signature(arrays))}
        if sum(array.nbytes for array in arrays.values()) <= most_bytes:
            store(path, lambda part: np.savez(part, **signed))  # type: ignore[arg-type]
    return arrays


def load_arrays(source: Path | io.BytesIO) -> Arrays | None:
    """The arrays of an .npz file, never a pickle; None if it is damaged."""
    try:
        with np.load(source, allow_pickle=False) as file:
            return dict(file)
    except Exception:  # of a damaged file NumPy, zipfile and zlib raise exceptions of many kinds
        return None


def _signature(arrays: Arrays) -> str:
    """A hash of names, types and shapes. A change of the values is found by the check sums of the .npz format."""
    return digest({name: [array.dtype.str, array.shape] for name, array in arrays.items()})


@lru_cache(maxsize=64)
def writable_folder(folder: Path) -> Path:
    """A folder of the cache, created if it is missing; or a temporary one if it cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        _note(error)
        return _temporary_cache() / folder.name
    return folder


def unwritable() -> str:
    """A sentence if something could not be written to the cache; the work goes on without it."""
    return next(iter(_unwritable), "")


def _note(error: BaseException | None) -> None:
    reason = getattr(error, "strerror", None) or str(error)
    sentence = (
        f"{cache_dir()}: the cache cannot be written ({reason}). Results are computed again next time; set GUIE_CACHE"
        " to a folder that can be written."
    )
    _unwritable.setdefault(sentence)


@lru_cache(maxsize=1)
def _temporary_cache() -> Path:
    folder = tempfile.mkdtemp(prefix="guie-atlas-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)
