"""Which weights are on this machine."""

import pytest

from trainer import doctor
from trainer.core.backbones import BackboneError, spec_of
from trainer.recipe import read_recipe, recipe_names
from trainer.weights import at_hand, hub_repository


def test_what_comes_with_the_installation_is_at_hand(tmp_path):
    assert at_hand("lite0")
    assert at_hand("lite0:288px:root+lite2:mirror")
    assert not at_hand("lite0+clip:ViT-L-14/openai")
    assert not at_hand(f"lite0@{tmp_path}/gone.safetensors")
    (tmp_path / "mine.safetensors").touch()
    assert at_hand(f"timm:resnet50@{tmp_path}/mine.safetensors")
    assert at_hand(f"clip:ViT-B-32/{tmp_path}/mine.safetensors")
    with pytest.raises(BackboneError):
        at_hand("nosuch")


@pytest.mark.parametrize("name", recipe_names())
def test_of_the_recipes_only_the_offline_ones(name):
    backbone = read_recipe(name).backbone
    assert at_hand(backbone) == backbone.startswith("lite")


@pytest.mark.parametrize("name", doctor.HUB_BACKBONES)
def test_weights_are_looked_for_in_the_right_repository(name, monkeypatch, tmp_path):
    repository = hub_repository(spec_of(name))
    assert repository.count("/") == 1
    assert all(repository.split("/"))
    seen = []
    monkeypatch.setattr("huggingface_hub.try_to_load_from_cache", lambda repo, file: seen.append(repo) or str(tmp_path))
    assert at_hand(name)
    assert seen == [repository]
