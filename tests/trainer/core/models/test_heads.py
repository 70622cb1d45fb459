"""Heads: layers, unit length, limits."""

import pytest
import torch
from torch.nn import functional as F

from trainer.core.errors import UserError
from trainer.core.models.heads import HEADS, HeadConfig, build_head, fit_pca


def features(n=40, dims=24, seed=0):
    return torch.randn(n, dims, generator=torch.Generator().manual_seed(seed)) * torch.linspace(3, 0.5, dims) + 1


@pytest.mark.parametrize("kind", HEADS)
def test_every_head_gives_unit_rows_one_image_at_a_time_too(kind):
    torch.manual_seed(0)
    wide = 16 if kind == "whitened_linear" else 32  # it only reduces
    head = build_head(HeadConfig(kind, 24, dims=8, wide_dims=wide, parallel=3)).eval()
    z = head(features())
    assert z.shape == (40, 8)
    assert z.norm(dim=1).tolist() == pytest.approx([1] * 40, abs=1e-5)
    torch.testing.assert_close(torch.cat([head(row[None]) for row in features()]), z)


def test_the_wide_head_averages_neighbouring_outputs():
    torch.manual_seed(0)
    head = build_head(HeadConfig("bn_wide_linear", 24, dims=8, wide_dims=32)).eval()
    wide = head.linear(head.norm(features()))  # (40, 32)
    torch.testing.assert_close(head(features()), F.normalize(wide.reshape(40, 8, 4).mean(2), dim=1))


def test_parts_of_each_kind():
    assert isinstance(build_head(HeadConfig("bn_linear", 24)).norm, torch.nn.BatchNorm1d)
    assert isinstance(build_head(HeadConfig("linear", 24)).norm, torch.nn.Identity)
    assert build_head(HeadConfig("linear", 24, dropout=0.3)).dropout.p == 0.3
    assert build_head(HeadConfig("pca", 24, dropout=0.3)).dropout.p == 0


def test_batchnorm_without_scale_and_shift():
    norm = build_head(HeadConfig("plain_bn_linear", 24)).norm
    assert list(norm.parameters()) == []
    assert norm(features()).std(0, correction=0).tolist() == pytest.approx([1] * 24, abs=1e-3)


def test_the_averaged_head_is_the_mean_of_its_heads_before_unit_length():
    torch.manual_seed(0)
    head = build_head(HeadConfig("averaged_linear", 24, dims=8, parallel=5)).eval()
    mean = sum(features() @ one.weight.T + one.bias for one in head.heads) / 5
    assert len(head.heads) == 5
    torch.testing.assert_close(head(features()), F.normalize(mean, dim=1))
    head.train()
    assert not torch.equal(head(features()), head(features()))  # each head drops other features


def test_concatenated_heads_are_unit_rows_side_by_side_before_pca():
    torch.manual_seed(0)
    head = build_head(HeadConfig("concat_pca", 24, dims=8, wide_dims=10, parallel=2)).eval()
    wide = head.concatenated(features())
    assert wide.shape == (40, 20)
    torch.testing.assert_close(wide[:, :10], head.heads[0](features()))
    assert wide.norm(dim=1).tolist() == pytest.approx([2**0.5] * 40, abs=1e-5)
    fit_pca(head.linear, wide.detach())
    shares = (head.linear(wide)).var(0) / wide.var(0).sum()
    assert shares.tolist() == sorted(shares.tolist(), reverse=True)
    assert shares.sum() > 0.8


def test_pca_projects_on_the_principal_axes():
    x = features()
    head = build_head(HeadConfig("pca", 24, dims=6)).eval()
    fit_pca(head.linear, x)
    covariance = torch.cov(x.T)
    axes = torch.linalg.eigh(covariance).eigenvectors.flip(1)[:, :6]  # another way to the same axes
    expected = F.normalize((x - x.mean(0)) @ axes, dim=1)
    torch.testing.assert_close(head(x).abs(), expected.abs(), atol=1e-4, rtol=0)  # an axis may point either way


@pytest.mark.parametrize(("n", "dims"), [(5, 24), (40, 4)])
def test_pca_needs_as_many_images_and_features_as_numbers(n, dims):
    head = build_head(HeadConfig("pca", dims, dims=6))
    with pytest.raises(UserError, match="expected at least as many images and features"):
        fit_pca(head.linear, features(n, dims))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("kind", "mlp"), ("dims", 0), ("dims", 65), ("dims", 8.0), ("dims", True), ("in_dims", 0), ("in_dims", 10**12),
        ("dropout", 1.0), ("dropout", -0.1), ("wide_dims", 100), ("wide_dims", 4), ("wide_dims", 64_000),
        ("parallel", 0), ("parallel", 65),
    ],
)  # fmt: skip
def test_a_bad_value_is_named_with_what_is_allowed(name, value):
    with pytest.raises(UserError, match=rf"^head\.{name} is {value!r}: expected"):
        HeadConfig(**{"kind": "bn_wide_linear", "in_dims": 24, "dims": 8, "wide_dims": 32, name: value})
