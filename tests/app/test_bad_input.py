"""Whatever is uploaded: an answer, or one clear sentence that names no path of the server."""

import io

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from app.components import cards
from app.context import Context
from app.library.examples import EXAMPLES
from app.query_bar import select_file
from app.tabs import search as search_tab
from app.translator import Translator
from tests.trainer.core.data.test_images import png_header
from trainer.core.data.images import FORMAT_ADVICE

T = Translator("en")
CHINA = EXAMPLES["china.jpg"]


def saved(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def small_china():
    image = Image.open(CHINA)
    image.thumbnail((200, 200))
    return image


def sixteen_bit():
    grey = np.asarray(small_china().convert("L"), np.uint16) * 257
    return saved(Image.fromarray(grey), "PNG")


def exif_rotated():
    exif = Image.Exif()
    exif[0x0112] = 6
    return saved(small_china().rotate(90, expand=True), "JPEG", exif=exif, quality=95)


def transparent_palette():
    palette = small_china().convert("P", palette=Image.Palette.ADAPTIVE)
    return saved(palette, "PNG", transparency=0)


BAD = {
    "text.jpg": (lambda: b"no image", "a file of another kind"),
    "page.svg": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>", "a file of another kind"),
    "empty.png": (lambda: b"", "an empty file (0 bytes)"),
    "truncated.jpg": (lambda: CHINA.read_bytes()[:20_000], "damaged or cut short"),
    "bomb.png": (lambda: png_header(60_000, 60_000), "make it smaller"),
    "large.png": (lambda: png_header(12_000, 12_000), "12000 x 12000 px"),
    "header.png": (lambda: b"\x89PNG\r\n\x1a\n", "expected an image"),
}
GOOD = {
    "animated.gif": lambda: saved(
        small_china().convert("P"), "GIF", save_all=True, append_images=[Image.new("P", small_china().size)]
    ),
    "cmyk.jpg": lambda: saved(small_china().convert("CMYK"), "JPEG"),
    "sixteen.png": sixteen_bit,
    "palette.png": transparent_palette,
    "rotated.jpg": exif_rotated,
    "dot.png": lambda: saved(Image.new("RGB", (1, 1), "red"), "PNG"),
    "line.png": lambda: saved(Image.new("RGB", (3000, 1)), "PNG"),
    "no-suffix": lambda: saved(small_china(), "WEBP"),
}


def given(tmp_path, name, content):
    path = tmp_path / "upload-3f2a" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_one_sentence(library, tmp_path, name):
    content, said = BAD[name]
    path = given(tmp_path, name, content())
    handlers = [
        lambda: select_file(Context(library, T), str(path)),
        lambda: search_tab.search(Context(library, T), str(path), library.best, 5),
    ]
    for handler in handlers:
        with pytest.raises(gr.Error) as error:
            handler()
        message = error.value.message
        assert said in message
        assert message.endswith((f"{FORMAT_ADVICE}.", "try again.", "download it again."))
        assert len(message.splitlines()) == 1
        assert len(message) < 300
        assert str(tmp_path) not in message
        assert "/" not in message
        assert not error.value.print_exception  # a user's mistake fills no log


def test_a_file_that_is_gone_is_one_sentence(library, tmp_path):
    with pytest.raises(gr.Error) as error:
        select_file(Context(library, T), str(tmp_path / "gone.jpg"))
    assert "gone.jpg" in error.value.message
    assert str(tmp_path) not in error.value.message


@pytest.mark.parametrize("name", GOOD)
def test_an_unusual_image_is_answered(library, tmp_path, name):
    path = given(tmp_path, name, GOOD[name]())
    query = select_file(Context(library, T), str(path))
    html = search_tab.show_result(Context(library, T), query, library.best, 5)
    assert query.image.open().mode == "RGB"
    assert html.count('class="card"') == 5
    found = search_tab.search(Context(library, T), str(path), library.best, 5)
    assert [row["rank"] for row in found] == [1, 2, 3, 4, 5]
    assert all(-1 <= row["similarity"] <= 1 for row in found)
    assert "data:image/jpeg;base64," in cards.query_card(Context(library, T), query)


@pytest.mark.parametrize(("name", "least"), [("animated.gif", 0.8), ("cmyk.jpg", 0.9), ("rotated.jpg", 0.9)])
def test_the_same_image_in_another_guise_gives_nearly_the_same_embedding(library, tmp_path, name, least):
    entry = library.checkpoints[library.best]
    guise = library.query_from_file(given(tmp_path, name, GOOD[name]()))
    plain = library.query_from_file(given(tmp_path / "plain", "plain.png", saved(small_china(), "PNG")))
    assert (entry.embed(guise) @ entry.embed(plain).T).item() > least
