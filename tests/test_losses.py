"""ArcFace against a transcription of the paper's equation and against another library."""

import math

import pytest
import torch
from pytorch_metric_learning.losses import ArcFaceLoss
from torch.nn import functional as F

from trainer.losses import ArcFace

CLASSES, DIMS = 7, 12


def batch(seed=0, n=20):
    generator = torch.Generator().manual_seed(seed)
    z = F.normalize(torch.randn(n, DIMS, generator=generator), dim=1)
    return z, torch.randint(0, CLASSES, (n,), generator=generator)


def arcface(scale=30.0, margin_rad=0.5):
    torch.manual_seed(1)
    return ArcFace(CLASSES, DIMS, scale, margin_rad)


def slow_arcface(z, labels, centres, s, m):
    """Equation 3 of Deng et al., CVPR 2019, one picture and one class after another."""
    total = 0.0
    for x, y in zip(z.tolist(), labels.tolist(), strict=True):
        theta = []
        for w in centres.tolist():
            cosine = sum(a * b for a, b in zip(x, w, strict=True)) / math.hypot(*x) / math.hypot(*w)
            theta.append(math.acos(max(-1.0, min(1.0, cosine))))
        own = math.exp(s * math.cos(theta[y] + m))
        others = sum(math.exp(s * math.cos(t)) for j, t in enumerate(theta) if j != y)
        total -= math.log(own / (own + others))
    return total / len(labels)


@pytest.mark.parametrize(("scale", "margin_rad"), [(30.0, 0.5), (16.0, 0.0), (64.0, 0.65)])
def test_equals_the_equation(scale, margin_rad):
    loss, (z, labels) = arcface(scale, margin_rad), batch()
    expected = slow_arcface(z, labels, loss.centres.detach(), scale, margin_rad)
    assert loss(z, labels).item() == pytest.approx(expected, rel=1e-4)


def test_equals_pytorch_metric_learning_whose_margin_is_in_degrees():
    loss, (z, labels) = arcface(), batch(2)
    other = ArcFaceLoss(CLASSES, DIMS, margin=math.degrees(0.5), scale=30)
    other.W.data = loss.centres.detach().T.clone()  # (E, C) there
    assert loss(z, labels).item() == pytest.approx(other(z, labels).item(), rel=1e-4)


def test_length_of_the_embeddings_does_not_matter():
    loss, (z, labels) = arcface(), batch()
    assert loss(3 * z, labels).item() == pytest.approx(loss(z, labels).item(), rel=1e-5)


@pytest.mark.parametrize("sign", [1, -1])
def test_gradients_are_finite_at_the_ends_of_the_cosine(sign):
    loss = arcface()
    loss.centres.data = torch.eye(CLASSES, DIMS)
    z = (sign * torch.eye(CLASSES, DIMS)).requires_grad_()  # the cosine is +1 or -1 to the bit
    value = loss(z, torch.arange(CLASSES))
    value.backward()
    assert torch.isfinite(value)
    assert torch.isfinite(z.grad).all()
    assert torch.isfinite(loss.centres.grad).all()


def test_autocast_computes_in_float32():
    loss, (z, labels) = arcface(), batch()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        value = loss(z, labels)
    assert value.dtype == torch.float32
    assert value.item() == loss(z, labels).item()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        from_bfloat16 = loss(z.bfloat16(), labels)
    assert from_bfloat16.item() == pytest.approx(loss(z.bfloat16().float(), labels).item())


def test_a_wider_margin_costs_more():
    z, labels = batch()
    assert arcface(margin_rad=0.5)(z, labels) > arcface(margin_rad=0.2)(z, labels) > arcface(margin_rad=0)(z, labels)
