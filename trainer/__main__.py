"""The command line: `python -m trainer VERB`, also installed as `guie-atlas VERB`. Each verb is a module in `commands`.

Results go to standard output, progress to standard error. `trainer.core.exits` lists the exit statuses.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from trainer import __version__
from trainer.commands import COMMANDS
from trainer.core.arguments import OneLineParser
from trainer.core.exits import end_process, plain_output, status_of
from trainer.core.process import configure_process

VERBOSE_HELP = "print the traceback of an error before its sentence"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb and return the exit status. Arguments that cannot be parsed raise SystemExit with status 2."""
    configure_process()
    options = argparse.Namespace(verbose=False, when_interrupted="")
    with plain_output():
        try:
            options = parse(sys.argv[1:] if arguments is None else arguments)
            options.run(options)
            sys.stdout.flush()  # a closed pipe is found here, not when the interpreter ends
        except BaseException as error:
            status = status_of(error, options.verbose, options.when_interrupted)
            if status is None:
                raise
            return status
        from trainer.core.cache import unwritable

        if problem := unwritable():
            print(problem, file=sys.stderr)
    return 0


def command() -> NoReturn:
    """The command line as a process of its own."""
    end_process(main())


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Only the given verb adds its arguments, because their choices may need libraries that load slowly."""
    given = next((argument for argument in arguments if not argument.startswith("-")), None)
    parser = OneLineParser(prog=_program(), description="Train and judge image embeddings.")
    parser.add_argument("--version", action="version", version=f"GUIE Atlas {__version__}")
    parser.add_argument("--verbose", action="store_true", help=VERBOSE_HELP)
    parser.set_defaults(when_interrupted="")
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    for name, command in COMMANDS.items():
        verb = verbs.add_parser(name, help=command.HELP, description=f"{command.HELP[0].upper()}{command.HELP[1:]}.")
        verb.set_defaults(run=command.run)
        verb.add_argument("--verbose", action="store_true", default=argparse.SUPPRESS, help=VERBOSE_HELP)
        if name == given:
            command.add_arguments(verb)
    return parser.parse_args(arguments)


def _program() -> str:
    """How the command line was started, for messages."""
    name = Path(sys.argv[0]).stem
    return name if name == "guie-atlas" else "python -m trainer"


if __name__ == "__main__":
    command()
