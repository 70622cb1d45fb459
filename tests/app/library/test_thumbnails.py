"""Small copies, made once and named by content."""

import shutil

import pytest
from PIL import Image

from app.library import thumbnails
from app.library.examples import EXAMPLES
from app.library.thumbnails import SIZE_PX, make_thumbnails, small_copy
from trainer.core.data.gallery import open_gallery


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
    assert make_thumbnails(photographs) == made
    made[1].unlink()
    with pytest.raises(AssertionError):  # the guard works
        make_thumbnails(photographs)


def test_half_a_file_never_stays(photographs, monkeypatch):
    def break_down(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(Image.Image, "save", break_down)
    with pytest.raises(KeyboardInterrupt):
        make_thumbnails(photographs)
    folder = thumbnails.cache_dir() / "thumbnails"
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
