"""`python -m trainer fit RECIPE --gallery SRC... --out DIR`: train a head and write a checkpoint."""

import argparse
import sys

from trainer.commands.options import RESUME_NOTE, add_galleries, bundled_names, check_output_folder
from trainer.core.files import user_path

HELP = "train a head and write a checkpoint"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("recipe", metavar="RECIPE", help=f"a YAML file, or one of {bundled_names('recipes')}")
    add_galleries(parser)
    parser.add_argument("--out", type=user_path, required=True, metavar="DIR")
    parser.add_argument(
        "--validation", metavar="SRC",
        help="choose the epoch on the images of this gallery (split train, val or none) and keep their classes out of"
        " training",
    )  # fmt: skip
    parser.add_argument(
        "--set", nargs="*", default=[], action="extend", metavar="key=value",
        help="change the recipe, as in epochs=10 or backbone=clip:ViT-L-14/openai; local weights:"
        " backbone=clip:ARCH/TAG@/abs/FILE.safetensors, or clip:ARCH//abs/FILE.safetensors without a tag",
    )  # fmt: skip
    parser.add_argument("--overwrite", action="store_true", help="replace the files of another run in --out")
    parser.set_defaults(when_interrupted=RESUME_NOTE)


def run(options: argparse.Namespace) -> None:
    from trainer import fit, read_recipe
    from trainer.api import open_galleries
    from trainer.core.retrieval.diagnosis import diagnose
    from trainer.training.epoch_choice import how_chosen
    from trainer.training.loop import is_first_process

    recipe = read_recipe(options.recipe, options.set)
    check_output_folder(options.out)
    galleries = open_galleries([*options.gallery, *([options.validation] if options.validation else [])])
    validation = galleries.pop() if options.validation else None
    checkpoint = fit(recipe, galleries, options.out, validation=validation, overwrite=options.overwrite)
    if is_first_process():
        chosen = how_chosen(checkpoint.recipe, checkpoint.recipe["trained_on"])
        findings = [finding.sentence() for finding in diagnose(checkpoint.history)]
        for sentence in filter(None, [chosen, *findings]):
            print(sentence, file=sys.stderr)
        print(options.out)
