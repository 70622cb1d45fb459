"""The command line: `python -m trainer VERB`. It only parses; each verb is a function that a test can call.

Results go to standard output, progress to standard error. Exit status 0; 2 for a user's mistake; 1 for a defect.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from trainer import doctor, embed, fit
from trainer.core.arguments import OneLineParser
from trainer.core.checkpoint import open_checkpoint, record_metrics
from trainer.core.embedder import gallery_embeddings
from trainer.core.errors import UserError
from trainer.core.evaluation import evaluate
from trainer.core.gallery import Gallery, open_gallery
from trainer.model_card import write_card
from trainer.recipe import read_recipe, recipe_names


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except UserError as error:
        print(f"{error}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = OneLineParser(prog="python -m trainer", description="Train and judge image embeddings.")
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    gallery: dict[str, Any] = {
        "metavar": "SRC",
        "required": True,
        "help": "sample, a folder, a CSV, a Parquet file or hf:OWNER/NAME",
    }
    checkpoint: dict[str, Any] = {
        "metavar": "CKPT",
        "required": True,
        "help": "a bundled name, a folder or hf:OWNER/NAME",
    }

    verb = verbs.add_parser("fit", help="train a head and write a checkpoint")
    verb.add_argument("recipe", metavar="RECIPE", help=f"a YAML file, or one of {', '.join(recipe_names())}")
    verb.add_argument("--gallery", nargs="+", **gallery)
    verb.add_argument("--out", type=Path, required=True, metavar="DIR")
    verb.add_argument("--set", nargs="+", default=[], action="extend", metavar="key=value", help="change the recipe")
    verb.set_defaults(run=_fit)

    verb = verbs.add_parser("embed", help="write the embeddings of a gallery")
    verb.add_argument("--gallery", **gallery)
    verb.add_argument("--checkpoint", **checkpoint)
    verb.add_argument("--out", type=Path, required=True, metavar="FILE.npz")
    verb.set_defaults(run=_embed)

    verb = verbs.add_parser("evaluate", help="both mP@5 and recall@1 of a checkpoint on a gallery")
    verb.add_argument("--gallery", **gallery)
    verb.add_argument("--checkpoint", **checkpoint)
    verb.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    verb.add_argument("--record", action="store_true", help="also store the result in the checkpoint's metrics.json")
    verb.set_defaults(run=_evaluate)

    verb = verbs.add_parser("doctor", help="what is installed, which weights are at hand, what is missing")
    verb.set_defaults(run=lambda options: print(*doctor.run(), sep="\n"))
    return parser


def _open(source: str) -> Gallery:
    gallery = open_gallery(source)
    if gallery.skipped:
        print(gallery.skipped_note(), file=sys.stderr)
    return gallery


def _make_folder(folder: Path) -> None:
    """Before the long work, so that a wrong --out is told at once."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"--out {folder}: expected a folder that can be made ({error.strerror}).") from error


def _fit(options: argparse.Namespace) -> None:
    recipe = read_recipe(options.recipe, options.set)
    galleries = [_open(source) for source in options.gallery]
    _make_folder(options.out)
    print(fit.run(recipe, galleries, options.out))


def _embed(options: argparse.Namespace) -> None:
    checkpoint = open_checkpoint(options.checkpoint)
    if options.out.is_dir():
        raise UserError(f"--out {options.out}: expected a file name ending in .npz, found a folder.")
    _make_folder(options.out.parent)
    print(embed.run(_open(options.gallery), checkpoint, options.out))


def _evaluate(options: argparse.Namespace) -> None:
    checkpoint = open_checkpoint(options.checkpoint)
    gallery = _open(options.gallery)
    result = evaluate(gallery, gallery_embeddings(gallery, checkpoint), checkpoint.name)
    if options.record:
        record_metrics(checkpoint, gallery.name, result)
        write_card(checkpoint)
    if options.json:
        print(json.dumps(result))
    else:
        _print_table(result)


def _print_table(result: dict) -> None:
    def number(value: float | None) -> str:
        return "    -" if value is None else f"{value:.3f}"

    print(f"{result['checkpoint']} on {result['gallery']}: {result['protocol']}")
    print(f"{'':16} study mP@5  GUIE mP@5  recall@1  pictures  queries")
    overall = {**result, "n": result["n_images"]}
    for name, row in [*result["per_type"].items(), ("all", overall)]:
        print(
            f"{name:16} {number(row['study_mp5']):>10} {number(row['guie_mp5']):>10} {number(row['recall_at_1']):>9}"
            f" {row['n']:>9} {row['n_queries']:>8}"
        )


if __name__ == "__main__":
    sys.exit(main())
