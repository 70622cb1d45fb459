"""Fine-tuning: linear probing, then the backbone, end to end on a small network of timm."""

import json
import shutil
from dataclasses import replace

import numpy as np
import open_clip
import pandas as pd
import pytest
import timm
import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.optim.optimizer import register_optimizer_step_pre_hook

from tests.tiny import part_of
from tests.trainer.core.models.test_backbones import CLIP
from trainer.core.data.images import read_image
from trainer.core.errors import UserError
from trainer.core.models.backbones import load_backbone
from trainer.core.models.checkpoint import open_checkpoint
from trainer.core.models.embedder import gallery_embeddings
from trainer.core.models.features import gallery_features
from trainer.core.models.heads import HeadConfig, build_head
from trainer.core.progress import silent
from trainer.export import hub
from trainer.training import fit
from trainer.training.data.training_data import training_data
from trainer.training.finetuning.finetune import finetune
from trainer.training.finetuning.layer_rates import layer_groups
from trainer.training.groups import FinetuneStage
from trainer.training.head_training import HeadTraining
from trainer.training.loop import start
from trainer.training.objective.objective import Objective
from trainer.training.outputs.saved_epochs import SavedEpochs
from trainer.training.recipe import Recipe
from trainer.training.validation import validate


@pytest.fixture(scope="module")
def backbone(tmp_path_factory):
    """Random weights, whose features of two images are far apart enough not to count as near duplicates."""
    torch.manual_seed(0)
    model = timm.create_model("test_resnet", num_classes=0)
    with torch.no_grad():
        pixels = torch.randn(64, 3, 32, 32)
        model.train()(pixels)  # gives BatchNorm statistics of its own
    file = tmp_path_factory.mktemp("weights") / "resnet.safetensors"
    save_file(model.state_dict(), file)
    return f"timm:test_resnet:32px@{file}"


@pytest.fixture(scope="module")
def lpft(backbone):
    """A head, then the backbone under the locked head, then both at a higher resolution and with another margin."""
    stages = (
        FinetuneStage(train="backbone", epochs=3, batch_size=16, learning_rate=3e-3, layer_decay=0.9),
        FinetuneStage(train="both", epochs=2, batch_size=16, learning_rate=1e-3, size_px=48, margin_rad=0.3),
    )
    return Recipe(
        name="lpft", backbone=backbone, head="bn_linear", dims=16, epochs=3, batch_size=16, validation_classes=0.4,
        best_by="val_loss", finetune=stages,
    )  # fmt: skip


@pytest.fixture(scope="module")
def tuned(lpft, gallery, tmp_path_factory):
    return fit.run(lpft, [gallery], tmp_path_factory.mktemp("tuned") / "lpft", silent)


def test_there_are_images_to_learn_from(lpft, gallery):
    data = training_data([gallery], lpft, silent)
    assert len(data.train) >= 24
    assert len(data.val) >= 4
    assert len(data.held_out) >= 12


def test_the_loss_falls_in_every_stage(tuned):
    history = open_checkpoint(str(tuned)).history
    assert history["stage"].tolist() == [0] * 3 + [1] * 3 + [2] * 2
    for stage in (1, 2):
        loss = history[history["stage"] == stage]["train_loss"].tolist()
        assert loss[-1] < loss[0]
    assert history["train_loss"].iloc[5] < history["train_loss"].iloc[0]
    assert np.isfinite(history[["train_loss", "train_loss_eval", "val_loss", "val_guie_mp5"]].to_numpy()).all()


def test_the_rate_recorded_in_a_stage_is_that_of_its_last_layer(lpft, gallery, tmp_path):
    """That of the last step and of the group with the highest rate: the layers below have lower rates."""
    rates = []
    hook = register_optimizer_step_pre_hook(
        lambda optimiser, *_: rates.append(max(group["lr"] for group in optimiser.param_groups))
    )
    try:
        history = open_checkpoint(str(fit.run(lpft, [gallery], tmp_path / "c", silent))).history
    finally:
        hook.remove()
    steps = len(rates) // len(history)  # batches of one size in every stage
    assert len(rates) == steps * len(history)
    assert history["learning_rate"].tolist() == pytest.approx(rates[steps - 1 :: steps], rel=1e-5)


