"""One module for each verb of `python -m trainer`, and their registry.

A verb module has HELP, add_arguments(parser) and run(options). It imports heavy libraries inside its functions, so that
--help and a wrong argument answer at once. A new verb is a new module and one line in COMMANDS.
"""

import argparse
from typing import Protocol

from trainer.commands import assemble, compare, doctor, embed, evaluate, export, fit, project, pull, push, reproduce


class Command(Protocol):
    """What a verb module offers."""

    HELP: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, options: argparse.Namespace) -> None: ...


COMMANDS: dict[str, Command] = {
    "fit": fit,
    "embed": embed,
    "evaluate": evaluate,
    "compare": compare,
    "project": project,
    "assemble": assemble,
    "reproduce": reproduce,
    "export": export,
    "push": push,
    "pull": pull,
    "doctor": doctor,
}
