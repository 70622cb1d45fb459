"""The commands of the fault tests, run as a user runs them: real processes with a cache and an output of their own.

place = Place(folder, gallery)
done = finish(start(place, "embed"))
done.status, done.lines            # lines on standard error beside progress bars
"""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.serving import ROOT, free_port

TIMEOUT_S = 240
FIT = ("arcface-linear-lite2", "--set", "backbone=lite0", "epochs=2", "init=random", "batch_size=8")
# progress of tqdm: "lite0 features of photos:  50%|#####     | 1/2 [00:00<00:00]"
PROGRESS = re.compile(r"\d+%\||\d+it \[|^\s*$")


@dataclass(frozen=True)
class Place:
    """`gallery`: a folder of images; `folder`: holds the cache and the output of one command."""

    folder: Path
    gallery: Path

    @property
    def cache(self) -> Path:
        return self.folder / "cache"

    @property
    def out(self) -> Path:
        return self.folder / "out"


Arguments = Callable[[Place], Sequence[object]]
COMMANDS: dict[str, Arguments] = {
    "fit": lambda place: ("-m", "trainer", "fit", *FIT, "--gallery", place.gallery, "--out", place.out / "mine"),
    "embed": lambda place: (
        "-m", "trainer", "embed", "--gallery", place.gallery, "--checkpoint", "pca-lite0", "--out", place.out / "e.npz",
    ),
    "evaluate": lambda place: ("-m", "trainer", "evaluate", "--gallery", place.gallery, "--checkpoint", "pca-lite0"),
    "compare": lambda place: (
        "-m", "trainer", "compare", "--gallery", place.gallery, "--checkpoints", "pca-lite0", "pca-lite2",
        "--report", place.out / "report.html",
    ),
    "export": lambda place: (
        "-m", "trainer", "export", "--checkpoint", "pca-lite0", "--format", "torchscript", "--out", place.out / "e.pt",
    ),
    "app": lambda place: ("app.py", "--gallery", place.gallery, "--checkpoints", "pca-lite0", "--port", free_port()),
}  # fmt: skip
OUTPUTS = {"fit": "mine/config.json", "embed": "e.npz", "compare": "report.html", "export": "e.pt"}


@dataclass(frozen=True)
class Done:
    status: int
    output: str
    errors: str

    @property
    def lines(self) -> list[str]:
        """Lines on standard error that are no progress."""
        return [line for line in re.split(r"[\r\n]+", self.errors) if not PROGRESS.search(line)]


def start(place: Place, command: str, *before: str) -> subprocess.Popen[str]:
    """`before`: a program that runs the command, with its own arguments."""
    place.cache.mkdir(parents=True, exist_ok=True)
    place.out.mkdir(exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GUIE_", "GRADIO_"))}
    environment = kept | {
        "GUIE_CACHE": str(place.cache), "HF_HUB_OFFLINE": "1",
 "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1",
    }  # fmt: skip
    return subprocess.Popen(
        [*before, sys.executable, *map(str, COMMANDS[command](place))],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace",
    )  # fmt: skip


def finish(process: subprocess.Popen[str]) -> Done:
    """A page that serves is stopped by Ctrl-C."""
    if "app.py" in map(str, process.args):  # type: ignore[arg-type]
        stop_when_serving(process)
    try:
        output, errors = process.communicate(timeout=TIMEOUT_S)
    finally:
        process.kill()
    return Done(process.returncode, output, errors)


def stop_when_serving(process: subprocess.Popen[str]) -> None:
    assert process.stdout
    for line in process.stdout:
        if "Running on local URL" in line:
            process.send_signal(signal.SIGINT)
            return


def wait_for_libraries(process: subprocess.Popen[str]) -> None:
    """Until torch loads, so that what follows interrupts the work and not Python's own start."""
    end = time.monotonic() + TIMEOUT_S
    while process.poll() is None and time.monotonic() < end:
        try:
            if "libtorch" in Path(f"/proc/{process.pid}/maps").read_text():
                return
        except OSError:
            return
        time.sleep(0.02)


def without_privileges() -> list[str]:
    """Root writes everywhere, whatever the permissions say, unless it gives up this capability."""
    dropped = "-dac_override,-dac_read_search"
    return ["setpriv", "--bounding-set", dropped, "--inh-caps", dropped] if os.getuid() == 0 else []
