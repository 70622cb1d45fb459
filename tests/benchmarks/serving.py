"""How fast `/search` answers, against a plain HTTP route that does the same.

python tests/benchmarks/serving.py

The peer is one Starlette route: the body is the file, two queries at a time, the same encoders in OpenVINO (float32),
the same head and index; no page, no sessions, no queue. Both are asked in turn: one client with images of 320 px and of
12 megapixels, then 12 and 50 clients at once with images of 320 px. Prints seconds, answers a second and ratios.
"""

import argparse
import asyncio
import io
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.load import Outcome, Question, ask, search_function
from tests.serving import serve
from trainer.core.process import configure_process

ROOT = Path(__file__).parents[2]
K = 5
SECONDS = 10  # of a load, for each of the two in turn
ROUNDS = 2
Query = Callable[[httpx.AsyncClient, bytes], Awaitable[None]]


def photographs(n: int, width: int, height: int) -> list[bytes]:
    """JPEGs of images of the sample gallery, which are enlarged; all are different."""
    from trainer.core.data.gallery import open_gallery

    table = open_gallery("sample").table
    found = []
    for path in table["path"].iloc[np.linspace(0, len(table) - 1, n).astype(int)]:
        buffer = io.BytesIO()
        Image.open(path).convert("RGB").resize((width, height), Image.Resampling.BICUBIC).save(buffer, "JPEG")
        found.append(buffer.getvalue())
    return found


