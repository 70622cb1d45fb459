"""Photographs that every install has on disk, to try the search with: scikit-learn's and Gradio's own."""

from importlib.util import find_spec
from pathlib import Path

WANTED = (
    ("sklearn", "datasets/images/china.jpg"),
    ("sklearn", "datasets/images/flower.jpg"),
    ("gradio", "media_assets/images/tower.jpg"),
    ("gradio", "media_assets/images/cheetah.jpg"),
    ("gradio", "media_assets/images/lion.jpg"),
)


def _found() -> dict[str, Path]:
    examples = {}
    for package, file in WANTED:
        spec = find_spec(package)  # finds the folder without importing the package
        path = Path(spec.origin).parent / file if spec and spec.origin else None
        if path and path.is_file():
            examples[path.name] = path
    return examples


EXAMPLES = _found()
