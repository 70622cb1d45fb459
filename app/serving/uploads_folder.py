"""The folder of uploaded files: files that nobody needs any more are deleted, and its size is limited.

keep_clean(Path(get_upload_folder()), seconds=300)
if is_full(Path(get_upload_folder())): ...      # refuse the next upload

The page deletes its own uploads when they are read, and Gradio those that its process has recorded. What a stopped
process, an interrupted upload or a refused event left is deleted here.
"""

import contextlib
import re
import threading
import time
from pathlib import Path

# Gradio stores DIGEST/NAME, and an upload in progress as tmpXXXXXXXX.
MAX_BYTES = 2_000_000_000  # of all uploads together
_FOLDER, _UNFINISHED = re.compile(r"[0-9a-f]{64}"), re.compile(r"tmp[a-z0-9_]{8}")


def is_full(folder: Path, most: int = MAX_BYTES) -> bool:
    """Whether the uploads, those in progress included, take more than `most` bytes."""
    total = 0
    with contextlib.suppress(OSError):  # another process may delete them
        for entry in folder.iterdir():
            if _UNFINISHED.fullmatch(entry.name):
                total += entry.stat().st_size
            elif _FOLDER.fullmatch(entry.name):
                total += sum(file.stat().st_size for file in entry.iterdir())
    return total > most


def delete_older(folder: Path, seconds: float) -> None:
    """Delete uploads that were written more than `seconds` ago, and empty folders. Anything else stays."""
    before = time.time() - seconds
    with contextlib.suppress(OSError):  # another process may delete them too
        for entry in folder.iterdir():
            if _FOLDER.fullmatch(entry.name) and entry.is_dir() and entry.stat().st_mtime < before:
                for file in entry.iterdir():
                    if file.stat().st_mtime < before:
                        file.unlink(missing_ok=True)
                if not any(entry.iterdir()):
                    entry.rmdir()
            elif _UNFINISHED.fullmatch(entry.name) and entry.is_file() and entry.stat().st_mtime < before:
                entry.unlink(missing_ok=True)


def keep_clean(folder: Path, seconds: float) -> None:
    """`delete_older` now and once a minute, in a thread."""

    def run() -> None:
        while True:
            delete_older(folder, seconds)
            time.sleep(60)

    threading.Thread(target=run, daemon=True).start()
