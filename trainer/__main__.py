"""The command line: `python -m trainer VERB`, also installed as `guie-atlas VERB`. Each verb is a module in `commands`.

Results go to standard output, progress to standard error. Exit status: 0; 2 for a mistake of the user or a problem of
the environment; 130 when interrupted (Ctrl-C); 1 for a defect.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from trainer import __version__
from trainer.commands import COMMANDS
from trainer.core.arguments import OneLineParser
from trainer.core.errors import UserError
from trainer.core.process import configure_process


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb and return the exit status. Arguments that cannot be parsed raise SystemExit with status 2."""
    configure_process()
    note = ""
    try:
        options = parse(sys.argv[1:] if arguments is None else arguments)
        note = options.when_interrupted
        options.run(options)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"Interrupted.{note}", file=sys.stderr)
        return 130
    return 0


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Only the given verb adds its arguments, because their choices may need libraries that load slowly."""
    given = next((argument for argument in arguments if not argument.startswith("-")), None)
    parser = OneLineParser(prog=_program(), description="Train and judge image embeddings.")
    parser.add_argument("--version", action="version", version=f"GUIE Atlas {__version__}")
    parser.set_defaults(when_interrupted="")
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    for name, command in COMMANDS.items():
        verb = verbs.add_parser(name, help=command.HELP, description=f"{command.HELP[0].upper()}{command.HELP[1:]}.")
        verb.set_defaults(run=command.run)
        if name == given:
            command.add_arguments(verb)
    return parser.parse_args(arguments)


def _program() -> str:
    """How the command line was started, for messages."""
    name = Path(sys.argv[0]).stem
    return name if name == "guie-atlas" else "python -m trainer"


if __name__ == "__main__":
    sys.exit(main())
