"""Every kind of source becomes one table."""

import json
import shutil
import unicodedata

import numpy as np
import pandas as pd
import pyarrow
import pyarrow.parquet
import pytest
from PIL import Image

from trainer.core.data.folder_listing import SYSTEM_FOLDERS
from trainer.core.data.gallery import open_gallery
from trainer.core.data.sources import COLUMNS, GalleryError, read_source

NFC, NFD = (unicodedata.normalize(form, "café") for form in ("NFC", "NFD"))

COLOURS = ["red", "blue", "green", "white"]


def save(path, colour="red"):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (12, 10), colour).save(path)
    return path


@pytest.fixture
def dataset(tmp_path):
    """Four images of the `datasets` library with labels of both kinds."""
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
    assert "expected file names inside the folder" in refused(tmp_path / "in")
    assert name in refused(tmp_path / "in")


def test_folder_trees_of_both_depths(tmp_path):
    for name in ("cars/van/b.png", "cars/van/a.PNG", "toys/c.jpg", "d.webp", "cars/.hidden/e.png", "cars/notes.txt"):
        save(tmp_path / name) if not name.endswith("txt") else (tmp_path / name).write_text("no image")
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
    assert "line 3 has 3 cells, the first line 2 (path, class_id)" in refused(tmp_path / "ragged.csv")
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


def test_nulls_are_unknown_labels_and_skipped_images(tmp_path):
    datasets = pytest.importorskip("datasets")
    data = save(tmp_path / "a.png").read_bytes()
    table = datasets.Dataset.from_dict(
        {"image": [{"bytes": data, "path": None}, None], "class_name": [None, "a"], "label": [None, 0]}
    ).cast_column("image", datasets.Image())
    table.to_parquet(tmp_path / "nulls.parquet")
    gallery = open_gallery(str(tmp_path / "nulls.parquet"))
    assert gallery.class_names.tolist() == [""]  # not a class called None
    assert gallery.skipped == ("000001 (expected an image, found an empty file (0 bytes); use a JPEG, PNG, WebP, GIF,"
                               " BMP or TIFF image)",)  # fmt: skip
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


def test_images_of_kinds_that_are_not_read_are_named(photo_tree, tmp_path):
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


def table_of(folder, text, name="metadata.csv"):
    """Opens a folder after writing its table."""
    (folder / name).write_text(text, encoding="utf-8")
    return open_gallery(str(folder))


def labels(gallery):
    return gallery.table[["image_id", "object_type", "class_name", "split"]].to_numpy().tolist()


def test_backslashes_separate_folders(tmp_path):
    save(tmp_path / "toys/duck/0.png")
    save(tmp_path / "a\\b.png", "blue")  # a legal name on Linux
    text = "file_name,object_type,class_name\ntoys\\duck\\0.png,toys,duck\na\\b.png,toys,duck\n"
    assert table_of(tmp_path, text).table["image_id"].tolist() == ["toys/duck/0.png", "a\\b.png"]
    (tmp_path / "metadata.csv").write_text("file_name,object_type,class_name\n..\\0.png,toys,duck\n")
    assert "expected file names inside the folder" in refused(tmp_path)
    (tmp_path / "ids.csv").write_text("path,class_id\ntoys\\duck\\0.png,7\n")
    assert read_source(str(tmp_path / "ids.csv"))["path"].tolist() == [str(tmp_path / "toys/duck/0.png")]


def test_blanks_around_cells_and_header_names_are_no_part_of_them(tmp_path):
    save(tmp_path / "a/0.png")
    save(tmp_path / "a/1.png")
    header, first = " file_name , object_type,class_name ,split", ' a/0.png ,toys ,"duck, yellow", Train '
    text = f'{header}\n{first}\na/1.png, toys, "duck, yellow" ,\n'
    assert labels(table_of(tmp_path, text)) == [
        ["a/0.png", "toys", "duck, yellow", "train"],
        ["a/1.png", "toys", "duck, yellow", ""],
    ]
    (tmp_path / "metadata.csv").write_text("file_name,object_type,class_name,class_name \na/0.png,toys,a,b\n")
    assert "found class_name more than once" in refused(tmp_path)


