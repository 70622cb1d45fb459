"""Real encoders: EfficientNet-Lite on real photographs, open_clip and timm from local files."""

import importlib.util
import io
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import open_clip
import pytest
import timm
import torch
from open_clip.transform import PreprocessCfg, image_transform_v2
from PIL import Image
from safetensors.torch import save_file
from timm.data import ImageNetInfo

from tests.tiny import TinyFamily
from trainer.core.data.images import read_image
from trainer.core.models import backbones
from trainer.core.models.backbones import (
    BackboneError,
    Preprocessing,
    backbone_fingerprint,
    encoder_names,
    load_backbone,
    load_lite_classifier,
)

CLIP = "ViT-S-32-alt"  # the smallest of open_clip


def photograph(name):
    """A photograph that comes with a package every install has."""
    package, folder = (
        ("sklearn", "datasets/images") if name in ("china.jpg", "flower.jpg") else ("gradio", "media_assets/images")
    )
    path = Path(importlib.util.find_spec(package).origin).parent / folder / name
    if not path.is_file():
        pytest.skip(f"this version of {package} has no {name}")
    return read_image(path)


# What may honestly stand among the first three; flower.jpg shows an orange dahlia, which ImageNet does not know.
SEEN = {
    "cheetah.jpg": {"cheetah"}, "cheetah1.jpg": {"cheetah"}, "lion.jpg": {"lion"},
    "china.jpg": {"palace", "monastery", "castle", "boathouse", "bell cote"},
    "tower.jpg": {"stupa", "church", "bell cote"},
    "flower.jpg": {"daisy", "bee", "pot", "ant", "honeycomb"},
}  # fmt: skip


@pytest.fixture(scope="module", params=["0", "2"])
def classifier(request):
    return request.param, load_lite_classifier(request.param).eval()


@pytest.mark.parametrize("name", SEEN)
def test_lite_names_what_is_on_a_photograph(classifier, name):
    version, model = classifier
    backbone, image = load_backbone(f"lite{version}"), photograph(name)
    with torch.inference_mode():
        logits = model.classifier(torch.from_numpy(backbone.features([image])))[0]
        whole = model(torch.from_numpy(backbone.encoders[0].preprocessing(image))[None])[0]
    torch.testing.assert_close(logits, whole, atol=1e-4, rtol=1e-4)  # the features are the classifier's own
    info = ImageNetInfo()
    first_three = {info.index_to_description(int(i)).split(",")[0] for i in logits.topk(3).indices}
    assert first_three & SEEN[name]
    if name in ("cheetah.jpg", "cheetah1.jpg", "lion.jpg"):
        assert {info.index_to_description(int(logits.argmax())).split(",")[0]} == SEEN[name]


@pytest.mark.parametrize(("name", "size_px"), [("lite0", 224), ("lite2", 260)])
def test_lite_is_what_the_study_of_it_found(name, size_px):
    backbone = load_backbone(name)
    assert (backbone.dims, backbone.encoders[0].preprocessing.size_px) == (1280, size_px)
    assert backbone.encoders[0].preprocessing.mean == pytest.approx([127 / 255] * 3)
    assert backbone.encoders[0].preprocessing.std == pytest.approx([128 / 255] * 3)
    assert not backbone.encoders[0].model.training
    assert not any(p.requires_grad for p in backbone.encoders[0].model.parameters())
    assert load_backbone(name).encoders[0] is backbone.encoders[0]


def test_features_do_not_depend_on_the_neighbours_in_a_batch():
    backbone, images = load_backbone("lite0"), [photograph("china.jpg"), photograph("flower.jpg")]
    together = backbone.features(images)
    alone = np.concatenate([backbone.features([image]) for image in images])
    assert together == pytest.approx(alone, abs=1e-3)
    assert together.dtype == np.float32


def test_squash_shows_the_whole_image_and_crop_its_middle():
    image = photograph("china.jpg").resize((90, 30))
    pixels = np.zeros((30, 90, 3), np.uint8)
    pixels[:, 30:60] = 255
    image.frombytes(pixels.tobytes())
    plain = {"size_px": 30, "mean": (0, 0, 0), "std": (1, 1, 1)}
    assert Preprocessing(**plain, fit="crop")(image).min() == 1
    squashed = Preprocessing(**plain)(image)
    assert squashed.shape == (3, 30, 30)
    assert squashed.mean() == pytest.approx(1 / 3, abs=0.02)


