"""Splits in the names of folders, such as `train` in `train/toys/duck/0.png`: which folders name one and which do not.

In a tree without metadata, splits are the folders at the top. Below the top, folders called like splits are refused,
as their images would train; a single one among other folders (`toys/train` beside `toys/duck`) is a class, and a note
says so. In a table of file names, a folder called like a split at any depth is the split of its images, unless it has
the name of their object type or class.
"""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from trainer.core.data.splits import MAY_TRAIN, split_name
from trainer.core.errors import GalleryError, first_few

Folders = tuple[str, ...]  # the folders of one image, from the top


def top_folders_are_splits(folder: Path, folders: Iterable[Folders]) -> bool:
    """Whether the folders at the top are splits. Raises GalleryError if only some of them are."""
    top = sorted({parts[0] if parts else "" for parts in folders})  # "": images that are in no folder
    splits = [name for name in top if split_name(name)]
    if splits and len(splits) < len(top):
        others = [name or "images in no folder" for name in top if name not in splits]
        raise GalleryError(
            f"{folder}: {first_few(splits)} are names of splits, {first_few(others)} are not; expected"
            " <split>/<object_type>/<class_name>/* throughout, or no folder that is called like a split."
        )
    return bool(splits)


def check_folders_below_splits(folder: Path, folders: Iterable[Folders], notes: list[str]) -> None:
    """Refuses folders called like splits where splits are not expected; notes those that are classes.

    They are refused where two different splits are side by side, where no other folder is beside one, and where one
    beside has a folder of the same name in it: `images/{train,holdout}/cat`. Raises GalleryError.
    """
    below: dict[Folders, set[str]] = {}
    for parts in set(folders):
        for level, name in enumerate(parts):
            below.setdefault(parts[:level], set()).add(name)
    refused: list[str] = []
    classes: list[str] = []
    for place, names in sorted(below.items()):
        splits = sorted(name for name in names if split_name(name))
        others = names.difference(splits)
        inside = {name for split in splits for name in below.get((*place, split), ())}
        several = len({split_name(name) for name in splits}) > 1
        alike = any(inside & below.get((*place, other), set()) for other in others)
        found = ["/".join((*place, name)) for name in splits]
        (refused if several or alike or not others else classes).extend(found)
    if refused:
        raise GalleryError(
            f"{folder}: folders called like splits are not at the top: {first_few(refused)}; put the splits at the top,"
            " as <split>/<object_type>/<class_name>/*, or describe the images in a metadata.csv."
        )
    if classes:
        notes.append(f"folders called like splits are read as object types or classes: {first_few(classes)}")


def splits_of_folders(
    names: Sequence[str],
    folders: Sequence[Folders],
    labels: Sequence[Sequence[str]],
    splits: Sequence[str],
    where: Path,
    notes: list[str],
) -> list[str]:
    """The split of each of N images in a table: `splits` where it is not "", otherwise that of its folders.

    `labels` holds N labels for each kind of label, object types and classes. Raises GalleryError if an image may train
    by its split, but not by its folders; and if, among the images without a split, only some are in folders of splits,
    or one is in folders of several.
    """
    found = _splits_in_folders(folders, labels)
    blank = [row for row, split in enumerate(splits) if not split]
    for name, split, of_folders in zip(names, splits, found, strict=True):
        other = next((of_folder for of_folder in of_folders if of_folder not in MAY_TRAIN), None)
        if other and split_name(split) in MAY_TRAIN:
            raise GalleryError(
                f"{where}: {name} is in a folder of split {other!r}, but its split is {split!r}; correct one."
            )
    several = [names[row] for row in blank if len(found[row]) > 1]
    if several:
        raise GalleryError(f"{where}: {first_few(several)} are in folders of several splits; add a column split.")
    without = [names[row] for row in blank if not found[row]]
    used = sorted({split for row in blank for split in found[row]})
    if used and without:
        raise GalleryError(
            f"{where}: of the images without a split, some are in folders called like splits ({', '.join(used)}) and"
            f" some are not, {first_few(without)}; give each image its split in a column split, or rename the folders."
        )
    if used:
        some = "" if len(blank) == len(splits) else " for some images"
        notes.append(f"{where.name} gives no split{some}: the folders are read as the splits {', '.join(used)}")
    return [split or "".join(of_folders) for split, of_folders in zip(splits, found, strict=True)]


def _splits_in_folders(folders: Sequence[Folders], labels: Sequence[Sequence[str]]) -> list[list[str]]:
    """The splits that the folders of each image name; a folder that is called like a label of the image names none."""
    # Labels that are all called like splits are no evidence for a class of that name.
    kinds = [kind for kind in labels if not all(split_name(label) for label in kind)]
    of_rows = zip(*kinds, strict=True) if kinds else [()] * len(folders)
    found = []
    for parts, row in zip(folders, of_rows, strict=True):
        of_row = {part.strip().lower() for label in row for part in label.split("/")}
        splits = {split_name(part) for part in parts if part.strip().lower() not in of_row}
        found.append(sorted(filter(None, splits)))
    return found


def folders_of_files(names: Iterable[str], folder: Path) -> list[Folders]:
    """The folders of each file as named relative to `folder`, absolute names too if they are below it.

    Of absolute names elsewhere, the folders that all of them have in common are left out.
    """
    bases = [Path(os.path.abspath(folder)), Path(os.path.realpath(folder))]

    def below(name: str) -> Path:
        path = Path(os.path.normpath(name.replace("\\", "/")))
        return next((path.relative_to(base) for base in bases if path.is_relative_to(base)), path)

    paths = [below(name) for name in names]
    elsewhere = [path.parent for path in paths if path.is_absolute()]
    common = len(Path(os.path.commonpath(elsewhere)).parts) if elsewhere else 0
    return [path.parts[common if path.is_absolute() else 0 : -1] for path in paths]
