"""One vocabulary of splits: the same data set gives the same table as every kind of source, or is refused alike."""

import io
import json

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from trainer.__main__ import main
from trainer.core.data.gallery import Gallery, GalleryError, open_gallery
from trainer.core.data.splits import instruction_split, parquet_split, split_name
from trainer.core.retrieval.evaluation import TEST_SPLIT, protocol
from trainer.training.data.training_data import training_data
from trainer.training.recipe import Recipe

datasets = pytest.importorskip("datasets")

CLASSES = [("dishes", "ramen"), ("dishes", "soup"), ("toys", "duck"), ("toys", "robot")]
SPLIT_OF_IMAGE = ["train", "train", "validation", "test"]  # of each class


def png(seed):
    """Bytes of an image that is unlike all others."""
    pixels = np.random.default_rng(seed).integers(0, 256, (4, 4, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).resize((48, 48)).save(file, "PNG")
    return file.getvalue()


def items(names):
    """Four images a class: (split as the source spells it, object type, class, number, bytes)."""
    return [
        (names.get(split, split), object_type, class_name, number, png(4 * c + number))
        for c, (object_type, class_name) in enumerate(CLASSES)
        for number, split in enumerate(SPLIT_OF_IMAGE)
    ]


def as_dataset(rows):
    columns = {
        "image": [{"bytes": data, "path": None} for *_, data in rows],
        "object_type": [row[1] for row in rows],
        "class_name": [row[2] for row in rows],
    }
    return datasets.Dataset.from_dict(columns).cast_column("image", datasets.Image())


def by_split(rows):
    return {split: [row for row in rows if row[0] == split] for split in dict.fromkeys(row[0] for row in rows)}


def write_images(folder, rows, pattern):
    """Saves the images as `pattern` says and returns their names."""
    names = []
    for split, object_type, class_name, number, data in rows:
        name = pattern.format(split=split, object_type=object_type, class_name=class_name, number=number)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
        names.append(name)
    return names


def dataset_dict(folder, rows):
    parts = {split: as_dataset(of_split) for split, of_split in by_split(rows).items()}
    datasets.DatasetDict(parts).save_to_disk(folder / "saved")
    return folder / "saved"


def parquet_column(folder, rows):
    as_dataset(rows).add_column("split", [row[0] for row in rows]).to_parquet(folder / "all.parquet")
    return folder / "all.parquet"


def parquet_folder(folder, rows):
    for split, of_split in by_split(rows).items():
        path = folder / f"hub/data/{split}-00000-of-00001.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        as_dataset(of_split).to_parquet(path)
    (folder / "hub/README.md").write_text("a data set of the Hub")
    return folder / "hub"


def metadata(folder, rows):
    names = write_images(folder, rows, "images/{object_type}-{class_name}-{number}.png")
    table = [(name, row[1], row[2], row[0]) for name, row in zip(names, rows, strict=True)]
    return pd.DataFrame(table, columns=["file_name", "object_type", "class_name", "split"])


def metadata_csv(folder, rows):
    metadata(folder, rows).to_csv(folder / "metadata.csv", index=False)
    return folder


def metadata_jsonl(folder, rows):
    metadata(folder, rows).to_json(folder / "metadata.jsonl", orient="records", lines=True)
    return folder


def metadata_below(folder, rows):
    """As the ImageFolder of `datasets` has it: a metadata file in the folder of each split."""
    for split, of_split in by_split(rows).items():
        metadata_csv(folder / split, of_split)
        table = pd.read_csv(folder / split / "metadata.csv").drop(columns="split")
        table.to_csv(folder / split / "metadata.csv", index=False)
    return folder


def class_id_csv(folder, rows):
    table = metadata(folder, rows).rename(columns={"file_name": "path", "class_name": "class_id"})
    table.to_csv(folder / "classes.csv", index=False)
    return folder / "classes.csv"


def folder_tree(folder, rows):
    write_images(folder, rows, "{split}/{object_type}/{class_name}/{number}.png")
    return folder


KINDS = [
    dataset_dict, parquet_column, parquet_folder, metadata_csv, metadata_jsonl, metadata_below, class_id_csv,
    folder_tree,
]  # fmt: skip
EXPECTED = sorted(
    (object_type, class_name, {"validation": "val"}.get(split, split))
    for split, object_type, class_name, *_ in items({})
)


def write(kind, folder, names=()):
    folder.mkdir()
    return str(kind(folder, items(dict(names))))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_of_source_gives_the_same_table(kind, tmp_path):
    gallery = open_gallery(write(kind, tmp_path / "source"))
    assert sorted(gallery.table[["object_type", "class_name", "split"]].itertuples(index=False, name=None)) == EXPECTED
    split_of = {png(4 * c + n): s for c in range(4) for n, s in enumerate(["train", "train", "val", "test"])}
    for path, split in gallery.table[["path", "split"]].itertuples(index=False):
        with open(path, "rb") as file:
            assert split_of[file.read()] == split
    assert gallery.table["image_id"].is_unique


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_of_source_reads_the_same_spellings(kind, tmp_path):
    names = {"train": "Training", "validation": "dev", "test": "EVAL"}
    gallery = open_gallery(write(kind, tmp_path / "source", names.items()))
    assert sorted(gallery.table[["object_type", "class_name", "split"]].itertuples(index=False, name=None)) == EXPECTED


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_of_source_refuses_an_unknown_split_by_name(kind, tmp_path):
    with pytest.raises(GalleryError) as error:
        open_gallery(write(kind, tmp_path / "source", [("test", "holdout")]))
    message = str(error.value)
    assert "holdout" in message
    assert "split" in message
    assert str(tmp_path) in message


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_test_images_are_never_trained_on(kind, tmp_path):
    gallery = open_gallery(write(kind, tmp_path / "source"))
    recipe = Recipe(
        name="r", backbone="tiny", head="pca", loss="none", dims=2, validation_classes=0.5, measure_loss=True
    )
    data = training_data([gallery], recipe)
    used = {path for images in (data.train, data.val, data.held_out) for path in images.paths}
    test = set(gallery.table["path"][gallery.rows("test")])
    assert len(test) == 4
    assert used
    assert not used & test


@pytest.mark.parametrize("kind", [dataset_dict, folder_tree], ids=lambda kind: kind.__name__)
def test_fit_counts_no_test_image(kind, tmp_path, capsys):
    source, out = write(kind, tmp_path / "source"), tmp_path / "run"
    options = ["--set", "dims=2", "validation_classes=0", "measure_loss=false"]
    assert main(["fit", "pca-lite0", "--gallery", source, "--out", str(out), *options]) == 0
    trained_on = json.loads((out / "config.json").read_text())["recipe"]["trained_on"]
    assert trained_on["train_images"] == 12
    capsys.readouterr()
    assert main(["evaluate", "--gallery", source, "--checkpoint", str(out), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["protocol"], result["n_images"], result["n_index"]) == (TEST_SPLIT, 4, 4)


def test_test_images_do_not_judge_beside_query_and_index_images(gallery):
    marked = gallery.table.assign(split=["test" if s == "train" else s for s in gallery.table["split"]])
    asked = protocol(Gallery("both", marked, gallery.content))
    assert asked.query.tolist() == gallery.rows("query").tolist()
    assert asked.scored.tolist() == gallery.rows("query", "index").tolist()


@pytest.mark.parametrize(
    ("text", "split"),
    [
        ("", ""), ("  ", ""), (" Train\t", "train"), ("training", "train"), ("val", "val"), ("Validation", "val"),
        ("valid", "val"), ("dev", "val"), ("test", "test"), ("Testing", "test"), ("eval", "test"),
        ("evaluation", "test"), ("query", "query"), ("INDEX", "index"), ("tests", None), ("nan", None), ("0", None),
    ],
)  # fmt: skip
def test_spellings(text, split):
    assert split_name(text) == split


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("train.parquet", "train"), ("data/test-00000-of-00012.PARQUET", "test"), ("0000.parquet", ""),
        ("default/validation/0000.parquet", "val"), ("default/partial-test/0000.parquet", "test"),
        ("photos-test.parquet", "test"), ("photos_train-00001-of-00002.parquet", "train"), ("trainer.parquet", ""),
        ("data-00000-of-00003.parquet", ""), ("latest.parquet", ""),
    ],
)  # fmt: skip
def test_splits_of_parquet_files(name, split):
    assert parquet_split(name) == split


