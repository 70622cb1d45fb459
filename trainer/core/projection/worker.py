"""Runs a function in a separate Python process, for libraries that the serving process must not load.

run_in_worker(fit_umap_learn, embeddings, 2, parameters)      # the function's result

The process starts on the first call and ends after IDLE_S seconds without one, so that the maps of several checkpoints
pay for one `import umap`. It also ends when the calling process ends, for whatever reason. The function is found by its
module and name. `multiprocessing` would not do: it runs the calling program's main file again, here `app.py`.
"""

import os
import pickle
import queue
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any

from trainer.core.errors import UserError
from trainer.core.process import configure_process

IDLE_S = 60


class Worker:
    """One process at most; calls from several threads run one after another."""

    def __init__(self) -> None:
        self._process: subprocess.Popen | None = None
        self._lock = threading.Lock()
        self._idle_timer: threading.Timer | None = None
        self._is_running = False
        self._stopped_by: UserError | None = None

    def run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """`function(*arguments)`. Raises the UserError that it raises, and one if the process dies.

        Raises RuntimeError with the traceback for any other exception. An interrupt (Ctrl-C) ends the process.
        """
        request = pickle.dumps((function, arguments))
        with self._lock:
            if self._idle_timer:
                self._idle_timer.cancel()
            self._is_running, self._stopped_by = True, None
            try:
                answer = self._ask(request)
            except BaseException:
                self._end()
                raise
            finally:
                self._is_running = False
            self._idle_timer = threading.Timer(IDLE_S, self.end)
            self._idle_timer.daemon = True
            self._idle_timer.start()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def stop(self, reason: UserError) -> None:
        """End the computation that runs now, if any: `run` raises `reason`."""
        if self._is_running:
            self._stopped_by = reason
            if process := self._process:
                process.kill()

    def end(self) -> None:
        """End the process; the next call starts another."""
        with self._lock:
            self._end()

    @property
    def pid(self) -> int | None:
        """The id of the process, if there is one."""
        return self._process.pid if self._process else None

    def _ask(self, request: bytes) -> Any:
        if self._process is None or self._process.poll() is not None:
            self._process = _start()
        if self._stopped_by:
            raise self._stopped_by
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            pickle.dump(request, process.stdin)
            process.stdin.flush()
            return pickle.load(process.stdout)
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            status = process.wait()
            if self._stopped_by:
                raise self._stopped_by from error
            how = f"signal {-status}" if status < 0 else f"status {status}"
            raise UserError(
                f"The process that computes maps ended unexpectedly ({how}), perhaps for lack of memory; try again, or"
                " use a smaller gallery or PCA."
            ) from error

    def _end(self) -> None:
        if process := self._process:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream:
                    stream.close()
        self._process = None


def _start() -> subprocess.Popen:
    """In a session of its own, so that Ctrl-C reaches the caller alone; with the caller's import path."""
    paths = [path or os.getcwd() for path in sys.path]
    return subprocess.Popen(
        [sys.executable, "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        start_new_session=True,
    )


WORKER = Worker()
run_in_worker = WORKER.run


def serve() -> None:
    """The loop of the worker process: requests on standard input, answers on standard output."""
    configure_process()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print must not mix with the answers
    requests: queue.SimpleQueue = queue.SimpleQueue()
    threading.Thread(target=_read_requests, args=(requests,), daemon=True).start()
    while True:
        request = requests.get()
        try:
            function, arguments = pickle.loads(request)
            answer = function(*arguments)
        except UserError as error:
            answer = error
        except Exception:
            answer = RuntimeError(f"The process that computes maps failed.\n{traceback.format_exc()}")
        pickle.dump(answer, answers)
        answers.flush()


def _read_requests(requests: queue.SimpleQueue) -> None:
    """Until the caller closes its end or dies; then the process ends, even in the middle of a computation."""
    try:
        while True:
            requests.put(pickle.load(sys.stdin.buffer))
    except EOFError:
        os._exit(0)


if __name__ == "__main__":
    serve()
