"""Projection sets: computed once, aligned to the best checkpoint, found by id and by file."""

import threading

import numpy as np
import pytest

from app.library import projection_sets
from app.library.examples import EXAMPLES
from app.library.library import open_library
from trainer.core.errors import UserError
from trainer.core.progress import silent
from trainer.core.projection.parameters import ProjectionParameters
from trainer.core.projection.quality import projection_quality


@pytest.fixture(scope="module")
def small(photos, trained):
    """144 images and one checkpoint."""
    return open_library(str(photos), [str(trained)])


def refuse(*_, **__):
    raise AssertionError("computed again")


def test_the_default_set_is_the_precomputed_one(small, monkeypatch):
    monkeypatch.setattr(projection_sets, "gallery_map", refuse)
    default = small.maps.get()
    assert default is small.maps.get(ProjectionParameters())
    for name, entry in small.checkpoints.items():
        assert (default.projections[name].xy == entry.precomputed.xy).all()
        assert default.quality[name] == projection_quality(entry.precomputed.embeddings, entry.precomputed.xy)


def test_another_set_is_computed_once_and_then_known(small, monkeypatch):
    parameters, totals = ProjectionParameters("pca"), []

    def progress(items, **options):
        totals.append(options["total"])
        return silent(items)

    pca = small.maps.get(parameters, progress)
    assert totals == [len(small.names)]
    monkeypatch.setattr(projection_sets, "gallery_map", refuse)
    assert small.maps.get(ProjectionParameters("pca", seed=5)) is pca  # PCA has no seed
    assert small.maps.by_id(pca.id) is pca
    assert pca.id != small.maps.get().id
    file = pca.files.points(small.best)
    assert small.maps.file(file) == pca.files.get(file)
    assert small.maps.file("points-nope") is None
    for hostile in ("nope", None, 3, ["x"]):
        assert small.maps.by_id(hostile) is None


def test_a_set_requested_twice_at_once_is_computed_once(small, monkeypatch):
    computed, started, proceed = [], threading.Event(), threading.Event()
    original = projection_sets.gallery_map

    def slow(*args):
        computed.append(args)
        started.set()
        assert proceed.wait(30)
        return original(*args)

    monkeypatch.setattr(projection_sets, "gallery_map", slow)
    results = []
    threads = [
        threading.Thread(target=lambda: results.append(small.maps.get(ProjectionParameters(seed=7)))) for _ in range(2)
    ]
    threads[0].start()
    assert started.wait(30)
    threads[1].start()
    assert small.maps.get()  # a set in memory does not wait for the computation
    proceed.set()
    for thread in threads:
        thread.join(60)
    assert len(computed) == 1
    assert results[0] is results[1]


def test_a_3d_set_has_three_coordinates_everywhere(small):
    umap_3d = small.maps.get(ProjectionParameters("umap-3d"))
    embedding = small.checkpoint(small.best).embed(small.query_from_file(EXAMPLES["china.jpg"]))
    assert umap_3d.projections[small.best].xy.shape == (144, 3)
    assert umap_3d.place(embedding, small.best).shape == (3,)
    assert np.isfinite(umap_3d.place(embedding, small.best)).all()


def test_old_sets_are_dropped_but_not_the_default_one(small, monkeypatch):
    monkeypatch.setattr(projection_sets, "MAX_IN_MEMORY", 2)
    default = small.maps.get()
    sets = [small.maps.get(ProjectionParameters(n_neighbors=n)) for n in (4, 5, 6)]
    assert small.maps.by_id(sets[0].id) is None
    assert small.maps.by_id(sets[2].id) is sets[2]
    assert small.maps.get() is default
    again = small.maps.get(ProjectionParameters(n_neighbors=4))
    assert (again.projections[small.best].xy == sets[0].projections[small.best].xy).all()


def test_an_impossible_set_is_an_error_and_blocks_nobody(small, monkeypatch):
    monkeypatch.setattr("trainer.core.projection.tsne.TSne.max_images", 10)
    with pytest.raises(UserError, match="choose UMAP"):
        small.maps.get(ProjectionParameters("t-sne"))
    assert small.maps.get(ProjectionParameters("pca"))
