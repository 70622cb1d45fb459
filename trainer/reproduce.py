"""The rows of the study's Table 1, trained and judged on one's own pictures, beside the study's numbers.

run([open_gallery("photos/")], Path("runs/table-1"))

Each row is a recipe. Where its backbone's weights are not on this machine its offline twin stands in, and the table
says so. A row that is done is not done again, so that a run that was cut short goes on.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from trainer import fit
from trainer.core.backbones import backbone_fingerprint, weights_available
from trainer.core.checkpoint import open_checkpoint, record_metrics
from trainer.core.diagnosis import diagnose
from trainer.core.embedder import gallery_embeddings
from trainer.core.errors import UserError
from trainer.core.evaluation import evaluate, protocol
from trainer.core.gallery import Gallery
from trainer.core.progress import Progress, terminal
from trainer.core.store import digest, whole_file
from trainer.model_card import write_card
from trainer.recipe import Recipe, read_recipe
from trainer.report import write_report

VERSION = 1  # raise it when training or evaluation changes what a row says


@dataclass(frozen=True)
class Row:
    """One system of the study and the recipes that stand for it; `study_mp5` is the study's own figure."""

    row: str
    system: str
    recipe: str
    twin: str
    study_mp5: str


TABLE_1 = (
    Row("1", "ResNet-50, Multi-Similarity, class names", "study1-expert-resnet50", "study1-expert-lite2", "0.221"),
    Row("1", "ResNet-50, Multi-Similarity, pseudo-labels", "study1-pseudo-resnet50", "study1-pseudo-lite2", "-"),
    Row("2", "ResNet-50, ArcFace", "study2-resnet50", "study2-lite2", "0.182"),
    Row("3", "SE-ResNeXt-50, ArcFace", "study3-seresnext50", "study3-seresnext50-lite2", "at most 0.230"),
    Row("3", "Inception v3, ArcFace", "study3-inception", "study3-inception-lite2", "at most 0.230"),
    Row("3", "GoogLeNet, ArcFace", "study3-googlenet", "study3-googlenet-lite0", "at most 0.230"),
    Row("4", "CLIP ViT-L/14, ArcFace, linear", "study4-clip", "arcface-linear-lite2", "0.485"),
    Row("5", "CLIP ViT-L/14, ArcFace, BatchNorm, linear", "study5-clip", "arcface-bn-lite2", "row 4 + 9 %"),
    Row("6", "CLIP ViT-L/14, ArcFace, BatchNorm, wider linear", "study6-clip", "arcface-bn-wide-lite2", "row 4 + 18 %"),
)  # fmt: skip


def run(
    galleries: Sequence[Gallery], out: Path, recipes: Sequence[str] = (), progress: Progress = terminal
) -> dict[str, Any]:
    """Train on all galleries, evaluate on those with query and index pictures, write table and figure to `out`.

    `recipes` stand in place of Table 1 where they are given. Raises UserError where no gallery has query and index.
    """
    judged = [gallery for gallery in galleries if protocol(gallery).split]
    if not judged:
        raise UserError(
            f"reproduce: expected a gallery with pictures of split query and index, or test, to judge by, found none in"
            f" {', '.join(g.name for g in galleries)}; mark some in metadata.csv."
        )
    rows = [Row("", name, name, name, "-") for name in recipes] or list(TABLE_1)
    plans = [(row, _recipe(row)) for row in rows]
    results = []
    for row, recipe in progress(plans, total=len(plans), desc="rows", unit="row"):
        results.append({**asdict(row), **_result(recipe, galleries, judged, out / "rows" / recipe.name, progress)})
    report = {
        "trained_on": [gallery.name for gallery in galleries],
        "judged_on": [gallery.name for gallery in judged],
        "rows": results,
    }
    write_report(report, out)
    return report


def _recipe(row: Row) -> Recipe:
    recipe = read_recipe(row.recipe)
    return recipe if row.twin == row.recipe or weights_available(recipe.backbone) else read_recipe(row.twin)


def _result(
    recipe: Recipe, galleries: Sequence[Gallery], judged: Sequence[Gallery], folder: Path, progress: Progress
) -> dict[str, Any]:
    """What one recipe gave, from `result.json` where that is of the same recipe, pictures and weights."""
    key = digest({
        "recipe": asdict(recipe), "pictures": [g.fingerprint + g.labels_fingerprint for g in galleries],
        "weights": backbone_fingerprint(recipe.backbone), "version": VERSION,
    })  # fmt: skip
    path = folder / "result.json"
    if path.is_file():
        stored = json.loads(path.read_text())
        if stored.pop("key") == key:
            return stored
    start = time.perf_counter()
    fit.run(recipe, galleries, folder, progress)
    time_s = time.perf_counter() - start
    checkpoint = open_checkpoint(str(folder))
    for gallery in judged:
        record_metrics(
            checkpoint, gallery.name, evaluate(gallery, gallery_embeddings(gallery, checkpoint, progress), recipe.name)
        )
    write_card(checkpoint)
    result = {
        "ran": recipe.name,
        "backbone": recipe.backbone,
        "validation": checkpoint.metrics["validation"],
        "results": {gallery.name: checkpoint.metrics[gallery.name] for gallery in judged},
        "curve": [finding.sentence() for finding in diagnose(checkpoint.history)],
        "time_s": round(time_s, 1),
    }
    with whole_file(path) as part:
        part.write_text(json.dumps({"key": key, **result}, indent=1) + "\n")
    return result
