"""What the seed decides: `python assets/checkpoints/seeds.py GUIE_POOL GUIE_MINI seeds.csv RECIPE[:key=value...] ...`.

Each recipe is trained five times on both galleries, with all their classes, and evaluated on the query and index
images of GUIE_MINI. A row a training goes into the CSV; means and their 95 % t-intervals over seeds are printed.
Only settings that were chosen before belong here: these images choose nothing.
"""

import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

from trainer.core.process import configure_process  # noqa: E402

configure_process()  # before torch loads

import pandas as pd  # noqa: E402

from trainer.core.data.gallery import open_gallery  # noqa: E402
from trainer.core.models.checkpoint import open_checkpoint  # noqa: E402
from trainer.core.models.embedder import gallery_embeddings  # noqa: E402
from trainer.core.retrieval.evaluation import evaluate  # noqa: E402
from trainer.core.retrieval.metric_names import METRICS  # noqa: E402
from trainer.core.retrieval.statistics import seed_interval  # noqa: E402
from trainer.training import fit  # noqa: E402
from trainer.training.recipe import read_recipe  # noqa: E402

SEEDS = 5


def main(pool: str, mini: str, out: str, *specs: str) -> None:
    galleries = [open_gallery(pool), open_gallery(mini)]
    rows = []
    for spec in specs:
        for seed in range(SEEDS):
            rows.append({"recipe": spec, "seed": seed, **one(spec, seed, galleries)})
            pd.DataFrame(rows).to_csv(out, index=False)
        table = pd.DataFrame(rows).query("recipe == @spec")
        for metric in METRICS:
            low, high = seed_interval(table[metric])
            print(f"{spec} {metric}: {table[metric].mean():.4f} [{low:.4f}, {high:.4f}] over {SEEDS} seeds", flush=True)


def one(spec: str, seed: int, galleries: list) -> dict[str, float]:
    name, *changes = spec.split(":")
    recipe = read_recipe(name, [*changes, f"seed={seed}", "validation_classes=0"])
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = open_checkpoint(str(fit.run(recipe, galleries, Path(folder))))
        result = evaluate(galleries[1], gallery_embeddings(galleries[1], checkpoint), name)
        last = checkpoint.history.iloc[-1]
    curve = {name: last[name] for name in ("train_loss", "train_loss_eval", "val_loss", "anchors_with_positive")
             if name in last}  # fmt: skip
    return {**{metric: result[metric] for metric in METRICS}, **curve}


if __name__ == "__main__":
    main(*sys.argv[1:])
