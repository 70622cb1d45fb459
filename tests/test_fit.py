"""Training: repeatable, it learns, and what it writes can be opened."""

from dataclasses import replace

import numpy as np
import pytest

from trainer import fit
from trainer.core.checkpoint import open_checkpoint, record_metrics
from trainer.core.embedder import gallery_embeddings
from trainer.core.errors import UserError
from trainer.core.evaluation import evaluate
from trainer.core.features import gallery_features
from trainer.core.metrics import guie_mean_precision
from trainer.data import training_data
from trainer.recipe import Recipe


def test_two_runs_are_the_same_to_the_bit(recipe, gallery, trained, tmp_path):
    again = fit.run(recipe, [gallery], tmp_path / "again")
    for name in ("model.safetensors", "config.json", "metrics.json"):
        assert (again / name).read_bytes() == (trained / name).read_bytes()
    one, two = (open_checkpoint(str(folder)).history.drop(columns="time_s") for folder in (again, trained))
    assert one.equals(two)
    other = fit.run(replace(recipe, seed=1), [gallery], tmp_path / "other")
    assert (other / "model.safetensors").read_bytes() != (trained / "model.safetensors").read_bytes()


def test_the_loss_falls(checkpoint):
    history = checkpoint.history
    assert history["train_loss"].iloc[-1] < history["train_loss"].iloc[0] / 2
    assert history["val_loss"].iloc[-1] < history["val_loss"].iloc[0] / 2
    assert np.isfinite(history.to_numpy()).all()


def test_the_learning_rate_warms_up_and_falls_to_nothing():
    rates = [fit._rate(step, 100, 0.1) for step in range(100)]
    assert rates[0] == pytest.approx(0.1)
    assert max(rates) == rates[9] == rates[10] == 1
    assert rates[-1] < 0.001
    assert (np.diff(rates[10:]) < 0).all()


def test_a_trained_head_knows_its_training_classes(recipe, gallery, tmp_path):
    out = fit.run(replace(recipe, validation_classes=0.0, epochs=40), [gallery], tmp_path / "all")
    rows, classes = gallery.rows("train"), gallery.classes

    def score(table):
        z = table[rows] / np.linalg.norm(table[rows], axis=1, keepdims=True)
        return guie_mean_precision(z, classes[rows], z, classes[rows], query_ids=rows, index_ids=rows).mean

    trained = score(gallery_embeddings(gallery, open_checkpoint(str(out))))
    assert trained > 0.95 > score(gallery_features(gallery, "tiny"))


def test_the_best_epoch_on_the_held_out_classes_is_kept(recipe, gallery, checkpoint):
    score = fit.validate(checkpoint.load_head(), training_data([gallery], recipe))
    assert score["guie_mp5"] == pytest.approx(checkpoint.history["val_guie_mp5"].max(), abs=1e-5)
    assert score == pytest.approx(checkpoint.metrics["validation"])


@pytest.mark.parametrize("head", ["linear", "bn_wide_linear"])
def test_other_heads_train_too(recipe, gallery, tmp_path, head):
    checkpoint = open_checkpoint(str(fit.run(replace(recipe, head=head, epochs=2), [gallery], tmp_path / head)))
    assert checkpoint.head.kind == head
    assert gallery_embeddings(gallery, checkpoint).shape == (144, 16)


def test_without_held_out_classes_the_last_epoch_is_kept(recipe, gallery, tmp_path):
    out = fit.run(replace(recipe, validation_classes=0.0, epochs=3), [gallery], tmp_path / "all")
    checkpoint = open_checkpoint(str(out))
    assert checkpoint.metrics["validation"]["guie_mp5"] is None
    assert checkpoint.history["val_guie_mp5"].isna().all()
    assert checkpoint.history["train_loss"].iloc[-1] < checkpoint.history["train_loss"].iloc[0]
    # The weights moved: an untrained head with BatchNorm has counted no batch.
    assert checkpoint.load_head().norm.num_batches_tracked == 3 * len(range(0, 63, recipe.batch_size))


def test_a_last_batch_of_one_picture_is_left_out(recipe, gallery, tmp_path):
    n = len(training_data([gallery], recipe).train)
    out = fit.run(replace(recipe, batch_size=n - 1, epochs=2), [gallery], tmp_path / "odd")
    assert np.isfinite(open_checkpoint(str(out)).history["train_loss"]).all()


def test_pca_is_computed_not_trained(gallery, tmp_path):
    recipe = Recipe("pca", backbone="tiny", head="pca", loss="none", epochs=0, dims=16, validation_classes=0.4)
    checkpoint = open_checkpoint(str(fit.run(recipe, [gallery], tmp_path / "pca")))
    assert checkpoint.parameters == 0
    assert checkpoint.history.empty
    train = training_data([gallery], recipe).train
    _, _, axes = np.linalg.svd(train - train.mean(0), full_matrices=False)
    expected = (gallery_features(gallery, "tiny") - train.mean(0)) @ axes[:16].T
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    z = gallery_embeddings(gallery, checkpoint)
    assert z @ z.T == pytest.approx(expected @ expected.T, abs=1e-3)
    assert evaluate(gallery, z, "pca")["guie_mp5"] > 0.5


def test_too_few_pictures_for_pca_are_told(gallery, tmp_path):
    recipe = Recipe("pca", backbone="tiny", head="pca", loss="none", epochs=0, dims=64, validation_classes=0.4)
    with pytest.raises(UserError, match="PCA to 64 numbers: expected at least as many pictures"):
        fit.run(recipe, [gallery], tmp_path / "pca")


def test_the_model_card_says_what_was_done(checkpoint, gallery):
    card = (checkpoint.folder / "README.md").read_text(encoding="utf-8")
    assert "study mP@5" in card
    assert "GUIE mP@5" in card
    assert f"42 pictures of 6 classes from {gallery.name}" in card
    assert f"| validation | {checkpoint.metrics['validation']['study_mp5']:.3f}" in card
    assert f"Trained parameters: {checkpoint.parameters:,}" in card
    assert "margin_rad: 0.5" in card


def test_a_new_fit_leaves_nothing_of_the_old_one(recipe, gallery, tmp_path):
    fit.run(recipe, [gallery], tmp_path / "mine")
    old = open_checkpoint(str(tmp_path / "mine"))
    record_metrics(old, "elsewhere", {"guie_mp5": 1.0})
    gallery_embeddings(gallery, old, keep_with_checkpoint=True)
    fit.run(replace(recipe, dims=4), [gallery], tmp_path / "mine")
    new = open_checkpoint(str(tmp_path / "mine"))
    assert new.metrics.keys() == {"validation"}
    assert not list(new.ready_dir.glob("*.npz"))