def test_preprocessing_normalises_each_channel():
    white = photograph("china.jpg").resize((4, 4)).point(lambda _: 255)
    pixels = Preprocessing(2, (0.5, 0.4, 0.0), (0.5, 0.3, 2.0))(white)
    assert pixels[:, 0, 0].tolist() == pytest.approx([1, 2, 0.5])
    assert Preprocessing(2, (0.5, 0.4, 0.0), (0.5, 0.3, 2.0)).config() == {
        "size_px": 2, "mean": [0.5, 0.4, 0.0], "std": [0.5, 0.3, 2.0], "interpolation": "bicubic", "fit": "squash",
        "crop_pct": 1.0,
    }  # fmt: skip


# --- CLIP ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """A real architecture with random weights, and the file they were saved to."""
    torch.manual_seed(0)
    model = open_clip.create_model(CLIP).eval()
    file = tmp_path_factory.mktemp("clip") / "weights.safetensors"
    save_file({name: tensor.contiguous() for name, tensor in model.state_dict().items()}, file)
    return model, file


@pytest.mark.parametrize("size", [(640, 427), (301, 640), (333, 100)])
def test_clip_gives_what_encode_image_gives(clip, size):
    model, file = clip
    image = photograph("china.jpg").resize(size)
    own = image_transform_v2(PreprocessCfg(**open_clip.get_model_preprocess_cfg(model)), is_train=False)
    with torch.inference_mode():
        expected = model.encode_image(own(image)[None]).numpy()
    backbone = load_backbone(f"clip:{CLIP}/{file}")
    assert backbone.dims == expected.shape[1] == 256
    assert backbone.features([image]) == pytest.approx(expected, abs=1e-4)


def test_clip_without_its_projection(clip):
    model, file = clip
    image = photograph("flower.jpg")
    backbone = load_backbone(f"clip:{CLIP}/{file}:no-projection")
    features = backbone.features([image])
    assert features.shape == (1, model.visual.proj.shape[0]) == (1, 384)
    with torch.inference_mode():
        expected = model.encode_image(torch.from_numpy(backbone.encoders[0].preprocessing(image))[None]).numpy()
    assert features @ model.visual.proj.detach().numpy() == pytest.approx(expected, abs=1e-4)
    assert backbone_fingerprint(f"clip:{CLIP}/{file}") != backbone_fingerprint(f"clip:{CLIP}/{file}:no-projection")


