"""Checkpoints of format 1, which recorded neither activation nor crop_pct, are run as they were trained."""

import json
import shutil

import open_clip
import pandas as pd
import pytest
import torch
from open_clip.transform import PreprocessCfg, image_transform_v2
from safetensors.torch import save_file

from tests.trainer.core.models.test_backbones import photograph
from trainer.core import progress
from trainer.core.models.backbones import encoder_configs, load_backbone
from trainer.core.models.checkpoint import BUNDLED_DIR, open_checkpoint, save_checkpoint
from trainer.core.models.embedder import Embedder
from trainer.core.models.heads import HeadConfig, build_head

ARCH, TAG = "ViT-B-32", "openai"
OLD = {"size_px": 224, "interpolation": "bicubic", "fit": "crop"}


@pytest.fixture(autouse=True)
def no_notes_yet():
    progress.print_once.cache_clear()


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """A file of random weights for the smaller tower of OpenAI."""
    torch.manual_seed(0)
    file = tmp_path_factory.mktemp("weights") / "clip.safetensors"
    model = open_clip.create_model(ARCH)
    save_file({name: value.contiguous() for name, value in model.state_dict().items()}, file)
    return file


def old_checkpoint(folder, backbone, preprocessing):
    """A checkpoint on `backbone` whose config.json is as format 1 wrote it."""
    torch.manual_seed(0)
    config = HeadConfig("linear", in_dims=load_backbone(backbone).dims, dims=16)
    encoders = encoder_configs(backbone)
    save_checkpoint(folder, "old", backbone, encoders, build_head(config), config, {}, pd.DataFrame())
    values = json.loads((folder / "config.json").read_text())
    del values["activation"]
    mean, std = (list(getattr(encoders[0].preprocessing, key)) for key in ("mean", "std"))
    values.update(format=1, preprocessing={"mean": mean, "std": std, **preprocessing})
    (folder / "config.json").write_text(json.dumps(values))
    return folder


def test_clip_stays_on_the_activation_it_was_trained_with(weights, tmp_path, capsys):
    folder = old_checkpoint(tmp_path / "old", f"clip:{ARCH}/{TAG}@{weights}", OLD)
    checkpoint = open_checkpoint(str(folder))
    image = photograph("china.jpg")
    model = open_clip.create_model(ARCH, str(weights)).eval()  # with GELU, as open_clip builds it unless it is told
    transform = image_transform_v2(PreprocessCfg(size=224), is_train=False)
    with torch.inference_mode():
        features = model.encode_image(transform(image)[None]).numpy()
    assert Embedder(checkpoint).features([image]) == pytest.approx(features, abs=1e-4)
    now = load_backbone(f"clip:{ARCH}/{TAG}@{weights}").features([image])
    assert abs(now - features).max() > 1e-3  # QuickGELU is another function
    open_checkpoint(str(folder))
    (line,) = [line for line in capsys.readouterr().err.splitlines() if "format 1" in line]
    assert f"{folder}: checkpoint format 1" in line
    assert "was trained, with GELU and 224 px images" in line
    assert "newly trained checkpoints use QuickGELU and 224 px images" in line


def test_siglip_stays_cropped(tmp_path, monkeypatch, capsys):
    config = open_clip.get_model_config("ViT-B-16-SigLIP")
    config["text_cfg"].update(layers=1, vocab_size=64)
    monkeypatch.setitem(open_clip.factory._MODEL_CONFIGS, "ViT-B-16-SigLIP", config)
    file = tmp_path / "s.safetensors"
    model = open_clip.create_model("ViT-B-16-SigLIP")
    save_file({name: value.contiguous() for name, value in model.state_dict().items()}, file)
    backbone = f"clip:ViT-B-16-SigLIP/webli@{file}"
    checkpoint = open_checkpoint(str(old_checkpoint(tmp_path / "old", backbone, OLD)))
    assert checkpoint.encoders[0].preprocessing.fit == "crop"
    assert Embedder(checkpoint).backbone().encoders[0].preprocessing.fit == "crop"
    assert load_backbone(backbone).encoders[0].preprocessing.fit == "squash"
    assert "the shorter side resized to 224 px and cropped" in capsys.readouterr().err


def test_timm_stays_squashed(tmp_path, capsys):
    import timm

    save_file(timm.create_model("test_resnet").state_dict(), tmp_path / "t.safetensors")
    backbone = f"timm:test_resnet@{tmp_path}/t.safetensors"
    old = {**OLD, "size_px": 160, "fit": "squash"}
    checkpoint = open_checkpoint(str(old_checkpoint(tmp_path / "old", backbone, old)))
    assert checkpoint.encoders[0].preprocessing.resize_px == 160
    assert "was trained, with ReLU and 160 px images, both sides resized;" in capsys.readouterr().err


def test_a_transform_that_new_checkpoints_may_not_have_is_no_obstacle(tmp_path, capsys):
    """volo_d5_512 has a crop_pct of 1.15; checkpoints of format 1 squashed its images."""
    folder = shutil.copytree(BUNDLED_DIR / "pca-lite0", tmp_path / "copy")
    config = json.loads((folder / "config.json").read_text())
    config.pop("activation", None)
    config.update(format=1, backbone="timm:volo_d5_512.sail_in1k", preprocessing={
        "size_px": 512, "mean": [0.5] * 3, "std": [0.5] * 3, "interpolation": "bicubic", "fit": "squash"})  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config))
    (encoder,) = open_checkpoint(str(folder)).encoders
    assert (encoder.activation, encoder.preprocessing.resize_px) == ("GELU+ReLU", 512)


def test_a_fine_tuned_tower_opens_without_a_word(weights, tmp_path, capsys):
    """Its settings are recorded, so those of the architecture's tags do not matter."""
    encoders = encoder_configs(f"clip:{ARCH}/{TAG}")
    capsys.readouterr()
    assert load_backbone(f"clip:{ARCH}@{weights}", encoders).encoder_configs[0].activation == "QuickGELU"
    assert capsys.readouterr().err == ""


def test_the_lites_have_not_changed_so_nothing_is_said(tmp_path, capsys):
    folder = shutil.copytree(BUNDLED_DIR / "pca-lite0", tmp_path / "copy")
    config = json.loads((folder / "config.json").read_text())
    today = open_checkpoint(str(folder)).fingerprint
    config.pop("activation", None)
    config["preprocessing"].pop("crop_pct", None)
    (folder / "config.json").write_text(json.dumps({**config, "format": 1}))
    assert open_checkpoint(str(folder)).fingerprint == today
    assert capsys.readouterr().err == ""
