"""Long computations that a visitor waits for: each can be cancelled, and none takes longer than a limit.

with jobs.start(session) as job:
    for item in job.checked(items): ...       # raises UserError after jobs.cancel(session)
"""

import contextlib
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from threading import Timer

from trainer.core.errors import UserError
from trainer.core.progress import Item
from trainer.core.projection.worker import WORKER

LIMIT_S = 1800


def cancelled_error() -> UserError:
    return UserError("The computation was cancelled.", key="job_cancelled")


def limit_error() -> UserError:
    return UserError(
        f"The computation took longer than {LIMIT_S // 60} minutes and was ended; choose PCA or a smaller gallery.",
        key="job_limit",
        minutes=LIMIT_S // 60,
    )


@dataclass
class Job:
    """`is_running`: it has the worker process, not only a place in line."""

    started: float = field(default_factory=time.monotonic)
    is_running: bool = False
    stopped_by: UserError | None = None

    def stop(self, reason: UserError) -> None:
        self.stopped_by = self.stopped_by or reason
        if self.is_running:
            WORKER.stop(self.stopped_by)

    def checked(self, items: Iterable[Item]) -> Iterator[Item]:
        """The items; raises UserError instead of the next one if the job was stopped."""
        self.is_running = True
        for item in items:
            if self.stopped_by:
                raise self.stopped_by
            yield item
        self.is_running = False


class Jobs:
    """At most one job for each session."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}

    @contextlib.contextmanager
    def start(self, session: str) -> Iterator[Job]:
        job = self._jobs[session] = Job()
        timer = Timer(LIMIT_S, lambda: job.stop(limit_error()))
        timer.daemon = True
        timer.start()
        try:
            yield job
        finally:
            timer.cancel()
            job.is_running = False
            if self._jobs.get(session) is job:
                del self._jobs[session]

    def cancel(self, session: str) -> bool:
        """Whether there was a job to stop."""
        job = self._jobs.get(session)
        if job:
            job.stop(cancelled_error())
        return job is not None
