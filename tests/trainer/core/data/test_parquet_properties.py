"""Any Parquet file with images is read as it was written, or refused in one sentence."""

import io
import json
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.strategies import assert_one_sentence, json_values, texts
from tests.trainer.core.data.test_table_properties import LABELS, cleaned, opened, written
from trainer.core.data.gallery import open_gallery
from trainer.core.data.splits import SPELLINGS
from trainer.core.errors import UserError

IMAGE_TYPE = pa.struct({"bytes": pa.binary(), "path": pa.string()})
EMPTY = "expected an image, found an empty file (0 bytes)"


def png(red: int) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (8, 8), (red, 9, 9)).save(data, "PNG")
    return data.getvalue()


PNG = png(9)
IMAGES = pa.array([{"bytes": PNG, "path": "a.png"}, {"bytes": png(99), "path": None}], IMAGE_TYPE)


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "images.parquet"


def read(file: Path, table: pa.Table):
    file.write_bytes(written(table))
    return opened(file)


def with_features(table: pa.Table, features: object) -> pa.Table:
    """A table that declares its columns as `datasets` does."""
    return table.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})


# A list is no class column; an unreadable one is refused.
READABLE = {
    "text": ["duck", ""], "NaN": ["1.5", ""], "a list": ["", ""], "categories": ["a", "b"], "truth": ["True", ""],
    "nulls": ["", ""],
}  # fmt: skip


@pytest.mark.parametrize("kind", LABELS)
def test_columns_of_labels(file, kind):
    gallery = read(file, pa.table({"image": IMAGES, "label": LABELS[kind]}))
    assert (None if gallery is None else gallery.class_names.tolist()) == READABLE.get(kind)


@pytest.mark.parametrize("column", ["object_type", "split"])
@pytest.mark.parametrize("values", [[{"x": 1}] * 2, [["train"]] * 2, [b"train"] * 2])
def test_columns_of_types_and_splits_that_are_no_text_are_refused(file, column, values):
    assert read(file, pa.table({"image": IMAGES, "label": ["a", "b"], column: values})) is None


@given(st.lists(st.integers(-3, 4), min_size=2, max_size=2), st.lists(texts.map("c{}".format), min_size=1, unique=True))
def test_class_numbers(tmp_path_factory, numbers, names):
    features = {"image": {"_type": "Image"}, "label": {"_type": "ClassLabel", "names": names}}
    table = with_features(pa.table({"image": IMAGES, "label": numbers}), features)
    gallery = read(tmp_path_factory.mktemp("numbers") / "images.parquet", table)
    known = {-1: "", **dict(enumerate(map(cleaned, names)))}
    if not set(numbers) <= set(known) or any("\0" in known[number] for number in numbers):
        assert gallery is None
    elif gallery is not None:  # `datasets` refuses some names
        assert gallery.class_names.tolist() == [known[number] for number in numbers]
    else:
        assert any(not name.isprintable() for name in names)


@given(json_values | st.dictionaries(st.sampled_from(["image", "label"]), json_values))
def test_declarations_of_any_form(tmp_path_factory, features):
    table = with_features(pa.table({"image": IMAGES, "label": ["a", "b"]}), features)
    gallery = read(tmp_path_factory.mktemp("declared") / "images.parquet", table)
    assert gallery is None or len(gallery) + len(gallery.skipped) == 2


@given(st.lists(st.tuples(texts, texts, st.sampled_from(["", *SPELLINGS, "holdout"])), min_size=2, max_size=2))
def test_labels_of_any_text(tmp_path_factory, rows):
    object_types, labels, splits = zip(*rows, strict=True)
    columns = {"image": IMAGES, "label": labels, "object_type": object_types, "split": splits}
    gallery = read(tmp_path_factory.mktemp("labels") / "images.parquet", pa.table(columns))
    if all(kind.strip() and "\0" not in kind + label and split != "holdout" for kind, label, split in rows):
        assert gallery is not None
        assert gallery.class_names.tolist() == list(map(cleaned, labels))
        assert gallery.object_types.tolist() == list(map(cleaned, object_types))
    else:
        assert gallery is None


@pytest.mark.parametrize("path", ["a.\0", "a." + "x" * 300, "a.png/..", "a.exe", "", None])
def test_names_of_embedded_images(file, path):
    images = pa.array([{"bytes": PNG, "path": path}, {"bytes": b"", "path": path}], IMAGE_TYPE)
    gallery = read(file, pa.table({"image": images, "label": ["a", "b"]}))
    assert (len(gallery), gallery.skipped[0].partition(";")[0]) == (1, f"000001 ({EMPTY}")
    assert Path(gallery.table["path"][0]).suffix in (".png", ".img")


@pytest.mark.parametrize("path", ["a\0b", "/etc/passwd", "../a.png", "~nouser/a.png", ""])
def test_files_that_are_named_in_place_of_an_image(file, path):
    images = pa.array([{"bytes": None, "path": path}] * 2, IMAGE_TYPE)
    file.write_bytes(written(pa.table({"image": images, "label": ["a", "b"]})))
    with pytest.raises(UserError, match="outside the data set; refused"):
        open_gallery(str(file))


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (pa.table({}), "the table has no rows"),
        (pa.table({"image": IMAGES[:0], "label": pa.array([], pa.string())}), "the table has no rows"),
        (
            with_features(
                pa.table({"image": IMAGES, "label": [0, 1]}),
                {"image": {"_type": "Image"}, "label": {"_type": "ClassLabel", "names": ["\ud800", "b"]}},
            ),
            "expected text in UTF-8",
        ),
    ],
)
def test_the_reason_is_named(file, table, reason):
    file.write_bytes(written(table))
    with pytest.raises(UserError, match=reason) as error:
        open_gallery(str(file))
    assert_one_sentence(error)


@pytest.mark.parametrize(
    "table",
    [
        pa.table({"label": ["a", "b"]}),
        pa.table({"image": [1, 2], "label": ["a", "b"]}),
        pa.table({"image": pa.nulls(2), "label": ["a", "b"]}),
        pa.table({"image": [{"bytes": "x", "path": 3}] * 2, "label": ["a", "b"]}),
        pa.Table.from_arrays([IMAGES, pa.array(["a", "b"]), pa.array(["c", "d"])], names=["image", "label", "label"]),
        pa.table({"image": IMAGES, **{f"{n}" + "x" * 500: ["a", "b"] for n in range(50)}}).drop(["image"]),
    ],
)
def test_tables_without_images_or_labels(file, table):
    assert read(file, table) is None