def test_one_file_under_two_spellings_is_listed_twice(tmp_path):
    save(tmp_path / "a/0.png")
    save(tmp_path / f"a/{NFD}.png", "blue")
    for first, second in (("a/0.png", "./a/0.png"), ("a//0.png", "a\\0.png"), (f"a/{NFC}.png", f"a/{NFD}.png")):
        rows = f"{first},toys,duck\n{second},toys,duck\n"
        (tmp_path / "metadata.csv").write_text(f"file_name,object_type,class_name\n{rows}", encoding="utf-8")
        assert "listed more than once" in refused(tmp_path)
        (tmp_path / "ids.csv").write_text(f"path,class_id\n{first},1\n{second},1\n", encoding="utf-8")
        assert "listed more than once" in refused(tmp_path / "ids.csv")


@pytest.mark.parametrize(("listed", "stored"), [(NFC, NFD), (NFD, NFC)])
def test_composed_and_decomposed_names_are_the_same(tmp_path, listed, stored):
    save(tmp_path / stored / f"{stored}.png")
    save(tmp_path / "b.png", "blue")
    rows = f"{listed}/{listed}.png,dishes,{listed}\nb.png,dishes,{stored}\n"
    gallery = table_of(tmp_path, f"file_name,object_type,class_name\n{rows}")
    assert not gallery.skipped
    assert set(gallery.class_names) == {NFC}
    (tmp_path / "ids.csv").write_text(f"path,class_id\n{listed}/{listed}.png,{listed}\n", encoding="utf-8")
    assert open_gallery(str(tmp_path / "ids.csv")).class_names.tolist() == [NFC]


def test_both_forms_of_a_name_on_disk_are_told_apart(tmp_path):
    save(tmp_path / f"{NFC}.png", "red")
    save(tmp_path / f"{NFD}.png", "blue")
    text = f"file_name,object_type,class_name\n{NFD}.png,cars,b\n{NFC}.png,cars,r\n"
    assert colours(table_of(tmp_path, text).table) == [(0, 0, 255), (255, 0, 0)]


def test_a_missing_file_keeps_its_name(tmp_path):
    save(tmp_path / "a.png")
    text = f"file_name,object_type,class_name\na.png,toys,a\n{NFC}.png,toys,a\nsub\\gone.png,toys,a\n"
    assert table_of(tmp_path, text).skipped == (
        f"{NFC}.png (the file is missing)",
        "sub\\gone.png (the file is missing)",
    )


def test_labels_that_differ_only_in_case_are_kept_apart_and_named(tmp_path):
    for name in ("Dishes/ramen/0.png", "dishes/ramen/1.png", "dishes/Ramen/2.png", "toys/RAMEN/3.png"):
        save(tmp_path / name)
    gallery = open_gallery(str(tmp_path))
    assert set(gallery.object_types) == {"Dishes", "dishes", "toys"}
    assert gallery.notes == (
        f"{tmp_path.name}: labels that differ only in case are kept apart: Dishes/dishes, Ramen/ramen (2 in all).",
    )
    assert open_gallery("sample").notes == ()


@pytest.mark.parametrize(
    "name", [*sorted(SYSTEM_FOLDERS), "@eaDir", "$RECYCLE.BIN", "System Volume Information", ".git"]
)
def test_folders_of_the_system_are_no_classes(tmp_path, name):
    save(tmp_path / "toys/duck/0.png")
    save(tmp_path / name / "toys/1.png", "blue")
    save(tmp_path / "toys/duck" / name / "0.png/thumb.png", "blue")
    save(tmp_path / "toys/duck/._0.png", "blue")
    assert read_source(str(tmp_path))["image_id"].tolist() == ["toys/duck/0.png"]


def test_a_folder_that_is_called_like_a_split_beside_folders_of_the_system(tmp_path):
    save(tmp_path / "train/toys/0.png")
    save(tmp_path / "@eaDir/train/0.png")
    assert labels(open_gallery(str(tmp_path))) == [["train/toys/0.png", "toys", "", "train"]]


