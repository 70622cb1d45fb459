"""Serves the page on a gallery of any size: random embeddings and projections, with the images of the sample.

python tests/browser/large_map.py 130000 2 --port 7861        # 2 or 3 dimensions
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from app.library.library import Library, open_library  # noqa: E402
from app.library.served_checkpoint import ServedCheckpoint  # noqa: E402
from app.page import build_page, launch  # noqa: E402
from app.settings import read_settings  # noqa: E402
from trainer.core.data.gallery import Gallery  # noqa: E402
from trainer.core.precomputed import Precomputed  # noqa: E402
from trainer.core.retrieval.evaluation import protocol  # noqa: E402
from trainer.core.retrieval.metric_names import METRICS  # noqa: E402

CLASSES = 2_000
DIMS = 64


def large_library(n: int, dims: int) -> Library:
    """`n` images in CLASSES clusters; the second map has the same clusters at other positions."""
    rng = np.random.default_rng(0)
    sample = open_library("sample", [])
    types = sample.gallery.type_order
    classes = min(CLASSES, n)
    code = rng.integers(0, classes, n)
    table = pd.DataFrame(
        {
            "image_id": [f"images/{row:06}.webp" for row in range(n)],
            "path": [sample.gallery.table["path"][row % len(sample.gallery)] for row in range(n)],
            "object_type": [types[c % len(types)] for c in code],
            "class_name": [f"kind_{c}" for c in code],
            "split": rng.choice(["train", "query", "index"], n),
        }
    )
    gallery = Gallery("large", table, tuple(f"{row:064x}" for row in range(n)))
    of_type = np.arange(classes) % len(types)
    centres = rng.normal(size=(classes, DIMS)) + 1.5 * rng.normal(size=(len(types), DIMS))[of_type]
    embeddings = centres[code] + 0.7 * rng.normal(size=(n, DIMS))
    embeddings = (embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)).astype(np.float32)
    queries = protocol(gallery)
    scores = {metric: rng.random(len(queries.rows(metric))) for metric in METRICS}
    served = {}
    for name in ("pca-lite2", "arcface-linear-lite2"):
        middle = rng.normal(size=(len(types), dims))[of_type] * 9 + rng.normal(size=(classes, dims)) * 2.5
        xy = (middle[code] + rng.normal(size=(n, dims)) * rng.gamma(2, 0.08, classes)[code][:, None]).astype(np.float32)
        precomputed = Precomputed(embeddings, xy, sample.checkpoints[name].precomputed.evaluation, scores)
        served[name] = ServedCheckpoint(sample.checkpoints[name].checkpoint, precomputed)
    thumbnails = [sample.thumbnails[row % len(sample.thumbnails)] for row in range(n)]
    return Library(gallery, served, thumbnails)


if __name__ == "__main__":
    settings = read_settings(sys.argv[3:])
    library = large_library(int(sys.argv[1]), int(sys.argv[2]))
    launch(build_page(library, settings.lang), library, settings)
