"""Handlers of the bar above the tabs."""

import shutil

import gradio as gr
import pytest

from app.context import Context
from app.library.examples import EXAMPLES
from app.query_bar import MAX_UPLOADS, address_id, select_file, select_image
from app.translator import Translator

T = Translator("en")
CHINA = str(EXAMPLES["china.jpg"])


@pytest.fixture
def context(library):
    return Context(library, T)


def test_an_upload_becomes_the_query_and_can_be_gone_back_to(context):
    query, uploads = select_file(context, CHINA, {})
    assert query.name == "Your image"  # not the name of a temporary file
    assert uploads == {address_id(query): query}
    for _ in range(MAX_UPLOADS + 2):
        query, uploads = select_file(context, CHINA, uploads)
    assert len(uploads) == MAX_UPLOADS
    assert uploads[address_id(query)] is query
    for path in (None, ""):
        assert select_file(context, path, uploads) == (None, uploads)


def test_a_card_that_is_clicked_becomes_the_query(context):
    image_id = context.library.gallery.table["image_id"][40]
    query = select_image(context, {"id": image_id})
    assert query.row == 40
    assert address_id(query) == image_id
    example = select_image(context, {"id": "example-lion.jpg"})
    assert example.row is None
    assert address_id(example) == "example-lion.jpg"
    assert address_id(None) == ""
    for hostile in ("../../etc/passwd", None, 3, ["x"]):
        with pytest.raises(gr.Error, match="not in this gallery"):
            select_image(context, {"id": hostile})


def test_a_bad_file_is_one_sentence(context, tmp_path):
    note = tmp_path / "note.jpg"
    note.write_text("no image")
    with pytest.raises(gr.Error, match=r"note\.jpg: expected ") as error:
        select_file(context, str(note), {})
    assert len(error.value.message.splitlines()) == 1


def test_the_file_of_a_gallery_image_is_recognised(context, tmp_path):
    copy = shutil.copy(context.library.gallery.table["path"][40], tmp_path / "renamed.webp")
    query, uploads = select_file(context, copy, {})
    assert query.row == 40
    assert uploads == {}
