"""The maps of all checkpoints by parameters: made once, turned towards the best one, found by id and by file."""

import numpy as np
import pytest

from app.library import projection_sets as map_set
from app.library.examples import EXAMPLES
from app.library.library import open_library
from trainer.core.errors import UserError
from trainer.core.progress import silent
from trainer.core.projection.parameters import ProjectionParameters
from trainer.core.projection.quality import projection_quality


@pytest.fixture(scope="module")
def small(photos, trained):
    """144 pictures and one checkpoint."""
    return open_library(str(photos), [str(trained)])


def refuse(*_, **__):
    raise AssertionError("computed again")


def test_the_default_set_is_what_was_made_ready(small, monkeypatch):
    monkeypatch.setattr(map_set, "gallery_map", refuse)
    made = small.maps.get()
    assert made is small.maps.get(ProjectionParameters())
    for name, entry in small.checkpoints.items():
        assert (made.maps[name].xy == entry.precomputed.xy).all()
        assert made.quality[name] == projection_quality(entry.precomputed.embeddings, entry.precomputed.xy)


def test_another_set_is_made_once_and_then_known(small, monkeypatch):
    parameters, told = ProjectionParameters("pca"), []

    def progress(items, **said):
        told.append(said["total"])
        return silent(items)

    made = small.maps.get(parameters, progress)
    assert told == [len(small.names)]
    monkeypatch.setattr(map_set, "gallery_map", refuse)
    assert small.maps.get(ProjectionParameters("pca", seed=5)) is made  # a seed means nothing to PCA
    assert small.maps.known(made.id) is made
    assert made.id != small.maps.get().id
    file = made.files.points(small.best)
    assert small.maps.file(file) == made.files.get(file)
    assert small.maps.file("points-nope") is None
    for hostile in ("nope", None, 3, ["x"]):
        assert small.maps.known(hostile) is None


def test_a_set_in_space_has_three_numbers_everywhere(small):
    made = small.maps.get(ProjectionParameters("umap-3d"))
    embedding = small.checkpoint(small.best).embed(small.query_from_file(EXAMPLES["china.jpg"]))
    assert made.maps[small.best].xy.shape == (144, 3)
    assert made.place(embedding, small.best).shape == (3,)
    assert np.isfinite(made.place(embedding, small.best)).all()


def test_old_sets_are_forgotten_and_the_default_one_is_not(small, monkeypatch):
    monkeypatch.setattr(map_set, "KEPT", 2)
    first = small.maps.get()
    made = [small.maps.get(ProjectionParameters("umap-2d", n)) for n in (4, 5, 6)]
    assert small.maps.known(made[0].id) is None
    assert small.maps.known(made[2].id) is made[2]
    assert small.maps.get() is first
    again = small.maps.get(ProjectionParameters("umap-2d", 4))
    assert (again.maps[small.best].xy == made[0].maps[small.best].xy).all()


def test_what_cannot_be_made_is_told_and_blocks_nobody(small, monkeypatch):
    monkeypatch.setattr("trainer.core.projection.projection.MOST_TSNE", 10)
    with pytest.raises(UserError, match="choose UMAP"):
        small.maps.get(ProjectionParameters("t-sne"))
    assert small.maps.get(ProjectionParameters("pca"))
