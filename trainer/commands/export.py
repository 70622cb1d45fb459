"""`python -m trainer export`: the whole embedder as one file that runs without this project."""

import argparse

from trainer.commands.options import add_checkpoint, check_output_file
from trainer.core.files import user_path
from trainer.export.formats import FORMATS

HELP = "write the whole embedder as one file that runs without this project"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_checkpoint(parser)
    parser.add_argument("--format", choices=FORMATS, required=True)
    parser.add_argument("--out", type=user_path, required=True, metavar="FILE")


def run(options: argparse.Namespace) -> None:
    from trainer import open_checkpoint
    from trainer.export.export import export_checkpoint

    checkpoint = open_checkpoint(options.checkpoint)
    check_output_file(options.out)
    print(export_checkpoint(checkpoint, options.format, options.out))
