"""Decodes image files of any supported format to upright RGB.

image = read_image("photo.jpg")        # PIL.Image, mode RGB, rotated by its EXIF data, transparency over white
"""

import io
import os
import warnings
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, TiffImagePlugin, UnidentifiedImageError

from trainer.core.data.png import has_all_rows
from trainer.core.errors import UserError

SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".webp", ".gif", ".bmp", ".dib", ".tif", ".tiff"}
)
MAX_PIXELS = 50_000_000
FORMAT_ADVICE = "use a JPEG, PNG, WebP, GIF, BMP or TIFF image"

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")  # Pillow opens more, some through outside programs


class ImageError(UserError):
    """A file that cannot be read as an image."""


class ImageAccessError(ImageError):
    """A file that cannot be read now, for lack of permission or memory; its content is unknown."""


def read_image(
    source: str | os.PathLike | bytes, shorter_px: int | None = None, longer_px: int | None = None
) -> Image.Image:
    """A file, or its bytes, as upright RGB; the first of several frames.

    16-bit grey values have the range 0..65535; floats the smallest of 0..1, 0..255 and 0..65535 that holds all values.

    `shorter_px`, `longer_px`: a JPEG is decoded at a half, a quarter or an eighth of its size if its shorter or longer
    side then still has at least that many pixels. That takes less time, and all bytes are read, so that damage is
    found. Images of other formats are not affected.

    Raises ImageError for anything but a complete image of at most MAX_PIXELS, and its subclass ImageAccessError if the
    file cannot be read or memory is missing.
    """
    name = "the image" if isinstance(source, bytes) else Path(source).name
    try:
        data = source if isinstance(source, bytes) else Path(source).read_bytes()
    except OSError as error:
        raise ImageAccessError(
            f"{name}: expected an image, but the file cannot be read ({error.strerror}).",
            key="image_unreadable",
            name=name,
        ) from error
    return _decoded(data, name, shorter_px, longer_px)[0]


def check_image(data: bytes) -> bool:
    """Whether a 16-bit or float image uses less than a sixteenth of its range and so looks black, as 12-bit values in
    a 16-bit file do.

    Raises ImageError as `read_image` does.
    """
    return _decoded(data, "the image", shorter_px=1)[1]


def _decoded(
    data: bytes, name: str, shorter_px: int | None = None, longer_px: int | None = None
) -> tuple[Image.Image, bool]:
    """The image as upright RGB, and the result of `check_image`."""
    _configure_pillow()
    if not data:
        raise ImageError(
            f"{name}: expected an image, found an empty file (0 bytes); {FORMAT_ADVICE}.", key="image_empty", name=name
        )
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise ImageError(
                    f"{name}: {image.width} x {image.height} px is more than the {MAX_PIXELS // 1_000_000} million"
                    " pixels accepted; make it smaller and try again.",
                    key="image_too_large",
                    name=name,
                    width=image.width,
                    height=image.height,
                    limit=MAX_PIXELS,
                )
            if shorter_px:
                image.draft("RGB", (shorter_px, shorter_px))
            if longer_px:
                width, height = (-(-longer_px * side // max(image.size)) for side in image.size)
                image.draft("RGB", (width, height))
            sixteen_bits = any(";16" in str(tile[3]) for tile in image.tile)  # Pillow reduces colours to 8 bits
            upright = ImageOps.exif_transpose(image)
            if image.format == "PNG" and _ends_black(image) and not has_all_rows(data):
                raise ValueError("rows are missing")
            if upright.mode.startswith("I") or upright.mode == "F":
                return _grey_as_rgb(upright, name)
            return _as_rgb(upright), sixteen_bits and int(np.asarray(upright.convert("RGB")).max()) < 16
    except ImageError:
        raise
    except UnidentifiedImageError as error:
        kind = _kind_of_tiff(data)
        if kind:
            raise ImageError(
                f"{name}: expected a TIFF of a kind that can be read, found {kind}; save it with 8 or 16 bits a"
                " channel.",
                key="image_tiff_kind",
                name=name,
            ) from error
        raise ImageError(
            f"{name}: expected an image, found a file of another kind; {FORMAT_ADVICE}.",
            key="image_other_kind",
            name=name,
        ) from error
    except MemoryError as error:
        raise ImageAccessError(
            f"{name}: not enough memory to read it; close other programs and try again.", key="image_memory", name=name
        ) from error
    except Image.DecompressionBombError as error:
        raise ImageError(
            f"{name}: more pixels than accepted; make it smaller and try again.", key="image_too_many_pixels", name=name
        ) from error
    except Exception as error:  # decoders raise OSError, SyntaxError, struct.error, ... for damaged files
        raise ImageError(
            f"{name}: the image is damaged or cut short ({error}); save or download it again.",
            key="image_damaged",
            name=name,
        ) from error


def _ends_black(image: Image.Image) -> bool:
    """Whether the last row is zero, as where rows are missing."""
    return not np.asarray(image.crop((0, image.height - 1, image.width, image.height))).any()


@cache
def _configure_pillow() -> None:
    """Settings of the whole process, made when the first image is decoded.

    Pillow warns about images above its own limit, so it must lie above MAX_PIXELS, which `_decoded` checks first. What
    else Pillow warns about is refused by `_decoded` or harmless, such as damaged EXIF data.
    """
    Image.MAX_IMAGE_PIXELS = 2 * MAX_PIXELS
    warnings.filterwarnings("ignore", module=r"PIL\.")


def _kind_of_tiff(data: bytes) -> str:
    """The pixel type of a TIFF that Pillow cannot open, such as `3 x 32-bit float`; "" for any other file."""
    if not data.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")):
        return ""
    try:
        tags = TiffImagePlugin.ImageFileDirectory_v2(data[:16] if data[2:3] == b"+" or data[3:4] == b"+" else data[:8])
        file = io.BytesIO(data)
        file.seek(tags.next)
        tags.load(file)
        bits = tags[TiffImagePlugin.BITSPERSAMPLE]
        number = {2: "signed integer", 3: "float"}.get(tags.get(TiffImagePlugin.SAMPLEFORMAT, (1,))[0], "integer")
        return f"one of {len(bits)} x {bits[0]}-bit {number} pixels"
    except Exception:  # a damaged header raises errors of many kinds
        return "one with a damaged header or unknown pixels"


def _grey_as_rgb(image: Image.Image, name: str) -> tuple[Image.Image, bool]:
    """An image of 16-bit, 32-bit or float grey values, which Pillow would clip, and the result of `check_image`."""
    grey = np.asarray(image, np.float32)
    finite = grey[np.isfinite(grey)]
    low, high = float(finite.min(initial=0)), float(finite.max(initial=0))
    if high > 65535 or low < -0.01 * high:
        raise ImageError(
            f"{name}: expected grey values in 0..1, 0..255 or 0..65535, found {low:.6g} to {high:.6g}; rescale them.",
            key="image_grey_range",
            name=name,
            low=low,
            high=high,
        )
    top = 65535 if image.mode.startswith("I;16") or high > 255 else 1 if image.mode == "F" and high <= 1 else 255
    grey = np.nan_to_num(grey, nan=0, posinf=top, neginf=0).clip(0, top)
    eight_bits = Image.fromarray((grey * (255 / top)).round().astype(np.uint8))
    return eight_bits.convert("RGB"), 0 < high < top / 16


def _as_rgb(image: Image.Image) -> Image.Image:
    if image.has_transparency_data:
        image = image.convert("RGBA")
        page = Image.new("RGBA", image.size, "white")
        page.alpha_composite(image)
        return page.convert("RGB")
    return image.convert("RGB")
