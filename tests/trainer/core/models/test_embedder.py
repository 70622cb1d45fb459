"""An embedder is backbone, preprocessing and head; its tables are kept on disk."""

import json

import numpy as np
import pytest
import torch

from trainer.core.data.images import read_image
from trainer.core.errors import UserError
from trainer.core.models import embedder as embedder_module
from trainer.core.models.backbones import Preprocessing, load_backbone
from trainer.core.models.checkpoint import CheckpointError, open_checkpoint
from trainer.core.models.embedder import Embedder, embedding_key, gallery_embeddings


def refuse(*_):
    raise AssertionError("computed again")


def test_embed_is_the_head_on_the_features(checkpoint, gallery):
    images = [read_image(path) for path in gallery.table["path"][:4]]
    z = Embedder(checkpoint).embed(images)
    head = checkpoint.load_head()
    with torch.inference_mode():
        expected = head(torch.from_numpy(load_backbone("tiny").features(images))).numpy()
    assert z == pytest.approx(expected, abs=1e-6)
    assert z.shape == (4, 16)
    assert np.linalg.norm(z, axis=1) == pytest.approx(np.ones(4), abs=1e-5)


def test_a_query_lands_on_its_own_row(checkpoint, gallery):
    """The path of an uploaded image and that of the gallery are one."""
    embeddings = gallery_embeddings(gallery, checkpoint)
    assert embeddings.shape == (len(gallery), 16)
    for row in (0, 77, len(gallery) - 1):
        z = Embedder(checkpoint).embed([read_image(gallery.table["path"][row])])
        assert z[0] == pytest.approx(embeddings[row], abs=1e-5)
        assert (embeddings @ z[0]).argmax() == row


def test_the_second_table_is_read_not_computed(checkpoint, gallery, monkeypatch):
    first = gallery_embeddings(gallery, checkpoint)
    monkeypatch.setattr(embedder_module, "feature_blocks", refuse)
    assert (gallery_embeddings(gallery, checkpoint) == first).all()


def test_the_key_follows_weights_and_images(checkpoint, checkpoint_copy, gallery):
    key = embedding_key(gallery, checkpoint)
    assert embedding_key(gallery, open_checkpoint(str(checkpoint_copy))) == key
    config = json.loads((checkpoint_copy / "config.json").read_text())
    (checkpoint_copy / "config.json").write_text(json.dumps({**config, "backbone": "lite0"}))
    assert embedding_key(gallery, open_checkpoint(str(checkpoint_copy))) != key


def test_features_of_another_backbone_are_refused(checkpoint):
    for wrong in (np.zeros((2, 95), np.float32), np.zeros(96, np.float32)):
        with pytest.raises(CheckpointError, match="expected features of 96 numbers from tiny"):
            Embedder(checkpoint).project(wrong)


def test_images_are_prepared_as_the_checkpoint_records_it(checkpoint_copy, gallery):
    """Also where the project would prepare them otherwise today."""
    image = read_image(gallery.table["path"][0])
    before = Embedder(open_checkpoint(str(checkpoint_copy)))
    config = json.loads((checkpoint_copy / "config.json").read_text())
    config["preprocessing"].update(fit="crop", crop_pct=0.5, mean=[0.1, 0.2, 0.3])
    (checkpoint_copy / "config.json").write_text(json.dumps(config))
    after = Embedder(open_checkpoint(str(checkpoint_copy)))
    assert after.checkpoint.fingerprint != before.checkpoint.fingerprint
    (part,) = load_backbone("tiny").encoders
    pixels = Preprocessing(32, (0.1, 0.2, 0.3), (0.5, 0.5, 0.5), "bicubic", "crop", 0.5)(image)
    expected = after.project(part.model(torch.from_numpy(pixels[None])).numpy())
    assert after.embed([image]) == pytest.approx(expected, abs=1e-5)
    assert before.embed([image]) != pytest.approx(expected, abs=1e-3)
    row = gallery_embeddings(gallery, after.checkpoint)[:1]
    assert row == pytest.approx(expected, abs=1e-5)


def test_another_activation_than_recorded_is_refused(checkpoint_copy, gallery):
    config = json.loads((checkpoint_copy / "config.json").read_text())
    (checkpoint_copy / "config.json").write_text(json.dumps({**config, "activation": "GELU"}))
    with pytest.raises(UserError, match="expected the recorded activation GELU, found none"):
        gallery_embeddings(gallery, open_checkpoint(str(checkpoint_copy)))
