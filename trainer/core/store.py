"""Computed arrays on disk, each under a name that is a hash of everything that changes the answer.

arrays = cached("map", {"embeddings": key, "seed": 0}, compute)      # computes once, reads ever after
"""

import contextlib
import hashlib
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


def cached(
    kind: str, key: Mapping[str, object], compute: Callable[[], Arrays], shelf: Path | None = None, keep_on_shelf=False
) -> Arrays:
    """The arrays under this kind and key: from `shelf` (what came with a checkpoint), else the cache, else computed.

    `keep_on_shelf` writes the result to the shelf instead of the cache, also one that stood in the cache already.
    """
    name = f"{kind}-{digest(key)}.npz"
    places = [folder / name for folder in (shelf, cache_dir() / kind) if folder]
    home = places[0] if keep_on_shelf else places[-1]
    arrays = None
    for path in places:
        arrays = _read(path)
        if arrays is not None and (path == home or not keep_on_shelf):
            return arrays
    if arrays is None:
        arrays = compute()
    with whole_file(home) as part:
        np.savez(part, **arrays)  # type: ignore[arg-type]
    return arrays


def _read(path: Path) -> Arrays | None:
    """None where there is no file or a damaged one, which is then computed again and replaced."""
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as file:
            return dict(file)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        return None
