"""The one place that opens things, and what it answers."""

import html
import json
import shutil
from collections import Counter

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from app.compare.tables import results_table
from app.context import Context
from app.library.examples import EXAMPLES
from app.library.library import MAX_SIDE, NEAREST, Query, open_library
from app.library.query_image import QueryImage
from app.translator import Translator
from trainer.core.data.images import read_image
from trainer.core.errors import UserError
from trainer.core.models import embedder as embedder_module
from trainer.core.models import features as features_module
from trainer.core.models.checkpoint import BUNDLED_DIR, bundled_names
from trainer.core.models.embedder import Embedder
from trainer.core.projection import projection

CHINA = EXAMPLES["china.jpg"]


def refuse(*_, **__):
    raise AssertionError("loaded or computed")


@pytest.fixture
def backbone_runs(monkeypatch):
    """Names of the backbones that were run, in order."""
    runs, features = [], Embedder.features

    def counted(self, images):
        runs.append(self.checkpoint.backbone)
        return features(self, images)

    monkeypatch.setattr(Embedder, "features", counted)
    return runs


def change_json(path, **changes):
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_the_sample_opens_from_what_is_stored(monkeypatch, tmp_path):
    monkeypatch.setenv("GUIE_CACHE", str(tmp_path))
    monkeypatch.setattr(embedder_module, "load_backbone", refuse)
    monkeypatch.setattr(features_module, "load_backbone", refuse)
    monkeypatch.setattr(projection, "project", refuse)
    library = open_library("sample", [])
    assert library.names == bundled_names()
    assert library.notices == ()
    for entry in library.checkpoints.values():
        assert entry.precomputed.embeddings.shape == (len(library.gallery), entry.checkpoint.head.dims)
        assert entry.precomputed.xy.shape == (len(library.gallery), 2)
        assert 0.5 < entry.precomputed.evaluation["guie_mp5"] <= 1
    with pytest.raises(AssertionError, match="loaded"):  # and the guard works
        library.warm_up()


def test_best_has_the_highest_guie_mp5_on_validation_classes(library):
    scores = {name: entry.checkpoint.metrics["validation"]["guie_mp5"] for name, entry in library.checkpoints.items()}
    assert len(set(scores.values())) > 1
    assert scores[library.best] == max(scores.values())


def test_the_answer_is_what_a_full_sort_gives(library):
    entry, k = library.checkpoints[library.best], 7
    query = library.query_from_file(CHINA)
    found = library.answer(query, library.best, k)
    similarity = entry.precomputed.embeddings @ entry.embed(query)[0]
    order = np.argsort(-similarity, kind="stable")
    assert found.rows.tolist() == order[:k].tolist()
    assert found.similarity == pytest.approx(similarity[order[:k]], abs=1e-5)
    assert found.nearest_types == Counter(library.gallery.object_types[order[:NEAREST]].tolist())


@pytest.mark.parametrize("row", [0, 200, 720])
def test_a_gallery_image_never_finds_itself(library, row):
    query = library.query_from_id(library.gallery.table["image_id"][row])
    for name, entry in library.checkpoints.items():
        found = library.answer(query, name, len(library.gallery))
        assert row not in found.rows
        assert len(found.rows) == len(library.gallery) - 1
        maps = library.maps.get()
        place = maps.place(entry.embed(query), name, row)
        assert place == pytest.approx(maps.files.align(name, entry.precomputed.xy)[row], rel=1e-12)


@pytest.mark.parametrize("k", [0, -1, 0.5, 722, 10**9, float("nan"), float("inf"), "5", None])
def test_k_out_of_range_is_told(library, k):
    with pytest.raises(UserError, match=r"^k is .*: expected a whole number from 1 to 721\.$"):
        library.answer(library.query_from_id(library.gallery.table["image_id"][0]), library.best, k)


def test_an_unknown_checkpoint_is_told_with_those_that_exist(library):
    query = library.query_from_id(library.gallery.table["image_id"][0])
    for name in ("nope", "", "../pca-lite0", None, 3):
        with pytest.raises(UserError, match="expected one of arcface-bn-lite2, "):
            library.answer(query, name)


