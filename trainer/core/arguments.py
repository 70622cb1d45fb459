"""An argument parser that reports a mistake in one line."""

import argparse
from typing import NoReturn


class OneLineParser(argparse.ArgumentParser):
    """argparse without the usage that it prints before an error message; status 2."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (--help shows the options)\n")
