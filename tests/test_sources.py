"""Every kind of source becomes one table."""

import shutil

import numpy as np
import pandas as pd
import pyarrow
import pyarrow.parquet
import pytest
from PIL import Image

from trainer.core.gallery import open_gallery
from trainer.core.sources import COLUMNS, GalleryError, read_source

COLOURS = ["red", "blue", "green", "white"]


def save(path, colour="red"):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (12, 10), colour).save(path)
    return path


@pytest.fixture
def dataset(tmp_path):
    """Four pictures of the `datasets` library with labels of both kinds."""
    datasets = pytest.importorskip("datasets")
    content = [save(tmp_path / f"{colour}.png", colour).read_bytes() for colour in COLOURS]
    images = [{"bytes": data, "path": None} for data in content]
    data = datasets.Dataset.from_dict({"image": images, "label": [0, 1, 0, 1], "object_type": ["cars"] * 4})
    labels = datasets.ClassLabel(names=["coupe", "van"])
    return data.cast_column("image", datasets.Image()).cast_column("label", labels)


def colours(table):
    return [Image.open(path).convert("RGB").getpixel((2, 2)) for path in table["path"]]


EXPECTED_COLOURS = [(255, 0, 0), (0, 0, 255), (0, 128, 0), (255, 255, 255)]


def refused(source):
    """The one sentence with which a source is refused."""
    with pytest.raises(GalleryError) as error:
        open_gallery(str(source))
    assert "\n" not in str(error.value)
    return str(error.value)


def test_metadata_folder(photos):
    table = read_source(str(photos))
    assert list(table) == COLUMNS
    assert table.iloc[0].tolist() == [
        "apparel/amber/0.png", str(photos / "apparel/amber/0.png"), "apparel", "amber", "train",
    ]  # fmt: skip


def test_metadata_without_split(tmp_path):
    (tmp_path / "metadata.csv").write_text("﻿file_name,object_type,class_name\na.png,cars,NA\n", encoding="utf-8")
    assert read_source(str(tmp_path)).iloc[0, 2:].tolist() == ["cars", "NA", ""]  # a class may be called NA


def test_metadata_lacking_columns_names_them(tmp_path):
    (tmp_path / "metadata.csv").write_text("file_name,label\na.png,1\n")
    assert refused(tmp_path).endswith("found file_name, label; add object_type, class_name.")


@pytest.mark.parametrize("name", ["../secret.png", "a/../../secret.png", "/etc/secret.png"])
def test_a_path_out_of_the_folder_is_refused(tmp_path, name):
    save(tmp_path / "secret.png")
    (tmp_path / "in").mkdir()
    (tmp_path / "in/metadata.csv").write_text(f"file_name,object_type,class_name\n{name},cars,c\n")
    assert "must lie inside the folder" in refused(tmp_path / "in")
    assert name in refused(tmp_path / "in")


def test_folder_trees_of_both_depths(tmp_path):
    for name in ("cars/van/b.png", "cars/van/a.PNG", "toys/c.jpg", "d.webp", "cars/.hidden/e.png", "cars/notes.txt"):
        save(tmp_path / name) if not name.endswith("txt") else (tmp_path / name).write_text("no picture")
    table = read_source(str(tmp_path))
    assert table[["image_id", "object_type", "class_name"]].to_numpy().tolist() == [
        ["cars/van/a.PNG", "cars", "van"],
        ["cars/van/b.png", "cars", "van"],
        ["d.webp", "unknown", ""],
        ["toys/c.jpg", "toys", ""],
    ]


def test_the_tree_of_photos_has_the_labels_of_its_metadata(photo_tree, gallery):
    tree = open_gallery(str(photo_tree))
    assert sorted(zip(tree.table["image_id"], tree.classes, strict=True)) == sorted(
        zip(gallery.table["image_id"], gallery.classes, strict=True)
    )


@pytest.mark.parametrize("header", ["path,class_id", "image_path,label", "anything,else"])
def test_class_id_csv(tmp_path, header):
    save(tmp_path / "images/a.png")
    save(tmp_path / "images/b.png", "blue")
    (tmp_path / "17k.csv").write_text(f"{header}\nimages/a.png,17690\nimages/b.png,3\n")
    gallery = open_gallery(str(tmp_path / "17k.csv"))
    assert gallery.name == "17k"
    assert gallery.class_names.tolist() == ["17690", "3"]
    assert set(gallery.object_types) == {"unknown"}


def test_tables_that_cannot_be_read(tmp_path):
    (tmp_path / "one.csv").write_text("path\na.png\n")
    assert "a column of class ids, found path" in refused(tmp_path / "one.csv")
    (tmp_path / "ragged.csv").write_text("path,class_id\na,1\nb,2,3\n")
    assert "expected a comma-separated table" in refused(tmp_path / "ragged.csv")
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\0\x80")
    assert "expected a comma-separated table" in refused(tmp_path / "binary.csv")
    (tmp_path / "empty.csv").write_text("")
    assert "expected a comma-separated table" in refused(tmp_path / "empty.csv")


