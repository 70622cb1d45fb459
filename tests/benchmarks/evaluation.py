"""Study mP@5, GUIE mP@5 and recall@1 together, against one FAISS search of the same size as the limit.

python tests/benchmarks/evaluation.py                     # 130,000 x 64, some minutes; prints times and their ratio
python tests/benchmarks/evaluation.py --n 40000           # about ten times as fast

The gallery has a query for every three index images. The limit is `faiss.IndexFlatIP` with all rows as queries against
all rows, k = 6: the image itself and five others. Both run in turn in one process, after a small call of each; the
ratio is that of the shortest times.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[2]))

from trainer.core.process import configure_process

K = 6


def synthetic(n: int, dims: int, classes_per_type: int = 400, types: int = 11) -> tuple[np.ndarray, pd.DataFrame]:
    """(N, E) unit rows around class centres, and the table of their gallery."""
    rng = np.random.default_rng(0)
    of_class = rng.integers(0, classes_per_type * types, n)
    rows = rng.normal(size=(classes_per_type * types, dims))[of_class] + 0.9 * rng.normal(size=(n, dims))
    embeddings = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    columns = {
        "image_id": np.arange(n).astype(str), "path": "", "object_type": (of_class % types).astype(str),
        "class_name": of_class.astype(str), "split": rng.choice(["query", "index"], n, p=[0.25, 0.75]),
    }  # fmt: skip
    return embeddings, pd.DataFrame(columns)


def the_project(embeddings: np.ndarray, table: pd.DataFrame) -> dict[str, np.ndarray]:
    from trainer.core.data.gallery import Gallery
    from trainer.core.retrieval.evaluation import query_scores

    return query_scores(Gallery("synthetic", table, tuple(table["image_id"])), embeddings)


def one_search(embeddings: np.ndarray, table: pd.DataFrame) -> np.ndarray:
    import faiss

    index = faiss.IndexFlatIP(embeddings.shape[1])
    index.add(embeddings)
    return index.search(embeddings, K)[1]


CALLS: dict[str, Callable] = {"one FAISS search": one_search, "the project": the_project}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=130_000)
    parser.add_argument("--dims", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    configure_process()
    for call in CALLS.values():
        call(*synthetic(2_000, options.dims))
    data = synthetic(options.n, options.dims)
    times: dict[str, list[float]] = {name: [] for name in CALLS}
    for _ in range(options.rounds):
        for name, call in CALLS.items():
            start = time.perf_counter()
            result = call(*data)
            times[name].append(time.perf_counter() - start)
            scores = {metric: f"{np.nanmean(of):.4f}" for metric, of in result.items()} if name == "the project" else ""
            print(f"{name:<18} {times[name][-1]:7.2f} s   {scores}", flush=True)
    limit, own = (min(times[name]) for name in CALLS)
    print(f"{own / limit:.2f} of the time of one FAISS search")


if __name__ == "__main__":
    main()
