"""The JavaScript and CSS of the map: native ES modules, served as they are and embedded in saved pages.

modules()["atlas.js"]      # source text by path below web/
base_url()                 # "static/map-0123456789abcdef": where the app serves all modules
"""

import base64
import hashlib
import posixpath
import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).with_name("web")
TOKENS = FOLDER.parents[1] / "styles" / "tokens.css"
STYLES = tuple(sorted((FOLDER / "styles").glob("*.css")))
SAVED_PAGE_ENTRY = "saved_page.js"  # not used by the app
RELATIVE_IMPORT = re.compile(r"(?<=\bfrom ')(\.\.?/[^']+)(?=';)")


@cache
def modules() -> dict[str, str]:
    """Source of every module by its path below `web/`."""
    paths = sorted(FOLDER.rglob("*.js"))
    return {path.relative_to(FOLDER).as_posix(): path.read_text(encoding="utf-8") for path in paths}


@cache
def base_url() -> str:
    """A URL that changes with any module: relative imports below it never mix two versions in a browser's cache."""
    digest = hashlib.sha256(repr(modules()).encode()).hexdigest()
    return f"static/map-{digest[:16]}"


def entry_url() -> str:
    """The module that the app imports."""
    return f"{base_url()}/app.js"


def preload_urls() -> list[str]:
    """All modules of the app."""
    return [f"{base_url()}/{name}" for name in modules() if name != SAVED_PAGE_ENTRY]


def embedded_modules() -> dict[str, str]:
    """Import map of a page without a server: `map/<path>` to a `data:` URL of each module.

    A module in a `data:` URL has no base for relative imports; here they name their entry of the import map instead.
    """
    return {f"map/{name}": _data_url(_with_mapped_imports(name, source)) for name, source in modules().items()}


def _with_mapped_imports(name: str, source: str) -> str:
    folder = posixpath.dirname(f"map/{name}")
    return RELATIVE_IMPORT.sub(lambda match: posixpath.normpath(posixpath.join(folder, match[1])), source)


def _data_url(source: str) -> str:
    return f"data:text/javascript;base64,{base64.b64encode(source.encode()).decode()}"