def test_parquet_names_that_are_refused():
    with pytest.raises(GalleryError, match=r"^data/holdout-00000-of-00001\.parquet: split 'holdout' is none of"):
        parquet_split("data/holdout-00000-of-00001.parquet")
    with pytest.raises(GalleryError, match="several splits, test and train"):
        parquet_split("train_test.parquet")


def test_instructions_of_datasets():
    assert instruction_split("validation[:10%]", "x") == "val"
    assert instruction_split("test[:5]+eval", "x") == "test"
    for text in ("train+test", "full", "train[:2]+holdout"):
        with pytest.raises(GalleryError, match=r"^x: split"):
            instruction_split(text, "x")


def test_the_hub_gives_the_split_that_was_asked_for(tmp_path):
    """`datasets` loads a local folder by the code that it loads the Hub by."""
    hub = write(parquet_folder, tmp_path / "source")
    for asked, split, n in (("", "train", 8), (":test", "test", 4), (":validation[:2]", "val", 2)):
        table = open_gallery(f"hf:{hub}{asked}").table
        assert table["split"].tolist() == [split] * n
        assert table["image_id"].iloc[0] == "000000"
    both = open_gallery(f"hf:{hub}:train[:1]+test[:2]").table
    assert both["split"].tolist() == ["train", "test", "test"]
    with pytest.raises(GalleryError, match="split 'holdout' is none of train/val/test/query/index"):
        open_gallery("hf:nobody/nothing:holdout")  # refused before the network is asked


