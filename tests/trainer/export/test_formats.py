"""Exported files against the Python embedder, and the submission as the competition's host would run it."""

import gzip
import io
import subprocess
import sys
import zipfile

import numpy as np
import pandas as pd
import pytest
import torch

from tests.trainer.commands.test_cli import run  # noqa: F401 - a fixture
from tests.trainer.core.models.test_backbones import photograph
from tests.trainer.export.test_embedder_module import small_networks  # noqa: F401 - a fixture
from trainer.core.data.gallery import open_gallery
from trainer.core.data.images import read_image
from trainer.core.models.backbones import load_backbone
from trainer.core.models.checkpoint import open_checkpoint, save_checkpoint
from trainer.core.models.embedder import Embedder, gallery_embeddings
from trainer.core.models.heads import HEADS, HeadConfig, build_head, fit_pca
from trainer.core.models.runtimes import onnx_runtime
from trainer.export import export
from trainer.export.embedder_module import DeployedEmbedder
from trainer.export.export import export_checkpoint
from trainer.export.formats import FORMATS, ExportError, export_format
from trainer.export.formats.base import ExportFormat
from trainer.export.formats.torchscript import TorchScript, load_script

PHOTOGRAPHS = ("china.jpg", "flower.jpg", "lion.jpg", "cheetah.jpg", "cheetah1.jpg", "tower.jpg")
SHAPES = [(640, 427), (31, 40), (90, 1400), (700, 1), (1, 1), (2400, 1800)]  # width, height


def uint8(image):
    """(1, 3, H, W)"""
    return np.array(image).transpose(2, 0, 1)[None].copy()


def top5(query, embeddings):
    return np.argsort(-(embeddings @ query), kind="stable")[:5].tolist()


def random_checkpoint(folder, backbone_name, kind="linear", **dims):
    """A checkpoint that no one trained; a head of kind `pca` is fitted to photographs, which sets them far apart."""
    backbone = load_backbone(backbone_name)
    config = HeadConfig(kind, backbone.dims, **{"dims": 8, **dims})
    torch.manual_seed(0)
    head = build_head(config)
    if kind == "pca":
        fit_pca(head.linear, torch.from_numpy(backbone.features([photograph(name) for name in PHOTOGRAPHS])))
    return save_checkpoint(
        folder, folder.name, backbone.name, backbone.encoder_configs, head, config, {}, pd.DataFrame()
    )


@pytest.fixture(scope="module")
def submission(tmp_path_factory):
    """A checkpoint that comes with the project, as the competition wants it."""
    return export_checkpoint(open_checkpoint("pca-lite0"), "kaggle", tmp_path_factory.mktemp("real") / "submission.zip")


@pytest.fixture(scope="module", params=["kaggle", "onnx"])
def real(request, submission):
    """The same checkpoint in Python, and what its exported file computes."""
    checkpoint, path = open_checkpoint("pca-lite0"), submission
    if request.param == "onnx":
        path = export_checkpoint(checkpoint, "onnx", submission.with_name("model.onnx"))
    return Embedder(checkpoint), export_format(request.param).open(path)


def check(embedder, deployed, images):
    sample = gallery_embeddings(open_gallery("sample"), embedder.checkpoint)
    expected = embedder.embed(images)
    found = np.concatenate([deployed(uint8(image)) for image in images])
    assert found.dtype == np.float32
    assert (expected * found).sum(1).min() > 0.999
    for number in range(len(images)):
        assert top5(found[number], sample) == top5(expected[number], sample)
        assert top5(found[number], found) == top5(expected[number], expected)


def test_real_weights_on_photographs_of_any_install(real):
    check(*real, [photograph(name) for name in PHOTOGRAPHS])


def test_real_weights_on_the_development_photographs(real, guie_mini):
    rows = open_gallery(str(guie_mini)).table.groupby("object_type").nth([0, 40])
    images = [read_image(path) for path in rows["path"]]
    assert len(images) >= 12
    check(*real, images)


def test_real_weights_on_images_of_any_shape_and_in_batches(real):
    embedder, deployed = real
    for size in SHAPES:
        image = photograph("china.jpg").resize(size)
        assert (deployed(uint8(image)) * embedder.embed([image])).sum() > 0.999, size
    images = [photograph(name).resize((200, 150)) for name in PHOTOGRAPHS]
    together = deployed(np.concatenate([uint8(image) for image in images]))
    assert (together * embedder.embed(images)).sum(1).min() > 0.999