def test_places_that_are_no_gallery(tmp_path):
    (tmp_path / "empty").mkdir()
    assert "expected images" in refused(tmp_path / "empty")
    (tmp_path / "notes.txt").write_text("no gallery")
    assert "is a .txt file: expected 'sample'" in refused(tmp_path / "notes.txt")
    assert refused(tmp_path / "gone").startswith(f"No gallery at {tmp_path / 'gone'}: expected 'sample'")


def test_parquet_with_image_bytes(dataset, tmp_path):
    dataset.to_parquet(tmp_path / "cars.parquet")
    gallery = open_gallery(str(tmp_path / "cars.parquet"))
    assert gallery.classes.tolist() == ["cars/coupe", "cars/van"] * 2
    assert gallery.table["image_id"].tolist() == ["000000", "000001", "000002", "000003"]
    assert colours(gallery.table) == EXPECTED_COLOURS
    assert open_gallery(str(tmp_path / "cars.parquet")).fingerprint == gallery.fingerprint


def test_parquet_of_plain_bytes_and_another_library(tmp_path):
    """A table that pandas wrote: structs of bytes and path, labels as text."""
    content = [save(tmp_path / f"{colour}.png", colour).read_bytes() for colour in COLOURS]
    images = [{"bytes": data, "path": None} for data in content]
    pd.DataFrame({"image": images, "class_name": list("abca")}).to_parquet(tmp_path / "plain.parquet")
    gallery = open_gallery(str(tmp_path / "plain.parquet"))
    assert gallery.class_names.tolist() == list("abca")
    assert colours(gallery.table) == EXPECTED_COLOURS


def test_nulls_are_unknown_labels_and_skipped_pictures(tmp_path):
    datasets = pytest.importorskip("datasets")
    data = save(tmp_path / "a.png").read_bytes()
    table = datasets.Dataset.from_dict(
        {"image": [{"bytes": data, "path": None}, None], "class_name": [None, "a"], "label": [None, 0]}
    ).cast_column("image", datasets.Image())
    table.to_parquet(tmp_path / "nulls.parquet")
    gallery = open_gallery(str(tmp_path / "nulls.parquet"))
    assert gallery.class_names.tolist() == [""]  # not a class called None
    assert gallery.skipped == ("000001 (expected a picture, found an empty file (0 bytes); use a JPEG, PNG, WebP, GIF,"
                               " BMP or TIFF picture)",)  # fmt: skip
    numbered = table.remove_columns("class_name").cast_column("label", datasets.ClassLabel(names=["p"]))
    numbered.save_to_disk(tmp_path / "saved")
    assert read_source(str(tmp_path / "saved"))["class_name"].tolist() == ["", "p"]


def test_a_folder_saved_by_datasets(dataset, tmp_path):
    dataset.save_to_disk(tmp_path / "saved")
    gallery = open_gallery(str(tmp_path / "saved"))
    assert gallery.classes.tolist() == ["cars/coupe", "cars/van"] * 2
    assert colours(gallery.table) == EXPECTED_COLOURS


def test_a_saved_dictionary_of_splits(dataset, tmp_path):
    datasets = pytest.importorskip("datasets")
    parts = datasets.DatasetDict({"train": dataset.select([0, 1]), "test": dataset.select([2, 3])})
    parts.save_to_disk(tmp_path / "parts")
    table = read_source(str(tmp_path / "parts"))
    assert table["split"].tolist() == ["train", "train", "test", "test"]
    assert table["image_id"].tolist() == ["train/000000", "train/000001", "test/000000", "test/000001"]


def test_data_sets_that_cannot_be_used(tmp_path):
    (tmp_path / "bad.parquet").write_bytes(b"no parquet")
    assert "expected a Parquet file with an image column" in refused(tmp_path / "bad.parquet")
    pd.DataFrame({"text": ["a"], "size": np.ones(1)}).to_parquet(tmp_path / "text.parquet")
    assert "expected an image column, found text, size" in refused(tmp_path / "text.parquet")
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved/dataset_info.json").write_text("{}")
    assert "expected a data set saved by `datasets`" in refused(tmp_path / "saved")


def test_the_hub_without_a_network_says_what_to_do():
    assert "could not be loaded from the Hub" in refused("hf:nobody/nothing")


def test_pictures_of_kinds_that_are_not_read_are_named(photo_tree, tmp_path):
    tree = shutil.copytree(photo_tree, tmp_path / "tree")
    (tree / "cars" / "phone.HEIC").write_bytes(b"\x00\x00\x00\x18ftypheic")
    gallery = open_gallery(str(tree))
    assert len(gallery.skipped) == 1
    assert "phone.HEIC" in gallery.skipped[0]


def test_a_data_set_cannot_name_files_outside_itself(tmp_path):
    outside = tmp_path / "outside.png"
    Image.new("RGB", (8, 8)).save(outside)
    folder = tmp_path / "inside"
    folder.mkdir()
    table = pyarrow.table({"image": [{"bytes": None, "path": str(outside)}], "label": ["a"]})
    pyarrow.parquet.write_table(table, folder / "data.parquet")
    with pytest.raises(GalleryError, match="outside the data set"):
        read_source(str(folder / "data.parquet"))
