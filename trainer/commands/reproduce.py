"""`python -m trainer reproduce`: train and judge all rows of the study's Table 1, or other recipes, in one table."""

import argparse

from trainer.commands.options import RESUME_NOTE, add_galleries, check_output_folder
from trainer.core.files import user_path

HELP = "all rows of the study's Table 1, or other recipes, in one table"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_galleries(parser)
    parser.add_argument("--out", type=user_path, required=True, metavar="DIR", help="new, or of an interrupted run")
    parser.add_argument("--recipes", nargs="+", default=[], metavar="RECIPE", help="these in place of Table 1")
    parser.add_argument("--overwrite", action="store_true", help="replace results for other images in --out")
    parser.set_defaults(when_interrupted=RESUME_NOTE)


def run(options: argparse.Namespace) -> None:
    from trainer.api import open_galleries
    from trainer.export import reproduction
    from trainer.export.report import as_markdown

    galleries = open_galleries(options.gallery)
    check_output_folder(options.out)
    report = reproduction.run(galleries, options.out, options.recipes, overwrite=options.overwrite)
    print(as_markdown(report))
    print(options.out)
