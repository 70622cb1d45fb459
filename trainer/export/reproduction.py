"""The rows of the study's Table 1, trained and evaluated on the user's images, next to the study's scores.

run([open_gallery("photos/")], Path("runs/table-1"))

Each row is a recipe. If the weights of its backbone are not on this machine, its offline substitute runs, and the table
says so. Finished rows are stored, so that an interrupted run continues with the next one.
"""

import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from trainer.core.cache import digest
from trainer.core.data.gallery import Gallery
from trainer.core.errors import UserError
from trainer.core.files import whole_file
from trainer.core.models.backbones import weights_available
from trainer.core.models.checkpoint import open_checkpoint, record_metrics
from trainer.core.progress import Progress, terminal
from trainer.core.retrieval.comparison import checkpoint_scores
from trainer.core.retrieval.diagnosis import diagnose
from trainer.core.retrieval.evaluation import protocol, summary
from trainer.export.report import check_report, write_report
from trainer.training import fit
from trainer.training.outputs.model_card import write_card
from trainer.training.outputs.output_folder import check_output
from trainer.training.recipe import Recipe, read_recipe

RESULT_VERSION = 1  # raise it when a change of the evaluation changes a row; for training: `fit.TRAINING_VERSION`


@dataclass(frozen=True)
class TableRow:
    """One system of the study, its recipe, the recipe that replaces it offline, and the study's own score.

    The names of the fields are keys of table.json.
    """

    row: str
    system: str
    recipe: str
    twin: str  # the offline substitute
    study_mp5: str


TABLE_1 = (
    TableRow("1", "ResNet-50, Multi-Similarity, class names", "study1-expert-resnet50", "study1-expert-lite2", "0.221"),
    TableRow("1", "ResNet-50, Multi-Similarity, pseudo-labels", "study1-pseudo-resnet50", "study1-pseudo-lite2", "-"),
    TableRow("2", "ResNet-50, ArcFace", "study2-resnet50", "study2-lite2", "0.182"),
    TableRow("3", "SE-ResNeXt-50, ArcFace", "study3-seresnext50", "study3-seresnext50-lite2", "at most 0.230"),
    TableRow("3", "Inception v3, ArcFace", "study3-inception", "study3-inception-lite2", "at most 0.230"),
    TableRow("3", "GoogLeNet, ArcFace", "study3-googlenet", "study3-googlenet-lite0", "at most 0.230"),
    TableRow("4", "CLIP ViT-L/14, ArcFace, linear", "study4-clip", "arcface-linear-lite2", "0.485"),
    TableRow("5", "CLIP ViT-L/14, ArcFace, BatchNorm, linear", "study5-clip", "arcface-bn-lite2", "row 4 + 9 %"),
    TableRow("6", "CLIP ViT-L/14, ArcFace, BatchNorm, wider linear", "study6-clip", "arcface-bn-wide-lite2",
             "row 4 + 18 %"),
)  # fmt: skip


def run(
    galleries: Sequence[Gallery], out: Path, recipes: Sequence[str] = (), progress: Progress = terminal,
    overwrite: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """Train on all galleries, evaluate on those with query and index images, write table and figure to `out`.

    `recipes`, if given, replace Table 1. Raises UserError if no gallery has query and index images, if two recipes have
    the same name, or if `out` holds rows or tables of other galleries or recipes, unless `overwrite` is true.
    """
    evaluated = [gallery for gallery in galleries if protocol(gallery).split]
    if not evaluated:
        raise UserError(
            f"reproduce: expected a gallery with images of split query and index, or test, to evaluate on, found none"
            f" in {', '.join(g.name for g in galleries)}; mark some in metadata.csv."
        )
    rows = _rows_with_recipes(recipes)
    key = digest({"galleries": [g.fingerprint + g.labels_fingerprint for g in galleries]})
    if not overwrite:
        check_report(out, key)
        for _, recipe in rows:
            check_output(out / "rows" / recipe.name, fit.run_key(recipe, galleries))
    results = []
    for row, recipe in progress(rows, total=len(rows), desc="rows", unit="row"):
        result = _result(recipe, galleries, evaluated, out / "rows" / recipe.name, progress, overwrite)
        results.append({**asdict(row), **result})
    report = {
        "key": key,
        "trained_on": [gallery.name for gallery in galleries],
        "judged_on": [gallery.name for gallery in evaluated],
        "rows": results,
    }
    write_report(report, out)
    return report


def _rows_with_recipes(recipes: Sequence[str]) -> list[tuple[TableRow, Recipe]]:
    """Each row with the recipe that runs for it. Raises UserError if two recipes share a name, and thus a folder."""
    rows = [TableRow("", name, name, name, "-") for name in recipes] or TABLE_1
    pairs = [(row, _recipe(row)) for row in rows]
    several = [name for name, count in Counter(recipe.name for _, recipe in pairs).items() if count > 1]
    if several:
        raise UserError(
            f"--recipes: expected recipes of different names, found {', '.join(several)} more than once; rename one."
        )
    return pairs


def _recipe(row: TableRow) -> Recipe:
    recipe = read_recipe(row.recipe)
    return recipe if row.twin == row.recipe or weights_available(recipe.backbone) else read_recipe(row.twin)


def _result(
    recipe: Recipe, galleries: Sequence[Gallery], evaluated: Sequence[Gallery], folder: Path, progress: Progress,
    overwrite: bool,
) -> dict[str, Any]:  # fmt: skip
    """The result of one recipe, from `result.json` if that is of the same recipe, images and weights."""
    key = digest({"run": fit.run_key(recipe, galleries), "version": RESULT_VERSION})
    path = folder / "result.json"
    if stored := _stored(path, key):
        return stored
    start = time.perf_counter()
    fit.run(recipe, galleries, folder, progress, None, overwrite)
    time_s = time.perf_counter() - start
    checkpoint = open_checkpoint(str(folder))
    for gallery in evaluated:
        scores = checkpoint_scores(gallery, checkpoint, progress)
        record_metrics(checkpoint, gallery.name, summary(gallery, scores, recipe.name))
    write_card(checkpoint)
    result = {
        "ran": recipe.name,
        "backbone": recipe.backbone,
        "validation": checkpoint.metrics["validation"],
        "results": {gallery.name: checkpoint.metrics[gallery.name] for gallery in evaluated},
        "curve": [finding.sentence() for finding in diagnose(checkpoint.history)],
        "time_s": round(time_s, 1),
    }
    with whole_file(path) as part:
        part.write_text(json.dumps({"key": key, **result}, indent=1) + "\n")
    return result


def _stored(path: Path, key: str) -> dict[str, Any]:
    """The result in a file; empty if the file is missing or damaged, or has another key."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        return stored if stored.pop("key") == key else {}
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return {}
