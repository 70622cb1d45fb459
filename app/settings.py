"""The settings of the app: the command line, or else the environment variables GUIE_GALLERY, GUIE_PORT, ...

settings = read_settings(["--gallery", "photos/", "--port", "7861"])
"""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trainer import __version__
from trainer.core.arguments import OneLineParser

LANGUAGES = ("en", "zh-TW")


@dataclass(frozen=True)
class Settings:
    """Empty `checkpoints` means all bundled ones; `host` and `port` None leave the choice to Gradio."""

    gallery: str = "sample"
    checkpoints: tuple[str, ...] = ()
    host: str | None = None
    port: int | None = None
    lang: str = "en"
    verbose: bool = False


def read_settings(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> Settings:
    """Exits with status 2 and one line on standard error for an unknown option or a value out of range."""
    parser = _parser(environment)
    options = parser.parse_args(arguments)
    if options.port is not None and not 1 <= options.port <= 65535:
        parser.error(f"--port is {options.port}: expected 1 to 65535")
    if options.lang not in LANGUAGES:  # argparse does not check a default that comes from the environment
        parser.error(f"GUIE_LANG is {options.lang[:80]}: expected {' or '.join(LANGUAGES)}")
    host = options.host
    if host and ":" in host and not host.startswith("["):
        host = f"[{host}]"  # an IPv6 address, as in a URL
    return Settings(options.gallery, tuple(options.checkpoints), host, options.port, options.lang, options.verbose)


def _listed(text: str) -> list[str]:
    """Names and folders, separated by blanks; by commas or lines if a path contains blanks. Or a single folder."""
    if text and os.path.isdir(os.path.expanduser(text)):  # False for text that is no path
        return [text]
    parts = re.split(r"[,\n]", text) if re.search(r"[,\n]", text) else text.split()
    return [part.strip() for part in parts if part.strip()]


def _parser(environment: Mapping[str, str]) -> OneLineParser:
    """The options, with the variables of the environment as their defaults. An empty variable counts as unset."""

    def variable(name: str) -> str | None:
        return environment.get(f"GUIE_{name}") or None

    parser = OneLineParser(prog="app.py", description="See what an image embedding has learned.")
    parser.add_argument("--version", action="version", version=f"GUIE Atlas {__version__}")
    parser.add_argument(
        "--gallery", metavar="SRC", default=variable("GALLERY") or "sample",
        help="images: a folder, a CSV, Parquet, a saved data set or hf:OWNER/NAME[:SPLIT] (default: sample)",
    )  # fmt: skip
    parser.add_argument(
        "--checkpoints", metavar="DIR_OR_NAME", nargs="+", default=_listed(variable("CHECKPOINTS") or ""),
        help="checkpoints, or folders that contain some (default: all that come with the project)",
    )  # fmt: skip
    parser.add_argument("--host", default=variable("HOST"), help="0.0.0.0 makes the page reachable from other machines")
    parser.add_argument("--port", type=int, default=variable("PORT"), help="default: the first free one from 7860")
    parser.add_argument(
        "--lang", default=variable("LANG") or "en", choices=LANGUAGES, help="language of the page (default: en)"
    )
    parser.add_argument("--verbose", action="store_true", help="print the traceback of an error before its sentence")
    return parser
