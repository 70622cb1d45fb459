"""A checkpoint folder of a stranger is opened, or refused in one sentence, whatever its files hold."""

import json
import shutil
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image
from safetensors.torch import save_file

from tests.strategies import any_texts, assert_one_sentence, json_values, numbers, texts
from trainer.core.cache import load_arrays
from trainer.core.errors import UserError
from trainer.core.models.backbones import BackboneError
from trainer.core.models.backbones.family import load_weights
from trainer.core.models.backbones.names import encoder_names, spec_of
from trainer.core.models.checkpoint import BUNDLED_DIR, Checkpoint, Config, open_checkpoint
from trainer.core.models.heads import HeadConfig, build_head
from trainer.core.models.training_records import LINES, PARTS

BUNDLED = BUNDLED_DIR / "arcface-bn-lite2"
CONFIG = json.loads((BUNDLED / "config.json").read_text())
WEIGHTS = (BUNDLED / "model.safetensors").read_bytes()
SIZES = {"F8_E4M3": 1, "F8_E5M2": 1, "C64": 8, "BOOL": 1, "U8": 1, "I16": 2, "I32": 4, "I64": 8, "U64": 8, "F64": 8}
FLOATS = ("F16", "BF16", "F32", "F64")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("stranger") / "checkpoint"


@pytest.fixture
def whole(folder) -> Path:
    return restored(folder)


def restored(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    return shutil.copytree(BUNDLED, folder, ignore=shutil.ignore_patterns("ready"))


def opened(folder: Path) -> Checkpoint | None:
    """The checkpoint, whose records can be shown; None if it is refused in one sentence."""
    try:
        checkpoint = open_checkpoint(str(folder))
        metrics, history, head = checkpoint.metrics, checkpoint.history, checkpoint.load_head()
    except UserError as error:
        assert_one_sentence(error)
        if str(folder) not in str(error):
            raise
        return None
    text = json.dumps([checkpoint.name, checkpoint.recipe, metrics, str(checkpoint.encoders)], ensure_ascii=False)
    text.encode("utf-8")
    history.to_csv(index=False).encode("utf-8")
    assert len(checkpoint.name) <= 200
    assert checkpoint.parameters > 0
    for encoder in checkpoint.encoders:
        if encoder.preprocessing.resize_px <= 400:
            assert np.isfinite(encoder.preprocessing(Image.new("RGB", (30, 20)))).all()
    with torch.inference_mode():
        z = head(torch.ones(1, checkpoint.head.in_dims))
    assert torch.isfinite(z).all()
    return checkpoint


def with_config(folder: Path, changes: dict[str, Any]) -> Path:
    (folder / "config.json").write_text(json.dumps(CONFIG | changes))
    return folder


def test_the_bundled_checkpoint_is_accepted(whole):
    """So the tests below refuse what they change, and not the rest."""
    checkpoint = opened(whole)
    assert checkpoint is not None
    assert checkpoint.metrics
    assert len(checkpoint.history)
    assert {dtype for dtype, _, _ in tensors_of(WEIGHTS).values()} == {"F32", "I64"}


NAMES = texts | st.sampled_from(["lite0", "lite0:99px", "lite2@backbone.safetensors", "clip:ViT-L-14/openai@~nouser/x"])
PREPROCESSING = st.dictionaries(st.sampled_from([*CONFIG["preprocessing"], "parts"]), json_values | numbers)


@given(
    st.dictionaries(
        st.sampled_from(sorted(Config.model_fields)) | any_texts, json_values | NAMES, min_size=1, max_size=2
    )
)
@example({"name": {"a": 1}})
@example({"name": "x" * 5_000})
@example({"name": "\ud800"})
@example({"recipe": [["epochs", 1]]})
@example({"recipe": ["ab"]})
@example({"activation": {"a": 1}})
@example({"activation": "x" * 5_000})
@example({"backbone": "lite0:" + "9" * 5_000 + "px"})
@example({"backbone": "clip:ViT-L-14/openai@~nouser/x.safetensors"})
@example({"backbone": "x" * 5_000, "format": 1})
@example({"format": ["a"] * 5_000})
@example({"preprocessing": ["a"] * 5_000})
@example({"x" * 50_000: 1})
def test_any_value_at_any_key_of_the_configuration(folder, changes):
    checkpoint = opened(with_config(restored(folder), changes))
    if checkpoint is not None:
        assert (checkpoint.name, checkpoint.recipe) == (changes.get("name", CONFIG["name"]), checkpoint.recipe)
        assert checkpoint.recipe == changes.get("recipe", CONFIG["recipe"])
        assert checkpoint.backbone_in_config == changes.get("backbone", CONFIG["backbone"])


@given(st.dictionaries(st.sampled_from([*HeadConfig.model_fields]) | texts, json_values | numbers, max_size=2))
@example({"in_dims": 10**400})
@example({"kind": "x" * 5_000})
def test_any_value_of_the_head(folder, changes):
    checkpoint = opened(with_config(restored(folder), {"head": CONFIG["head"] | changes}))
    if checkpoint is not None:
        assert all(getattr(checkpoint.head, key) == value for key, value in changes.items())


@given(PREPROCESSING, st.booleans())
@example({"mean": [10**400] * 3}, False)
@example({"std": [1e-300] * 3}, False)
@example({"crop_pct": 0}, False)
@example({"crop_pct": 5}, False)
@example({"crop_pct": 0.1, "size_px": 224}, False)
def test_any_value_of_the_preprocessing(folder, changes, alone):
    preprocessing = changes if alone else CONFIG["preprocessing"] | changes
    checkpoint = opened(with_config(restored(folder), {"preprocessing": preprocessing}))
    if checkpoint is not None:
        shown = checkpoint.preprocessing
        assert all(shown[key] == value for key, value in changes.items())


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("head", None, "head is None: expected keys and values"),
        ("head", {}, "head has no in_dims and no kind"),
        ("head", {"kind": "nope", "in_dims": 9}, "head.kind is 'nope': expected one of"),
        ("recipe", ["ab"], "recipe is ['ab']: expected keys and values"),
        ("name", 3, "name is 3: expected text"),
        ("name", "a\0b", "expected 1 to 200 characters that can be printed"),
        ("preprocessing", {}, "preprocessing has no size_px and no mean and no std"),
        ("activation", 3, "activation is 3: expected one name for each of 1 encoders"),
    ],
)
def test_the_reason_is_named(whole, key, value, reason):
    with pytest.raises(UserError) as error:
        open_checkpoint(str(with_config(whole, {key: value})))
    assert f"{whole}: config.json does not describe a checkpoint (" in str(error.value)
    assert reason in str(error.value)


