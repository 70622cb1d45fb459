"""Recipes: allowed values, and the messages about all others."""

import pytest

from trainer.core.errors import UserError
from trainer.training.groups import FinetuneStage
from trainer.training.recipe import RECIPES_DIR, Recipe, read_recipe, recipe_names


@pytest.mark.parametrize("name", recipe_names())
def test_bundled_recipes_are_valid(name):
    assert read_recipe(name).name == name


def test_bundled_recipes_are_the_ladder_of_the_study():
    heads = {name: read_recipe(name).head.kind for name in recipe_names() if name.startswith(("pca-lite2", "arcface"))}
    assert heads == {
        "pca-lite2": "pca", "arcface-linear-lite2": "linear", "arcface-bn-lite2": "bn_linear",
        "arcface-bn-wide-lite2": "bn_wide_linear",
    }  # fmt: skip


def test_every_recipe_that_needs_a_download_has_an_offline_substitute():
    online = {name for name in recipe_names() if "lite" not in read_recipe(name).backbone}
    text = {name: (RECIPES_DIR / f"{name}.yaml").read_text() for name in recipe_names()}
    offline = {name: t for name, t in text.items() if name not in online}
    ladder = {
        "study4-clip",
        "study5-clip",
        "study6-clip",
        "pca-clip",
    }  # substitutes: the three of the ladder, and pca-lite2
    modern = {"pe-core-l", "siglip2-so400m", "dinov3-l", "mobileclip2-s0"}  # of these, unifex-lite2 is the substitute
    assert len(online) > 19
    assert {name for name in online if not any(f"extends: {name}\n" in t for t in offline.values())} == ladder | modern
    substitute = read_recipe("unifex-lite2")
    assert all(
        read_recipe(name).changed(name=substitute.name, backbone=substitute.backbone) == substitute for name in modern
    )
    assert all(t.startswith("# ") for t in text.values())


@pytest.mark.parametrize("key", ["extends", "like"])
def test_a_recipe_that_extends_another_says_only_what_differs(tmp_path, key):
    (tmp_path / "mine.yaml").write_text(f"{key}: unifex-siglip\nbackbone: lite0\n")
    recipe = read_recipe(str(tmp_path / "mine.yaml"), ["epochs=2"])
    assert (recipe.name, recipe.backbone, recipe.optimiser.epochs, recipe.loss.sub_centers) == ("mine", "lite0", 2, 3)
    (tmp_path / "mine.yaml").write_text(f"{key}: nosuch\n")
    assert f"{key} is 'nosuch': expected another of" in refused(str(tmp_path / "mine.yaml"))
    (tmp_path / "mine.yaml").write_text("like: pca-lite2\nextends: pca-lite0\n")
    assert "expected one of extends and like, found both" in refused(str(tmp_path / "mine.yaml"))


def test_values_in_groups_and_by_flat_keys_are_the_same(tmp_path):
    (tmp_path / "mine.yaml").write_text(
        "head: {kind: bn_linear, dropout: 0.1}\noptimiser: {epochs: 3}\nguidance: {weight: 0.5}\nscale: 16\n"
    )
    grouped = read_recipe(str(tmp_path / "mine.yaml"), ["head.dims=32", "loss={margin_rad: 0.3}", "head.dropout=0.3"])
    (tmp_path / "mine.yaml").write_text(
        "head: bn_linear\ndropout: 0.3\ndims: 32\nepochs: 3\nguidance_weight: 0.5\nscale: 16\nmargin_rad: 0.3\n"
    )
    assert grouped == read_recipe(str(tmp_path / "mine.yaml"))
    assert grouped.record()["head"] == "bn_linear"
    assert Recipe(**grouped.record()) == Recipe(**grouped.model_dump()) == grouped


def test_a_later_value_replaces_an_earlier_one_in_either_form():
    assert read_recipe("arcface-bn-lite2", ["head.kind=linear"]).head.kind == "linear"
    assert read_recipe("arcface-bn-lite2", ["head.kind=linear", "head=wide_linear"]).head.kind == "wide_linear"


def test_all_mistakes_are_reported_at_once():
    changes = ["epoch=3", "head.dropuot=0.1", "epochs=-1", "guidance.weight=-1", "finetune=[{epochs: 0, sizepx: 32}]"]
    message = refused("arcface-linear-lite2", changes)
    assert "unknown key epoch, head.dropuot: expected name, backbone, head, dims" in message
    assert "unknown key finetune.sizepx: expected train, epochs" in message
    for mistake in ("epochs is -1: expected 0 to 1000", "guidance_weight is -1.0: expected 0 to 1000",
                    "finetune.epochs is 0: expected 1 to 1000"):  # fmt: skip
        assert f"; {mistake}" in message
    together = refused("arcface-linear-lite2", ["soup=2", "keep_epochs=2", "init=pca", "head=bn_linear"])
    assert "init pca with head bn_linear" in together
    assert "; keep_epochs: expected a single head" in together


def test_a_recipe_of_ones_own(tmp_path):
    (tmp_path / "mine.yaml").write_text("backbone: lite0\nepochs: 3\nscale: 20\n")
    recipe = read_recipe(str(tmp_path / "mine.yaml"))
    assert (recipe.name, recipe.backbone, recipe.optimiser.epochs) == ("mine", "lite0", 3)
    assert type(recipe.loss.scale) is float


