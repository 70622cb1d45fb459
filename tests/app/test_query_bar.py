"""Handlers of the bar above the tabs."""

import hashlib
import shutil
from pathlib import Path

import gradio as gr
import numpy as np
import pytest

from app.context import Context
from app.library.examples import EXAMPLES
from app.library.query import Query
from app.library.query_image import QueryImage
from app.query_bar import address_id, crop_query, select_file, select_image, whole_query
from app.tabs.search import show_result, shown_label
from app.translator import Translator
from trainer.core.data.images import read_image

T = Translator("en")
CHINA = str(EXAMPLES["china.jpg"])


@pytest.fixture
def context(library):
    return Context(library, T)


def test_an_upload_becomes_the_query(context):
    query = select_file(context, CHINA)
    assert query.name == "Your image"  # not the name of a temporary file
    digest = hashlib.sha256(Path(CHINA).read_bytes()).hexdigest()
    assert address_id(query) == address_id(select_file(context, CHINA)) == f"upload-{digest[:16]}"


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
        select_file(context, str(note))
    assert len(error.value.message.splitlines()) == 1


def test_the_file_of_a_gallery_image_is_recognised(context, tmp_path):
    copy = shutil.copy(context.library.gallery.table["path"][40], tmp_path / "renamed.webp")
    assert select_file(context, copy).row == 40


def sides(left, top, right, bottom):
    return {"left": left, "top": top, "right": right, "bottom": bottom}


def test_a_region_of_an_upload_becomes_the_query_and_the_whole_image_again(context):
    upload = select_file(context, CHINA)
    width, height = upload.image.size
    part = crop_query(context, sides(0.25, 0.5, 0.75, 1), upload)
    assert part.row is None
    box = (round(width / 4), round(height / 2), round(3 * width / 4), height)
    assert np.array_equal(part.image.open(), upload.image.open().crop(box))  # in full resolution
    assert (part.name, part.label) == (upload.name, "")
    assert address_id(part) == address_id(upload)
    found, whole = (context.library.answer(query, context.library.best).rows.tolist() for query in (part, upload))
    assert found != whole
    inner = crop_query(context, sides(0.5, 0, 1, 0.5), part)
    assert inner.region == (0.5, 0.5, 0.75, 0.75)  # of the whole image
    assert whole_query(context, inner) is whole_query(context, part) is upload
    assert whole_query(context, upload) is upload
    assert whole_query(context, None) is None


def test_a_region_of_a_gallery_image_keeps_its_label_and_does_not_find_itself(context):
    library = context.library
    for query, row in (
        (None, library.first_query().row),
        (library.query_from_id(library.gallery.table["image_id"][40]), 40),
    ):
        part = crop_query(context, sides(0.1, 0.1, 0.9, 0.95), query)
        image = read_image(library.gallery.table["path"][row])
        assert part.row is None
        assert part.image.size == pytest.approx((0.8 * image.width, 0.85 * image.height), abs=1)
        assert library.labels_of(part) == library.labels_of(library.query_from_id(address_id(part)))
        assert shown_label(context, part) == library.gallery.classes[row]
        assert row not in library.answer(part, library.best, 20).rows
        html = show_result(context, part, library.best, 5)
        assert "Query (part of an image)" in html
        assert 'data-crop="whole"' in html
        assert whole_query(context, part).row == row
    assert 'data-crop="whole"' not in show_result(context, None, library.best, 5)


@pytest.mark.parametrize(
    "hostile",
    [
        {}, sides(0.2, 0.2, 0.2, 0.8), sides(0.8, 0.2, 0.2, 0.8), sides(-0.1, 0, 1, 1), sides(0, 0, 1, 1.01),
        sides(0, 0, float("nan"), 1), sides(0, 0, float("inf"), 1), sides("0", 0, 1, 1), sides(None, 0, 1, 1),
        sides(0, 0, 0.019, 1), sides(0, 0, [1], 1), sides(0, 10**400, 1, 1),
    ],
)  # fmt: skip
def test_a_region_that_is_too_small_or_none_is_one_sentence(context, hostile):
    with pytest.raises(gr.Error, match=r"^'Mark a larger part of the image: at least 8 px and 2 % of its width"):
        crop_query(context, hostile, None)


def test_the_smallest_region(context):
    query = Query("x", image=QueryImage(read_image(CHINA).resize((100, 1000))))
    assert crop_query(context, sides(0.3, 0.41, 0.38, 0.43), query).image.size == (8, 20)
    for too_small in (sides(0.3, 0.41, 0.37, 0.43), sides(0.3, 0.41, 0.38, 0.429)):
        with pytest.raises(gr.Error):
            crop_query(context, too_small, query)
    part = crop_query(context, sides(0.3, 0.3, 0.5, 0.5), query)
    with pytest.raises(gr.Error):
        crop_query(context, sides(0, 0, 0.3, 0.5), part)  # 6 px
