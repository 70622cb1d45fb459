"""All that is shown of a checkpoint, from disk where it is."""

import numpy as np
import pytest

from trainer.core import embedder, projection, ready
from trainer.core.checkpoint import CheckpointError, open_checkpoint
from trainer.core.embedder import gallery_embeddings
from trainer.core.evaluation import METRICS, evaluate, query_scores
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
    for metric, scores in query_scores(gallery, made.embeddings).items():
        assert made.scores[metric] == pytest.approx(scores, nan_ok=True)


def test_all_three_travel_with_the_checkpoint(gallery, checkpoint_copy, monkeypatch, tmp_path):
    checkpoint = open_checkpoint(str(checkpoint_copy))
    made = prepare(gallery, checkpoint)  # in the cache already, as after `evaluate`
    prepare(gallery, checkpoint, keep_with_checkpoint=True)
    kinds = sorted(path.name.partition("-")[0] for path in checkpoint.ready_dir.iterdir())
    assert kinds == ["embeddings", "evaluation", "map"]
    monkeypatch.setenv("GUIE_CACHE", str(tmp_path / "empty"))
    monkeypatch.setattr(embedder, "gallery_features", refuse)
    monkeypatch.setattr(projection, "project", refuse)
    monkeypatch.setattr(ready, "query_scores", refuse)
    monkeypatch.setattr(ready, "summary", refuse)
    again = prepare(gallery, checkpoint)
    assert (again.embeddings == made.embeddings).all()
    assert (again.xy == made.xy).all()
    assert again.evaluation == made.evaluation
    assert all((again.scores[metric] == made.scores[metric]).all() for metric in METRICS)


def test_other_labels_are_evaluated_anew(gallery, checkpoint):
    before = prepare(gallery, checkpoint).evaluation
    mixed = gallery.table.assign(class_name=np.random.default_rng(0).permutation(gallery.class_names))
    after = prepare(Gallery(gallery.name, mixed, gallery.content), checkpoint).evaluation
    assert after["n_images"] == before["n_images"]
    assert after["guie_mp5"] != pytest.approx(before["guie_mp5"])


def test_stored_scores_of_other_pictures_are_told(gallery, checkpoint_copy):
    """What came with a checkpoint may have been made by anyone."""
    checkpoint = open_checkpoint(str(checkpoint_copy))
    prepare(gallery, checkpoint, keep_with_checkpoint=True)
    [path] = checkpoint.ready_dir.glob("evaluation-*.npz")
    with np.load(path) as file:
        arrays = dict(file)
    cut, bare = {**arrays, "guie_mp5": arrays["guie_mp5"][:-1]}, {"json": arrays["json"]}
    odd = {**arrays, "json": np.array('{"intervals": null}')}
    for spoilt in (cut, bare, odd):
        np.savez(path, **spoilt)
        with pytest.raises(CheckpointError, match=r"map or metrics in .* are not those of .*; delete that folder"):
            prepare(gallery, checkpoint)
