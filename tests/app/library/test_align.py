"""Maps turned towards one another."""

import numpy as np

from app.library.align import turned_in_order, turned_towards


def test_a_turned_mirrored_scaled_map_comes_back():
    rng = np.random.default_rng(0)
    for dims in (2, 3):
        reference = rng.normal(size=(50, dims))
        rotation, _ = np.linalg.qr(rng.normal(size=(dims, dims)))
        turn = turned_towards(reference @ rotation * 3 + 7, reference)
        np.testing.assert_allclose(turn(reference @ rotation * 3 + 7), reference, atol=1e-9)


def test_a_map_keeps_its_own_proportions():
    rng = np.random.default_rng(1)
    xy, reference = rng.normal(size=(2, 40, 2))
    turned = turned_towards(xy, reference)(xy)
    ratio = np.linalg.norm(turned - turned[0], axis=1)[1:] / np.linalg.norm(xy - xy[0], axis=1)[1:]
    np.testing.assert_allclose(ratio, ratio[0])
    assert np.linalg.norm(turned - reference) <= np.linalg.norm(xy - reference)


def test_one_point_and_equal_points_stay_finite():
    for xy in (np.ones((1, 2)), np.ones((5, 2))):
        assert np.isfinite(turned_towards(xy, xy + 1)(xy)).all()


def test_each_map_is_turned_towards_its_neighbour():
    rng = np.random.default_rng(2)
    steps = 0.3 * rng.normal(size=(5, 60, 2))
    maps = {f"epoch {i}": xy for i, xy in enumerate(rng.normal(size=(60, 2)) + steps.cumsum(0))}
    turned = {name: turn(maps[name]) for name, turn in turned_in_order(maps, "epoch 2").items()}
    assert turned.keys() == maps.keys()
    np.testing.assert_allclose(turned["epoch 2"], maps["epoch 2"], atol=1e-9)
    for before, name in (
        ("epoch 2", "epoch 3"),
        ("epoch 3", "epoch 4"),
        ("epoch 2", "epoch 1"),
        ("epoch 1", "epoch 0"),
    ):
        best = turned_towards(maps[name], turned[before])(maps[name])
        np.testing.assert_allclose(turned[name], best, atol=1e-9)
