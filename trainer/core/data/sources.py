"""Reads every kind of source into one table of the same five columns.

    table = read_source("photos/", notes := [])         # image_id, path, object_type, class_name, split

| source | what it is |
|---|---|
| `sample` | the gallery that comes with the project |
| a folder of image files, a CSV of paths and class ids | see `image_files.py` |
| Parquet, a folder saved by `datasets`, `hf:OWNER/NAME[:split]` | see `hub_datasets.py` |

All kinds share one vocabulary of splits (`splits.py`).
"""

import os
from pathlib import Path

import pandas as pd

from trainer.core.data.folder_listing import FolderListing, list_folder
from trainer.core.data.gallery_table import COLUMNS, UNKNOWN_TYPE
from trainer.core.data.hub_datasets import file_of_dataset, read_hub, read_parquet, read_parquet_folder, read_saved
from trainer.core.data.image_files import read_class_id_csv, read_image_folder
from trainer.core.data.splits import SPLITS
from trainer.core.errors import GalleryError, first_few
from trainer.core.files import user_path

__all__ = ["COLUMNS", "SAMPLE_DIR", "SPLITS", "UNKNOWN_TYPE", "GalleryError", "file_of_dataset", "read_source"]

SAMPLE_DIR = Path(__file__).parents[3] / "assets" / "gallery"
KINDS = (
    "'sample', a folder with metadata.csv or metadata.jsonl, a folder tree [<split>/]<object_type>/<class_name>/*,"
    " a CSV of paths and class ids, a Parquet file or a folder of them, a data set saved by `datasets`, or"
    " hf:OWNER/NAME[:split]"
)
SAVED_NAMES = ("dataset_info.json", "dataset_dict.json")


def read_source(source: str, notes: list[str] | None = None, skipped: list[str] | None = None) -> pd.DataFrame:
    """The table of a source, not yet checked: no image is opened. Raises GalleryError.

    Appends to `notes` a sentence, without a full stop, for everything that the user may not expect, and to `skipped`
    the files that no table can name, with the reason in brackets.
    """
    notes = [] if notes is None else notes
    skipped = [] if skipped is None else skipped
    if source.startswith("hf:"):
        return read_hub(source, notes)
    path = SAMPLE_DIR if source == "sample" else user_path(source)
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise GalleryError(f"No gallery at {source}: expected {KINDS}.") from None
    except (OSError, ValueError) as error:  # a parent folder without permission, or an invalid file name
        reason = getattr(error, "strerror", None) or error
        raise GalleryError(
            f"{source}: expected a gallery, but it cannot be read ({reason}); check the path."
        ) from error
    if path.is_dir():
        return _read_folder(path, notes, skipped)
    suffix = path.suffix.lower()
    if suffix == ".csv":
        return read_class_id_csv(path, notes)
    if suffix == ".parquet":
        return read_parquet(path, notes)
    raise GalleryError(f"{source} is a {path.suffix or 'plain'} file: expected {KINDS}.")


def _read_folder(path: Path, notes: list[str], skipped: list[str]) -> pd.DataFrame:
    try:
        os.listdir(os.path.join(path, "."))  # also fails if the folder may be listed but not entered
    except OSError as error:
        raise GalleryError(
            f"{path}: expected a folder that can be read ({error.strerror}); change its permissions."
        ) from error
    listing = list_folder(path)
    skipped += [f"{name} (the file name is not UTF-8; rename it)" for name in listing.not_utf8]
    if not any("/" not in name for name in listing.metadata) and any((path / name).is_file() for name in SAVED_NAMES):
        return read_saved(path, notes)
    if listing.unreadable:
        notes.append(f"folders that cannot be read: {first_few(listing.unreadable)}")
    if not listing.parquet or listing.metadata:
        return read_image_folder(listing, notes)
    if listing.images:
        _check_parquet_beside_images(listing, notes)
    return read_parquet_folder(path, listing.parquet, notes)


def _check_parquet_beside_images(listing: FolderListing, notes: list[str]) -> None:
    """Raises GalleryError unless `data/` holds all Parquet files and no images, as on the Hub."""
    if not all(name.startswith("data/") for name in listing.parquet) or any(
        name.startswith("data/") for name in listing.images
    ):
        raise GalleryError(
            f"{listing.folder}: found Parquet files, {first_few(listing.parquet)}, and images,"
            f" {first_few(listing.images)}; point to the folder that holds one of both, or remove the others."
        )
    notes.append(f"images that are not read, as data/ holds Parquet files: {first_few(listing.images)}")
