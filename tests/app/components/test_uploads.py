"""The files of uploads: read once, then deleted."""

import os

import pytest
from PIL import Image

from app.components.uploads import checked_upload, read_once
from app.library.query import Query
from app.library.query_image import QueryImage
from trainer.core.errors import UserError


@pytest.fixture
def upload(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    path = tmp_path / "3f2a" / "image.png"
    path.parent.mkdir()
    Image.new("RGB", (8, 8)).save(path)
    return path


def read(path):
    with Image.open(path) as image:
        return Query("", image=QueryImage(image.convert("RGB")))


def test_a_file_is_deleted_once_it_is_read(upload):
    assert read_once(str(upload), read).image.size == (8, 8)
    assert not upload.exists()
    upload.write_text("no image")
    with pytest.raises(OSError, match="cannot identify"):
        read_once(str(upload), read)
    assert not upload.exists()


def test_two_visitors_with_the_same_file(upload):
    first = read_once(str(upload), read)
    assert read_once(str(upload), read) is first  # the file is deleted, the first visitor has the query
    del first
    with pytest.raises(FileNotFoundError):
        read_once(str(upload), read)


def test_a_path_that_is_no_upload_is_refused(upload, tmp_path):
    assert checked_upload(str(upload)) == str(upload)
    (tmp_path / "link").symlink_to("/etc")
    for hostile in (None, 3, "", "/etc/passwd", f"{tmp_path}/../x", f"{tmp_path}/link/passwd", "\0", ["x"], os.sep):
        with pytest.raises(UserError, match="Expected an uploaded image"):
            checked_upload(hostile)
