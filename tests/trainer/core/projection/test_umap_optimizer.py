"""UMAP's graph and layout, against umap-learn and against slow transcriptions."""

import numpy as np
import pytest

from tests.trainer.core.projection.test_projection import clusters
from trainer.core.data.gallery import open_gallery
from trainer.core.models.checkpoint import open_checkpoint
from trainer.core.models.embedder import gallery_embeddings
from trainer.core.projection import umap_optimizer as module
from trainer.core.projection.parameters import ProjectionParameters
from trainer.core.projection.projection import PrincipalAxes, distances, project
from trainer.core.projection.quality import projection_quality
from trainer.core.projection.umap_graph import curve, membership_graph
from trainer.core.projection.umap_optimizer import CLIP, PUSHES, RATE, layout
from trainer.core.retrieval.knn import search_others

WORD = 2**64


def prepared(n=120, k=10, dims=2):
    found = search_others(clusters(n), k)
    start = PrincipalAxes(clusters(n), dims).places(clusters(n))
    return 10 * (start - start.min(0)) / np.ptp(start, axis=0), membership_graph(found.rows, 1 - found.similarity)


def draws(point, epoch, seed):
    """xorshift64*, in numbers of any length."""
    state = (seed + 1) * 0x9E3779B97F4A7C15 % WORD
    state ^= (epoch + 1) * 0xBF58476D1CE4E5B9 % WORD
    state ^= (point + 1) * 0x94D049BB133111EB % WORD
    while True:
        state ^= state >> 12
        state ^= state << 25 & (WORD - 1)
        state ^= state >> 27
        yield (state * 0x2545F4914F6CDD1D % WORD) >> 32


def slow_layout(start, graph, epochs, a, b, seed):
    """The cross-entropy's gradient, written out for each pair, without tables."""
    places = np.asarray(start, np.float64)
    for epoch in range(epochs):
        rate = RATE * (1 - epoch / epochs)
        moved = places.copy()
        for i in range(len(places)):
            chance = draws(i, epoch, seed)
            for edge in range(graph.indptr[i], graph.indptr[i + 1]):
                share = np.float32(graph.data[edge] / graph.data.max())
                if int((epoch + 1) * float(share)) == int(epoch * float(share)):
                    continue
                apart = moved[i] - places[graph.indices[edge]]
                d2 = apart @ apart
                if d2 > 0:
                    pull = -2 * a * b * d2 ** (b - 1) / (1 + a * d2**b) * apart
                    moved[i] += rate * np.clip(pull, -CLIP, CLIP)
                push = np.zeros(places.shape[1])
                for _ in range(PUSHES):
                    apart = moved[i] - places[next(chance) * len(places) >> 32]
                    d2 = apart @ apart
                    push += np.clip(2 * b / ((0.001 + d2) * (1 + a * d2**b)) * apart, -CLIP, CLIP)
                moved[i] += rate * push
        places = moved
    return places


@pytest.mark.parametrize("dims", [2, 3])
def test_few_epochs_are_as_written_out(dims):
    start, graph = prepared(dims=dims)
    found = layout(start, graph, 3, *curve(0.3), seed=5)
    expected = slow_layout(start, graph, 3, *curve(0.3), seed=5)
    assert np.abs(expected - start).max() > 1
    # A force from the table is up to 0.2 % off, and whoever is close to another is sensitive to that.
    away = np.linalg.norm(found - expected, axis=1)
    assert np.median(away) < 0.01
    assert np.quantile(away, 0.9) < 0.05


def test_forces_are_those_of_the_equation():
    a, b = curve(0.1)
    pull, push = module._forces(a, b)
    d2 = np.float32(np.geomspace(1e-5, 1e5, 500))
    for table, wanted in ((pull, -2 * a * b * d2 ** (b - 1) / (1 + a * d2**b)),
                          (push, 2 * b / ((0.001 + d2) * (1 + a * d2**b)))):  # fmt: skip
        np.testing.assert_allclose([module._force(table, one) for one in d2], wanted, rtol=0.005)


def test_any_number_of_cores_gives_the_same_map_to_the_bit():
    start, graph = prepared(300)
    one, two, seven = (layout(start, graph, 40, *curve(0.3), seed=0, threads=n) for n in (1, 2, 7))
    assert (one == two).all()
    assert (one == seven).all()
    assert not (layout(start, graph, 40, *curve(0.3), seed=1) == one).all()


def test_the_graph_is_umaps():
    from umap.umap_ import fuzzy_simplicial_set

    gallery = open_gallery("sample")
    embeddings = gallery_embeddings(gallery, open_checkpoint("atlas"))
    found, n = search_others(embeddings, 15), len(embeddings)
    distance = distances(found.similarity, "cosine")
    rows = np.column_stack([np.arange(n), found.rows]).astype(np.int32)
    theirs, _, _ = fuzzy_simplicial_set(
        embeddings, 16, None, "cosine", knn_indices=rows, knn_dists=np.column_stack([np.zeros(n, np.float32), distance])
    )
    ours = membership_graph(found.rows, distance)
    assert abs(ours - theirs).max() < 1e-4
    assert abs(ours - ours.T).max() == 0


def test_a_map_keeps_at_least_what_umap_learns_does():
    import umap

    gallery = open_gallery("sample")
    embeddings = gallery_embeddings(gallery, open_checkpoint("atlas"))
    theirs = umap.UMAP(n_neighbors=31, min_dist=0.3, metric="cosine", random_state=0, n_jobs=1)
    found = [projection_quality(embeddings, xy) for xy in (theirs.fit_transform(embeddings), project(embeddings))]
    assert found[1].trustworthiness > found[0].trustworthiness - 0.003
    assert found[1].kept > found[0].kept - 0.02


def test_an_edge_acts_in_its_share_of_the_epochs():
    """Two pairs without pushes between them worth speaking of: the one half as strong is pulled half as often."""
    from scipy.sparse import csr_matrix

    start = np.array([[0, 0], [2, 0], [1e6, 0], [1e6 + 2, 0]])
    graph = csr_matrix((np.float32([1, 1, 0.5, 0.5]), ([0, 1, 2, 3], [1, 0, 3, 2])), (4, 4))
    after_one = layout(start, graph, 1, *curve(0.3), seed=0)
    assert after_one[1, 0] - after_one[0, 0] != pytest.approx(2, abs=1e-3)
    assert (after_one[2:] == np.float32(start[2:])).all()


@pytest.mark.parametrize("name", ["umap-2d", "umap-3d"])
def test_equal_rows_and_few_rows_stay_finite(name):
    same = np.repeat(clusters(4), 10, 0)
    for rows in (same, clusters(5), clusters(6)):
        xy = project(rows, ProjectionParameters(name))
        assert np.isfinite(xy).all()
        assert len(np.unique(xy, axis=0)) == len(xy)
