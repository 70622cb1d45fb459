"""Any table beside images is read as it was written, or refused in one sentence."""

import csv
import io
import json
import unicodedata
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from tests.strategies import any_texts, assert_one_sentence, json_values, texts
from trainer.core.csv_cell import quoting
from trainer.core.data.gallery import Gallery, open_gallery
from trainer.core.data.gallery_table import KNOWN_COLUMNS
from trainer.core.data.splits import SPELLINGS
from trainer.core.errors import UserError

IMAGES = ["a.png", "b.png", "caf\u00e9.png", "toys/duck/c.png"]
COLUMNS = ["file_name", "object_type", "class_name", "split"]
NAMES = st.sampled_from(["", "no.png", "../a.png", "/etc/passwd", "toys", "toys\\duck\\c.png", "x" * 300 + ".png"])
VALID_ROW = ("a.png", "toys", "duck", "")
LINE_ENDS = ["\n", "\r\n", "\r"]
# What a hostile or damaged file holds in some place of a table that was valid.
DAMAGE = [b'"', b"\0", b"\xff", b"\xef\xbb\xbf", b"\r", b"\n", b",", b"\n\n", b" ", b'""', b"'", b";", b"\t", b"\\",
          b"x" * 140_000, b"," * 500, b"\xed\xa0\x80", b"\x1a", b"NaN", b"\n\"", b"\nx", b"/../"]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Four images, which the tables describe."""
    folder = tmp_path_factory.mktemp("photos")
    for number, name in enumerate(IMAGES):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 8), (60 * number, 9, 9)).save(folder / name)
    return folder


def opened(source: Path) -> Gallery | None:
    """The gallery, which can be printed and written in UTF-8; None if it is refused in one sentence."""
    try:
        gallery = open_gallery(str(source), progress=lambda items, **_: items)
    except UserError as error:
        assert_one_sentence(error)
        return None
    json.dumps([gallery.table.to_dict("list"), gallery.all_notes, gallery.name], ensure_ascii=False).encode("utf-8")
    cells = io.BytesIO()
    gallery.table.to_csv(cells, index=False, encoding="utf-8", quoting=quoting(gallery.table))
    assert (
        list(csv.reader(io.StringIO(cells.getvalue().decode("utf-8"), newline="")))[1:] == gallery.table.values.tolist()
    )
    assert len(gallery.fingerprint) == len(gallery.labels_fingerprint) == 32
    return gallery


def only_table(folder: Path, name: str, content: bytes) -> Path:
    """A folder's only table; returns what to open."""
    for other in folder.glob("metadata.*"):
        other.unlink()
    (folder / name).write_bytes(content)
    return folder if name.startswith("metadata") else folder / name


def as_csv(rows: list[tuple[str, ...]], line_end: str = "\n", quoting: int = csv.QUOTE_MINIMAL) -> str:
    text = io.StringIO()
    if any(set("\r\n") & set(cell) for row in rows for cell in row):
        quoting = csv.QUOTE_ALL
    csv.writer(text, lineterminator=line_end, quoting=quoting).writerows(rows)  # type: ignore[arg-type]
    return text.getvalue()


def cleaned(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip())


@st.composite
def tables(draw: st.DrawFn, columns: list[str]) -> list[tuple[str, ...]]:
    """The header and a row for each of some images; in half of the tables, also odd columns, names and splits."""
    odd = draw(st.booleans())
    files = draw(st.lists(st.sampled_from(IMAGES), unique=True, min_size=1))
    files += draw(st.lists(NAMES | texts, max_size=1)) * odd
    header = draw(st.permutations(columns))
    header += draw(st.lists(texts | st.sampled_from([*COLUMNS, "File Name", "set"]), max_size=2)) * odd
    splits = st.sampled_from(["", *SPELLINGS, " Train "] + ["holdout"] * odd)
    cells = {"split": splits, "object_type": texts if odd else texts.map("t{}".format)}
    return [
        tuple(header),
        *(
            tuple(file if name in ("path", "file_name") else draw(cells.get(name, texts)) for name in header)
            for file in files
        ),
    ]


