"""PNG files whose compressed data end before the last row."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from trainer.core.data.images import ImageError, read_image
from trainer.core.data.png import has_all_rows


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width, height, rows, colour_type=0, bits=8, interlaced=0):
    """A file with the data of some rows of a black image."""
    header = struct.pack(">IIBBBBB", width, height, bits, colour_type, 0, 0, interlaced)
    data = zlib.compress(bytes((1 + width * {0: 1, 2: 3}[colour_type] * bits // 8) * rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def saved(image, **options):
    file = io.BytesIO()
    image.save(file, "PNG", **options)
    return file.getvalue()


@pytest.mark.parametrize(("width", "height", "rows"), [(1, 50_000_000, 1_000), (1, 40_000_000, 39_999_999), (9, 7, 6)])
def test_missing_rows_are_refused(width, height, rows):
    with pytest.raises(ImageError, match="damaged or cut short"):
        read_image(png(width, height, rows))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_whole_black_images_are_read(mode):
    file = saved(Image.new(mode, (37, 23)))
    assert has_all_rows(file)
    assert read_image(file).size == (37, 23)


def test_interlaced_images():
    """Adam7 by hand: a black image of 5 x 3 px has six passes with rows."""
    passes = [(1, 1), (1, 1), (1, 1), (3, 1), (2, 2), (5, 1)]
    whole = b"".join(bytes((1 + width) * height) for width, height in passes)
    header = struct.pack(">IIBBBBB", 5, 3, 8, 0, 0, 0, 1)

    def file(data):
        start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
        return start + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")

    assert has_all_rows(file(whole))
    assert not has_all_rows(file(whole[:-1]))


def test_pixels_are_those_of_the_file():
    pixels = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    pixels[-1] = 0
    assert (np.asarray(read_image(saved(Image.fromarray(pixels)))) == pixels).all()
