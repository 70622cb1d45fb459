"""What training may overwrite: results of the same run; anything else only if the user asks for it.

check_output(Path("runs/mine"), key, overwrite=False)      # UserError if runs/mine holds something else
begin(Path("runs/mine"), key)                              # marks the folder as that of this run
"""

import contextlib
import json
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from trainer.core.cache import cache_dir, digest, store, writable_folder
from trainer.core.errors import UserError, first_few
from trainer.core.files import storage_error, whole_file
from trainer.core.models.checkpoint import FILES

EPOCHS_DIR = "epochs"
STATE_DIR = "unfinished"
RUN_FILE = f"{STATE_DIR}/run.json"


def check_output(out: Path, key: str, overwrite: bool = False) -> None:
    """Raise UserError if a run would overwrite files that it did not write itself.

    `key` identifies a run (see `fit.run_key`); its checkpoint and its unfinished state record it. A checkpoint without
    a key counts as that of another run. An unfinished state alone may be replaced, as it is no result. Links, and
    folders in place of files, are always refused.
    """
    folders = ("ready", EPOCHS_DIR, STATE_DIR)
    for path in (out / name for name in (*FILES, *folders)):
        wanted = "folder" if path.name in folders else "file"
        if os.path.lexists(path) and (path.is_symlink() or path.is_dir() != (wanted == "folder")):
            kind = "link" if path.is_symlink() else "folder" if path.is_dir() else "file"
            raise UserError(f"--out {out}: expected {path.name} to be a {wanted}, found a {kind}; move it away.")
    if overwrite or key in (_finished_key(out), _unfinished_key(out)):
        return
    if found := _existing_results(out):
        raise UserError(
            f"--out {out}: expected a new or empty folder, or one that the same run wrote, found {first_few(found)};"
            " choose another folder, or add --overwrite."
        )


@contextlib.contextmanager
def only_run(out: Path) -> Iterator[None]:
    """Raise UserError if another process trains into this folder."""
    lock = _lock(out)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        holder = _read(_holder_file(lock)).get("holder", "unknown")
        raise UserError(
            f"--out {out}: another run is writing to this folder ({holder}); wait for it, or choose another folder."
        ) from None
    except OSError as error:
        raise storage_error(error, Path(lock.lock_file)) or error from error
    try:
        store(_holder_file(lock), lambda part: part.write_text(json.dumps({"holder": _this_process()})))
        yield
    finally:
        _holder_file(lock).unlink(missing_ok=True)
        lock.release()


def _lock(out: Path) -> FileLock:
    """In the cache; in the folder for temporary files if the cache cannot be written."""
    name, folder = f"{digest({'out': str(out.resolve())})}.lock", cache_dir() / "locks"
    if writable_folder(folder) != folder:
        folder = Path(tempfile.gettempdir())
    return FileLock(folder / name)


def _holder_file(lock: FileLock) -> Path:
    """Beside the lock, as Windows lets no other process read a locked file."""
    return Path(lock.lock_file).with_suffix(".json")


def _this_process() -> str:
    started = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"process {os.getpid()} on {socket.gethostname()}, started {started}"


def begin(out: Path, key: str) -> None:
    """Mark the folder as that of this run. The unfinished state of another run is removed, and one line says so."""
    other = _unfinished_key(out)
    if other and other != key:
        print(
            f"{out / STATE_DIR} is of a run with other images, labels, splits or settings: training starts anew",
            file=sys.stderr,
        )
        shutil.rmtree(out / STATE_DIR)
    with whole_file(out / RUN_FILE) as part:
        part.write_text(json.dumps({"key": key}) + "\n")


def _existing_results(out: Path) -> list[str]:
    patterns = [*FILES, "ready/*.npz"]  # everything that saving a checkpoint writes or removes
    if not (out / RUN_FILE).is_file():
        patterns.append(f"{EPOCHS_DIR}/[0-9]*/config.json")
        if not any(out.glob(f"{STATE_DIR}/*/state.json")):
            patterns.append(f"{STATE_DIR}/*")
    return sorted({path.relative_to(out).as_posix() for pattern in patterns for path in out.glob(pattern)})


def _finished_key(out: Path) -> str:
    recipe = _read(out / "config.json").get("recipe")
    trained_on = recipe.get("trained_on") if isinstance(recipe, dict) else None
    return str(trained_on.get("key", "")) if isinstance(trained_on, dict) else ""


def _unfinished_key(out: Path) -> str:
    return str(_read(out / RUN_FILE).get("key", ""))


def _read(path: Path) -> dict:
    """The JSON object in a file; empty if the file is missing or damaged."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
