"""`python -m trainer push`: upload a checkpoint to the Hub."""

import argparse

from trainer.commands.options import add_checkpoint

HELP = "upload a checkpoint to the Hub"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_checkpoint(parser)
    parser.add_argument("--to", required=True, metavar="OWNER/NAME")
    parser.add_argument("--private", action="store_true", default=None, help="make the repository private if it is new")


def run(options: argparse.Namespace) -> None:
    from trainer import open_checkpoint
    from trainer.export import hub

    print(hub.push(open_checkpoint(options.checkpoint), options.to, options.private))
