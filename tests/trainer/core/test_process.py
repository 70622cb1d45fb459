"""The settings of the process: only entry points apply them, before torch loads."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
REPORT = """
import os, sys
{}
print(os.environ.get("OMP_WAIT_POLICY"), "torch" in sys.modules)
"""


def report(code, **environment):
    kept = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
    done = subprocess.run(
        [sys.executable, "-c", REPORT.format(code)], cwd=ROOT, env=kept | environment, capture_output=True, text=True,
        timeout=120,
    )  # fmt: skip
    return done.stdout.split()[-2:]


CONFIGURE = "from trainer.core.process import configure_process; configure_process()"


def test_idle_threads_sleep_before_torch_loads():
    assert report(CONFIGURE) == ["PASSIVE", "False"]


def test_the_environment_of_the_user_wins():
    assert report(CONFIGURE, OMP_WAIT_POLICY="ACTIVE") == ["ACTIVE", "False"]


def test_the_command_line_configures_the_process():
    assert report("from trainer.__main__ import main\ntry: main(['evaluate'])\nexcept SystemExit: pass") == [
        "PASSIVE",
        "False",
    ]
