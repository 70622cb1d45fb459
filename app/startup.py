"""What happens between `python app.py` and the first page: settings, the library, the page.

page = start(["--gallery", "photos/"])
page.launch()                                # serves page.demo until interrupted
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.settings import Settings, read_settings
from trainer.core.process import configure_process

if TYPE_CHECKING:
    import gradio as gr

    from app.library.library import Library


@dataclass(frozen=True)
class Page:
    """Gradio's `demo`, with the library that it shows and the settings that it was built with."""

    demo: "gr.Blocks"
    library: "Library"
    settings: Settings

    def launch(self) -> None:
        from app.page import launch

        launch(self.demo, self.library, self.settings)


def start(arguments: Sequence[str]) -> Page:
    """Open the library and build the page. Exits with status 2 for arguments that cannot be used.

    torch and gradio load here, after the process is configured and the arguments are checked.
    """
    settings = read_settings(arguments)
    configure_process()
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # gradio reads it on import
    _bypass_proxy(settings.host)
    from app.library.library import open_library
    from app.page import build_page

    library = open_library(settings.gallery, settings.checkpoints)
    return Page(build_page(library, settings.lang), library, settings)


def _bypass_proxy(host: str | None) -> None:
    """Gradio asks its own address whether it serves; a proxy of the environment must not answer."""
    own = ["localhost", "127.0.0.1", "::1", *([host.strip("[]")] if host else [])]
    for name in ("no_proxy", "NO_PROXY"):
        os.environ[name] = ",".join(filter(None, [os.environ.get(name), *own]))
