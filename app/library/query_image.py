"""The images of all visitors' queries, kept in memory within one limit.

image = QueryImage(pixels)
image.open()             # the pixels; UserError if newer images took their place
image.thumbnail          # JPEG of at most 256 px, which is always kept
"""

import io
import threading
import weakref
from collections import OrderedDict
from itertools import count

from PIL import Image

from app.library.thumbnails import small_copy
from trainer.core.errors import UserError

_numbers = count()
LIMIT_BYTES = 200_000_000  # of the pixels of all images; about 30 of the largest ones


class QueryImage:
    """`size`: width and height in pixels."""

    def __init__(self, pixels: Image.Image) -> None:
        self.number = next(_numbers)
        self.size = pixels.size
        self._pixels: Image.Image | None = pixels
        buffer = io.BytesIO()
        small_copy(pixels).save(buffer, "JPEG", quality=82)
        self.thumbnail = buffer.getvalue()
        _KEPT.add(self)

    @property
    def n_bytes(self) -> int:
        """Pillow stores four bytes for each pixel in RGB."""
        return 4 * self.size[0] * self.size[1] if self._pixels else 0

    def open(self) -> Image.Image:
        """Raises UserError if the pixels were dropped."""
        pixels = self._pixels
        if pixels is None:
            raise UserError(
                "Your image is no longer kept, because many others were uploaded since; upload it again.",
                key="image_dropped",
            )
        _KEPT.use(self)
        return pixels

    def drop(self) -> None:
        self._pixels = None


class _KeptImages:
    """Drops the pixels that were not used for the longest time."""

    def __init__(self) -> None:
        self._images: OrderedDict[int, weakref.ref[QueryImage]] = OrderedDict()  # the last used at the end
        self._lock = threading.Lock()

    def add(self, image: QueryImage) -> None:
        with self._lock:
            self._images[image.number] = weakref.ref(image)
            kept = {number: one for number, reference in self._images.items() if (one := reference()) and one.n_bytes}
            excess = sum(one.n_bytes for one in kept.values()) - LIMIT_BYTES
            for number in list(kept)[:-1]:
                if excess <= 0:
                    break
                excess -= kept[number].n_bytes
                kept.pop(number).drop()
            self._images = OrderedDict((number, weakref.ref(one)) for number, one in kept.items())

    def use(self, image: QueryImage) -> None:
        with self._lock:
            if image.number in self._images:
                self._images.move_to_end(image.number)


_KEPT = _KeptImages()
