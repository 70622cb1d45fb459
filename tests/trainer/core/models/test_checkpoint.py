"""Checkpoints: what is written is what is opened, and nothing else is."""

import json
import pickle
import shutil

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import load_file, save_file

import trainer.core.models.checkpoint as checkpoint_module
from trainer.core.errors import UserError
from trainer.core.models.checkpoint import BUNDLED_DIR, CheckpointError, bundled_names, open_checkpoint, record_metrics
from trainer.core.models.embedder import Embedder
from trainer.core.models.features import gallery_features


def change_config(folder, **changes):
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def refused(folder):
    """The one sentence with which a checkpoint is refused."""
    with pytest.raises(UserError) as error:
        open_checkpoint(str(folder))
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_round_trip_gives_the_same_embeddings(checkpoint, gallery, tmp_path):
    features = gallery_features(gallery, "tiny")
    copy = open_checkpoint(str(shutil.copytree(checkpoint.folder, tmp_path / "elsewhere")))
    assert (Embedder(copy).project(features) == Embedder(checkpoint).project(features)).all()
    assert copy.fingerprint == checkpoint.fingerprint
    assert (copy.name, copy.backbone, copy.head.dims) == ("tiny-arcface", "tiny", 16)
    assert copy.preprocessing["size_px"] == 32


def test_the_record_of_a_training(checkpoint, recipe):
    assert checkpoint.recipe["learning_rate"] == recipe.optimiser.learning_rate
    assert checkpoint.recipe["trained_on"]["train_images"] > 0
    assert checkpoint.history["epoch"].tolist() == list(range(1, recipe.optimiser.epochs + 1))
    assert set(checkpoint.metrics) == {"validation"}
    assert checkpoint.parameters == 2 * 96 + 96 * 16 + 16  # BatchNorm and linear layer
    assert checkpoint.name in (checkpoint.folder / "README.md").read_text()


def test_the_fingerprint_changes_with_the_weights(checkpoint_copy):
    before = open_checkpoint(str(checkpoint_copy)).fingerprint
    weights = load_file(checkpoint_copy / "model.safetensors")
    weights["linear.bias"] = weights["linear.bias"] + 1
    save_file(weights, checkpoint_copy / "model.safetensors")
    assert open_checkpoint(str(checkpoint_copy)).fingerprint != before


def test_results_stand_beside_those_of_other_galleries(checkpoint_copy):
    checkpoint = open_checkpoint(str(checkpoint_copy))
    record_metrics(checkpoint, "one", {"a": 1})
    record_metrics(checkpoint, "two", {"a": 2})
    record_metrics(checkpoint, "one", {"a": 3})
    assert checkpoint.metrics["one"] == {"a": 3}
    assert checkpoint.metrics["two"] == {"a": 2}
    assert "validation" in checkpoint.metrics


def test_a_checkpoint_without_a_record_has_an_empty_one(checkpoint_copy):
    for name in ("history.csv", "metrics.json"):
        (checkpoint_copy / name).unlink()
    checkpoint = open_checkpoint(str(checkpoint_copy))
    assert checkpoint.metrics == {}
    assert isinstance(checkpoint.history, pd.DataFrame)
    assert checkpoint.history.empty


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_a_missing_file_is_named(checkpoint_copy, name):
    (checkpoint_copy / name).unlink()
    assert refused(checkpoint_copy).endswith(f"{name} is missing.")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"format": 3}, "expected checkpoint format 1 to 2, found 3"),
        ({"format": True}, "expected checkpoint format 1 to 2, found True"),
        ({"activation": ["ReLU", "ReLU"]}, "expected one name for each of 1 encoders"),
        ({"activation": 3}, "does not describe a checkpoint"),
        ({"preprocessing": {"parts": []}, "activation": []}, "expected one for each encoder"),
        ({"preprocessing": {"size_px": 32, "mean": [10**400, 0, 0], "std": [1, 1, 1]}}, "expected three numbers up to"),
        ({"preprocessing": {"size_px": 32, "mean": [0, 0, 0], "std": [1, 1, 1e-30]}}, "at least 0.001"),
        ({"preprocessing": {"size_px": 32, "mean": [True, 0, 0], "std": [1, 1, 1]}}, "expected three numbers up to"),
        ({"preprocessing": {"size_px": 10**9, "mean": [0, 0, 0], "std": [1, 1, 1]}}, "size_px is 1000000000"),
        ({"preprocessing": {"size_px": 32, "mean": [0, 0, 0], "std": [1, 1, 0]}}, "std is (1, 1, 0)"),
        ({"extra": 1}, "unknown key extra"),
        ({"head": {"kind": "bn_linear", "in_dims": 96, "dims": 16, "depth": 2}}, "depth"),
        ({"head": {"kind": "mlp", "in_dims": 96}}, "head.kind is 'mlp'"),
        ({"head": {"kind": "bn_linear", "in_dims": 96, "dims": 16.0}}, "head.dims is 16.0"),
        ({"head": {"kind": "bn_linear", "in_dims": 10**12, "dims": 16}}, "head.in_dims is 1000000000000"),
        ({"head": ["bn_linear", 96]}, "does not describe a checkpoint"),
        ({"preprocessing": "none"}, "does not describe a checkpoint"),
        ({"head": {"kind": "bn_linear", "in_dims": 95, "dims": 16}},
         "expected linear.weight of shape [16, 95], found [16, 96]"),
        ({"head": {"kind": "linear", "in_dims": 96, "dims": 16}}, "of shape none, found"),
    ],
)  # fmt: skip
def test_a_config_that_does_not_fit_is_refused(checkpoint_copy, changes, expected):
    change_config(checkpoint_copy, **changes)
    assert expected in refused(checkpoint_copy)