def test_checkpoints_of_one_backbone_share_one_pass(library, backbone_runs):
    query = library.query_from_file(CHINA)
    for name in library.names:
        library.answer(query, name)
        library.answer(query, name)
    expected = {entry.checkpoint.backbone for entry in library.checkpoints.values()}
    assert len(library.names) > len(expected) > 1
    assert sorted(backbone_runs) == sorted(expected)
    assert set(query.features) == {entry.checkpoint.backbone_fingerprint for entry in library.checkpoints.values()}
    library.answer(library.query_from_file(CHINA), library.best)  # another visitor's query is their own
    assert len(backbone_runs) == len(expected) + 1


def test_checkpoints_that_record_other_settings_share_no_features(tmp_path, photos, trained):
    """Of one backbone by name, with images prepared otherwise."""
    for name in ("squashed", "cropped"):
        shutil.copytree(trained, tmp_path / name)
        config = json.loads((tmp_path / name / "config.json").read_text())
        config["name"] = name
        if name == "cropped":
            config["preprocessing"].update(fit="crop", crop_pct=0.5)
        (tmp_path / name / "config.json").write_text(json.dumps(config))
    library = open_library(str(photos), [str(tmp_path / "squashed"), str(tmp_path / "cropped")])
    query = library.query_from_file(CHINA)
    for name in library.names:
        entry = library.checkpoint(name)
        alone = entry.embedder.embed([read_image(CHINA)])
        library.answer(query, name)
        assert entry.embed(query) == pytest.approx(alone, abs=1e-6)
    assert len(query.features) == 2


def test_a_gallery_image_needs_no_backbone(library, backbone_runs):
    query = library.query_from_id(library.gallery.table["image_id"][9])
    for name in library.names:
        library.answer(query, name)
    assert backbone_runs == []


@pytest.mark.parametrize(
    "image_id",
    ["", "../../etc/passwd", "/etc/passwd", "example-", "example-../../etc/passwd", "china.jpg", "example-none.jpg",
     "<script>alert(1)</script>", "0", "images/apparel", "\0", "x" * 100_000],
)  # fmt: skip
def test_hostile_ids_are_only_looked_up(library, image_id):
    with pytest.raises(UserError) as error:
        library.query_from_id(image_id)
    assert str(error.value) == "That image is not in this gallery; choose one that is shown."


def test_ids_that_are_shown_are_found(library):
    row = 77
    assert library.query_from_id(library.gallery.table["image_id"][row]).row == row
    example = library.query_from_id("example-china.jpg")
    assert (example.row, example.name) == (None, "china.jpg")
    assert example.image.size == Image.open(CHINA).size


def test_files_are_served_by_content_alone(library):
    keys = [*(library.thumbnail_key(row) for row in range(len(library.gallery))), *(f"example-{n}" for n in EXAMPLES)]
    assert all(library.thumbnail(key).is_file() for key in keys)
    for key in ("", "../app.py", keys[0] + "0", "example-", "example-../china.jpg"):
        assert library.thumbnail(key) is None


@pytest.fixture
def shelf(tmp_path):
    """A folder with two of the bundled checkpoints."""
    for name in ("pca-lite0", "pca-lite2"):
        shutil.copytree(BUNDLED_DIR / name, tmp_path / "shelf" / name)
    return tmp_path / "shelf"


def test_a_folder_of_checkpoints(shelf, photos):
    assert open_library(str(photos), [str(shelf)]).names == ["pca-lite0", "pca-lite2"]
    assert open_library(str(photos), [str(shelf / "pca-lite2")]).names == ["pca-lite2"]
    assert open_library(str(photos), ["arcface-bn-lite2", str(shelf)]).names == [
        "arcface-bn-lite2", "pca-lite0", "pca-lite2",
    ]  # fmt: skip


def without_weights(folder):
    (folder / "model.safetensors").unlink()


def of_another_shape(folder):
    config = json.loads((folder / "config.json").read_text())
    change_json(folder / "config.json", head={**config["head"], "in_dims": 99})