def test_the_last_resolution_is_that_of_the_checkpoint(tuned):
    checkpoint = open_checkpoint(str(tuned))
    assert checkpoint.backbone_in_config == "timm:test_resnet:48px@backbone.safetensors"
    assert checkpoint.preprocessing["size_px"] == 48
    assert load_backbone(checkpoint.backbone).encoder_configs == checkpoint.encoders
    assert [stage["size_px"] for stage in checkpoint.recipe["finetune"]] == [0, 48]


def test_a_checkpoint_opens_elsewhere_and_embeds_alike(tuned, gallery, tmp_path, cache, monkeypatch):
    before = gallery_embeddings(gallery, open_checkpoint(str(tuned)))
    moved = shutil.copytree(tuned, tmp_path / "else where" / "moved")
    monkeypatch.setenv("GUIE_CACHE", str(tmp_path / "empty"))  # computed again, by the weights of the folder
    assert (gallery_embeddings(gallery, open_checkpoint(str(moved))) == before).all()
    assert before.shape == (144, 16)


def test_its_validation_figures_are_those_of_the_opened_checkpoint(tuned, lpft, gallery):
    checkpoint = open_checkpoint(str(tuned))
    held_out = training_data([gallery], lpft, silent).held_out
    row_of = {path: row for row, path in enumerate(gallery.table["path"])}
    rows = [row_of[path] for path in held_out.paths]
    features = gallery_features(gallery, checkpoint.backbone, silent)[rows]
    score = validate(checkpoint.load_head(), replace(held_out, features=features))
    recorded = {name: value for name, value in checkpoint.metrics["validation"].items() if name != "intervals"}
    assert score == pytest.approx(recorded, abs=1e-6)
    frozen = validate(checkpoint.load_head(), held_out)
    assert frozen != pytest.approx(score, abs=1e-6)  # on the features of the untrained backbone it would be another


def test_the_backbone_is_stored_in_half_precision_with_its_statistics(tuned, backbone):
    weights, start_weights = (load_file(path) for path in (tuned / "backbone.safetensors", backbone.split("@")[1]))
    assert weights.keys() == start_weights.keys()
    assert {v.dtype for k, v in weights.items() if not k.endswith("num_batches_tracked")} == {torch.float16}
    assert (tuned / "backbone.safetensors").stat().st_size < 2.2 * sum(v.numel() for v in weights.values()) + 20_000
    for name, value in start_weights.items():
        if name.endswith(("running_mean", "running_var")):
            torch.testing.assert_close(weights[name], value.half())
        elif name.endswith("num_batches_tracked"):
            assert torch.equal(weights[name], value)
    moved = [name for name, value in start_weights.items() if not torch.equal(weights[name], value.half())]
    assert len(moved) > len(list(load_backbone(backbone).encoders[0].model.parameters())) * 0.9


def test_the_shared_backbone_is_left_as_it_was(tuned, backbone):
    stored = load_file(backbone.split("@")[1])
    assert all(torch.equal(v, stored[k]) for k, v in load_backbone(backbone).encoders[0].model.state_dict().items())


def test_under_a_locked_head_only_the_backbone_moves(lpft, gallery, tmp_path):
    recipe = lpft.changed(finetune=lpft.finetune[:1])
    data = training_data([gallery], recipe, silent)
    accelerator = start("no", 1)
    config = HeadConfig("bn_linear", data.train.features.shape[1], dims=16)
    head, saved = build_head(config), SavedEpochs(tmp_path, recipe, config, data)
    training = HeadTraining(recipe, data, accelerator, tmp_path, "key", saved, silent)
    _, objective = training.train(head, 0)
    before = [{k: v.clone() for k, v in module.state_dict().items()} for module in (head, objective)]
    result = finetune(recipe, data, head, objective, accelerator, tmp_path, "key", silent)
    for module, old in zip((head, objective), before, strict=True):
        new = module.state_dict()
        assert len(old)
        assert all(torch.equal(new[name], value) for name, value in old.items())  # also what BatchNorm has counted
    assert result.history["train_loss"].iloc[-1] < result.history["train_loss"].iloc[0]


