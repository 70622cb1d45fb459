"""The map's JavaScript in one file, for the app and for maps that are saved as a page of their own.

The modules in `map/` import one another; here they are put one after the other in that order, so that one request
fetches all and a saved page needs no server. Their top-level names must differ, which a test checks.
"""

import hashlib
import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).with_name("web")
ENTRIES = ("live.js", "stand_alone.js")
IMPORT = re.compile(r"^import .*? from '\./([\w.]+)';\n", re.MULTILINE)


@cache
def script() -> str:
    order: list[str] = []

    def visit(name: str) -> None:
        source = (FOLDER / name).read_text(encoding="utf-8")
        for needed in IMPORT.findall(source):
            if needed not in order:
                visit(needed)
        if name not in order:
            order.append(name)

    for entry in ENTRIES:
        visit(entry)
    return "\n".join(_without_modules((FOLDER / name).read_text(encoding="utf-8")) for name in order)


def _without_modules(source: str) -> str:
    return re.sub(r"^export (?=async|function|class|const)", "", IMPORT.sub("", source), flags=re.MULTILINE)


@cache
def module() -> tuple[str, str]:
    """Name and text of the file that the app serves."""
    text = f"{script()}\nexport {{openLive}};\n"
    return f"map-{hashlib.sha256(text.encode()).hexdigest()[:16]}.js", text
