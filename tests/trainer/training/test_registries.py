"""Choices by name: each name is one registry entry, and adding one takes no other change of the package."""

import pytest
import torch
from torch.nn import functional as F

from trainer.core.errors import UserError
from trainer.core.models.checkpoint import open_checkpoint
from trainer.core.models.heads import HEADS, Head, HeadConfig, build_head
from trainer.core.progress import silent
from trainer.export.formats import FORMATS
from trainer.training import fit
from trainer.training.data.image_set import LABELS
from trainer.training.data.samplers import SAMPLERS
from trainer.training.epoch_choice import BEST_BY, BEST_BY_TITLES
from trainer.training.groups import PRECISIONS, TRAINED_BY_STAGE
from trainer.training.initialisation import INITS
from trainer.training.losses import LOSSES, Loss
from trainer.training.losses.base import CENTERS
from trainer.training.objective.guidance import GUIDANCE
from trainer.training.recipe import Recipe

REGISTRIES = {
    "head": HEADS, "init": INITS, "loss": ["none", *LOSSES], "labels": LABELS, "guidance": ["none", *GUIDANCE],
    "sampler": SAMPLERS, "best_by": BEST_BY, "centers": CENTERS, "mixed_precision": PRECISIONS,
}  # fmt: skip


@pytest.mark.parametrize("key", REGISTRIES)
def test_a_recipe_allows_the_names_that_are_implemented(key):
    with pytest.raises(UserError) as error:
        Recipe(**{"name": "r", key: "new"})
    assert str(error.value) == f"recipe: {key} is 'new': expected one of {', '.join(REGISTRIES[key])}."


def test_what_a_stage_trains_is_looked_up():
    for train in TRAINED_BY_STAGE:
        [stage] = Recipe(name="r", finetune=[{"train": train}]).finetune
        assert stage.head_locked == (train == "backbone")
    with pytest.raises(UserError, match=r"finetune.train is 'new': expected one of backbone, both"):
        Recipe(name="r", finetune=[{"train": "new"}])


def test_every_choice_of_the_epoch_has_a_title():
    assert BEST_BY_TITLES.keys() | {"last"} == BEST_BY.keys()


@pytest.mark.parametrize("kind", HEADS)
def test_every_head_has_its_own_class_and_description(kind):
    config = HeadConfig(kind, 96, dims=8, wide_dims=16, parallel=2)
    assert type(build_head(config)) is HEADS[kind]
    assert list(HEADS.values()).count(HEADS[kind]) == 1
    assert "8" in HEADS[kind].description.format_map(config.model_dump())
    assert "description" in vars(HEADS[kind])  # its own, not that of the class it extends


class CosineToMean(Loss):
    """A loss that is not in the package: one minus the cosine to the mean embedding of the image's class."""

    needs_positives = True

    def forward(self, embeddings, labels):
        same = (labels[:, None] == labels).float()
        return (1 - F.cosine_similarity(embeddings, same @ embeddings)).mean()


class TwoLayerHead(Head):
    """A head that is not in the package, which starts from PCA on request."""

    description = "two linear layers to {dims} numbers"
    inits = ("random", "pca")

    def __init__(self, config):
        super().__init__(config)
        self.linear = torch.nn.Linear(config.in_dims, config.dims)
        self.second = torch.nn.Linear(config.dims, config.dims)

    def forward(self, features):
        return F.normalize(self.second(self.linear(features)), dim=1)


def test_a_new_loss_and_a_new_head_are_one_entry_each(recipe, gallery, tmp_path, monkeypatch):
    monkeypatch.setitem(LOSSES, "cosine_to_mean", CosineToMean)
    monkeypatch.setitem(HEADS, "two_layers", TwoLayerHead)
    new = recipe.changed(loss="cosine_to_mean", head="two_layers", init="pca", epochs=3, sampler="by_class")
    checkpoint = open_checkpoint(str(fit.run(new, [gallery], tmp_path / "new", silent)))
    assert (checkpoint.recipe["loss"], checkpoint.recipe["head"]) == ("cosine_to_mean", "two_layers")
    assert checkpoint.history["train_loss"].iloc[-1] < checkpoint.history["train_loss"].iloc[0]
    assert (checkpoint.history["anchors_with_positive"] == 1).all()
    assert "two linear layers to 16 numbers" in (tmp_path / "new/README.md").read_text()
    head = checkpoint.load_head()
    assert isinstance(head, TwoLayerHead)
    assert head(torch.randn(5, checkpoint.head.in_dims)).shape == (5, 16)
    with pytest.raises(UserError, match="init whitening with head two_layers: expected a head of kind linear or pca"):
        new.changed(init="whitening")
    with pytest.raises(UserError, match="centers class_means: expected the loss arcface"):
        new.changed(centers="class_means")


def test_every_format_is_written_and_opened_by_its_own_methods():
    assert len({type(target).write for target in FORMATS.values()}) == len(FORMATS)
    assert len({type(target).open for target in FORMATS.values()}) == len(FORMATS)
