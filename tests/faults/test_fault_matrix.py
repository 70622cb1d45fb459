"""Each command against each fault of its environment: status 0, 2 or 130, at most one line, nothing half-written."""

import json
import os
import random
import shutil
import signal
import sys
import time

import numpy as np
import pytest

from tests.faults.commands import COMMANDS, OUTPUTS, Done, Place, finish, start, wait_for_libraries, without_privileges

# A longer run draws other moments: FAULT_SEEDS=1,2,3 pytest tests/faults
SEEDS = [int(seed) for seed in os.environ.get("FAULT_SEEDS", "0").split(",")]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc and Linux's limits of a process")


@pytest.fixture(scope="module")
def small_gallery(photos, tmp_path_factory):
    """24 images."""
    folder = tmp_path_factory.mktemp("faults") / "photos"
    for path in sorted(photos.glob("*/*/[0-3].png")):
        if path.parent.name in ("amber", "blue"):
            target = folder / path.relative_to(photos)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    return folder


@pytest.fixture
def place(small_gallery, tmp_path):
    return Place(tmp_path, small_gallery)


def check(done: Done, place: Place, command: str, statuses=(0, 2, 130)) -> None:
    assert "Traceback" not in done.errors + done.output, done.errors
    assert done.status in statuses, done
    if done.status:
        assert len(done.lines) <= 1, done.errors
    assert list(place.out.rglob(".*")) == []
    if command in OUTPUTS:
        assert (place.out / OUTPUTS[command]).is_file() == (done.status == 0), list(place.out.rglob("*"))
        if done.status == 0:
            open_output(command, place)


def open_output(command: str, place: Place):
    """What the next program reads, whole."""
    path = place.out / OUTPUTS[command]
    if command == "embed":
        with np.load(path) as file:
            return {name: file[name] for name in file.files}
    if command == "fit":
        from safetensors.numpy import load_file

        json.loads(path.read_text())
        return load_file(path.with_name("model.safetensors"))
    if command == "export":
        import torch

        return torch.jit.load(path)
    assert path.read_text().rstrip().endswith("</html>")
    return None


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_can_be_written(place, command):
    place.cache.mkdir()
    place.out.mkdir()
    for folder in (place.cache, place.out):
        folder.chmod(0o555)
    done = finish(start(place, command, *without_privileges()))
    check(done, place, command, (2,) if command in OUTPUTS else (0, 130))
    assert [*place.cache.iterdir(), *place.out.iterdir()] == []
    if command in OUTPUTS:
        assert str(place.out) in done.lines[0]
    else:
        assert "the cache cannot be written (Permission denied)" in done.errors
        assert "GUIE_CACHE" in done.errors


@pytest.mark.parametrize("command", COMMANDS)
def test_the_disk_is_full(place, command):
    """By a limit on the size of a file: every write beyond 4 kB fails as on a full disk."""
    done = finish(start(place, command, "prlimit", "--fsize=4096"))
    check(done, place, command)
    if command == "export":
        assert done.status == 2
        assert str(place.out / "e.pt") in done.lines[0]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("command", COMMANDS)
def test_interrupted(place, command, seed):
    process = start(place, command)
    wait_for_libraries(process)
    time.sleep(random.Random(f"{command} {seed}").uniform(0, 4))
    process.send_signal(signal.SIGINT)
    check(finish(process), place, command, (0, 130))


@pytest.mark.parametrize("command", COMMANDS)
def test_two_at_once(place, command):
    processes = [start(place, command) for _ in range(2)]
    both = [finish(process) for process in processes]
    statuses = {done.status for done in both}
    assert statuses <= ({0, 130} if command == "app" else {0, 2})  # Ctrl-C ends a page
    assert statuses != {2}
    for done in both:
        assert "Traceback" not in done.errors + done.output
        if done.status == 2:
            assert len(done.lines) == 1
            assert "another run is writing to this folder (process " in done.lines[0]
    check(next(done for done in both if done.status != 2), place, command)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("command", ["fit", "embed", "export"])
def test_killed_and_started_again(place, command, seed):
    """The next run alone is judged: right, and nothing left over."""
    process = start(place, command)
    wait_for_libraries(process)
    time.sleep(random.Random(f"kill {command} {seed}").uniform(0, 5))
    process.kill()
    process.communicate()
    check(finish(start(place, command)), place, command, (0,))
    assert [path.name for path in place.cache.rglob(".*")] == []
    if command == "embed":
        found = open_output(command, place)
        assert np.allclose(np.linalg.norm(found["embeddings"], axis=1), 1, atol=1e-5)
        assert len(found["embeddings"]) == 24
    if command == "fit":
        assert not (place.out / "mine" / "unfinished").exists()
