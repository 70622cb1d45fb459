"""The Hub out of reach, and its cache."""

import json
import shutil
import socket
import time

import open_clip
import pytest
import timm
import torch
from huggingface_hub import constants
from safetensors.torch import save_file

from tests.trainer.core.models.test_backbones import photograph
from trainer.core.data.gallery import open_gallery
from trainer.core.errors import GalleryError
from trainer.core.hub_access import HubUnreachable, check_hub
from trainer.core.models.backbones import BackboneError, load_backbone, weights_available
from trainer.core.models.checkpoint import CheckpointError, open_checkpoint

CLIP = "ViT-S-32-alt"


@pytest.fixture
def silent_hub(monkeypatch):
    """A server that takes connections and never answers, in the Hub's place."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(constants, "ENDPOINT", f"http://127.0.0.1:{server.getsockname()[1]}")
        yield


@pytest.mark.parametrize(
    ("name", "local"),
    [
        ("clip:ViT-L-14/openai", "clip:ViT-L-14//abs/FILE.safetensors"),
        ("clip:ViT-L-14/openai", "clip:ViT-L-14/openai@/abs/FILE.safetensors"),
        ("clip:hf-hub:nobody/nothing", "clip:ARCH//abs/FILE.safetensors"),
        ("timm:resnet18.a1_in1k", "timm:resnet18.a1_in1k@/abs/FILE.safetensors"),
    ],
)
def test_a_download_that_cannot_be_ends_soon_and_names_the_local_spelling(name, local, silent_hub, capsys, caplog):
    load = time.monotonic()
    with pytest.raises(BackboneError, match="does not answer") as error:
        load_backbone(name)
    assert time.monotonic() - load < 10
    assert local in str(error.value)
    assert "lite0 and lite2 need no download" in str(error.value)
    assert "\n" not in str(error.value)
    assert "Retry" not in capsys.readouterr().err + caplog.text


def test_so_does_a_checkpoint_of_the_hub(silent_hub, capsys):
    start = time.monotonic()
    with pytest.raises(CheckpointError, match=r"hf:nobody/nothing could not be loaded from the Hub .*does not answer"):
        open_checkpoint("hf:nobody/nothing")
    assert time.monotonic() - start < 10
    assert "Retry" not in capsys.readouterr().err


def test_so_does_a_data_set_of_the_hub(silent_hub, capsys):
    start = time.monotonic()
    with pytest.raises(GalleryError, match=r"hf:nobody/nothing could not be loaded from the Hub .*does not answer"):
        open_gallery("hf:nobody/nothing")
    assert time.monotonic() - start < 10
    assert "Retry" not in capsys.readouterr().err


def test_a_checkpoint_in_the_cache_opens_while_the_hub_is_silent(silent_hub, hub_cache, checkpoint):
    folder = hub_cache("somebody/mine")
    for file in ("config.json", "model.safetensors", "README.md", "history.csv", "metrics.json"):
        shutil.copy(checkpoint.folder / file, folder / file)
    start = time.monotonic()
    assert open_checkpoint("hf:somebody/mine").fingerprint == checkpoint.fingerprint
    assert time.monotonic() - start < 10
    assert not constants.HF_HUB_OFFLINE  # it was switched for the call alone


def test_a_refused_connection_and_an_offline_switch_are_told_apart(monkeypatch):
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(HubUnreachable, match="HF_HUB_OFFLINE is set"):
        check_hub()
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    monkeypatch.setattr(constants, "ENDPOINT", f"http://127.0.0.1:{port}")
    with pytest.raises(HubUnreachable, match=f"http://127.0.0.1:{port} does not answer"):
        check_hub()


@pytest.fixture
def hub_cache(tmp_path, monkeypatch):
    """A function that puts files into the Hub's cache as a download would leave them."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))

    def add(repository):
        folder = tmp_path / "hub" / f"models--{repository.replace('/', '--')}"
        (folder / "refs").mkdir(parents=True)
        (folder / "refs" / "main").write_text("c0ffee")
        (folder / "snapshots" / "c0ffee").mkdir(parents=True)
        return folder / "snapshots" / "c0ffee"

    return add


def test_a_repository_of_the_hub_is_run_with_its_own_configuration(hub_cache):
    """`clip:hf-hub:OWNER/NAME`, from the cache: weights, activation, size, resize mode, mean and std."""
    torch.manual_seed(0)
    config = {**open_clip.get_model_config(CLIP), "quick_gelu": True}
    pixels = {"mean": [0.1, 0.2, 0.3], "std": [0.3, 0.2, 0.1], "interpolation": "bilinear", "resize_mode": "squash"}
    model = open_clip.create_model(CLIP, force_quick_gelu=True).eval()
    folder = hub_cache("somebody/clip")
    assert not weights_available("clip:hf-hub:somebody/clip")
    (folder / "open_clip_config.json").write_text(json.dumps({"model_cfg": config, "preprocess_cfg": pixels}))
    weights = {name: value.contiguous() for name, value in model.state_dict().items()}
    save_file(weights, folder / "open_clip_model.safetensors")
    assert weights_available("clip:hf-hub:somebody/clip")
    image = photograph("china.jpg")
    own, _, transform = open_clip.create_model_and_transforms("hf-hub:somebody/clip")
    with torch.inference_mode():
        expected = own.eval().encode_image(transform(image)[None]).numpy()
    backbone = load_backbone("clip:hf-hub:somebody/clip")
    assert backbone.features([image]) == pytest.approx(expected, abs=1e-4)
    assert backbone.encoder_configs[0].activation == "QuickGELU"
    assert load_backbone("clip:hf-hub:somebody/clip:no-projection").dims == 384


@pytest.mark.parametrize("name", ["test_resnet.r160_in1k", "vit_tiny_patch16_224.augreg_in21k"])
def test_weights_in_the_cache_of_the_hub_need_no_network(name, hub_cache):
    """Also those whose original weights timm reads with a loader of their own."""
    torch.manual_seed(0)
    model = timm.create_model(name).eval()
    save_file(model.state_dict(), hub_cache(f"timm/{name}") / "model.safetensors")
    image = photograph("china.jpg")
    assert weights_available(f"timm:{name}")
    backbone = load_backbone(f"timm:{name}")
    with torch.inference_mode():
        maps = model.forward_features(torch.from_numpy(backbone.encoders[0].preprocessing(image))[None])
        expected = model.forward_head(maps, pre_logits=True).numpy()
    assert backbone.features([image]) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    "config",
    [
        "[]", "{", "{}", '{"model_cfg": {"embed_dim": 4, "vision_cfg": 3}}',
        '{"model_cfg": {"embed_dim": 4, "vision_cfg": {"timm_model_name": "nosuch"}}}',
        '{"model_cfg": {"embed_dim": 4, "vision_cfg": {"layers": 1, "width": 8, "head_width": 0}}}',
        '{"model_cfg": {"embed_dim": 4, "vision_cfg": {"layers": 1, "width": 8, "head_width": 8, "patch_size": 0}}}',
        '{"model_cfg": {"embed_dim": 4, "vision_cfg": {}}, "preprocess_cfg": {"resize_mode": ["a"]}}',
    ],
)  # fmt: skip
def test_a_configuration_that_is_none_is_refused(config, hub_cache):
    (hub_cache("somebody/broken") / "open_clip_config.json").write_text(config)
    with pytest.raises(BackboneError, match="clip:hf-hub:somebody/broken"):
        load_backbone("clip:hf-hub:somebody/broken")