def serve_plain(port: int) -> None:
    """The peer, in a process of its own."""
    configure_process(server=True)
    import faiss
    import openvino
    import torch
    import uvicorn
    from starlette.applications import Starlette
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    from app.library.library import open_library
    from trainer.core.models.backbones import concat_features
    from trainer.core.models.runtimes.base import PixelNetwork

    library = open_library("sample", ["atlas"])
    served = library.checkpoints["atlas"]
    encoders = served.embedder.backbone().encoders
    head = served.checkpoint.load_head()
    index = faiss.IndexFlatIP(64)
    index.add(served.precomputed.embeddings)
    compiled = []
    for encoder in encoders:
        size, preprocessing = encoder.preprocessing.size_px, encoder.preprocessing
        network = PixelNetwork(type("N", (), {"load": encoder.load, "mean": preprocessing.mean,
                                              "std": preprocessing.std})())  # type: ignore[arg-type]  # fmt: skip
        model = openvino.convert_model(
            network, example_input=torch.zeros(1, size, size, 3, dtype=torch.uint8), input=([1, size, size, 3],)
        )
        compiled.append(openvino.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"}))
    ids = library.gallery.table["image_id"].tolist()

    def answer(body: bytes) -> list[dict]:
        with Image.open(io.BytesIO(body)) as image:
            rgb = image.convert("RGB")
        features = []
        for encoder, model in zip(encoders, compiled, strict=True):
            size = encoder.preprocessing.size_px
            pixels = np.asarray(rgb.resize((size, size), Image.Resampling.BICUBIC))[None]
            rows = next(iter(model.create_infer_request().infer([pixels]).values()))
            features.append(np.sign(rows) * np.sqrt(np.abs(rows)) if encoder.root else rows)
        with torch.inference_mode():
            embedding = head(torch.from_numpy(concat_features(features))).numpy()
        similarity, rows = index.search(embedding, K)
        return [{"image_id": ids[row], "similarity": float(s)} for row, s in zip(rows[0], similarity[0], strict=True)]

    two = asyncio.Semaphore(2)

    async def search(request) -> JSONResponse:
        body = await request.body()
        async with two:
            return JSONResponse(await run_in_threadpool(answer, body))

    uvicorn.run(Starlette(routes=[Route("/search", search, methods=["POST"])]), port=port, log_level="error")


async def project(client: httpx.AsyncClient, image: bytes) -> None:
    outcome = Outcome()
    await ask(client, "atlas", Question(image, [""], np.zeros(K)), outcome)
    if outcome.errors or outcome.refused or not outcome.seconds:
        raise RuntimeError(f"no answer: {outcome.errors}")


async def peer(client: httpx.AsyncClient, image: bytes) -> None:
    (await client.post("/search", content=image)).raise_for_status()


async def alone(client: httpx.AsyncClient, query: Query, images: list[bytes]) -> list[float]:
    """Seconds of each query, one after another."""
    seconds = []
    for image in images:
        start = time.perf_counter()
        await query(client, image)
        seconds.append(time.perf_counter() - start)
    return seconds


async def together(client: httpx.AsyncClient, query: Query, images: list[bytes], clients: int) -> tuple[int, float]:
    """`clients` that ask without a pause: answers, and seconds at the 95th percentile."""
    end, seconds = time.perf_counter() + SECONDS, []

    async def visitor(number: int) -> None:
        while time.perf_counter() < end:
            number += clients
            start = time.perf_counter()
            await query(client, images[number % len(images)])
            seconds.append(time.perf_counter() - start)

    start = time.perf_counter()
    await asyncio.gather(*map(visitor, range(clients)))
    return round(len(seconds) / (time.perf_counter() - start), 2), float(np.percentile(seconds, 95))


async def measure(own: str, plain: str) -> dict[str, object]:
    limits, result = httpx.Limits(max_connections=None), {}
    async with httpx.AsyncClient(base_url=own, timeout=120, limits=limits) as ours, httpx.AsyncClient(
        base_url=plain, timeout=120, limits=limits
    ) as theirs:  # fmt: skip
        ours.params = ours.params.set("fn_index", await search_function(ours))
        pairs: dict[str, tuple[httpx.AsyncClient, Query]] = {"project": (ours, project), "peer": (theirs, peer)}
        small, large = photographs(24, 320, 240), photographs(6, 4000, 3000)
        for client, query in pairs.values():
            await alone(client, query, [small[0], large[0], small[1]])
        for title, images in (("one client, 320 px", small), ("one client, 12 megapixels", large)):
            times: dict[str, list[float]] = {name: [] for name in pairs}
            for _ in range(ROUNDS):
                for name, (client, query) in pairs.items():
                    times[name] += await alone(client, query, images)
            ms = {f"{name}_ms": round(1000 * float(np.median(found)), 1) for name, found in times.items()}
            result[title] = {**ms, "ratio": round(ms["project_ms"] / ms["peer_ms"], 2)}
        for clients in (12, 50):
            rates: dict[str, list[tuple[float, float]]] = {name: [] for name in pairs}
            for _ in range(ROUNDS):
                for name, (client, query) in pairs.items():
                    rates[name].append(await together(client, query, small, clients))
            row: dict[str, float] = {}
            for name, found in rates.items():
                row[f"{name}_per_s"] = round(float(np.mean([rate for rate, _ in found])), 1)
                row[f"{name}_p95_s"] = round(float(np.mean([p95 for _, p95 in found])), 2)
            row["ratio"] = round(row["project_per_s"] / row["peer_per_s"], 2)
            result[f"{clients} clients, 320 px"] = row
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--plain", type=int, metavar="PORT", help="serve the peer")
    options = parser.parse_args()
    if options.plain:
        serve_plain(options.plain)
        return
    configure_process()
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    plain = subprocess.Popen([sys.executable, __file__, "--plain", str(port)], cwd=ROOT)
    try:
        wait_for(port)
        with tempfile.TemporaryDirectory() as folder, serve(Path(folder) / "cache") as server:
            print(json.dumps(asyncio.run(measure(server.url, f"http://127.0.0.1:{port}")), indent=1))
    finally:
        plain.kill()
        plain.wait()


def wait_for(port: int) -> None:
    for _ in range(600):
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("the peer did not start")


if __name__ == "__main__":
    main()
