"""The size of the cache, and how to empty it.

usage = cache_usage()
usage.files, usage.bytes
clear_cache()
"""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from trainer.core.cache import cache_dir
from trainer.core.files import failed_writes_explained

# What the project writes, as KIND/NAME; anything else is not touched, as GUIE_CACHE may name any folder.
_ARRAYS = re.compile(r"(?P<kind>[a-z-]+)/(?P=kind)-[0-9a-f]{32}\.npz")
_OTHERS = re.compile(
    r"checked/[0-9a-f]{32}\.json|thumbnails/[0-9a-f]{32}-\d+\.webp|pictures/[0-9a-f]{32}\.\w+"
    r"|features/[0-9a-f]{32}-[0-9a-f]{32}\.arrow|locks/[0-9a-f]{32}\.(lock|json)|[a-z-]+/\.[^/]*"
)
_FOLDERS = ("datasets",)  # of Hugging Face datasets


@dataclass(frozen=True)
class CacheUsage:
    files: int
    bytes: int


def cache_usage() -> CacheUsage:
    sizes = [path.stat().st_size for path in _files()]
    return CacheUsage(len(sizes), sum(sizes))


def clear_cache() -> CacheUsage:
    """Delete what the project wrote to the cache, and return what that was. Raises StorageError.

    A page that is running computes again what it needs.
    """
    usage = cache_usage()
    with failed_writes_explained(cache_dir()):
        for path in _files():
            path.unlink(missing_ok=True)
        for name in _FOLDERS:
            if (cache_dir() / name).is_dir():
                shutil.rmtree(cache_dir() / name)
        for folder in [path for path in cache_dir().glob("*") if path.is_dir() and not any(path.iterdir())]:
            folder.rmdir()
    return usage


def _files() -> Iterator[Path]:
    folder = cache_dir()
    for path in sorted(folder.glob("*/*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not path.is_symlink() and (_ARRAYS.fullmatch(name) or _OTHERS.fullmatch(name)):
            yield path
    for name in _FOLDERS:
        yield from (path for path in sorted((folder / name).rglob("*")) if path.is_file())
