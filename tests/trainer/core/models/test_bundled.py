"""The checkpoints that come with the project keep what their metrics.json promises, on real photographs and on the
sample gallery."""

import importlib.util
import json
import os
import shutil
from hashlib import sha256

import numpy as np
import pandas as pd
import pytest

from app.compare.tables import results_table
from app.context import Context
from app.library import examples as examples_of_the_page
from app.library.examples import EXAMPLES
from app.library.library import open_library
from app.translator import Translator
from tests.tiny import part_of
from trainer.__main__ import main
from trainer.core.data.gallery import open_gallery
from trainer.core.models import checkpoint as checkpoints
from trainer.core.models import embedder
from trainer.core.models.bundled import record_digests
from trainer.core.models.checkpoint import BUNDLED_DIR, bundled_names, open_checkpoint
from trainer.core.models.embedder import gallery_embeddings
from trainer.core.precomputed import precompute
from trainer.core.projection import projection
from trainer.core.retrieval.evaluation import evaluate
from trainer.core.retrieval.presence import STATES
from trainer.core.retrieval.presence_fit import brier_score, calibration_error, cross_validated, presence_examples

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


@pytest.fixture(scope="module")
def scored_photographs(guie_mini, tmp_path_factory):
    """guie_mini without its training images, which no metric scores."""
    folder = tmp_path_factory.mktemp("scored") / "guie_mini"
    folder.mkdir()
    table = pd.read_csv(guie_mini / "metadata.csv", dtype=str, keep_default_na=False)
    table = table[table["split"].isin(["query", "index"])]
    for name in table["file_name"]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).symlink_to(guie_mini / name)
    table.to_csv(folder / "metadata.csv", index=False)
    return folder


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


def test_what_is_promised_of_real_photographs(bundled, scored_photographs, tmp_path, capsys):
    check_promise(bundled, bundled.folder, str(scored_photographs), "guie_mini", tmp_path, capsys)


def test_what_is_promised_of_the_sample(bundled, tmp_path, capsys):
    check_promise(bundled, bundled.folder, "sample", "sample", tmp_path, capsys)


def test_what_was_computed_beforehand_is_right(bundled, bare):
    """Of every sixth image."""
    sample = open_gallery("sample")
    chosen = np.arange(len(sample)) % 6 == 0
    stored = gallery_embeddings(sample, bundled)[chosen]
    computed = gallery_embeddings(part_of(sample, chosen, "part"), open_checkpoint(str(bare)))
    assert (stored * computed).sum(1).min() > 0.999


def test_the_sample_opens_without_computing(bundled, monkeypatch, tmp_path):
    def refuse(*_):
        raise AssertionError("computed")

    sample = open_gallery("sample")
    monkeypatch.setenv("GUIE_CACHE", str(tmp_path))
    monkeypatch.setattr(embedder, "feature_blocks", refuse)
    monkeypatch.setattr(projection, "project", refuse)
    made = precompute(sample, bundled)
    assert made.xy.shape == (len(sample), 2)
    assert np.linalg.norm(made.embeddings, axis=1) == pytest.approx(np.ones(len(sample)), abs=1e-4)
    assert made.evaluation["guie_mp5"] == pytest.approx(bundled.metrics["sample"]["guie_mp5"], abs=TOLERANCE)


@pytest.fixture(scope="module")
def examples(scored_photographs):
    """Of `atlas`: drawings against drawings, and photographs against photographs."""
    galleries = [open_gallery("sample"), open_gallery(str(scored_photographs))]
    found = presence_examples(open_checkpoint("atlas"), *galleries)
    return [found[0], found[3]]


def test_how_sure_an_answer_is_holds_for_drawings_and_photographs(examples):
    probabilities, state = cross_validated(examples)
    base = brier_score(np.tile(np.bincount(state) / len(state), (len(state), 1)), state)
    assert len(state) >= 900
    assert brier_score(probabilities, state) < 2 / 3 * base
    assert calibration_error(probabilities, state) < 0.05


FOUND = {*(path.name for path in examples_of_the_page.SHIPPED_DIR.glob("*.jpg")), *examples_of_the_page.OFFERED}
FOUND -= {"lion.jpg"}


@pytest.mark.parametrize(
    ("name", "absent"),
    [("lion.jpg", True), ("cheetah.jpg", True), ("flower.jpg", True), *((name, False) for name in sorted(FOUND))],
)
def test_what_the_page_says_of_its_examples(library, name, absent):
    answer = library.answer(library.query_from_file(EXAMPLES[name]), "atlas")
    assert (STATES[answer.presence.argmax()] == "absent") == absent