@given(json_values | st.dictionaries(st.sampled_from(["validation", "sample"]), json_values))
@example("\ud800")
@example({"validation": {"guie_mp5": 10**400}})
def test_any_metrics(folder, metrics):
    (restored(folder) / "metrics.json").write_text(json.dumps(metrics))
    checkpoint = opened(folder)
    assert checkpoint is None or isinstance(metrics, dict)


@pytest.mark.parametrize("file", ["config.json", "metrics.json"])
@pytest.mark.parametrize(
    "content",
    ["[" * 100_000, '{"a":' * 100_000, "9" * 5_000, '{"name": "a", "name": "b"}', '{"a": "\\ud800"}', "", "NaN", "\0"],
)
def test_text_that_is_no_record(whole, file, content):
    (whole / file).write_text(content)
    assert opened(whole) is None


CELLS = st.one_of(numbers.map(str), texts, st.sampled_from(["", "nan", "inf", "True", "1e999", "0x1"]))
HEADERS = st.lists(st.sampled_from(["epoch", *LINES, *PARTS]) | texts, max_size=5)


@given(HEADERS, st.lists(st.lists(CELLS, max_size=6), max_size=3), st.sampled_from(["\n", "\r\n", "\r"]))
@example(["epoch", "train_loss"], [["1", "2", "3"], ["4", "5", "6"]], "\n")
@example(["epoch", "epoch"], [["1", "2"]], "\n")
@example(["epoch"], [[str(10**400)]], "\n")
def test_any_history(folder, header, rows, line_end):
    text = line_end.join(",".join(cells) for cells in [header, *rows])
    (restored(folder) / "history.csv").write_text(text, newline="", encoding="utf-8")
    checkpoint = opened(folder)
    if checkpoint is not None and len(checkpoint.history):
        history = checkpoint.history
        assert len(set(header)) == len(header) or any(set(',"\r\n') & set(name) for name in header)
        assert all(history[name].dtype.kind in "iuf" for name in ("epoch", *LINES) if name in history)
        assert list(history.index) == list(range(len(history)))


def tensors_of(content: bytes) -> dict[str, tuple[str, list[int], bytes]]:
    """Type, shape and bytes of each tensor of a safetensors file."""
    (size,) = struct.unpack("<Q", content[:8])
    header, data = json.loads(content[8 : 8 + size]), content[8 + size :]
    header.pop("__metadata__", None)
    return {name: (t["dtype"], t["shape"], data[slice(*t["data_offsets"])]) for name, t in header.items()}


def safetensors(tensors: dict[str, tuple[str, list[int], bytes]]) -> bytes:
    header: dict[str, Any] = {}
    data = b""
    for name, (dtype, shape, content) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


@pytest.mark.parametrize("name", list(tensors_of(WEIGHTS)))
@pytest.mark.parametrize("dtype", SIZES)
def test_weights_of_other_types_are_refused_by_name(whole, name, dtype):
    tensors = tensors_of(WEIGHTS)
    old, shape, _ = tensors[name]
    (whole / "model.safetensors").write_bytes(
        safetensors(tensors | {name: (dtype, shape, bytes(SIZES[dtype] * int(np.prod(shape))))})
    )
    if dtype == old or (old == "F32" and dtype in FLOATS):
        open_checkpoint(str(whole)).load_head()
        return
    with pytest.raises(UserError, match=f"expected {name} .*, found {dtype}; its weights are of another kind"):
        open_checkpoint(str(whole))


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("linear.weight", float("nan"), "found NaN or infinity in linear.weight"),
        ("norm.running_mean", float("inf"), "found NaN or infinity in norm.running_mean"),
        ("norm.weight", 1e300, "expected weights that 32 bits can hold, found larger ones in norm.weight"),
        ("norm.running_var", -1.0, "expected variances of at least 0, found negative ones in norm.running_var"),
    ],
)
def test_weights_that_give_no_embedding_are_named(whole, name, value, reason):
    weights = build_head(open_checkpoint(str(whole)).head).state_dict()
    weights[name] = torch.full_like(weights[name], value, dtype=torch.float64)
    save_file(weights, whole / "model.safetensors")
    with pytest.raises(UserError, match=reason):
        open_checkpoint(str(whole)).load_head()


