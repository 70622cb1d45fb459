"""The eleven colours, measured: apart from each other for every kind of colour vision, and from both pages."""

from itertools import combinations

import numpy as np
import pytest

from app.components.palette import DARK, LIGHT, SYMBOLS, style_of
from trainer.core.data.gallery import OBJECT_TYPES

# Machado, Oliveira and Fernandes (2009), table of severity 1.0, for linear RGB.
VISION = {
    "normal": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
LEAST = {"normal": 0.105, "protan": 0.082, "deutan": 0.082, "tritan": 0.082}


def linear(colour):
    """#rrggbb -> (3,) linear RGB."""
    value = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def oklab(rgb):
    """Linear RGB -> OKLab (Ottosson, 2020), whose distances are even to the eye."""
    to_lms = [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
              [0.0883024619, 0.2817188376, 0.6299787005]]  # fmt: skip
    to_lab = [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
              [0.0259040371, 0.7827717662, -0.8086757660]]  # fmt: skip
    return np.array(to_lab) @ np.cbrt(np.array(to_lms) @ rgb)


def contrast(one, other):
    """WCAG 2: (lighter + 0.05) / (darker + 0.05)."""
    low, high = sorted(float(linear(colour) @ [0.2126, 0.7152, 0.0722]) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def closest(colours, vision):
    seen = [oklab((np.array(VISION[vision]) @ linear(colour)).clip(0, 1)) for colour in colours]
    return min(np.linalg.norm(a - b) for a, b in combinations(seen, 2))


def test_the_measure_itself():
    assert oklab(linear("#ffffff")) == pytest.approx([1, 0, 0], abs=1e-3)
    assert oklab(linear("#ff0000")) == pytest.approx([0.628, 0.225, 0.126], abs=2e-3)
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert all(np.sum(matrix, 1) == pytest.approx(np.ones(3), abs=1e-4) for matrix in VISION.values())  # white stays
    assert closest(["#d62728", "#2ca02c"], "deutan") < 0.6 * closest(["#d62728", "#2ca02c"], "normal")


@pytest.mark.parametrize("colours", [LIGHT, DARK])
@pytest.mark.parametrize("vision", VISION)
def test_every_two_colours_stay_apart(vision, colours):
    assert len(colours) == len(set(colours)) == len(OBJECT_TYPES)
    assert closest(colours, vision) > LEAST[vision]


@pytest.mark.parametrize(("page", "colours"), [("#ffffff", LIGHT), ("#0b0f19", DARK)])
def test_every_colour_stands_out_from_the_page(page, colours):
    assert min(contrast(colour, page) for colour in colours) >= 3


def test_markers_differ_too():
    assert len(SYMBOLS) == len(set(SYMBOLS)) == len(OBJECT_TYPES)


def test_a_type_looks_the_same_in_every_gallery():
    whole = style_of(OBJECT_TYPES)
    assert len(set(whole.values())) == len(OBJECT_TYPES)
    assert style_of(["cars", "toys"]) == {name: whole[name] for name in ("cars", "toys")}


def test_other_types_take_what_is_free_and_then_begin_again():
    mixed = style_of(["cars", "birds", "boats"])
    assert len(set(mixed.values())) == 3
    many = [f"kind {number}" for number in range(30)]
    assert set(style_of(many).values()) == set(zip(LIGHT, DARK, SYMBOLS, strict=True))
    assert list(style_of([*OBJECT_TYPES, *many])) == [*OBJECT_TYPES, *many]
