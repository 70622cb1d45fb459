"""plotly.js from the installed `plotly` package, served by the app itself and fetched when the first figure is shown."""

from importlib.util import find_spec
from pathlib import Path


def plotly_file() -> Path:
    spec = find_spec("plotly")
    assert spec and spec.origin
    return Path(spec.origin).parent / "package_data" / "plotly.min.js"


HEAD = '<script src="static/plotly.min.js"></script>'
