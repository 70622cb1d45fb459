"""`python -m trainer project`: the coordinates of a map as a table."""

import pandas as pd
import pytest

from trainer.__main__ import main
from trainer.core.projection.parameters import ProjectionParameters
from trainer.core.projection.projection import gallery_map


@pytest.fixture
def project(photos, trained, tmp_path):
    def run(*options):
        return main(["project", "--gallery", str(photos), "--checkpoint", str(trained), *options])

    return run


def test_the_table_holds_the_map_in_row_order(project, gallery, checkpoint, tmp_path, capsys):
    out = tmp_path / "maps" / "flat.csv"
    assert project("--out", str(out)) == 0
    assert capsys.readouterr().out == f"{out}\n"
    table = pd.read_csv(out)
    assert list(table) == ["image_id", "object_type", "class_name", "split", "x", "y"]
    assert (table["image_id"] == gallery.table["image_id"]).all()
    assert (table["split"] == gallery.table["split"]).all()
    assert table[["x", "y"]].to_numpy() == pytest.approx(gallery_map(gallery, checkpoint), abs=1e-4)


def test_each_parameter_counts(project, gallery, checkpoint, tmp_path):
    out = tmp_path / "space.csv"
    options = ("--projection", "umap-3d", "--engine", "umap-learn", "--n-neighbors", "7", "--min-dist", "0.1",
               "--metric", "euclidean", "--seed", "3")  # fmt: skip
    assert project("--out", str(out), *options) == 0
    table = pd.read_csv(out)
    parameters = ProjectionParameters(
        "umap-3d", n_neighbors=7, min_dist=0.1, metric="euclidean", seed=3, engine="umap-learn"
    )
    expected = gallery_map(gallery, checkpoint, parameters)
    assert table[["x", "y", "z"]].to_numpy() == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--n-neighbors", "1"), "n_neighbors is 1: expected a whole number from 2 to 200."),
        (("--metric", "manhattan"), "metric is 'manhattan': expected one of cosine, euclidean."),
    ],
)
def test_a_bad_value_is_one_sentence(project, tmp_path, capsys, options, message):
    assert project("--out", str(tmp_path / "map.csv"), *options) == 2
    assert capsys.readouterr().err == f"{message}\n"
    assert not (tmp_path / "map.csv").exists()


def test_a_folder_as_out_is_refused(project, tmp_path, capsys):
    assert project("--out", str(tmp_path)) == 2
    assert "expected a file name ending in .csv, found a folder." in capsys.readouterr().err


def test_labels_are_no_formulas_in_a_spreadsheet(photos_copy, trained, tmp_path):
    table = pd.read_csv(photos_copy / "metadata.csv")
    table["class_name"] = "=cmd|' /C calc'!A0"
    table.to_csv(photos_copy / "metadata.csv", index=False)
    out = tmp_path / "map.csv"
    given = ["--gallery", str(photos_copy), "--checkpoint", str(trained), "--projection", "pca", "--out", str(out)]
    assert main(["project", *given]) == 0
    assert set(pd.read_csv(out)["class_name"]) == {"'=cmd|' /C calc'!A0"}
