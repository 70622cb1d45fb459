"""Parameters of a map: ranges, one sentence for a bad value, and what a stored map's name depends on."""

import pytest

from trainer.core.errors import UserError
from trainer.core.projection.parameters import ProjectionParameters
from trainer.core.projection.registry import PROJECTIONS


@pytest.mark.parametrize(
    "values",
    [
        {"projection": "isomap"}, {"projection": None}, {"n_neighbors": 1}, {"n_neighbors": 201}, {"n_neighbors": 2.5},
        {"n_neighbors": None}, {"n_neighbors": True}, {"min_dist": -0.1}, {"min_dist": 1.1}, {"min_dist": "0.1"},
        {"min_dist": float("nan")}, {"metric": "manhattan"}, {"metric": []}, {"engine": "gpu"}, {"seed": -1},
        {"seed": 2**32}, {"seed": float("inf")}, {"seed": float("nan")},
    ],
)  # fmt: skip
def test_bad_values_are_named_with_what_is_expected(values):
    with pytest.raises(UserError, match=rf"^{next(iter(values))} is .*: expected .*\.$"):
        ProjectionParameters(**values)


def test_numbers_of_a_page_are_the_same_parameters():
    assert ProjectionParameters(n_neighbors=30.0, min_dist=0, seed=7.0) == ProjectionParameters(min_dist=0.0, seed=7)
    assert str(ProjectionParameters(n_neighbors=30.0).key()) == str(ProjectionParameters().key())


def test_only_what_a_projection_uses_changes_its_key():
    changes = {"n_neighbors": 5, "min_dist": 0.5, "metric": "euclidean", "seed": 9, "engine": "umap-learn"}
    for projection, method in PROJECTIONS.items():
        for name, value in changes.items():
            changed = ProjectionParameters(projection, **{name: value}).key() != ProjectionParameters(projection).key()
            assert changed == (name in method.parameters)
    keys = [str(ProjectionParameters(projection).key()) for projection in PROJECTIONS]
    assert len(set(keys)) == len(keys)


def test_stored_maps_keep_their_name():
    assert ProjectionParameters().key() == {"n_neighbors": 30, "min_dist": 0.3, "seed": 0, "version": 3}
    assert ProjectionParameters("t-sne").key() == {"projection": "t-sne", "n_neighbors": 30, "seed": 0, "version": 2}
