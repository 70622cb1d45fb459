"""Uploads that nobody needs any more are deleted; other files stay."""

import os
import time

import pytest

from app.serving.uploads_folder import delete_older


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
