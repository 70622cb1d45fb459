"""Precomputed results of the bundled checkpoints, used only if their digests are the recorded ones.

arrays = cached_for(checkpoint, "map", key, compute)        # as `cached`, but from `ready/` of a bundled checkpoint

A file's name is a hash of its inputs and does not protect its content. `assets/checkpoints/digests.json` therefore
holds the SHA-256 of each file in the `ready/` of the bundled checkpoints. The `ready/` of any other checkpoint is never
read, as anyone may have written it. `assets/checkpoints/make.py` computes and records the files.
"""

import hashlib
import io
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from trainer.core.cache import SIGNATURE, Arrays, cached, file_name, load_arrays
from trainer.core.files import whole_file
from trainer.core.models import checkpoint as checkpoints
from trainer.core.models.checkpoint import Checkpoint
from trainer.core.progress import print_once


def cached_for(checkpoint: Checkpoint, kind: str, key: Mapping[str, object], compute: Callable[[], Arrays]) -> Arrays:
    """As `cached`, but from `ready/` if the checkpoint is a bundled one and the file has the recorded digest."""
    arrays = recorded(checkpoint, file_name(kind, key))
    return cached(kind, key, compute) if arrays is None else arrays


def recorded(checkpoint: Checkpoint, file: str) -> Arrays | None:
    """The arrays of a file in the `ready/` of a bundled checkpoint if it has the recorded digest; None otherwise."""
    path = checkpoint.ready_dir.resolve() / file
    return _read_recorded(path) if path.is_file() and path.parents[2] == _folder() else None


def record_digests(names: Iterable[str]) -> None:
    """Record the digests of the files in the `ready/` of these bundled checkpoints; those of others stay."""
    names = set(names)
    others = {file: known for file, known in _digests().items() if file.partition("/")[0] not in names}
    new = {_name(path): _sha256(path.read_bytes()) for name in names for path in (_folder() / name).glob("ready/*.npz")}
    with whole_file(_folder() / "digests.json") as part:
        part.write_text(json.dumps(dict(sorted({**others, **new}.items())), indent=1) + "\n")


def _read_recorded(path: Path) -> Arrays | None:
    """None, and a line on standard error, if the digest is not the recorded one."""
    content = path.read_bytes()
    recorded = _sha256(content) == _digests().get(_name(path))
    arrays = load_arrays(io.BytesIO(content)) if recorded else None
    if arrays is None:
        print_once(f"{path}: not the file recorded in {_folder() / 'digests.json'}; not used, computed again.")
        return None
    arrays.pop(SIGNATURE, None)  # the files are made from those of the cache
    return arrays


def _digests() -> dict[str, str]:
    try:
        return dict(json.loads((_folder() / "digests.json").read_text()))
    except (OSError, ValueError, TypeError):
        return {}  # then no file is used, and a line names each


def _folder() -> Path:
    return checkpoints.BUNDLED_DIR.resolve()


def _name(path: Path) -> str:
    return path.relative_to(_folder()).as_posix()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
