"""Makes the checkpoints that come with the project: `python assets/checkpoints/make.py GUIE_POOL GUIE_MINI`.

For each recipe: fit on both galleries (their query and index pictures untouched), evaluate on GUIE_MINI and on the
sample gallery, and store what the app shows of the sample gallery, so that it opens without computing. A recipe is one
command each; this file only runs them in a row.
"""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

from trainer.__main__ import main as trainer  # noqa: E402
from trainer.core.checkpoint import open_checkpoint  # noqa: E402
from trainer.core.gallery import open_gallery  # noqa: E402
from trainer.core.ready import prepare  # noqa: E402

RECIPES = ("pca-lite0", "pca-lite2", "arcface-linear-lite2", "arcface-bn-lite2", "arcface-bn-wide-lite2")


def main(pool: str, mini: str) -> None:
    sample = open_gallery("sample")
    for name in RECIPES:
        folder = str(HERE / name)
        for stale in (HERE / name).glob("ready/*.npz"):
            stale.unlink()
        run("fit", name, "--gallery", pool, mini, "--out", folder)
        for gallery in (mini, "sample"):
            run("evaluate", "--gallery", gallery, "--checkpoint", folder, "--record")
        prepare(sample, open_checkpoint(folder), keep_with_checkpoint=True)


def run(*arguments: str) -> None:
    if status := trainer(arguments):
        sys.exit(status)


if __name__ == "__main__":
    main(*sys.argv[1:])
