"""The table that every kind of source is read into: one row per image, five columns, labels in one spelling.

gallery_table(ids, paths, "toys", ["duck", " duck "], "")      # two rows of class `duck`, without a split
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

import pandas as pd

from trainer.core.data.splits import SPLIT_COLUMNS, split_name
from trainer.core.errors import GalleryError, listed, short_repr

COLUMNS = ["image_id", "path", "object_type", "class_name", "split"]
UNKNOWN_TYPE = "unknown"
# Names of the class column, in order of preference.
CLASS_COLUMNS = (
    "class_name", "fine_label", "fine_labels", "label", "labels", "label_name", "class_id", "class", "category",
    "target",
)  # fmt: skip
# Names of the column of image files, and of the image column if no column is declared as one.
PATH_COLUMNS = ("path", "file_name", "filename", "image_path", "file_path", "filepath", "image")
IMAGE_COLUMNS = ("image", "img", "picture", "photo")
KNOWN_COLUMNS = frozenset({"object_type", "split", *SPLIT_COLUMNS, *CLASS_COLUMNS, *PATH_COLUMNS, *IMAGE_COLUMNS})


def clean_label(text: str) -> str:
    """The label without surrounding blanks, in Unicode's composed form (NFC), so that labels that look equal are."""
    return unicodedata.normalize("NFC", text.strip())


def standard_columns(names: Sequence[str], where: str) -> list[str]:
    """The names of columns, with KNOWN_COLUMNS in their standard spelling: `File Name` is `file_name`.

    Case and blanks do not count. Raises GalleryError if two columns get the same name.
    """
    plain = ["_".join(name.split()).lower() for name in names]
    standard = [key if key in KNOWN_COLUMNS else name.strip() for key, name in zip(plain, names, strict=True)]
    twice = [name for name, n in Counter(standard).items() if name and n > 1]
    if twice:
        raise GalleryError(
            f"{where}: expected column names that differ in more than case and blanks, found {listed(twice)} more"
            " than once; rename or remove one."
        )
    return standard


def gallery_table(
    image_ids: Iterable[str],
    paths: Iterable[str],
    object_types: Iterable[str] | str,
    class_names: Iterable[str] | str,
    splits: Iterable[str] | str,
) -> pd.DataFrame:
    """N rows of COLUMNS, each a str; a str in place of N values stands for all rows.

    Labels are cleaned and splits spelt as in SPLITS. An unknown split stays as it is, for `open_gallery` to refuse.
    Raises GalleryError for text that is not UTF-8.
    """
    ids = list(map(str, image_ids))

    def column(values: Iterable[str] | str) -> list[str]:
        return [values] * len(ids) if isinstance(values, str) else list(map(str, values))

    columns = {
        "image_id": ids,
        "path": column(paths),
        "object_type": [clean_label(label) for label in column(object_types)],
        "class_name": [clean_label(label) for label in column(class_names)],
        "split": [text.strip() if (name := split_name(text)) is None else name for text in column(splits)],
    }
    try:
        return pd.DataFrame(columns, dtype=str)
    except UnicodeEncodeError as error:
        raise GalleryError(f"{short_repr(error.object)}: expected text in UTF-8; correct the name or label.") from error
