"""Losses against slow transcriptions of their papers' equations, and against the library they come from."""

import math

import numpy as np
import pytest
import torch
from pytorch_metric_learning.losses import ArcFaceLoss, SubCenterArcFaceLoss
from torch.nn import functional as F

from trainer.training.losses import LossSettings, build_loss
from trainer.training.losses.arcface import ArcFace, margins_by_class_size
from trainer.training.losses.multi_similarity import MinedMultiSimilarity
from trainer.training.losses.similarity import similarity_loss

CLASSES, DIMS = 7, 12
UNEVEN = torch.linspace(0.2, 0.6, CLASSES)  # one margin a class


def batch(seed=0, n=20):
    generator = torch.Generator().manual_seed(seed)
    z = F.normalize(torch.randn(n, DIMS, generator=generator), dim=1)
    return z, torch.randint(0, CLASSES, (n,), generator=generator)


def arcface(margin_rad=0.5, scale=30.0, sub_centers=1):
    torch.manual_seed(1)
    margins = torch.full((CLASSES,), margin_rad) if isinstance(margin_rad, float) else margin_rad
    return ArcFace(margins, DIMS, scale, sub_centers)


def cosine(a, b):
    return sum(x * y for x, y in zip(a, b, strict=True)) / math.hypot(*a) / math.hypot(*b)


def slow_arcface(z, labels, loss, s, margins):
    """Equation 3 of Deng et al., CVPR 2019, one image and one class after another; of a class's sub-centres the
    nearest (Deng et al., ECCV 2020), with the margin of the image's own class."""
    centres = loss.W.detach().T.reshape(CLASSES, loss.sub_centers, DIMS).tolist()
    total = 0.0
    for x, y in zip(z.tolist(), labels.tolist(), strict=True):
        theta = [math.acos(max(-1.0, min(1.0, max(cosine(x, w) for w in of_class)))) for of_class in centres]
        m = float(margins[y])
        own = math.cos(theta[y] + m) if theta[y] <= math.pi - m else math.cos(theta[y]) - m * math.sin(m)
        others = sum(math.exp(s * math.cos(t)) for j, t in enumerate(theta) if j != y)
        total -= math.log(math.exp(s * own) / (math.exp(s * own) + others))
    return total / len(labels)


@pytest.mark.parametrize("sub_centers", [1, 3])
@pytest.mark.parametrize(("scale", "margins"), [(30.0, 0.5), (16.0, 0.0), (64.0, 0.65), (30.0, UNEVEN)])
def test_arcface_equals_the_equation(scale, margins, sub_centers):
    loss, (z, labels) = arcface(margins, scale, sub_centers), batch()
    assert loss.W.shape == (DIMS, CLASSES * sub_centers)
    expected = slow_arcface(z, labels, loss, scale, loss.margins_rad)
    assert loss(z, labels).item() == pytest.approx(expected, rel=1e-4)


def test_past_the_end_of_the_angle_it_still_equals_the_equation():
    loss, labels = arcface(1.5), torch.arange(CLASSES)
    z = -F.normalize(loss.W.detach().T + 0.1, dim=1)  # nearly opposite to its centre: theta > pi - m
    assert loss(z, labels).item() == pytest.approx(slow_arcface(z, labels, loss, 30.0, loss.margins_rad), rel=1e-4)