def test_a_saved_data_set_has_the_split_it_was_loaded_as(tmp_path):
    hub = write(parquet_folder, tmp_path / "source")
    datasets.load_dataset(hub, split="test").save_to_disk(tmp_path / "one")
    assert set(open_gallery(str(tmp_path / "one")).table["split"]) == {"test"}
    datasets.load_dataset(hub, split="train+test").save_to_disk(tmp_path / "mixed")
    with pytest.raises(GalleryError, match=r"split 'train\+test'"):
        open_gallery(str(tmp_path / "mixed"))


def test_rows_that_may_train_in_a_part_that_may_not_are_refused(tmp_path):
    part = as_dataset(items({})).add_column("split", ["", "train"] * 8)
    datasets.DatasetDict(train=part).save_to_disk(tmp_path / "train")
    assert set(open_gallery(str(tmp_path / "train")).table["split"]) == {"train"}
    datasets.DatasetDict(test=part).save_to_disk(tmp_path / "test")
    with pytest.raises(GalleryError, match="this is split 'test', but its column split holds 'train'"):
        open_gallery(str(tmp_path / "test"))


def test_a_single_parquet_file_is_of_the_split_in_its_name(tmp_path):
    as_dataset(items({})).to_parquet(tmp_path / "test-00000-of-00002.parquet")
    gallery = open_gallery(str(tmp_path / "test-00000-of-00002.parquet"))
    assert set(gallery.table["split"]) == {"test"}
    assert gallery.notes == ("test-00000-of-00002: the images are of split test, by the name of the file.",)