def test_each_stage_has_its_margin(lpft, gallery, tmp_path, monkeypatch):
    """A stage without a margin uses the recipe's, also after a stage with one; margins by class size shift together."""
    seen = []
    monkeypatch.setattr(
        "trainer.training.finetuning.finetune.train",
        lambda system, *_: seen.append(system.objective.main.margins_rad.clone()) or pd.DataFrame({"epoch": [1]}),
    )
    stages = tuple(FinetuneStage(margin_rad=margin) for margin in (-1.0, 0.8, -1.0, 0.0))
    recipe = lpft.changed(margin_rad=0.4, largest_margin_rad=0.6, finetune=stages)
    data = training_data([gallery], recipe, silent)
    head = build_head(HeadConfig("bn_linear", data.train.features.shape[1], dims=16))
    objective = Objective(recipe, data, head)
    spread = objective.main.margins_rad - 0.4
    finetune(recipe, data, head, objective, start("no", 1), tmp_path, "key", silent)
    for margins, expected in zip(seen, (0.4, 0.8, 0.4, 0.0), strict=True):
        torch.testing.assert_close(margins, spread + expected, atol=1e-6, rtol=0)


def test_a_clip_tower_is_tuned_and_no_longer_needs_its_first_file(gallery, tmp_path, caplog, monkeypatch):
    torch.manual_seed(0)
    model = open_clip.create_model(CLIP)
    file = tmp_path / "clip.safetensors"
    few = part_of(gallery, gallery.table["image_id"].str.contains("/[012].png").to_numpy(), "few")
    save_file({name: tensor.contiguous() for name, tensor in model.state_dict().items()}, file)
    recipe = Recipe(
        name="clip", backbone=f"clip:{CLIP}/{file}", dims=8, epochs=1, batch_size=32, validation_classes=0.0,
        finetune=(FinetuneStage(epochs=1, batch_size=32, learning_rate=1e-4),),
    )  # fmt: skip
    out = fit.run(recipe, [few], tmp_path / "c", silent)
    file.unlink()
    caplog.clear()
    checkpoint = open_checkpoint(str(out))
    load_backbone(checkpoint.backbone, checkpoint.encoders)
    assert caplog.text == ""  # such as "No pretrained weights loaded", which would be false
    assert checkpoint.backbone_in_config == f"clip:{CLIP}:224px@backbone.safetensors"
    assert str(tmp_path) not in "".join(path.read_text() for path in (out / "config.json", out / "README.md"))
    uploaded = []
    monkeypatch.setattr(hub, "check_hub", lambda: None)
    monkeypatch.setattr(hub.HubEmbedder, "push_to_hub", lambda self, *_, **__: uploaded.append(self) or "address")
    assert hub.push(checkpoint, "someone/mine") == "address"  # nothing of it would stay behind
    weights = load_file(out / "backbone.safetensors")
    moved = {name for name, value in model.visual.state_dict().items() if not torch.equal(weights[name], value.half())}
    assert {"proj", "conv1.weight", "transformer.resblocks.0.attn.in_proj_weight"} <= moved
    assert load_backbone(checkpoint.backbone).encoder_configs == checkpoint.encoders
    z = load_backbone(checkpoint.backbone).features([read_image(gallery.table["path"][0])])
    assert checkpoint.load_head()(torch.from_numpy(z)).shape == (1, 8)


