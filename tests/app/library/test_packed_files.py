"""Packed files: what a browser reads back from them."""

import gzip
import json
import threading

import numpy as np
import pytest

from app.library.packed_files import PackedFiles, pack, pack_points
from trainer.core.retrieval.knn import type_hits

KINDS = {"uint8": "u1", "uint16": "<u2", "uint32": "<u4"}


def read(packed):
    """As `unpack` in map/web/data.js does it."""
    length = int.from_bytes(packed[:4], "little")
    header = json.loads(packed[4 : 4 + length])
    for array in header["arrays"]:
        assert array["offset"] % 4 == 0
        header[array["name"]] = np.frombuffer(packed, KINDS[array["kind"]], array["size"], array["offset"])
    return header


def fetched(library, name):
    return read(gzip.decompress(library.maps.get().files.get(name)))


def test_labels_come_back(library):
    gallery, file = library.gallery, fetched(library, library.maps.get().files.labels)
    assert file["n"] == len(gallery)
    assert [gallery.type_order[code] for code in file["types"]] == gallery.object_types.tolist()
    assert [file["class_names"][code] for code in file["classes"]] == gallery.class_names.tolist()
    assert [file["split_names"][code] for code in file["splits"]] == gallery.table["split"].tolist()


def test_coordinates_come_back_within_a_step(library):
    for name, entry in library.checkpoints.items():
        file = fetched(library, library.maps.get().files.points(name))
        coordinates = file["quantised"].reshape(-1, 2) * file["step"] + np.array(file["low"])
        expected = library.maps.get().files.align(name, entry.precomputed.xy)
        assert np.abs(coordinates - expected).max() <= file["step"]
        assert file["step"] < np.ptp(expected, axis=0).max() / 60_000


def test_the_reference_projection_is_unchanged(library):
    xy = library.checkpoints[library.best].precomputed.xy
    np.testing.assert_allclose(library.maps.get().files.align(library.best, xy), xy, atol=1e-4)


def test_hits_come_back(library):
    file = fetched(library, library.maps.get().files.hits(library.best))
    assert (file["hits"] == type_hits(library.nearest(library.best), library.gallery.object_types)).all()


def test_three_dimensions_and_one_point():
    rng = np.random.default_rng(0)
    for coordinates in (rng.normal(size=(20, 3)), np.full((1, 2), 3.5), np.array([[0, 0], [1e-12, 0]])):
        file = read(pack_points(coordinates))
        assert file["dims"] == coordinates.shape[1]
        unpacked = file["quantised"].reshape(coordinates.shape) * file["step"] + np.array(file["low"])
        np.testing.assert_allclose(unpacked, coordinates, atol=max(file["step"], 1e-9))


def test_headers_and_arrays_of_any_length():
    rng = np.random.default_rng(0)
    for length in range(1, 9):
        arrays = {"a": rng.integers(0, 255, length).astype("u1"), "b": rng.integers(0, 2**31, length).astype("<u4")}
        file = read(pack({"text": "é" * length}, arrays))
        assert file["text"] == "é" * length
        assert all((file[name] == array).all() for name, array in arrays.items())


def test_names_depend_on_the_content(library):
    files, gallery = library.maps.get().files, library.gallery
    xy = {name: entry.precomputed.xy for name, entry in library.checkpoints.items()}
    best, other = library.best, next(name for name in xy if name != library.best)
    same = PackedFiles(gallery, xy, library.nearest, best)
    moved = PackedFiles(gallery, xy | {best: xy[best] + 1}, library.nearest, best)
    assert (same.labels, same.points(best)) == (files.labels, files.points(best))
    assert moved.points(best) != files.points(best)
    assert len({files.points(best), files.points(other), files.hits(best), files.hits(other), files.labels}) == 5


@pytest.mark.parametrize("name", ["", "labels", "../../etc/passwd", "points-000000000000000000000000"])
def test_unknown_names_have_no_file(library, name):
    assert library.maps.get().files.get(name) is None


def test_a_large_gallery_is_a_small_file():
    rng = np.random.default_rng(0)
    packed = gzip.compress(pack_points(rng.normal(size=(130_000, 2))))
    assert len(packed) < 600_000


def test_a_slow_file_does_not_block_the_others(library):
    started, proceed = threading.Event(), threading.Event()

    def slow(name):
        started.set()
        assert proceed.wait(30)
        return library.nearest(name)

    xy = library.checkpoints[library.best].precomputed.xy
    files = PackedFiles(library.gallery, {library.best: xy}, slow, library.best)
    request = threading.Thread(target=files.get, args=[files.hits(library.best)])
    request.start()
    assert started.wait(30)
    assert files.get(files.labels)
    assert not files.has(files.hits(library.best))
    proceed.set()
    request.join(30)
    assert files.has(files.hits(library.best))
