"""All benchmarks, one after another: `python -m tests.benchmarks`, or `python -m tests.benchmarks NAME ...`.

Each is also a program of its own, whose docstring says what it compares. They take about half an hour on two cores;
other work on the machine changes the figures, the ratios less.
"""

import argparse
import os
import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path

HERE = Path(__file__).parent
BENCHMARKS = {
    "start": "start.py",
    "embedding": "embedding.py",
    "serving": "serving.py",
    "load": "load.py",
    "evaluation": "evaluation.py",
    "head_training": "head_training.py",
    "umap": "bench_umap.py",
    "alignment": "bench_alignment.py",
}
ARGUMENTS = {"alignment": ["atlas", "arcface-linear-lite2", "pca-lite2"]}
PACKAGES = ("torch", "openvino", "onnxruntime", "faiss-cpu", "gradio", "umap-learn", "numpy")


def machine() -> str:
    """The processor and the versions, for a table of results."""
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in PACKAGES)
    return f"{processor()}, Python {platform.python_version()}, {versions}"


def processor() -> str:
    """Its name and the number of cores that this process may use."""

    names = []
    if Path("/proc/cpuinfo").is_file():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} cores of {names[0] if names else platform.processor() or platform.machine()}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    names = parser.parse_args().names or list(BENCHMARKS)
    if unknown := [name for name in names if name not in BENCHMARKS]:
        parser.error(f"unknown benchmark {', '.join(unknown)}: expected {', '.join(BENCHMARKS)}")
    print(machine(), flush=True)
    failed = []
    for name in names:
        print(f"\n{name}", flush=True)
        command = [sys.executable, str(HERE / BENCHMARKS[name]), *ARGUMENTS.get(name, [])]
        if subprocess.run(command, cwd=HERE.parents[1]).returncode:
            failed.append(name)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return len(failed) > 0


if __name__ == "__main__":
    sys.exit(main())
