"""Whether a PNG file has the data of all its rows. Pillow shows missing rows as black if the data end without error."""

import zlib
from collections.abc import Iterator

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type
# The passes of an interlaced image: first x and y, steps in x and y.
ADAM7 = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)  # x, y, steps


def has_all_rows(data: bytes) -> bool:
    """`data`: a PNG file that Pillow can decode. Decompresses its first image, in little memory."""
    wanted, inflate, found = _decompressed_size(data), zlib.decompressobj(), 0
    for chunk in _image_data(data):
        rest = chunk
        while rest and found < wanted:
            found += len(inflate.decompress(rest, 1 << 20))
            rest = inflate.unconsumed_tail
    return found >= wanted


def _decompressed_size(data: bytes) -> int:
    """Bytes of all rows with their filter bytes, of each pass of an interlaced image (PNG specification, 9.2)."""
    width, height = int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
    bits = data[24] * CHANNELS[data[25]]
    passes = ADAM7 if data[28] else ((0, 0, 1, 1),)
    sizes = [(-(-(width - x) // step_x), -(-(height - y) // step_y)) for x, y, step_x, step_y in passes]
    return sum(h * (1 + -(-w * bits // 8)) for w, h in sizes if w > 0 and h > 0)


def _image_data(data: bytes) -> Iterator[bytes]:
    """The content of each IDAT chunk."""
    position = 8
    while position < len(data):
        length, kind = int.from_bytes(data[position : position + 4]), data[position + 4 : position + 8]
        if kind == b"IEND":
            return
        if kind == b"IDAT":
            yield data[position + 8 : position + 8 + length]
        position += 12 + length
