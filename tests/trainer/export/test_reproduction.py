"""All rows in one table, resumed a row at a time."""

import csv
import json
from pathlib import Path

import pytest

from trainer.core.data.gallery import Gallery
from trainer.core.errors import UserError
from trainer.core.models.checkpoint import open_checkpoint
from trainer.core.models.embedder import gallery_embeddings
from trainer.core.retrieval.evaluation import evaluate
from trainer.export import reproduction
from trainer.export.report import as_markdown, caption
from trainer.training.recipe import read_recipe

SHORT = {"epochs": 1, "batch_size": 16, "images_per_class": 2, "backbone": "tiny", "dims": 8, "wide_dims": 32,
         "validation_classes": 0.4}  # fmt: skip


@pytest.fixture
def quick(monkeypatch):
    """Every recipe on the tiny backbone for one epoch; guided ones by class names, as it knows no ImageNet names."""

    def short(row):
        recipe = read_recipe(row.twin)
        return recipe.changed(**SHORT, guidance="none" if recipe.guidance.kind == "none" else "expert")

    monkeypatch.setattr(reproduction, "_recipe", short)


def test_all_rows_of_table_1(quick, gallery, tmp_path):
    report = reproduction.run([gallery], tmp_path)
    assert [row["row"] for row in report["rows"]] == ["1", "1", "2", "3", "3", "3", "4", "5", "6"]
    assert json.loads((tmp_path / "table.json").read_text()) == report
    for row in report["rows"]:
        checkpoint = open_checkpoint(str(tmp_path / "rows" / row["ran"]))
        expected = evaluate(gallery, gallery_embeddings(gallery, checkpoint), row["ran"])
        assert row["results"] == {gallery.name: expected}
    table = list(csv.DictReader((tmp_path / "table.csv").open()))
    assert [row["recipe"] for row in table] == [row["ran"] for row in report["rows"]]
    assert float(table[3]["guie_mp5"]) == report["rows"][3]["results"][gallery.name]["guie_mp5"]
    assert table[0]["offline_twin"] == "True"
    text = (tmp_path / "table.md").read_text()
    assert text == as_markdown(report)
    assert text.count("the offline substitute") == 9
    assert caption(report) in text
    assert "must not be compared" in text
    assert (tmp_path / "figure.svg").read_text().count("offline substitute") == 9
    assert (tmp_path / "figure.png").stat().st_size > 20_000


def test_a_row_that_is_done_is_not_done_again(quick, gallery, tmp_path, monkeypatch):
    names = ["arcface-linear-lite2", "arcface-bn-lite2"]
    reproduction.run([gallery], tmp_path, names[:1])
    trained = []
    real = reproduction.fit.run
    monkeypatch.setattr(
        reproduction.fit, "run", lambda recipe, *rest: trained.append(recipe.name) or real(recipe, *rest)
    )
    report = reproduction.run([gallery], tmp_path, names)
    assert trained == names[1:]
    assert [row["ran"] for row in report["rows"]] == names
    reproduction.run([gallery], tmp_path, names)
    assert trained == names[1:]
    fewer = Gallery(gallery.name, gallery.table.assign(split=["index", *gallery.table["split"][1:]]), gallery.content)
    with pytest.raises(UserError, match=r"--out .*: expected a new or empty folder, or one begun with the same images"):
        reproduction.run([fewer], tmp_path, names[:1])
    reproduction.run([fewer], tmp_path, names[:1], overwrite=True)  # other labels, so the row is another
    assert trained == [names[1], names[0]]


def test_rows_of_ones_own_are_not_called_an_offline_substitute(quick, gallery, tmp_path):
    (tmp_path / "mine.yaml").write_text("like: arcface-bn-lite2\n")
    report = reproduction.run([gallery], tmp_path / "out", [str(tmp_path / "mine.yaml"), "arcface-linear-lite2"])
    assert [row["ran"] for row in report["rows"]] == ["mine", "arcface-linear-lite2"]
    for name in ("table.md", "figure.svg"):
        assert "substitute" not in (tmp_path / "out" / name).read_text()
    rows = list(csv.DictReader((tmp_path / "out/table.csv").open()))
    assert [row["offline_twin"] for row in rows] == ["False", "False"]


def test_two_recipes_of_one_name_are_refused(quick, gallery, tmp_path):
    """They would share a folder, and one be shown with the other's figures."""
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "mine.yaml").write_text("like: arcface-bn-lite2\n")
    with pytest.raises(UserError, match="expected recipes of different names, found mine more than once"):
        reproduction.run([gallery], tmp_path / "out", [str(tmp_path / folder / "mine.yaml") for folder in ("a", "b")])
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "file", ["table.md", "figure.png", "table.json", "rows/arcface-bn-lite2/README.md",
             "rows/arcface-bn-lite2/model.safetensors"],
)  # fmt: skip
def test_what_reproduce_did_not_write_is_not_overwritten(quick, gallery, tmp_path, file):
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text("[1]")
    names = ["arcface-linear-lite2", "arcface-bn-lite2"]
    with pytest.raises(UserError, match=rf"expected a new or empty folder.*{Path(file).name}.*--overwrite"):
        reproduction.run([gallery], tmp_path, names)
    assert (tmp_path / file).read_text() == "[1]"
    assert not (tmp_path / "rows/arcface-linear-lite2").exists()  # told before the first row trains
    reproduction.run([gallery], tmp_path, names, overwrite=True)


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"key": 1}'])
def test_a_damaged_result_is_made_again(quick, gallery, tmp_path, content):
    names = ["arcface-linear-lite2"]
    report = reproduction.run([gallery], tmp_path, names)
    (tmp_path / "rows/arcface-linear-lite2/result.json").write_text(content)
    again = reproduction.run([gallery], tmp_path, names)
    assert again["rows"][0]["results"] == report["rows"][0]["results"]


def test_the_real_backbone_runs_where_its_weights_are(monkeypatch):
    row = reproduction.TABLE_1[2]
    assert reproduction._recipe(row).name == "study2-lite2"
    here = "timm:resnet50.tv2_in1k:200px:squash"
    monkeypatch.setattr(reproduction, "weights_available", lambda backbone: backbone == here)
    assert reproduction._recipe(row).name == "study2-resnet50"


def test_without_query_and_index_there_is_nothing_to_judge_by(gallery, tmp_path):
    plain = Gallery("plain", gallery.table.assign(split=""), gallery.content)
    with pytest.raises(UserError, match="expected a gallery with images of split query and index"):
        reproduction.run([plain], tmp_path)
