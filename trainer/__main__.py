"""The command line: `python -m trainer VERB`. It only parses; each verb is a function that a test can call.

Results go to standard output, progress to standard error. Exit status 0; 2 for a user's mistake; 130 when interrupted
(Ctrl-C); 1 for a defect.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from trainer.assemble import build as assemble
from trainer.assemble.recipe import gallery_recipe_names, read_gallery_recipe, without
from trainer.commands import compare, doctor, embed, reproduce
from trainer.core.arguments import OneLineParser
from trainer.core.data.gallery import Gallery, open_gallery
from trainer.core.errors import UserError
from trainer.core.models.checkpoint import open_checkpoint, record_metrics
from trainer.core.models.embedder import gallery_embeddings
from trainer.core.retrieval.diagnosis import diagnose
from trainer.core.retrieval.evaluation import evaluate
from trainer.export import formats as export
from trainer.export import hub
from trainer.export.report import as_markdown
from trainer.training import fit
from trainer.training.epoch_choice import how_chosen
from trainer.training.loop import is_first_process
from trainer.training.model_card import write_card
from trainer.training.recipe import read_recipe, recipe_names


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except UserError as error:
        print(f"{error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"Interrupted.{options.when_interrupted}", file=sys.stderr)
        return 130
    return 0


RESUMES = " The same command goes on after the last epoch that was finished."


def _parser() -> argparse.ArgumentParser:
    parser = OneLineParser(prog="python -m trainer", description="Train and judge image embeddings.")
    parser.set_defaults(when_interrupted="")
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    gallery: dict[str, Any] = {
        "metavar": "SRC",
        "required": True,
        "help": "sample; a folder with metadata.csv or metadata.jsonl, or of images in [SPLIT/]OBJECT_TYPE/CLASS/;"
        " a CSV of paths and class ids; Parquet; a saved data set; or hf:OWNER/NAME[:SPLIT]. Splits are train, val,"
        " test, query and index",
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
    verb.add_argument(
        "--validation",
        metavar="SRC",
        help="choose the epoch on this gallery's images (of split train, val or none) and keep their classes out of"
        " training",
    )
    verb.add_argument("--set", nargs="*", default=[], action="extend", metavar="key=value",
        help="change the recipe, as in epochs=10 or backbone=clip:ViT-L-14/openai; local weights:"
        " backbone=clip:ARCH/TAG@/abs/FILE.safetensors, or clip:ARCH//abs/FILE.safetensors without a tag",
    )  # fmt: skip
    verb.add_argument("--overwrite", action="store_true", help="replace what another run left in --out")
    verb.set_defaults(run=_fit, when_interrupted=RESUMES)

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

    verb = verbs.add_parser("compare", help="several checkpoints: intervals, and which differences are real")
    verb.add_argument("--gallery", **gallery)
    verb.add_argument("--checkpoints", nargs="+", **checkpoint)
    verb.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    verb.set_defaults(run=_compare)

    verb = verbs.add_parser("assemble", help="build a gallery folder from public data sets")
    verb.add_argument("recipe", metavar="RECIPE", help=f"a YAML file, or {', '.join(gallery_recipe_names())}")
    verb.add_argument("--out", type=Path, required=True, metavar="DIR", help="new, or begun by an earlier run")
    verb.add_argument("--skip", nargs="+", default=[], action="extend", metavar="ENTRY", help="leave entries out")
    verb.set_defaults(run=_assemble)

    verb = verbs.add_parser("reproduce", help="all rows of the study's Table 1, or other recipes, in one table")
    verb.add_argument("--gallery", nargs="+", **gallery)
    verb.add_argument("--out", type=Path, required=True, metavar="DIR", help="new, or begun by an earlier run")
    verb.add_argument("--recipes", nargs="+", default=[], metavar="RECIPE", help="these in place of Table 1")
    verb.add_argument("--overwrite", action="store_true", help="replace what was made of other images in --out")
    verb.set_defaults(run=_reproduce, when_interrupted=RESUMES)

    verb = verbs.add_parser("export", help="write the whole embedder as one file that runs without this project")
    verb.add_argument("--checkpoint", **checkpoint)
    verb.add_argument("--format", choices=export.FORMATS, required=True)
    verb.add_argument("--out", type=Path, required=True, metavar="FILE")
    verb.set_defaults(run=_export)

    verb = verbs.add_parser("push", help="upload a checkpoint to the Hub")
    verb.add_argument("--checkpoint", **checkpoint)
    verb.add_argument("--to", required=True, metavar="OWNER/NAME")
    verb.add_argument("--private", action="store_true", default=None, help="where the repository is a new one")
    verb.set_defaults(
        run=lambda options: print(hub.push(open_checkpoint(options.checkpoint), options.to, options.private))
    )

    verb = verbs.add_parser("pull", help="download a checkpoint from the Hub into a folder")
    verb.add_argument("--from", dest="source", required=True, metavar="OWNER/NAME")
    verb.add_argument("--out", type=Path, required=True, metavar="DIR")
    verb.set_defaults(run=_pull)

    verb = verbs.add_parser("doctor", help="what is installed, which weights are on this machine, what is missing")
    verb.add_argument(
        "--backbone", metavar="NAME",
        help="how this backbone would be run and where its weights come from; NAME is lite0, lite2, clip:ARCH/TAG,"
        " clip:ARCH//abs/FILE.safetensors (local weights), clip:hf-hub:OWNER/NAME or timm:NAME",
    )  # fmt: skip
    verb.set_defaults(run=_doctor)
    return parser


def _open(source: str) -> Gallery:
    return _open_all([source])[0]


def _open_all(sources: Sequence[str]) -> list[Gallery]:
    """The galleries; the notes on one that is given twice are printed once."""
    galleries, seen = [], set()
    for source in sources:
        galleries.append(open_gallery(source))
        place = os.path.realpath(os.path.expanduser(source))
        if place not in seen:
            print(*(f"{note}\n" for note in galleries[-1].all_notes), sep="", end="", file=sys.stderr)
        seen.add(place)
    return galleries


def _make_folder(folder: Path) -> None:
    """Before the long work, so that a wrong --out is told at once."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"--out {folder}: expected a folder that can be made ({error.strerror}).") from error


