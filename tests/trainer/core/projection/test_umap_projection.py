"""UMAP by umap-learn: its graph, its engine, and where it may be imported."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.trainer.core.projection.test_projection import clusters
from trainer.core.data.gallery import open_gallery
from trainer.core.models.checkpoint import open_checkpoint
from trainer.core.models.embedder import gallery_embeddings
from trainer.core.projection.neighbour_projection import distances
from trainer.core.projection.parameters import ProjectionParameters
from trainer.core.projection.projection import project
from trainer.core.projection.quality import projection_quality
from trainer.core.projection.umap_projection import fit_parallel, fit_umap_learn, fuzzy_graph
from trainer.core.projection.worker import Worker
from trainer.core.retrieval.knn import neighbours_of_all

ROOT = Path(__file__).parents[4]
UMAP_LEARN = ProjectionParameters(engine="umap-learn")


@pytest.fixture(scope="module")
def embeddings():
    return gallery_embeddings(open_gallery("sample"), open_checkpoint("atlas"))


def neighbours_and_distances(rows, k=15):
    found = neighbours_of_all(rows, k)
    return found.rows, distances(found.similarity, "cosine")


def test_the_graph_is_that_of_exact_neighbours_by_umap_learn(embeddings):
    """umap-learn's whole path from the embeddings, with its own exact neighbours (N < 4096), against FAISS's."""
    import umap

    theirs = umap.UMAP(n_neighbors=16, metric="cosine", random_state=0, n_jobs=1, transform_mode="graph")
    expected = theirs.fit(embeddings).graph_
    graph = fuzzy_graph(*neighbours_and_distances(embeddings))
    assert abs(graph - expected).max() < 1e-3
    assert abs(graph - graph.T).max() == 0


def test_another_graph_of_umap_learn_gives_another_map(monkeypatch):
    from umap import umap_

    start = np.random.default_rng(0).normal(size=(90, 2)).astype(np.float32)
    given = (start, *neighbours_and_distances(clusters()), ProjectionParameters())
    before = fit_parallel(*given)
    assert (fit_parallel(*given) == before).all()
    original = umap_.fuzzy_simplicial_set

    def weaker(*arguments, **options):
        graph, *others = original(*arguments, **options)
        return graph.power(2), *others

    monkeypatch.setattr(umap_, "fuzzy_simplicial_set", weaker)
    assert (fit_parallel(*given) != before).any()


def test_another_curve_of_umap_learn_gives_another_map(monkeypatch):
    from umap import umap_

    start = np.random.default_rng(0).normal(size=(90, 2)).astype(np.float32)
    given = (start, *neighbours_and_distances(clusters()), ProjectionParameters())
    before = fit_parallel(*given)
    monkeypatch.setattr(umap_, "find_ab_params", lambda spread, min_dist: (1.0, 1.0))
    assert (fit_parallel(*given) != before).any()


def test_the_engine_umap_learn_is_plain_umap(embeddings):
    import umap

    plain = umap.UMAP(n_neighbors=31, min_dist=0.3, metric="cosine", random_state=0, n_jobs=1).fit_transform(embeddings)
    assert (project(embeddings, UMAP_LEARN) == plain).all()


def test_the_default_engine_preserves_as_much(embeddings):
    maps = (project(embeddings, parameters) for parameters in (UMAP_LEARN, ProjectionParameters()))
    theirs, ours = (projection_quality(embeddings, xy) for xy in maps)
    assert ours.trustworthiness > theirs.trustworthiness - 0.003
    assert ours.neighbourhood_preservation > theirs.neighbourhood_preservation - 0.02


@pytest.mark.parametrize("name", ["umap-2d", "umap-3d"])
@pytest.mark.parametrize("n", [1, 4, 5, 6, 16])
def test_the_engine_umap_learn_takes_small_galleries(name, n):
    parameters = ProjectionParameters(name, engine="umap-learn")
    xy = project(clusters(n), parameters)
    assert xy.shape == (n, parameters.method.dims)
    assert np.isfinite(xy).all()


def test_both_engines_give_the_same_map_on_any_number_of_cores(monkeypatch):
    """The worker of the tests has one numba thread; another has three."""
    both = (ProjectionParameters(), UMAP_LEARN)
    expected = [project(clusters(300), parameters) for parameters in both]
    monkeypatch.setenv("NUMBA_NUM_THREADS", "3")
    other = Worker()
    monkeypatch.setattr("trainer.core.projection.umap_projection.run_in_worker", other.run)
    try:
        found = [project(clusters(300), parameters) for parameters in both]
    finally:
        other.end()
    assert (found[0] == expected[0]).all()
    assert (found[1] == expected[1]).all()


SERVE = """
import sys
sys.path.insert(0, sys.argv[1])
import app.page
from app.library.examples import EXAMPLES
from app.library.library import open_library
from trainer.core.projection.parameters import ProjectionParameters
library = open_library("sample", ["pca-lite0"])
app.page.build_page(library, "en")
embedding = library.checkpoint("pca-lite0").embed(library.query_from_file(next(iter(EXAMPLES.values()))))
maps = library.maps.get()
print(maps.place(embedding, "pca-lite0").shape)
print(any(name in sys.modules for name in ("umap", "numba", "pynndescent")))
library.maps.get(ProjectionParameters(n_neighbors=5))
print(any(name in sys.modules for name in ("umap", "numba", "pynndescent")))
"""


def test_the_serving_process_never_imports_umap():
    """Neither to open the page, nor to place a query, nor when a visitor asks for another map."""
    done = subprocess.run([sys.executable, "-c", SERVE, str(ROOT)], capture_output=True, text=True)
    assert done.stdout.splitlines()[-3:] == ["(2,)", "False", "False"], done.stderr[-500:]


def test_umap_learn_that_is_missing_is_one_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "umap", None)
    with pytest.raises(Exception, match=r"^UMAP needs the package umap-learn, .*pip install -r requirements.txt$"):
        fit_umap_learn(clusters(), 2, UMAP_LEARN)
