"""Images of every kind, whole and broken."""

import io
import resource
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from trainer.core.data.images import ImageAccessError, ImageError, check_image, read_image

ROOT = Path(__file__).parents[4]


def encoded(image, kind="PNG", **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def png_header(width, height):
    """A PNG file of this size that holds next to no pixels."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def noise(width=64, height=48):
    return Image.fromarray(np.random.default_rng(0).integers(0, 255, (height, width, 3), np.uint8))


BROKEN = {
    "text.jpg": (b"this is no image", "another kind"),
    "empty.png": (b"", "0 bytes"),
    "short.jpg": (encoded(noise(), "JPEG")[:600], "damaged or cut short"),
    "short.png": (encoded(noise())[:600], "damaged or cut short"),
    "huge.png": (png_header(12_000, 12_000), "50 million pixels"),
    "bomb.png": (png_header(60_000, 60_000), "more pixels than accepted"),
    "page.eps": (encoded(noise(), "EPS"), "another kind"),  # Pillow would start Ghostscript
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_named_in_one_sentence(name, tmp_path):
    data, reason = BROKEN[name]
    (tmp_path / name).write_bytes(data)
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    with pytest.raises(ImageError) as error:
        read_image(tmp_path / name)
    assert time.perf_counter() - start < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000  # kB: nothing is decompressed
    message = str(error.value)
    assert message.startswith(f"{name}: ")
    assert reason in message
    assert message.endswith(".")
    assert not any(leak in message for leak in ("\n", str(tmp_path), "BytesIO", "Traceback"))


def test_broken_bytes_and_missing_files_are_told_too(tmp_path):
    with pytest.raises(ImageError, match=r"^the image: expected an image, found a file of another kind"):
        read_image(b"no image")
    with pytest.raises(ImageError, match=r"^gone\.jpg: .*cannot be read"):
        read_image(tmp_path / "gone.jpg")


def test_a_whole_image_comes_back_the_same(tmp_path):
    noise().save(tmp_path / "a.png")
    for source in (tmp_path / "a.png", str(tmp_path / "a.png"), (tmp_path / "a.png").read_bytes()):
        assert (np.asarray(read_image(source)) == np.asarray(noise())).all()


def test_first_frame_of_an_animation():
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    image = read_image(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert image.mode == "RGB"
    assert image.getpixel((4, 4)) == (255, 0, 0)


def test_cmyk_becomes_its_colour():
    red, green, blue = read_image(encoded(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG")).getpixel((4, 4))
    assert red > 200
    assert max(green, blue) < 60


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_16_bit_grey_is_scaled_not_clipped(kind):
    ramp = np.linspace(0, 65535, 256).astype(np.uint16)
    pixels = np.asarray(read_image(encoded(Image.fromarray(np.tile(ramp, (4, 1))), kind)))
    assert pixels.shape == (4, 256, 3)
    assert np.abs(pixels[0, :, 0].astype(int) - np.arange(256)).max() <= 1


def test_transparency_lies_over_white():
    palette = Image.new("P", (8, 8), 0)
    palette.putpalette([0, 0, 0, 255, 0, 0])
    palette.putpixel((1, 1), 1)
    image = read_image(encoded(palette, transparency=0))
    assert image.getpixel((5, 5)) == (255, 255, 255)
    assert image.getpixel((1, 1)) == (255, 0, 0)
    half = read_image(encoded(Image.new("RGBA", (4, 4), (0, 0, 0, 128)))).getpixel((0, 0))
    assert half == pytest.approx((127, 127, 127), abs=1)


def test_exif_rotation_is_applied():
    image = Image.new("RGB", (40, 20), "blue")
    image.paste("red", (0, 0, 20, 20))
    exif = Image.Exif()
    exif[0x0112] = 6  # held turned: its left side is up
    upright = read_image(encoded(image, "JPEG", exif=exif, quality=95))
    assert upright.size == (20, 40)
    assert upright.getpixel((10, 5))[0] > 200
    assert upright.getpixel((10, 35))[2] > 200


def test_damaged_exif_does_no_harm():
    for exif in (b"Exif\0\0garbage", b"Exif\0\0II*\0\x08\0\0\0\xff\xff\x12\x01"):
        assert read_image(encoded(Image.new("RGB", (8, 8)), "JPEG", exif=exif)).size == (8, 8)


def test_a_single_pixel():
    assert read_image(encoded(Image.new("L", (1, 1), 7))).getpixel((0, 0)) == (7, 7, 7)


@pytest.mark.parametrize("name", BROKEN)
def test_a_quick_look_finds_the_same_damage(name):
    with pytest.raises(ImageError) as full:
        read_image(BROKEN[name][0])
    with pytest.raises(ImageError) as quick:
        read_image(BROKEN[name][0], shorter_px=1)
    assert str(quick.value) == str(full.value)


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_quick_look_takes_whole_images_and_refuses_any_cut(mode):
    content = encoded(noise(400, 300).convert(mode), "JPEG")
    assert read_image(content, shorter_px=1).mode == "RGB"
    for share in (0.3, 0.6, 0.95):
        with pytest.raises(ImageError, match="damaged or cut short"):
            read_image(content[: int(share * len(content))], shorter_px=1)


RAMP = np.linspace(0, 1, 64 * 64, dtype=np.float32).reshape(64, 64)


def mean(image):
    return float(np.asarray(read_image(image)).mean())


@pytest.mark.parametrize("top", [0.5, 1, 255, 65535])
def test_floats_stand_for_the_range_that_holds_them(top):
    content = encoded(Image.fromarray(RAMP * np.float32(top)), "TIFF")
    expected = 255 * (top if top <= 1 else 1) / 2
    assert mean(content) == pytest.approx(expected, abs=0.5)
    assert not check_image(content)


def test_floats_that_are_no_numbers_do_no_harm():
    pixels = RAMP.copy()
    pixels[0, :3] = np.nan, np.inf, -np.inf
    image = np.asarray(read_image(encoded(Image.fromarray(pixels), "TIFF")))[:, :, 0]
    assert image[0, :3].tolist() == [0, 255, 0]
    assert image[-1, -1] == 255


@pytest.mark.parametrize("pixels", [RAMP * 2 - 1, RAMP * 1e6, (RAMP * 2**20).astype(np.int32)])
def test_greys_of_no_known_range_are_refused(pixels):
    with pytest.raises(ImageError, match=r"expected grey values in 0\.\.1, 0\.\.255 or 0\.\.65535, found .*; rescale"):
        read_image(encoded(Image.fromarray(pixels), "TIFF"))


def rgb_png_of_16_bits(pixels):
    """Pillow writes none: (H, W, 3) uint16."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "RGB"])
@pytest.mark.parametrize(("top", "dark"), [(4095, True), (4096, False), (65535, False)])
def test_12_bits_in_16_are_read_as_they_are_and_noticed(kind, top, dark):
    pixels = np.round(RAMP * top).astype(np.uint16)
    content = (
        rgb_png_of_16_bits(np.stack([pixels] * 3, axis=2)) if kind == "RGB" else encoded(Image.fromarray(pixels), kind)
    )
    assert check_image(content) is dark
    assert mean(content) == pytest.approx(255 * top / 65535 / 2, abs=0.6)


def test_8_bit_images_are_never_called_dark():
    for image in (Image.new("RGB", (8, 8), (3, 2, 1)), Image.new("L", (8, 8), 3), Image.new("1", (8, 8))):
        assert check_image(encoded(image)) is False


def test_what_cannot_be_read_now_is_told_from_damage(tmp_path):
    with pytest.raises(ImageAccessError, match=r"^gone\.jpg: expected an image, but the file cannot be read"):
        read_image(tmp_path / "gone.jpg")
    with pytest.raises(ImageError) as damaged:
        read_image(BROKEN["short.png"][0])
    assert not isinstance(damaged.value, ImageAccessError)


def test_want_of_memory_is_no_damage(tmp_path):
    """In a process that may not have the 108 MB that the image takes."""
    Image.new("RGB", (6000, 6000)).save(tmp_path / "large.png")
    program = f"""
import resource
from trainer.core.data.images import ImageAccessError, read_image
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 60_000_000,) * 2)
try:
    read_image({str(tmp_path / "large.png")!r})
except ImageAccessError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "large.png: not enough memory to read it; close other programs and try again.\n", done.stderr


def tiff(pixels, sample_format):
    """Bytes of a TIFF of (H, W, 3) pixels, which Pillow cannot write for floats."""
    height, width, channels = pixels.shape
    data, bits = pixels.tobytes(), 8 * pixels.itemsize
    tags = [
        (256, 3, 1, width), (257, 3, 1, height), (258, 3, channels, 134), (259, 3, 1, 1), (262, 3, 1, 2),
        (273, 4, 1, 146), (277, 3, 1, channels), (278, 3, 1, height), (279, 4, 1, len(data)), (339, 3, channels, 140),
    ]  # fmt: skip
    directory = struct.pack("<2sHIH", b"II", 42, 8, len(tags)) + b"".join(struct.pack("<HHII", *tag) for tag in tags)
    return directory + struct.pack("<I6H", 0, *[bits] * 3, *[sample_format] * 3) + data


def test_tiffs_of_pixels_that_are_not_read_have_a_reason_of_their_own():
    pixels = np.full((4, 4, 3), 100, np.uint8)
    assert np.asarray(read_image(tiff(pixels, 1))).tolist() == pixels.tolist()
    with pytest.raises(ImageError, match="found one of 3 x 32-bit float pixels; save it with 8 or 16 bits a channel"):
        read_image(tiff(pixels.astype("<f4") / 255, 3))
    with pytest.raises(ImageError, match="found one with a damaged header"):
        read_image(tiff(pixels, 1)[:60])


@pytest.mark.parametrize(
    ("size", "sides", "expected"),
    [
        ((2000, 1500), {"shorter_px": 448}, (1000, 750)),
        ((2000, 1500), {"shorter_px": 750}, (1000, 750)),
        ((2000, 1500), {"shorter_px": 751}, (2000, 1500)),
        ((1500, 2000), {"longer_px": 800}, (750, 1000)),
        ((4000, 100), {"longer_px": 800}, (1000, 25)),
        ((300, 200), {"shorter_px": 448}, (300, 200)),
        ((2000, 1500), {}, (2000, 1500)),
    ],
)
def test_a_large_jpeg_is_decoded_at_a_reduced_size_that_is_enough(size, sides, expected):
    jpeg = encoded(noise(*size), "JPEG")
    assert read_image(jpeg, **sides).size == expected
    if expected == size:
        assert read_image(jpeg, **sides).tobytes() == read_image(jpeg).tobytes()
    assert read_image(encoded(noise(640, 480)), **sides).size == (640, 480)  # a PNG has no reduced size
