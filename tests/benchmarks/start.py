"""How soon the page opens and answers, and with how much memory, against the imports that it needs.

python tests/benchmarks/start.py

In turn, several times, with the files of this machine in the cache: a process that imports torch and gradio; `python
app.py` on the sample gallery, until `/` answers and until the first query is answered. Prints seconds, ratios, and the
resident memory in MB, summed over the processes of the page, after the page and after the first query. `new machine`:
the same with an empty cache, once.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.load import Outcome, Question, ask, memory_mb, process_of, search_function
from tests.benchmarks.serving import photographs
from tests.serving import serve
from trainer.core.process import configure_process

ROUNDS = 3


def imports() -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import torch, gradio"], check=True)
    return time.perf_counter() - start


def start(cache: Path, image: bytes) -> dict[str, float]:
    began = time.perf_counter()
    with serve(cache) as server:
        found = {"page_s": time.perf_counter() - began}
        process = process_of(server.port)
        found["page_mb"] = memory_mb(process)
        asyncio.run(first_answer(server.url, image))
        return found | {"answer_s": time.perf_counter() - began, "answer_mb": memory_mb(process)}


async def first_answer(url: str, image: bytes) -> None:
    outcome = Outcome()
    async with httpx.AsyncClient(base_url=url, timeout=120) as client:
        client.params = client.params.set("fn_index", await search_function(client))
        await ask(client, "atlas", Question(image, [""], np.zeros(5)), outcome)
    if not outcome.seconds:
        raise RuntimeError(f"no answer: {outcome.errors}")


def main() -> None:
    configure_process()
    (image,) = photographs(1, 320, 240)
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder) / "cache"
        first = start(cache, image)
        pairs = [(imports(), start(cache, image)) for _ in range(ROUNDS)]
    limit = float(np.median([seconds for seconds, _ in pairs]))
    again = {key: float(np.median([found[key] for _, found in pairs])) for key in first}
    print(json.dumps({
        "import torch, gradio": round(limit, 2),
        **{key: round(value, 2) for key, value in again.items()},
        "page / imports": round(again["page_s"] / limit, 2),
        "answer / imports": round(again["answer_s"] / limit, 2),
        "new machine": {key: round(value, 2) for key, value in first.items()},
    }, indent=1))  # fmt: skip


if __name__ == "__main__":
    main()
