"""Uploads that nobody needs any more are deleted; other files stay, and the size is limited."""

import os
import time

import pytest
from starlette.responses import Response
from starlette.testclient import TestClient

from app.serving.requests import FULL, Requests
from app.serving.uploads_folder import delete_older, is_full


@pytest.fixture
def folder(tmp_path):
    names = [f"{'a' * 64}/image.png", f"{'b' * 64}/image.png", "tmpab_12xyz", "notes.txt", "vibe_edit_history/x.txt"]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / ("c" * 64)).mkdir()
    return tmp_path


def age(path, seconds):
    before = time.time() - seconds
    os.utime(path, (before, before))


def test_old_uploads_and_empty_folders_are_deleted(folder):
    for path in [*folder.glob("*/*"), *folder.iterdir()]:
        if not path.is_relative_to(folder / ("b" * 64)):
            age(path, 400)
    delete_older(folder, 300)
    left = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert left == {f"{'b' * 64}/image.png", "notes.txt", "vibe_edit_history/x.txt"}
    assert not (folder / ("c" * 64)).exists()
    assert not (folder / ("a" * 64)).exists()


def test_new_uploads_stay(folder):
    delete_older(folder, 300)
    assert len([path for path in folder.rglob("*") if path.is_file()]) == 5


def test_a_missing_folder_is_no_error(tmp_path):
    delete_older(tmp_path / "none", 300)


def test_the_size_counts_uploads_alone(folder):
    assert not is_full(folder, most=3)  # two uploads and one in progress, of one byte each
    assert is_full(folder, most=2)
    assert not is_full(folder / "none", most=0)


def test_a_full_folder_takes_no_upload(tmp_path, monkeypatch):
    monkeypatch.setattr("app.serving.requests.is_full", lambda folder: True)

    async def page(scope, receive, send):
        await Response("taken")(scope, receive, send)

    client = TestClient(Requests(page, ("/",)))
    answer = client.post("/gradio_api/upload", files={"files": b"x"})
    assert (answer.status_code, answer.json()) == (503, {"detail": FULL})
    assert client.get("/gradio_api/upload").text == "taken"
