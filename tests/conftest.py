"""What the tests share: a cache of their own, a backbone without weights, and small galleries of drawn images."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
os.environ["HF_HUB_OFFLINE"] = "1"  # before anything loads huggingface_hub: no test may use the network
os.environ["NUMBA_NUM_THREADS"] = (
    "1"  # umap-learn, a peer here, sets the threads of all OpenMP code of its thread to it
)

from trainer.core.process import configure_process  # noqa: E402

configure_process()  # before torch loads, as the entry points do

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import pytest  # noqa: E402
import torch  # noqa: E402
from hypothesis import settings  # noqa: E402
from PIL import Image  # noqa: E402

from app.library.library import Library, open_library  # noqa: E402
from tests.browser.browsing import browser, chromium, new_page, page  # noqa: E402, F401
from tests.serving import Server, serve  # noqa: E402
from tests.tiny import TinyFamily  # noqa: E402
from trainer.core.data.gallery import Gallery, open_gallery  # noqa: E402
from trainer.core.models import backbones  # noqa: E402
from trainer.core.models.checkpoint import Checkpoint, open_checkpoint  # noqa: E402
from trainer.core.projection import worker  # noqa: E402
from trainer.training import fit  # noqa: E402
from trainer.training.recipe import Recipe  # noqa: E402

# The batches here are so small that waiting for a second thread on a busy machine takes twenty times as long as the
# arithmetic.
torch.set_num_threads(1)
# A longer search for examples that fail: pytest --hypothesis-profile=long
settings.register_profile("short", max_examples=60, deadline=None, derandomize=True, database=None)
settings.register_profile("long", max_examples=10_000, deadline=None, database=None)
settings.load_profile("short")
worker.IDLE_S = 3600  # each start of the process for maps takes 15 s

# object type -> the part of an image that carries the colour of its class: rows, columns
PATTERNS = {"apparel": (20, 48), "cars": (40, 24), "toys": (16, 20)}
COLOURS = {
    "amber": (250, 170, 20), "blue": (20, 50, 240), "green": (10, 190, 50),
    "pink": (250, 90, 190), "teal": (0, 190, 190), "white": (250, 250, 250),
}  # fmt: skip
VIEWS = 8


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory) -> Path:
    """One cache for the session, away from the user's own; the processes of pytest-xdist share it."""
    of_process = tmp_path_factory.getbasetemp()
    folder = (of_process.parent if "PYTEST_XDIST_WORKER" in os.environ else of_process) / "cache"
    folder.mkdir(exist_ok=True)
    os.environ["GUIE_CACHE"] = str(folder)
    return folder


@pytest.fixture(scope="session", autouse=True)
def tiny_backbone():
    """Registers `tiny`."""
    backbones.FAMILIES["tiny"] = TinyFamily()
    yield
    del backbones.FAMILIES["tiny"]


def draw(object_type: str, class_name: str, rng: np.random.Generator) -> Image.Image:
    """40 x 48 px: a patch of the class's colour, somewhat shifted, on a dark ground of any colour."""
    pixels = np.empty((40, 48, 3))
    pixels[:] = rng.uniform(0, 90, 3)
    height, width = PATTERNS[object_type]
    top, left = ((side - part) // 2 + rng.integers(-5, 6) for side, part in ((40, height), (48, width)))
    pixels[max(top, 0) : top + height, max(left, 0) : left + width] = COLOURS[class_name]
    pixels = pixels * rng.uniform(0.6, 1) + rng.normal(0, 12, pixels.shape)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


@pytest.fixture(scope="session")
def photos(tmp_path_factory) -> Path:
    """A folder with metadata.csv: 3 object types x 6 classes x 8 views; half of the classes are query and index."""
    folder = tmp_path_factory.mktemp("photos")
    rng = np.random.default_rng(0)
    rows = []
    for object_type in PATTERNS:
        for number, class_name in enumerate(COLOURS):
            for view in range(VIEWS):
                name = f"{object_type}/{class_name}/{view}.png"
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                draw(object_type, class_name, rng).save(folder / name)
                split = "train" if number < 3 else "query" if view < 2 else "index"
                rows.append((name, object_type, class_name, split))
    columns = ["file_name", "object_type", "class_name", "split"]
    pd.DataFrame(rows, columns=columns).to_csv(folder / "metadata.csv", index=False)
    return folder


@pytest.fixture(scope="session")
def photo_tree(photos, tmp_path_factory) -> Path:
    """The same pictures as a folder tree <object_type>/<class_name>/*, without metadata.csv."""
    folder = tmp_path_factory.mktemp("tree") / "photo.tree"
    shutil.copytree(photos, folder, ignore=shutil.ignore_patterns("metadata.csv"))
    return folder


@pytest.fixture
def photos_copy(photos, tmp_path) -> Path:
    """A copy of `photos` that a test may spoil."""
    return shutil.copytree(photos, tmp_path / "copy")


@pytest.fixture(scope="session")
def photos_with_copies(photos, tmp_path_factory) -> Path:
    """`photos` with a copy of one query in the index and of another among the training images."""
    folder = shutil.copytree(photos, tmp_path_factory.mktemp("copies") / "photos")
    table = pd.read_csv(folder / "metadata.csv")
    queries = table[table["split"] == "query"]
    copies = []
    for number, split in ((0, "index"), (7, "train")):
        row = queries.iloc[number]
        name = f"copy of {number}.bmp"
        with Image.open(folder / row["file_name"]) as image:
            image.save(folder / name)
        copies.append({**row, "file_name": name, "split": split})
    pd.concat([table, pd.DataFrame(copies)], ignore_index=True).to_csv(folder / "metadata.csv", index=False)
    return folder


@pytest.fixture(scope="session")
def gallery(photos) -> Gallery:
    return open_gallery(str(photos))


@pytest.fixture(scope="session")
def recipe() -> Recipe:
    """A few seconds of ArcFace on `tiny`."""
    return Recipe(
        name="tiny-arcface",
        backbone="tiny",
        head="bn_linear",
        dims=16,
        epochs=15,
        batch_size=16,
        validation_classes=0.4,
    )


@pytest.fixture(scope="session")
def trained(recipe, gallery, tmp_path_factory) -> Path:
    """The folder of a checkpoint that was trained by `recipe` on `photos`."""
    return fit.run(recipe, [gallery], tmp_path_factory.mktemp("trained") / "tiny-arcface")


@pytest.fixture
def checkpoint(trained) -> Checkpoint:
    return open_checkpoint(str(trained))


@pytest.fixture
def checkpoint_copy(trained, tmp_path) -> Path:
    """A copy of `trained` that a test may spoil."""
    return shutil.copytree(trained, tmp_path / "checkpoint")


@pytest.fixture(scope="session")
def library() -> Library:
    """The sample gallery with all bundled checkpoints."""
    return open_library("sample", [])


@pytest.fixture(scope="session")
def server(tmp_path_factory) -> Iterator[Server]:
    """`python app.py` with nothing in its cache, shared by the tests of the server and of the browser."""
    with serve(tmp_path_factory.mktemp("server") / "cache") as running:
        yield running


@pytest.fixture(scope="session")
def guie_mini() -> Path:
    """The real photographs beside the project; without them the test is skipped, except on CI, where it fails."""
    folder = ROOT.parent / "shared" / "data" / "guie_mini"
    if not folder.is_dir():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"needs the photographs of {folder}")
    return folder
