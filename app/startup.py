"""What happens between `python app.py` and the first page: settings, the library, the page.

page = start(["--gallery", "photos/"])
page.launch()                                # serves page.demo until interrupted
"""

import contextlib
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from app.settings import Settings, read_settings
from trainer.core.exits import end_process, one_sentence, plain_output
from trainer.core.process import configure_process

if TYPE_CHECKING:
    from app.library.library import Library
    from app.serving.blocks import AtlasBlocks


@dataclass(frozen=True)
class Page:
    """Gradio's `demo`, with the library that it shows and the settings that it was built with."""

    demo: "AtlasBlocks"
    library: "Library"
    settings: Settings

    def launch(self) -> NoReturn:
        """Serve until interrupted, then end the process."""
        from app.page import launch

        status: object = 0
        try:
            with plain_output(), one_sentence(self.settings.verbose), contextlib.suppress(KeyboardInterrupt):
                launch(self.demo, self.library, self.settings)
        except SystemExit as end:
            status = end.code
        end_process(status if isinstance(status, int) else 1)


def start(arguments: Sequence[str]) -> Page:
    """Open the library and build the page. Exits with status 2 for arguments that cannot be used.

    torch and gradio load here, after the process is configured and the arguments are checked.
    """
    settings = read_settings(arguments)
    with plain_output(), one_sentence(settings.verbose):
        return _open(settings)


def _open(settings: Settings) -> Page:
    configure_process(server=True)
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # gradio reads it on import
    os.environ.setdefault("GRADIO_TEMP_DIR", _upload_folder())
    _bypass_proxy(settings.host)
    from app.library.library import open_library
    from app.page import build_page
    from trainer.core.cache import unwritable

    library = open_library(settings.gallery, settings.checkpoints)
    if problem := unwritable():
        print(problem, file=sys.stderr)
    return Page(build_page(library, settings.lang), library, settings)


def _upload_folder() -> str:
    """Gradio's default is one folder for all users of a machine, which only the first of them can write to."""
    user = os.getuid() if hasattr(os, "getuid") else ""
    return str(Path(tempfile.gettempdir()) / f"guie-atlas-uploads-{user}")


def _bypass_proxy(host: str | None) -> None:
    """Gradio asks its own address whether it serves; a proxy of the environment must not answer."""
    own = ["localhost", "127.0.0.1", "::1", *([host.strip("[]")] if host else [])]
    for name in ("no_proxy", "NO_PROXY"):
        os.environ[name] = ",".join(filter(None, [os.environ.get(name), *own]))
