"""All that is shown of a checkpoint, from disk where it is."""

import numpy as np
import pytest

from trainer.core import embedder, projection, ready
from trainer.core.checkpoint import open_checkpoint
from trainer.core.embedder import gallery_embeddings
from trainer.core.evaluation import evaluate
from trainer.core.gallery import Gallery
from trainer.core.projection import gallery_map
from trainer.core.ready import prepare


def refuse(*_):
    raise AssertionError("computed again")


def test_prepare_gives_what_its_parts_give(gallery, checkpoint):
    made = prepare(gallery, checkpoint)
    assert (made.embeddings == gallery_embeddings(gallery, checkpoint)).all()
    assert (made.xy == gallery_map(gallery, checkpoint)).all()
    assert made.evaluation == evaluate(gallery, made.embeddings, checkpoint.name)


def test_all_three_travel_with_the_checkpoint(gallery, checkpoint_copy, monkeypatch, tmp_path):
    checkpoint = open_checkpoint(str(checkpoint_copy))
    made = prepare(gallery, checkpoint)  # in the cache already, as after `evaluate`
    prepare(gallery, checkpoint, keep_with_checkpoint=True)
    kinds = sorted(path.name.partition("-")[0] for path in checkpoint.ready_dir.iterdir())
    assert kinds == ["embeddings", "evaluation", "map"]
    monkeypatch.setenv("GUIE_CACHE", str(tmp_path / "empty"))
    monkeypatch.setattr(embedder, "gallery_features", refuse)
    monkeypatch.setattr(projection, "project", refuse)
    monkeypatch.setattr(ready, "evaluate", refuse)
    again = prepare(gallery, checkpoint)
    assert (again.embeddings == made.embeddings).all()
    assert (again.xy == made.xy).all()
    assert again.evaluation == made.evaluation


def test_other_labels_are_evaluated_anew(gallery, checkpoint):
    before = prepare(gallery, checkpoint).evaluation
    mixed = gallery.table.assign(class_name=np.random.default_rng(0).permutation(gallery.class_names))
    after = prepare(Gallery(gallery.name, mixed, gallery.content), checkpoint).evaluation
    assert after["n_images"] == before["n_images"]
    assert after["guie_mp5"] != pytest.approx(before["guie_mp5"])
