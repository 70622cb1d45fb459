"""Arguments that several verbs share, and the check of the path that a verb writes to."""

import argparse
import contextlib
import os
from pathlib import Path

from trainer.core.errors import UserError
from trainer.core.files import check_regular, failed_writes_explained, make_folder

TRAINER = Path(__file__).parents[1]
GALLERY_HELP = (
    "sample; a folder with metadata.csv or metadata.jsonl, or of images in [SPLIT/]OBJECT_TYPE/CLASS/; a CSV of paths"
    " and class ids; Parquet; a saved data set; or hf:OWNER/NAME[:SPLIT]. Splits are train, val, test, query and index"
)
CHECKPOINT_HELP = "a bundled name, a folder or hf:OWNER/NAME"
RESUME_NOTE = " The same command continues after the last finished epoch."


def add_gallery(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--gallery", required=True, metavar="SRC", help=GALLERY_HELP)


def add_galleries(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--gallery", required=True, nargs="+", metavar="SRC", help=GALLERY_HELP)


def add_checkpoint(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--checkpoint", required=True, metavar="CKPT", help=CHECKPOINT_HELP)


def add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")


def bundled_names(folder: str) -> str:
    """The YAML files that come with the project in `trainer/recipes` or `trainer/galleries`, as `a, b, c`."""
    return ", ".join(sorted(path.stem for path in (TRAINER / folder).glob("*.yaml")))


def check_output_folder(folder: Path) -> None:
    """Create the output folder. Call it before long work, so that a wrong --out fails early. Raises UserError."""
    make_folder(folder, f"--out {folder}")


def check_output_file(path: Path, expected: str = "a file name", option: str = "--out") -> None:
    """Create the folder of an output file. Raises UserError if that fails or if `path` is a folder."""
    if os.path.isdir(path):
        raise UserError(f"{option} {path}: expected {expected}, found a folder.")
    check_regular(path, f"{option} {path}")
    make_folder(path.parent, f"{option} {path}")
    with failed_writes_explained(path), contextlib.suppress(FileNotFoundError):
        os.stat(path)  # a name that is too long is found now
