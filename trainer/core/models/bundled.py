"""Results that come with the bundled checkpoints, used only if they are those that the project recorded.

arrays = cached_for(checkpoint, "map", key, compute)        # as `cached`, but from `ready/` of a bundled checkpoint

A file's name says what it was computed from, not who computed it. `assets/checkpoints/digests.json` therefore holds the
SHA-256 of each file in the `ready/` of the bundled checkpoints. The `ready/` of any other checkpoint is never read:
anyone may have written its rows. `python assets/checkpoints/make.py --ready-only` computes the files and records them.
"""

import hashlib
import io
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from trainer.core.cache import Arrays, cached, file_name, load_arrays, whole_file
from trainer.core.models import checkpoint as checkpoints
from trainer.core.models.checkpoint import Checkpoint
from trainer.core.progress import print_once


def cached_for(checkpoint: Checkpoint, kind: str, key: Mapping[str, object], compute: Callable[[], Arrays]) -> Arrays:
    """As `cached`, but from the checkpoint's `ready/` where it is a bundled one and the file is as recorded."""
    path = checkpoint.ready_dir.resolve() / file_name(kind, key)
    arrays = _read_recorded(path) if path.is_file() and path.parents[2] == _folder() else None
    return cached(kind, key, compute) if arrays is None else arrays


def record_digests(names: Iterable[str]) -> None:
    """Record the files that the `ready/` of these bundled checkpoints hold now; those of others stay as they are."""
    names = set(names)
    kept = {file: known for file, known in _digests().items() if file.partition("/")[0] not in names}
    new = {_name(path): _sha256(path.read_bytes()) for name in names for path in (_folder() / name).glob("ready/*.npz")}
    with whole_file(_folder() / "digests.json") as part:
        part.write_text(json.dumps(dict(sorted({**kept, **new}.items())), indent=1) + "\n")


def _read_recorded(path: Path) -> Arrays | None:
    """None, and a line on standard error, for a file that is not the recorded one."""
    content = path.read_bytes()
    recorded = _sha256(content) == _digests().get(_name(path))
    arrays = load_arrays(io.BytesIO(content)) if recorded else None
    if arrays is None:
        print_once(f"{path}: not the file recorded in {_folder() / 'digests.json'}; not used, computed anew.")
    return arrays


def _digests() -> dict[str, str]:
    try:
        return dict(json.loads((_folder() / "digests.json").read_text()))
    except (OSError, ValueError, TypeError):
        return {}  # then no file is used, and each is named


def _folder() -> Path:
    return checkpoints.BUNDLED_DIR.resolve()


def _name(path: Path) -> str:
    return path.relative_to(_folder()).as_posix()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
