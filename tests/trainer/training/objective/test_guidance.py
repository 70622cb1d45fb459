"""Language guidance: its equation, its gradients, the names of classes, and the text encoders."""

import math

import numpy as np
import open_clip
import pytest
import torch
from safetensors.torch import save_file
from torch.nn import functional as F

from tests.trainer.core.models.test_backbones import CLIP, SEEN, photograph
from trainer.core.errors import UserError
from trainer.core.models.backbones import load_backbone
from trainer.core.models.backbones.classifier import imagenet_logits, imagenet_names
from trainer.training.data.image_set import ImageSet, TrainingData
from trainer.training.objective.guidance import GuidanceSettings, LanguageGuidance, class_embeddings, pseudo_names
from trainer.training.objective.language import encode_texts

EXPERT = GuidanceSettings(kind="expert")


def unit(*shape, seed=0):
    return F.normalize(torch.randn(*shape, generator=torch.Generator().manual_seed(seed)), dim=-1)


def slow_match(z, labels, names, shift):
    """Equation 3 of Roth, Vinyals & Akata, CVPR 2022, one pair after another; `names` (k, C, L)."""
    z, y, names = z.tolist(), labels.tolist(), names.tolist()
    n, k = len(y), len(names)

    def dot(a, b):
        return sum(p * q for p, q in zip(a, b, strict=True))

    def softmax(row):
        total = sum(math.exp(value) for value in row)
        return [math.exp(value) / total for value in row]

    loss = 0.0
    for i in range(n):
        image = [1 + shift if y[i] == y[j] else dot(z[i], z[j]) for j in range(n)]
        language = [
            1.0 if y[i] == y[j] else sum(dot(one[y[i]], one[y[j]]) for one in names) / k for j in range(n)
        ]  # fmt: skip
        p, q = softmax(image), softmax([value + shift for value in language])
        loss += sum(a * math.log(a / b) for a, b in zip(p, q, strict=True))
    return loss / n


@pytest.mark.parametrize("shift", [0.0, 1.0])
@pytest.mark.parametrize("k", [1, 4])
def test_equals_the_equation(k, shift):
    """k = 1: the classes' own names; k > 1: the mean over the matrices of k sets of pseudo names."""
    names, z, labels = unit(k, 5, 16, seed=1), unit(12, 8, seed=2), torch.arange(12) % 5
    guidance = LanguageGuidance(names.numpy(), shift)
    assert guidance(z, labels).item() == pytest.approx(slow_match(z, labels, names, shift), rel=1e-4)


def test_the_loss_is_zero_if_similarities_equal_those_of_the_names():
    names, labels = unit(1, 6, 16), torch.arange(6)
    guidance = LanguageGuidance(names.numpy(), shift=0.0)
    assert guidance(names[0], labels).item() == pytest.approx(0, abs=1e-6)
    assert guidance(unit(6, 16, seed=3), labels) > 0.001


def test_images_of_classes_with_like_names_are_pulled_together():
    """Three classes; the names of the first two are similar, all images are equally far apart at first."""
    names = F.normalize(torch.tensor([[1.0, 0.1, 0], [1.0, -0.1, 0], [0, 0, 1.0]]), dim=1)[None]
    guidance = LanguageGuidance(names.numpy(), shift=1.0)
    z = torch.eye(3).requires_grad_()
    guidance(z, torch.arange(3)).backward()
    moved = F.normalize(z.detach() - 0.3 * z.grad, dim=1)
    similar = moved @ moved.T
    assert similar[0, 1] > similar[0, 2] + 0.01
    assert similar[0, 1] > similar[1, 2] + 0.01


def training_data(features, labels, label_names):
    classes = np.array(label_names)[labels]
    train = ImageSet(features, np.asarray(labels), classes, classes, classes)
    nothing = np.zeros(0, int)
    return TrainingData(train, train[nothing], train[nothing], np.array(label_names), 0, 0)


@pytest.fixture(scope="module")
def animals():
    """Real features; the class numbers do not describe the images."""
    names = ["cheetah.jpg", "cheetah1.jpg", "lion.jpg", "tower.jpg"]
    features = load_backbone("lite0").features([photograph(name) for name in names])
    return training_data(features, [0, 0, 1, 2], ["1", "2", "3"])


