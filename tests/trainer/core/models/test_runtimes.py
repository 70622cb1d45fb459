"""What runs the networks of encoders: every runtime gives PyTorch's features, under the key of its precision."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import nn

from trainer.core.cache import cache_dir
from trainer.core.errors import UserError
from trainer.core.models import runtimes
from trainer.core.models.backbones import _load, backbone_fingerprint, load_backbone
from trainer.core.models.runtimes import RUNTIMES, Network, base, random_pixels

FLOAT32 = [name for name, runtime in RUNTIMES.items() if runtime.precision == "float32"]
MEAN, STD = (0.4, 0.5, 0.6), (0.2, 0.25, 0.3)


class Attention(nn.Module):
    """A layer of a vision transformer, whose fast path exporters do not know."""

    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(3, 32, 8, 8)
        self.layers = nn.TransformerEncoder(nn.TransformerEncoderLayer(32, 4, 64, batch_first=True), 2)

    def forward(self, images):
        return self.layers(self.patches(images).flatten(2).transpose(1, 2)).mean(1)


def convolutions():
    return nn.Sequential(nn.Conv2d(3, 16, 3, 2), nn.BatchNorm2d(16), nn.ReLU6(), nn.AdaptiveAvgPool2d(1), nn.Flatten())


def seeded(build):
    torch.manual_seed(0)
    return build().eval().requires_grad_(False)


def network(build, fingerprint="a"):
    return Network("mine", f"{build.__name__} {fingerprint}", 32, MEAN, STD, lambda: seeded(build))


def features(build, pixels):
    values = (pixels.numpy() / 255 - np.array(MEAN)) / np.array(STD)
    with torch.inference_mode():
        return seeded(build)(torch.from_numpy(values.transpose(0, 3, 1, 2)).float()).numpy()


@pytest.fixture(autouse=True)
def no_choice(monkeypatch):
    monkeypatch.delenv("GUIE_RUNTIME", raising=False)
    monkeypatch.setattr(runtimes, "_runtimes", runtimes._runtimes.__wrapped__)  # what is available changes here


@pytest.mark.parametrize("name", FLOAT32)
@pytest.mark.parametrize("build", [convolutions, Attention])
def test_any_batch_has_the_features_of_pytorch(name, build):
    encode = RUNTIMES[name].encoder(network(build))
    for n in (1, 2, 7):
        pixels = random_pixels(n, 32)
        assert encode(pixels.numpy()) == pytest.approx(features(build, pixels), abs=1e-4)
    assert encode(random_pixels(1, 32).numpy()).dtype == np.float32


@pytest.mark.parametrize("name", ["openvino", "onnxruntime"])
def test_an_export_is_made_once(name):
    first = RUNTIMES[name].encoder(network(convolutions, "once"))
    asleep = Network("mine", "convolutions once", 32, MEAN, STD, lambda: pytest.fail("the network was loaded again"))
    again = RUNTIMES[name].encoder(asleep)
    pixels = random_pixels(4, 32).numpy()
    assert (first(pixels) == again(pixels)).all()


@pytest.fixture
def stored(tmp_path, monkeypatch):
    """The number of networks in a cache of its own."""
    monkeypatch.setenv("GUIE_CACHE", str(tmp_path))
    return lambda: len(list((cache_dir() / "networks").iterdir()))


def test_other_weights_and_another_library_are_exported_again(monkeypatch, stored):
    for fingerprint, library in (("x", ""), ("x", ""), ("y", ""), ("x", "onnxruntime 0")):
        if library:
            monkeypatch.setattr(type(RUNTIMES["onnxruntime"]), "library", library)
        RUNTIMES["onnxruntime"].encoder(network(convolutions, fingerprint))
    assert stored() == 3


def test_a_large_network_is_not_stored(monkeypatch, stored):
    monkeypatch.setattr(base, "MAX_STORED_BYTES", 100)
    encode = RUNTIMES["openvino"].encoder(network(convolutions, "large"))
    pixels = random_pixels(2, 32)
    assert encode(pixels.numpy()) == pytest.approx(features(convolutions, pixels), abs=1e-4)
    assert stored() == 0


def test_a_wrong_export_is_not_used(monkeypatch):
    """An export that does not compute what PyTorch computes is refused, and the next runtime runs the network."""
    monkeypatch.setattr(type(RUNTIMES["openvino"]), "hint", "bf16")  # rounds more than the tolerance of float32
    monkeypatch.setattr(RUNTIMES["openvino"], "tolerance", 1e-9)
    with pytest.raises(base.RuntimeFailure, match="differ from PyTorch's by"):
        RUNTIMES["openvino"].encoder(network(convolutions, "wrong"))


class Untraceable(nn.Module):
    """What it computes depends on values, so that no trace of it is right."""

    def forward(self, images):
        n = int(images[0, 0, 0, 0].item() * 0) + 3
        return torch.from_numpy(np.sort(images.flatten(1).numpy())[:, :n].copy())


def test_what_cannot_be_exported_runs_in_pytorch_and_says_so(capsys):
    encode = runtimes.encoder(network(Untraceable))
    pixels = random_pixels(3, 32)
    assert encode(pixels.numpy()) == pytest.approx(features(Untraceable, pixels), abs=1e-5)
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert line.startswith("mine: OpenVINO cannot run it (")
    assert line.endswith("PyTorch runs it.")


def test_a_chosen_runtime_is_the_one_that_runs_or_none(monkeypatch):
    monkeypatch.setenv("GUIE_RUNTIME", "openvino")
    assert runtimes.runtimes() == [RUNTIMES["openvino"]]
    with pytest.raises(UserError, match=r"OpenVINO cannot run it .*; choose another GUIE_RUNTIME"):
        runtimes.encoder(network(Untraceable, "chosen"))
    monkeypatch.setenv("GUIE_RUNTIME", "nope")
    with pytest.raises(UserError, match="GUIE_RUNTIME is 'nope': expected auto, openvino, onnxruntime, torch"):
        runtimes.runtimes()
    monkeypatch.setenv("GUIE_RUNTIME", "openvino")
    monkeypatch.setattr(type(RUNTIMES["openvino"]), "is_available", lambda self: False)
    with pytest.raises(UserError, match="GUIE_RUNTIME is openvino, which is not installed"):
        runtimes.runtimes()


def test_the_fastest_installed_one_is_the_default(monkeypatch):
    assert [one.title for one in runtimes.runtimes()] == ["OpenVINO", "ONNX Runtime", "PyTorch"]
    monkeypatch.setattr(type(RUNTIMES["openvino"]), "is_available", lambda self: False)
    assert [one.title for one in runtimes.runtimes()] == ["ONNX Runtime", "PyTorch"]
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert [one.title for one in runtimes.runtimes()] == ["PyTorch"]


def test_only_another_precision_changes_the_key_of_features(monkeypatch):
    """A stored feature of float32 serves every runtime of float32, and none of bfloat16."""
    keys = {}
    for name, runtime in RUNTIMES.items():
        monkeypatch.setattr(type(runtime), "is_available", lambda self: True)
        monkeypatch.setenv("GUIE_RUNTIME", name)
        keys[name] = backbone_fingerprint("lite0")
    assert len({keys[name] for name in FLOAT32}) == 1
    for name in ("openvino-bf16", "torch-bf16"):
        assert keys[name] == f"{keys['openvino']} {name}"


def test_bfloat16_of_pytorch_is_near_float32_and_not_the_same():
    pixels = random_pixels(7, 32)
    found = RUNTIMES["torch-bf16"].encoder(network(convolutions, "bf16"))(pixels.numpy())
    expected = features(convolutions, pixels)
    assert found == pytest.approx(expected, abs=0.03 * float(np.abs(expected).max()))
    assert (found != expected).any()
    assert found.dtype == np.float32


def test_the_network_in_pytorch_is_there_for_training_and_export():
    _load.cache_clear()
    (encoder,) = load_backbone("lite0").encoders
    image = np.random.default_rng(0).integers(0, 256, (2, 224, 224, 3), dtype=np.uint8)
    pixels = torch.from_numpy((image.transpose(0, 3, 1, 2).astype(float) - 127) / 128).float()
    with torch.inference_mode():
        expected = encoder.model(pixels).numpy()
    assert encoder.encode(image) == pytest.approx(expected, abs=1e-4 * float(np.abs(expected).max()))
    assert encoder.model is encoder.model


def test_nothing_reports_its_use():
    """OpenVINO would load a package that reports its use to its makers."""
    code = (
        "import sys; from trainer.core.models.runtimes.openvino_runtime import _core; _core();"
        "print([name for name in sys.modules if 'telemetry' in name and sys.modules[name] is not None"
        " and not name.startswith('openvino.tools')])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
