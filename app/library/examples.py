"""Example photographs to search with: six of `assets/examples`, others from scikit-learn and Gradio.

EXAMPLES["lion.jpg"]        # the file; nothing like it is in the sample gallery
"""

from importlib.util import find_spec
from pathlib import Path

SHIPPED_DIR = Path(__file__).parents[2] / "assets" / "examples"
FROM_PACKAGES = (
    ("sklearn", "datasets/images/china.jpg"),
    ("sklearn", "datasets/images/flower.jpg"),
    ("gradio", "media_assets/images/tower.jpg"),
    ("gradio", "media_assets/images/cheetah.jpg"),
    ("gradio", "media_assets/images/lion.jpg"),
)
# photographs to offer for the sample gallery: it has something of the same type for each but the last
OFFERED = (
    "apparel-dress-002.jpg", "storefronts-bakery-003.jpg", "china.jpg",
    "apparel-t_shirt-009.jpg", "apparel-outwear-000.jpg", "apparel-hat-013.jpg", "storefronts-bakery-006.jpg",
    "lion.jpg",
)  # fmt: skip


def _installed() -> dict[str, Path]:
    examples = {path.name: path for path in sorted(SHIPPED_DIR.glob("*.jpg"))}
    for package, file in FROM_PACKAGES:
        spec = find_spec(package)  # finds the folder without importing the package
        path = Path(spec.origin).parent / file if spec and spec.origin else None
        if path and path.is_file():
            examples[path.name] = path
    return examples


EXAMPLES = _installed()
