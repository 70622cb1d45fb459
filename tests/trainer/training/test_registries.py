"""Every choice by name has one list, its registry: a name that nothing implements cannot train something else."""

from dataclasses import asdict, replace

import pytest

from trainer.core.errors import UserError
from trainer.core.models.heads import HEADS, KINDS, HeadConfig, build_head
from trainer.core.progress import silent
from trainer.export.formats import FORMATS
from trainer.training import fit
from trainer.training.data import LABELS
from trainer.training.guidance import GUIDANCE
from trainer.training.initialisation import INITS
from trainer.training.loop import BEST_BY
from trainer.training.losses import LOSSES
from trainer.training.objective import CENTERS
from trainer.training.recipe import CHOICES, HEAD_LOCKED, Recipe, Stage
from trainer.training.samplers import SAMPLERS
from trainer.training.validation import CHOSEN_BY

REGISTRIES = {"head": HEADS, "init": INITS, "loss": LOSSES, "labels": LABELS, "guidance": GUIDANCE, "sampler": SAMPLERS,
              "best_by": BEST_BY, "centers": CENTERS}  # fmt: skip
SWITCHED_OFF = {"loss": {"none"}, "guidance": {"none"}}


def test_the_names_that_a_recipe_allows_are_those_that_are_implemented():
    assert CHOICES.keys() == REGISTRIES.keys() | {"mixed_precision"}
    for field, registry in REGISTRIES.items():
        assert set(CHOICES[field]) - SWITCHED_OFF.get(field, set()) == set(registry), field
    assert set(KINDS) == set(HEADS)
    assert CHOSEN_BY.keys() | {"last"} == BEST_BY.keys()


@pytest.mark.parametrize("field", CHOICES)
def test_a_name_that_is_only_allowed_trains_nothing(field, recipe, gallery, tmp_path, monkeypatch):
    monkeypatch.setitem(CHOICES, field, (*CHOICES[field], "new"))
    changed = replace(recipe, **{"head": "linear", "epochs": 1, field: "new"})
    with pytest.raises((KeyError, ValueError, UserError), match="new"):
        fit.run(changed, [gallery], tmp_path / "c", silent)
    assert not (tmp_path / "c/config.json").exists()


@pytest.mark.parametrize("train", HEAD_LOCKED)
def test_what_a_stage_trains_is_looked_up(train):
    assert Stage(train).train == train
    with pytest.raises(UserError, match=r"finetune.train is 'new': expected backbone or both"):
        Stage("new")


@pytest.mark.parametrize("kind", KINDS)
def test_every_head_is_of_its_own_class_and_described(kind):
    config = HeadConfig(kind, 96, 8, 16, parallel=2)
    assert type(build_head(config)) is HEADS[kind]
    assert list(HEADS.values()).count(HEADS[kind]) == 1
    assert "8" in HEADS[kind].description.format_map(asdict(config))
    assert "description" in vars(HEADS[kind])  # its own, not that of the class it extends


def test_every_format_is_written_and_opened_by_its_own_methods():
    assert len({type(target).write for target in FORMATS.values()}) == len(FORMATS)
    assert len({type(target).open for target in FORMATS.values()}) == len(FORMATS)


def test_recipes_without_the_new_names_still_train(recipe, gallery, tmp_path):
    """The same call as above with a name that is implemented."""
    out = fit.run(replace(Recipe("r", backbone="tiny", dims=8), epochs=1), [gallery], tmp_path / "c", silent)
    assert (out / "config.json").is_file()
