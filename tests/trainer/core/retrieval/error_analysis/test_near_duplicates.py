"""Copies of an image are found, other images are not."""

import io
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from trainer.core.data.images import read_image
from trainer.core.retrieval.error_analysis.near_duplicates import (
    MAX_BITS,
    DuplicatePair,
    candidate_pairs,
    difference_hash,
    near_duplicates,
)
from trainer.core.retrieval.search import Neighbours


def jpeg(image, quality):
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


def test_the_hash_says_where_brightness_rises():
    rising = Image.fromarray(np.tile(np.arange(0, 252, 28, dtype=np.uint8), (8, 1)))
    assert difference_hash(rising).tolist() == [True] * 64
    assert not difference_hash(rising.transpose(Image.Transpose.FLIP_LEFT_RIGHT)).any()


@pytest.mark.parametrize("copy", [
    lambda image: jpeg(image, 40),
    lambda image: image.resize((image.width // 2, image.height // 2)),
    lambda image: image.convert("L"),
    lambda image: image.point(lambda value: value * 0.8),
], ids=["jpeg", "half the size", "grey", "darker"])  # fmt: skip
def test_copies_of_an_image_have_nearly_its_hash(library, copy):
    paths = library.gallery.table["path"].iloc[::40]
    images = [read_image(path) for path in paths]
    bits = [(difference_hash(copy(image)) != difference_hash(image)).sum() for image in images]
    assert np.mean(np.array(bits) <= MAX_BITS) >= 0.9
    others = [(difference_hash(one) != difference_hash(other)).sum() for one, other in pairwise(images)]
    assert min(others) > MAX_BITS


def test_each_similar_pair_is_a_candidate_once():
    neighbours = Neighbours(np.array([[1, 2], [0, 2]]), np.array([[0.9, 0.86], [0.9, 0.2]]))
    pairs, similarity = candidate_pairs(np.array([0, 1]), neighbours, least=0.85)
    assert pairs.tolist() == [[0, 1], [0, 2]]
    assert similarity.tolist() == [0.9, 0.86]
    assert candidate_pairs(np.array([0, 1]), neighbours, least=0.95)[0].shape == (0, 2)


def test_only_pairs_whose_images_are_nearly_equal_are_listed(library, tmp_path):
    path = Path(library.gallery.table["path"].iloc[0])
    copy = tmp_path / "copy.jpg"
    jpeg(read_image(path), 60).save(copy)
    files = [path, Path(library.gallery.table["path"].iloc[300]), copy]
    found = near_duplicates(files, np.array([[0, 1], [0, 2]]), np.array([0.99, 0.9]))
    assert [(pair.one, pair.other, pair.similarity) for pair in found] == [(0, 2, 0.9)]
    assert isinstance(found[0], DuplicatePair)
    assert near_duplicates(files, np.zeros((0, 2), int), np.zeros(0)) == []
