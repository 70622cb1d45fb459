"""Starts the real `python app.py` for a test and ends it afterwards.

with serve(tmp_path / "cache", "--lang", "zh-TW") as server:
    httpx.get(server.url)
"""

import contextlib
import functools
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[1]
PATIENCE_S = 90


@dataclass(frozen=True)
class Server:
    """`ready_s`: from the start of the process to the first page; `log`: what it wrote on standard error.

    `uploads`: where Gradio stores files of visitors.
    """

    url: str
    port: int
    ready_s: float
    log: Path
    uploads: Path


def _uploads(cache: Path) -> Path:
    return cache.with_name(f"{cache.name}-uploads")


def app_environment(cache: Path) -> dict[str, str]:
    """Without GUIE_* settings of whoever runs the tests, and with a cache of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GUIE_", "GRADIO_"))}
    uploads = {"GRADIO_TEMP_DIR": str(_uploads(cache))}
    return kept | {"GUIE_CACHE": str(cache), "HF_HUB_OFFLINE": "1", "PYTHONUNBUFFERED": "1"} | uploads


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def import_s() -> float:
    """Seconds of the imports that no start can avoid, measured now on this machine."""
    start = time.monotonic()
    subprocess.run([sys.executable, "-c", "import torch, gradio, faiss, pandas"], check=True)
    return time.monotonic() - start


def start_limit_s() -> float:
    """The longest start to accept on a machine that does other work: eight times the imports."""
    return 8 * import_s()


@functools.cache
def patience() -> float:
    """Factor of every limit in ms: several tests share the cores. The limits find what became slower by far."""
    return 5 * max(1, import_s() / 4)


@contextlib.contextmanager
def serve(cache: Path, *arguments: str, program: Sequence[str] = ("app.py",)) -> Iterator[Server]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    cache.mkdir(parents=True, exist_ok=True)
    log = cache / "log.txt"
    command = [sys.executable, *program, "--port", str(port), *arguments]
    with log.open("wb") as errors:
        start = time.monotonic()
        process = subprocess.Popen(
            command, cwd=ROOT, env=app_environment(cache), stdout=subprocess.DEVNULL, stderr=errors
        )
        try:
            while True:
                with contextlib.suppress(httpx.TransportError):
                    if httpx.get(url, timeout=10).status_code == 200:
                        break
                took = time.monotonic() - start
                if process.poll() is not None or took > PATIENCE_S:
                    raise AssertionError(f"no page after {took:.0f} s: {log.read_text(errors='replace')[-2000:]}")
                time.sleep(0.1)
            yield Server(url, port, time.monotonic() - start, log, _uploads(cache))
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
