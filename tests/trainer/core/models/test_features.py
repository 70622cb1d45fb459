"""Features of a gallery: row i is image i, computed once."""

import numpy as np
import pytest
from PIL import Image

from trainer.core.data.gallery import open_gallery
from trainer.core.data.images import ImageError, read_image
from trainer.core.models import features as features_module
from trainer.core.models.backbones import load_backbone
from trainer.core.models.features import feature_blocks, gallery_features


@pytest.mark.parametrize("batch", [1, 7, 32, 144, 200])
def test_row_i_is_image_i_whatever_the_batch(gallery, batch, monkeypatch, tmp_path):
    monkeypatch.setattr(features_module, "BATCH", batch)
    monkeypatch.setenv("GUIE_CACHE", str(tmp_path))
    features = gallery_features(gallery, "tiny")
    alone = np.concatenate([load_backbone("tiny").features([read_image(path)]) for path in gallery.table["path"]])
    assert features.dtype == np.float32
    assert features.shape == (len(gallery), 96)
    assert features == pytest.approx(alone, abs=1e-5)


def test_the_second_run_computes_nothing(gallery, monkeypatch):
    first = gallery_features(gallery, "tiny")

    def refuse(*_):
        raise AssertionError("the backbone was asked again")

    monkeypatch.setattr(features_module, "load_backbone", refuse)
    monkeypatch.setattr(features_module, "read_image", refuse)
    assert (gallery_features(gallery, "tiny") == first).all()


def test_a_changed_image_is_noticed(photos_copy):
    before = gallery_features(open_gallery(str(photos_copy)), "tiny")
    Image.new("RGB", (40, 48), "white").save(photos_copy / "apparel/amber/2.png")
    after = gallery_features(open_gallery(str(photos_copy)), "tiny")
    assert np.flatnonzero((after != before).any(1)).tolist() == [2]


def test_progress_counts_batches(photo_tree, monkeypatch, tmp_path):
    monkeypatch.setenv("GUIE_CACHE", str(tmp_path))
    gallery = open_gallery(str(photo_tree))
    seen = []

    def progress(items, total, desc, unit):
        seen.append((total, desc, unit))
        yield from items

    gallery_features(gallery, "tiny", progress)
    assert seen == [(5, "tiny features of photo.tree", "batch")]


def test_an_image_that_has_gone_since_the_check_is_named_by_its_path(photos_copy, monkeypatch, tmp_path):
    monkeypatch.setenv("GUIE_CACHE", str(tmp_path))
    gallery = open_gallery(str(photos_copy))
    path = photos_copy / "toys/pink/0.png"
    path.unlink()
    with pytest.raises(
        ImageError, match="the image was readable when the gallery was checked, but is not now"
    ) as error:
        gallery_features(gallery, "tiny")
    assert str(error.value).startswith(f"{path}: ")
    assert "start again to leave it out" in str(error.value)


@pytest.fixture
def encoded(monkeypatch, tmp_path):
    """The paths of the images that are encoded, with a cache of its own and shards of 40 images."""
    monkeypatch.setenv("GUIE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(features_module, "SHARD", 40)
    paths, whole = [], features_module.encode_files

    def encode_files(files, encoder):
        for number, batch in enumerate(whole(files, encoder)):
            start = number * features_module.BATCH
            paths.extend(path for path, _ in files[start : start + len(batch)])
            yield batch

    monkeypatch.setattr(features_module, "encode_files", encode_files)
    return paths


def test_one_more_image_costs_one_image(photos_copy, encoded):
    before = gallery_features(open_gallery(str(photos_copy)), "tiny")
    encoded.clear()
    new = photos_copy / "apparel/amber/new.png"
    Image.new("RGB", (40, 48), "white").save(new)
    (photos_copy / "metadata.csv").unlink(missing_ok=True)
    gallery = open_gallery(str(photos_copy))
    after = gallery_features(gallery, "tiny")
    assert encoded == [str(new)]
    (row,) = np.flatnonzero(gallery.table["path"] == str(new))
    assert (np.delete(after, row, 0) == before).all()


def test_two_galleries_share_their_images_and_copies_are_encoded_once(photos, photos_copy, encoded):
    first = gallery_features(open_gallery(str(photos)), "tiny")
    n = len(encoded)
    assert n == len(set(open_gallery(str(photos)).content))
    assert (gallery_features(open_gallery(str(photos_copy)), "tiny") == first).all()
    assert len(encoded) == n


@pytest.mark.parametrize("batches", [1, 2, 4])
def test_an_interrupted_run_repeats_at_most_one_shard(gallery, encoded, monkeypatch, batches):
    def interrupted(items, **_):
        for number, item in enumerate(items):
            if number == batches:
                raise KeyboardInterrupt
            yield item

    with pytest.raises(KeyboardInterrupt):
        gallery_features(gallery, "tiny", interrupted)
    n = len(encoded)
    features = gallery_features(gallery, "tiny")
    repeated = len(encoded) - len(set(gallery.content))
    assert 0 <= repeated <= min(n, features_module.SHARD + features_module.BATCH)
    alone = np.concatenate([load_backbone("tiny").features([read_image(path)]) for path in gallery.table["path"]])
    assert features == pytest.approx(alone, abs=1e-5)


def test_an_image_that_has_changed_since_the_check_is_refused(photos_copy, encoded):
    """Its features would be stored for the image that it was."""
    gallery = open_gallery(str(photos_copy))
    Image.new("RGB", (40, 48), "white").save(photos_copy / "apparel/amber/2.png")
    with pytest.raises(ImageError, match=r"2\.png: the image has changed since the gallery was checked; start again"):
        gallery_features(gallery, "tiny")


def test_blocks_are_the_rows_in_order(gallery, monkeypatch):
    monkeypatch.setattr(features_module, "BLOCK", 50)
    blocks = list(feature_blocks(gallery, "tiny"))
    assert [(rows.start, rows.stop) for rows, _ in blocks] == [(0, 50), (50, 100), (100, 144)]
    assert (np.concatenate([features for _, features in blocks]) == gallery_features(gallery, "tiny")).all()
