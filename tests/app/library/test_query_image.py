"""The images of all visitors within one limit of memory."""

import gc
import io

import pytest
from PIL import Image

from app.library import query_image as module
from app.library.query import Query
from app.library.query_image import QueryImage
from trainer.core.errors import UserError

ONE = 4 * 100 * 50


@pytest.fixture(autouse=True)
def room_for_three(monkeypatch):
    monkeypatch.setattr(module, "LIMIT_BYTES", 3 * ONE)
    monkeypatch.setattr(module, "_KEPT", module._KeptImages())


def uploaded(colour="red"):
    return QueryImage(Image.new("RGB", (100, 50), colour))


def is_kept(image):
    return bool(image.n_bytes)


def test_the_images_that_were_used_last_are_kept():
    images = [uploaded() for _ in range(3)]
    images[0].open()
    images.append(uploaded())
    assert [is_kept(image) for image in images] == [True, False, True, True]
    with pytest.raises(UserError, match="no longer kept") as found:
        images[1].open()
    assert found.value.key == "image_dropped"


def test_its_thumbnail_and_size_stay():
    images = [uploaded("blue") for _ in range(5)]
    assert not is_kept(images[0])
    assert images[0].size == (100, 50)
    thumbnail = Image.open(io.BytesIO(images[0].thumbnail))
    assert thumbnail.size == (100, 50)
    assert thumbnail.getpixel((5, 5))[2] > 200


def test_an_image_that_is_gone_takes_no_room():
    first = uploaded()
    for _ in range(50):
        uploaded()
        gc.collect()
    assert is_kept(first)


def test_one_image_beyond_the_limit_is_kept():
    assert is_kept(QueryImage(Image.new("RGB", (1000, 1000))))


def test_a_dropped_query_still_has_its_neighbours(library):
    """By the features that were computed; another backbone, or a region, needs the image again."""
    query = Query("mine", image=uploaded())
    before = library.answer(query, "atlas", 5).rows.tolist()
    query.image.drop()
    assert library.answer(query, "atlas", 5).rows.tolist() == before
    with pytest.raises(UserError, match="upload it again"):
        library.answer(query, "pca-lite0", 5)