def test_clip_at_another_size_interpolates_its_positions(clip):
    model, file = clip
    image = photograph("china.jpg")
    larger = load_backbone(f"clip:{CLIP}/{file}:320px")
    assert larger.encoders[0].preprocessing.size_px == 320
    visual = open_clip.create_model(CLIP, force_image_size=320).visual.eval()
    weights = {k.removeprefix("visual."): v for k, v in model.state_dict().items() if k.startswith("visual.")}
    weights["positional_embedding"] = larger.encoders[0].model.positional_embedding
    visual.load_state_dict(weights)
    with torch.inference_mode():
        expected = visual(torch.from_numpy(larger.encoders[0].preprocessing(image))[None]).numpy()
    assert larger.features([image]) == pytest.approx(expected, abs=1e-4)
    own, new = model.visual.positional_embedding, larger.encoders[0].model.positional_embedding
    assert new.shape[0] == (320 // 32) ** 2 + 1
    assert torch.equal(new[0], own[0])
    assert new[1:].mean(0) == pytest.approx(own[1:].mean(0).detach(), abs=0.05)


# --- timm ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def timm_file(tmp_path):
    """A small real network of timm, and the file its random weights were saved to."""
    torch.manual_seed(0)
    model = timm.create_model("test_resnet").eval()
    save_file(model.state_dict(), tmp_path / "weights.safetensors")
    return model, tmp_path / "weights.safetensors"


def test_timm_from_a_file(timm_file):
    model, file = timm_file
    backbone, image = load_backbone(f"timm:test_resnet@{file}"), photograph("china.jpg")
    with torch.inference_mode():
        pixels = torch.from_numpy(backbone.encoders[0].preprocessing(image))[None]
        expected = model.forward_head(model.forward_features(pixels), pre_logits=True).numpy()
    assert backbone.features([image]) == pytest.approx(expected, abs=1e-4)


def test_two_side_by_side_are_two_unit_vectors():
    images = [photograph("china.jpg"), photograph("lion.jpg")]
    both = load_backbone("lite0+lite2").features(images)
    for half, name in ((both[:, :1280], "lite0"), (both[:, 1280:], "lite2")):
        alone = load_backbone(name).features(images)
        assert half * 2**0.5 == pytest.approx(alone / np.linalg.norm(alone, axis=1, keepdims=True), abs=1e-5)
    assert np.linalg.norm(both, axis=1) == pytest.approx([1, 1], abs=1e-5)
    assert backbone_fingerprint("lite0+lite2") != backbone_fingerprint("lite2+lite0")


def test_another_size_and_the_mirror_image():
    image = photograph("lion.jpg")
    backbone = load_backbone("lite0:256px:mirror")
    plain = load_backbone("lite0:256px")
    assert plain.encoders[0].preprocessing.size_px == 256
    assert load_backbone("lite0").encoders[0].preprocessing.size_px == 224
    turned = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    expected = (plain.features([image]) + plain.features([turned])) / 2
    assert backbone.features([image]) == pytest.approx(expected, abs=1e-2)
    assert len({backbone_fingerprint(f"lite0{end}") for end in ("", ":256px", ":mirror", ":256px:mirror")}) == 4


def test_generalised_mean_of_the_last_map():
    image = photograph("lion.jpg")
    gem = load_backbone("lite0:gem")
    pixels = torch.from_numpy(gem.encoders[0].preprocessing(image))[None]
    with torch.inference_mode():
        maps = load_backbone("lite0").encoders[0].model.forward_features(pixels)[0].numpy()  # (1280, 7, 7)
    expected = (maps.reshape(1280, 49).clip(1e-6) ** 3).mean(1) ** (1 / 3)
    assert gem.features([image])[0] == pytest.approx(expected, abs=1e-3)
    with pytest.raises(BackboneError, match="leave ':gem' out"):
        load_backbone("tiny:gem")


def test_square_root_of_each_feature():
    image = photograph("lion.jpg")
    plain, root = (load_backbone(f"lite0{end}").features([image]) for end in ("", ":root"))
    assert root == pytest.approx(np.sign(plain) * np.abs(plain) ** 0.5, abs=1e-5)
    signed = load_backbone("tiny:root").features([image])
    assert signed.min() < 0 < signed.max()


def test_weights_of_ones_own_in_half_precision(tmp_path):
    model = load_backbone("lite0").encoders[0].model
    file = tmp_path / "a+b" / "backbone.safetensors"
    file.parent.mkdir()
    save_file({k: v.half().contiguous() if v.is_floating_point() else v for k, v in model.state_dict().items()}, file)
    image = photograph("lion.jpg")
    mine = load_backbone(f"lite0@{file}").features([image])
    assert mine == pytest.approx(load_backbone("lite0").features([image]), abs=0.02)
    assert mine.dtype == np.float32
    assert file.stat().st_size < 8_000_000


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("lite0+lite2:320px", ["lite0", "lite2:320px"]),
        ("clip:ViT-B-32/a+b+timm:x@f+g", ["clip:ViT-B-32/a+b", "timm:x@f+g"]),
        ("timm:googlenet", ["timm:googlenet"]),
    ],
)
def test_names_of_parts(name, parts):
    assert encoder_names(name) == parts


def test_sizes_that_cannot_be(tmp_path):
    with pytest.raises(BackboneError, match="expected images of 32 to 1024 px, found 5000"):
        load_backbone("lite0:5000px")
    torch.manual_seed(0)
    visual = open_clip.create_model(CLIP).visual
    save_file({name: tensor.contiguous() for name, tensor in visual.state_dict().items()}, tmp_path / "v.safetensors")
    assert load_backbone(f"clip:{CLIP}@{tmp_path}/v.safetensors").dims == 256
    with pytest.raises(BackboneError, match=r"clip:RN50/openai takes images of 224 px alone; leave ':320px' out"):
        load_backbone(f"clip:RN50/openai:320px@{tmp_path}/v.safetensors")


