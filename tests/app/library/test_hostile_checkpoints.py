"""Thirty checkpoint folders from strangers beside the bundled ones: each is named in a sentence, none stops a page."""

import json
import shutil

import gradio as gr
import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from app.library.library import open_library
from app.page import build_page
from trainer.core.models.checkpoint import BUNDLED_DIR, bundled_names

HEADER = "epoch,stage,member,train_loss,train_loss_eval,val_loss,val_study_mp5,val_guie_mp5"
ROW = "1,1,1,2.5,2.4,2.6,0.5,0.4"


def config(**changes):
    def spoil(folder):
        values = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps(values | changes))

    return spoil


def text(file, content):
    return lambda folder: (folder / file).write_text(content)


def data(file, content):
    return lambda folder: (folder / file).write_bytes(content)


def weights(change):
    def spoil(folder):
        path = folder / "model.safetensors"
        save_file({name: change(value) for name, value in load_file(path).items()}, path)

    return spoil


HOSTILE = {
    "history: text where numbers belong": text("history.csv", f"{HEADER}\n{ROW.replace('2.5', 'low')}\n"),
    "history: text after numbers": text("history.csv", f"{HEADER}\n{ROW}\n{ROW.replace('0.4', '=1+1')}\n"),
    "history: truth values": text("history.csv", "epoch,train_loss,val_loss\n1,True,False\n2,True,False\n"),
    "history: an empty last stage": text("history.csv", f"{HEADER}\n{ROW}\n{ROW.replace('1,1,1', '2,,1')}\n"),
    "history: 200,000 columns": text("history.csv", ",".join(f"c{i}" for i in range(200_000)) + "\n"),
    "history: more values than columns": text("history.csv", "a,b\n1,2\n1,2,3\n"),
    "history: not text": data("history.csv", bytes(range(256)) * 8),
    "history: 17 MB": data("history.csv", b"epoch\n" + b"1\n" * 8_500_000),
    "metrics: a list": text("metrics.json", "[1]"),
    "metrics: null": text("metrics.json", "null"),
    "metrics: half of it": text("metrics.json", '{"validation": {'),
    "metrics: deep": text("metrics.json", "[" * 100_000),
    "metrics: 5 MB": text("metrics.json", json.dumps({"x": "y" * 5_000_000})),
    "metrics: not text": data("metrics.json", b"\xff\xfe{}"),
    "config: null": text("config.json", "null"),
    "config: deep": text("config.json", '{"a":' * 100_000),
    "config: 5 MB": text("config.json", json.dumps({"name": "y" * 5_000_000})),
    "config: format text": config(format="2"),
    "config: format NaN": config(format=float("nan")),
    "config: no head": config(head=None),
    "config: a head of text": config(head="linear"),
    "config: an unknown head": config(head={"kind": "nope", "in_dims": 1280, "dims": 64}),
    "config: a head of a billion": config(head={"kind": "pca", "in_dims": 10**9, "dims": 64}),
    "config: preprocessing of text": config(preprocessing="none"),
    "config: preprocessing with NaN": config(preprocessing={"size_px": float("nan")}),
    "config: a recipe of numbers": config(recipe=[1, 2]),
    "config: an unknown backbone": config(backbone="nope"),
    "weights: integers": weights(lambda value: value.astype(np.int32)),
    "weights: NaN": weights(lambda value: np.full_like(value, np.nan)),
    "weights: a pickle": data("model.safetensors", b"\x80\x04cos\nsystem\n."),
}


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    shelf = tmp_path_factory.mktemp("shelf")
    for number, spoil in enumerate(HOSTILE.values()):
        folder = shutil.copytree(
            BUNDLED_DIR / "pca-lite0", shelf / f"{number:02}", ignore=shutil.ignore_patterns("ready")
        )
        spoil(folder)
    return open_library("sample", [*bundled_names(), str(shelf)])


def test_there_are_thirty():
    assert len(HOSTILE) == 30


@pytest.mark.parametrize("number", range(30))
def test_each_is_named_in_one_sentence(library, number):
    name = list(HOSTILE)[number]
    found = [notice for notice in library.notices if f"/{number:02}" in notice]
    assert len(found) == 1, (name, library.notices)
    assert len(found[0].splitlines()) == 1
    assert len(found[0]) < 500


def test_the_bundled_ones_are_shown(library):
    assert library.names == bundled_names()
    assert library.best == "atlas"
    assert isinstance(build_page(library, "en"), gr.Blocks)


def test_a_claim_of_a_stranger_does_not_choose_the_default(tmp_path):
    folder = shutil.copytree(BUNDLED_DIR / "pca-lite0", tmp_path / "claims")
    (folder / "metrics.json").write_text('{"validation": {"guie_mp5": 0.999}}')
    config(name="claims")(folder)
    library = open_library("sample", ["atlas", str(folder)])
    assert library.names == ["atlas", "claims"]
    assert library.best == "atlas"
    assert library.validation_scores.keys() == {"atlas"}
