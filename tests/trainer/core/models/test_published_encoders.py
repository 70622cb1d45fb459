"""Encoders give what their authors get: the same network and evaluation transform as open_clip or timm for that tag.

Weights are random and saved to a local file, as nothing can be downloaded here; architectures are real, some with their
transformer cut to two blocks. Images are photographs that come with installed packages.
"""

from functools import partial

import numpy as np
import open_clip
import pytest
import timm
import torch
from open_clip.transform import PreprocessCfg, image_transform_v2
from safetensors.torch import save_file
from timm.data import create_transform, resolve_model_data_config

from tests.shallow import make_shallow
from tests.trainer.core.models.test_backbones import photograph
from trainer.core import progress
from trainer.core.models.backbones import (
    BackboneError,
    clip_settings,
    encoder_configs,
    load_backbone,
    weights_available,
)
from trainer.core.models.backbones.encoder_config import activation_of

PHOTOGRAPHS = ("china.jpg", "flower.jpg", "lion.jpg", "tower.jpg")
SHAPES = ((640, 427), (427, 640), (300, 300), (900, 280))

# architecture, tag, activation of the image tower, another size
CLIPS = [
    ("ViT-L-14", "openai", "QuickGELU", 280),
    ("ViT-B-16", "dfn2b", "QuickGELU", 256),
    ("ViT-B-32", "laion2b_s34b_b79k", "GELU", 256),
    ("ViT-L-14", "laion2b_s32b_b82k", "GELU", None),  # its mean and std are 0.5
    ("RN50", "openai", "ReLU", None),
    ("coca_ViT-B-32", "laion2b_s13b_b90k", "GELU", None),
    ("ViT-B-16-SigLIP", "webli", "GELU", 256),
    ("ViT-B-32-SigLIP2-256", "webli", "GELU(tanh)", 224),
    ("PE-Core-T-16-384", "meta", "GELU", 224),
    ("MobileCLIP2-S0", "dfndr2b", "GELU+ReLU", 320),
    ("convnext_base_w", "laion2b_s13b_b82k", "GELU", 288),
]
# name, other size; DINOv2 runs at 518 px by default
TIMMS = [
    ("vit_small_patch14_dinov2.lvd142m", 224),
    ("vit_small_patch16_dinov3.lvd1689m", 224),
    ("vit_base_patch14_reg1_tipsv2.webli", 224),
    ("vit_pe_core_tiny_patch16_384.fb", 224),
    ("vit_base_patch16_siglip_224.webli", 256),
    ("vit_tiny_patch16_224.augreg_in21k_ft_in1k", 256),
    ("convnext_tiny.fb_in1k", 288),
    ("convnextv2_nano.fcmae_ft_in22k_in1k_384", 256),  # timm squashes its images
    ("resnet50.a1_in1k", 200),
    ("resnet18.tv_in1k", 256),
]


@pytest.fixture(scope="module")
def images():
    return [photograph(name).resize(shape) for name, shape in zip(PHOTOGRAPHS, SHAPES, strict=True)]


@pytest.fixture
def cut(monkeypatch):
    """Networks of few blocks, here and in the libraries alike."""
    make_shallow(monkeypatch, {arch for arch, *_ in CLIPS})