def test_a_config_without_a_key_is_refused(checkpoint_copy):
    path = checkpoint_copy / "config.json"
    path.write_text(json.dumps({k: v for k, v in json.loads(path.read_text()).items() if k != "backbone"}))
    assert "does not describe a checkpoint (backbone is missing)" in refused(checkpoint_copy)


@pytest.mark.parametrize("content", [b"{", b"[1]", b"\xff\xfe", b""])
def test_what_is_not_json_is_refused(checkpoint_copy, content):
    (checkpoint_copy / "config.json").write_bytes(content)
    assert "expected JSON" in refused(checkpoint_copy) or "expected a JSON object" in refused(checkpoint_copy)


class Bomb:
    """Leaves a mark when it is unpickled."""

    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return (open, (self.mark, "w"))


@pytest.mark.parametrize("dump", [lambda bomb: pickle.dumps(bomb), None])
def test_a_pickle_is_refused_and_never_opened(checkpoint_copy, tmp_path, dump):
    bomb, path = Bomb(str(tmp_path / "mark")), checkpoint_copy / "model.safetensors"
    path.write_bytes(dump(bomb)) if dump else torch.save(bomb, path)
    assert "damaged or of another kind" in refused(checkpoint_copy)
    assert not (tmp_path / "mark").exists()


def test_damaged_weights_are_refused(checkpoint_copy):
    path = checkpoint_copy / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    assert "damaged or of another kind" in refused(checkpoint_copy)


def test_weights_too_large_for_a_head_are_refused(checkpoint_copy):
    with (checkpoint_copy / "model.safetensors").open("r+b") as file:
        file.truncate(270_000_000)  # sparse
    assert "270 MB, more than a head can be" in refused(checkpoint_copy)


def test_a_damaged_history_is_told(checkpoint_copy):
    (checkpoint_copy / "history.csv").write_text("a,b\n1,2\n1,2,3\n")
    with pytest.raises(CheckpointError, match="expected a table of epochs"):
        _ = open_checkpoint(str(checkpoint_copy)).history


def test_names_that_lead_nowhere():
    message = refused("nowhere")
    assert message.startswith("No checkpoint nowhere: expected ")
    assert all(name in message for name in bundled_names())
    assert "could not be loaded from the Hub" in refused("hf:nobody/nothing")


def test_bundled_names_open():
    assert bundled_names() == sorted(path.name for path in BUNDLED_DIR.iterdir() if path.is_dir())
    for name in bundled_names():
        assert open_checkpoint(name).name == name
        assert np.isfinite(open_checkpoint(name).load_head().linear.weight.numpy()).all()


def test_the_shapes_of_a_large_head_ask_for_no_memory(checkpoint_copy, monkeypatch):
    made = []
    build = checkpoint_module.build_head
    monkeypatch.setattr(checkpoint_module, "build_head", lambda config: made.append(build(config)) or made[-1])
    head = {"kind": "concat_pca", "in_dims": 65536, "dims": 64, "wide_dims": 1024, "dropout": 0.2, "parallel": 64}
    change_config(checkpoint_copy, head=head)
    assert "weights do not fit config.json" in refused(checkpoint_copy)
    assert {parameter.device.type for parameter in made[0].parameters()} == {"meta"}


def test_deeply_nested_json_is_refused(checkpoint_copy):
    (checkpoint_copy / "config.json").write_text("[" * 100_000)
    assert "expected JSON" in refused(checkpoint_copy)


def test_weights_that_would_give_garbage_are_refused(checkpoint_copy):
    weights = load_file(checkpoint_copy / "model.safetensors")
    floats = {name for name, value in weights.items() if value.is_floating_point()}
    whole = {name: value.to(torch.int8) if name in floats else value for name, value in weights.items()}
    save_file(whole, checkpoint_copy / "model.safetensors")
    assert "in floating point of 16 bits or more, found I8" in refused(checkpoint_copy)
    broken = {name: value * float("nan") if name in floats else value for name, value in weights.items()}
    save_file(broken, checkpoint_copy / "model.safetensors")
    with pytest.raises(CheckpointError, match="expected finite weights, found NaN or infinity in"):
        open_checkpoint(str(checkpoint_copy)).load_head()
