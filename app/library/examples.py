"""Example photographs to try the search with. They come with scikit-learn and Gradio, so every install has them."""

from importlib.util import find_spec
from pathlib import Path

PHOTOGRAPHS = (
    ("sklearn", "datasets/images/china.jpg"),
    ("sklearn", "datasets/images/flower.jpg"),
    ("gradio", "media_assets/images/tower.jpg"),
    ("gradio", "media_assets/images/cheetah.jpg"),
    ("gradio", "media_assets/images/lion.jpg"),
)


def _installed() -> dict[str, Path]:
    examples = {}
    for package, file in PHOTOGRAPHS:
        spec = find_spec(package)  # finds the folder without importing the package
        path = Path(spec.origin).parent / file if spec and spec.origin else None
        if path and path.is_file():
            examples[path.name] = path
    return examples


EXAMPLES = _installed()
