"""Alignment of projections."""

import numpy as np

from app.library.align import align, align_in_order


def test_a_rotated_scaled_and_shifted_projection_is_recovered():
    rng = np.random.default_rng(0)
    for dims in (2, 3):
        reference = rng.normal(size=(50, dims))
        rotation, _ = np.linalg.qr(rng.normal(size=(dims, dims)))
        other = reference @ rotation * 3 + 7
        np.testing.assert_allclose(align(other, reference)(other), reference, atol=1e-9)


def test_a_reflected_projection_is_recovered():
    reference = np.random.default_rng(3).normal(size=(50, 2))
    mirrored = reference * [-1, 1]
    np.testing.assert_allclose(align(mirrored, reference)(mirrored), reference, atol=1e-9)


def test_ratios_of_distances_are_preserved():
    rng = np.random.default_rng(1)
    coordinates, reference = rng.normal(size=(2, 40, 2))
    aligned = align(coordinates, reference)(coordinates)
    lengths = [np.linalg.norm(xy - xy[0], axis=1)[1:] for xy in (aligned, coordinates)]
    np.testing.assert_allclose(lengths[0] / lengths[1], lengths[0][0] / lengths[1][0])
    assert np.linalg.norm(aligned - reference) <= np.linalg.norm(coordinates - reference)


def test_one_point_and_equal_points_stay_finite():
    for coordinates in (np.ones((1, 2)), np.ones((5, 2))):
        assert np.isfinite(align(coordinates, coordinates + 1)(coordinates)).all()


def test_each_projection_is_aligned_to_its_neighbour():
    rng = np.random.default_rng(2)
    steps = 0.3 * rng.normal(size=(5, 60, 2))
    projections = {f"epoch {i}": xy for i, xy in enumerate(rng.normal(size=(60, 2)) + steps.cumsum(0))}
    transforms = align_in_order(projections, "epoch 2")
    aligned = {name: transform(projections[name]) for name, transform in transforms.items()}
    assert aligned.keys() == projections.keys()
    np.testing.assert_allclose(aligned["epoch 2"], projections["epoch 2"], atol=1e-9)
    for previous, name in (
        ("epoch 2", "epoch 3"),
        ("epoch 3", "epoch 4"),
        ("epoch 2", "epoch 1"),
        ("epoch 1", "epoch 0"),
    ):
        expected = align(projections[name], aligned[previous])(projections[name])
        np.testing.assert_allclose(aligned[name], expected, atol=1e-9)