def not_json(folder):
    (folder / "config.json").write_text("{")


def no_safetensors(folder):
    (folder / "model.safetensors").write_bytes(b"PK pickled")


def spoilt_metrics(folder):
    (folder / "metrics.json").write_text("{")


def spoilt_history(folder):
    (folder / "history.csv").write_bytes(b"\xff\xfe\x00 a,b\n")


def weights_of_nan(folder):
    weights = load_file(folder / "model.safetensors")
    save_file(
        {name: torch.full_like(tensor, torch.nan) for name, tensor in weights.items()}, folder / "model.safetensors"
    )


def unknown_backbone(folder):
    change_json(folder / "config.json", backbone="nobody:knows")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (without_weights, "model.safetensors is missing"),
        (of_another_shape, "do not fit"),
        (not_json, "expected JSON"),
        (no_safetensors, "damaged or of another kind"),
        (spoilt_metrics, "metrics.json: expected JSON"),
        (spoilt_history, "history.csv: expected a table"),
        (unknown_backbone, "nobody"),
        (weights_of_nan, "expected finite weights"),
    ],
)
def test_a_broken_checkpoint_is_told_and_the_rest_is_served(shelf, photos, spoil, said, capsys):
    spoil(shelf / "pca-lite2")
    library = open_library(str(photos), [str(shelf)])
    assert library.names == ["pca-lite0"]
    assert library.best == "pca-lite0"
    (notice,) = library.notices
    assert said in notice
    assert len(notice.splitlines()) == 1
    assert notice in capsys.readouterr().err
    assert len(library.answer(library.query_from_file(CHINA), "pca-lite0").rows) == 5


def test_only_broken_checkpoints_bring_back_the_bundled_ones(shelf):
    library = open_library("sample", [str(shelf / "none"), "hf"])
    assert library.names == bundled_names()
    assert len(library.notices) == 3
    assert "shown instead" in library.notices[-1]


@pytest.mark.parametrize(
    "value", [None, "9", "0.9", [1], {}, True, -0.1, 1.01, 10**400, float("nan"), float("inf"), -float("inf")]
)
def test_a_checkpoint_without_a_valid_validation_score_is_not_the_best(shelf, photos, value):
    change_json(shelf / "pca-lite0" / "metrics.json", validation={"guie_mp5": value})
    library = open_library(str(photos), [str(shelf)])
    assert library.best == "pca-lite2"
    assert library.validation_scores.keys() == {"pca-lite2"}


@pytest.mark.parametrize("validation", [None, [], "high", {}, 0.9])
def test_the_star_says_what_chose_the_default(shelf, photos, validation):
    """All, some or none of the checkpoints have validation figures."""
    words, hints = Translator("en"), []
    for changed in ([], ["pca-lite2"], ["pca-lite0"]):
        for name in changed:
            change_json(shelf / name / "metrics.json", validation=validation)
        library = open_library(str(photos), [str(shelf)])
        hints.append((library.best, html.unescape(results_table(Context(library, words)))))
    (best, every), (left, some), (first, none) = hints
    assert (best, left, first) == ("pca-lite2", "pca-lite0", "pca-lite0")
    assert "has the highest GUIE mP@5 on its own validation classes, as recorded in its metrics.json" in every
    assert "the highest GUIE mP@5 on its own validation classes among 1 of 2 checkpoints" in some
    assert "the first one given, because no checkpoint records validation metrics" in none
    assert "has the highest" not in none
    assert "沒有任何檢查點記錄驗證指標" in results_table(Context(library, Translator("zh-TW")))


def test_a_validation_score_of_zero_is_one(shelf, photos):
    change_json(shelf / "pca-lite0" / "metrics.json", validation=None)
    change_json(shelf / "pca-lite2" / "metrics.json", validation={"guie_mp5": 0})
    assert open_library(str(photos), [str(shelf)]).best == "pca-lite2"


