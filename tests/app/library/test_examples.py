"""Photographs that every install has on disk."""

from PIL import Image

from app.library import examples
from app.library.examples import EXAMPLES
from trainer.core.data.images import read_image


def test_there_are_some_and_all_open():
    assert len(EXAMPLES) >= 4
    for name, path in EXAMPLES.items():
        assert path.name == name
        assert isinstance(read_image(path), Image.Image)


def test_what_is_not_installed_is_left_out(monkeypatch, tmp_path):
    monkeypatch.setattr(
        examples, "FROM_PACKAGES",
        (("no_such_package", "a.jpg"), ("sklearn", "no/such.jpg"), ("sklearn", "datasets/images/china.jpg")),
    )  # fmt: skip
    monkeypatch.setattr(examples, "SHIPPED_DIR", tmp_path)
    assert list(examples._installed()) == ["china.jpg"]