HUGE = {name: ("F32", [10**12], b"") for name in tensors_of(WEIGHTS)}


@given(st.integers(0, 700), st.binary(min_size=1, max_size=8))
@example(0, struct.pack("<Q", 10**18))
@example(0, struct.pack("<Q", 2**64 - 1))
@example(0, struct.pack("<Q", 100_000))
def test_damage_in_the_header_of_the_weights(folder, place, damage):
    content = WEIGHTS[:place] + damage + WEIGHTS[place + len(damage) :]
    (restored(folder) / "model.safetensors").write_bytes(content)
    opened(folder)


@pytest.mark.parametrize("content", [b"", b"x", b"\0" * 8, safetensors(HUGE), WEIGHTS[:-1], WEIGHTS + b"x", b"PK\3\4"])
def test_files_that_are_no_weights(whole, content):
    (whole / "model.safetensors").write_bytes(content)
    assert opened(whole) is None


@pytest.mark.parametrize("content", [b"", b"x" * 99, safetensors({"a": ("F32", [10**12], b"")})])
def test_weights_of_a_backbone_that_are_damaged(whole, content):
    (whole / "backbone.safetensors").write_bytes(content)
    with_config(whole, {"backbone": "lite2@backbone.safetensors"})
    with pytest.raises(UserError, match=r"backbone\.safetensors: expected safetensors"):
        _ = open_checkpoint(str(whole)).parameters


@pytest.mark.parametrize("dtype", [*SIZES, "F8_E8M0", "U16", "U32", "F4"])
@pytest.mark.parametrize("name", ["weight", "num_batches_tracked"])
def test_weights_of_a_backbone_of_other_types(tmp_path, name, dtype):
    network = torch.nn.BatchNorm1d(8)
    state = {
        key: ("F32" if value.is_floating_point() else "I64", list(value.shape), value.numpy().tobytes())
        for key, value in network.state_dict().items()
    }
    shape = state[name][1]
    n_bytes = int(np.ceil({"F8_E8M0": 1, "U16": 2, "U32": 4, "F4": 0.5, **SIZES}[dtype] * np.prod(shape)))
    (tmp_path / "b.safetensors").write_bytes(safetensors(state | {name: (dtype, shape, bytes(n_bytes))}))
    if (name == "weight" and dtype in FLOATS) or (name != "weight" and dtype == "I64"):
        load_weights(network, tmp_path / "b.safetensors")
        return
    with pytest.raises(BackboneError) as error:
        load_weights(network, tmp_path / "b.safetensors")
    assert_one_sentence(error)
    assert str(tmp_path / "b.safetensors") in str(error.value)


@given(st.lists(st.sampled_from(["lite0", "timm:", "clip:", ":", "320px", "9" * 30, "px", "@", "/", "+", "~nouser/",
                                 "x.safetensors", ":gem", ":squash", "\0", "\ud800", ".."]), max_size=6).map("".join)
       | any_texts)  # fmt: skip
@example("lite0:" + "9" * 5_000 + "px")
@example("lite0@~nouser/x.safetensors")
@example("x" * 50_000)
def test_names_of_backbones(name):
    for encoder in encoder_names(name):
        try:
            spec = spec_of(encoder)
        except UserError as error:
            assert_one_sentence(error)
        else:
            assert spec.size_px is None or 32 <= spec.size_px <= 1024


@given(any_texts)
@example("~nouser/x")
@example("a\0b")
@example("x" * 300)
@example("x/" * 3_000)
@example("caf\udce9")
@example("hf:\0")
def test_names_of_checkpoints(name):
    with pytest.raises(UserError) as error:
        open_checkpoint(name)
    assert_one_sentence(error)


@given(st.integers(0, 400), st.binary(min_size=1, max_size=4), st.booleans())
@example(6, b"\1", False)  # the bit of the zip format that says that a file is encrypted
def test_damage_in_a_cached_file(tmp_path_factory, place, damage, cut):
    path = tmp_path_factory.getbasetemp() / "cached.npz"
    np.savez(path, a=np.arange(6.0), b=np.array("text"))
    content = path.read_bytes()
    path.write_bytes(content[:place] if cut else content[:place] + damage + content[place + len(damage) :])
    arrays = load_arrays(path)
    assert arrays is None or all(isinstance(array, np.ndarray) for array in arrays.values())
    path.write_bytes(content)
    assert load_arrays(path)["a"].tolist() == [0, 1, 2, 3, 4, 5]
