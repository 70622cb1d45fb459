"""The files of a gallery folder by kind, and their names as they are on disk."""

import os
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath

from trainer.core.data.images import SUFFIXES
from trainer.core.data.splits import SPELLINGS

# Image formats that are not supported: such files are listed, so that they are named as skipped.
OTHER_IMAGES = frozenset(
    {
        ".heic", ".heif", ".avif", ".jxl", ".jp2", ".j2k", ".jpc", ".jpf", ".jpx", ".jpeg2000",
        ".ppm", ".pgm", ".pbm", ".pnm", ".pfm", ".tga", ".ico", ".icns", ".cur", ".pcx", ".dds", ".sgi", ".xbm", ".xpm",
        ".exr", ".hdr", ".qoi", ".svg", ".eps", ".wmf", ".emf", ".psd", ".xcf",
        ".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".raf", ".rw2",
    }
)  # fmt: skip
# Tables that may hold labels or splits but have none of METADATA_NAMES; other text files are not listed.
TABLE_SUFFIXES = frozenset({".csv", ".tsv", ".json", ".jsonl", ".xlsx"})
TEXT_TABLES = frozenset({"labels", "classes", "annotations", "metadata", "splits", "split", *SPELLINGS})
METADATA_NAMES = frozenset({"metadata.csv", "metadata.jsonl", "metadata.parquet"})
# Folders of operating systems and file servers, in lower case; names that begin with a dot are hidden anyway.
SYSTEM_FOLDERS = frozenset(
    {
        "@eadir", "@recycle", "@recently-snapshot", "@synoresource", "@tmp", "#recycle", "#snapshot",  # file servers
        "$recycle.bin", "recycler", "system volume information", "found.000",  # Windows
        "__macosx", "network trash folder", "temporary items",  # macOS
        "lost+found", "__pycache__",
    }
)  # fmt: skip


@dataclass(frozen=True)
class FolderListing:
    """The files below a folder by kind, as sorted names relative to it; hidden and system folders are left out.

    `not_utf8`: files of all kinds whose names are not UTF-8, with escapes such as `\\xe9`.
    """

    folder: Path
    images: list[str] = field(default_factory=list)
    metadata: list[str] = field(default_factory=list)
    parquet: list[str] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    not_utf8: list[str] = field(default_factory=list)

    @cached_property
    def by_composed_name(self) -> dict[str, list[str]]:
        """Images by the NFC form of their names: macOS writes names in the decomposed form, NFD."""
        names: dict[str, list[str]] = {}
        for name in self.images:
            names.setdefault(unicodedata.normalize("NFC", name), []).append(name)
        return names


def list_folder(folder: Path) -> FolderListing:
    """All files below a folder. Links to folders are followed; each folder is read once."""
    listing = FolderListing(folder)
    seen = set()

    def unreadable(error: OSError) -> None:
        listing.unreadable.append(f"{_escaped(os.path.relpath(error.filename, folder))} ({error.strerror})")

    for place, folders, files in os.walk(folder, followlinks=True, onerror=unreadable):
        seen.add(os.path.realpath(place))
        folders[:] = sorted(f for f in folders if _is_users(f) and os.path.realpath(os.path.join(place, f)) not in seen)
        below = Path(place).relative_to(folder).as_posix()
        for name in filter(_is_users, files):
            path, suffix = name if below == "." else f"{below}/{name}", os.path.splitext(name)[1].lower()
            if name.lower() in METADATA_NAMES:
                kind = listing.metadata
            elif suffix in SUFFIXES | OTHER_IMAGES:
                kind = listing.images
            elif suffix == ".parquet":
                kind = listing.parquet
            elif suffix in TABLE_SUFFIXES or (suffix == ".txt" and name[:-4].lower() in TEXT_TABLES):
                kind = listing.tables
            else:
                continue
            escaped = _escaped(path)
            (kind if escaped == path else listing.not_utf8).append(escaped)
    for names in (listing.images, listing.metadata, listing.parquet, listing.tables, listing.not_utf8):
        names.sort()
    return listing


def _escaped(name: str) -> str:
    """The name as UTF-8; Python reads each byte that is none as half of a character."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _is_users(name: str) -> bool:
    return name[0] != "." and name.lower() not in SYSTEM_FOLDERS


def names_on_disk(names: Iterable[str], folder: Path, listing: FolderListing | None = None) -> list[str]:
    """Each name in its form on disk: without `./`, with slashes, in NFC or NFD. A name without a file is unchanged."""
    alike: dict[str, list[str]] = {}

    def on_disk(name: str) -> str:
        nonlocal alike
        plain = PurePosixPath(name).as_posix() if name else ""
        forms = list(dict.fromkeys((plain, PurePosixPath(plain.replace("\\", "/")).as_posix())))
        for form in forms:
            if name and os.path.isfile(folder / form):  # also False if a folder may not be entered
                return form
        if plain.isascii():
            return plain
        alike = alike or (listing or list_folder(folder)).by_composed_name
        for form in forms:
            matches = alike.get(unicodedata.normalize("NFC", form), [])
            if len(matches) == 1:
                return matches[0]
        return plain

    return [on_disk(name.strip()) for name in names]