# together these have all layers of the other kinds
ONNX_KINDS = ("plain_bn_linear", "bn_wide_linear", "whitened_linear", "averaged_linear", "concat_pca")


@pytest.mark.parametrize(
    ("name", "kind"), [("torchscript", kind) for kind in HEADS] + [("onnx", kind) for kind in ONNX_KINDS]
)
def test_each_head_has_both_formats(name, kind, tmp_path):
    dims = {"dims": 4} if kind == "pca" else {"wide_dims": 16, "parallel": 3}
    checkpoint = random_checkpoint(tmp_path / kind, "tiny", kind, **dims)
    deployed = export_format(name).open(export_checkpoint(checkpoint, name, tmp_path / "file"))
    images = [photograph("china.jpg").resize(size) for size in SHAPES[:4]]
    expected = Embedder(checkpoint).embed(images)
    found = np.concatenate([deployed(uint8(image)) for image in images])
    assert (expected * found).sum(1).min() > 0.999


@pytest.mark.parametrize("name", ["torchscript", "onnx"])
def test_each_kind_of_network_has_both_formats(name, small_networks, tmp_path):  # noqa: F811
    """A CNN with generalised mean and mirror image beside a CLIP tower, so both ways to fit a image."""
    checkpoint = random_checkpoint(tmp_path / "both", "+".join(small_networks), "pca", dims=4)
    deployed = export_format(name).open(export_checkpoint(checkpoint, name, tmp_path / "file"))
    images = [photograph(name) for name in PHOTOGRAPHS]
    expected = Embedder(checkpoint).embed(images)
    found = np.concatenate([deployed(uint8(image)) for image in images])
    assert (expected * found).sum(1).min() > 0.999
    assert (expected @ expected.T).min() < 0  # the images are not all one to this checkpoint


def test_a_trained_backbone_goes_into_the_file(tmp_path):
    backbone = load_backbone("tiny")
    config = HeadConfig("linear", backbone.dims, dims=8)
    trained = torch.nn.Sequential(*backbone.encoders[0].model.children())
    weights = {name: tensor + 0.3 * torch.randn(tensor.shape) for name, tensor in trained.state_dict().items()}
    model = torch.nn.Sequential(torch.nn.AvgPool2d(4), torch.nn.Flatten(), torch.nn.Linear(192, 96))
    model.load_state_dict(weights)
    checkpoint = save_checkpoint(
        tmp_path / "own", "own", "tiny", backbone.encoder_configs, build_head(config), config, {}, pd.DataFrame(), model
    )
    deployed = TorchScript().open(export_checkpoint(checkpoint, "torchscript", tmp_path / "file"))
    china = photograph("china.jpg")
    assert (deployed(uint8(china)) * Embedder(checkpoint).embed([china])).sum() > 0.999


HOST = """
import sys, zipfile
import torch
from PIL import Image
from torchvision.transforms import PILToTensor

zipfile.ZipFile(sys.argv[1]).extractall("submission")
model = torch.jit.load("submission/saved_model.pt").eval()
rows = []
for path in sys.argv[2:]:
    image = PILToTensor()(Image.open(path).convert("RGB")).unsqueeze(0)
    assert image.dtype == torch.uint8
    with torch.no_grad():
        row = model(image)
    assert row.shape[0] == 1 and row.ndim == 2 and row.shape[1] <= 64 and row.dtype == torch.float32, row.shape
    rows.append(row)
assert not [name for name in sys.modules if name.split(".")[0] in ("trainer", "app", "timm", "open_clip")]
torch.save(torch.cat(rows), "rows.pt")
"""


