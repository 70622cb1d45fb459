"""Each image of a folder is used, or named with a reason, whatever its file and its folders are called."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from tests.strategies import assert_one_sentence
from tests.trainer.core.data.test_table_properties import cleaned, opened
from trainer.core.data.gallery import open_gallery
from trainer.core.data.splits import split_name
from trainer.core.errors import UserError

# Names as the bytes that Linux takes: any but a slash and a zero byte.
TEXT = st.text("abAB\x01\n\r\t\x1b\x7f\u202e \\:*?\"'<>|=+-@\u00e9e\u0301\u73a9\U0001f986", min_size=1, max_size=6)
BYTES = st.binary(min_size=1, max_size=6).map(lambda name: name.translate(None, b"/\0")).filter(bool)
FIXED = st.sampled_from(
    [
        b"\xff",
        b"caf\xe9",
        b"caf\xc3\xa9",
        b"cafe\xcc\x81",
        b"CAF\xc3\x89",
        b"\xed\xa0\x80",
        b"x" * 251,
        b"train",
        b"a\\b",
    ]
)
NAME = st.one_of(TEXT.map(str.encode), BYTES, FIXED).filter(lambda name: name not in (b".", b"..") and name[:1] != b".")
TREES = st.lists(st.tuples(st.sampled_from([b"toys", b"cars"]) | NAME, NAME, NAME), min_size=1, max_size=4)


@pytest.fixture(scope="module")
def image(tmp_path_factory) -> bytes:
    path = tmp_path_factory.mktemp("image") / "a.bmp"
    Image.new("RGB", (4, 4), "red").save(path)
    return path.read_bytes()


def made(root: str, tree: list[tuple[bytes, bytes, bytes]], image: bytes) -> set[bytes]:
    """The files `<object_type>/<class_name>/<name>.png`, as far as the file system takes their names."""
    files = set()
    for *folders, name in tree:
        path = b"/".join([*folders, name + b".png"])
        try:
            os.makedirs(os.path.join(os.fsencode(root), *folders), exist_ok=True)
            Path(os.fsdecode(os.path.join(os.fsencode(root), path))).write_bytes(image)
        except OSError:
            continue
        files.add(path)
    return files


def is_utf8(name: bytes) -> bool:
    try:
        name.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


@given(TREES)
@example([(b"toys", b"duck", b"\xff"), (b"toys", b"caf\xe9", b"a"), (b"\xff", b"a", b"a"), (b"toys", b"duck", b"a")])
@example([(b"toys", b"duck", b"caf\xc3\xa9"), (b"toys", b"duck", b"cafe\xcc\x81"), (b"toys", b"duck", b"CAF\xc3\x89")])
@example([(b"toys", b"caf\xc3\xa9", b"a"), (b"toys", b"cafe\xcc\x81", b"a"), (b"Toys", b"x", b"a")])
@example([(b"toys", b"duck", b"x" * 251), (b"x" * 255, b"x" * 255, b"a")])
@example([(b"toys", b"duck", b"\xff")])
@example([(b"train", b":", b":")])
def test_a_folder_tree(image, tree):
    with tempfile.TemporaryDirectory() as root:
        files = made(root, tree, image)
        gallery = opened(Path(root))
    good = sorted(file.decode() for file in files if is_utf8(file))
    if gallery is None:  # no usable name, folders that are called like splits, or an object type of blanks
        assert not good or any(not part.strip() or split_name(part) for file in good for part in file.split("/"))
        return
    assert gallery.table["image_id"].tolist() == good
    splits = [split_name(name.split("/")[0]) for name in good]
    assert gallery.table["split"].tolist() == [split or "" for split in splits]
    if not any(splits):
        assert gallery.class_names.tolist() == [cleaned(name.split("/")[1]) for name in good]
    bad = sorted(file.decode("utf-8", "backslashreplace") for file in files if not is_utf8(file))
    assert list(gallery.skipped) == [f"{name} (the file name is not UTF-8; rename it)" for name in bad]


@given(NAME)
@example(b"\xff")
def test_a_folder_without_a_usable_name(image, name):
    with tempfile.TemporaryDirectory() as root:
        folder = os.path.join(os.fsencode(root), name)
        os.mkdir(folder)
        Path(os.fsdecode(os.path.join(folder, b"a.png"))).write_bytes(image)
        gallery = opened(Path(os.fsdecode(folder)))
        assert (gallery is None) == (not is_utf8(name))


def test_a_relative_name_in_a_folder_that_is_not_utf8(image, tmp_path, monkeypatch):
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    (folder / "a.png").write_bytes(image)
    monkeypatch.chdir(folder)
    gallery = opened(Path("."))
    assert gallery.name == "caf\\xe9"
    assert gallery.table["image_id"].tolist() == ["a.png"]


@pytest.mark.parametrize(
    "source", ["~nouser/x", "a\0b", "x" * 300, "x/" * 3_000, "caf\udce9", "", "a\nb", "hf:\0", "hf:"]
)
def test_sources_that_are_no_place(source):
    with pytest.raises(UserError) as error:
        open_gallery(source)
    assert_one_sentence(error)


def test_what_is_no_regular_file_is_skipped(photos, tmp_path):
    folder = shutil.copytree(photos / "toys", tmp_path / "toys")
    os.mkfifo(folder / "pink" / "pipe.png")
    (folder / "pink" / "zero.png").symlink_to("/dev/zero")
    (folder / "pink" / "gone.png").symlink_to("/nothing")
    gallery = opened(folder)
    assert len(gallery) == len(list((photos / "toys").rglob("*.png")))
    assert sorted(gallery.skipped) == [
        "pink/gone.png (the file is missing)",
        "pink/pipe.png (not a regular file)",
        "pink/zero.png (not a regular file)",
    ]
