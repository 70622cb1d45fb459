"""The process that computes maps: results and errors come back, and it never outlives its use."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from trainer.core.errors import GalleryError, UserError
from trainer.core.projection import worker as module
from trainer.core.projection.worker import Worker

ROOT = Path(__file__).parents[4]


@pytest.fixture
def worker():
    yield (made := Worker())
    made.end()


def fail(kind, text):
    raise kind(text)


def print_and_return(value):
    print("a library prints")
    return value


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def gone_within(pid, seconds):
    end = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.05)
    return not alive(pid)


def test_a_result_comes_back_from_another_process(worker):
    table = np.arange(6.0).reshape(2, 3)
    assert (worker.run(np.add, table, 1) == table + 1).all()
    assert worker.run(os.getpid) == worker.pid != os.getpid()
    assert worker.run(print_and_return, 3) == 3


def test_errors_come_back_and_the_process_stays(worker):
    with pytest.raises(GalleryError, match=r"^too large$"):
        worker.run(fail, GalleryError, "too large")
    before = worker.pid
    with pytest.raises(RuntimeError, match=r"in fail\n.*\nKeyError: 'x'"):
        worker.run(fail, KeyError, "x")
    assert worker.run(os.getpid) == before


def test_a_crash_is_one_sentence_and_the_next_call_starts_anew(worker):
    with pytest.raises(UserError, match=r"ended unexpectedly \(signal 9\), perhaps for lack of memory; try again"):
        worker.run(signal.raise_signal, signal.SIGKILL)
    with pytest.raises(UserError, match=r"ended unexpectedly \(status 3\)"):
        worker.run(os._exit, 3)
    assert worker.run(abs, -1) == 1


def test_a_process_that_died_between_two_calls_is_replaced(worker):
    worker.run(abs, 1)
    os.kill(worker.pid, signal.SIGKILL)
    worker._process.wait()
    assert worker.run(abs, -1) == 1


def test_an_interrupt_ends_the_process(worker):
    worker.run(abs, 1)
    pid, start = worker.pid, time.monotonic()
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
    threading.Timer(0.3, signal.pthread_kill, [threading.main_thread().ident, signal.SIGINT]).start()
    with pytest.raises(KeyboardInterrupt):
        worker.run(time.sleep, 60)
    signal.signal(signal.SIGINT, before)
    assert time.monotonic() - start < 30
    assert worker.pid is None
    assert not alive(pid)


def test_it_ends_when_it_is_idle(worker, monkeypatch):
    monkeypatch.setattr(module, "IDLE_S", 0.2)
    worker.run(abs, 1)
    assert gone_within(worker.pid, 10)
    assert worker.run(abs, -1) == 1


CALLER = """
import sys, time
sys.path.insert(0, sys.argv[1])
from trainer.core.projection.worker import WORKER
WORKER.run(abs, 1)
print(WORKER.pid, flush=True)
WORKER.run(time.sleep, 60)
"""


def test_it_ends_with_a_caller_that_is_killed_while_it_computes():
    with subprocess.Popen([sys.executable, "-c", CALLER, str(ROOT)], stdout=subprocess.PIPE, text=True) as caller:
        pid = int(caller.stdout.readline())
        time.sleep(0.3)
        assert alive(pid)
        caller.kill()
    assert gone_within(pid, 10)
