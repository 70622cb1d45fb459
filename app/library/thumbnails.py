"""Thumbnails of the gallery's images: made once, named by content, and served at `thumbnails/KEY`.

thumbnails = make_thumbnails(gallery)         # one file per image
"""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image

from app.library.examples import EXAMPLES
from trainer.core.cache import cache_dir, whole_file
from trainer.core.data.gallery import Gallery
from trainer.core.data.images import read_image
from trainer.core.data.sources import SAMPLE_DIR
from trainer.core.progress import Progress, terminal

SIZE_PX = 256
SMALL_BYTES = 25_000
THUMBNAIL_VERSION = 2  # raise it when `read_image` gives other pixels


def make_thumbnails(gallery: Gallery, progress: Progress = terminal) -> list[Path]:
    """The thumbnail file of each image, in row order. The images of the sample gallery are small enough themselves."""
    paths = [Path(path) for path in gallery.table["path"]]
    if all(path.is_relative_to(SAMPLE_DIR) for path in paths):
        return paths
    folder = cache_dir() / "thumbnails"
    thumbnails = [folder / f"{content[:32]}-{THUMBNAIL_VERSION}.webp" for content in gallery.content]
    missing = [(path, thumbnail) for path, thumbnail in zip(paths, thumbnails, strict=True) if not thumbnail.is_file()]
    if missing:
        with ThreadPoolExecutor() as pool:
            made = pool.map(lambda pair: write_thumbnail(*pair), missing)
            list(progress(made, total=len(missing), desc=f"thumbnails of {gallery.name}", unit="image"))
    return thumbnails


def make_example_thumbnails() -> list[Path]:
    """The thumbnail file of each of EXAMPLES; small photographs are their own."""
    made = []
    for path in EXAMPLES.values():
        if path.stat().st_size > SMALL_BYTES:
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            thumbnail = cache_dir() / "thumbnails" / f"{content[:32]}-{THUMBNAIL_VERSION}.webp"
            if not thumbnail.is_file():
                write_thumbnail(path, thumbnail)
            path = thumbnail
        made.append(path)
    return made


def write_thumbnail(source: Path, target: Path) -> None:
    with whole_file(target) as part:
        small_copy(read_image(source)).save(part, "WEBP", quality=80)


def small_copy(image: Image.Image) -> Image.Image:
    """A copy of at most SIZE_PX on the longer side."""
    copy = image.copy()
    copy.thumbnail((SIZE_PX, SIZE_PX))
    return copy
