"""Galleries assembled from local data sets of the shapes that the Hub has."""

import io
import json
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from PIL import Image

from trainer.__main__ import main
from trainer.assemble import build as assemble
from trainer.assemble.recipe import read_gallery_recipe
from trainer.core.data.gallery import open_gallery
from trainer.core.errors import UserError
from trainer.core.models.checkpoint import open_checkpoint
from trainer.core.progress import terminal
from trainer.training import fit
from trainer.training.recipe import Recipe

datasets = pytest.importorskip("datasets")
ROOT = Path(__file__).parents[3]
DISHES = ["pizza", "ramen", "salad"]


def encoded_image(number, size=(60, 40), kind="JPEG"):
    """The bytes of an image whose colours tell its number."""
    pixels = np.random.default_rng(number).integers(0, 256, (4, 4, 3), np.uint8)
    content = io.BytesIO()
    Image.fromarray(pixels).resize(size, Image.Resampling.NEAREST).save(content, kind)
    return content.getvalue()


def encoded_images(n, first=0):
    return [{"bytes": encoded_image(first + i), "path": f"{first + i}.jpg"} for i in range(n)]


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    """`datasets` waits five seconds after each streamed Parquet file, for a defect at a program's end."""
    monkeypatch.setattr(datasets.config, "SLEEP_TIME_ON_THREADS_SHUTDOWN", 0)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """Four data sets: ClassLabel labels saved to disk, strings in Parquet, whole numbers, and a column of domains."""
    folder = tmp_path_factory.mktemp("shelf")
    table = datasets.Dataset.from_dict(
        {"image": encoded_images(30), "label": [i % 3 for i in range(30)], "price": [1.0] * 30}
    )
    table = table.cast_column("image", datasets.Image()).cast_column("label", datasets.ClassLabel(names=DISHES))
    datasets.DatasetDict({"train": table, "test": table.select(range(3))}).save_to_disk(folder / "food")

    content = encoded_images(24, 100)
    content[5] = {"bytes": content[5]["bytes"][:200], "path": "cut.jpg"}
    content[6] = {"bytes": b"no image", "path": "text.jpg"}
    names = [["Chair", "Table", "Lamp", ""][i % 4] for i in range(24)]
    strings = datasets.Dataset.from_dict({"photo": content, "category": names}).cast_column("photo", datasets.Image())
    strings.to_parquet(folder / "rooms.parquet")

    numbers = datasets.Dataset.from_dict({"image": encoded_images(12, 200), "label": [i % 4 for i in range(12)]})
    numbers.cast_column("image", datasets.Image()).to_parquet(folder / "bricks.parquet")

    domain = datasets.ClassLabel(names=["clipart", "real", "sketch"])
    table = datasets.Dataset.from_dict(
        {"image": encoded_images(18, 300), "label": ["cat"] * 9 + ["dog"] * 9, "domain": [i % 3 for i in range(18)]}
    )
    table.cast_column("image", datasets.Image()).cast_column("domain", domain).save_to_disk(folder / "drawn")
    return folder


FOOD = {"dataset": "./food", "object_type": "dishes", "licence": "own drawings"}
ROOMS = {
    "dataset": "./rooms.parquet", "image": "photo", "label": "category", "object_type": "furniture", "licence": "own",
    "citation": "A | B,\n2026",
}  # fmt: skip
BRICKS = {"dataset": "./bricks.parquet", "object_type": "toys", "licence": "own"}
DRAWN = {
    "dataset": "./drawn", "licence": "own",
    "object_type": {"column": "domain", "values": {"clipart": "illustrations", "sketch": "artwork"}},
}  # fmt: skip


@pytest.fixture
def recipe(shelf):
    """Writes a gallery recipe beside the data sets and reads it."""
    path = shelf / "mine.yaml"

    def write(*entries, **settings):
        path.write_text(yaml.safe_dump({**settings, "entries": list(entries)}))
        return read_gallery_recipe(str(path))

    yield write
    path.unlink(missing_ok=True)


def table(out):
    return pd.read_csv(out / "metadata.csv", keep_default_na=False)


def counts(out):
    return table(out).groupby(["object_type", "class_name"]).size().to_dict()


def contents(out):
    return {p.relative_to(out).as_posix(): p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()}


def test_all_shapes_become_one_gallery(recipe, tmp_path):
    out = assemble.run(recipe(FOOD, ROOMS, BRICKS, DRAWN), tmp_path / "out")
    assert counts(out) == {
        ("dishes", "pizza"): 10, ("dishes", "ramen"): 10, ("dishes", "salad"): 10,
        ("furniture", "Chair"): 6, ("furniture", "Lamp"): 5, ("furniture", "Table"): 5,
        **{("toys", f"bricks {i}"): 3 for i in range(4)},
        ("illustrations", "cat"): 3, ("illustrations", "dog"): 3, ("artwork", "cat"): 3, ("artwork", "dog"): 3,
    }  # fmt: skip
    gallery = open_gallery(str(out))
    assert len(gallery) == 70
    assert not gallery.skipped
    on_disk = {p.relative_to(out).as_posix() for p in (out / "images").rglob("*") if p.is_file()}
    assert on_disk == set(table(out)["file_name"])


