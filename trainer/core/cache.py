"""Computed arrays on disk, each under a name that is a hash of everything that changes the answer.

arrays = cached("map", {"embeddings": key, "seed": 0}, compute)      # computes once, reads ever after
"""

import contextlib
import hashlib
import io
import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np

Arrays = dict[str, np.ndarray]


def cache_dir() -> Path:
    """GUIE_CACHE, or guie-atlas below XDG_CACHE_HOME (~/.cache)."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("GUIE_CACHE") or Path(home) / "guie-atlas")


def digest(key: Mapping[str, object]) -> str:
    """32 hexadecimal digits that change when anything in the key does."""
    return hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:32]


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A temporary path that becomes `path` when the block ends well: nobody ever reads half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=path.suffix)
    os.close(handle)
    part = Path(name)
    try:
        yield part
        part.chmod(0o644)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def file_name(kind: str, key: Mapping[str, object]) -> str:
    return f"{kind}-{digest(key)}.npz"


def cached(kind: str, key: Mapping[str, object], compute: Callable[[], Arrays]) -> Arrays:
    """The arrays under this kind and key from the cache; computed and stored where they are not there yet."""
    path = cache_dir() / kind / file_name(kind, key)
    arrays = load_arrays(path) if path.is_file() else None
    if arrays is None:
        arrays = compute()
        with whole_file(path) as part:
            np.savez(part, **arrays)  # type: ignore[arg-type]
    return arrays


def load_arrays(source: Path | io.BytesIO) -> Arrays | None:
    """The arrays of an .npz file, never a pickle; None if it is damaged."""
    try:
        with np.load(source, allow_pickle=False) as file:
            return dict(file)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        return None
