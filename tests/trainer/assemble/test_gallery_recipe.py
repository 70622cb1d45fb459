"""Gallery recipes: what they may say, and that all their mistakes are told together."""

import pytest
import yaml

from trainer.assemble.entry import DatasetEntry
from trainer.assemble.recipe import GALLERIES_DIR, gallery_recipe_names, read_gallery_recipe, without
from trainer.core.data.gallery import OBJECT_TYPES
from trainer.core.errors import UserError

FOOD = {"dataset": "ethz/food101", "object_type": "dishes", "licence": "see its card"}


@pytest.fixture
def write(tmp_path):
    def write(*entries, **settings):
        path = tmp_path / "mine.yaml"
        path.write_text(yaml.safe_dump({**settings, "entries": list(entries)}))
        return str(path)

    return write


def refused(spec):
    with pytest.raises(UserError) as error:
        read_gallery_recipe(spec)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_the_bundled_recipe_has_all_eleven_types_and_says_that_it_was_not_run():
    assert gallery_recipe_names() == ["eleven-types"]
    recipe = read_gallery_recipe("eleven-types")
    assert {kind for entry in recipe.entries for kind in entry.object_type.values.values()} == set(OBJECT_TYPES)
    assert all(entry.licence and entry.citation and entry.cap_per_class for entry in recipe.entries)
    assert not any(entry.local for entry in recipe.entries)
    assert "NOT RUN HERE" in (GALLERIES_DIR / "eleven-types.yaml").read_text()


def test_what_is_left_out_has_its_usual_value(write):
    recipe = read_gallery_recipe(write(FOOD))
    assert (recipe.name, recipe.seed, recipe.size_px) == ("mine", 0, 512)
    assert recipe.entries == (DatasetEntry(name="food101", **FOOD),)


def test_limits_for_all_entries_and_for_one(write):
    recipe = read_gallery_recipe(write(FOOD, {**FOOD, "name": "b", "cap_per_class": 9}, cap_per_class=5, max_rows=70))
    assert [(entry.cap_per_class, entry.max_rows) for entry in recipe.entries] == [(5, 70), (9, 70)]


def test_labels_and_types(write):
    kind = {"column": "domain", "values": {"clipart": "illustrations", 3: "toys"}}
    item = {**FOOD, "object_type": kind, "keep": [1, "two"], "rename": {1: "one"}, "label": None}
    entry = read_gallery_recipe(write(item)).entries[0]
    assert (entry.object_type.column, entry.object_type.values) == ("domain", {"clipart": "illustrations", "3": "toys"})
    assert (entry.keep, entry.rename, entry.label) == (("1", "two"), {"1": "one"}, None)


def test_local_data_sets_lie_beside_the_recipe(write, tmp_path):
    (tmp_path / "cars.parquet").write_bytes(b"")
    entry = read_gallery_recipe(write({**FOOD, "dataset": "./cars.parquet"})).entries[0]
    assert (entry.dataset, entry.name, entry.local) == (str(tmp_path / "cars.parquet"), "cars", True)
    assert f"there is nothing at {tmp_path / 'gone'}" in refused(write({**FOOD, "dataset": "./gone"}))


def test_all_mistakes_are_told_together(write):
    message = refused(
        write({**FOOD, "spilt": "train"}, {**FOOD, "object_type": "food", "name": "b"}, {"name": "c"}, "d", sead=1)
    )
    assert "mistakes; unknown key sead: expected seed, size_px, entries" in message
    assert "entry 1 (ethz/food101): unknown key spilt" in message
    assert "entry 2 (b): object_type is food: expected one of apparel, packaged_goods" in message
    assert (
        "entry 3 (c): dataset is missing; entry 3 (c): licence is missing; entry 3 (c): object_type is missing"
        in message
    )
    assert "entry 4 (no name): expected keys and values, found 'd'" in message
    assert f"{message.count(';')} mistakes" in message


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"cap_per_class": 0}, "cap_per_class is 0: expected 1 to"),
        ({"cap_per_class": True}, "cap_per_class is True: expected a whole number"),
        ({"max_rows": "many"}, "max_rows is 'many': expected a whole number"),
        ({"cap_per_class": 2, "min_per_class": 3}, "min_per_class 3 is above cap_per_class 2"),
        ({"split": 1}, "split is 1: expected text"),
        ({"licence": " "}, "licence is ' ': expected text"),
        ({"image": None}, "image is None: expected text"),
        ({"dataset": "food101"}, "expected OWNER/NAME on the Hub, or a path that begins with ./ or /"),
        ({"dataset": "a/b/c"}, "expected OWNER/NAME on the Hub"),
        ({"name": "../up"}, "name is '../up': expected letters, digits"),
        ({"keep": "pizza"}, "keep is 'pizza': expected a list of class names"),
        ({"keep": [True]}, "in quotes where YAML reads yes, no or a date"),
        ({"rename": ["a"]}, "rename is ['a']: expected old: new class names"),
        ({"rename": {"a": None}}, "rename is {'a': None}: expected old: new class names"),
        ({"object_type": None}, "object_type is None: expected one of apparel"),
        ({"object_type": {"column": "domain"}}, "expected one of the eleven, or column: NAME and values"),
        ({"object_type": {"column": "domain", "values": {"a": "b"}}}, "object_type is b: expected one of"),
        ({"object_type": ["cars"]}, "object_type is ['cars']: expected one of"),
    ],
)
def test_a_mistake_is_named_with_what_is_expected(write, change, expected):
    message = refused(write({**FOOD, **change}))
    assert expected in message
    assert "1 mistake; entry 1 (" in message


def test_two_entries_of_one_name(write):
    assert "two entries are called food101; give each a name" in refused(write(FOOD, FOOD))


@pytest.mark.parametrize(
    ("content", "expected"),
    [(b"a: [", "expected YAML"), (b"\xff\xd8", "expected YAML"), (b"", "a list called entries"),
     (b"entries: {}", "a list called entries"), (b"entries: []", "a list called entries")],
)  # fmt: skip
def test_a_file_that_is_no_gallery_recipe(tmp_path, content, expected):
    (tmp_path / "r.yaml").write_bytes(content)
    assert expected in refused(str(tmp_path / "r.yaml"))


def test_a_recipe_that_is_not_there():
    assert refused("nowhere") == "No gallery recipe nowhere: expected eleven-types, or a YAML file."


def test_entries_may_be_left_out(write):
    recipe = read_gallery_recipe(write(FOOD, {**FOOD, "name": "b"}))
    assert [entry.name for entry in without(recipe, ["food101"]).entries] == ["b"]
    assert without(recipe, []) == recipe
    with pytest.raises(UserError, match="--skip fod: expected names of entries: food101, b"):
        without(recipe, ["fod"])
    with pytest.raises(UserError, match="skip fewer"):
        without(recipe, ["food101", "b"])
