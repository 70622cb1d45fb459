"""Near-duplicates and probable label errors of a gallery that has them."""

import re
import shutil

import pytest

from app.context import Context
from app.error_analysis.data_checks import duplicates, label_errors
from app.library.library import open_library
from app.translator import Translator

T = Translator("en")


@pytest.fixture(scope="module")
def spoilt(photos_with_copies, trained):
    return open_library(str(photos_with_copies), [str(trained)])


def test_copies_in_the_index_and_among_training_images_are_found(spoilt):
    html = duplicates(Context(spoilt, T))
    pairs = [re.findall(r'data-id="([^"]+)"', entry) for entry in re.findall(r"<li>(.*?)</li>", html)]
    assert {other for _, other in pairs} >= {"copy of 0.bmp", "copy of 7.bmp"}
    assert "(18 queries checked)" in html
    assert "query · index: cosine" in html
    assert "query · train: cosine" in html
    assert html == duplicates(Context(spoilt, T))  # read from the cache


def test_a_clean_gallery_has_no_duplicates_and_few_suspects(library):
    html = duplicates(Context(library, T))
    assert "0 pairs of a query and a nearly identical index image (162 queries checked)" in html
    assert "0 pairs of a query and a nearly identical training image (162 queries checked)" in html
    assert 'class="card"' not in html
    html = label_errors(Context(library, T))
    assert "5 of 721 images with a class are worth a second look, by atlas" in html
    assert html.count("<li>") == 5


def test_without_classes_there_are_no_label_errors(photos, trained, tmp_path):
    (tmp_path / "own" / "toys").mkdir(parents=True)
    shutil.copy(photos / "toys/amber/0.png", tmp_path / "own" / "toys")
    own = Context(open_library(str(tmp_path / "own"), [str(trained)]), T)
    assert T("no_labels") in label_errors(own)
    assert "0 pairs of a query and a nearly identical index image (1 query checked)" in duplicates(own)
    assert "training image" not in duplicates(own)
