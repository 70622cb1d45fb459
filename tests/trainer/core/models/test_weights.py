"""Which weights are on this machine."""

import pytest

from trainer.commands import doctor
from trainer.core.models.backbones import BackboneError, weights_available
from trainer.training.recipe import read_recipe, recipe_names


def test_what_comes_with_the_installation_is_available(tmp_path):
    assert weights_available("lite0")
    assert weights_available("lite0:288px:root+lite2:mirror")
    assert not weights_available("lite0+clip:ViT-L-14/openai")
    assert not weights_available(f"lite0@{tmp_path}/gone.safetensors")
    (tmp_path / "mine.safetensors").touch()
    assert weights_available(f"timm:resnet50@{tmp_path}/mine.safetensors")
    assert weights_available(f"clip:ViT-B-32/{tmp_path}/mine.safetensors")
    assert weights_available(f"clip:ViT-B-32/openai@{tmp_path}/mine.safetensors")
    with pytest.raises(BackboneError):
        weights_available("nosuch")


@pytest.mark.parametrize("name", recipe_names())
def test_of_the_recipes_only_the_offline_ones(name):
    backbone = read_recipe(name).backbone
    assert weights_available(backbone) == backbone.startswith("lite")


@pytest.mark.parametrize("name", [*doctor.HUB_BACKBONES, "clip:ViT-B-32/datacomp_s_s13m_b4k", "clip:hf-hub:a/b"])
def test_weights_are_looked_for_in_the_right_repository(name, monkeypatch, tmp_path):
    seen = []
    monkeypatch.setattr("huggingface_hub.try_to_load_from_cache", lambda repo, file: seen.append(repo) or str(tmp_path))
    assert weights_available(name)
    (repository,) = seen
    assert repository.count("/") == 1
    assert all(repository.split("/"))