def test_labels_belong_to_their_images(recipe, tmp_path):
    out = assemble.run(recipe(FOOD, DRAWN), tmp_path / "out")
    types = ["illustrations", "", "artwork"]
    known = {corner(encoded_image(i)): ("dishes", DISHES[i % 3]) for i in range(30)}
    known |= {corner(encoded_image(300 + i)): (types[i % 3], ["cat", "dog"][i // 9]) for i in range(18)}
    for name, *label in table(out).itertuples(index=False):
        colour = corner((out / name).read_bytes())
        nearest = min(known, key=lambda c, colour=colour: np.abs(np.subtract(c, colour)).sum())
        assert known[nearest] == tuple(label)


def corner(content):
    """The colours of the first row of squares: they tell the images apart."""
    image = Image.open(io.BytesIO(content)).convert("RGB")
    return tuple(value for x in (7, 22, 37, 52) for value in image.getpixel((x, 5)))


def test_a_gallery_made_so_trains(recipe, tiny_backbone, tmp_path):
    out = assemble.run(recipe(FOOD, ROOMS), tmp_path / "out")
    settings = Recipe(name="r", backbone="tiny", head="linear", dims=8, epochs=2, batch_size=16, validation_classes=0.0)
    checkpoint = open_checkpoint(str(fit.run(settings, [open_gallery(str(out))], tmp_path / "run")))
    assert checkpoint.recipe["trained_on"]["train_classes"] == 6


def test_caps_and_limits(recipe, tmp_path):
    out = assemble.run(recipe({**FOOD, "cap_per_class": 4, "min_per_class": 1}, ROOMS, min_per_class=6), tmp_path / "a")
    assert counts(out) == {
        ("dishes", "pizza"): 4, ("dishes", "ramen"): 4, ("dishes", "salad"): 4,
        ("furniture", "Chair"): 6,
    }  # fmt: skip
    assert "10 of a class below min_per_class" in (out / "SOURCES.md").read_text()
    assert len(list((out / "images").rglob("*.jpg"))) == 18
    out = assemble.run(recipe({**FOOD, "max_classes": 2}, {**DRAWN, "max_rows": 5}, cap_per_class=4), tmp_path / "b")
    assert sorted(n for (kind, _), n in counts(out).items() if kind == "dishes") == [4, 4]
    assert sum(n for (kind, _), n in counts(out).items() if kind != "dishes") <= 5
    assert "5 rows read" in (out / "SOURCES.md").read_text()


def test_reading_ends_when_every_class_is_full(recipe, tmp_path):
    out = assemble.run(recipe({**FOOD, "cap_per_class": 1}), tmp_path / "out")
    n_read = json.loads((out / ".assemble/food.json").read_text())["n_read"]
    assert n_read < 30
    assert len(table(out)) == 3


def test_keep_and_rename(recipe, tmp_path):
    mapped = {**FOOD, "keep": ["pizza", "ramen"], "rename": {"pizza": "warm", "ramen": "warm"}, "name": "hot"}
    bricks = {**BRICKS, "keep": [0, 1], "rename": {1: "plate"}}
    wrong = {**ROOMS, "keep": ["Chair", "Sofa"]}
    out = assemble.run(recipe(mapped, bricks, wrong), tmp_path / "out")
    assert counts(out) == {
        ("dishes", "warm"): 20, ("toys", "bricks 0"): 3, ("toys", "plate"): 3, ("furniture", "Chair"): 6,
    }  # fmt: skip
    text = (out / "SOURCES.md").read_text()
    assert "hot: 20 images of 1 classes from 30 rows read; 10 not wanted by the recipe." in text
    assert "never seen: Sofa (1 in all)" in text


def test_a_data_set_without_classes(recipe, tmp_path):
    out = assemble.run(recipe({**FOOD, "label": None, "cap_per_class": 8}), tmp_path / "out")
    assert counts(out) == {("dishes", ""): 8}


def test_broken_images_are_skipped_by_name_and_counted(recipe, tmp_path):
    out = assemble.run(recipe(ROOMS), tmp_path / "out")
    text = (out / "SOURCES.md").read_text()
    assert "(2 in all)" in text
    assert re.search(r"- rooms: cut\.jpg \(the \w+ is damaged or cut short", text)
    assert re.search(r"- rooms: text\.jpg \(expected an? \w+, found a file of another kind", text)
    assert "6 without a label" in text  # of the 24 rows


def test_images_are_made_smaller_upright_and_plain(tmp_path):
    image = Image.open(io.BytesIO(encoded_image(1, (2000, 1000), "PNG")))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    content = io.BytesIO()
    image.save(content, "JPEG", exif=exif)
    images = [{"bytes": content.getvalue(), "path": None}, {"bytes": encoded_image(2), "path": None}]
    data = datasets.Dataset.from_dict({"image": images, "label": ["big", "small"]})
    data.cast_column("image", datasets.Image()).to_parquet(tmp_path / "cars.parquet")
    (tmp_path / "r.yaml").write_text(
        "size_px: 100\nentries: [{dataset: ./cars.parquet, object_type: cars, licence: own}]\n"
    )
    out = assemble.run(read_gallery_recipe(str(tmp_path / "r.yaml")), tmp_path / "out")
    by_class = {row.class_name: Image.open(out / row.file_name) for row in table(out).itertuples()}
    assert by_class["big"].size == (50, 100)
    assert by_class["small"].size == (60, 40)
    assert not by_class["big"].getexif()


def test_sources_say_what_was_taken_from_where(recipe, tmp_path):
    text = (assemble.run(recipe(ROOMS, DRAWN), tmp_path / "out") / "SOURCES.md").read_text()
    assert "| rooms | rooms.parquet, split train | furniture (16) | 3 | own | A / B, 2026 |" in text
    assert "| drawn | drawn, split train | artwork (6), illustrations (6) | 4 | own |  |" in text


def test_the_seed_decides(recipe, tmp_path):
    taken = [
        table(assemble.run(recipe({**FOOD, "cap_per_class": 2}, seed=seed), tmp_path / str(number)))
        for number, seed in enumerate((0, 0, 1))
    ]
    pixels = [[(tmp_path / str(i) / name).read_bytes() for name in t["file_name"]] for i, t in enumerate(taken)]
    assert pixels[0] == pixels[1]
    assert pixels[0] != pixels[2]


def cut_short(after):
    """A progress that is interrupted after so many rows, as by Ctrl-C."""

    def progress(items, **settings):
        for number, item in enumerate(terminal(items, **settings)):
            if number == after:
                raise KeyboardInterrupt
            yield item

    return progress


@pytest.mark.parametrize("after", [0, 7, 20])
def test_a_run_cut_short_goes_on_to_the_same_folder(recipe, tmp_path, after):
    whole = assemble.run(recipe(FOOD, ROOMS, DRAWN), tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        assemble.run(recipe(FOOD, ROOMS, DRAWN), tmp_path / "cut", progress=cut_short(after))
    assert not (tmp_path / "cut/metadata.csv").exists()
    assert contents(assemble.run(recipe(FOOD, ROOMS, DRAWN), tmp_path / "cut")) == contents(whole)


def test_a_killed_process_goes_on_to_the_same_folder(recipe, shelf, tmp_path):
    """SIGKILL while the second entry is being taken; the first is not done again."""
    content = encoded_images(600, 1000)
    data = datasets.Dataset.from_dict({"image": content, "label": ["a", "b"] * 300})
    data.cast_column("image", datasets.Image()).to_parquet(shelf / "many.parquet")
    many = {"dataset": "./many.parquet", "object_type": "cars", "licence": "own"}
    mine = recipe(FOOD, many)
    command = [sys.executable, "-m", "trainer", "assemble", str(shelf / "mine.yaml"), "--out", str(tmp_path / "cut")]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    begun = tmp_path / "cut/images/many"
    deadline = time.monotonic() + 60
    while not (begun.exists() and any(begun.iterdir())) and time.monotonic() < deadline:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert (tmp_path / "cut/.assemble/food.json").exists()
    assert not (tmp_path / "cut/.assemble/many.json").exists()
    first = (tmp_path / "cut/.assemble/food.json").stat().st_mtime_ns
    assemble.run(mine, tmp_path / "cut")
    assert (tmp_path / "cut/.assemble/food.json").stat().st_mtime_ns == first
    assert contents(tmp_path / "cut") == contents(assemble.run(mine, tmp_path / "whole"))


def test_done_entries_are_not_opened_again(recipe, shelf, tmp_path):
    out = assemble.run(recipe(BRICKS), tmp_path / "out")
    before = contents(out)
    shutil.move(shelf / "bricks.parquet", shelf / "away.parquet")
    try:
        (shelf / "bricks.parquet").write_bytes(b"unreadable")
        assert contents(assemble.run(recipe(BRICKS), out)) == before
        with pytest.raises(UserError, match="could not be opened"):
            assemble.run(recipe({**BRICKS, "cap_per_class": 1}), out)  # another recipe: to be done again
    finally:
        shutil.move(shelf / "away.parquet", shelf / "bricks.parquet")
    assert counts(assemble.run(recipe({**BRICKS, "cap_per_class": 1}), out)) == {
        ("toys", f"bricks {i}"): 1 for i in range(4)
    }
    assert len(list((out / "images").rglob("*.jpg"))) == 4  # nothing is left of the first recipe


def refused(recipe, out):
    with pytest.raises(UserError) as error:
        assemble.run(recipe, out)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_mistakes_of_all_data_sets_are_told_before_anything_is_taken(recipe, tmp_path):
    message = refused(recipe({**FOOD, "keep": ["soup"]}, {**ROOMS, "label": "class"}, BRICKS), tmp_path / "out")
    assert message == (
        "food: keep or rename: no class soup (1 in all) in column label, which has pizza, ramen, salad (3 in all);"
        " rooms: no column label: class; found photo, category."
        " Nothing was taken: correct the recipe, or leave entries out by --skip."
    )
    assert not (tmp_path / "out").exists()


def test_an_entry_that_gives_nothing_is_told(recipe, tmp_path):
    message = refused(recipe({**ROOMS, "keep": ["Sofa"]}), tmp_path / "out")
    assert message.startswith("rooms: no image is left; 0 images of 0 classes from 24 rows read; 24 not wanted")


def test_a_folder_with_other_things_is_left_alone(recipe, photos_copy):
    before = contents(photos_copy)
    assert "it holds something else" in refused(recipe(FOOD), photos_copy)
    assert contents(photos_copy) == before
    assert "it holds something else" in refused(recipe(FOOD), photos_copy / "metadata.csv")
    assert "can be made" in refused(recipe(FOOD), photos_copy / "metadata.csv" / "below")


def test_the_command_line(recipe, shelf, tmp_path, capsys):
    recipe({**FOOD, "keep": ["soup"]}, ROOMS)
    assert main(["assemble", str(shelf / "mine.yaml"), "--out", str(tmp_path / "out"), "--skip", "food"]) == 0
    out, err = capsys.readouterr()
    assert out.strip() == str(tmp_path / "out")
    assert set(table(tmp_path / "out")["object_type"]) == {"furniture"}
    assert "rooms: 16 images of 3 classes from 24 rows read; 6 without a label; broken: " in err
    assert main(["assemble", "nowhere", "--out", str(tmp_path / "x")]) == 2
    assert capsys.readouterr().err.startswith("No gallery recipe nowhere: expected eleven-types, or a YAML file.")


def test_the_hub_out_of_reach_is_told_once(tmp_path, capsys):
    """The bundled recipe where there is no network (conftest switches the Hub off)."""
    assert main(["assemble", "eleven-types", "--out", str(tmp_path / "out")]) == 2
    err = capsys.readouterr().err
    assert "the Hub is out of reach; nothing was taken" in err
    assert err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_the_splits_of_entries_are_kept(recipe, shelf, tmp_path):
    """Images that were taken from a test split never train."""
    part = datasets.load_from_disk(shelf / "drawn")
    datasets.DatasetDict(test=part, extra=part).save_to_disk(shelf / "parts")
    tested = {**DRAWN, "dataset": "./parts", "split": "test"}
    out = assemble.run(recipe(FOOD, tested), tmp_path / "out")
    gallery = open_gallery(str(out))
    assert set(gallery.table["split"][gallery.object_types == "dishes"]) == {"train"}
    assert set(gallery.table["split"][gallery.object_types != "dishes"]) == {"test"}
    out = assemble.run(recipe(FOOD, {**tested, "split": "extra", "as_split": "test"}), tmp_path / "extra")
    gallery = open_gallery(str(out))
    assert set(gallery.table["split"][gallery.object_types != "dishes"]) == {"test"}
    for unknown in ({"split": "extra"}, {"split": "extra", "as_split": "holdout"}):
        with pytest.raises(UserError, match=r"split '\w+' is none of train/val/test/query/index: say what"):
            recipe(FOOD, {**tested, **unknown})


def test_classes_that_look_alike_are_one(recipe, shelf, tmp_path):
    """Blanks and Unicode forms: the limits of a class count it once."""
    names = ["caf\u00e9", "cafe\u0301", " caf\u00e9 "] * 4
    data = datasets.Dataset.from_dict({"image": encoded_images(12, 900), "label": names})
    data.cast_column("image", datasets.Image()).to_parquet(shelf / "bars.parquet")
    bars = {"dataset": "./bars.parquet", "object_type": "storefronts", "licence": "own", "cap_per_class": 5}
    out = assemble.run(recipe(bars), tmp_path / "out")
    assert counts(out) == {("storefronts", "caf\u00e9"): 5}
