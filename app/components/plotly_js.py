"""plotly.js from the installed `plotly` package. The app serves it, and the page loads it with the first figure."""

from importlib.util import find_spec
from pathlib import Path

HEAD = '<script src="static/plotly.min.js"></script>'


def plotly_file() -> Path:
    spec = find_spec("plotly")
    if spec is None or spec.origin is None:
        raise ImportError("plotly is missing: pip install -r requirements.txt")
    return Path(spec.origin).parent / "package_data" / "plotly.min.js"