def test_each_file_in_ready_is_the_recorded_one():
    recorded = json.loads((BUNDLED_DIR / "digests.json").read_text())
    found = {p.relative_to(BUNDLED_DIR).as_posix(): p.read_bytes() for p in BUNDLED_DIR.glob("*/ready/*")}
    assert recorded == {name: sha256(content).hexdigest() for name, content in found.items()}
    assert len(recorded) == 5 * len(bundled_names())


@pytest.fixture
def bundle(tmp_path, monkeypatch):
    """Two of the bundled checkpoints with the digests of all, at another place, as if they were the bundled ones."""
    for name in ("pca-lite0", "pca-lite2"):
        shutil.copytree(BUNDLED_DIR / name, tmp_path / "bundle" / name)
    shutil.copy(BUNDLED_DIR / "digests.json", tmp_path / "bundle")
    monkeypatch.setattr(checkpoints, "BUNDLED_DIR", tmp_path / "bundle")
    return tmp_path / "bundle"


def doctor(folder):
    """Write into `ready/`, under the right names, and metrics.json what a checkpoint without a mistake would have."""
    sample, rng = open_gallery("sample"), np.random.default_rng(0)
    types, classes = (np.unique(names, return_inverse=True)[1] for names in (sample.object_types, sample.classes))
    rows = 2 * np.eye(64)[types] + rng.normal(0, 0.1, (classes.max() + 1, 64))[classes]
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    result = evaluate(sample, rows, "doctored")
    assert [result[metric] for metric in METRICS] == [1, 1, 1]
    for path in (folder / "ready").iterdir():
        with np.load(path) as file:
            arrays = {name: np.ones_like(array) for name, array in file.items() if name != "json"}
        if path.name.startswith("embeddings-"):
            arrays = {"embeddings": rows}
        if path.name.startswith("evaluation-"):
            arrays["json"] = np.array(json.dumps(result))
        np.savez(path, **arrays)
    metrics = json.loads((folder / "metrics.json").read_text())
    (folder / "metrics.json").write_text(json.dumps(metrics | {"sample": result, "guie_mini": result}))


def figures_of(spec, capsys):
    """What evaluate, compare and the app say of a checkpoint on the sample gallery."""
    capsys.readouterr()
    assert main(["evaluate", "--gallery", "sample", "--checkpoint", spec, "--json"]) == 0
    evaluated = json.loads(capsys.readouterr().out)
    assert main(["compare", "--gallery", "sample", "--checkpoints", spec, "pca-lite2", "--json"]) == 0
    compared = json.loads(capsys.readouterr().out)
    [entry] = (library := open_library("sample", [spec])).checkpoints.values()
    shown = {"evaluation": entry.precomputed.evaluation, "table": results_table(Context(library, Translator("en")))}
    return {"evaluate": evaluated, "pairs": compared["pairs"], "checkpoints": compared["checkpoints"], **shown}, entry


def test_doctored_files_of_a_checkpoint_folder_are_not_believed(tmp_path, capsys):
    """Neither under the name of a bundled checkpoint."""
    folder = shutil.copytree(BUNDLED_DIR / "pca-lite0", tmp_path / "pca-lite0")
    shutil.rmtree(folder / "ready")
    expected, entry = figures_of(str(folder), capsys)
    assert 0.5 < expected["evaluate"]["guie_mp5"] < 0.95
    shutil.copytree(BUNDLED_DIR / "pca-lite0" / "ready", folder / "ready")
    doctor(folder)
    found, doctored = figures_of(str(folder), capsys)
    assert found == expected
    assert (doctored.precomputed.embeddings == entry.precomputed.embeddings).all()
    assert (doctored.precomputed.xy == entry.precomputed.xy).all()
    (tmp_path / "digests.json").write_text((BUNDLED_DIR / "digests.json").read_text())
    record = {f"pca-lite0/ready/{p.name}": sha256(p.read_bytes()).hexdigest() for p in folder.glob("ready/*")}
    (tmp_path / "digests.json").write_text(json.dumps(record))  # it may bring digests of its own
    assert figures_of(str(folder), capsys)[0] == expected


def test_doctored_files_of_a_bundled_checkpoint_are_computed_anew(bundle, capsys):
    expected, _ = figures_of("pca-lite0", capsys)
    doctor(bundle / "pca-lite0")
    found, entry = figures_of("pca-lite0", capsys)
    assert found == expected
    assert np.ptp(entry.precomputed.xy) > 0


