"""Any YAML at any key of a recipe is a recipe or one sentence."""

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from tests.strategies import any_texts, assert_one_sentence, texts, yaml_values
from trainer.core.errors import UserError
from trainer.training.groups import FinetuneStage
from trainer.training.recipe import GROUPS, PLACES, Recipe, read_recipe

KEYS = st.sampled_from([*PLACES, *GROUPS, "extends", "like", *(".".join(place) for place in PLACES.values())])
STAGES = st.lists(st.dictionaries(st.sampled_from([*FinetuneStage.model_fields]), yaml_values, max_size=2), max_size=2)
GROUP_VALUES = st.dictionaries(st.sampled_from([place[-1] for place in PLACES.values()]), yaml_values, max_size=3)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("recipes")


def read(*arguments) -> Recipe | None:
    """The recipe, which can be recorded and read again; None if it is refused in one sentence."""
    try:
        recipe = read_recipe(*arguments)
    except UserError as error:
        assert_one_sentence(error)
        return None
    assert recipe.name.isprintable()  # it names a folder
    assert len(recipe.name.encode("utf-8")) <= 200
    recorded = json.dumps(recipe.record(), ensure_ascii=False).encode("utf-8")
    assert Recipe(**json.loads(recorded)) == recipe
    return recipe


def written(folder: Path, content: str | bytes) -> str:
    path = folder / "mine.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return str(path)


@given(st.dictionaries(KEYS | texts, yaml_values | STAGES | GROUP_VALUES, max_size=4))
@example({"name": "a\0b"})
@example({"name": "x" * 300})
@example({"seed": "x" * 100_000})
@example({"seed": 10**90})
@example({"finetune": [{"epochs": "x"}] * 5_000})
@example({"x" * 50_000: 1})
@example(dict.fromkeys(map(str, range(5_000))))
def test_values_at_any_key(folder, values):
    read(written(folder, yaml.safe_dump(values, allow_unicode=True)))


@given(st.sampled_from([key for key, place in PLACES.items() if len(place) == 2 and key != place[0]]), texts, texts)
def test_two_values_of_one_key_are_refused(folder, key, value, another):
    group, field = PLACES[key]
    spec = written(folder, yaml.safe_dump({key: value, group: {field: another}}))
    with pytest.raises(UserError, match=f"mine.yaml: {key}: expected one value"):
        read_recipe(spec)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("seed: 2026-13-45", "expected YAML (month must be in 1..12)"),
        ("seed: !!int ''", "a value does not fit its tag"),
        ("seed: " + "[" * 5_000, "nested too deeply"),
        ("seed: 1\nseed: 2", "the key 'seed' comes twice"),
        ("seed: &a [*a]", "more than 100,000 values"),
        ("name: a\0b", "expected YAML"),
        (b"name: \xff", "expected YAML"),
    ],
)
def test_a_file_that_is_no_recipe(folder, content, reason):
    with pytest.raises(UserError) as error:
        read_recipe(written(folder, content))
    assert_one_sentence(error)
    assert str(folder / "mine.yaml") in str(error.value)
    assert reason in str(error.value)


@given(st.tuples(KEYS | any_texts, any_texts | yaml_values.map(yaml.safe_dump)).map("=".join) | any_texts)
@example("seed=2026-13-45")
@example("seed=\udcff")
@example('name="a\\0b"')
@example("seed=" + "[" * 3_000)
@example("x" * 100_000)
def test_changes_on_the_command_line(change):
    recipe = read("pca-lite2", [change])
    assert recipe is None or "=" in change


@given(any_texts)
@example("~nouser/mine.yaml")
@example("a\0b")
@example("x" * 300)
@example("x/" * 3_000)
@example("caf\udce9.yaml")
def test_names_of_recipes(name):
    assert read(name) is None
