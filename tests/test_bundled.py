"""The checkpoints that come with the project keep what their metrics.json promises, on real photographs and on the
sample gallery."""

import json
import shutil

import numpy as np
import pytest

from trainer.__main__ import main
from trainer.core import embedder, projection
from trainer.core.checkpoint import bundled_names, open_checkpoint
from trainer.core.embedder import gallery_embeddings
from trainer.core.gallery import open_gallery
from trainer.core.ready import prepare

METRICS = ("study_mp5", "guie_mp5", "recall_at_1")
TOLERANCE = 0.003


def by_numpy(file):
    """The three metrics from what `embed` wrote, by full sorts."""
    with np.load(file) as arrays:
        z, types, names, splits = (arrays[k] for k in ("embeddings", "object_types", "class_names", "splits"))
    scored, query, index = np.isin(splits, ["query", "index"]), splits == "query", splits == "index"
    classes = np.char.add(np.char.add(types, "/"), names)
    similarity = z[scored] @ z[scored].T
    np.fill_diagonal(similarity, -2)
    nearest = np.argsort(-similarity, 1, kind="stable")[:, :5]
    study = (types[scored][nearest] == types[scored][:, None]).mean()
    hits = classes[index][np.argsort(-(z[query] @ z[index].T), 1, kind="stable")] == classes[query][:, None]
    ranks = np.minimum(hits.sum(1), 5)
    guie = [row[:n].sum() / n for row, n in zip(hits, ranks, strict=True) if n]
    return {"study_mp5": study, "guie_mp5": np.mean(guie), "recall_at_1": hits[ranks > 0, 0].mean()}


@pytest.fixture(params=bundled_names() or [pytest.param("", marks=pytest.mark.skip("no bundled checkpoints"))])
def bundled(request):
    return open_checkpoint(request.param)


@pytest.fixture
def bare(bundled, tmp_path):
    """The same checkpoint without what was computed beforehand."""
    return shutil.copytree(bundled.folder, tmp_path / bundled.name, ignore=shutil.ignore_patterns("ready"))


def check_promise(checkpoint, folder, source, key, tmp_path, capsys):
    capsys.readouterr()
    assert main(["evaluate", "--gallery", source, "--checkpoint", str(folder), "--json"]) == 0
    result, promised = json.loads(capsys.readouterr().out), checkpoint.metrics[key]
    assert main(["embed", "--gallery", source, "--checkpoint", str(folder), "--out", str(tmp_path / "z.npz")]) == 0
    independent = by_numpy(tmp_path / "z.npz")
    for name in METRICS:
        assert result[name] == pytest.approx(promised[name], abs=TOLERANCE)
        assert result[name] == pytest.approx(independent[name], abs=1e-6)
    for name in ("n_images", "n_queries", "n_index", "n_excluded", "n_skipped"):
        assert result[name] == promised[name]
    assert f"| {key} | {promised['study_mp5']:.3f} | {promised['guie_mp5']:.3f} |" in (
        checkpoint.folder / "README.md"
    ).read_text(encoding="utf-8")


def test_what_is_promised_of_real_photographs(bundled, guie_mini, tmp_path, capsys):
    check_promise(bundled, bundled.folder, str(guie_mini), "guie_mini", tmp_path, capsys)


def test_what_is_promised_of_the_sample(bundled, bare, tmp_path, capsys):
    check_promise(bundled, bare, "sample", "sample", tmp_path, capsys)


def test_what_was_computed_beforehand_is_right(bundled, bare):
    sample = open_gallery("sample")
    stored = gallery_embeddings(sample, bundled)
    computed = gallery_embeddings(sample, open_checkpoint(str(bare)))
    assert (stored * computed).sum(1).min() > 0.999


def test_the_sample_opens_without_computing(bundled, monkeypatch, tmp_path):
    def refuse(*_):
        raise AssertionError("computed")

    sample = open_gallery("sample")
    monkeypatch.setenv("GUIE_CACHE", str(tmp_path))
    monkeypatch.setattr(embedder, "gallery_features", refuse)
    monkeypatch.setattr(projection, "project", refuse)
    made = prepare(sample, bundled)
    assert made.xy.shape == (len(sample), 2)
    assert np.linalg.norm(made.embeddings, axis=1) == pytest.approx(np.ones(len(sample)), abs=1e-4)
    assert made.evaluation["guie_mp5"] == pytest.approx(bundled.metrics["sample"]["guie_mp5"], abs=TOLERANCE)