def test_a_file_that_is_not_used_is_named_once(bundle, capsys):
    sample = open_gallery("sample")
    doctor(bundle / "pca-lite0")
    [path] = (bundle / "pca-lite0" / "ready").glob("embeddings-*")
    for _ in range(2):
        gallery_embeddings(sample, open_checkpoint("pca-lite0"))
    said = [line for line in capsys.readouterr().err.splitlines() if "digests.json" in line]
    assert said == [f"{path}: not the file recorded in {bundle / 'digests.json'}; not used, computed again."]


@pytest.mark.parametrize("digests", [None, "{", "[]", '{"pca-lite0": "?"}'])
def test_without_usable_digests_nothing_is_read(bundle, digests):
    (bundle / "digests.json").unlink()
    if digests is not None:
        (bundle / "digests.json").write_text(digests)
    doctor(bundle / "pca-lite0")
    sample = open_gallery("sample")
    computed = gallery_embeddings(sample, open_checkpoint("pca-lite0"))
    assert evaluate(sample, computed, "")["guie_mp5"] < 0.95


def test_the_bundled_folder_itself_is_read_by_any_path(bundle, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("GUIE_CACHE", str(tmp_path / "empty"))
    monkeypatch.setattr(embedder, "feature_blocks", lambda *_: pytest.fail("computed"))
    (tmp_path / "link").symlink_to(bundle / "pca-lite0")
    monkeypatch.chdir(tmp_path)
    sample = open_gallery("sample")
    for spec in ("pca-lite0", "bundle/pca-lite0", "bundle/../bundle/pca-lite0/", str(tmp_path / "link")):
        assert len(gallery_embeddings(sample, open_checkpoint(spec))) == len(sample)
    assert "digests.json" not in capsys.readouterr().err


def test_a_link_out_of_the_bundle_is_not_of_it(bundle, tmp_path):
    stranger = shutil.move(bundle / "pca-lite0", tmp_path / "pca-lite0")
    doctor(stranger)
    (bundle / "pca-lite0").symlink_to(stranger)
    sample = open_gallery("sample")
    assert evaluate(sample, gallery_embeddings(sample, open_checkpoint("pca-lite0")), "")["guie_mp5"] < 0.95


def test_one_command_makes_the_files_and_records_them(bundle, tmp_path, monkeypatch):
    """`ready` of `make.py`: with an empty cache of its own."""
    before_it = os.environ["GUIE_CACHE"]
    spec = importlib.util.spec_from_file_location("make", BUNDLED_DIR / "make.py")
    spec.loader.exec_module(make := importlib.util.module_from_spec(spec))
    before, expected = (
        json.loads((bundle / "digests.json").read_text()),
        precompute(open_gallery("sample"), open_checkpoint("pca-lite0")),
    )
    doctor(bundle / "pca-lite0")
    (bundle / "pca-lite0" / "ready" / "map-0.npz").write_bytes(b"of older weights")
    make.ready("pca-lite0")
    assert os.environ["GUIE_CACHE"] == before_it
    after = json.loads((bundle / "digests.json").read_text())
    assert {name for name in after if name.startswith("pca-lite0/")} == {
        path.relative_to(bundle).as_posix() for path in bundle.glob("pca-lite0/ready/*")
    }
    others = {name: known for name, known in before.items() if not name.startswith("pca-lite0/")}
    assert others.items() <= after.items()
    assert len(after) == len(before) - 1  # the model for other images needs photographs
    monkeypatch.setenv("GUIE_CACHE", str(tmp_path / "empty"))
    monkeypatch.setattr(embedder, "feature_blocks", lambda *_: pytest.fail("computed"))
    again = precompute(open_gallery("sample"), open_checkpoint("pca-lite0"))
    assert again.embeddings == pytest.approx(expected.embeddings, abs=1e-4)
    assert again.evaluation == expected.evaluation


def test_digests_follow_the_files(bundle):
    before = json.loads((bundle / "digests.json").read_text())
    record_digests(["pca-lite0", "pca-lite2"])
    assert json.loads((bundle / "digests.json").read_text()) == before
    doctor(bundle / "pca-lite0")
    record_digests(["pca-lite2"])  # of no other: what lies there is not blessed on the way
    assert json.loads((bundle / "digests.json").read_text()) == before
