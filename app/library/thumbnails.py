"""Thumbnails of the gallery's images: made once, named by content, and served at `thumbnails/KEY`.

thumbnails = make_thumbnails(gallery)         # one file per image
"""

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import overload

from PIL import Image

from app.library.examples import EXAMPLES
from trainer.core.cache import cache_file
from trainer.core.data.gallery import Gallery
from trainer.core.data.images import read_image
from trainer.core.data.sources import SAMPLE_DIR
from trainer.core.files import whole_file
from trainer.core.progress import Progress, terminal

SIZE_PX = 256
SMALL_BYTES = 25_000
THUMBNAIL_VERSION = 2  # raise it when `read_image` gives other pixels


class Thumbnails(Sequence[Path]):
    """A thumbnail file of each source file. One that is missing or cut short is made again when it is needed.

    An image whose thumbnail is the file itself is never written.
    """

    def __init__(self, sources: Sequence[Path], files: Sequence[Path]) -> None:
        self._sources, self._files = sources, files

    def __len__(self) -> int:
        return len(self._files)

    @overload
    def __getitem__(self, index: int) -> Path: ...
    @overload
    def __getitem__(self, index: slice) -> "Thumbnails": ...
    def __getitem__(self, index: int | slice) -> "Path | Thumbnails":
        """Raises ImageError or StorageError if the thumbnail is damaged and cannot be made again."""
        if isinstance(index, slice):
            return Thumbnails(self._sources[index], self._files[index])
        source, file = self._sources[index], self._files[index]
        if file != source and not _is_whole(file):
            write_thumbnail(source, file)
        return file

    def missing(self) -> list[tuple[Path, Path]]:
        """Source and thumbnail file of the images that have no thumbnail yet."""
        return [pair for pair in zip(self._sources, self._files, strict=True) if not os.path.isfile(pair[1])]


def make_thumbnails(gallery: Gallery, progress: Progress = terminal) -> Thumbnails:
    """The thumbnail file of each image, in row order. The images of the sample gallery are small enough themselves."""
    paths = [Path(path) for path in gallery.table["path"]]
    if all(path.is_relative_to(SAMPLE_DIR) for path in paths):
        return Thumbnails(paths, paths)
    thumbnails = Thumbnails(paths, [_file(content) for content in gallery.content])
    if missing := thumbnails.missing():
        with ThreadPoolExecutor() as pool:
            made = pool.map(lambda pair: write_thumbnail(*pair), missing)
            list(progress(made, total=len(missing), desc=f"thumbnails of {gallery.name}", unit="image"))
    return thumbnails


def example_thumbnails() -> Thumbnails:
    """The thumbnail file of each of EXAMPLES; small photographs are their own."""
    sources = list(EXAMPLES.values())
    return Thumbnails(
        sources, [path if path.stat().st_size <= SMALL_BYTES else _file(_sha256(path)) for path in sources]
    )


def _file(content: str) -> Path:
    """`content`: the SHA-256 of an image."""
    return cache_file("thumbnails", f"{content[:32]}-{THUMBNAIL_VERSION}.webp")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _is_whole(file: Path) -> bool:
    """Whether a WebP file exists and is as long as its header says."""
    try:
        with file.open("rb") as opened:
            header, size = opened.read(12), os.fstat(opened.fileno()).st_size
    except OSError:
        return False
    return header[:4] == b"RIFF" and header[8:] == b"WEBP" and int.from_bytes(header[4:8], "little") + 8 == size


def write_thumbnail(source: Path, target: Path) -> None:
    with whole_file(target) as part:
        small_copy(read_image(source, longer_px=2 * SIZE_PX)).save(part, "WEBP", quality=80)


def small_copy(image: Image.Image) -> Image.Image:
    """A copy of at most SIZE_PX on the longer side."""
    copy = image.copy()
    copy.thumbnail((SIZE_PX, SIZE_PX))
    return copy