def test_metadata_as_json_lines(tmp_path):
    for name in ("0.png", "1.png"):
        save(tmp_path / name)
    rows = [
        {"file_name": "0.png", "object_type": " toys", "class_name": 7, "split": None, "box": [1, 2]},
        {"file_name": "1.png", "object_type": "toys", "class_name": None, "split": "dev"},
    ]
    text = "\n".join(map(json.dumps, rows)) + "\n\n"
    assert labels(table_of(tmp_path, text, "metadata.JSONL")) == [
        ["0.png", "toys", "7", ""],
        ["1.png", "toys", "", "val"],
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"file_name": "0.png"', "metadata.jsonl: line 1: expected one JSON object"),
        ('{"file_name": "0.png"}\n\n{bad\n', "metadata.jsonl: line 3: expected one JSON object (Expecting property"),
        ('["0.png", "toys"]', "metadata.jsonl: line 1: expected one JSON object, found"),
        ('{"split": "test", "split": "train"}', "line 1: expected one JSON object (a key comes twice)"),
        ('{"file_name": "0.png", "object_type": "toys", "class_name": ["a"]}', "expected text in column class_name"),
        ('{"file_name": "0.png", "label": "toys"}', "add object_type, class_name"),
    ],
)
def test_json_lines_that_cannot_be_used(tmp_path, text, reason):
    save(tmp_path / "0.png")
    (tmp_path / "metadata.jsonl").write_text(text)
    assert reason in refused(tmp_path)


def test_metadata_as_parquet(tmp_path):
    save(tmp_path / "0.png")
    save(tmp_path / "1.png")
    table = pd.DataFrame(
        {"file_name": ["0.png", "1.png"], "object_type": "toys", "class_name": pd.array([7, None], "Int64")}
    )
    table.to_parquet(tmp_path / "metadata.parquet")
    assert labels(open_gallery(str(tmp_path))) == [["0.png", "toys", "7", ""], ["1.png", "toys", "", ""]]


def test_two_tables_in_one_folder_are_refused(tmp_path):
    save(tmp_path / "0.png")
    (tmp_path / "metadata.csv").write_text("file_name,object_type,class_name\n0.png,toys,a\n")
    (tmp_path / "metadata.jsonl").write_text("{}")
    assert "expected one metadata file, found metadata.csv and metadata.jsonl" in refused(tmp_path)


def test_tables_one_folder_down(tmp_path):
    """Folders that are no splits may have tables too; a table that would be ignored is never passed over."""
    text = "file_name,object_type,class_name\n0.png,toys,duck\n"
    for name in ("left", "right"):
        save(tmp_path / name / "0.png")
        (tmp_path / name / "metadata.csv").write_text(text)
    assert [row[0] for row in labels(open_gallery(str(tmp_path)))] == ["left/0.png", "right/0.png"]
    save(tmp_path / "other/deep/0.png")
    assert "expected metadata for other/deep/0.png" in refused(tmp_path)
    (tmp_path / "other/deep/metadata.csv").write_text(text)
    assert "found other/deep/metadata.csv" in refused(tmp_path)
    shutil.rmtree(tmp_path / "other")
    save(tmp_path / "test/0.png")
    (tmp_path / "test/metadata.csv").write_text(text)
    assert "are not; expected <split>/" in refused(tmp_path)
    shutil.rmtree(tmp_path / "test")
    gallery = table_of(tmp_path, "file_name,object_type,class_name\nleft/0.png,toys,duck\n")
    assert len(gallery) == 1
    assert (
        "not read, as metadata.csv describes the whole folder: left/metadata.csv, right/metadata.csv"
        in gallery.notes[0]
    )


def test_suffixes_in_capitals(dataset, tmp_path):
    save(tmp_path / "0.PNG")
    (tmp_path / "IDS.CSV").write_text("path,class_id\n0.PNG,7\n")
    assert open_gallery(str(tmp_path / "IDS.CSV")).class_names.tolist() == ["7"]
    assert table_of(tmp_path, "file_name,object_type,class_name\n0.PNG,cars,a\n", "metadata.CSV").classes.tolist() == [
        "cars/a"
    ]
    dataset.to_parquet(tmp_path / "CARS [1].PARQUET")  # brackets are no pattern
    assert len(open_gallery(str(tmp_path / "CARS [1].PARQUET"))) == 4


def test_lines_of_more_or_fewer_cells_than_the_header_are_refused(tmp_path):
    """pandas would take the first column for an index and shift all others, or fill the cells that are missing."""
    (tmp_path / "ids.csv").write_text("path,class_id\n0.png,1,\n1.png,2,\n")
    assert "ids.csv: line 2 has 3 cells, the first line 2 (path, class_id)" in refused(tmp_path / "ids.csv")
    (tmp_path / "ids.csv").write_text('path,class_id,split\n0.png,"1\n",train\n\n1.png,2\n')
    assert "ids.csv: line 5 has 2 cells, the first line 3 (path, class_id, split)" in refused(tmp_path / "ids.csv")
    (tmp_path / "metadata.csv").write_text("file_name,split,object_type,class_name\n0.png,test,toys\n")
    assert "metadata.csv: line 2 has 3 cells" in refused(tmp_path)