def test_a_frozen_backbone_of_a_relative_file_opens_from_everywhere(gallery, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    save_file(timm.create_model("test_resnet").state_dict(), "weights.safetensors")
    recipe = Recipe(
        name="frozen",
        backbone="timm:test_resnet:32px@weights.safetensors",
        dims=8,
        epochs=1,
        validation_classes=0.0,
        measure_loss=False,
    )
    out = fit.run(recipe, [gallery], tmp_path / "c", silent)
    monkeypatch.chdir("/")
    checkpoint = open_checkpoint(str(out))
    assert checkpoint.backbone == f"timm:test_resnet:32px@{tmp_path}/weights.safetensors"
    assert load_backbone(checkpoint.backbone, checkpoint.encoders).dims == checkpoint.head.in_dims


def rates_of(model, groups):
    by_parameter = {id(p): (group["lr"], group["weight_decay"]) for group in groups for p in group["params"]}
    found = {name: by_parameter[id(p)] for name, p in model.named_parameters()}
    assert sum(len(group["params"]) for group in groups) == len(found)  # each once
    return found


def test_layer_rates_of_a_timm_network():
    model = timm.create_model("test_resnet", num_classes=0)
    rates = rates_of(model, layer_groups(model, 1e-3, 0.5, 0.05))
    layers = {name: [value[0] for key, value in rates.items() if key.startswith(name)] for name in
              ("conv1", "layer1.0", "layer2.0", "layer3.0", "layer4.0")}  # fmt: skip
    means = [set(values) for values in layers.values()]
    assert all(len(values) == 1 for values in means)
    ordered = [values.pop() for values in means]
    assert ordered == sorted(ordered)
    assert ordered[-1] == pytest.approx(1e-3)
    assert ordered[-1] / ordered[-2] == pytest.approx(2)  # 1 / layer_decay
    assert rates["layer4.0.conv1.weight"][1] == 0.05
    assert rates["layer4.0.bn1.weight"][1] == 0


def test_layer_rates_of_a_clip_tower():
    torch.manual_seed(0)
    model = open_clip.create_model(CLIP).visual
    rates = rates_of(model, layer_groups(model, 1e-3, 0.5, 0.05))
    blocks = len(model.transformer.resblocks)
    last = 1e-3
    assert rates["proj"] == (last, 0.05)
    assert rates["ln_post.weight"] == (last, 0)
    for number in range(blocks):
        expected = last * 0.5 ** (blocks - number)
        assert rates[f"transformer.resblocks.{number}.attn.in_proj_weight"] == (pytest.approx(expected), 0.05)
        assert rates[f"transformer.resblocks.{number}.attn.in_proj_bias"] == (pytest.approx(expected), 0)
    for name in ("conv1.weight", "class_embedding", "positional_embedding", "ln_pre.weight"):
        assert rates[name][0] == pytest.approx(last * 0.5 ** (blocks + 1))


def test_layer_rates_of_any_other_network():
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Sequential(nn.Conv2d(4, 4, 3), nn.BatchNorm2d(4)), nn.Flatten(),
                          nn.Linear(4, 2))  # fmt: skip
    rates = rates_of(model, layer_groups(model, 1.0, 0.1, 0.05))
    assert rates["3.weight"] == (1.0, 0.05)
    assert rates["1.1.weight"] == (pytest.approx(0.01), 0)
    assert rates["0.weight"] == (pytest.approx(0.001), 0.05)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"backbone": "tiny+lite0"}, "expected a single encoder without ':mirror' and ':root', found tiny[+]lite0"),
        ({"backbone": "tiny:mirror"}, "expected a single encoder without ':mirror' and ':root', found tiny:mirror"),
        (
            {"backbone": "tiny", "finetune": (FinetuneStage(size_px=64),)},
            "size_px is 64: tiny takes no images of this size",
        ),
    ],
)
def test_a_backbone_that_cannot_be_trained_is_refused_before_any_work(lpft, gallery, tmp_path, changes, expected):
    with pytest.raises(UserError, match=expected):
        fit.run(lpft.changed(**changes), [gallery], tmp_path / "c", silent)
    assert not (tmp_path / "c").exists()


def test_an_interrupted_stage_goes_on_with_the_same_result(lpft, gallery, tuned, tmp_path):
    def progress(items, *, desc="", unit="it", **_):
        for item in items:
            if "48 px" in desc and item == 2:
                raise KeyboardInterrupt
            yield item

    with pytest.raises(KeyboardInterrupt):
        fit.run(lpft, [gallery], tmp_path / "c/lpft", progress)
    states = {p.parent.name: json.loads(p.read_text())["part"] for p in tmp_path.glob("c/lpft/unfinished/*/state.json")}
    assert states == {"head-0": "finished", "stage-1": "finished", "stage-2": "epoch-1"}
    out = fit.run(lpft, [gallery], tmp_path / "c/lpft", silent)
    for name in ("model.safetensors", "backbone.safetensors", "metrics.json", "config.json"):
        assert (out / name).read_bytes() == (tuned / name).read_bytes()
    one, two = (open_checkpoint(str(folder)).history.drop(columns="time_s") for folder in (out, tuned))
    assert one.equals(two)
