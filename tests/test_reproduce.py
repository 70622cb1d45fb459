"""All rows in one table, resumed a row at a time."""

import csv
import json
from dataclasses import replace

import pytest

from trainer import reproduce
from trainer.core.checkpoint import open_checkpoint
from trainer.core.embedder import gallery_embeddings
from trainer.core.errors import UserError
from trainer.core.evaluation import evaluate
from trainer.core.gallery import Gallery
from trainer.recipe import read_recipe
from trainer.report import as_markdown, caption

SHORT = {"epochs": 1, "batch_size": 16, "images_per_class": 2, "backbone": "tiny", "dims": 8, "wide_dims": 32,
         "validation_classes": 0.4}  # fmt: skip


@pytest.fixture
def quick(monkeypatch):
    """Every recipe on the tiny backbone for one epoch; guided ones by class names, as it knows no ImageNet names."""

    def short(row):
        recipe = read_recipe(row.twin)
        return replace(recipe, **SHORT, guidance="none" if recipe.guidance == "none" else "expert")

    monkeypatch.setattr(reproduce, "_recipe", short)


def test_all_rows_of_table_1(quick, gallery, tmp_path):
    report = reproduce.run([gallery], tmp_path)
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
    assert text.count("the offline twin") == 9
    assert caption(report) in text
    assert "not to be compared" in text
    assert (tmp_path / "figure.svg").read_text().count("offline twin") == 9
    assert (tmp_path / "figure.png").stat().st_size > 20_000


def test_a_row_that_is_done_is_not_done_again(quick, gallery, tmp_path, monkeypatch):
    names = ["arcface-linear-lite2", "arcface-bn-lite2"]
    reproduce.run([gallery], tmp_path, names[:1])
    trained = []
    real = reproduce.fit.run
    monkeypatch.setattr(reproduce.fit, "run", lambda recipe, *rest: trained.append(recipe.name) or real(recipe, *rest))
    report = reproduce.run([gallery], tmp_path, names)
    assert trained == names[1:]
    assert [row["ran"] for row in report["rows"]] == names
    reproduce.run([gallery], tmp_path, names)
    assert trained == names[1:]
    fewer = Gallery(gallery.name, gallery.table.assign(split=["index", *gallery.table["split"][1:]]), gallery.content)
    with pytest.raises(UserError, match=r"--out .*: expected a new or empty folder, or one begun with the same images"):
        reproduce.run([fewer], tmp_path, names[:1])
    reproduce.run([fewer], tmp_path, names[:1], overwrite=True)  # other labels, so the row is another
    assert trained == [names[1], names[0]]


def test_the_real_backbone_runs_where_its_weights_are(monkeypatch):
    row = reproduce.TABLE_1[2]
    assert reproduce._recipe(row).name == "study2-lite2"
    monkeypatch.setattr(reproduce, "at_hand", lambda backbone: backbone == "timm:resnet50.tv2_in1k:200px")
    assert reproduce._recipe(row).name == "study2-resnet50"


def test_without_query_and_index_there_is_nothing_to_judge_by(gallery, tmp_path):
    plain = Gallery("plain", gallery.table.assign(split=""), gallery.content)
    with pytest.raises(UserError, match="expected a gallery with pictures of split query and index"):
        reproduce.run([plain], tmp_path)