def test_names_of_columns_in_any_case(dataset, tmp_path):
    save(tmp_path / "0.png")
    text = "FILE NAME,Object Type,Class_Name, SPLIT \n0.png,toys,duck,test\n"
    assert labels(table_of(tmp_path, text)) == [["0.png", "toys", "duck", "test"]]
    (tmp_path / "ids.csv").write_text("Width,Label,Path\n1,owl,0.png\n")
    assert open_gallery(str(tmp_path / "ids.csv")).class_names.tolist() == ["owl"]
    data = dataset.rename_columns({"label": "Fine_Label", "object_type": "Object Type", "image": "Image"})
    data.to_parquet(tmp_path / "x.parquet")
    assert open_gallery(str(tmp_path / "x.parquet")).classes.tolist() == ["cars/coupe", "cars/van"] * 2
    data.add_column("fine label", list("abcd")).to_parquet(tmp_path / "y.parquet")
    assert "found fine_label more than once" in refused(tmp_path / "y.parquet")
    for header in ("path,label,split,split", "path,label,Split,split", "path,label,a,a"):
        (tmp_path / "ids.csv").write_text(f"{header}\n0.png,owl,test,train\n")
        assert f"found {header[-5:].split(',')[-1]} more than once" in refused(tmp_path / "ids.csv")


def test_splits_are_not_taken_for_paths_or_classes_by_their_place(tmp_path):
    save(tmp_path / "0.png")
    (tmp_path / "ids.csv").write_text("Split,file,species\ntrain,0.png,owl\n")
    assert open_gallery(str(tmp_path / "ids.csv")).class_names.tolist() == ["owl"]
    (tmp_path / "ids.csv").write_text("path,subset\n0.png,train\n")
    assert "a column of image paths and a column of class ids, found path, subset" in refused(tmp_path / "ids.csv")


def test_columns_taken_by_their_place_are_named(tmp_path):
    save(tmp_path / "0.png")
    (tmp_path / "ids.csv").write_text("width,species,filename\n12,owl,0.png\n")
    gallery = open_gallery(str(tmp_path / "ids.csv"))
    assert gallery.class_names.tolist() == ["12"]
    assert gallery.notes == ("ids: column filename is read as the image path and column width as the class.",)
    (tmp_path / "ids.csv").write_text("label,file\nowl,0.png\n")
    assert open_gallery(str(tmp_path / "ids.csv")).class_names.tolist() == ["owl"]


def with_columns(dataset, **columns):
    """The data set with other labels: name -> feature, or None for text."""
    datasets = pytest.importorskip("datasets")
    data = dataset.remove_columns("label")
    for number, (name, kind) in enumerate(columns.items()):
        values = [f"{name}{(i + number) % 2}" for i in range(4)]
        data = data.add_column(name, values)
        if kind is datasets.ClassLabel:
            data = data.cast_column(name, datasets.ClassLabel(names=[f"{name}0", f"{name}1"]))
    return data


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (["labels"], "labels"), (["coarse_label", "fine_label"], "fine_label"), (["label", "class_name"], "class_name"),
        (["class_id", "labels", "label"], "label"), (["category"], "category"), (["target", "note"], "target"),
    ],
)  # fmt: skip
def test_class_columns_are_found_in_a_fixed_order(dataset, tmp_path, columns, expected):
    with_columns(dataset, **dict.fromkeys(columns)).to_parquet(tmp_path / "x.parquet")
    gallery = open_gallery(str(tmp_path / "x.parquet"))
    assert {name[:-1] for name in gallery.class_names} == {expected}
    assert gallery.notes == ()


def test_a_lone_column_of_labels_is_used_and_named(dataset, tmp_path):
    datasets = pytest.importorskip("datasets")
    with_columns(dataset, breed=datasets.ClassLabel, note=None).save_to_disk(tmp_path / "one")
    gallery = open_gallery(str(tmp_path / "one"))
    assert gallery.class_names.tolist() == ["breed0", "breed1"] * 2
    assert gallery.notes == ("one: column breed is read as the class, as no other holds labels.",)
    with_columns(dataset, breed=datasets.ClassLabel, colour=datasets.ClassLabel).save_to_disk(tmp_path / "two")
    gallery = open_gallery(str(tmp_path / "two"))
    assert set(gallery.class_names) == {""}
    assert "no class column was found" in gallery.notes[0]
    assert "found image, object_type, breed, colour" in gallery.notes[0]