def test_the_fingerprint_follows_the_file(timm_file):
    model, file = timm_file
    name = f"timm:test_resnet@{file}"
    before, features = backbone_fingerprint(name), load_backbone(name).features([photograph("china.jpg")])
    save_file({k: v * 2 if v.is_floating_point() else v for k, v in model.state_dict().items()}, file)
    assert backbone_fingerprint(name) != before
    assert (load_backbone(name).features([photograph("china.jpg")]) != features).any()


def test_weights_of_another_network_are_refused(timm_file, tmp_path):
    save_file({"stem.weight": torch.zeros(3)}, tmp_path / "other.safetensors")
    with pytest.raises(BackboneError, match="the weights do not fit"):
        load_backbone(f"timm:test_resnet@{tmp_path}/other.safetensors")
    with pytest.raises(BackboneError, match="the weights do not fit VisionTransformer"):
        load_backbone(f"clip:{CLIP}/{timm_file[1]}")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda v: (v * 100).to(torch.int8), r"floating point of 16 bits or more, found .* of torch\.int8"),
        (lambda v: v.to(torch.float8_e4m3fn), r"floating point of 16 bits or more, found .* of torch\.float8_e4m3fn"),
        (lambda v: v * float("nan"), "expected finite weights, found NaN or infinity in"),
    ],
    ids=["integers", "float8", "NaN"],
)
def test_weights_that_would_give_garbage_are_refused(timm_file, clip, tmp_path, spoil, reason):
    for name, model in ((f"clip:{CLIP}/", clip[0]), ("timm:test_resnet@", timm_file[0])):
        file = tmp_path / "spoilt.safetensors"
        weights = {k: spoil(v).contiguous() if v.is_floating_point() else v for k, v in model.state_dict().items()}
        save_file(weights, file)
        with pytest.raises(BackboneError, match=reason):
            load_backbone(f"{name}{file}")


def test_a_file_of_the_text_tower_alone_is_refused(clip, tmp_path):
    model, _ = clip
    text = {k: v.contiguous() for k, v in model.state_dict().items() if not k.startswith("visual.")}
    save_file(text, tmp_path / "text.safetensors")
    with pytest.raises(
        BackboneError, match="expected an image tower, with or without a text tower, found only a text tower"
    ):
        load_backbone(f"clip:{CLIP}/{tmp_path}/text.safetensors")
    visual = {k: v.contiguous() for k, v in model.visual.state_dict().items()}
    visual["positional_embedding"] = visual["positional_embedding"][:40].clone()
    save_file(visual, tmp_path / "short.safetensors")
    with pytest.raises(BackboneError, match=r"its position embeddings do not fit|the weights do not fit"):
        load_backbone(f"clip:{CLIP}/{tmp_path}/short.safetensors")


@pytest.mark.parametrize("folder", ["a@b", "a:b", "x+lite0", "lite0+lite2+x", "a b", "\u00fc"])
def test_folders_of_weights_may_be_called_anything(clip, tmp_path, folder):
    _, file = clip
    (tmp_path / folder).mkdir()
    shutil.copy(file, tmp_path / folder / "w.safetensors")
    image = photograph("china.jpg")
    expected = load_backbone(f"clip:{CLIP}/{file}").features([image])
    for name in (f"clip:{CLIP}/{tmp_path}/{folder}/w.safetensors", f"clip:{CLIP}@{tmp_path}/{folder}/w.safetensors"):
        assert encoder_names(name) == [name]
        assert load_backbone(name).features([image]) == pytest.approx(expected, abs=1e-5)
        assert len(encoder_names(f"lite0+{name}+lite2:320px")) == 3


