"""Where pictures come from: every kind of source ends as one table of the same five columns.

    table = read_source("photos/")         # image_id, path, object_type, class_name, split

| source | what it is |
|---|---|
| `sample` | the gallery that comes with the project |
| a folder with `metadata.csv` | columns file_name, object_type, class_name, and split if there is one |
| a folder tree | `<object_type>/<class_name>/*` or `<object_type>/*` |
| a CSV of paths and class ids | Dataset 17K of the study: the class is the id, the object type is not known |
| a Parquet file, or a folder saved by `datasets` | an image column and label columns |
| `hf:OWNER/NAME[:split]` | the same, from the Hub |
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from trainer.core.errors import UserError, first_few
from trainer.core.images import SUFFIXES
from trainer.core.store import cache_dir, whole_file

SAMPLE_DIR = Path(__file__).parents[2] / "assets" / "gallery"
COLUMNS = ["image_id", "path", "object_type", "class_name", "split"]
# Pictures of kinds that are not read: listed all the same, so that they are named as skipped.
OTHER_PICTURES = frozenset({".heic", ".heif", ".avif", ".jp2", ".jxl", ".svg", ".psd", ".tga", ".dng", ".cr2", ".nef"})
SPLITS = ("train", "val", "query", "index")
UNKNOWN_TYPE = "unknown"
KINDS = (
    "'sample', a folder with metadata.csv, a folder tree <object_type>/<class_name>/*, a CSV of paths and class ids,"
    " a Parquet file, a data set saved by `datasets`, or hf:OWNER/NAME[:split]"
)


class GalleryError(UserError):
    """A source that cannot be read as a gallery."""


def read_source(source: str) -> pd.DataFrame:
    """The table of a source, not yet checked: no picture is opened. Raises GalleryError."""
    if source == "sample":
        return _metadata_folder(SAMPLE_DIR)
    if source.startswith("hf:"):
        return _hub(source)
    path = Path(source).expanduser()
    if not path.exists():
        raise GalleryError(f"No gallery at {source}: expected {KINDS}.")
    if path.is_dir():
        if (path / "metadata.csv").is_file():
            return _metadata_folder(path)
        if any((path / name).is_file() for name in ("dataset_info.json", "dataset_dict.json")):
            return _saved_dataset(path)
        return _folder_tree(path)
    if path.suffix == ".csv":
        return _class_id_csv(path)
    if path.suffix == ".parquet":
        return _parquet(path)
    raise GalleryError(f"{source} is a {path.suffix or 'plain'} file: expected {KINDS}.")


def _read_csv(path: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (OSError, ValueError) as error:  # pandas' parser errors are ValueErrors
        raise GalleryError(f"{path}: expected a comma-separated table in UTF-8 ({error}).") from error


def _metadata_folder(folder: Path) -> pd.DataFrame:
    path = folder / "metadata.csv"
    table = _read_csv(path)
    missing = [name for name in ("file_name", "object_type", "class_name") if name not in table]
    if missing:
        raise GalleryError(
            f"{path}: expected the columns file_name, object_type, class_name and perhaps split, found"
            f" {', '.join(table.columns) or 'none'}; add {', '.join(missing)}."
        )
    outside = [name for name in table["file_name"] if Path(name).is_absolute() or ".." in Path(name).parts]
    if outside:
        raise GalleryError(f"{path}: file names must lie inside the folder, found {first_few(outside)}.")
    return _table(
        table["file_name"],
        [str(folder / name) for name in table["file_name"]],
        table["object_type"],
        table["class_name"],
        table.get("split", ""),
    )


def _folder_tree(folder: Path) -> pd.DataFrame:
    names = sorted(_pictures_below(folder))
    if not names:
        raise GalleryError(f"{folder}: expected pictures ({' '.join(sorted(SUFFIXES))}), found none in it or below.")
    parts = [name.split("/") for name in names]
    return _table(
        names,
        [str(folder / name) for name in names],
        [p[0] if len(p) > 1 else UNKNOWN_TYPE for p in parts],
        ["/".join(p[1:-1]) for p in parts],  # empty for <object_type>/*: the class is not known
        "",
    )


def _pictures_below(folder: Path) -> Iterator[str]:
    """Names relative to the folder; links to folders are followed, each folder is read once, hidden ones never."""
    suffixes = SUFFIXES | OTHER_PICTURES
    seen = set()
    for place, folders, files in os.walk(folder, followlinks=True):
        seen.add(os.path.realpath(place))
        folders[:] = sorted(f for f in folders if f[0] != "." and os.path.realpath(os.path.join(place, f)) not in seen)
        below = Path(place).relative_to(folder).as_posix()
        for name in files:
            if name[0] != "." and os.path.splitext(name)[1].lower() in suffixes:
                yield name if below == "." else f"{below}/{name}"


def _class_id_csv(path: Path) -> pd.DataFrame:
    table = _read_csv(path)
    if table.columns.map(lambda name: Path(name).suffix.lower() in SUFFIXES).any():
        raise GalleryError(
            f"{path}: expected a first line that names the columns, such as path,class_id, found the picture"
            f" {', '.join(table.columns)}; add that line."
        )
    if table.shape[1] < 2:
        raise GalleryError(
            f"{path}: expected a column of picture paths and a column of class ids, found"
            f" {', '.join(table.columns) or 'none'}."
        )
    files, classes = (
        next((table[name] for name in names if name in table), table.iloc[:, position])
        for position, names in enumerate((("path", "file_name", "image_path"), ("class_id", "label", "class_name")))
    )
    return _table(
        files,
        [str(path.parent / name) for name in files],
        table.get("object_type", UNKNOWN_TYPE),
        classes,
        table.get("split", ""),
    )


def _parquet(path: Path) -> pd.DataFrame:
    from datasets import load_dataset

    try:
        data = load_dataset("parquet", data_files=str(path), split="train", cache_dir=str(cache_dir() / "datasets"))
    except Exception as error:  # datasets wraps whatever its readers raise
        raise GalleryError(f"{path}: expected a Parquet file with an image column ({error}).") from error
    return _from_dataset(data, str(path))


def _saved_dataset(path: Path) -> pd.DataFrame:
    from datasets import DatasetDict, load_from_disk

    try:
        data = load_from_disk(str(path))
    except Exception as error:
        raise GalleryError(f"{path}: expected a data set saved by `datasets` ({error}).") from error
    if not isinstance(data, DatasetDict):
        return _from_dataset(data, str(path))
    return pd.concat([_from_dataset(part, f"{path}/{name}", name) for name, part in data.items()], ignore_index=True)


def _hub(source: str) -> pd.DataFrame:
    from datasets import load_dataset

    name, _, split = source.removeprefix("hf:").partition(":")
    try:
        data = load_dataset(name, split=split or "train")
    except Exception as error:
        raise GalleryError(
            f"{source} could not be loaded from the Hub ({type(error).__name__}: {error}); check the name and the"
            " network, or use a local folder."
        ) from error
    return _from_dataset(data, source)


def _from_dataset(data: Any, source: str, split: str = "") -> pd.DataFrame:
    """Rows of a `datasets.Dataset`; the bytes of its pictures are written to the cache once, named by their content."""
    from datasets import ClassLabel, Image

    image_column = next((name for name, kind in data.features.items() if isinstance(kind, Image)), None)
    if image_column is None and "image" in data.features:
        image_column = "image"
        try:
            data = data.cast_column("image", Image())
        except Exception:
            image_column = None
    if image_column is None:
        raise GalleryError(f"{source}: expected an image column, found {', '.join(data.features)}.")
    data = data.cast_column(image_column, Image(decode=False))
    folder = cache_dir() / "pictures"
    paths, ids = [], []
    for number, picture in enumerate(data[image_column]):
        picture = picture or {"bytes": b"", "path": None}  # a null is named among the broken pictures
        content = picture["bytes"]
        if content is None:
            paths.append(str(file_of_dataset(picture["path"] or "", source, f"picture {number}")))
        else:
            path = folder / f"{hashlib.sha256(content).hexdigest()[:32]}{Path(picture['path'] or '').suffix or '.img'}"
            if not path.exists():
                with whole_file(path) as part:
                    part.write_bytes(content)
            paths.append(str(path))
        ids.append(f"{split + '/' if split else ''}{number:06d}")

    def labels(name: str, otherwise: str) -> list[str]:
        if name not in data.features:
            return [otherwise] * len(data)
        kind, values = data.features[name], list(data[name])
        if isinstance(kind, ClassLabel):
            return ["" if v is None or v < 0 else kind.int2str(v) for v in values]  # -1: not labelled
        return ["" if v is None else str(v) for v in values]

    class_column = next((name for name in ("class_name", "label", "class_id") if name in data.features), "class_name")
    return _table(
        ids,
        paths,
        labels("object_type", UNKNOWN_TYPE),
        labels(class_column, ""),
        labels("split", split if split in SPLITS else ""),
    )


def file_of_dataset(path: str, source: str, name: str) -> Path:
    """The file that a data set names in place of a picture's bytes; refused where it is not the data set's own."""
    from datasets import config

    file = Path(os.path.normpath(Path(path).absolute()))
    if not any(
        file.is_relative_to(place) for place in (Path(source).absolute().parent, Path(config.HF_CACHE_HOME).absolute())
    ):
        raise GalleryError(f"{source}: {name} is the file {file}, outside the data set; refused.")
    return file


def _table(image_ids: Any, paths: Any, object_types: Any, class_names: Any, splits: Any) -> pd.DataFrame:
    columns = dict(zip(COLUMNS, (image_ids, paths, object_types, class_names, splits), strict=True))
    return pd.DataFrame({name: list(v) if not isinstance(v, str) else v for name, v in columns.items()}).astype(str)
