"""Recipes: what they may say, and what is told of the rest."""

import pytest

from trainer.core.errors import UserError
from trainer.recipe import Recipe, read_recipe, recipe_names


@pytest.mark.parametrize("name", recipe_names())
def test_bundled_recipes_are_valid(name):
    assert read_recipe(name).name == name


def test_bundled_recipes_are_the_ladder_of_the_study():
    heads = {name: read_recipe(name).head for name in recipe_names() if name.endswith("-lite2")}
    assert heads == {
        "pca-lite2": "pca", "arcface-linear-lite2": "linear", "arcface-bn-lite2": "bn_linear",
        "arcface-bn-wide-lite2": "bn_wide_linear",
    }  # fmt: skip


def test_a_recipe_of_ones_own(tmp_path):
    (tmp_path / "mine.yaml").write_text("backbone: lite0\nepochs: 3\nscale: 20\n")
    recipe = read_recipe(str(tmp_path / "mine.yaml"))
    assert (recipe.name, recipe.backbone, recipe.epochs) == ("mine", "lite0", 3)
    assert type(recipe.scale) is float


def test_changes_of_the_command_line():
    changes = ["epochs=10", "learning_rate=1e-3", "backbone=lite0", "margin_rad = 0.25", "name=two=2"]
    recipe = read_recipe("arcface-bn-lite2", changes)
    assert (recipe.epochs, recipe.learning_rate, recipe.backbone) == (10, 0.001, "lite0")
    assert (recipe.margin_rad, recipe.name, recipe.head) == (0.25, "two=2", "bn_linear")


def refused(*arguments):
    with pytest.raises(UserError) as error:
        read_recipe(*arguments)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("epoch=10", "unknown key epoch: expected name, backbone, head"),
        ("epochs=-1", "epochs is -1: expected 0 to 1000"),
        ("dims=65", "dims is 65: expected 1 to 64"),
        ("dropout=0.95", "dropout is 0.95: expected 0 to 0.9"),
        ("learning_rate=.nan", "learning_rate is nan: expected"),
        ("learning_rate=fast", "learning_rate is 'fast': expected a number"),
        ("epochs=2.5", "epochs is 2.5: expected a value of type int"),
        ("epochs=true", "epochs is True: expected a value of type int"),
        ("epochs=", "epochs is None: expected a value of type int"),
        ("scale=true", "scale is True: expected a value of type float"),
        ("head=mlp", "head is 'mlp': expected one of pca, linear"),
        ("loss=triplet", "loss is 'triplet': expected one of none, arcface"),
        ("head=pca", "head pca with loss arcface: expected pca with none"),
        ("epochs=0", "epochs is 0: expected at least 1 for arcface"),
        ("epochs", "expected key=value"),
        ("epochs=[1", "the value cannot be read"),
    ],
)
def test_a_bad_change_is_named_with_what_is_allowed(change, expected):
    assert expected in refused("arcface-linear-lite2", [change])


@pytest.mark.parametrize(
    ("content", "expected"),
    [(b"epoch: 3", "unknown key epoch"), (b"- 1", "expected keys and values, found list"), (b"a: [", "expected YAML"),
     (b"\xff\xd8\xff\xe0", "expected YAML"), (b"", "found NoneType"),
     (b"a: !!python/object/apply:os.getcwd []", "expected YAML")],
)  # fmt: skip
def test_a_file_that_is_no_recipe(tmp_path, content, expected):
    (tmp_path / "r.yaml").write_bytes(content)
    assert expected in refused(str(tmp_path / "r.yaml"))


def test_a_recipe_that_is_not_there():
    assert refused("nowhere").startswith("No recipe nowhere: expected one of arcface-bn-lite2")


def test_a_recipe_cannot_be_made_wrong():
    with pytest.raises(UserError, match="batch_size is 1: expected 2 to"):
        Recipe("r", batch_size=1)