def test_pseudo_names_are_what_the_backbone_sees(animals):
    names = pseudo_names("lite0", animals, 3)
    assert [len(of_class) for of_class in names] == [3, 3, 3]
    assert names[0][0] == "cheetah"
    assert names[1][0] == "lion"
    assert set(names[2]) & SEEN["tower.jpg"]


def test_pseudo_names_equal_the_mean_probability_of_a_class(animals):
    logits = imagenet_logits("lite0", animals.train.features)
    shares = torch.softmax(torch.from_numpy(logits)[:2].double(), dim=1).mean(0)
    expected = [imagenet_names()[i] for i in shares.topk(5).indices]
    assert pseudo_names("lite0", animals, 5)[0] == expected


def test_pseudo_guidance_knows_that_two_cats_are_nearer_than_a_tower(animals):
    vectors = class_embeddings(GuidanceSettings(kind="pseudo", names=3), "lite0", animals)
    assert vectors.shape == (3, 3, 384)
    cosines = (vectors @ vectors.transpose(0, 2, 1)).mean(0)
    assert cosines[0, 1] > max(cosines[0, 2], cosines[1, 2])


def test_expert_guidance_takes_the_names_of_classes():
    data = training_data(np.zeros((3, 4), np.float32), [0, 1, 2], ["plush_toy", "sports_car", "teddy_bear"])
    vectors = class_embeddings(EXPERT, "tiny", data)
    assert vectors.shape == (1, 3, 384)
    texts = ["A photo of a plush toy", "A photo of a sports car", "A photo of a teddy bear"]
    assert vectors[0] == pytest.approx(encode_texts(texts, "tiny"), abs=1e-5)


def test_the_sentence_encoder_orders_meanings():
    bear, plush, car, coupe = encode_texts(["teddy bear", "plush toy", "sports car", "two-door coupe"], "lite2")
    assert bear @ plush > bear @ car
    assert car @ coupe > plush @ coupe
    assert np.linalg.norm([bear, plush, car], axis=1) == pytest.approx([1] * 3, abs=1e-5)


@pytest.mark.parametrize("backbone", ["tiny", "lite0+lite2"])
def test_a_backbone_without_a_classifier_is_told(backbone, animals):
    with pytest.raises(UserError, match=f"guidance pseudo: expected a backbone with an ImageNet classifier.*{backbone}"
                       .replace("+", r"\+")):  # fmt: skip
        pseudo_names(backbone, animals, 5)


def test_a_timm_backbone_brings_its_classifier_from_its_file(tmp_path):
    """A network with all its weights in a file: the logits are its own; without its last layer there are none."""
    import timm

    torch.manual_seed(0)
    model = timm.create_model("test_resnet", num_classes=1000).eval()
    save_file(model.state_dict(), tmp_path / "whole.safetensors")
    name = f"timm:test_resnet@{tmp_path}/whole.safetensors"
    backbone, image = load_backbone(name), photograph("lion.jpg")
    with torch.inference_mode():
        expected = model(torch.from_numpy(backbone.encoders[0].preprocessing(image))[None]).numpy()
    assert imagenet_logits(name, backbone.features([image])) == pytest.approx(expected, abs=1e-4)
    model.reset_classifier(0)
    save_file(model.state_dict(), tmp_path / "features.safetensors")
    name = f"timm:test_resnet@{tmp_path}/features.safetensors"
    assert imagenet_logits(name, load_backbone(name).features([image])) is None


def test_clip_reads_names_with_its_own_text_tower(tmp_path):
    torch.manual_seed(0)
    model = open_clip.create_model(CLIP).eval()
    save_file({name: tensor.contiguous() for name, tensor in model.state_dict().items()}, tmp_path / "c.safetensors")
    backbone = f"clip:{CLIP}/{tmp_path}/c.safetensors"
    texts = ["A photo of a lion", "A photo of a car"]
    with torch.inference_mode():
        expected = F.normalize(model.encode_text(open_clip.get_tokenizer(CLIP)(texts)), dim=1).numpy()
    data = training_data(np.zeros((2, 4), np.float32), [0, 1], ["lion", "car"])
    assert class_embeddings(EXPERT, backbone, data)[0] == pytest.approx(expected, abs=1e-5)
    assert encode_texts(texts, f"lite0+{backbone}:no-projection:64px") == pytest.approx(expected, abs=1e-5)
