"""Any YAML at any key of a gallery recipe is a gallery recipe or one sentence."""

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from tests.strategies import any_texts, assert_one_sentence, texts, yaml_values
from trainer.assemble.entry import DatasetEntry, Defaults
from trainer.assemble.recipe import GalleryRecipe, read_gallery_recipe
from trainer.assemble.records import EntryRecord
from trainer.assemble.sources_file import sources_text
from trainer.core.errors import UserError

FOOD = {"dataset": "ethz/food101", "object_type": "dishes", "licence": "see its card"}
TYPES = st.fixed_dictionaries({"column": texts, "values": st.dictionaries(texts | st.integers(0, 3), texts)})
ENTRIES = st.builds(
    lambda changes: {**FOOD, **changes},
    st.dictionaries(st.sampled_from([*DatasetEntry.model_fields]) | texts, yaml_values | TYPES, max_size=3),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("recipes")


def read(spec: str) -> GalleryRecipe | None:
    """The recipe, whose SOURCES.md can be written; None if it is refused in one sentence."""
    try:
        recipe = read_gallery_recipe(spec)
    except UserError as error:
        assert_one_sentence(error)
        return None
    json.dumps(recipe.model_dump(), ensure_ascii=False).encode("utf-8")
    text = sources_text(recipe, {entry.name: EntryRecord() for entry in recipe.entries})
    rows = [line for line in text.encode("utf-8").decode("utf-8").split("\n") if line.startswith("| ")]
    assert [row.count("|") for row in rows] == [7] * (1 + len(recipe.entries))
    return recipe


def written(folder: Path, values: object) -> str:
    path = folder / "mine.yaml"
    text = values if isinstance(values, str) else yaml.safe_dump(values, allow_unicode=True)
    path.write_bytes(text.encode("utf-8"))
    return str(path)


@given(
    st.lists(ENTRIES, max_size=3),
    st.dictionaries(st.sampled_from([*Defaults.model_fields]) | texts, yaml_values, max_size=2),
)
@example([FOOD], {"x" * 50_000: 1})
@example([FOOD], dict.fromkeys(map(str, range(5_000))))
@example([{**FOOD, "dataset": "~nouser/x"}], {})
@example([{**FOOD, "dataset": "./a\0b"}], {})
@example([{**FOOD, "dataset": "./" + "x" * 300}], {})
@example([{**FOOD, "name": "x" * 300}], {})
@example([{**FOOD, "name": "x" * 100_000}], {})
@example([{**FOOD, "object_type": ["cars"] * 5_000}], {})
@example([{**FOOD, "object_type": {"column": "a", "values": dict.fromkeys(range(5_000), "x" * 500)}}], {})
@example([{"name": {"x" * 50_000: 1}}] * 500, {})
def test_values_at_any_key(folder, entries, settings):
    read(written(folder, {**settings, "entries": entries}))


@given(yaml_values)
def test_any_document(folder, value):
    assert read(written(folder, value)) is None
    assert read(written(folder, {"entries": value})) is None
    assert read(written(folder, {"entries": [value]})) is None


@given(st.dictionaries(st.integers(0, 9) | st.integers(0, 9).map(str), st.just("toys"), min_size=1))
@example({1: "toys", "1": "toys"})
def test_keys_that_are_equal_as_text_are_refused(folder, values):
    for changes in ({"rename": values}, {"object_type": {"column": "kind", "values": values}}):
        recipe = read(written(folder, {"entries": [{**FOOD, **changes}]}))
        assert (recipe is None) == (len(set(map(str, values))) < len(values))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("entries: [{dataset: a/b, revision: 2026-13-45}]", "expected YAML (month must be in 1..12)"),
        ("entries: " + "[" * 5_000, "nested too deeply"),
        ("entries: &a [*a]", "more than 100,000 values"),
        ("entries: []\nentries: [{}]", "the key 'entries' comes twice"),
        ('entries: [{licence: "\\ud800"}]', "half of a character"),
    ],
)
def test_a_file_that_is_no_gallery_recipe(folder, content, reason):
    with pytest.raises(UserError) as error:
        read_gallery_recipe(written(folder, content))
    assert_one_sentence(error)
    assert str(folder / "mine.yaml") in str(error.value)
    assert reason in str(error.value)


@given(any_texts)
@example("~nouser/mine.yaml")
@example("a\0b")
@example("x" * 300)
@example("x/" * 3_000)
@example("caf\udce9.yaml")
def test_names_of_gallery_recipes(name):
    assert read(name) is None
