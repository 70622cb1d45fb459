"""The public names of `trainer`: they load lazily, and take opened objects or strings."""

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import trainer
from trainer.core.data.gallery import open_gallery
from trainer.core.errors import UserError
from trainer.core.models.checkpoint import Checkpoint, open_checkpoint
from trainer.core.progress import silent

ROOT = Path(__file__).parents[2]
NAMES = ["Embedder", "compare", "evaluate", "fit", "open_checkpoint", "open_gallery", "read_image", "read_recipe"]


def run_python(code):
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)


def test_importing_trainer_loads_nothing_and_changes_nothing():
    code = (
        "import os, sys; before = dict(os.environ), set(sys.modules); import trainer;"
        "print(dict(os.environ) == before[0], sorted(set(sys.modules) - before[1]))"
    )
    equal, loaded = run_python(code).stdout.split(" ", 1)
    assert equal == "True"
    assert not {"torch", "numpy", "trainer.core"} & set(loaded.split("'"))


@pytest.mark.parametrize("name", NAMES)
def test_each_public_name_is_listed_and_loads(name):
    assert name in dir(trainer)
    assert callable(getattr(trainer, name))
    assert getattr(trainer, name).__doc__ or name == "Embedder"


def test_the_list_is_complete():
    assert sorted(NAMES) == sorted(trainer.__all__)
    with pytest.raises(AttributeError, match="module 'trainer' has no attribute 'nothing'"):
        _ = trainer.nothing


def test_evaluate_takes_strings_or_opened_objects(photos, trained, gallery, checkpoint, capsys):
    result = trainer.evaluate(str(photos), str(trained))
    assert result == trainer.evaluate(gallery, checkpoint, progress=silent)
    assert result["checkpoint"] == checkpoint.name
    assert json.loads(json.dumps(result)) == result


def test_compare_takes_strings_or_opened_objects(photos, trained, gallery, checkpoint, checkpoint_copy):
    result = trainer.compare(gallery, [checkpoint, str(checkpoint_copy)])
    labels = [f"tiny-arcface ({trained})", f"tiny-arcface ({checkpoint_copy})"]
    assert [row["checkpoint"] for row in result["checkpoints"]] == labels
    assert result["checkpoints"][0] | {"checkpoint": "tiny-arcface"} == trainer.evaluate(gallery, checkpoint)
    with pytest.raises(UserError, match="are the same checkpoint; give each once"):
        trainer.compare(str(photos), [checkpoint, str(trained)])


@pytest.mark.parametrize("several", [False, True])
def test_fit_returns_the_checkpoint_that_it_wrote(photos, gallery, tmp_path, several):
    recipe = trainer.read_recipe("pca-lite0", ["backbone=tiny", "dims=8"])
    checkpoint = trainer.fit(recipe, [str(photos), gallery] if several else gallery, str(tmp_path / "mine"))
    assert isinstance(checkpoint, Checkpoint)
    assert checkpoint.fingerprint == open_checkpoint(str(tmp_path / "mine")).fingerprint
    assert checkpoint.recipe["trained_on"]["galleries"] == [gallery.name] * (1 + several)


def test_fit_takes_a_recipe_file_and_a_validation_gallery(photos, photos_copy, tmp_path):
    table = pd.read_csv(photos_copy / "metadata.csv")
    table[table["class_name"] == "amber"].to_csv(photos_copy / "metadata.csv", index=False)
    (tmp_path / "mine.yaml").write_text("backbone: tiny\nhead: linear\ndims: 8\nepochs: 1\n")
    checkpoint = trainer.fit(str(tmp_path / "mine.yaml"), [str(photos)], tmp_path / "a", validation=str(photos_copy))
    assert checkpoint.recipe["trained_on"]["validation"] == ["copy"]
    with pytest.raises(UserError, match="No recipe nowhere"):
        trainer.fit("nowhere", str(photos), tmp_path / "b")


def test_a_source_that_is_given_twice_prints_its_notes_once(photos_copy, trained, tmp_path, capsys):
    (photos_copy / "cars/blue/3.png").write_bytes(b"not an image")
    recipe = trainer.read_recipe("pca-lite0", ["backbone=tiny", "dims=8"])
    trainer.fit(recipe, [str(photos_copy), f"{photos_copy}/"], tmp_path / "mine", progress=silent)
    assert capsys.readouterr().err.count("cars/blue/3.png") == 1
    opened = open_gallery(str(photos_copy))
    trainer.evaluate(opened, str(trained), progress=silent)
    assert "cars/blue/3.png" not in capsys.readouterr().err