def test_names_that_clash_are_told_apart(shelf, photos):
    change_json(shelf / "pca-lite2" / "config.json", name="pca-lite0")
    library = open_library(str(photos), ["pca-lite0", "pca-lite0", str(shelf)])  # one of them given twice
    assert library.names == ["pca-lite0", "pca-lite0'", "pca-lite0''"]
    assert [entry.checkpoint.backbone for entry in library.checkpoints.values()] == ["lite0", "lite0", "lite2"]


@pytest.mark.parametrize("kind", ["missing", "empty", "no images", "a text file", "bad table"])
def test_a_gallery_that_cannot_be_opened_is_told_and_the_sample_is_shown(tmp_path, kind):
    source = tmp_path / "mine"
    if kind == "a text file":
        source.write_text("hello")
    elif kind != "missing":
        source.mkdir()
    if kind == "no images":
        (source / "toys").mkdir()
        (source / "toys" / "a.jpg").write_text("no image")
    if kind == "bad table":
        (source / "metadata.csv").write_text("drawing,what\na.jpg,toys\n")
    library = open_library(str(source), ["pca-lite0"])
    assert library.gallery.name == "sample"
    (notice,) = library.notices
    assert str(source) in notice
    assert notice.endswith("The sample gallery is shown instead.")
    assert len(notice.splitlines()) == 1


def test_broken_images_are_named_and_the_rest_is_shown(photos_copy, trained, capsys):
    (photos_copy / "toys/amber/0.png").write_bytes(b"")
    (photos_copy / "cars/blue/1.png").write_text("no image")
    (photos_copy / "cars/blue/2.png").unlink()
    library = open_library(str(photos_copy), [str(trained)])
    assert library.gallery.name == "copy"
    assert len(library.gallery) == 144 - 3
    (notice,) = library.notices
    for name in ("toys/amber/0.png", "cars/blue/1.png", "cars/blue/2.png"):
        assert name in notice
    assert "3 in all" in notice
    assert notice in capsys.readouterr().err
    assert len(library.thumbnails) == 144 - 3


def test_labels_and_answers_belong_to_the_same_image(photos, trained):
    """Embeddings, labels and thumbnails are lined up by row alone."""
    library = open_library(str(photos), [str(trained)])
    row = library.gallery.table["image_id"].tolist().index("toys/amber/0.png")
    outside = Query("again", image=QueryImage(Image.open(photos / "toys/amber/0.png").convert("RGB")))
    found = library.answer(outside, library.best, 5)
    assert found.rows[0] == row
    assert found.similarity[0] == pytest.approx(1, abs=1e-4)
    thumbnail = np.asarray(Image.open(library.thumbnail(library.thumbnail_key(row))).convert("RGB"), float)
    assert np.abs(thumbnail - np.asarray(outside.image.open(), float)).mean() < 12


@pytest.mark.parametrize("n", [1, 2, 4])
def test_a_gallery_of_very_few_images(photos, trained, tmp_path, n):
    for view in range(n):
        (tmp_path / "few" / "toys").mkdir(parents=True, exist_ok=True)
        shutil.copy(photos / f"toys/amber/{view}.png", tmp_path / "few" / "toys")
    library = open_library(str(tmp_path / "few"), [str(trained)])
    assert library.notices == ()
    found = library.answer(library.query_from_id(library.gallery.table["image_id"][0]), library.best, n)
    assert len(found.rows) == n - 1
    assert len(library.answer(library.query_from_file(CHINA), library.best, n).rows) == n


def test_of_a_large_image_a_smaller_copy_is_kept_with_nearly_the_same_embedding(library, tmp_path):
    with Image.open(EXAMPLES["china.jpg"]) as china:
        china.resize((6 * china.width, 6 * china.height), Image.Resampling.BICUBIC).save(tmp_path / "large.png")
    query = library.query_from_file(tmp_path / "large.png")
    assert max(query.image.size) == MAX_SIDE
    whole = Query("whole", image=QueryImage(read_image(tmp_path / "large.png")))
    for served in library.checkpoints.values():
        assert (served.embed(query) * served.embed(whole)).sum() > 0.999
    small = library.query_from_file(EXAMPLES["china.jpg"])
    assert small.image.size == read_image(EXAMPLES["china.jpg"]).size
