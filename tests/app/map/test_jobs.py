"""Long computations can be cancelled, and end after a limit."""

import threading
import time

import pytest

from app.map import jobs as module
from app.map.jobs import Jobs
from trainer.core.errors import UserError
from trainer.core.projection.worker import WORKER


def sleep_in_worker(jobs, session, results):
    try:
        with jobs.start(session) as job:
            for _ in job.checked(range(3)):
                WORKER.run(time.sleep, 60)
    except UserError as error:
        results.append(str(error))


def start(jobs, session="a"):
    results: list[str] = []
    thread = threading.Thread(target=sleep_in_worker, args=(jobs, session, results))
    thread.start()
    end = time.monotonic() + 60
    while not WORKER._is_running and time.monotonic() < end:
        time.sleep(0.02)
    return thread, results


def test_a_running_job_ends_at_once():
    jobs = Jobs()
    thread, results = start(jobs)
    assert jobs.cancel("a")
    thread.join(20)
    assert results == ["The computation was cancelled."]
    assert not jobs.cancel("a")
    assert WORKER.run(abs, -3) == 3  # the next one is computed


def test_another_visitor_cannot_cancel_it():
    jobs = Jobs()
    thread, results = start(jobs)
    assert not jobs.cancel("b")
    assert thread.is_alive()
    jobs.cancel("a")
    thread.join(20)
    assert len(results) == 1


def test_a_waiting_job_does_not_stop_that_of_another():
    jobs = Jobs()
    thread, results = start(jobs)
    with jobs.start("b") as waiting:
        assert jobs.cancel("b")
        assert thread.is_alive()
        with pytest.raises(UserError, match="was cancelled"):
            next(iter(waiting.checked([1])))
    assert results == []
    jobs.cancel("a")
    thread.join(20)


def test_a_job_ends_after_the_limit(monkeypatch):
    monkeypatch.setattr(module, "LIMIT_S", 1)
    thread, results = start(Jobs())
    thread.join(20)
    assert results == ["The computation took longer than 0 minutes and was ended; choose PCA or a smaller gallery."]


def test_a_job_that_ends_is_forgotten():
    jobs = Jobs()
    with jobs.start("a") as job:
        assert list(job.checked("xyz")) == ["x", "y", "z"]
    assert not jobs.cancel("a")
    assert WORKER.run(abs, -3) == 3
