"""`python -m trainer assemble`: build a gallery folder from public data sets."""

import argparse
import sys

from trainer.commands.options import bundled_names
from trainer.core.files import user_path

HELP = "build a gallery folder from public data sets"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("recipe", metavar="RECIPE", help=f"a YAML file, or {bundled_names('galleries')}")
    parser.add_argument("--out", type=user_path, required=True, metavar="DIR", help="new, or of an interrupted run")
    parser.add_argument("--skip", nargs="+", default=[], action="extend", metavar="ENTRY", help="leave entries out")


def run(options: argparse.Namespace) -> None:
    from trainer.assemble import build
    from trainer.assemble.recipe import read_gallery_recipe, without

    recipe = without(read_gallery_recipe(options.recipe), options.skip)
    out = build.run(recipe, options.out)
    print(*build.notes(recipe, out), sep="\n", file=sys.stderr)
    print(out)
