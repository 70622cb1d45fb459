"""Features of a gallery: row i is image i, computed once."""

import numpy as np
import pytest
from PIL import Image

from trainer.core.data.gallery import open_gallery
from trainer.core.data.images import ImageError, read_image
from trainer.core.models import features as features_module
from trainer.core.models.backbones import load_backbone
from trainer.core.models.features import gallery_features


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
