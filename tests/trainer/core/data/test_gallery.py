"""Galleries: the bundled one, the check of a table and of its images, and what their identity depends on."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from app.library.library import open_library
from trainer.__main__ import main
from trainer.core.data import gallery as gallery_module
from trainer.core.data.gallery import OBJECT_TYPES, Gallery, open_gallery
from trainer.core.data.sources import SAMPLE_DIR, GalleryError


def write_metadata(folder, rows):
    columns = ["file_name", "object_type", "class_name", "split"]
    pd.DataFrame(rows, columns=columns).to_csv(folder / "metadata.csv", index=False)


def test_the_sample_gallery():
    sample = open_gallery("sample")
    table = sample.table
    assert not sample.skipped
    assert len(sample) >= 400
    assert set(sample.type_order) == set(OBJECT_TYPES)
    assert table.groupby("object_type")["class_name"].nunique().min() >= 6
    assert table.groupby(["object_type", "class_name"]).size().min() >= 6
    unseen = set(sample.classes[sample.rows("query", "index")])
    assert unseen
    assert not unseen & set(sample.classes[sample.rows("train")])
    assert set(sample.classes[sample.rows("query")]) <= set(sample.classes[sample.rows("index")])


def test_the_sample_gallery_is_small():
    table = pd.read_csv(SAMPLE_DIR / "metadata.csv")
    sizes, sides = zip(
        *(((SAMPLE_DIR / name).stat().st_size, Image.open(SAMPLE_DIR / name).size) for name in table["file_name"]),
        strict=True,
    )
    assert sum(sizes) <= 6_000_000
    assert np.max(sides) <= 256
    on_disk = {p.relative_to(SAMPLE_DIR).as_posix() for p in (SAMPLE_DIR / "images").rglob("*") if p.is_file()}
    assert on_disk == set(table["file_name"])


def test_row_i_is_image_i(gallery, photos):
    expected = pd.read_csv(photos / "metadata.csv")
    assert gallery.table["image_id"].tolist() == expected["file_name"].tolist()
    assert gallery.table["path"].tolist() == [str(photos / name) for name in expected["file_name"]]
    assert gallery.rows("query").tolist() == np.flatnonzero(expected["split"] == "query").tolist()
    assert gallery.classes[0] == "apparel/amber"


def test_all_problems_of_a_table_are_reported_together(tmp_path):
    rows = [(f"{i}.png", "cars", "c", "holdout") for i in range(4)]
    rows += [("", "cars", "c", ""), ("x.png", "", "c", ""), ("y.png", "toys", "c", ""), ("y.png", "toys", "c", "")]
    write_metadata(tmp_path, rows)
    with pytest.raises(GalleryError) as error:
        open_gallery(str(tmp_path))
    message = str(error.value)
    assert "(7 in all)" in message
    assert "row 1 (0.png): split 'holdout' is none of train/val/test/query/index" in message
    assert "row 5 (no file name): no file name" in message
    assert "row 6" not in message  # only the first five are shown
    assert "\n" not in message


def test_each_kind_of_problem_is_named(tmp_path):
    write_metadata(tmp_path, [("x.png", "", "c", ""), ("y.png", "toys", "c", ""), ("y.png", "toys", "c", "")])
    with pytest.raises(GalleryError, match=r"row 1 \(x.png\): no object type, y.png: listed more than once"):
        open_gallery(str(tmp_path))
    write_metadata(tmp_path, [])
    with pytest.raises(GalleryError, match="the table has no rows"):
        open_gallery(str(tmp_path))


def test_missing_and_broken_images_are_skipped_by_name_and_counted(photos_copy, gallery):
    (photos_copy / "cars/blue/3.png").unlink()
    (photos_copy / "toys/pink/0.png").write_bytes(b"no image")
    spoilt = open_gallery(str(photos_copy))
    assert len(spoilt) == len(gallery) - 2
    assert len(spoilt.skipped) == 2
    assert spoilt.skipped[0] == "cars/blue/3.png (the file is missing)"
    assert spoilt.skipped[1].startswith("toys/pink/0.png (expected an image, found a file of another kind")
    assert "(2 in all)" in spoilt.skipped_note()
    assert "cars/blue/3.png" in spoilt.skipped_note()
    gone = ["cars/blue/3.png", "toys/pink/0.png"]
    kept = gallery.table["image_id"][~gallery.table["image_id"].isin(gone)]
    assert spoilt.table["image_id"].tolist() == kept.tolist()


def test_a_gallery_without_a_readable_image_is_refused(tmp_path):
    (tmp_path / "a.png").write_bytes(b"no image")
    with pytest.raises(GalleryError, match=r"at least one readable image, found none; skipped a.png"):
        open_gallery(str(tmp_path))


def test_the_second_opening_decodes_nothing(photos_copy, monkeypatch):
    first = open_gallery(str(photos_copy))

    def refuse(_):
        raise AssertionError("decoded again")

    with monkeypatch.context() as patch:
        patch.setattr(gallery_module, "check_image", refuse)
        assert open_gallery(str(photos_copy)).fingerprint == first.fingerprint
    Image.new("RGB", (9, 9), "red").save(photos_copy / "toys/pink/0.png")
    assert open_gallery(str(photos_copy)).fingerprint != first.fingerprint


def test_a_image_of_the_same_size_is_noticed_too(tmp_path):
    path = tmp_path / "a.bmp"
    Image.new("RGB", (8, 8), "red").save(path)
    before, size = open_gallery(str(tmp_path)), path.stat().st_size
    Image.new("RGB", (8, 8), "blue").save(path)
    assert path.stat().st_size == size
    assert open_gallery(str(tmp_path)).fingerprint != before.fingerprint


def test_a_damaged_record_is_made_again(photos_copy, cache):
    first = open_gallery(str(photos_copy))
    newest = max((cache / "checked").glob("*.json"), key=os.path.getmtime)
    newest.write_text("[[")
    assert open_gallery(str(photos_copy)).fingerprint == first.fingerprint
    assert len(json.loads(newest.read_text())["checks"]) == len(first)


@pytest.mark.parametrize("part", ["checks", "digest"])
def test_a_changed_record_is_made_again(photos_copy, cache, part, capsys):
    first = open_gallery(str(photos_copy))
    newest = max((cache / "checked").glob("*.json"), key=os.path.getmtime)
    record = json.loads(newest.read_text())
    changed = {"checks": [["0" * 64, "", False], *record["checks"][1:]], "digest": "0" * 32}
    newest.write_text(json.dumps(record | {part: changed[part]}))
    assert open_gallery(str(photos_copy)).fingerprint == first.fingerprint
    assert json.loads(newest.read_text()) == record
    assert f"{newest}: the cached file is damaged; the images are checked again." in capsys.readouterr().err


def test_identity_is_content_and_order_not_place(gallery, photos_copy):
    copy = open_gallery(str(photos_copy))
    assert copy.fingerprint == gallery.fingerprint
    assert copy.content == gallery.content
    table = pd.read_csv(photos_copy / "metadata.csv")
    table[::-1].to_csv(photos_copy / "metadata.csv", index=False)
    assert open_gallery(str(photos_copy)).fingerprint != gallery.fingerprint


def test_labels_have_an_identity_of_their_own(gallery, photos_copy):
    table = pd.read_csv(photos_copy / "metadata.csv")
    table.loc[0, "class_name"] = "other"
    table.to_csv(photos_copy / "metadata.csv", index=False)
    relabelled = open_gallery(str(photos_copy))
    assert relabelled.fingerprint == gallery.fingerprint
    assert relabelled.labels_fingerprint != gallery.labels_fingerprint


def test_the_same_folder_gives_the_same_order(photo_tree, tmp_path):
    other = tmp_path / "written-backwards"
    for path in sorted(photo_tree.rglob("*.png"), reverse=True):
        target = other / path.relative_to(photo_tree)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    one, two = open_gallery(str(photo_tree)), open_gallery(str(other))
    assert one.table["image_id"].tolist() == two.table["image_id"].tolist()
    assert one.fingerprint == two.fingerprint


def test_a_gallery_is_called_like_its_folder(photo_tree):
    assert open_gallery(str(photo_tree)).name == "photo.tree"


def test_other_object_types_come_after_the_eleven(gallery):
    table = gallery.table.assign(object_type=["zebras", "cars", "aircraft"] * 48)
    assert Gallery("g", table, gallery.content).type_order == ["cars", "aircraft", "zebras"]


def test_a_gallery_refuses_a_wrong_state(gallery):
    with pytest.raises(ValueError, match="content hash"):
        Gallery("g", gallery.table, gallery.content[1:])
    with pytest.raises(ValueError, match="ids that differ"):
        Gallery("g", gallery.table.assign(image_id="same"), gallery.content)


OPEN = """
import encodings.utf_8_sig, json, os, sys  # this user may not import them later
from PIL import Image
from trainer.core.errors import UserError
from trainer.core.data.gallery import open_gallery
Image.init()
if os.geteuid() == 0:  # permissions do not count for root
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
try:
    gallery = open_gallery(sys.argv[1], progress=lambda items, **_: items)
