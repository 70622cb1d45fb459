"""The two data sets of the study, end to end in their real shapes: folders of eleven types, and 17,691 class ids."""

import csv
import io

import numpy as np
import pytest
from PIL import Image

from trainer.core.data import gallery as gallery_module
from trainer.core.data.gallery import OBJECT_TYPES, open_gallery
from trainer.core.models.checkpoint import open_checkpoint
from trainer.core.models.embedder import gallery_embeddings
from trainer.core.models.features import gallery_features
from trainer.core.retrieval.evaluation import evaluate
from trainer.training import fit
from trainer.training.data.training_data import training_data
from trainer.training.recipe import Recipe

N_CLASSES = 17_691


def recipe(**settings):
    return Recipe(name="r", **{"backbone": "tiny", "head": "linear", "dims": 16, "batch_size": 64, **settings})


def encoded_image(class_id, side, shot):
    """The upper half is the class's own pattern, the lower half any; a bitmap, which is quick to write."""
    own = np.random.default_rng(class_id).integers(30, 225, (2, 4, 3))
    other = np.random.default_rng([class_id, shot]).integers(30, 225, (2, 4, 3))
    pixels = np.concatenate([own, other]).repeat(side // 4, 0).repeat(side // 4, 1)
    content = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(content, "BMP")
    return content.getvalue()


@pytest.fixture(scope="module")
def dataset_11(tmp_path_factory):
    """A folder for each type, images straight in it, as Dataset 11 is; one folder is a link to another disk."""
    folder = tmp_path_factory.mktemp("study") / "dataset11"
    for number, object_type in enumerate(OBJECT_TYPES):
        home = folder / object_type
        if object_type == "cars":
            home = tmp_path_factory.mktemp("disk") / "cars"
            home.mkdir()
            (folder / "cars").symlink_to(home)
        home.mkdir(parents=True, exist_ok=True)
        for shot in range(12):
            (home / f"img_{shot}.bmp").write_bytes(encoded_image(number, 32, shot))
    (folder / "toys" / "loop").symlink_to(folder)
    return folder


@pytest.fixture(scope="module")
def dataset_17k(tmp_path_factory):
    """A CSV of 17,691 class ids in any order, none with an object type; one class in twenty has three images."""
    folder = tmp_path_factory.mktemp("study") / "dataset17k"
    (folder / "images").mkdir(parents=True)
    rows = [(c, shot) for c in range(N_CLASSES) for shot in range(1 if c % 20 else 3)]
    with open(folder / "train.csv", "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["path", "class_id"])
        for row in np.random.default_rng(0).permutation(len(rows)):
            class_id, shot = rows[row]
            name = f"images/{class_id}_{shot}.bmp"
            (folder / name).write_bytes(encoded_image(class_id, 8, shot))
            table.writerow([name, class_id])
    return folder / "train.csv"


def test_dataset_11_is_read_as_eleven_types_without_classes(dataset_11):
    gallery = open_gallery(str(dataset_11))
    assert gallery.type_order == list(OBJECT_TYPES)
    assert len(gallery) == 132  # each image once, in spite of the links
    assert set(gallery.classes) == {""}
    assert sorted(set(gallery.training_classes)) == sorted(OBJECT_TYPES)


def test_dataset_11_trains_on_its_types(dataset_11, tmp_path):
    """As the study's first row did: images of one type are positives. Nothing can be held out of eleven classes."""
    gallery = open_gallery(str(dataset_11))
    out = fit.run(recipe(epochs=30, min_images_per_class=5), [gallery], tmp_path / "run")
    checkpoint = open_checkpoint(str(out))
    assert checkpoint.recipe["trained_on"]["train_classes"] == 11
    result = evaluate(gallery, gallery_embeddings(gallery, checkpoint), "r")
    assert result["study_mp5"] > 0.9
    assert result["guie_mp5"] is None  # no image says what thing it shows
    assert set(result["per_type"]) == set(OBJECT_TYPES)


def test_classes_of_one_gallery_stay_classes_where_some_images_have_none(gallery):
    table = gallery.table.copy()
    table.loc[:9, "class_name"] = ""
    some = gallery_module.Gallery("some", table, gallery.content)
    assert (some.training_classes == some.classes).all()


def test_dataset_17k_end_to_end(dataset_17k, tmp_path, monkeypatch):
    gallery = open_gallery(str(dataset_17k))
    assert len(gallery) == N_CLASSES + 2 * -(-N_CLASSES // 20)
    assert set(gallery.object_types) == {"unknown"}
    assert len(set(gallery.class_names)) == N_CLASSES
    assert all(i.startswith(f"images/{c}_") for i, c in gallery.table[["image_id", "class_name"]].to_numpy())

    with monkeypatch.context() as patch:  # a second opening decodes nothing
        patch.setattr(gallery_module, "check_image", None)
        assert open_gallery(str(dataset_17k)).fingerprint == gallery.fingerprint

    settings = recipe(epochs=1, batch_size=4096, validation_classes=0.2, min_images_per_class=1)
    checkpoint = open_checkpoint(str(fit.run(settings, [gallery], tmp_path / "run")))
    held_out = round(0.2 * -(-N_CLASSES // 20))
    trained_on = checkpoint.recipe["trained_on"]
    assert (trained_on["train_classes"], trained_on["held_out_classes"]) == (N_CLASSES - held_out, held_out)
    validation = checkpoint.metrics["validation"]
    assert validation["study_mp5"] is None  # all images would be of one type, and right
    assert 0 < validation["guie_mp5"] <= 1
    assert checkpoint.history["val_study_mp5"].isna().all()
    assert "| validation | - |" in (checkpoint.folder / "README.md").read_text()


def test_one_in_six_of_each_class_equals_the_plain_way(gallery):
    """The quick way over many classes takes the very images that a loop over the classes takes."""
    settings = recipe(validation_classes=0.0)
    data = training_data([gallery], settings)
    classes = gallery.classes[gallery.rows("train")]
    rng = np.random.default_rng(settings.seed)
    for _ in set(gallery.object_types):  # what chooses the held-out classes, here none of three a type
        rng.permutation(3)
    chosen = np.zeros(len(classes), bool)
    for name in np.unique(classes):
        rows = np.flatnonzero(classes == name)
        chosen[rng.permutation(rows)[: len(rows) // 6]] = True
    features = gallery_features(gallery, "tiny")[gallery.rows("train")]
    assert (data.val.features == features[chosen]).all()


def test_a_table_without_a_first_line_is_told(dataset_17k, tmp_path):
    (tmp_path / "bare.csv").write_text(
        f"{dataset_17k.parent}/images/1_0.bmp,0\n{dataset_17k.parent}/images/2_0.bmp,1\n"
    )
    with pytest.raises(gallery_module.GalleryError, match="expected a first line that names the columns"):
        open_gallery(str(tmp_path / "bare.csv"))


def test_a_table_that_pandas_numbered(dataset_17k, tmp_path):
    """`to_csv` writes its row numbers first, under no name: the columns are found by their names."""
    images = dataset_17k.parent / "images"
    (tmp_path / "numbered.csv").write_text(f",path,class_id\n0,{images}/1_0.bmp,1\n1,{images}/2_0.bmp,2\n")
    assert open_gallery(str(tmp_path / "numbered.csv")).class_names.tolist() == ["1", "2"]
