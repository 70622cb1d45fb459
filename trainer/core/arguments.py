"""An argument parser that reports a mistake in one line."""

import argparse
from typing import NoReturn

from trainer.core.errors import UserError
from trainer.core.exits import printable


class OneLineParser(argparse.ArgumentParser):
    """argparse without the usage that it prints before an error message; status 2."""

    def error(self, message: str) -> NoReturn:
        text = str(UserError(message))  # one line, whatever was given
        self.exit(2, f"{self.prog}: {printable(text)} (--help shows the options)\n")
