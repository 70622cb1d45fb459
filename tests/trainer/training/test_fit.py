"""Training: it is repeatable, it learns, and its checkpoints can be opened."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.tiny import part_of
from trainer.core.data.gallery import Gallery
from trainer.core.errors import UserError
from trainer.core.models.checkpoint import open_checkpoint, record_metrics
from trainer.core.models.embedder import gallery_embeddings
from trainer.core.models.features import gallery_features
from trainer.core.models.heads import HEADS, build_head
from trainer.core.progress import silent
from trainer.core.retrieval.evaluation import evaluate
from trainer.core.retrieval.metrics import guie_mean_precision
from trainer.training import fit
from trainer.training.data.training_data import training_data
from trainer.training.head_training import HeadTraining
from trainer.training.recipe import Recipe
from trainer.training.validation import validate


def test_two_runs_are_the_same_to_the_bit(recipe, gallery, trained, tmp_path):
    again = fit.run(recipe, [gallery], tmp_path / "again/tiny-arcface")
    for name in ("model.safetensors", "config.json", "metrics.json"):
        assert (again / name).read_bytes() == (trained / name).read_bytes()
    one, two = (open_checkpoint(str(folder)).history.drop(columns="time_s") for folder in (again, trained))
    assert one.equals(two)
    other = fit.run(recipe.changed(seed=1), [gallery], tmp_path / "other")
    assert (other / "model.safetensors").read_bytes() != (trained / "model.safetensors").read_bytes()


def test_the_loss_falls(checkpoint):
    history = checkpoint.history
    assert history["train_loss"].iloc[-1] < history["train_loss"].iloc[0] / 2
    assert history["val_loss"].iloc[-1] < history["val_loss"].iloc[0] / 2
    assert np.isfinite(history.to_numpy()).all()


def test_a_trained_head_knows_its_training_classes(recipe, gallery, tmp_path):
    out = fit.run(recipe.changed(validation_classes=0.0, epochs=40), [gallery], tmp_path / "all")
    rows, classes = gallery.rows("train"), gallery.classes

    def score(table):
        z = table[rows] / np.linalg.norm(table[rows], axis=1, keepdims=True)
        return guie_mean_precision(z, classes[rows], z, classes[rows], query_ids=rows, index_ids=rows).mean

    trained = score(gallery_embeddings(gallery, open_checkpoint(str(out))))
    assert trained > 0.95 > score(gallery_features(gallery, "tiny"))


def test_the_best_epoch_on_the_held_out_classes_is_kept(recipe, gallery, checkpoint):
    score = validate(checkpoint.load_head(), training_data([gallery], recipe).held_out, intervals=True)
    assert score["guie_mp5"] == pytest.approx(checkpoint.history["val_guie_mp5"].max(), abs=1e-5)
    assert score == checkpoint.metrics["validation"]


TRAINED = [kind for kind in HEADS if kind != "pca"]


@pytest.mark.parametrize("head", TRAINED)
def test_every_head_trains(recipe, gallery, tmp_path, head):
    recipe = recipe.changed(head=head, wide_dims=32, parallel=3, epochs=2)
    checkpoint = open_checkpoint(str(fit.run(recipe, [gallery], tmp_path / head, silent)))
    assert checkpoint.head.kind == head
    assert gallery_embeddings(gallery, checkpoint).shape == (144, 16)
    assert np.isfinite(checkpoint.history["train_loss"]).all()
    torch.manual_seed(recipe.seed)
    untrained = build_head(checkpoint.head).state_dict()
    trained = checkpoint.load_head().state_dict()
    assert not any(
        torch.equal(trained[n], untrained[n]) for n in trained if n.endswith("weight") and n != "norm.weight"
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"sub_centers": 2}, {"margin_rad": 0.2, "largest_margin_rad": 0.6}, {"loss": "multi_similarity"},
        {"loss": "multi_similarity", "sampler": "by_class"}, {"sampler": "by_class", "images_per_class": 2},
        {"sampler": "by_type"}, {"labels": "object_type"}, {"labels": "object_type", "sampler": "by_class"},
        {"guidance": "expert"}, {"keep_similarities": 5.0}, {"dropout_samples": 4}, {"accumulate": 2},
        {"head": "linear", "init": "pca"}, {"head": "linear", "init": "whitening", "keep_similarities": 5.0},
        {"centers": "class_means"}, {"centers": "class_means", "sub_centers": 2}, {"measure_loss": False},
        {"final_rate_share": 0.5, "warmup_share": 0.0}, {"max_images_per_class": 4},
    ],
    ids=lambda changes: "-".join(map(str, changes.values())),
)  # fmt: skip
def test_every_choice_of_a_recipe_trains(recipe, gallery, tmp_path, trained, changes):
    plain = open_checkpoint(str(trained))
    checkpoint = open_checkpoint(
        str(fit.run(recipe.changed(epochs=2, **changes), [gallery], tmp_path / "c", silent))
    )  # fmt: skip
    history = checkpoint.history
    assert np.isfinite(history.drop(columns="val_loss").to_numpy()).all()
    assert history["val_loss"].notna().all() == changes.get("measure_loss", True)
    assert ("keep_loss" in history) == ("keep_similarities" in changes)
    assert ("guidance_loss" in history) == ("guidance" in changes)
    assert history["train_loss"].iloc[0] != plain.history["train_loss"].iloc[0]  # it made a difference


def test_guidance_moves_similarities_toward_those_of_the_names(recipe, gallery, tmp_path):
    def last(weight):
        one = recipe.changed(epochs=20, dropout=0, guidance="expert", guidance_weight=weight)
        out = fit.run(one, [gallery], tmp_path / str(weight), silent)
        return open_checkpoint(str(out)).history["guidance_loss"].iloc[-1]

    assert last(100.0) < 0.95 * last(0.001)


def test_pseudo_guidance_trains_on_a_real_backbone(recipe, gallery, tmp_path):
    few = part_of(gallery, gallery.table["image_id"].str.contains("/[012].png").to_numpy(), "few")
    recipe = recipe.changed(backbone="lite0", guidance="pseudo", epochs=2, validation_classes=0.0)
    history = open_checkpoint(str(fit.run(recipe, [few], tmp_path / "c", silent))).history
    assert (history["guidance_loss"] > 0).all()


def test_a_soup_is_the_mean_of_its_members(recipe, gallery, tmp_path, monkeypatch):
    """Each member has its own order and dropout; the weights of all are averaged, value by value."""
    members, train = [], HeadTraining.train

    def watched(self, head, member):
        result = train(self, head, member)
        members.append({name: value.clone() for name, value in head.state_dict().items()})
        return result

    monkeypatch.setattr(HeadTraining, "train", watched)
    soup = open_checkpoint(str(fit.run(recipe.changed(soup=3, epochs=3), [gallery], tmp_path / "soup", silent)))
    assert soup.history["member"].tolist() == [0] * 3 + [1] * 3 + [2] * 3
    for name, value in soup.load_head().state_dict().items():
        torch.testing.assert_close(value.double(), sum(one[name].double() for one in members) / 3, atol=1e-6, rtol=1e-5)
    assert not torch.equal(members[0]["linear.weight"], members[1]["linear.weight"])
    alone = fit.run(recipe.changed(epochs=3), [gallery], tmp_path / "alone", silent)
    assert torch.equal(open_checkpoint(str(alone)).load_head().linear.weight, members[0]["linear.weight"])


def test_concatenated_heads_are_trained_one_by_one_and_end_in_pca(recipe, gallery, tmp_path):
    recipe = recipe.changed(head="concat_pca", wide_dims=24, parallel=2, epochs=3)
    checkpoint = open_checkpoint(str(fit.run(recipe, [gallery], tmp_path / "c", silent)))
    assert checkpoint.history["member"].tolist() == [0] * 3 + [1] * 3
    assert (checkpoint.history.groupby("member")["train_loss"].agg(lambda loss: loss.iloc[-1] - loss.iloc[0]) < 0).all()
    train = training_data([gallery], recipe).train.features
    head = checkpoint.load_head()
    with torch.inference_mode():
        wide = head.concatenated(torch.from_numpy(train)).numpy()
        found = head.linear(torch.from_numpy(wide)).numpy()
    _, values, axes = np.linalg.svd(wide - wide.mean(0), full_matrices=False)
    expected = (wide - wide.mean(0)) @ axes[:16].T
    sure = values[:16] > 1e-2 * values[0]  # an axis may point either way, and the smallest are noise
    assert sure.sum() > 4
    assert np.abs(found[:, sure]) == pytest.approx(np.abs(expected[:, sure]), abs=2e-3)


def test_a_validation_gallery_holds_out_its_classes(recipe, gallery, tmp_path):
    chosen = gallery.table["class_name"].eq("amber") & gallery.table["split"].eq("train")
    judging = part_of(gallery, chosen.to_numpy(), "judging")
    out = fit.run(recipe.changed(epochs=3), [gallery], tmp_path / "c", silent, validation=judging)
    checkpoint = open_checkpoint(str(out))
    said = checkpoint.recipe["trained_on"]
    assert (said["validation"], said["held_out_classes"], said["held_out_images"]) == (["judging"], 3, 24)
    assert said["train_classes"] == 6
    data = training_data([gallery], recipe, validation=judging)
    score = validate(checkpoint.load_head(), data.held_out, intervals=True)
    assert score["guie_mp5"] == pytest.approx(checkpoint.metrics["validation"]["guie_mp5"], abs=1e-6)
    assert score == checkpoint.metrics["validation"]


def test_without_held_out_classes_the_last_epoch_is_kept(recipe, gallery, tmp_path):
    out = fit.run(recipe.changed(validation_classes=0.0, epochs=3), [gallery], tmp_path / "all")
    checkpoint = open_checkpoint(str(out))
    assert checkpoint.metrics["validation"]["guie_mp5"] is None
    assert checkpoint.history["val_guie_mp5"].isna().all()
    assert checkpoint.history["train_loss"].iloc[-1] < checkpoint.history["train_loss"].iloc[0]
    # The weights moved: an untrained head with BatchNorm has counted no batch.
    assert checkpoint.load_head().norm.num_batches_tracked == 3 * len(range(0, 63, recipe.sampler.batch_size))


@pytest.mark.parametrize(
    ("changes", "chosen", "sentence"),
    [
        ({}, "val_guie_mp5", "The epoch was chosen by GUIE mP@5 on the held-out classes."),
        ({"best_by": "val_study_mp5"}, "val_study_mp5", "The epoch was chosen by study mP@5 on the held-out classes."),
        ({"best_by": "val_loss"}, "val_loss", "The epoch was chosen by the validation loss."),
        ({"validation_classes": 0.0}, "last", "The last epoch was kept, as no classes are held out."),
        ({"best_by": "last"}, "last", "The last epoch was kept, as the recipe says."),
        ({"best_by": "val_loss", "measure_loss": False}, "last",
         "The last epoch was kept, as no images measure the validation loss."),
    ],
)  # fmt: skip
def test_what_the_epoch_was_chosen_by_is_told(recipe, gallery, tmp_path, changes, chosen, sentence):
    changed = recipe.changed(epochs=6, learning_rate=0.3, **changes)
    checkpoint = open_checkpoint(str(fit.run(changed, [gallery], tmp_path / "c", silent)))
    assert checkpoint.recipe["trained_on"]["chosen_by"] == chosen
    assert sentence in (checkpoint.folder / "README.md").read_text(encoding="utf-8")
    if chosen == "last":
        batches = -(-checkpoint.recipe["trained_on"]["train_images"] // recipe.sampler.batch_size)
        assert checkpoint.load_head().norm.num_batches_tracked == 6 * batches


def test_held_out_images_that_cannot_be_scored_choose_nothing(recipe, gallery, tmp_path):
    """Held-out classes of a single type have no study mP@5: it would be 1 for every epoch."""
    cars = part_of(gallery, gallery.object_types == "cars", "cars")
    recipe = recipe.changed(best_by="val_study_mp5", epochs=3)
    judging = part_of(gallery, gallery.object_types == "toys", "judging")
    checkpoint = open_checkpoint(str(fit.run(recipe, [cars], tmp_path / "c", silent, validation=judging)))
    assert checkpoint.history["val_study_mp5"].isna().all()
    assert checkpoint.metrics["validation"]["study_mp5"] is None
    assert checkpoint.metrics["validation"]["guie_mp5"] is not None
    assert checkpoint.recipe["trained_on"]["chosen_by"] == "last"
    assert "too few or too alike to measure val_study_mp5" in (checkpoint.folder / "README.md").read_text("utf-8")
    assert checkpoint.load_head().norm.num_batches_tracked == 3 * -(-len(
        training_data([cars], recipe, silent, judging).train) // recipe.sampler.batch_size)  # fmt: skip


def test_a_single_held_out_class_has_no_score(recipe, gallery, checkpoint):
    held_out = training_data([gallery], recipe).held_out
    one = held_out[held_out.classes == held_out.classes[0]]
    score = validate(checkpoint.load_head(), one, intervals=True)
    assert len(one) >= 6
    assert (score["guie_mp5"], score["study_mp5"]) == (None, None)


def test_small_classes_are_told(recipe, gallery, tmp_path, capsys):
    table = gallery.table.copy()
    rows = table.index[table["split"] == "train"]
    table.loc[rows[:3], "class_name"] = ["alone", "by itself", "single"]
    table.loc[rows[3:5], "class_name"] = ""
    out = fit.run(recipe.changed(epochs=1), [Gallery("g", table, gallery.content)], tmp_path / "c", silent)
    said = [line for line in capsys.readouterr().err.splitlines() if "left out of training" in line]
    assert said == ["tiny-arcface: left out of training, as their classes have fewer than 2 (min_images_per_class)"
                    " training images: 3 in 3 classes",
                    "tiny-arcface: left out of training, as their class is not known: 2 images"]  # fmt: skip
    trained_on = open_checkpoint(str(out)).recipe["trained_on"]
    assert trained_on["small_classes_left_out"] == trained_on["images_of_small_classes_left_out"] == 3
    card = (out / "README.md").read_text(encoding="utf-8")
    assert "Left out: 3 images of 3 classes with fewer than 2 training images." in card
    assert "Left out: 2 images whose class is not known." in card


def test_a_checkpoint_is_named_after_its_folder(recipe, gallery, tmp_path, monkeypatch):
    out = fit.run(recipe.changed(epochs=1), [gallery], tmp_path / "runs/mine", silent)
    checkpoint = open_checkpoint(str(out))
    assert (checkpoint.name, checkpoint.recipe["name"]) == ("mine", "tiny-arcface")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert open_checkpoint(str(fit.run(recipe.changed(epochs=1), [gallery], Path("."), silent))).name == "here"


def test_a_last_batch_of_one_image_is_left_out(recipe, gallery, tmp_path):
    n = len(training_data([gallery], recipe).train)
    out = fit.run(recipe.changed(batch_size=n - 1, epochs=2), [gallery], tmp_path / "odd")
    assert np.isfinite(open_checkpoint(str(out)).history["train_loss"]).all()


def test_pca_is_computed_not_trained(gallery, tmp_path):
    recipe = Recipe(name="pca", backbone="tiny", head="pca", loss="none", epochs=0, dims=16, validation_classes=0.4)
    checkpoint = open_checkpoint(str(fit.run(recipe, [gallery], tmp_path / "pca")))
    assert checkpoint.parameters == 0
    assert checkpoint.history.empty
    train = training_data([gallery], recipe).train.features
    _, _, axes = np.linalg.svd(train - train.mean(0), full_matrices=False)
    expected = (gallery_features(gallery, "tiny") - train.mean(0)) @ axes[:16].T
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    z = gallery_embeddings(gallery, checkpoint)
    assert z @ z.T == pytest.approx(expected @ expected.T, abs=1e-3)
    assert evaluate(gallery, z, "pca")["guie_mp5"] > 0.5


def test_too_few_images_for_pca_are_told(gallery, tmp_path):
    recipe = Recipe(name="pca", backbone="tiny", head="pca", loss="none", epochs=0, dims=64, validation_classes=0.4)
    with pytest.raises(UserError, match="PCA to 64 numbers: expected at least as many images"):
        fit.run(recipe, [gallery], tmp_path / "pca")


def test_the_model_card_says_what_was_done(checkpoint, gallery):
    card = (checkpoint.folder / "README.md").read_text(encoding="utf-8")
    assert "study mP@5" in card
    assert "GUIE mP@5" in card
    assert f"42 images of 6 classes from {gallery.name}" in card
    assert f"| validation | {checkpoint.metrics['validation']['study_mp5']:.3f}" in card
    assert f"Trained parameters: {checkpoint.parameters:,}" in card
    assert "margin_rad: 0.5" in card


def contents(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.mark.parametrize(
    "file", ["README.md", "config.json", "history.csv", "metrics.json", "model.safetensors", "ready/x.npz",
             "epochs/0001/config.json", "unfinished/draft.txt"],
)  # fmt: skip
def test_a_file_that_is_not_the_runs_own_is_not_overwritten(recipe, gallery, tmp_path, file):
    (tmp_path / "mine" / file).parent.mkdir(parents=True)
    (tmp_path / "mine" / file).write_text("{}")
    (tmp_path / "mine/notes.txt").write_text("nothing that training writes")
    before = contents(tmp_path / "mine")
    short = recipe.changed(epochs=1)
    with pytest.raises(UserError, match=rf"^--out .*mine: expected a new or empty folder.* found {file} .*--overwrite"):
        fit.run(short, [gallery], tmp_path / "mine", silent)
    assert contents(tmp_path / "mine") == before
    fit.run(short, [gallery], tmp_path / "mine", silent, overwrite=True)
    assert (tmp_path / "mine/notes.txt").is_file()


def test_another_checkpoint_is_not_overwritten_and_the_same_run_may_be_repeated(recipe, gallery, tmp_path):
    short = recipe.changed(epochs=2)
    out = fit.run(short, [gallery], tmp_path / "mine", silent)
    before = contents(out)
    labels = gallery.table.assign(class_name=gallery.table["class_name"].replace("amber", "gold"))
    for recipe_of, gallery_of in (
        (short.changed(margin_rad=0.3), gallery), (short, Gallery(gallery.name, labels, gallery.content)),
        (short, Gallery("another name", gallery.table, gallery.content)),
    ):  # fmt: skip
        with pytest.raises(UserError, match=r"or one that the same run wrote, found README\.md, config\.json"):
            fit.run(recipe_of, [gallery_of], out, silent)
    assert contents(out) == before
    again = contents(fit.run(short, [gallery], out, silent))
    assert {name for name in before if before[name] != again[name]} == {"history.csv"}  # the times


def test_a_checkpoint_without_a_key_counts_as_another_one(recipe, gallery, tmp_path):
    out = fit.run(recipe.changed(epochs=1), [gallery], tmp_path / "mine", silent)
    config = json.loads((out / "config.json").read_text())
    del config["recipe"]["trained_on"]["key"]
    (out / "config.json").write_text(json.dumps(config))
    with pytest.raises(UserError, match="or one that the same run wrote"):
        fit.run(recipe.changed(epochs=1), [gallery], out, silent)


def test_a_run_killed_while_it_wrote_its_checkpoint_may_be_repeated(recipe, gallery, tmp_path, monkeypatch):
    """Weights without config.json: the unfinished state records to which run they belong."""
    short = recipe.changed(epochs=2)

    def killed(*_):
        (tmp_path / "c/model.safetensors").write_bytes(b"half")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(fit, "_write", killed)
        with pytest.raises(KeyboardInterrupt):
            fit.run(short, [gallery], tmp_path / "c", silent)
    with pytest.raises(UserError, match=r"found model\.safetensors"):
        fit.run(short.changed(seed=1), [gallery], tmp_path / "c", silent)
    fit.run(short, [gallery], tmp_path / "c", silent)
    assert open_checkpoint(str(tmp_path / "c")).name == "c"


def test_a_new_fit_leaves_nothing_of_the_old_one(recipe, gallery, tmp_path):
    fit.run(recipe, [gallery], tmp_path / "mine")
    old = open_checkpoint(str(tmp_path / "mine"))
    record_metrics(old, "elsewhere", {"guie_mp5": 1.0})
    old.ready_dir.mkdir()
    (old.ready_dir / "embeddings-0.npz").write_bytes(b"of the old weights")
    fit.run(recipe.changed(dims=4), [gallery], tmp_path / "mine", overwrite=True)
    new = open_checkpoint(str(tmp_path / "mine"))
    assert new.metrics.keys() == {"validation"}
    assert not list(new.ready_dir.glob("*.npz"))


def test_two_runs_into_one_folder_are_told_apart(recipe, gallery, tmp_path):
    """While one process trains into a folder, a second run into it is refused and changes nothing."""
    seen = []

    def progress(items, **_):
        if not seen:
            seen.append(True)
            with pytest.raises(UserError, match="another run is writing to this folder"):
                fit.run(recipe, [gallery], tmp_path / "mine", silent)
            fit.run(recipe.changed(epochs=1), [gallery], tmp_path / "other", silent)
        return iter(items)

    fit.run(recipe.changed(epochs=2, seed=5), [gallery], tmp_path / "mine", progress)
    assert seen
    fit.run(recipe.changed(epochs=2, seed=5), [gallery], tmp_path / "mine", silent)  # the folder is free again


@pytest.mark.parametrize(
    ("name", "make", "kind"),
    [
        ("README.md", lambda path: path.symlink_to("nowhere"), "file, found a link"),
        ("config.json", Path.mkdir, "file, found a folder"),
        ("unfinished", lambda path: path.symlink_to(".."), "folder, found a link"),
        ("unfinished", Path.touch, "folder, found a file"),
    ],
)
def test_links_and_folders_in_the_place_of_files_are_refused(recipe, gallery, tmp_path, name, make, kind):
    make(tmp_path / name)
    for overwrite in (False, True):
        with pytest.raises(UserError, match=f"expected {name} to be a {kind}; move it away"):
            fit.run(recipe, [gallery], tmp_path, silent, overwrite=overwrite)
