"""Rows of local data sets of every form, and what is said of those that do not fit."""

import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from trainer.assemble.entry import DatasetEntry
from trainer.assemble.rows import HUB_FILE, DatasetRows, ImageRow
from trainer.core.errors import UserError
from trainer.core.hub_access import HubUnreachable

datasets = pytest.importorskip("datasets")


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    """`datasets` waits five seconds after each streamed Parquet file, for a defect at a program's end."""
    monkeypatch.setattr(datasets.config, "SLEEP_TIME_ON_THREADS_SHUTDOWN", 0)


def encoded_image(value=0):
    content = io.BytesIO()
    Image.new("RGB", (6, 5), (value, 0, 0)).save(content, "PNG")
    return content.getvalue()


def entry(path, **settings):
    values = {"name": "mine", "dataset": str(path), "licence": "own", "object_type": "cars", **settings}
    return DatasetEntry.model_validate(values)


def saved(path, n=6, **columns):
    images = [{"bytes": encoded_image(i), "path": f"{i}.png"} for i in range(n)]
    table = datasets.Dataset.from_dict({"image": images, **columns}).cast_column("image", datasets.Image())
    table.save_to_disk(path)
    return path


def read(source, seed=0):
    return [(row.name, row.label, source.image_bytes(row)) for row in source.shuffled(seed)]


def test_every_row_comes_once_in_an_order_of_the_seed(tmp_path):
    source = DatasetRows(entry(saved(tmp_path / "data", 40, label=[f"c{i}" for i in range(40)])))
    rows = read(source)
    assert sorted(rows) == sorted((f"{i}.png", f"c{i}", encoded_image(i)) for i in range(40))
    assert rows == read(source) != read(source, seed=1)
    assert rows != sorted(rows)


def test_parquet_of_another_library(tmp_path):
    """Structs of bytes and path, and whole numbers, as pandas writes them."""
    images = [{"bytes": encoded_image(i), "path": f"{i}.png"} for i in range(3)]
    pd.DataFrame({"image": images, "label": np.arange(3)}).to_parquet(tmp_path / "plain.parquet")
    source = DatasetRows(entry(tmp_path / "plain.parquet"))
    assert source.mistakes() == []
    assert sorted(read(source)) == [(f"{i}.png", str(i), encoded_image(i)) for i in range(3)]


def test_plain_bytes(tmp_path):
    pd.DataFrame({"image": [encoded_image(1)], "label": ["a"]}).to_parquet(tmp_path / "bytes.parquet")
    source = DatasetRows(entry(tmp_path / "bytes.parquet"))
    assert source.mistakes() == []
    assert read(source) == [("row 1", "a", encoded_image(1))]


def test_a_folder_of_folders(tmp_path):
    for name in ("van/a.png", "van/b.png", "coupe/c.png"):
        (tmp_path / "tree" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "tree" / name).write_bytes(encoded_image(ord(name[-5])))
    source = DatasetRows(entry(tmp_path / "tree"))
    assert source.mistakes() == []
    assert sorted(read(source)) == [
        (f"{n}.png", k, encoded_image(ord(n))) for n, k in (("a", "van"), ("b", "van"), ("c", "coupe"))
    ]


def test_labels_that_are_missing(tmp_path):
    names = datasets.Features({"image": datasets.Image(), "label": datasets.ClassLabel(names=["a", "b"])})
    images = [{"bytes": encoded_image(), "path": f"{i}.png"} for i in range(4)]
    datasets.Dataset.from_dict({"image": images, "label": [0, 1, -1, None]}, features=names).save_to_disk(
        tmp_path / "d"
    )
    rows = {name: label for name, label, _ in read(DatasetRows(entry(tmp_path / "d")))}
    assert rows == {"0.png": "a", "1.png": "b", "2.png": "", "3.png": ""}


def test_a_null_in_place_of_a_image(tmp_path):
    table = datasets.Dataset.from_dict({"image": [None], "label": ["a"]}).cast_column("image", datasets.Image())
    table.save_to_disk(tmp_path / "d")
    assert read(DatasetRows(entry(tmp_path / "d"))) == [("row 1", "a", b"")]


def test_columns_that_do_not_fit(tmp_path):
    path = saved(tmp_path / "d", label=["a"] * 6, price=[0.5] * 6, tags=[["x"]] * 6)

    def mistakes(**settings):
        return DatasetRows(entry(path, **settings)).mistakes()

    assert mistakes(image="photo", label="class") == [
        "mine: no column image: photo, label: class; found image, label, price, tags"
    ]
    assert mistakes(image="label") == ["mine: column label holds string, not images"]
    assert mistakes(label="price") == ["mine: column price holds float64; expected class names or whole numbers"]
    assert mistakes(label="tags") == ["mine: column tags holds list; expected class names or whole numbers"]
    assert mistakes(object_type={"column": "domain", "values": {"real": "cars"}}) == [
        "mine: no column object_type: domain; found image, label, price, tags"
    ]
    assert mistakes(label=None, keep=("b",)) == []


def test_values_of_the_type_column_are_checked_where_they_are_known(tmp_path):
    path = saved(tmp_path / "d", label=["a"] * 6, domain=[0] * 6)
    data = datasets.load_from_disk(str(path)).cast_column("domain", datasets.ClassLabel(names=["real"]))
    data.save_to_disk(tmp_path / "named")
    wrong = entry(tmp_path / "named", object_type={"column": "domain", "values": {"real": "cars", "clip": "toys"}})
    assert DatasetRows(wrong).mistakes() == [
        "mine: object_type: no class clip (1 in all) in column domain, which has real (1 in all)"
    ]


def test_data_sets_that_cannot_be_opened(tmp_path):
    (tmp_path / "bad.parquet").write_bytes(b"no parquet")
    with pytest.raises(UserError, match=r"^mine: .*bad.parquet could not be opened \("):
        DatasetRows(entry(tmp_path / "bad.parquet"))
    datasets.DatasetDict({"test": datasets.Dataset.from_dict({"a": [1]})}).save_to_disk(tmp_path / "parts")
    with pytest.raises(UserError, match=r"^mine: no split train in .*parts; found test\.$"):
        DatasetRows(entry(tmp_path / "parts"))


def test_the_hub_out_of_reach():
    with pytest.raises(HubUnreachable, match=r"^mine: nobody/nothing could not be opened, as the Hub is out of reach"):
        DatasetRows(entry("nobody/nothing"))


@pytest.mark.parametrize("path", ["/etc/hostname", "file:///etc/hostname", "zip://a.png::/etc/hostname"])
def test_a_data_set_cannot_name_files_outside_itself(tmp_path, path):
    source = DatasetRows(entry(saved(tmp_path / "in" / "d", label=["a"] * 6)))
    with pytest.raises((UserError, FileNotFoundError)):
        source.image_bytes(ImageRow("x", {"bytes": None, "path": path}, "a", ""))
    assert not HUB_FILE.match(path)


def test_files_of_the_hub_are_known_by_their_address():
    assert HUB_FILE.match("hf://datasets/owner/name@main/a.jpg")
    assert HUB_FILE.match("zip://train/a.jpg::hf://datasets/owner/name@main/data.zip")
    assert not HUB_FILE.match("zip://a.jpg::file:///x.zip")
    assert not HUB_FILE.match("https://example.org/hf://datasets/a.jpg")
