"""Files that are written whole or not at all, and errors of the storage as sentences.

with whole_file(Path("runs/mine/config.json")) as part:
    part.write_text(text)
"""

import contextlib
import errno
import os
import re
import socket
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from trainer.core.errors import UserError, one_line, short_repr

# errno -> what to do; an OSError with another number is not an error of the storage
ADVICE = {
    errno.ENOSPC: "free some space or choose another folder",
    errno.EDQUOT: "free some space or choose another folder",
    errno.EFBIG: "raise the limit on file sizes (ulimit -f) or choose another folder",
    errno.EACCES: "change its permissions or choose another folder",
    errno.EPERM: "change its permissions or choose another folder",
    errno.EROFS: "choose another folder",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.ENOTDIR: "choose another folder",
    errno.EISDIR: "choose another name",
    errno.ELOOP: "choose another folder",
    errno.EIO: "check the disk",
    errno.ENOENT: "check whether something else moves or deletes it",
    errno.EMFILE: "raise the limit on open files (ulimit -n)",
    errno.ENFILE: "close other programs",
}
# How libraries that write files without Python report a failed write.
WRITE_FAILURES = ("os error", "unexpected pos", "file write failed")
MAX_PATH_BYTES = 4_096  # as Linux allows
_HOST = socket.gethostname()[:30]


class StorageError(UserError):
    """A file or folder that cannot be written or read."""


def storage_error(error: BaseException, path: Path | None = None) -> StorageError | None:
    """The sentence for a failed write or read; None for any other error.

    `path`: what was being written; by default, the one that the error names.
    """
    if isinstance(error, StorageError):
        return error
    if isinstance(error, OSError) and error.errno in ADVICE:
        reason, advice = error.strerror or one_line(error), ADVICE[error.errno]
    elif isinstance(error, RuntimeError) or type(error).__name__ == "SafetensorError":
        if not any(text in str(error) for text in WRITE_FAILURES):
            return None
        reason, advice = one_line(error), ADVICE[errno.ENOSPC]
    else:
        return None
    place = path or getattr(error, "filename", None) or "a file"
    return StorageError(f"{place}: expected a place that can be written and read ({reason}); {advice}.")


def user_path(text: str) -> Path:
    """A path as a user wrote it, `~` being the home directory. Raises UserError for text that is no path."""
    shown = short_repr(text)
    try:
        size = len(text.encode("utf-8"))
        path = Path(text).expanduser()
    except UnicodeEncodeError:
        raise UserError(f"{shown}: expected a path in UTF-8; rename the file or folder.") from None
    except RuntimeError:  # of pathlib, for ~NAME without such a user
        raise UserError(f"{shown}: expected ~ or ~USER, found no such home directory; give the full path.") from None
    if "\0" in text or size > MAX_PATH_BYTES:
        raise UserError(
            f"{shown}: expected a path of at most {MAX_PATH_BYTES:,} bytes without a zero byte; correct it."
        )
    return path


def make_folder(folder: Path, title: str) -> None:
    """Create an output folder and check that files can be written there, before the work.

    `title`: what the sentence of a StorageError begins with.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        reason = error.strerror or one_line(error)
        raise StorageError(f"{title}: expected a folder that can be created and written ({reason}).") from error


def check_regular(path: Path, title: str = "") -> None:
    """Raises StorageError if something exists at a path to be written that is no file, such as a device."""
    if os.path.exists(path) and not os.path.isfile(path):
        kind = "folder" if os.path.isdir(path) else "device or pipe"
        raise StorageError(f"{title or path}: expected a file name, found a {kind}.")


@contextlib.contextmanager
def failed_writes_explained(path: Path) -> Iterator[None]:
    """A failed write in the block, which writes `path` and files beside or below it, becomes a StorageError."""
    try:
        yield
    except Exception as error:
        explained = storage_error(error, path)
        if explained is None or not _concerns(error, path):
            raise
        raise explained from error


def _concerns(error: BaseException, path: Path) -> bool:
    """Whether an error is about this path, a folder above it, or a file beside or below it; or about no file."""
    named = getattr(error, "filename", None)
    if named is None:
        return True
    place = Path(os.fsdecode(named))
    return place.is_relative_to(path) or path.is_relative_to(place) or place.parent == path.parent


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A temporary path that is renamed to `path` if the block succeeds, so that no reader sees half a file.

    What killed processes left unfinished in its folder is removed. Raises StorageError if the file cannot be written.
    """
    with failed_writes_explained(path):
        yield from _whole_file(path)


def _whole_file(path: Path) -> Iterator[Path]:
    temporary: Path | None = None
    try:
        check_regular(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(path.parent)
        prefix = f".{path.stem[:60]}-{_HOST}-{os.getpid()}-"
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=prefix, suffix=path.suffix)
        os.close(handle)
        temporary = Path(name)
        yield temporary
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


@lru_cache(maxsize=1024)
def _remove_abandoned(folder: Path) -> None:
    """Delete what processes of this machine that have ended left unfinished in a folder; once for each folder."""
    if os.name != "posix":
        return
    name = re.compile(rf"\..*-{re.escape(_HOST)}-(\d+)-\w{{8}}(\.\w+)?")
    with contextlib.suppress(OSError):  # a folder that cannot be listed
        for entry in os.scandir(folder):
            found = name.fullmatch(entry.name)
            if found and not _is_running(int(found[1])):
                Path(entry.path).unlink(missing_ok=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it belongs to another user
        return True
    return True
