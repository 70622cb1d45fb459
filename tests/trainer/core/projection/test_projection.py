"""Maps: repeatable, in row order, for galleries of any size."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from trainer.core.errors import UserError
from trainer.core.models.checkpoint import BUNDLED_DIR, open_checkpoint
from trainer.core.models.embedder import gallery_embeddings
from trainer.core.projection.parameters import ProjectionParameters
from trainer.core.projection.projection import gallery_map, project
from trainer.core.projection.tsne import TSne


def clusters(n=90, dims=16, seed=0):
    """Unit rows in three clusters, row i in cluster i % 3."""
    rng = np.random.default_rng(seed)
    rows = np.eye(dims)[np.arange(n) % 3] + rng.normal(0, 0.1, (n, dims))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def map_of_clusters():
    return project(clusters())


def test_the_same_seed_gives_the_same_map(map_of_clusters):
    assert map_of_clusters.dtype == np.float32
    assert (project(clusters()) == map_of_clusters).all()
    assert (project(clusters(), ProjectionParameters(seed=1)) != map_of_clusters).any()
    assert (project(clusters(), ProjectionParameters(n_neighbors=5)) != map_of_clusters).any()


def test_rows_keep_their_order(map_of_clusters):
    """Neighbours on the map are neighbours among the embeddings."""
    distance = np.linalg.norm(map_of_clusters[:, None] - map_of_clusters[None], axis=2)
    np.fill_diagonal(distance, np.inf)
    assert (distance.argmin(1) % 3 == np.arange(90) % 3).all()


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 6, 16])
def test_small_galleries_have_a_map_too(n):
    xy = project(clusters(n))
    assert xy.shape == (n, 2)
    assert np.isfinite(xy).all()
    assert len(np.unique(xy, axis=0)) == n


@pytest.mark.parametrize("embeddings", [np.repeat(clusters(1), 30, 0), np.array([[1], [-1]] * 10, np.float32)])
def test_a_gallery_on_one_line_has_a_map_too(embeddings):
    assert np.isfinite(project(embeddings)).all()


def test_the_map_of_a_gallery_is_computed_once(gallery, checkpoint, monkeypatch):
    first = gallery_map(gallery, checkpoint)
    assert first.shape == (len(gallery), 2)

    def refuse(*_):
        raise AssertionError("computed again")

    monkeypatch.setattr("trainer.core.projection.projection.project", refuse)
    assert (gallery_map(gallery, checkpoint) == first).all()
    with pytest.raises(AssertionError, match="computed again"):
        gallery_map(gallery, checkpoint, ProjectionParameters(seed=1))


OTHERS = ["umap-3d", "pca", "t-sne"]


@pytest.mark.parametrize("name", OTHERS)
def test_every_projection_keeps_neighbours_and_comes_out_the_same_again(name):
    parameters = ProjectionParameters(name)
    xy = project(clusters(), parameters)
    assert xy.shape == (90, parameters.method.dims)
    assert xy.dtype == np.float32
    assert (project(clusters(), parameters) == xy).all()
    distance = np.linalg.norm(xy[:, None] - xy[None], axis=2)
    np.fill_diagonal(distance, np.inf)
    assert (distance.argmin(1) % 3 == np.arange(90) % 3).all()


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("n", [1, 2, 5, 6, 16])
def test_every_projection_takes_small_galleries(name, n):
    xy = project(clusters(n), ProjectionParameters(name))
    assert xy.shape == (n, ProjectionParameters(name).method.dims)
    assert np.isfinite(xy).all()


def test_a_metric_changes_the_map_and_not_the_neighbours():
    euclidean = project(clusters(), ProjectionParameters(metric="euclidean"))
    assert (euclidean != project(clusters())).any()
    assert trustworthiness(clusters(), euclidean) > 0.8


def test_tsne_of_a_huge_gallery_is_one_sentence(gallery, checkpoint, monkeypatch):
    monkeypatch.setattr(TSne, "max_images", 10)
    with pytest.raises(UserError, match=r"^t-SNE of 144 images: expected at most 10; choose UMAP\.$"):
        gallery_map(gallery, checkpoint, ProjectionParameters("t-sne"))


AGAIN = """
import sys
sys.path.insert(0, sys.argv[1])
import numpy as np
from trainer.core.projection.parameters import ProjectionParameters
from trainer.core.projection.projection import project
np.save(sys.argv[3], project(np.load(sys.argv[2]), ProjectionParameters("t-sne")))
"""


def test_another_process_computes_the_same_t_sne(tmp_path):
    """The seed alone decides, with nothing stored. The test of a restart shows the same of UMAP."""
    root = str(Path(__file__).parents[4])
    np.save(tmp_path / "embeddings.npy", clusters())
    files = [root, str(tmp_path / "embeddings.npy"), str(tmp_path / "map.npy")]
    subprocess.run([sys.executable, "-c", AGAIN, *files], check=True)
    assert (np.load(tmp_path / "map.npy") == project(clusters(), ProjectionParameters("t-sne"))).all()


RESTART = """
import sys
sys.path.insert(0, sys.argv[1])
import numpy as np
from app.library.library import open_library
from trainer.core.projection.worker import WORKER
np.save(sys.argv[3], open_library(sys.argv[4], [sys.argv[2]]).checkpoints["pca-lite0"].precomputed.xy)
print(WORKER.pid is not None)
"""


def test_a_restart_gives_the_identical_map_without_fitting(photos, gallery, tmp_path, monkeypatch):
    """Two processes after one another, one cache: the first fits, the second only reads. A third fits the same map.

    The checkpoint is a copy of a bundled one: its backbone needs no test registration in the other process.
    """
    root = str(Path(__file__).parents[4])
    folder = shutil.copytree(BUNDLED_DIR / "pca-lite0", tmp_path / "copy")
    fitted, maps = [], []
    for number in (1, 2):
        arguments = [root, str(folder), str(tmp_path / f"{number}.npy"), str(photos)]
        environment = os.environ | {"GUIE_CACHE": str(tmp_path / "cache")}
        run = subprocess.run([sys.executable, "-c", RESTART, *arguments], env=environment, stdout=subprocess.PIPE)
        assert run.returncode == 0
        fitted.append(run.stdout.split() == [b"True"])
        maps.append(np.load(tmp_path / f"{number}.npy"))
    assert fitted == [True, False]
    assert (maps[0] == maps[1]).all()
    monkeypatch.setenv("GUIE_CACHE", str(tmp_path / "cache"))
    assert (maps[0] == project(gallery_embeddings(gallery, open_checkpoint(str(folder))))).all()
