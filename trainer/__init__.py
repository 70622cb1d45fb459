"""Train and judge image embeddings: recipes in, checkpoints out.

    from trainer import evaluate, fit

    checkpoint = fit("arcface-bn-lite2", "photos/", "runs/mine")
    print(evaluate("photos/", checkpoint)["guie_mp5"])

Each public name loads its module on first use, so that importing `trainer` costs nothing. `python -m trainer --help`
lists the commands.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trainer.api import compare, evaluate, fit
    from trainer.core.data.gallery import open_gallery
    from trainer.core.data.images import read_image
    from trainer.core.models.checkpoint import open_checkpoint
    from trainer.core.models.embedder import Embedder
    from trainer.training.recipe import read_recipe

__version__ = "0.9.0"  # the only place for the version
__all__ = ["Embedder", "compare", "evaluate", "fit", "open_checkpoint", "open_gallery", "read_image", "read_recipe"]

_MODULES = {
    "Embedder": "trainer.core.models.embedder",
    "compare": "trainer.api",
    "evaluate": "trainer.api",
    "fit": "trainer.api",
    "open_checkpoint": "trainer.core.models.checkpoint",
    "open_gallery": "trainer.core.data.gallery",
    "read_image": "trainer.core.data.images",
    "read_recipe": "trainer.training.recipe",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES})
