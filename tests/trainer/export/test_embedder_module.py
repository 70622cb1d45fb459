"""The embedder in tensor operations against the one that preprocesses images with Pillow."""

import json

import numpy as np
import open_clip
import pytest
import timm
import torch
from PIL import Image
from safetensors.torch import save_file

from tests.trainer.core.models.test_backbones import photograph
from trainer.core.models.backbones import Preprocessing, load_backbone
from trainer.core.models.heads import HeadConfig, build_head
from trainer.export.embedder_module import DeployedEmbedder, TensorPreprocessing, round_half_even

# width, height: shrunk and enlarged, odd differences to the square, strips longer than 8 : 1, single pixels
SIZES = [(640, 427), (427, 640), (30, 41), (64, 64), (67, 64), (1500, 90), (20, 999), (300, 1), (1, 57), (1, 1)]


def uint8(image):
    """(1, 3, H, W)"""
    return torch.from_numpy(np.array(image).transpose(2, 0, 1)[None])


@pytest.fixture(scope="module")
def images():
    china, lion = photograph("china.jpg"), photograph("lion.jpg")
    return [china, lion, *(china.resize(size) for size in SIZES)]


def resized_in_one_step(image, preprocessing):
    """`Preprocessing` resizes larger images in two steps, which an exported file does not."""
    side = max(image.size) if preprocessing.fit == "squash" else min(image.size)
    return side < 6 * preprocessing.resize_px


@pytest.mark.parametrize("crop_pct", [1.0, 0.875, 0.7])
@pytest.mark.parametrize("fit", ["squash", "crop"])
@pytest.mark.parametrize("interpolation", ["bicubic", "bilinear"])
def test_pixels_are_those_of_pillow(images, interpolation, fit, crop_pct):
    preprocessing = Preprocessing(64, (0.5, 0.4, 0.3), (0.25, 0.5, 0.125), interpolation, fit, crop_pct)
    tensor_preprocessing, std = TensorPreprocessing(preprocessing), np.array(preprocessing.std)[:, None, None]
    for module in (tensor_preprocessing, torch.jit.script(tensor_preprocessing)):
        for image in (image for image in images if resized_in_one_step(image, preprocessing)):
            levels = np.abs(module(uint8(image))[0].numpy() - preprocessing(image)) * std * 255
            assert levels.max() < 0.01, image.size


def test_a_batch_is_preprocessed_image_by_image():
    images = torch.cat([uint8(photograph("china.jpg")), uint8(photograph("flower.jpg"))])
    preprocess = TensorPreprocessing(Preprocessing(48, (0, 0, 0), (1, 1, 1), fit="crop"))
    together = preprocess(images)
    assert together.shape == (2, 3, 48, 48)
    for number in range(2):
        assert torch.equal(together[number], preprocess(images[number : number + 1])[0])


def test_halves_round_as_python_does():
    assert [round_half_even(number) for number in range(300)] == [round(number / 2) for number in range(300)]


@pytest.fixture(scope="module")
def small_networks(tmp_path_factory):
    """Names of a CNN of timm and of a CLIP tower, both small, of real code and with random weights."""
    folder = tmp_path_factory.mktemp("networks")
    torch.manual_seed(0)
    save_file(timm.create_model("test_resnet").state_dict(), folder / "cnn.safetensors")
    vision = {"image_size": 64, "layers": 2, "width": 64, "head_width": 32, "patch_size": 16}
    text = {"context_length": 8, "vocab_size": 64, "width": 32, "heads": 1, "layers": 1}
    (folder / "ViT-test.json").write_text(json.dumps({"embed_dim": 48, "vision_cfg": vision, "text_cfg": text}))
    open_clip.add_model_config(folder / "ViT-test.json")
    weights = open_clip.create_model("ViT-test").state_dict()
    save_file({name: tensor.contiguous() for name, tensor in weights.items()}, folder / "clip.safetensors")
    return (
        f"timm:test_resnet:96px:gem:mirror@{folder / 'cnn.safetensors'}",
        f"clip:ViT-test/{folder / 'clip.safetensors'}",
    )


@pytest.mark.parametrize("which", [(0,), (1,), (0, 1)])
def test_features_are_those_of_the_backbone(images, small_networks, which):
    backbone = load_backbone("+".join(small_networks[number] for number in which))
    head = build_head(HeadConfig("linear", backbone.dims, dims=8)).eval()
    deployed = DeployedEmbedder(backbone, head)
    deployed.head = torch.nn.Identity()
    china, lion, *rest = images[:6]
    apart = np.linalg.norm(backbone.features([china]) - backbone.features([lion]))
    for image in (image for image in (china, lion, *rest) if max(image.size) < 6 * 32):
        difference = np.linalg.norm(deployed(uint8(image)).numpy() - backbone.features([image]))
        assert difference < 0.01 * apart, image.size  # random weights map all images to similar features


def test_the_backbone_that_others_share_is_left_as_it_is(small_networks):
    backbone = load_backbone(small_networks[0])
    deployed = DeployedEmbedder(backbone, build_head(HeadConfig("linear", backbone.dims, dims=8)))
    assert deployed.encoders[0].model is not backbone.encoders[0].model
    assert not any(module.training for module in deployed.modules())
    with torch.no_grad():
        next(deployed.encoders[0].model.parameters()).zero_()
    assert next(backbone.encoders[0].model.parameters()).abs().sum() > 0


def test_unit_rows_for_a_white_image_too():
    backbone = load_backbone("tiny")
    deployed = DeployedEmbedder(backbone, build_head(HeadConfig("bn_linear", backbone.dims, dims=8)))
    white = uint8(Image.new("RGB", (50, 40), "white"))
    assert deployed(white).norm(dim=1).tolist() == pytest.approx([1])
