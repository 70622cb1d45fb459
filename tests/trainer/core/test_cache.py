"""Arrays on disk: computed once, whole or not at all."""

import shutil
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.core import cache
from trainer.core.cache import cache_dir, cached, digest, load_arrays, unwritable


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GUIE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(cache, "_unwritable", {})
    return tmp_path / "cache"


class Compute:
    """Counts how often it is asked."""

    def __init__(self, value=1.0):
        self.value, self.times = value, 0

    def __call__(self):
        self.times += 1
        return {"x": np.full(3, self.value), "name": np.array(["a"])}


def never():
    raise AssertionError("computed again")


def test_computes_once(own_cache):
    compute = Compute()
    first = cached("kind", {"a": 1}, compute)
    second = cached("kind", {"a": 1}, never)
    assert compute.times == 1
    assert first["x"].tolist() == second["x"].tolist() == [1, 1, 1]
    assert [p.name for p in (own_cache / "kind").iterdir()] == [f"kind-{digest({'a': 1})}.npz"]


@pytest.mark.parametrize("other", [("kind", {"a": 2}), ("kind", {"b": 1}), ("sort", {"a": 1})])
def test_another_key_or_kind_computes_anew(other):
    cached("kind", {"a": 1}, Compute(1))
    assert cached(*other, Compute(2))["x"].tolist() == [2, 2, 2]
    assert cached("kind", {"a": 1}, never)["x"].tolist() == [1, 1, 1]


def test_digest_does_not_depend_on_the_order_of_the_key():
    assert digest({"a": 1, "b": [2]}) == digest({"b": [2], "a": 1}) != digest({"a": 1, "b": [3]})


@pytest.mark.parametrize("damage", [lambda data: b"", lambda data: b"rubbish", lambda data: data[: len(data) // 2]])
def test_a_damaged_file_is_computed_again_and_replaced(own_cache, damage):
    cached("kind", {}, Compute(1))
    (path,) = (own_cache / "kind").iterdir()
    path.write_bytes(damage(path.read_bytes()))
    assert cached("kind", {}, Compute(2))["x"].tolist() == [2, 2, 2]
    assert cached("kind", {}, never)["x"].tolist() == [2, 2, 2]


def test_pickled_objects_are_never_loaded(own_cache):
    path = own_cache / "kind" / f"kind-{digest({})}.npz"
    path.parent.mkdir(parents=True)
    np.savez(path, x=np.array([{"an": "object"}], dtype=object))
    assert cached("kind", {}, Compute(2))["x"].tolist() == [2, 2, 2]


@pytest.mark.parametrize(
    "change",
    [
        lambda arrays: arrays | {"x": arrays["x"][:2]},
        lambda arrays: arrays | {"x": arrays["x"].astype("f4")},
        lambda arrays: arrays | {"more": arrays["x"]},
        lambda arrays: {name: array for name, array in arrays.items() if name != "x"},
        lambda arrays: {name: array for name, array in arrays.items() if name != "signature"},
    ],
)
def test_other_arrays_under_its_name_are_not_used(own_cache, change, capsys):
    cached("kind", {}, Compute(1))
    (path,) = (own_cache / "kind").iterdir()
    with np.load(path) as file:
        arrays = dict(file)
    np.savez(path, **change(arrays))
    assert cached("kind", {}, Compute(2))["x"].tolist() == [2, 2, 2]
    assert cached("kind", {}, never)["x"].tolist() == [2, 2, 2]
    assert capsys.readouterr().err == (
        f"{path}: the cached file is damaged or of an earlier version; it is computed again.\n"
    )


@given(position=st.integers(0, 10_000), value=st.integers(1, 255))
def test_one_changed_byte_never_changes_the_result(position, value):
    """Of the values or of anything around them."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("GUIE_CACHE", folder)
        cached("kind", {}, Compute(1))
        (path,) = Path(folder, "kind").iterdir()
        content = bytearray(path.read_bytes())
        content[position % len(content)] ^= value
        path.write_bytes(content)
        found = cached("kind", {}, Compute(1))
        assert (found["x"].tolist(), found["name"].tolist()) == ([1, 1, 1], ["a"])


@given(content=st.binary(max_size=300))
def test_any_content_of_a_cached_file_is_survived(content):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file.npz")
        path.write_bytes(content)
        assert load_arrays(path) is None or not content


def test_a_header_that_claims_too_much_is_damaged(tmp_path):
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904,), }"
    with zipfile.ZipFile(tmp_path / "x.npz", "w") as file:
        file.writestr("x.npy", b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)
    assert load_arrays(tmp_path / "x.npz") is None
    np.save(tmp_path / "y.npy", np.zeros(3))
    assert load_arrays(tmp_path / "y.npy") is None


def test_a_cache_that_cannot_be_written_is_not_needed(own_cache, tmp_path):
    own_cache.write_text("a file")
    assert cached("kind", {}, Compute(1))["x"].tolist() == [1, 1, 1]
    assert cached("kind", {}, never)["x"].tolist() == [1, 1, 1]  # kept until the process ends
    assert unwritable().startswith(f"{own_cache}: the cache cannot be written (")
    assert own_cache.read_text() == "a file"


def test_a_full_disk_costs_only_time(own_cache, monkeypatch):
    def fail(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", fail)
    assert cached("kind", {}, Compute(1))["x"].tolist() == [1, 1, 1]
    assert "the cache cannot be written (No space left on device)" in unwritable()
    assert list((own_cache / "kind").iterdir()) == []


def test_a_deleted_cache_is_made_again(own_cache):
    cached("kind", {}, Compute(1))
    shutil.rmtree(own_cache)
    assert cached("kind", {}, Compute(2))["x"].tolist() == [2, 2, 2]
    assert cached("kind", {}, never)["x"].tolist() == [2, 2, 2]


def test_where_the_cache_lies(monkeypatch, tmp_path):
    assert cache_dir() == tmp_path / "cache"
    monkeypatch.delenv("GUIE_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_dir() == tmp_path / "xdg" / "guie-atlas"