@pytest.mark.parametrize("sub_centers", [1, 3])
def test_equals_its_parents_at_one_margin_for_all(sub_centers):
    """Theirs is in degrees; values and gradients, also past the end of the angle."""
    loss, (z, labels) = arcface(0.5, 30.0, sub_centers), batch(2)
    settings = {"num_classes": CLASSES, "embedding_size": DIMS, "margin": math.degrees(0.5), "scale": 30}
    other = SubCenterArcFaceLoss(**settings, sub_centers=3) if sub_centers > 1 else ArcFaceLoss(**settings)
    other.W.data = loss.W.detach().clone()
    one, two = z.clone().requires_grad_(), z.clone().requires_grad_()
    values = loss(one, labels), other(two, labels)
    for value in values:
        value.backward()
    assert values[0].item() == pytest.approx(values[1].item(), rel=1e-5)
    torch.testing.assert_close(one.grad, two.grad, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(loss.W.grad, other.W.grad, atol=1e-5, rtol=1e-4)


def test_margins_grow_as_classes_get_smaller():
    """a n^(-1/4) + b of Ha et al., solved for the two ends one class after another."""
    sizes = [2, 10, 50, 300, 2]
    margins = margins_by_class_size(np.array(sizes), 0.3, 0.6)
    a = (0.6 - 0.3) / (2**-0.25 - 300**-0.25)
    b = 0.3 - a * 300**-0.25
    assert margins.tolist() == pytest.approx([a * n**-0.25 + b for n in sizes], abs=1e-6)
    assert margins.dtype == np.float32
    assert margins_by_class_size(np.array([5, 5]), 0.3, 0.6).tolist() == pytest.approx([0.3, 0.3])


def test_a_recipe_gets_the_loss_it_names():
    sizes = np.array([2, 30, 4])
    even = build_loss(LossSettings(margin_rad=0.4, scale=20, sub_centers=2), 8, sizes)
    assert even.margins_rad.tolist() == pytest.approx([0.4] * 3)
    assert (even.scale, even.sub_centers, even.W.shape) == (20, 2, (8, 6))
    by_size = build_loss(LossSettings(margin_rad=0.2, largest_margin_rad=0.6), 8, sizes).margins_rad
    assert by_size[0].item() == pytest.approx(0.6)
    assert by_size[1].item() == pytest.approx(0.2)
    assert 0.2 < by_size[2] < 0.6
    assert isinstance(build_loss(LossSettings(kind="multi_similarity"), 8, sizes), MinedMultiSimilarity)


def test_a_wider_margin_costs_more():
    z, labels = batch()
    assert arcface(0.5)(z, labels) > arcface(0.2)(z, labels) > arcface(0.0)(z, labels)


@pytest.mark.parametrize("sub_centers", [1, 2])
@pytest.mark.parametrize("sign", [1, -1])
def test_gradients_are_finite_at_the_ends_of_the_cosine(sign, sub_centers):
    loss = arcface(0.5, 30.0, sub_centers)
    loss.W.data = torch.eye(DIMS)[:, :CLASSES].repeat_interleave(sub_centers, dim=1)
    z = (sign * torch.eye(CLASSES, DIMS)).requires_grad_()  # the cosine is +1 or -1 to the bit
    value = loss(z, torch.arange(CLASSES))
    value.backward()
    assert torch.isfinite(value)
    assert torch.isfinite(z.grad).all()
    assert torch.isfinite(loss.W.grad).all()


@pytest.mark.parametrize("build", [arcface, MinedMultiSimilarity])
def test_autocast_computes_in_float32(build):
    loss, (z, labels) = build(), batch()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        value, from_bfloat16 = loss(z, labels), loss(z.bfloat16(), labels)
    assert value.dtype == torch.float32
    assert value.item() == loss(z, labels).item()
    assert from_bfloat16.item() == pytest.approx(loss(z.bfloat16().float(), labels).item())


def slow_multi_similarity(z, labels, alpha=2.0, beta=50.0, base=0.5, epsilon=0.1):
    """Wang et al., CVPR 2019: the pairs of equations 8 and 9 in the loss of equation 10. Also the number of pairs."""
    z, y = z.tolist(), labels.tolist()
    total, pairs = 0.0, 0
    for i in range(len(y)):
        positive = [cosine(z[i], z[k]) for k in range(len(y)) if k != i and y[k] == y[i]]
        negative = [cosine(z[i], z[k]) for k in range(len(y)) if y[k] != y[i]]
        kept_negative = [s for s in negative if positive and s > min(positive) - epsilon]
        kept_positive = [s for s in positive if negative and s < max(negative) + epsilon]
        total += math.log(1 + sum(math.exp(-alpha * (s - base)) for s in kept_positive)) / alpha
        total += math.log(1 + sum(math.exp(beta * (s - base)) for s in kept_negative)) / beta
        pairs += len(kept_positive) + len(kept_negative)
    return total / len(y), pairs


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_multi_similarity_equals_the_equations(seed):
    z, labels = batch(seed)
    z = F.normalize(z + 0.7 * torch.eye(CLASSES, DIMS)[labels], dim=1)  # classes begin to be told apart
    expected, pairs = slow_multi_similarity(z, labels)
    assert 10 < pairs < 300  # the miner leaves some of 380 out
    assert MinedMultiSimilarity()(z, labels).item() == pytest.approx(expected, rel=1e-4)


def test_multi_similarity_of_a_batch_without_pairs_is_zero_and_has_a_gradient():
    z = batch()[0][:4].requires_grad_()
    loss = MinedMultiSimilarity()(z, torch.arange(4))
    loss.backward()
    assert loss.item() == 0
    assert torch.equal(z.grad, torch.zeros_like(z))


def test_the_similarity_loss_equals_its_equation():
    z, reference = batch(3, 6)[0], F.normalize(torch.randn(6, 30, generator=torch.Generator().manual_seed(4)), dim=1)
    a, b = z.tolist(), reference.tolist()
    expected = sum((cosine(a[i], a[j]) - cosine(b[i], b[j])) ** 2 for i in range(6) for j in range(6)) / 36
    assert similarity_loss(z, reference).item() == pytest.approx(expected, rel=1e-5)
    assert similarity_loss(z, z).item() == 0


@pytest.mark.parametrize("sub_centers", [1, 3])
def test_target_cosines_by_column_give_the_numbers_of_the_library_to_the_last_bit(monkeypatch, sub_centers):
    z, labels = batch(n=300)

    def loss_and_gradients():
        loss, embeddings = arcface(UNEVEN, sub_centers=sub_centers), z.clone().requires_grad_()
        value = loss(embeddings, labels)
        value.backward()
        return value.detach(), embeddings.grad, loss.W.grad

    own = loss_and_gradients()
    monkeypatch.delattr(ArcFace, "compute_loss")
    monkeypatch.delattr(ArcFace, "get_cosine")
    assert all(torch.equal(one, other) for one, other in zip(own, loss_and_gradients(), strict=True))