@pytest.mark.parametrize("layout", ["{split}", "images/{split}"])
def test_folders_give_the_split_where_no_column_does(layout, tmp_path):
    """A table without a column split, of images in folders that are called train, validation and test."""
    names = write_images(tmp_path, items({}), layout + "/{object_type}/{class_name}/{number}.png")
    rows = [(name, row[1], row[2]) for name, row in zip(names, items({}), strict=True)]
    table = pd.DataFrame(rows, columns=["file_name", "object_type", "class_name"])
    table.to_csv(tmp_path / "metadata.csv", index=False)
    gallery = open_gallery(str(tmp_path))
    assert sorted(gallery.table[["object_type", "class_name", "split"]].itertuples(index=False, name=None)) == EXPECTED
    assert gallery.notes == (
        f"{tmp_path.name}: metadata.csv gives no split: the folders are read as the splits test, train, val.",
    )
    table.assign(split="test").to_csv(tmp_path / "metadata.csv", index=False)
    assert set(open_gallery(str(tmp_path)).table["split"]) == {"test"}  # the table says otherwise
    table.assign(split="train").to_csv(tmp_path / "metadata.csv", index=False)
    with pytest.raises(GalleryError, match="is in a folder of split 'test', but its split is 'train'; correct one"):
        open_gallery(str(tmp_path))
    table.assign(split="").to_csv(tmp_path / "metadata.csv", index=False)
    gallery = open_gallery(str(tmp_path))
    assert sorted(gallery.table[["object_type", "class_name", "split"]].itertuples(index=False, name=None)) == EXPECTED


def test_trees_in_which_only_some_folders_are_splits_are_refused(tmp_path):
    tree = tmp_path / "tree"
    write_images(tree, items({}), "{split}/{object_type}/{class_name}/{number}.png")
    (tree / "extra/cat").mkdir(parents=True)
    (tree / "extra/cat/0.png").write_bytes(png(99))
    with pytest.raises(GalleryError, match=r"test, train, validation \(3 in all\) are names of splits, extra"):
        open_gallery(str(tree))
    (tree / "extra/cat/0.png").rename(tree / "0.png")
    with pytest.raises(GalleryError, match="images in no folder"):
        open_gallery(str(tree))
    (tree / "0.png").unlink()
    tree.rename(tmp_path / "moved")
    tree.mkdir()
    (tmp_path / "moved").rename(tree / "dishes")
    with pytest.raises(GalleryError, match="not at the top: dishes/test, dishes/train, dishes/validation"):
        open_gallery(str(tree))


def test_images_of_one_name_in_two_splits_are_two(tmp_path):
    write_images(tmp_path, items({}), "{split}/{object_type}/0.png")
    gallery = open_gallery(str(tmp_path))
    assert gallery.table["image_id"].tolist()[:2] == ["test/dishes/0.png", "test/toys/0.png"]
    assert set(gallery.object_types) == {"dishes", "toys"}
    assert set(gallery.class_names) == {""}


def table_with(folder, kind, header, values):
    """Four images, a column `header` that holds `values`, and no column `split`."""
    rows = [("train", "toys", "duck", number, png(number)) for number in range(4)]
    if kind in ("parquet", "saved"):
        data = as_dataset(rows).add_column(header, values)
        source = folder / ("all.parquet" if kind == "parquet" else "saved")
        data.to_parquet(source) if kind == "parquet" else data.save_to_disk(source)
        return str(source)
    names = write_images(folder, rows, "{number}.png")
    table = pd.DataFrame({"file_name": names, "object_type": "toys", "class_name": "duck", header: values})
    if kind == "ids.csv":
        table.to_csv(folder / kind, index=False)
        return str(folder / kind)
    if kind == "metadata.csv":
        table.to_csv(folder / kind, index=False)
    elif kind == "metadata.jsonl":
        table.to_json(folder / kind, orient="records", lines=True)
    else:
        table.to_parquet(folder / kind)
    return str(folder)