except UserError as error:
    print(json.dumps(str(error)))
    sys.exit()
print(json.dumps([len(gallery), gallery.skipped, gallery.notes]))
"""


def open_as_nobody(folder, cache):
    """Opens a gallery in a process that is not root's: its length, skipped images and notes, or the error."""
    environment = {**os.environ, "GUIE_CACHE": str(cache)}
    command = [sys.executable, "-c", OPEN, str(folder)]
    done = subprocess.run(command, cwd=SAMPLE_DIR.parents[1], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def public(photos):
    """A folder that another user may enter, with three images and a cache."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        for number in range(3):
            (folder / "g/toys/duck").mkdir(parents=True, exist_ok=True)
            shutil.copy(photos / f"toys/pink/{number}.png", folder / f"g/toys/duck/{number}.png")
        (folder / "cache").mkdir()
        (folder / "cache").chmod(0o777)
        yield folder


def test_an_image_that_could_not_be_read_is_tried_again(public):
    image = public / "g/toys/duck/1.png"
    image.chmod(0)
    assert open_as_nobody(public / "g", public / "cache") == [2, ["toys/duck/1.png (Permission denied)"], []]
    image.chmod(0o644)
    assert open_as_nobody(public / "g", public / "cache") == [3, [], []]


def test_folders_that_cannot_be_read_are_named(public):
    shutil.copytree(public / "g/toys/duck", public / "g/toys/robot")
    (public / "g/toys/robot").chmod(0)
    n, _, notes = open_as_nobody(public / "g", public / "cache")
    assert (n, notes) == (3, ["g: folders that cannot be read: toys/robot (Permission denied) (1 in all)."])
    (public / "g/toys/robot").chmod(0o755)
    assert open_as_nobody(public / "g", public / "cache")[0] == 6


def test_a_gallery_that_may_not_be_entered_is_refused(public):
    for place, reason in ((public / "g", "expected a folder that can be read"), (public, "it cannot be read")):
        for mode in (0, 0o444):
            if place == public and mode:  # may be listed, but nothing in it may be opened
                continue
            place.chmod(mode)
            message = open_as_nobody(public / "g", public / "g/cache")
            place.chmod(0o755)
            assert str(public / "g") in message
            assert f"{reason}" in message
            assert "Permission denied" in message


@pytest.mark.parametrize("table", ["metadata.csv", "ids.csv"])
@pytest.mark.parametrize("mode", [0, 0o444])
def test_files_in_a_folder_that_may_not_be_entered_are_skipped(public, table, mode):
    (public / "g/toys/duck/2.png").rename(public / "g/2.png")
    names = ["2.png", "toys/duck/0.png", "toys\\duck\\1.png"]
    (public / "g" / table).write_text(
        "\n".join(["file_name,object_type,class_name", *(f"{n},toys,duck" for n in names)])
    )
    (public / "g/toys/duck").chmod(mode)
    source = public / "g" if table == "metadata.csv" else public / "g" / table
    n, skipped, _ = open_as_nobody(source, public / "cache")
    (public / "g/toys/duck").chmod(0o755)
    assert n == 1
    assert skipped[0] == "toys/duck/0.png (Permission denied)"
    assert len(skipped) == 2


def test_an_image_that_can_no_longer_be_read_is_skipped(public):
    assert open_as_nobody(public / "g", public / "cache") == [3, [], []]
    (public / "g/toys/duck/1.png").chmod(0)
    assert open_as_nobody(public / "g", public / "cache") == [2, ["toys/duck/1.png (Permission denied)"], []]


def test_damage_is_remembered_and_only_what_was_not_read_is_tried_again(photos_copy, monkeypatch):
    (photos_copy / "cars/blue/3.png").unlink()
    (photos_copy / "toys/pink/0.png").write_bytes(b"no image")
    first = open_gallery(str(photos_copy))
    tried = []
    with monkeypatch.context() as patch:
        check = gallery_module._check_image
        patch.setattr(gallery_module, "_check_image", lambda path: tried.append(path) or check(path))
        again = open_gallery(str(photos_copy))
    assert tried == [str(photos_copy / "cars/blue/3.png")]
    assert (again.skipped, again.fingerprint) == (first.skipped, first.fingerprint)


def test_dark_images_are_named_once_a_gallery(tmp_path):
    for number, top in enumerate((4095, 60_000, 300)):
        pixels = np.linspace(0, top, 64).reshape(8, 8).astype(np.uint16)
        (tmp_path / "toys").mkdir(exist_ok=True)
        Image.fromarray(pixels).save(tmp_path / f"toys/{number}.png")
    for _ in range(2):  # checked, then remembered
        (note,) = open_gallery(str(tmp_path)).notes
        assert note.startswith(f"{tmp_path.name}: 16-bit or float images")
        assert note.endswith("are read as they are and look dark: toys/0.png, toys/2.png (2 in all).")


def test_notes_are_printed_and_shown(tmp_path, photo_tree, capsys):
    tree = shutil.copytree(photo_tree, tmp_path / "tree")
    shutil.copytree(tree / "toys", tree / "Toys")
    gallery = open_gallery(str(tree))
    (note,) = gallery.all_notes
    assert main(["embed", "--gallery", str(tree), "--checkpoint", "pca-lite0", "--out", str(tmp_path / "e.npz")]) == 0
    assert note in capsys.readouterr().err.splitlines()
    assert note in open_library(str(tree), ["pca-lite0"]).notices
    assert note in capsys.readouterr().err.splitlines()


def test_the_notes_on_a_gallery_given_twice_are_printed_once(tmp_path, photo_tree, capsys):
    tree = shutil.copytree(photo_tree, tmp_path / "tree")
    shutil.copytree(tree / "toys", tree / "Toys")
    command = ["fit", "pca-lite0", "--gallery", str(tree), f"{tree}/"]
    assert main([*command, "--out", str(tmp_path / "run")]) == 0
    (note,) = open_gallery(str(tree)).all_notes
    assert capsys.readouterr().err.splitlines().count(note) == 1