def test_lists_are_no_classes_and_columns_without_labels_are_named(dataset, tmp_path):
    datasets = pytest.importorskip("datasets")
    dataset.remove_columns("label").add_column("labels", [[0, 1]] * 4).to_parquet(tmp_path / "lists.parquet")
    assert "no class column was found" in open_gallery(str(tmp_path / "lists.parquet")).notes[0]
    unlabelled = dataset.remove_columns("label").add_column("label", [-1] * 4)
    unlabelled = unlabelled.cast_column("label", datasets.ClassLabel(names=["a"]))
    unlabelled.to_parquet(tmp_path / "unlabelled.parquet")
    assert "column label of" in open_gallery(str(tmp_path / "unlabelled.parquet")).notes[0]


def test_of_several_image_columns_the_one_read_is_named(dataset, tmp_path):
    datasets = pytest.importorskip("datasets")
    mask = dataset.select([3, 2, 1, 0])["image"]
    data = datasets.Dataset.from_dict({"mask": list(mask), "image": list(dataset["image"]), "label": [1] * 4})
    data.save_to_disk(tmp_path / "saved")
    gallery = open_gallery(str(tmp_path / "saved"))
    assert colours(gallery.table) == EXPECTED_COLOURS
    assert gallery.notes == ("saved: the images are those of column image; not read: mask (1 in all).",)


def test_a_folder_of_parquet_files(dataset, tmp_path):
    folder = tmp_path / "hub"
    folder.mkdir()
    dataset.select([0, 1]).to_parquet(folder / "b.parquet")
    dataset.select([2, 3]).to_parquet(folder / "a.PARQUET")
    table = read_source(str(folder))
    assert table["image_id"].tolist() == ["000000", "000001", "000002", "000003"]
    assert table["split"].tolist() == [""] * 4
    assert colours(table) == EXPECTED_COLOURS[2:] + EXPECTED_COLOURS[:2]  # by the names of the files
    dataset.to_parquet(folder / "test.parquet")
    assert "some files name a split (test), a.PARQUET, b.parquet (2 in all) do not" in refused(folder)


def test_parquet_files_of_several_folders_are_named(dataset, tmp_path):
    folder = tmp_path / "hub"
    folder.mkdir()
    for name in ("full/train", "small/train"):
        (folder / name).mkdir(parents=True)
        dataset.to_parquet(folder / name / "0000.parquet")
    gallery = open_gallery(str(folder))
    assert len(gallery) == 8
    assert "the Parquet files of several folders are read together: full, small (2 in all)" in gallery.notes[0]


@pytest.mark.parametrize(
    ("parquet", "image"),
    [("toys/cars.parquet", "toys/0.png"), ("train.parquet", "docs/logo.png"), ("data/train.parquet", "data/0.png")],
)
def test_parquet_files_beside_images_are_refused(dataset, tmp_path, parquet, image):
    folder = tmp_path / "hub"
    save(folder / image)
    (folder / parquet).parent.mkdir(parents=True, exist_ok=True)
    dataset.to_parquet(folder / parquet)
    message = refused(folder)
    assert f"found Parquet files, {parquet} (1 in all), and images, {image} (1 in all); point to" in message


def test_a_snapshot_of_the_hub_may_hold_images_beside_its_data(dataset, tmp_path):
    folder = tmp_path / "hub"
    save(folder / "docs/logo.png")
    save(folder / "thumbnail.png")
    (folder / "data").mkdir()
    dataset.to_parquet(folder / "data/test-00000-of-00001.parquet")
    gallery = open_gallery(str(folder))
    assert set(gallery.table["split"]) == {"test"}
    assert len(gallery) == 4
    assert gallery.notes == (
        "hub: images that are not read, as data/ holds Parquet files: docs/logo.png, thumbnail.png (2 in all).",
    )


@pytest.mark.parametrize(
    "name", ["photos_test.parquet", "Test.parquet", "test-00000-of-00001.parquet", "a-dev.parquet"]
)
def test_a_parquet_file_has_the_split_that_it_has_in_its_folder(dataset, tmp_path, name):
    (tmp_path / "hub").mkdir()
    dataset.to_parquet(tmp_path / "hub" / name)
    alone, in_folder = read_source(str(tmp_path / "hub" / name)), read_source(str(tmp_path / "hub"))
    assert set(alone["split"]) == set(in_folder["split"]) == {"val" if "dev" in name else "test"}
    dataset.add_column("split", ["train"] * 4).to_parquet(tmp_path / "hub" / name)
    if "dev" not in name:
        assert "this is split 'test', but its column split holds 'train'" in refused(tmp_path / "hub" / name)