def test_the_host_runs_the_submission_without_the_project(submission, tmp_path):
    images = [photograph("china.jpg").resize(size) for size in SHAPES[:4]]
    names = [f"{number}.png" for number in range(len(images))]
    for name, image in zip(names, images, strict=True):
        image.save(tmp_path / name)
    done = subprocess.run(
        [sys.executable, "-I", "-c", HOST, submission, *names],
        cwd=tmp_path, capture_output=True, text=True, timeout=200, env={"PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    rows = torch.load(tmp_path / "rows.pt", weights_only=True).numpy()
    assert rows.shape == (4, 64)
    expected = Embedder(open_checkpoint("pca-lite0")).embed(images)
    assert (rows * expected).sum(1).min() > 0.999


def test_export_by_the_command_line(run, trained, tmp_path):  # noqa: F811
    out = tmp_path / "made here" / "submission.zip"
    status, printed, noted = run("export", "--checkpoint", trained, "--format", "kaggle", "--out", out)
    assert (status, printed) == (0, f"{out}\n")
    assert noted.startswith("submission.zip: 0.1 MB, cosine with the Python embedder at least ")
    assert zipfile.ZipFile(out).namelist() == ["saved_model.pt"]
    assert list(out.parent.iterdir()) == [out]


def other_colours(backbone, head):
    module = DeployedEmbedder(backbone, head)
    module.encoders[0].preprocessing.std *= torch.tensor([0.2, 1, 5])[:, None, None]
    return module


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_that_disagrees_is_not_kept(name, checkpoint, tmp_path, monkeypatch):
    monkeypatch.setattr(export, "DeployedEmbedder", other_colours)
    (tmp_path / "old").write_bytes(b"before")
    with pytest.raises(ExportError, match=f"expected the {name} file to agree with the Python embedder"):
        export_checkpoint(checkpoint, name, tmp_path / "old")
    assert (tmp_path / "old").read_bytes() == b"before"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_network_that_cannot_be_exported_ends_in_one_sentence(checkpoint, tmp_path, monkeypatch, run):  # noqa: F811
    def forward(self, images):
        return images.float().mean((1, 2, 3)).numpy() @ self  # leaves tensors behind

    monkeypatch.setattr("trainer.export.embedder_module.DeployedEncoder.forward", forward)
    for name in FORMATS:
        status, out, err = run(
            "export", "--checkpoint", checkpoint.folder, "--format", name, "--out", tmp_path / "file"
        )
        assert (status, out) == (2, "")
        assert f"cannot be written as {name}" in err
        assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_onnx_that_would_not_fit_one_file_is_refused(checkpoint, tmp_path, monkeypatch):
    monkeypatch.setattr(onnx_runtime, "MAX_BYTES", 1000)
    with pytest.raises(ExportError, match=r"limit of one file, found .+ GB; use --format torchscript"):
        export_checkpoint(checkpoint, "onnx", tmp_path / "file")
    assert list(tmp_path.iterdir()) == []


class GzipScript(ExportFormat):
    """A format that the package does not know: compressed TorchScript."""

    def write(self, module, out):
        TorchScript().write(module, out)
        out.write_bytes(gzip.compress(out.read_bytes()))

    def open(self, path):
        return load_script(io.BytesIO(gzip.decompress(path.read_bytes())))


def test_a_new_format_needs_one_class_and_one_registry_entry(run, trained, tmp_path, monkeypatch):  # noqa: F811
    with pytest.raises(SystemExit):
        run("export", "--checkpoint", trained, "--format", "gzip", "--out", tmp_path / "file.gz")
    with pytest.raises(ExportError, match="--format gzip: expected one of torchscript, onnx, kaggle"):
        export_format("gzip")
    monkeypatch.setitem(FORMATS, "gzip", GzipScript())
    status, out, err = run("export", "--checkpoint", trained, "--format", "gzip", "--out", tmp_path / "file.gz")
    assert (status, out) == (0, f"{tmp_path / 'file.gz'}\n")
    assert "cosine with the Python embedder at least" in err
    photograph_pixels = uint8(photograph("china.jpg"))
    expected = Embedder(open_checkpoint(str(trained))).embed([photograph("china.jpg")])
    assert (GzipScript().open(tmp_path / "file.gz")(photograph_pixels) * expected).sum() > 0.999


def test_users_mistakes(run, tmp_path, trained):  # noqa: F811
    (tmp_path / "file").write_text("in the way")
    for arguments, expected in [
        (["--checkpoint", "nowhere", "--format", "onnx", "--out", tmp_path / "x"], "No checkpoint nowhere"),
        (["--checkpoint", trained, "--format", "onnx", "--out", tmp_path], "expected a file name, found a folder"),
        (
            ["--checkpoint", trained, "--format", "onnx", "--out", tmp_path / "file" / "x"],
            "expected a folder that can be created",
        ),
    ]:
        status, out, err = run("export", *arguments)
        assert (status, out) == (2, "")
        assert expected in err
        assert err.count("\n") == 1
