"""Pictures from anywhere, made into what a backbone takes: upright RGB.

image = read_image("photo.jpg")        # PIL.Image, mode RGB, turned by its EXIF, transparency over white
"""

import io
import os
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from trainer.core.errors import UserError

SUFFIXES = frozenset({".jpg", ".jpeg", ".jfif", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"})
MAX_PIXELS = 50_000_000
WANTED = "use a JPEG, PNG, WebP, GIF, BMP or TIFF picture"

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")  # Pillow opens more, some through outside programs

# Our own limit below answers first; without this Pillow warns about legal pictures at half of its own.
Image.MAX_IMAGE_PIXELS = 2 * MAX_PIXELS
# What Pillow warns of is either refused below or does no harm, such as damaged EXIF data.
warnings.filterwarnings("ignore", module=r"PIL\.")


class ImageError(UserError):
    """A file that cannot be read as a picture."""


def read_image(source: str | os.PathLike | bytes, quick: bool = False) -> Image.Image:
    """A file, or its bytes, as upright RGB; the first frame where there are several.

    `quick` decodes a JPEG at an eighth of its size, in less than half the time: all its bytes are still read, so it
    tells a whole picture from a damaged one.

    Raises ImageError for anything that is no whole picture of at most MAX_PIXELS.
    """
    name = "the picture" if isinstance(source, bytes) else Path(source).name
    try:
        data = source if isinstance(source, bytes) else Path(source).read_bytes()
    except OSError as error:
        raise ImageError(f"{name}: expected a picture, but the file cannot be read ({error.strerror}).") from error
    if not data:
        raise ImageError(f"{name}: expected a picture, found an empty file (0 bytes); {WANTED}.")
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise ImageError(
                    f"{name}: {image.width} x {image.height} px is more than the {MAX_PIXELS // 1_000_000} million"
                    " pixels accepted; make it smaller and try again."
                )
            if quick:
                image.draft("RGB", (1, 1))
            return _as_rgb(ImageOps.exif_transpose(image))
    except ImageError:
        raise
    except UnidentifiedImageError as error:
        raise ImageError(f"{name}: expected a picture, found a file of another kind; {WANTED}.") from error
    except Image.DecompressionBombError as error:
        raise ImageError(f"{name}: more pixels than accepted; make it smaller and try again.") from error
    except Exception as error:  # decoders raise OSError, SyntaxError, struct.error, ... for damaged files
        raise ImageError(f"{name}: the picture is damaged or cut short ({error}); {WANTED}.") from error


def _as_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I") or image.mode == "F":  # 16-bit and float greys, which Pillow would clip
        grey = np.asarray(image, np.float32)
        top = 65535 if image.mode.startswith("I;16") or grey.max(initial=0) > 255 else 255
        return Image.fromarray((grey.clip(0, top) * (255 / top)).round().astype(np.uint8)).convert("RGB")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        page = Image.new("RGBA", image.size, "white")
        page.alpha_composite(image)
        return page.convert("RGB")
    return image.convert("RGB")