TABLES = ["metadata.csv", "metadata.jsonl", "metadata.parquet", "ids.csv", "parquet", "saved"]
SPLITS_OF_ROWS = ["train", "Test", "test", "dev"]


@pytest.mark.parametrize("kind", TABLES)
@pytest.mark.parametrize("header", ["Split", "SPLIT", " split ", "subset", "Set", "PARTITION", "fold", "phase"])
def test_every_table_has_its_splits_under_any_spelling_of_the_column(kind, header, tmp_path):
    gallery = open_gallery(table_with(tmp_path, kind, header, SPLITS_OF_ROWS))
    assert gallery.table["split"].tolist() == ["train", "test", "test", "val"]
    name = header.strip().lower()
    assert gallery.notes == (() if name == "split" else (f"{gallery.name}: column {name} is read as the split.",))


@pytest.mark.parametrize("kind", TABLES)
def test_columns_that_hold_no_splits_are_named_and_unclear_ones_are_refused(kind, tmp_path):
    gallery = open_gallery(table_with(tmp_path, kind, "Fold", ["0", "1", "2", ""]))
    assert set(gallery.table["split"]) == {""}
    assert gallery.notes == (f"{gallery.name}: column fold is not read: it holds no splits but 0, 1, 2 (3 in all).",)


@pytest.mark.parametrize("kind", TABLES)
def test_columns_of_splits_and_other_values_are_refused(kind, tmp_path):
    source = table_with(tmp_path, kind, "Subset", ["train", "holdout", "train", ""])
    with pytest.raises(GalleryError, match=r"column subset holds splits, train .*, and other values, holdout"):
        open_gallery(source)


def test_the_column_split_comes_first(tmp_path):
    header = "file_name,object_type,class_name,split,subset,set"
    write_images(tmp_path, items({})[:1], "0.png")
    (tmp_path / "metadata.csv").write_text(f"{header}\n0.png,toys,duck,test,train,a\n")
    gallery = open_gallery(str(tmp_path))
    assert gallery.table["split"].tolist() == ["test"]
    assert "column subset is not read, as column split gives the splits" in gallery.notes[0]
    (tmp_path / "metadata.csv").write_text(f"{header}\n0.png,toys,duck,,train,test\n")
    with pytest.raises(GalleryError, match="columns subset and set hold splits; rename one of them to split"):
        open_gallery(str(tmp_path))


def tree_of(folder, *names):
    """A tree of images that are all different, such as `toys/duck`: one in each folder."""
    for number, name in enumerate(names):
        write_images(folder, [("", "", "", 0, png(number))], f"{name}/{{number}}.png")
    return str(folder)


@pytest.mark.parametrize(
    ("folders", "named"),
    [
        (["bottle/train/good", "bottle/test/broken", "bottle/ground_truth/broken"], "bottle/test, bottle/train"),
        (["images/train/a", "images/test/a", "images/holdout/a"], "images/test, images/train"),
        (["toys/a/train", "toys/a/test", "toys/b"], "toys/a/test, toys/a/train"),
        (["v1/data/train/a", "v1/data/test/a"], "v1/data/test, v1/data/train"),
        (["v1/Testing/a"], "v1/Testing"),  # nothing beside it
        (["images/train/a", "images/holdout/a"], "images/train"),  # alike inside
        (["train/toys/test", "train/toys/val", "test/toys/duck"], "toys/test, toys/val"),
    ],
)
def test_split_folders_below_the_top_are_refused(folders, named, tmp_path):
    with pytest.raises(GalleryError, match=f"not at the top: {named} .*; put the splits at the top.*metadata.csv"):
        open_gallery(tree_of(tmp_path, *folders))


