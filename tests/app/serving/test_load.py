"""The load test itself, for some seconds, and the memory of large images."""

import asyncio
import tempfile
from argparse import Namespace
from pathlib import Path

import psutil
import pytest

from tests.benchmarks import load
from tests.serving import serve


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    options = Namespace(clients=6, seconds=4, maps=False, uploads=4, queries=5)
    with serve(Path(tempfile.mkdtemp(dir=tmp_path_factory.mktemp("load"))) / "cache") as server:
        process = load.process_of(server.port)
        return asyncio.run(load.measure(server.url, process, options)), process.pid


def test_everyone_gets_the_answer_for_the_own_image(result):
    measured, _ = result
    assert measured["load"]["errors"] == measured["load"]["wrong"] == measured["load"]["refused"] == 0
    assert measured["load"]["answers"] >= 6
    assert measured["further_queries"]["answers"] == 5
    assert measured["large_images"] == {"answers": 4, "errors": []}


def test_large_images_leave_no_memory_behind(result):
    """Each of 49 megapixels needs 400 MB while it is read."""
    memory, _ = result[0]["memory_mb"], result[1]
    assert memory["after 4 images of 49 megapixels"] - memory["after the first query"] < 300


def test_the_page_ends_with_its_process(result):
    assert not psutil.pid_exists(result[1])


def test_a_wrong_answer_is_found():
    """Answers for another image, and errors, are counted as such."""
    first, second = load.questions(2)
    rows = [{"image_id": name, "similarity": value} for name, value in zip(first.image_ids, first.cosines, strict=True)]
    message = {"success": True, "output": {"data": [rows]}}
    right, wrong, failed = load.Outcome(), load.Outcome(), load.Outcome()
    load.check(message, first, right, 0.1)
    load.check(message, second, wrong, 0.1)
    load.check({"success": False, "output": {"error": "no"}}, first, failed, 0.1)
    assert [len(one.wrong) for one in (right, wrong, failed)] == [0, 1, 0]
    assert failed.errors == ["no"]