def check_labels(gallery: Gallery, rows: list[tuple[str, ...]], files: str, labels: str) -> None:
    """Each row is an image with its label, in the order of the table, or is skipped."""
    header = ["_".join(name.split()).lower() for name in rows[0]]
    name, label = header.index(files), header.index(labels)
    names = [row[name].strip().replace("\\", "/") for row in rows[1:]]
    assert len(gallery) + len(gallery.skipped) == len(names)
    kept = [row for row, file in zip(rows[1:], names, strict=True) if file in IMAGES]
    assert gallery.class_names.tolist() == [cleaned(row[label]) for row in kept]
    if "split" in header:
        splits = [cleaned(row[header.index("split")]).lower() for row in kept]
        assert gallery.table["split"].tolist() == [SPELLINGS.get(split, "") for split in splits]


@given(tables(COLUMNS), st.sampled_from(LINE_ENDS), st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), st.booleans())
@example([("file_name", "object_type", "class_name"), ("a.png", "toys", "a\0b")], "\n", csv.QUOTE_ALL, False)
@example([("file_name", "object_type", "class_name", "x" * 9_000, ""), ("a.png", "toys", "", "", "")], "\n", 0, False)
@example([("file_name", "object_type", "class_name"), ("a.png", "toys", "a\rb")], "\n", csv.QUOTE_ALL, False)
@example([tuple(f"c{n}" for n in range(5_000))], "\n", csv.QUOTE_MINIMAL, False)
def test_a_csv_is_read_as_it_was_written(folder, rows, line_end, quoting, bom):
    content = as_csv(rows, line_end, quoting).encode("utf-8-sig" if bom else "utf-8")
    gallery = opened(only_table(folder, "metadata.csv", content))
    if gallery is not None:
        check_labels(gallery, rows, "file_name", "class_name")
        assert not any("\0" in name for name in gallery.class_names)


@given(tables(["path", "class_id"]), st.sampled_from(LINE_ENDS))
@example([("path", "class_id"), ("a.png", "x"), ("a\0b.png", "x")], "\n")
def test_a_csv_of_class_ids_is_read_as_it_was_written(folder, rows, line_end):
    content = as_csv(rows, line_end).encode("utf-8")
    gallery = opened(only_table(folder, "ids.csv", content))
    header = {"_".join(name.split()).lower() for name in rows[0]}
    if gallery is not None and header & KNOWN_COLUMNS == {"path", "class_id"}:
        check_labels(gallery, rows, "path", "class_id")


def test_a_valid_table_is_accepted(folder):
    """What the next test damages, and what the tests above would accept."""
    rows = [tuple(COLUMNS), VALID_ROW, ("toys\\duck\\c.png", "toys", "duck", "Train")]
    gallery = opened(only_table(folder, "metadata.csv", as_csv(rows).encode()))
    assert gallery is not None
    check_labels(gallery, rows, "file_name", "class_name")
    assert opened(only_table(folder, "ids.csv", b"path,class_id\na.png,1\n")) is not None


@given(st.integers(0, 80), st.sampled_from(DAMAGE), st.sampled_from(["metadata.csv", "metadata.jsonl", "ids.csv"]))
@example(46, b'"', "metadata.csv")
@example(39, b"x" * 140_000, "metadata.jsonl")
def test_damage_anywhere_in_a_table(folder, place, damage, name):
    rows = [tuple(COLUMNS), VALID_ROW, ("b.png", "toys", "duck", "")]
    objects = [json.dumps(dict(zip(COLUMNS, row, strict=True))) for row in rows[1:]]
    content = ("\n".join(objects) if name.endswith("jsonl") else as_csv(rows)).encode()
    gallery = opened(only_table(folder, name, content[:place] + damage + content[place:]))
    assert gallery is None or len(gallery) + len(gallery.skipped) in (1, 2)


def test_a_quote_that_is_not_closed_is_refused(folder):
    with pytest.raises(UserError, match="found a quote that is not closed"):
        open_gallery(str(only_table(folder, "metadata.csv", as_csv([tuple(COLUMNS), VALID_ROW]).encode() + b'"')))


