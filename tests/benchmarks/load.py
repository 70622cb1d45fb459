"""Many visitors at once: do all of them get their own answer, how fast, and with how much memory?

python tests/benchmarks/load.py                                # 50 clients for two minutes
python tests/benchmarks/load.py --maps                         # the same while another visitor makes maps
python tests/benchmarks/load.py --uploads 10 --queries 1000    # large images first, queries one by one afterwards

Starts the page on the sample gallery, or uses that at --url. Each client uploads images of its own over HTTP, calls
`/search` through Gradio's queue and compares the answer with that of the library in this process. Prints one JSON
object: numbers of answers, errors, wrong answers and refusals; seconds at p50 and p95; resident memory in MB, summed
over the processes of the page, after the first query, before and after the load, and after further queries.
"""

import argparse
import asyncio
import io
import json
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np
import psutil
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.serving import serve
from trainer.core.process import configure_process

API = "/gradio_api"
K = 5
TOLERANCE = 2e-4  # of a cosine: batches and threads change the last digits
IMAGES_PER_CLIENT = 3


@dataclass
class Outcome:
    """What happened to the queries of all clients."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    refused: int = 0  # the queue was full, and the client was told so
    largest_rank: int = 0  # the last place in line that a client was told

    def summary(self) -> dict[str, object]:
        p50, p95 = np.percentile(self.seconds, [50, 95]) if self.seconds else (np.nan, np.nan)
        return {
            "answers": len(self.seconds),
            "p50_s": round(float(p50), 2),
            "p95_s": round(float(p95), 2),
            "errors": len(self.errors),
            "wrong": len(self.wrong),
            "refused": self.refused,
            "largest_place_in_line": self.largest_rank,
            "first_errors": self.errors[:3] + self.wrong[:3],
        }


@dataclass(frozen=True)
class Question:
    """An image as a file, and its right answer: image_ids and cosines."""

    content: bytes
    image_ids: list[str]
    cosines: np.ndarray


def questions(n: int) -> list[Question]:
    """Different images, made from those of the sample gallery, with the answers of this process."""
    from app.library.library import open_library

    library, rng = open_library("sample", []), np.random.default_rng(0)
    rows = rng.choice(len(library.gallery), n, replace=n > len(library.gallery))
    found = []
    for row in rows:
        image = Image.open(library.gallery.table["path"].iloc[row]).convert("RGB")
        left, top = rng.integers(0, image.width // 4), rng.integers(0, image.height // 4)
        buffer = io.BytesIO()
        image.crop((left, top, image.width - 3, image.height - 3)).save(buffer, "PNG")
        with tempfile.NamedTemporaryFile(suffix=".png") as file:
            Path(file.name).write_bytes(buffer.getvalue())
            answer = library.answer(library.query_from_file(file.name), library.best, K)
        ids = library.gallery.table["image_id"].iloc[answer.rows].tolist()
        found.append(Question(buffer.getvalue(), ids, np.round(answer.similarity, 6)))
    return found


async def ask(client: httpx.AsyncClient, checkpoint: str, question: Question, outcome: Outcome) -> None:
    """One query: upload, place in line, answer."""
    start = time.monotonic()
    try:
        sent = await client.post(f"{API}/upload", files={"files": ("image.png", question.content, "image/png")})
        sent.raise_for_status()
        image = {"path": sent.json()[0], "meta": {"_type": "gradio.FileData"}}
        body = {"data": [image, checkpoint, K], "api_name": "/search", "session_hash": f"{random.getrandbits(48):x}"}
        body["fn_index"] = client.params["fn_index"]
        joined = await client.post(f"{API}/queue/join", json=body)
        if joined.status_code == 503:
            outcome.refused += 1
            return
        joined.raise_for_status()
        async for message in events(client, str(body["session_hash"])):
            if message["msg"] == "estimation":
                outcome.largest_rank = max(outcome.largest_rank, message["rank"] + 1)
            elif message["msg"] == "process_completed":
                check(message, question, outcome, time.monotonic() - start)
                return
        outcome.errors.append("the stream ended without an answer")
    except (httpx.HTTPError, json.JSONDecodeError, KeyError) as error:
        outcome.errors.append(f"{type(error).__name__}: {error}")


async def events(client: httpx.AsyncClient, session: str) -> AsyncIterator[dict]:
    """The messages of the queue to a session."""
    async with client.stream("GET", f"{API}/queue/data", params={"session_hash": session}, timeout=600) as stream:
        async for line in stream.aiter_lines():
            if line.startswith("data: "):
                yield json.loads(line.removeprefix("data: "))


def check(message: dict, question: Question, outcome: Outcome, seconds: float) -> None:
    if not message["success"]:
        outcome.errors.append(str(message["output"].get("error")))
        return
    rows = message["output"]["data"][0]
    ids, cosines = [row["image_id"] for row in rows], np.array([row["similarity"] for row in rows])
    # Images with nearly equal cosines may change places.
    if np.abs(cosines - question.cosines).max() > TOLERANCE or ids[0] != question.image_ids[0]:
        outcome.wrong.append(f"expected {question.image_ids[0]}, found {ids[0]}")
    outcome.seconds.append(seconds)


async def search_function(client: httpx.AsyncClient) -> int:
    """The number of the function that is the endpoint `/search`."""
    config = (await client.get("/config")).json()
    return next(one["id"] for one in config["dependencies"] if one["api_name"] == "search")


async def make_maps(client: httpx.AsyncClient, stop: asyncio.Event) -> int:
    """Another visitor, who makes maps with one seed after another; returns how many sets were made."""
    config = (await client.get("/config")).json()
    button = next(c["id"] for c in config["components"] if c["props"].get("value") == "Compute map")
    function = next(one for one in config["dependencies"] if [button, "click"] in map(list, one["targets"]))
    values = {component["id"]: component["props"].get("value") for component in config["components"]}
    labels = {component["id"]: component["props"].get("label") for component in config["components"]}
    made = 0
    while not stop.is_set():
        data = [made + 1 if labels[i] == "Seed" else values[i] for i in function["inputs"]]
        session = f"{random.getrandbits(48):x}"
        body = {"data": data, "fn_index": function["id"], "session_hash": session}
        (await client.post(f"{API}/queue/join", json=body)).raise_for_status()
        async for message in events(client, session):
            if message["msg"] == "process_completed":
                made += bool(message["success"])
                break
    return made


async def load(client: httpx.AsyncClient, checkpoint: str, asked: Sequence[Question], options: argparse.Namespace):
    """`--clients` visitors ask one question after another for `--seconds`."""
    outcome, end, stop = Outcome(), time.monotonic() + options.seconds, asyncio.Event()

    async def visitor(own: Sequence[Question]) -> None:
        number = 0
        while time.monotonic() < end:
            await ask(client, checkpoint, own[number % len(own)], outcome)
            number += 1

    maps = asyncio.create_task(make_maps(client, stop)) if options.maps else None
    await asyncio.gather(*(visitor(asked[i :: options.clients]) for i in range(options.clients)))
    stop.set()
    return outcome, (await maps if maps else 0)


def large_image(seed: int) -> bytes:
    """A PNG of 49 megapixels in about 200 kB."""
    colours = np.random.default_rng(seed).integers(0, 256, (7, 7, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(colours).resize((7000, 7000), Image.Resampling.NEAREST).save(buffer, "PNG")
    return buffer.getvalue()


def memory_mb(process: psutil.Process) -> float:
    """Resident memory of a process and its children."""
    found = 0
    for one in [process, *process.children(recursive=True)]:
        try:
            found += one.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return round(found / 1e6, 1)


def process_of(port: int) -> psutil.Process:
    """The process that listens on a port of this machine."""
    listening = {one.laddr.port: one.pid for one in psutil.net_connections("tcp") if one.status == psutil.CONN_LISTEN}
    return psutil.Process(listening[port])


async def measure(url: str, process: psutil.Process | None, options: argparse.Namespace) -> dict[str, object]:
    from app.library.library import open_library

    asked = questions(options.clients * IMAGES_PER_CLIENT)
    checkpoint = open_library("sample", []).best
    memory: dict[str, float] = {}

    def note(when: str) -> None:
        if process:
            memory[when] = memory_mb(process)

    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=url, timeout=120, limits=limits) as client:
        client.params = client.params.set("fn_index", await search_function(client))
        first = Outcome()
        await ask(client, checkpoint, asked[0], first)
        note("after the first query")
        uploads = Outcome()
        for seed in range(options.uploads):
            await ask(client, checkpoint, Question(large_image(seed), [""], np.zeros(K)), uploads)
        note(f"after {options.uploads} images of 49 megapixels")
        outcome, maps = await load(client, checkpoint, asked, options)
        note("after the load")
        further = Outcome()
        for number in range(options.queries):
            await ask(client, checkpoint, asked[number % len(asked)], further)
        note(f"after {options.queries} further queries")
    return {
        "first": first.summary(),
        "clients": options.clients,
        "load_s": options.seconds,
        "load": outcome.summary(),
        "sets_of_maps": maps,
        "large_images": {"answers": len(uploads.seconds), "errors": uploads.errors[:3]},
        "further_queries": further.summary(),
        "memory_mb": memory,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--maps", action="store_true", help="another visitor makes maps meanwhile")
    parser.add_argument("--uploads", type=int, default=0, help="images of 49 megapixels before the load")
    parser.add_argument("--queries", type=int, default=0, help="queries one by one after the load")
    parser.add_argument("--url", help="a page on the sample gallery that runs already")
    options = parser.parse_args()
    configure_process()
    if options.url:
        print(json.dumps(asyncio.run(measure(options.url, None, options)), indent=1))
        return
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder) / "cache") as server:
        print(json.dumps(asyncio.run(measure(server.url, process_of(server.port), options)), indent=1))


if __name__ == "__main__":
    main()