def _fit(options: argparse.Namespace) -> None:
    recipe = read_recipe(options.recipe, options.set)
    galleries = _open_all([*options.gallery, *([options.validation] if options.validation else [])])
    validation = galleries.pop() if options.validation else None
    _make_folder(options.out)
    out = fit.run(recipe, galleries, options.out, validation=validation, overwrite=options.overwrite)
    if is_first_process():
        checkpoint = open_checkpoint(str(out))
        findings = [finding.sentence() for finding in diagnose(checkpoint.history)]
        for sentence in filter(None, [how_chosen(checkpoint.recipe, checkpoint.recipe["trained_on"]), *findings]):
            print(sentence, file=sys.stderr)
        print(out)


def _embed(options: argparse.Namespace) -> None:
    checkpoint = open_checkpoint(options.checkpoint)
    if options.out.is_dir():
        raise UserError(f"--out {options.out}: expected a file name ending in .npz, found a folder.")
    _make_folder(options.out.parent)
    print(embed.run(_open(options.gallery), checkpoint, options.out))


def _export(options: argparse.Namespace) -> None:
    checkpoint = open_checkpoint(options.checkpoint)
    if options.out.is_dir():
        raise UserError(f"--out {options.out}: expected a file name, found a folder.")
    _make_folder(options.out.parent)
    print(export.run(checkpoint, options.format, options.out))


def _doctor(options: argparse.Namespace) -> None:
    print(*(doctor.describe(options.backbone) if options.backbone else doctor.run()), sep="\n")


def _push(options: argparse.Namespace) -> None:
    print(hub.push(open_checkpoint(options.checkpoint), options.to, options.private))


def _pull(options: argparse.Namespace) -> None:
    _make_folder(options.out)
    print(hub.pull(options.source, options.out))


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


def _compare(options: argparse.Namespace) -> None:
    checkpoints = compare.open_all(options.checkpoints)
    result = compare.run(_open(options.gallery), checkpoints)
    print(json.dumps(result) if options.json else compare.table(result))


def _assemble(options: argparse.Namespace) -> None:
    recipe = without(read_gallery_recipe(options.recipe), options.skip)
    out = assemble.run(recipe, options.out)
    print(*assemble.notes(recipe, out), sep="\n", file=sys.stderr)
    print(out)


def _reproduce(options: argparse.Namespace) -> None:
    galleries = _open_all(options.gallery)
    _make_folder(options.out)
    print(as_markdown(reproduce.run(galleries, options.out, options.recipes, overwrite=options.overwrite)))
    print(options.out)


def _print_table(result: dict) -> None:
    def number(value: float | None) -> str:
        return "    -" if value is None else f"{value:.3f}"

    print(f"{result['checkpoint']} on {result['gallery']}: {result['protocol']}")
    print(f"{'':16} study mP@5  GUIE mP@5  recall@1  pictures  queries")
    limits = [
        (name, {metric: interval and interval[side] for metric, interval in result["intervals"].items()})
        for side, name in enumerate(("95 % of all from", "to"))
    ]
    overall = {**result, "n": result["n_images"]}
    for name, row in [*result["per_type"].items(), *limits, ("all", overall)]:
        print(
            f"{name:16} {number(row['study_mp5']):>10} {number(row['guie_mp5']):>10} {number(row['recall_at_1']):>9}"
            f" {row.get('n', ''):>9} {row.get('n_queries', ''):>8}".rstrip()
        )


if __name__ == "__main__":
    sys.exit(main())