def test_changes_of_the_command_line():
    changes = ["epochs=10", "learning_rate=1e-3", "backbone=lite0", "margin_rad = 0.25", "name=two=2"]
    recipe = read_recipe("arcface-bn-lite2", changes)
    assert (recipe.optimiser.epochs, recipe.optimiser.learning_rate, recipe.backbone) == (10, 0.001, "lite0")
    assert (recipe.loss.margin_rad, recipe.name, recipe.head.kind) == (0.25, "two=2", "bn_linear")


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
        ("epochs=2.5", "epochs is 2.5: expected a whole number"),
        ("epochs=true", "epochs is True: expected a whole number"),
        ("epochs=", "epochs is None: expected a whole number"),
        ("scale=true", "scale is True: expected a number"),
        ("head=mlp", "head is 'mlp': expected one of pca, linear"),
        ("loss=triplet", "loss is 'triplet': expected one of none, arcface"),
        ("head=pca", "head pca with loss arcface: expected pca with none"),
        ("epochs=0", "epochs is 0: expected at least 1 for arcface"),
        ("epochs", "expected key=value"),
        ("epochs=[1", "the value cannot be read"),
        ("sampler=random", "sampler is 'random': expected one of shuffle, by_class, by_type"),
        ("guidance=language", "guidance is 'language': expected one of none, expert, pseudo"),
        ("init=pca2", "init is 'pca2': expected one of random, pca, whitening"),
        ("mixed_precision=fp8", "mixed_precision is 'fp8': expected one of no, bf16, fp16"),
        ("best_by=train_loss", "best_by is 'train_loss': expected one of val_guie_mp5, val_study_mp5, val_loss"),
        ("labels=colour", "labels is 'colour': expected one of class, object_type"),
        ("accumulate=0", "accumulate is 0: expected 1 to 1024"),
        ("sub_centers=0", "sub_centers is 0: expected 1 to 16"),
        ("largest_margin_rad=0.1", "largest_margin_rad is 0.1: expected at least margin_rad (0.5), or 0"),
        ("finetune=[{epoch: 1}]", "unknown key finetune.epoch: expected train, epochs"),
        ("finetune=[both]", "finetune is 'both': expected keys and values"),
        ("finetune=both", "finetune is 'both': expected a list"),
        ("finetune=[{epochs: 0}]", "finetune.epochs is 0: expected 1 to 1000"),
        ("finetune=[{epochs: -1}]", "finetune.epochs is -1: expected 1 to 1000"),
        ("finetune=[{train: head}]", "finetune.train is 'head': expected one of backbone, both"),
        ("finetune=[{size_px: 31}]", "finetune.size_px is 31: expected 32 to 1024"),
        ("finetune=[{learning_rate: -1}]", "finetune.learning_rate is -1.0: expected 0 to 1"),
        ("finetune=[{layer_decay: 0}]", "finetune.layer_decay is 0.0: expected 0.01 to 1"),
        ("finetune=[{margin_rad: -0.5}]", "finetune.margin_rad is -0.5: expected 0 to 1.5"),
        ("finetune=[{batch_size: 32.5}]", "finetune.batch_size is 32.5: expected a whole number"),
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
        Recipe(name="r", batch_size=1)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"head": "pca", "loss": "arcface"}, "head pca with loss arcface"),
        ({"head": "linear", "loss": "none"}, "head linear with loss none"),
        ({"head": "bn_linear", "init": "pca"}, "init pca with head bn_linear: expected a head of kind linear or pca"),
        ({"head": "wide_linear", "init": "whitening"}, "init whitening with head wide_linear"),
        ({"sampler": "by_class", "batch_size": 510}, "batch_size is 510: expected a multiple of images_per_class (4)"),
        ({"head": "concat_pca", "soup": 2}, "soup with head concat_pca"),
        ({"soup": 2, "finetune": (FinetuneStage(),)}, "finetune: expected a single head"),
        ({"head": "concat_pca", "finetune": (FinetuneStage(),)}, "finetune: expected a single head"),
        ({"head": "pca", "loss": "none", "finetune": (FinetuneStage(),)}, "finetune: expected a single head"),
        ({"loss": "multi_similarity", "finetune": (FinetuneStage(margin_rad=0.1),)},
         "finetune.margin_rad with loss multi_similarity: expected arcface"),
        ({"sampler": "by_class", "finetune": (FinetuneStage(batch_size=2),)},
         "finetune.batch_size is 2: expected at least images_per_class (4)"),
    ],
)  # fmt: skip
def test_values_that_do_not_fit_together_are_refused(values, expected):
    with pytest.raises(UserError) as error:
        Recipe(name="r", **values)
    assert expected in str(error.value)
    assert "\n" not in str(error.value)


def test_stages_of_a_file(tmp_path):
    (tmp_path / "r.yaml").write_text(
        "finetune:\n"
        "- {train: backbone, epochs: 2, learning_rate: 1e-5}\n"
        "- {train: both, size_px: 320, margin_rad: 0.2}\n"
    )
    assert read_recipe(str(tmp_path / "r.yaml")).finetune == (
        FinetuneStage(train="backbone", epochs=2, learning_rate=1e-5),
        FinetuneStage(train="both", size_px=320, margin_rad=0.2),
    )  # fmt: skip
    assert read_recipe("arcface-linear-lite2", ["finetune=[{train: both}]"]).finetune == (FinetuneStage(train="both"),)
    assert FinetuneStage().margin_rad == -1  # the recipe's own


@pytest.mark.parametrize("name", ["", "..", "../evil", "a/b", "/tmp"])
def test_a_name_leads_to_no_other_folder(name):
    with pytest.raises(UserError, match="expected a name without folders"):
        read_recipe("pca-lite0", [f"name='{name}'"])


def test_a_mistake_names_the_recipe_or_its_file(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("epochs: -1")
    for spec, changes in (("arcface-bn-lite2", ["epochs=-1"]), (str(file), [])):
        with pytest.raises(UserError) as error:
            read_recipe(spec, changes)
        assert str(error.value) == f"{spec}: epochs is -1: expected 0 to 1000."
