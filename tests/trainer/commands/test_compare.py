"""Several checkpoints on one gallery: the JSON, the table for people, and what is refused."""

import json
import re
import shutil

import pytest

import trainer
from trainer.commands.compare import as_table
from trainer.core.data.gallery import Gallery
from trainer.core.models.checkpoint import CheckpointError, open_checkpoint
from trainer.core.models.embedder import gallery_embeddings
from trainer.core.retrieval.evaluation import evaluate, query_scores
from trainer.core.retrieval.metric_names import METRICS
from trainer.core.retrieval.statistics import paired_tests
from trainer.training import fit
from trainer.training.recipe import Recipe


@pytest.fixture(scope="module")
def three(recipe, gallery, trained, tmp_path_factory):
    """Trained, barely trained, and PCA to two numbers: they differ."""
    folder = tmp_path_factory.mktemp("three")
    fit.run(recipe.changed(name="hasty", epochs=1), [gallery], folder / "hasty")
    flat = Recipe(name="flat", backbone="tiny", head="pca", loss="none", epochs=0, dims=2, validation_classes=0.4)
    fit.run(flat, [gallery], folder / "flat")
    return [str(trained), str(folder / "hasty"), str(folder / "flat")]


@pytest.fixture(scope="module")
def result(gallery, three):
    return trainer.compare(gallery, three)


def test_each_checkpoint_is_evaluated(result, gallery, three):
    assert result.keys() == {"gallery", "protocol", "confidence", "checkpoints", "pairs"}
    assert (result["gallery"], result["confidence"]) == (gallery.name, 0.95)
    for spec, found in zip(three, result["checkpoints"], strict=True):
        checkpoint = open_checkpoint(spec)
        assert found == evaluate(gallery, gallery_embeddings(gallery, checkpoint), checkpoint.name)
        assert found["protocol"] == result["protocol"]
    assert json.loads(json.dumps(result)) == result


def test_every_two_are_tested_by_every_metric(result, gallery, three):
    names = ["tiny-arcface", "hasty", "flat"]
    pairs = [(names[0], names[1]), (names[0], names[2]), (names[1], names[2])]
    assert [(p["a"], p["b"], p["metric"]) for p in result["pairs"]] == [(*pair, m) for m in METRICS for pair in pairs]
    keys = {"a", "b", "metric", "difference", "interval", "p_value", "p_value_holm", "p_value_max_t", "detectable"}
    scores = {
        name: query_scores(gallery, gallery_embeddings(gallery, open_checkpoint(spec)))
        for name, spec in zip(names, three, strict=True)
    }
    classes = gallery.classes[gallery.rows("query")]
    tests = paired_tests({name: scores[name]["guie_mp5"] for name in names}, classes)
    for found, test in zip([p for p in result["pairs"] if p["metric"] == "guie_mp5"], tests, strict=True):
        assert found.keys() == keys
        assert {key: found[key] for key in keys - {"metric"}} == vars(test)
    by_name = {found["checkpoint"]: found for found in result["checkpoints"]}
    for p in result["pairs"]:
        assert p["difference"] == pytest.approx(by_name[p["a"]][p["metric"]] - by_name[p["b"]][p["metric"]])


def test_the_table_ranks_and_says_what_is_significant(result):
    lines = as_table(result).splitlines()
    ranked = sorted(result["checkpoints"], key=lambda found: -found["guie_mp5"])
    rows = [line for line in lines if line.split()[:1] and line.split()[0] in ("tiny-arcface", "hasty", "flat")]
    assert [row.split()[0] for row in rows] == [found["checkpoint"] for found in ranked]
    for row, found in zip(rows, ranked, strict=True):
        for metric in METRICS:
            low, high = found["intervals"][metric]
            assert f"{found[metric]:.3f} [{low:.3f}, {high:.3f}]" in row
    verdicts = [line for line in lines if re.search("better than|no significant difference", line)]
    assert len(verdicts) == len(result["pairs"])
    for p in result["pairs"]:
        better, worse = (p["a"], p["b"]) if p["difference"] >= 0 else (p["b"], p["a"])
        n = "72 images" if p["metric"] == "study_mp5" else "18 queries"
        if p["p_value_max_t"] < 0.05:
            sentence = f"{abs(p['difference']):+.3f} .*: {better} is better than {worse}$"
        else:
            sentence = f"{abs(p['difference']):+.3f} .*: no significant difference between {better} and {worse} on {n}$"
        assert [line for line in verdicts if re.search(re.escape("+") + sentence.lstrip("+"), line)], sentence
    assert any("is better than" in line for line in verdicts)
    assert any("no significant difference" in line for line in verdicts)


def test_a_difference_is_shown_from_the_better_ones_side(result):
    pair = {"a": "x", "b": "y", "metric": "guie_mp5", "difference": -0.1, "interval": [-0.3, -0.02]}
    p_values = {"p_value": 0.01, "p_value_holm": 0.06, "p_value_max_t": 0.03}
    text = as_table({**result, "pairs": [{**pair, "a": "flat", "b": "hasty", **p_values}]})
    assert "+0.100 [+0.020, +0.300], p = 0.0300: hasty is better than flat" in text
    assert "GUIE mP@5: differences (paired, each with its own interval; p adjusted for all pairs by step-down" in text
    assert "study mP@5: no query can be scored on this gallery." in text


def test_without_classes_only_types_are_compared(gallery, three):
    plain = Gallery("plain", gallery.table.assign(class_name="", split=""), gallery.content)
    result = trainer.compare(plain, three)
    assert {p["metric"] for p in result["pairs"]} == {"study_mp5"}
    text = as_table(result)
    assert "best study mP@5 first" in text
    assert "GUIE mP@5: no query can be scored on this gallery." in text


def test_two_of_one_name_stay_apart(gallery, trained, three, tmp_path):
    copy = shutil.copytree(trained, tmp_path / "copy")
    result = trainer.compare(gallery, [str(trained), str(copy), three[2]])
    labels = [found["checkpoint"] for found in result["checkpoints"]]
    assert labels == [f"tiny-arcface ({trained})", f"tiny-arcface ({copy})", "flat"]
    [same] = [p for p in result["pairs"] if p["metric"] == "guie_mp5" and p["b"] == labels[1]]
    assert (same["difference"], same["p_value"]) == (0, 1)


def test_what_cannot_be_compared_is_refused(gallery, trained):
    for specs, message in (
        ([], "expected two or more checkpoints, found 0"),
        ([str(trained)], "expected two or more checkpoints, found 1"),
        ([str(trained), "nowhere"], "No checkpoint nowhere"),
        ([str(trained), f"{trained}/"], "are the same checkpoint; give each once"),
    ):
        with pytest.raises(CheckpointError, match=message):
            trainer.compare(gallery, specs)