ROWS = st.fixed_dictionaries(
    {"file_name": st.sampled_from(IMAGES) | any_texts, "object_type": st.just("toys"), "class_name": any_texts},
    optional={
        "split": st.sampled_from([*SPELLINGS]) | json_values,
        "fold": json_values,
        "x": json_values,
        "File Name": texts,
    },
)
VALID_ROWS = st.lists(
    st.fixed_dictionaries({"file_name": st.sampled_from(IMAGES), "object_type": st.just("toys"), "class_name": texts}),
    unique_by=lambda row: row["file_name"],
)


@given(VALID_ROWS | st.lists(ROWS | json_values, max_size=4), st.sampled_from(["", "\ufeff"]))
@example([{"file_name": "a.png", "object_type": "toys", "class_name": float("nan")}], "")
@example([{"file_name": "a.png", "object_type": "toys", "class_name": "\ud800"}], "")
@example([{"file_name": "caf\udce9.png", "object_type": "toys", "class_name": ""}], "")
def test_json_lines_are_read_as_they_were_written(folder, rows, start):
    content = start + "\n".join(map(json.dumps, rows))
    gallery = opened(only_table(folder, "metadata.jsonl", content.encode()))
    if gallery is not None:
        assert len(gallery) + len(gallery.skipped) == len(rows)
        kept = [row["class_name"] for row in rows if row["file_name"].strip() in IMAGES]
        assert gallery.class_names.tolist() == ["" if name != name else cleaned(name) for name in kept]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"file_name": ' + "[" * 100_000, "nested too deeply"),
        ('{"file_name": "a.png", "file_name": "b.png"}', "a key comes twice"),
        ('{"file_name": ' + "9" * 5_000 + "}", "expected one JSON object"),
    ],
)
def test_a_line_that_is_no_row(folder, line, reason):
    with pytest.raises(UserError, match=f"line 1: .*{reason}") as error:
        open_gallery(str(only_table(folder, "metadata.jsonl", line.encode())))
    assert_one_sentence(error)


# Arrow columns of two rows
LABELS = {
    "text": pa.array(["duck", None]),
    "NaN": pa.array([1.5, float("nan")]),
    "bytes": pa.array([b"duck", b"\xff"]),
    "text that is not UTF-8": pa.Array.from_buffers(
        pa.string(), 2, [None, pa.array([0, 1, 2], pa.int32()).buffers()[1], pa.py_buffer(b"\xff\xfe")]
    ),
    "a list": pa.array([["a"], ["b"]]),
    "a date out of range": pa.array([1 << 62, 5], pa.timestamp("us")),
    "a map": pa.array([[("a", 1)], []], pa.map_(pa.string(), pa.int32())),
    "categories": pa.array(["a", "b"]).dictionary_encode(),
    "truth": pa.array([True, None]),
    "nulls": pa.nulls(2),
}
READABLE = {
    "text": ["duck", ""], "NaN": ["1.5", ""], "categories": ["a", "b"], "truth": ["True", ""], "nulls": ["", ""],
}  # fmt: skip


@pytest.mark.parametrize("kind", LABELS)
def test_columns_of_a_parquet_table(folder, kind):
    table = pa.table({"file_name": ["a.png", "b.png"], "object_type": ["toys", "toys"], "class_name": LABELS[kind]})
    gallery = opened(only_table(folder, "metadata.parquet", written(table)))
    assert (None if gallery is None else gallery.class_names.tolist()) == READABLE.get(kind)


def test_a_column_that_comes_twice_in_a_parquet_table_is_refused(folder):
    columns = [pa.array([text]) for text in ("a.png", "toys", "duck", "robot")]
    table = pa.Table.from_arrays(columns, names=["file_name", "object_type", "class_name", "class_name"])
    with pytest.raises(UserError, match="found class_name more than once"):
        open_gallery(str(only_table(folder, "metadata.parquet", written(table))))


@given(st.integers(0, 2_000), st.binary(min_size=1, max_size=8))
def test_damage_anywhere_in_a_parquet_table(folder, place, damage):
    content = written(pa.table({name: [value] for name, value in zip(COLUMNS, VALID_ROW, strict=True)}))
    place %= len(content)
    gallery = opened(only_table(folder, "metadata.parquet", content[:place] + damage + content[place + len(damage) :]))
    assert gallery is None or len(gallery) == 1


def written(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pyarrow.parquet.write_table(table, sink)
    return sink.getvalue()