def stir(network):
    """Random weights in which every layer matters: initial values of 0 or 1e-5 would hide it."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in network.parameters():
            noise = torch.empty(parameter.shape).normal_(0, 0.05, generator=generator)
            parameter.add_(noise if parameter.ndim > 1 else 4 * noise)
    return network.eval()


def save(network, file):
    save_file({name: value.contiguous() for name, value in network.state_dict().items()}, file)
    return file


def least_cosine(features, expected):
    """Of rows whose common mean is taken away: random networks give all images nearly the same features."""
    a, b = features - expected.mean(0), expected - expected.mean(0)
    return ((a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)).min()


def clip_reference(arch, tag, file, images, size_px):
    """open_clip's own model and transform, built with the tag's settings."""
    published = open_clip.get_pretrained_cfg(arch, tag)
    model = open_clip.create_model(
        arch, str(file), force_quick_gelu=bool(published.get("quick_gelu")), force_image_size=size_px
    ).eval()
    keys = ("mean", "std", "interpolation", "resize_mode")
    config = PreprocessCfg(size=model.visual.image_size, **{key: published[key] for key in keys})
    pixels = torch.stack([image_transform_v2(config, is_train=False)(image) for image in images])
    encode = partial(model.encode_image, normalize=False)
    with torch.inference_mode():
        return encode(pixels).numpy()


@pytest.mark.parametrize(("arch", "tag", "activation", "other_px"), CLIPS, ids=[f"{a}/{t}" for a, t, *_ in CLIPS])
def test_clip_as_open_clip_runs_it(arch, tag, activation, other_px, cut, images, tmp_path):
    torch.manual_seed(0)
    file = save(stir(open_clip.create_model(arch)), tmp_path / "weights.safetensors")
    for size_px in (None, other_px) if other_px else (None,):
        _check_clip(arch, tag, activation, size_px, file, images)
    (config,) = encoder_configs(f"clip:{arch}/{tag}@{file}")
    assert config.activation == activation


def _check_clip(arch, tag, activation, size_px, file, images):
    suffix = f":{size_px}px" if size_px else ""
    backbone = load_backbone(f"clip:{arch}/{tag}{suffix}@{file}")
    expected = clip_reference(arch, tag, file, images, size_px)
    assert backbone.features(images).shape == expected.shape
    assert least_cosine(backbone.features(images), expected) > 0.99999
    assert activation_of(backbone.encoders[0].model) == activation


@pytest.mark.parametrize(("name", "other_px"), TIMMS)
def test_timm_as_timm_runs_it(name, other_px, cut, images, tmp_path):
    torch.manual_seed(0)
    model = stir(timm.create_model(name))
    file = save(model, tmp_path / "weights.safetensors")
    for size_px in (None, other_px):
        resizable = {"img_size": size_px} if size_px and hasattr(model, "set_input_size") else {}
        overlay = {"file": str(file)}  # in place of the Hub: timm adapts the weights to the size as it would from there
        own = timm.create_model(name, pretrained=True, pretrained_cfg_overlay=overlay, **resizable).eval()
        data = resolve_model_data_config(own)
        transform = create_transform(**{**data, "input_size": (3, size_px, size_px)} if size_px else data)
        with torch.inference_mode():
            maps = own.forward_features(torch.stack([transform(image) for image in images]))
            expected = own.forward_head(maps, pre_logits=True).numpy()
        features = load_backbone(f"timm:{name}{f':{size_px}px' if size_px else ''}@{file}").features(images)
        assert features.shape == expected.shape
        assert least_cosine(features, expected) > 0.99999


def test_the_comparison_sees_a_wrong_activation_and_a_wrong_crop(cut, images, tmp_path):
    torch.manual_seed(0)
    file = save(stir(open_clip.create_model("ViT-L-14")), tmp_path / "weights.safetensors")
    expected = clip_reference("ViT-L-14", "openai", file, images, None)
    for wrong in ("ViT-L-14/laion400m_e32", "ViT-L-14/openai:squash"):  # GELU, and squashed
        assert least_cosine(load_backbone(f"clip:{wrong}@{file}").features(images), expected) < 0.9999


@pytest.mark.parametrize("arch", ["ViT-B-16-SigLIP", "ViT-B-32-SigLIP2-256", "PE-Core-T-16-384", "MobileCLIP2-S0"])
def test_a_file_without_a_tag_is_run_as_all_tags_of_its_architecture_are(arch, capsys):
    (tag,) = open_clip.list_pretrained_tags_by_model(arch)
    assert encoder_configs(f"clip:{arch}//weights/of.safetensors") == encoder_configs(f"clip:{arch}/{tag}")
    assert encoder_configs("clip:ViT-L-14-quickgelu//weights/of.safetensors")[0].activation == "QuickGELU"
    assert capsys.readouterr().err == ""


def test_a_line_says_so_if_the_tags_of_an_architecture_differ(capsys):
    clip_settings.clip_config.cache_clear()
    progress.print_once.cache_clear()
    (config,) = encoder_configs("clip:ViT-L-14//weights/of.safetensors")
    assert config.activation == "GELU"
    (line,) = capsys.readouterr().err.splitlines()
    assert "differ in activation, mean, std, so open_clip's defaults are used (GELU, mean (0.4814" in line
    assert "clip:ViT-L-14/openai@FILE.safetensors" in line


def test_every_tag_of_open_clip_has_its_own_settings():
    modes = {"crop": "shortest", "squash": "squash"}
    for arch, tag in open_clip.list_pretrained():
        published, model = open_clip.get_pretrained_cfg(arch, tag), open_clip.get_model_config(arch)
        (config,) = encoder_configs(f"clip:{arch}/{tag}")
        found, quick_gelu = config.preprocessing, published.get("quick_gelu", model.get("quick_gelu", False))
        name = f"{arch}/{tag}"
        assert found.mean == tuple(published["mean"]), name
        assert found.std == tuple(published["std"]), name
        assert found.interpolation == published["interpolation"], name
        assert modes[found.fit] == published["resize_mode"], name
        assert found.crop_pct == 1, name  # open_clip resizes to the size that it crops
        assert found.size_px == model["vision_cfg"]["image_size"], name
        if isinstance(model["vision_cfg"].get("layers"), int):  # other towers have an activation of their own
            assert config.activation == ("QuickGELU" if quick_gelu else "GELU"), name


def test_every_tag_of_timm_has_its_own_settings():
    modes = {"crop": "center", "squash": "squash"}
    compared, refused = 0, []
    for name in timm.list_pretrained()[::40]:
        data = resolve_model_data_config(None, pretrained_cfg=timm.get_pretrained_cfg(name).to_dict())
        try:
            (config,) = encoder_configs(f"timm:{name}")
        except BackboneError:  # not a square, or vitamin_xlarge_336, which timm builds as vitamin_xlarge_256
            refused.append(name)
            continue
        compared += 1
        found = config.preprocessing
        assert (3, found.size_px, found.size_px) == tuple(data["input_size"]), name
        assert (found.mean, found.std) == (tuple(data["mean"]), tuple(data["std"])), name
        assert (found.interpolation, modes[found.fit]) == (data["interpolation"], data["crop_mode"]), name
        assert found.crop_pct == data["crop_pct"], name
    assert compared > 40
    assert len(refused) < 4, refused


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("timm:resnet50.nonsense", "timm cannot build 'resnet50.nonsense'"),
        ("timm:typo", "timm has no model called 'typo'"),
        ("timm:vitamin_xlarge_336.datacomp1b_clip", "to build vitamin_xlarge_336, found vitamin_xlarge_256"),
    ],
)
def test_names_that_timm_cannot_build_are_refused(name, reason):
    for call in (encoder_configs, weights_available):
        with pytest.raises(BackboneError, match=reason):
            call(name)


@pytest.mark.filterwarnings("ignore:Mapping deprecated model")
def test_former_names_of_timm_and_models_without_weights_are_known():
    former, now = (
        encoder_configs(f"timm:{name}") for name in ("tf_efficientnet_b0_ns", "tf_efficientnet_b0.ns_jft_in1k")
    )
    assert former == now
    assert not weights_available("timm:tf_efficientnet_b0_ns")
    assert not weights_available("timm:coatnet_0_224")  # the Hub has none
    assert encoder_configs("timm:coatnet_0_224")[0].preprocessing.size_px == 224


@pytest.mark.parametrize(
    "name", ["timm:vit_base_patch16_sapiens2.fb", "timm:volo_d5_512.sail_in1k", "timm:deepseek_vit_412m_enc"]
)
def test_a_transform_that_is_not_supported_is_refused(name):
    if not timm.is_model(name.removeprefix("timm:").partition(".")[0]):
        pytest.skip(f"this version of timm has no {name}")
    with pytest.raises(BackboneError, match="expected a square, center or squash, and at most 1"):
        encoder_configs(name)
