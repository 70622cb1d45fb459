"""Training a head on cached features, against a minimal loop of pytorch-metric-learning in the same run.

python tests/benchmarks/head_training.py                  # 10,000 x 1280 features, 1,600 classes; about two minutes
python tests/benchmarks/head_training.py --epochs 5 --rounds 1

Both train a linear head to 64 numbers with ArcFace and AdamW, from random weights, with the same batch size, epochs and
learning rate. The project's time includes what it does in each epoch: validation scores and losses, the state on disk
and the choice of the best epoch. The library's loop shuffles, computes the loss and steps, nothing else. Both run in
turn in one process; the ratio is that of the shortest times.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from trainer.core.process import configure_process

BATCH_SIZE, LEARNING_RATE, WEIGHT_DECAY, DROPOUT = 512, 3e-3, 1e-4, 0.2


def training_data(n: int, dims: int, n_classes: int) -> Any:
    """Features around class centres: all but a tenth of the classes train; one image in ten measures the loss."""
    from trainer.training.data.image_set import ImageSet, TrainingData

    rng = np.random.default_rng(0)
    labels = np.concatenate([np.arange(n_classes), rng.integers(0, n_classes, n - n_classes)])
    features = (rng.normal(size=(n_classes, dims))[labels] + 2 * rng.normal(size=(n, dims))).astype(np.float32)
    names = np.char.add("class ", np.arange(n_classes).astype(str))
    types = np.char.add("type ", (labels % 11).astype(str))

    def images(rows: np.ndarray) -> ImageSet:
        return ImageSet(features[rows], labels[rows], names[labels[rows]], types[rows], np.full(len(rows), ""))

    n_trained = n_classes - n_classes // 10
    is_val = (labels < n_trained) & (rng.random(n) < 0.1)
    is_val[np.unique(labels, return_index=True)[1]] = False  # each class has an image to train on
    parts = [(labels < n_trained) & ~is_val, is_val, labels >= n_trained]
    return TrainingData(*(images(np.flatnonzero(part)) for part in parts), names[:n_trained], 0, 0)


def the_project(data: Any, epochs: int) -> None:
    from trainer.core.models.heads import build_head
    from trainer.core.progress import silent
    from trainer.training.head_training import HeadTraining
    from trainer.training.initialisation import initialise
    from trainer.training.loop import start
    from trainer.training.outputs.saved_epochs import SavedEpochs
    from trainer.training.recipe import Recipe

    recipe = Recipe(
        name="benchmark", backbone="lite2", head={"kind": "linear", "dropout": DROPOUT}, loss={"kind": "arcface"},
        sampler={"kind": "shuffle", "batch_size": BATCH_SIZE},
        optimiser={"epochs": epochs, "learning_rate": LEARNING_RATE, "weight_decay": WEIGHT_DECAY},
    )  # fmt: skip
    config = recipe.head.config(in_dims=data.train.features.shape[1])
    head = build_head(config)
    initialise(head, recipe.head, data.train)
    with tempfile.TemporaryDirectory() as folder:
        saved = SavedEpochs(Path(folder), recipe, config, data)
        HeadTraining(recipe, data, start("no", 1), Path(folder) / "state", "key", saved, silent).run(head)


def minimal_loop(data: Any, epochs: int) -> None:
    import torch
    from pytorch_metric_learning.losses import ArcFaceLoss
    from torch import nn
    from torch.nn import functional as F

    features, labels = torch.from_numpy(data.train.features), torch.from_numpy(data.train.labels)
    head = nn.Sequential(nn.Dropout(DROPOUT), nn.Linear(features.shape[1], 64))
    loss_function = ArcFaceLoss(data.n_classes, 64, margin=28.6, scale=30)
    groups = [
        {"params": head.parameters(), "weight_decay": WEIGHT_DECAY},
        {"params": loss_function.parameters(), "weight_decay": 0.0},
    ]
    optimiser = torch.optim.AdamW(groups, lr=LEARNING_RATE)
    for _ in range(epochs):
        for rows in torch.randperm(len(features)).split(BATCH_SIZE):
            loss = loss_function(F.normalize(head(features[rows]), dim=1), labels[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()


CALLS: dict[str, Callable[[Any, int], None]] = {"the minimal loop": minimal_loop, "the project": the_project}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=10_000, help="images")
    parser.add_argument("--dims", type=int, default=1280, help="of the features")
    parser.add_argument("--classes", type=int, default=1_600)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    configure_process()
    data = training_data(options.n, options.dims, options.classes)
    for call in CALLS.values():
        call(data, 1)
    times: dict[str, list[float]] = {name: [] for name in CALLS}
    for _ in range(options.rounds):
        for name, call in CALLS.items():
            start = time.perf_counter()
            call(data, options.epochs)
            times[name].append(time.perf_counter() - start)
            print(f"{name:<17} {times[name][-1]:7.2f} s", flush=True)
    peer, own = (min(times[name]) for name in CALLS)
    print(f"{own / peer:.2f} of the time of the minimal loop")


if __name__ == "__main__":
    main()