def test_what_is_no_parquet_is_refused_in_one_line(dataset, tmp_path, capfd):
    datasets = pytest.importorskip("datasets")
    folder = tmp_path / "hub"
    folder.mkdir()
    (folder / "train-00000-of-00002.parquet").write_bytes(b"PAR1")
    assert "train-00000-of-00002.parquet: expected a Parquet file" in refused(folder)
    dataset.to_parquet(folder / "train-00000-of-00002.parquet")
    dataset.rename_column("label", "labels").to_parquet(folder / "train-00001-of-00002.parquet")
    capfd.readouterr()
    message = refused(folder)
    assert "train-00001-of-00002.parquet: expected the columns of" in message
    assert "image, label, object_type, found image, labels, object_type" in message
    text = dataset.remove_columns("label").add_column("label", list("abcd"))
    text.to_parquet(folder / "train-00001-of-00002.parquet")  # the same columns, but not of the same types
    assert "expected a Parquet file" in refused(folder)
    assert "Failed" not in capfd.readouterr().err
    assert datasets.utils.logging.get_verbosity() < datasets.utils.logging.CRITICAL  # as before


def test_images_that_the_metadata_does_not_list_are_named(tmp_path):
    for name in ("left/0.png", "left/1.png", "left/2.png", "right/0.png"):
        save(tmp_path / name)
    header = "file_name,object_type,class_name\n"
    (tmp_path / "left/metadata.csv").write_text(f"{header}1.png,toys,duck\n")
    (tmp_path / "right/metadata.csv").write_text(f"{header}0.png,toys,duck\n")
    note = f"{tmp_path.name}: images that are not read, as the metadata does not list them: left/0.png, left/2.png"
    assert open_gallery(str(tmp_path)).notes == (f"{note} (2 in all).",)
    (tmp_path / "left/metadata.csv").unlink()
    (tmp_path / "right/metadata.csv").unlink()
    gallery = table_of(tmp_path, f"{header}left\\1.png,toys,duck\nright/0.png,toys,duck\n")
    assert gallery.notes == (f"{note} (2 in all).",)


@pytest.mark.parametrize("suffix", [".ppm", ".PGM", ".pnm", ".tga", ".ico", ".heic", ".svg", ".eps", ".j2k", ".exr"])
def test_images_of_other_kinds_are_skipped_by_name(tmp_path, suffix):
    save(tmp_path / "toys/duck/0.png")
    (tmp_path / f"toys/duck/1{suffix}").write_bytes(b"P6 1 1 255 abc")
    (skipped,) = open_gallery(str(tmp_path)).skipped
    assert skipped.startswith(f"toys/duck/1{suffix} (expected an image, found a file of another kind")


@pytest.mark.parametrize(("suffix", "kind"), [(".jpe", "JPEG"), (".apng", "PNG"), (".dib", "BMP")])
def test_other_suffixes_of_formats_that_are_read(tmp_path, suffix, kind):
    Image.new("RGB", (12, 10), "red").save(tmp_path / f"0{suffix}", kind)
    assert open_gallery(str(tmp_path)).table["image_id"].tolist() == [f"0{suffix}"]


def test_tables_beside_images_that_are_not_read_are_named(tmp_path):
    save(tmp_path / "toys/duck/0.png")
    names = ["annotations.json", "labels.csv", "metadata.json", "metadata.tsv", "test.txt", "toys/train.csv"]
    for name in [*names, "README.txt", "toys/duck/0.txt"]:
        (tmp_path / name).write_text("x")
    assert open_gallery(str(tmp_path)).notes == (
        f"{tmp_path.name}: tables that are not read, as none is called metadata.csv/metadata.jsonl/metadata.parquet:"
        f" {', '.join(names[:5])}, … (6 in all).",
    )


@pytest.mark.parametrize("top", ["", "train/"])
def test_images_beside_object_types_are_named(tmp_path, top):
    save(tmp_path / f"{top}cover.png")
    assert open_gallery(str(tmp_path)).notes == ()  # no object types at all
    save(tmp_path / f"{top}toys/duck/0.png")
    assert open_gallery(str(tmp_path)).notes == (
        f"{tmp_path.name}: images in no folder of an object type have the object type unknown: {top}cover.png"
        " (1 in all).",
    )