def test_pickled_weights_are_never_opened(timm_file, tmp_path):
    torch.save(timm_file[0].state_dict(), tmp_path / "weights.pth")
    for name in (f"timm:test_resnet@{tmp_path}/weights.pth", f"timm:googlenet@{tmp_path}/weights.pth"):
        with pytest.raises(BackboneError, match=r"expected a \.safetensors file"):
            load_backbone(name)
    with pytest.raises(BackboneError, match=r"or a \.safetensors file"):
        load_backbone(f"clip:{CLIP}/{tmp_path}/weights.pth")


@pytest.mark.parametrize(
    "name",
    [
        "timm:resnet18.a1_in1k", "timm:inception_v3.tv_in1k", "clip:ViT-B-32/laion2b_s34b_b79k",
        "timm:test_resnet@gone.safetensors", f"clip:{CLIP}/gone.safetensors",
    ],
)  # fmt: skip
def test_missing_weights_name_what_works_without_them(name):
    with pytest.raises(BackboneError, match="lite0 and lite2 need no download") as error:
        load_backbone(name)
    assert "\n" not in str(error.value)
    assert name.rpartition("@")[2].rpartition("/")[2] in str(error.value)


@pytest.mark.parametrize("name", ["lite9", "lite0:x", "timm", "clip:", "clip:ViT-B-32", "clip:ViT-B-32/openai:x", ""])
def test_names_of_no_backbone(name):
    with pytest.raises(BackboneError, match=r"^No backbone is called .*: expected"):
        load_backbone(name)


@pytest.mark.parametrize("name", ["timm:nosuch", "timm:hf_hub:a/b", "clip:nosuch/openai", "clip:ViT-B-32/nosuch"])
def test_names_unknown_to_the_libraries(name):
    with pytest.raises(BackboneError, match=r"(timm|open_clip) has no"):
        load_backbone(name)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("backbone", ["lite0", "lite2"])
def test_large_images_are_reduced_with_hardly_another_feature(kind, backbone):
    """Read at a reduced size and resized in two steps, as `gallery_features` does, against Pillow's own resizing."""
    (encoder,) = load_backbone(backbone).encoders
    preprocessing, size = encoder.preprocessing, encoder.preprocessing.size_px
    for name in SEEN:
        small = photograph(name)
        large = small.resize((4 * small.width, 4 * small.height), Image.Resampling.LANCZOS)
        file = io.BytesIO()
        large.save(file, kind, quality=90)
        read = read_image(file.getvalue(), shorter_px=preprocessing.enough_px)
        assert min(read.size) >= 2 * preprocessing.resize_px
        expected = np.asarray(read_image(file.getvalue()).resize((size, size), Image.Resampling.BICUBIC))
        a, b = encoder.encode(np.stack([preprocessing.pixels(read), expected])).astype(float)
        assert a @ b / np.linalg.norm(a) / np.linalg.norm(b) > 1 - 1e-3


@pytest.mark.parametrize("fit", ["squash", "crop"])
def test_images_up_to_six_times_the_size_are_resized_in_one_step(fit):
    preprocessing = Preprocessing(32, (0, 0, 0), (1, 1, 1), "bicubic", fit)
    for side in (20, 64, 191):
        image = Image.fromarray(np.random.default_rng(side).integers(0, 256, (side, side, 3), np.uint8))
        expected = np.asarray(image.resize((32, 32), Image.Resampling.BICUBIC))
        assert (preprocessing.pixels(image) == expected).all()


def test_a_long_strip_is_cut_before_it_is_scaled_up():
    preprocessing = Preprocessing(224, (0, 0, 0), (1, 1, 1), fit="crop")
    strip = Image.new("RGB", (60_000, 1), "white")  # scaled by its short side it would be 224 x 13,440,000 px
    assert preprocessing(strip).shape == (3, 224, 224)


def test_two_at_once_load_it_once(monkeypatch):
    loads = []

    class SlowFamily(TinyFamily):
        def load(self, rest, file, config):
            loads.append(1)
            time.sleep(0.2)
            return super().load(rest, file, config)

    monkeypatch.setitem(backbones.FAMILIES, "slow", SlowFamily())
    with ThreadPoolExecutor(3) as pool:
        assert {id(b.encoders[0]) for b in pool.map(load_backbone, ["slow"] * 3)} == {
            id(load_backbone("slow").encoders[0])
        }
    assert len(loads) == 1
