"""Makes the checkpoints that come with the project: `python assets/checkpoints/make.py GUIE_POOL GUIE_MINI`.

`python assets/checkpoints/make.py --sample-only GUIE_MINI` trains nothing: after a change of the sample gallery it
computes again all that depends on it: the scores in metrics.json and README.md, and the files in each `ready/`, whose
SHA-256 are in `digests.json`. Names of checkpoints may follow both.

For each recipe, two trainings (the query and index images of both galleries are touched by neither):

1. on GUIE_POOL without any class of GUIE_MINI, whose training images then are the validation classes: its scores
   choose between recipes, and choose the page's default;
2. on both galleries: this is the checkpoint. The study's ladder holds a tenth of the classes out to choose the epoch,
   as its recipes say; `atlas` keeps its last epoch and trains on all. It is evaluated on GUIE_MINI and on the sample
   gallery, and what the app shows of the sample gallery is stored with it, so that the page opens without computing.

`ready/` also holds a presence model for images that are not of the gallery, fitted to drawings and photographs together
(the sample gallery and the query and index images of GUIE_MINI).
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

from trainer.core.process import configure_process  # noqa: E402

configure_process()  # before torch loads

from trainer.__main__ import main as trainer  # noqa: E402
from trainer.core.data.gallery import open_gallery  # noqa: E402
from trainer.core.models.bundled import record_digests  # noqa: E402
from trainer.core.models.checkpoint import open_checkpoint, record_metrics  # noqa: E402
from trainer.core.precomputed import precompute  # noqa: E402
from trainer.core.retrieval.presence import OUTSIDE_FILE  # noqa: E402
from trainer.core.retrieval.presence_fit import fit_presence, presence_examples  # noqa: E402

RECIPES = {
    "pca-lite0": (), "pca-lite2": (), "arcface-linear-lite2": (), "arcface-bn-lite2": (), "arcface-bn-wide-lite2": (),
    "atlas": ("validation_classes=0", "measure_loss=false"),
}  # fmt: skip
NOTE = (
    "They are those of the same recipe trained on {pool} alone, without any class of {mini}, whose training images"
    " are the validation classes; the checkpoint itself was then trained on both."
)


def main(pool: str, mini: str, *names: str) -> None:
    for name in names or RECIPES:
        folder = str(HERE / name)
        with tempfile.TemporaryDirectory() as chosen:
            run("fit", name, "--gallery", pool, "--validation", mini, "--out", chosen)
            validation = open_checkpoint(chosen).metrics["validation"]
        run("fit", name, "--gallery", pool, mini, "--out", folder, "--overwrite", "--set", *RECIPES[name])
        note = NOTE.format(pool=Path(pool).name, mini=Path(mini).name)
        record_metrics(open_checkpoint(folder), "validation", {**validation, "note": note})
        run("evaluate", "--gallery", mini, "--checkpoint", folder, "--record")
    sample_only(mini, *names)


def sample_only(mini: str, *names: str) -> None:
    """Compute again what depends on the sample gallery, and record the digests of `ready/`."""
    chosen = names or tuple(RECIPES)
    ready(*chosen)
    photographs = open_gallery(mini)
    for name in chosen:
        run("evaluate", "--gallery", "sample", "--checkpoint", str(HERE / name), "--record")
        checkpoint = open_checkpoint(name)
        model = fit_presence(presence_examples(checkpoint, open_gallery("sample"), photographs))
        np.savez(checkpoint.ready_dir / OUTSIDE_FILE, **model.arrays())  # type: ignore[arg-type]
    record_digests(chosen)


def ready(*names: str) -> None:
    """Fill each `ready/` with what the app computes of the sample gallery, with an empty cache."""
    before = os.environ.get("GUIE_CACHE")
    with tempfile.TemporaryDirectory() as cache:
        os.environ["GUIE_CACHE"] = cache
        for name in names:
            checkpoint = open_checkpoint(name)
            shutil.rmtree(checkpoint.ready_dir, ignore_errors=True)
            checkpoint.ready_dir.mkdir()
            precompute(open_gallery("sample"), checkpoint)
            for kind in ("embeddings", "map", "evaluation", "presence"):
                [file] = (Path(cache) / kind).iterdir()
                shutil.move(file, checkpoint.ready_dir)
    os.environ.pop("GUIE_CACHE")
    if before is not None:
        os.environ["GUIE_CACHE"] = before
    record_digests(names)


def run(*arguments: str) -> None:
    if status := trainer(arguments):
        sys.exit(status)


if __name__ == "__main__":
    sample_only(*sys.argv[2:]) if sys.argv[1:2] == ["--sample-only"] else main(*sys.argv[1:])
