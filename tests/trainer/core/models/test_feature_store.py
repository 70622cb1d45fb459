"""Features in shards: what is stored is read again, in any order; damage is found and costs one shard."""

import hashlib
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.core.cache import cache_dir
from trainer.core.models.feature_store import FeatureStore

KEY = {"backbone": "x", "version": 0}


def content(number):
    return hashlib.sha256(str(number).encode()).hexdigest()


def rows(numbers, dims=5):
    """(n, D): the features of some images."""
    return np.array([[number + column / 8 for column in range(dims)] for number in numbers], np.float32)


def filled(*shards):
    store = FeatureStore(KEY)
    for numbers in shards:
        store.add([content(number) for number in numbers], rows(numbers))
    return store


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GUIE_CACHE", str(tmp_path / "cache"))


def shards():
    return sorted((cache_dir() / "features").glob("*.arrow"))


@given(st.lists(st.integers(0, 30), min_size=1, max_size=60), st.lists(st.integers(0, 30), max_size=30))
def test_any_images_in_any_order(tmp_path_factory, wanted, stored):
    os.environ["GUIE_CACHE"] = str(tmp_path_factory.mktemp("cache"))
    filled(*[[number] for number in dict.fromkeys(stored)])
    store, contents = FeatureStore(KEY), [content(number) for number in wanted]
    missing = [wanted[position] for position in store.missing(contents)]
    assert missing == [number for number in dict.fromkeys(wanted) if number not in stored]
    if missing:
        with pytest.raises(KeyError):
            store.read(contents)
        store.add([content(number) for number in missing], rows(missing))
    assert (store.read(contents) == rows(wanted)).all()
    assert (FeatureStore(KEY).read(contents) == rows(wanted)).all()


def test_another_encoder_has_other_features():
    filled([1, 2])
    assert FeatureStore({**KEY, "backbone": "y"}).missing([content(1)]).tolist() == [0]


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    place = data.find(rows([2]).tobytes())
    data[place + 3] ^= 1
    path.write_bytes(data)


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("damage", [cut, flip, empty])
def test_a_damaged_shard_is_missing_and_named_in_one_line(damage, capsys):
    filled([1, 2, 3], [4])
    damage(next(path for path in shards() if path.stat().st_size == max(one.stat().st_size for one in shards())))
    store = FeatureStore(KEY)
    assert store.missing([content(number) for number in (1, 2, 3, 4)]).tolist() == [0, 1, 2]
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert line.endswith("the cached file is damaged; the features of its images are computed again.")
    assert len(shards()) == 1


def test_two_processes_may_store_the_same_images():
    first, second = FeatureStore(KEY), FeatureStore(KEY)
    for store in (first, second):
        store.add([content(1), content(2)], rows([1, 2]))
    assert len(shards()) == 1
    assert (FeatureStore(KEY).read([content(2), content(1)]) == rows([2, 1])).all()


def test_what_cannot_be_written_is_kept(monkeypatch):
    monkeypatch.setattr("trainer.core.models.feature_store.store", lambda path, write: None)
    store = filled([1, 2], [3])
    assert (store.read([content(3), content(1)]) == rows([3, 1])).all()
    assert not shards()


def test_only_the_rows_that_are_read_take_memory():
    """A shard is mapped into memory, not read."""
    filled(range(100))
    store = FeatureStore(KEY)
    assert not store._shards[0].flags.owndata
    assert not store._shards[0].flags.writeable
