"""All that is shown of a checkpoint, from disk where it is."""

import json

import numpy as np
import pytest

from trainer.core import precomputed as ready
from trainer.core.data.gallery import Gallery
from trainer.core.models import embedder
from trainer.core.models.checkpoint import open_checkpoint
from trainer.core.models.embedder import gallery_embeddings
from trainer.core.precomputed import precompute
from trainer.core.projection import projection
from trainer.core.projection.projection import gallery_map
from trainer.core.retrieval.evaluation import evaluate, query_scores
from trainer.core.retrieval.metric_names import METRICS


def refuse(*_):
    raise AssertionError("computed again")


def test_prepare_gives_what_its_parts_give(gallery, checkpoint):
    made = precompute(gallery, checkpoint)
    assert (made.embeddings == gallery_embeddings(gallery, checkpoint)).all()
    assert (made.xy == gallery_map(gallery, checkpoint)).all()
    assert made.evaluation == evaluate(gallery, made.embeddings, checkpoint.name)
    for metric, scores in query_scores(gallery, made.embeddings).items():
        assert made.scores[metric] == pytest.approx(scores, nan_ok=True)


def test_nothing_is_computed_twice(gallery, checkpoint, monkeypatch):
    made = precompute(gallery, checkpoint)
    monkeypatch.setattr(embedder, "feature_blocks", refuse)
    monkeypatch.setattr(projection, "project", refuse)
    monkeypatch.setattr(ready, "query_scores", refuse)
    monkeypatch.setattr(ready, "summary", refuse)
    again = precompute(gallery, checkpoint)
    assert (again.embeddings == made.embeddings).all()
    assert (again.xy == made.xy).all()
    assert again.evaluation == made.evaluation
    assert all((again.scores[metric] == made.scores[metric]).all() for metric in METRICS)


def test_a_copy_under_another_name_keeps_its_name(gallery, checkpoint, checkpoint_copy):
    """The same weights, and so the same embeddings in the cache."""
    named = json.loads((checkpoint_copy / "config.json").read_text()) | {"name": "another"}
    (checkpoint_copy / "config.json").write_text(json.dumps(named))
    assert precompute(gallery, checkpoint).evaluation["checkpoint"] == checkpoint.name
    assert precompute(gallery, open_checkpoint(str(checkpoint_copy))).evaluation["checkpoint"] == "another"


def test_other_labels_are_evaluated_anew(gallery, checkpoint):
    before = precompute(gallery, checkpoint).evaluation
    mixed = gallery.table.assign(class_name=np.random.default_rng(0).permutation(gallery.class_names))
    after = precompute(Gallery(gallery.name, mixed, gallery.content), checkpoint).evaluation
    assert after["n_images"] == before["n_images"]
    assert after["guie_mp5"] != pytest.approx(before["guie_mp5"])
