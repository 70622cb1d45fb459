"""Arrays on disk: computed once, whole or not at all."""

import numpy as np
import pytest

from trainer.core.cache import cache_dir, cached, digest, whole_file


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GUIE_CACHE", str(tmp_path / "cache"))
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


def write_half(path):
    before = path.exists()
    with whole_file(path) as part:
        part.write_text("half")
        assert path.exists() == before
        raise RuntimeError("half way")


def test_a_file_is_whole_or_absent(tmp_path):
    path = tmp_path / "folder" / "file.txt"
    with pytest.raises(RuntimeError, match="half way"):
        write_half(path)
    assert list(path.parent.iterdir()) == []
    with whole_file(path) as part:
        part.write_text("whole")
    assert path.read_text() == "whole"
    assert [p.name for p in path.parent.iterdir()] == ["file.txt"]


def test_a_failed_writing_leaves_the_old_file(tmp_path):
    (tmp_path / "file.txt").write_text("old")
    with pytest.raises(RuntimeError, match="half way"):
        write_half(tmp_path / "file.txt")
    assert (tmp_path / "file.txt").read_text() == "old"


def test_where_the_cache_lies(monkeypatch, tmp_path):
    assert cache_dir() == tmp_path / "cache"
    monkeypatch.delenv("GUIE_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_dir() == tmp_path / "xdg" / "guie-atlas"
