"""Computed arrays on disk, each in a file named by a hash of everything that changes its content.

arrays = cached("map", {"embeddings": key, "seed": 0}, compute)      # computed once, then read
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
    """32 hexadecimal digits of a hash of the key."""
    return hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:32]


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A temporary path that is renamed to `path` if the block succeeds, so that no reader sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=path.suffix)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def file_name(kind: str, key: Mapping[str, object]) -> str:
    return f"{kind}-{digest(key)}.npz"


def cached(kind: str, key: Mapping[str, object], compute: Callable[[], Arrays]) -> Arrays:
    """The arrays of this kind and key from the cache; computed and stored if they are missing."""
    path = cache_dir() / kind / file_name(kind, key)
    arrays = load_arrays(path) if path.is_file() else None
    if arrays is None:
        arrays = compute()
        with whole_file(path) as temporary:
            np.savez(temporary, **arrays)  # type: ignore[arg-type]
    return arrays


def load_arrays(source: Path | io.BytesIO) -> Arrays | None:
    """The arrays of an .npz file, never a pickle; None if it is damaged."""
    try:
        with np.load(source, allow_pickle=False) as file:
            return dict(file)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        return None
