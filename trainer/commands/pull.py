"""`python -m trainer pull`: download a checkpoint from the Hub into a folder."""

import argparse

from trainer.commands.options import check_output_folder
from trainer.core.files import user_path

HELP = "download a checkpoint from the Hub into a folder"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--from", dest="source", required=True, metavar="OWNER/NAME")
    parser.add_argument("--out", type=user_path, required=True, metavar="DIR")


def run(options: argparse.Namespace) -> None:
    from trainer.export import hub

    check_output_folder(options.out)
    print(hub.pull(options.source, options.out))
