"""UMAP's optimiser, against umap-learn and against a slow transcription of the equations."""

import numpy as np
import pytest

from tests.trainer.core.projection.test_projection import clusters
from trainer.core.data.gallery import open_gallery
from trainer.core.models.checkpoint import open_checkpoint
from trainer.core.models.embedder import gallery_embeddings
from trainer.core.projection import umap_optimizer as module
from trainer.core.projection.neighbour_projection import distances
from trainer.core.projection.out_of_sample import attraction_curve
from trainer.core.projection.parameters import ProjectionParameters
from trainer.core.projection.pca import PrincipalAxes
from trainer.core.projection.projection import project
from trainer.core.projection.quality import projection_quality
from trainer.core.projection.umap_optimizer import LEARNING_RATE, MAX_STEP, NEGATIVE_SAMPLES, optimize_layout
from trainer.core.projection.umap_projection import fuzzy_graph
from trainer.core.retrieval.knn import neighbours_of_all

WORD = 2**64


def wide_start(embeddings, dims=2):
    start = PrincipalAxes(embeddings, dims).transform(embeddings)
    return 10 * (start - start.min(0)) / np.ptp(start, axis=0)


def start_and_graph(n=120, k=10, dims=2):
    found = neighbours_of_all(clusters(n), k)
    return wide_start(clusters(n), dims), fuzzy_graph(found.rows, 1 - found.similarity)


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


def slow_optimize_layout(start, graph, epochs, a, b, seed):
    """The cross-entropy's gradient, written out for each pair, without tables."""
    places = np.asarray(start, np.float64)
    for epoch in range(epochs):
        rate = LEARNING_RATE * (1 - epoch / epochs)
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
                    moved[i] += rate * np.clip(pull, -MAX_STEP, MAX_STEP)
                push = np.zeros(places.shape[1])
                for _ in range(NEGATIVE_SAMPLES):
                    apart = moved[i] - places[next(chance) * len(places) >> 32]
                    d2 = apart @ apart
                    push += np.clip(2 * b / ((0.001 + d2) * (1 + a * d2**b)) * apart, -MAX_STEP, MAX_STEP)
                moved[i] += rate * push
        places = moved
    return places


@pytest.mark.parametrize("dims", [2, 3])
def test_few_epochs_are_as_written_out(dims):
    start, graph = start_and_graph(dims=dims)
    found = optimize_layout(start, graph, 3, *attraction_curve(0.3), seed=5)
    expected = slow_optimize_layout(start, graph, 3, *attraction_curve(0.3), seed=5)
    assert np.abs(expected - start).max() > 1
    # A coefficient from the table is up to 0.2 % off, which moves points that are close to another.
    away = np.linalg.norm(found - expected, axis=1)
    assert np.median(away) < 0.01
    assert np.quantile(away, 0.9) < 0.05


def test_coefficients_are_those_of_the_equation():
    a, b = attraction_curve(0.1)
    attraction, repulsion = module._coefficients(a, b)
    d2 = np.float32(np.geomspace(1e-5, 1e5, 500))
    for table, wanted in ((attraction, -2 * a * b * d2 ** (b - 1) / (1 + a * d2**b)),
                          (repulsion, 2 * b / ((0.001 + d2) * (1 + a * d2**b)))):  # fmt: skip
        np.testing.assert_allclose([module._look_up(table, one) for one in d2], wanted, rtol=0.005)


def test_any_number_of_cores_gives_the_same_map_to_the_bit():
    start, graph = start_and_graph(300)
    one, two, seven = (optimize_layout(start, graph, 40, *attraction_curve(0.3), seed=0, threads=n) for n in (1, 2, 7))
    assert (one == two).all()
    assert (one == seven).all()
    assert not (optimize_layout(start, graph, 40, *attraction_curve(0.3), seed=1) == one).all()


def test_it_agrees_with_umap_learns_optimiser():
    """The same graph and start: as trustworthy, and as many neighbours preserved."""
    from umap.umap_ import find_ab_params, simplicial_set_embedding

    embeddings = gallery_embeddings(open_gallery("sample"), open_checkpoint("atlas"))
    found = neighbours_of_all(embeddings, 30)
    graph = fuzzy_graph(found.rows, distances(found.similarity, "cosine"))
    start = wide_start(embeddings)
    a, b = find_ab_params(1.0, 0.3)
    ours = optimize_layout(start, graph, 500, a, b, seed=0)
    theirs, _ = simplicial_set_embedding(
        embeddings, graph, 2, 1.0, a, b, 1.0, 5, 500, start.astype(np.float32), np.random.RandomState(0), "cosine", {},
        False, {}, False,
    )  # fmt: skip
    one, other = projection_quality(embeddings, ours), projection_quality(embeddings, theirs)
    assert one.trustworthiness > other.trustworthiness - 0.003
    assert one.neighbourhood_preservation > other.neighbourhood_preservation - 0.02


def test_an_edge_acts_in_its_share_of_the_epochs():
    """Two pairs too far apart to repel each other: the edge of half the strength attracts half as often."""
    from scipy.sparse import csr_matrix

    start = np.array([[0, 0], [2, 0], [1e6, 0], [1e6 + 2, 0]])
    graph = csr_matrix((np.float32([1, 1, 0.5, 0.5]), ([0, 1, 2, 3], [1, 0, 3, 2])), (4, 4))
    after_one = optimize_layout(start, graph, 1, *attraction_curve(0.3), seed=0)
    assert after_one[1, 0] - after_one[0, 0] != pytest.approx(2, abs=1e-3)
    assert (after_one[2:] == np.float32(start[2:])).all()


@pytest.mark.parametrize("name", ["umap-2d", "umap-3d"])
def test_equal_rows_and_few_rows_stay_finite(name):
    same = np.repeat(clusters(4), 10, 0)
    for rows in (same, clusters(5), clusters(6)):
        xy = project(rows, ProjectionParameters(name))
        assert np.isfinite(xy).all()
        assert len(np.unique(xy, axis=0)) == len(xy)
