"""Small copies, made once and named by content."""

import shutil
from pathlib import Path

import pytest
from PIL import Image

from app.library import thumbnails
from app.library.examples import EXAMPLES
from app.library.thumbnails import SIZE_PX, make_thumbnails, small_copy
from trainer.core import cache
from trainer.core.cache import cache_dir
from trainer.core.data.gallery import open_gallery
from trainer.core.data.images import ImageError


def refuse(*_):
    raise AssertionError("made again")


@pytest.fixture
def photographs(tmp_path, monkeypatch):
    """A gallery of large images, one of them turned by its EXIF, one of them twice; with a cache of its own."""
    monkeypatch.setenv("GUIE_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "mine" / "landmarks"
    folder.mkdir(parents=True)
    china = Image.open(EXAMPLES["china.jpg"])
    china.save(folder / "a.png")
    exif = Image.Exif()
    exif[0x0112] = 6
    china.save(folder / "b.jpg", exif=exif)
    shutil.copy(folder / "a.png", folder / "c.png")
    return open_gallery(str(folder.parent))


def test_they_are_small_upright_and_in_row_order(photographs):
    made = make_thumbnails(photographs)
    assert len(made) == 3
    sizes = [Image.open(path).size for path in made]
    assert sizes == [(256, 171), (171, 256), (256, 171)]
    assert made[0] == made[2]  # named by content
    assert {Image.open(path).format for path in made} == {"WEBP"}
    assert all(path.stat().st_size < 30_000 for path in made)


def test_they_are_made_once(photographs, monkeypatch):
    made = make_thumbnails(photographs)
    monkeypatch.setattr(thumbnails, "write_thumbnail", refuse)
    assert list(make_thumbnails(photographs)) == list(made)
    made[1].unlink()
    with pytest.raises(AssertionError):  # the guard works
        make_thumbnails(photographs)


def test_half_a_file_never_stays(photographs, monkeypatch):
    def break_down(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(Image.Image, "save", break_down)
    with pytest.raises(KeyboardInterrupt):
        make_thumbnails(photographs)
    folder = cache_dir() / "thumbnails"
    assert folder.is_dir()
    assert list(folder.iterdir()) == []


def test_the_sample_needs_none(monkeypatch):
    monkeypatch.setattr(thumbnails, "write_thumbnail", refuse)
    sample = open_gallery("sample")
    assert [str(path) for path in make_thumbnails(sample)] == sample.table["path"].tolist()


@pytest.mark.parametrize(
    ("size", "expected"), [((1000, 500), (SIZE_PX, 128)), ((20, 10), (20, 10)), ((3000, 1), (SIZE_PX, 1))]
)
def test_a_small_copy_keeps_the_proportions_and_the_original(size, expected):
    image = Image.new("RGB", size)
    assert small_copy(image).size == expected
    assert image.size == size


@pytest.mark.parametrize("damage", ["missing", "cut short", "of another kind", "no folder"])
def test_a_damaged_thumbnail_is_made_again(photographs, damage):
    made = make_thumbnails(photographs)
    path = made[0]
    whole = path.read_bytes()
    if damage == "missing":
        path.unlink()
    elif damage == "no folder":
        shutil.rmtree(path.parent)
    else:
        path.write_bytes(whole[: len(whole) // 2] if damage == "cut short" else b"GIF89a" + whole)
    assert made[0].read_bytes() == whole
    assert len(made[:2]) == 2


def test_an_image_of_the_gallery_that_is_gone_is_one_sentence(photographs):
    made = make_thumbnails(photographs)
    made[1].unlink()
    Path(photographs.table["path"].iloc[1]).unlink()
    with pytest.raises(ImageError):
        made[1]


def test_without_a_cache_they_are_in_a_temporary_folder(photographs, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("GUIE_CACHE", str(tmp_path / "file" / "cache"))
    monkeypatch.setattr(cache, "_unwritable", {})
    made = make_thumbnails(photographs)
    assert Image.open(made[0]).size == (256, 171)
    assert not made[0].is_relative_to(tmp_path)