@pytest.mark.parametrize("top", ["", "train/"])
def test_a_class_may_be_called_like_a_split(top, tmp_path):
    gallery = open_gallery(tree_of(tmp_path, f"{top}toys/train", f"{top}toys/duck", f"{top}cars/van"))
    assert sorted(gallery.classes) == ["cars/van", "toys/duck", "toys/train"]
    assert set(gallery.table["split"]) == {top.rstrip("/")}
    assert gallery.notes == (
        f"{tmp_path.name}: folders called like splits are read as object types or classes: toys/train (1 in all).",
    )


def csv_of(folder, kind, names, labels="12345", split=None):
    """A table of the images at `names`, which are written too; `labels` are their classes."""
    for number, name in enumerate(names):
        write_images(folder, [("", "", "", 0, png(number))], name.removeprefix(f"{folder}/"))
    table = pd.DataFrame({"file_name": names, "object_type": "toys", "class_name": list(labels[: len(names)])})
    table = table if split is None else table.assign(split=split)
    table.to_csv(folder / kind, index=False)
    return str(folder if kind == "metadata.csv" else folder / kind)


@pytest.mark.parametrize("kind", ["metadata.csv", "ids.csv"])
def test_split_folders_in_file_names_count_at_any_depth(kind, tmp_path):
    gallery = open_gallery(csv_of(tmp_path, kind, ["data/photos/train/0.png", "x/test/a/0.png", "Dev/0.png"]))
    assert gallery.table["split"].tolist() == ["train", "test", "val"]
    assert "gives no split: the folders are read as the splits test, train, val" in gallery.notes[0]


def test_split_folders_count_in_absolute_paths_and_beside_the_table(tmp_path):
    lists = tmp_path / "test/lists"  # the folders above are not those of the table
    lists.mkdir(parents=True)
    gallery = open_gallery(csv_of(lists, "ids.csv", [f"{lists}/train/0.png", f"{lists}/test/0.png"]))
    assert gallery.table["split"].tolist() == ["train", "test"]
    (lists / "train").rename(tmp_path / "test/train")
    (lists / "ids.csv").write_text("path,label\n../train/0.png,1\n")
    assert open_gallery(str(lists / "ids.csv")).table["split"].tolist() == ["train"]
    (lists / "ids.csv").write_text(f"path,label\n{tmp_path}/test/train/0.png,1\n{lists}/test/0.png,1\n")
    with pytest.raises(GalleryError, match=r"some are in folders called like splits \(test\)"):
        open_gallery(str(lists / "ids.csv"))


@pytest.mark.parametrize("kind", ["metadata.csv", "ids.csv"])
def test_tables_of_which_only_some_images_are_in_split_folders_are_refused(kind, tmp_path):
    names = ["train/0.png", "holdout/0.png"]
    with pytest.raises(GalleryError, match=r"folders called like splits \(train\) and some are not, holdout/0.png"):
        open_gallery(csv_of(tmp_path, kind, names))
    assert len(open_gallery(csv_of(tmp_path, kind, names, split=["train", ""]))) == 2
    with pytest.raises(GalleryError, match=r"train/test/0.png .* are in folders of several splits"):
        open_gallery(csv_of(tmp_path, kind, ["train/test/0.png"]))


@pytest.mark.parametrize("kind", ["metadata.csv", "ids.csv"])
def test_folders_of_classes_in_a_table_are_no_splits(kind, tmp_path):
    gallery = open_gallery(csv_of(tmp_path, kind, ["Train/0.png", "duck/0.png"], ["train", "duck"]))
    assert set(gallery.table["split"]) == {""}
    gallery = open_gallery(csv_of(tmp_path, kind, ["Train/0.png", "test/0.png"], ["train", "test"]))
    assert gallery.table["split"].tolist() == ["train", "test"]


def test_a_split_folder_in_a_part_of_another_split_is_refused(tmp_path):
    (tmp_path / "train").mkdir()
    csv_of(tmp_path / "train", "metadata.csv", ["test/0.png"])
    with pytest.raises(GalleryError, match=r"test/0\.png is in a folder of split 'test', but its split is 'train'"):
        open_gallery(str(tmp_path))
