"""How a command ends: its exit status, one sentence in place of a traceback, and text that a terminal can show.

with plain_output(), one_sentence():
    ...

Exit status: 0; 2 for a mistake of the user or a problem of the environment; 130 when interrupted (Ctrl-C); 1 for a
defect, with its traceback. A closed pipe, as in `| head`, ends the command with status 0.
"""

import atexit
import contextlib
import os
import re
import signal
import sys
import traceback
from collections.abc import Iterator
from typing import Any, NoReturn, TextIO

from trainer.core.errors import UserError, one_line
from trainer.core.files import storage_error

# Control characters but tab, line feed and carriage return; tqdm moves the cursor up with "ESC [ A".
_CONTROL = re.compile(r"(?!\x1b\[A)[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_NO_MEMORY = (
    "not enough memory",
    "can't allocate memory",
    "cannot allocate memory",
    "out of memory",
    "failed to map segment",
)


@contextlib.contextmanager
def one_sentence(verbose: bool = False) -> Iterator[None]:
    """Ends the process with `status_of` an exception of the block, unless that is a defect."""
    try:
        yield
    except BaseException as error:
        status = status_of(error, verbose)
        if status is None:
            raise
        raise SystemExit(status) from error


def status_of(error: BaseException, verbose: bool = False, when_interrupted: str = "") -> int | None:
    """Print the sentence of an exception on standard error and return the exit status; None for a defect.

    `verbose`: print the traceback before the sentence.
    """
    if isinstance(error, BrokenPipeError):
        _discard_output()
        return 0
    if isinstance(error, KeyboardInterrupt):
        sentence, status = f"Interrupted.{when_interrupted}", 130
    else:
        explained = explain(error)
        if explained is None:
            return None
        sentence, status = str(explained), 2
    with contextlib.suppress(OSError, ValueError):  # standard error may be closed too
        if verbose:
            traceback.print_exception(error)
        print(sentence, file=sys.stderr)
    return status


def explain(error: BaseException) -> UserError | None:
    """An exception as a sentence for the user; None for a defect."""
    if isinstance(error, UserError):
        return error
    if isinstance(error, MemoryError) or any(text in str(error).lower() for text in _NO_MEMORY):
        return UserError(
            f"There is not enough memory ({one_line(error)}); close other programs, or choose smaller batches, a"
            " smaller backbone or fewer images."
        )
    if isinstance(error, UnicodeEncodeError) and "surrogates" in error.reason:
        return UserError(f"{error.object!r}: expected text in UTF-8; rename the file or correct the table.")
    if isinstance(error, ValueError) and "embedded null" in str(error):
        return UserError("A file name holds a zero byte; correct the table or the recipe that names it.")
    if isinstance(error, RuntimeError) and "home directory" in str(error):
        return UserError("A path begins with ~ and the home directory is not known; give the full path.")
    return storage_error(error)


def end_process(status: int) -> NoReturn:
    """End at once, whatever other threads do: the libraries' own threads abort a process that ends while they work."""
    with contextlib.suppress(ValueError):  # not in the main thread
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):  # closed, or None
            stream.flush()
    os._exit(status)


def printable(text: str) -> str:
    """The text with control characters as escapes, except tab, line feed and carriage return."""
    return _CONTROL.sub(lambda found: ascii(found[0])[1:-1], text)


class _PlainText:
    """A text stream that shows control characters as escapes, and characters that it cannot encode too.

    Names of files, classes and checkpoints come from strangers: their control characters must not reach the terminal.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")

    def write(self, text: str) -> int:
        self._stream.write(printable(text))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextlib.contextmanager
def plain_output() -> Iterator[None]:
    """In the block, standard output and standard error show control characters as escapes."""
    with open(os.devnull, "w") as nothing:  # a stream is None if it was closed before the start
        output: Any = _PlainText(sys.stdout or nothing)
        errors: Any = _PlainText(sys.stderr or nothing)
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
            yield


def _discard_output() -> None:
    """What is still in the buffer must not be written when the interpreter ends."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, sys.stdout.fileno())
