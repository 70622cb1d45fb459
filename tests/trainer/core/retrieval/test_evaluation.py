"""The figures of a checkpoint on a gallery: which images ask, which answer, and what is told of them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.core.data.gallery import Gallery
from trainer.core.retrieval import evaluation
from trainer.core.retrieval.evaluation import (
    TEST_SPLIT,
    WITH_SPLITS,
    WITHOUT_SPLITS,
    evaluate,
    paired,
    protocol,
    query_scores,
    summary,
)
from trainer.core.retrieval.metric_names import METRICS
from trainer.core.retrieval.metrics import guie_mean_precision, recall_at_1, study_mean_precision
from trainer.core.retrieval.statistics import paired_tests, score_intervals


def made(types, classes, splits):
    n = len(types)
    table = pd.DataFrame(
        {
            "image_id": [f"{i}" for i in range(n)], "path": "", "object_type": types, "class_name": classes,
            "split": splits,
        }
    )  # fmt: skip
    return Gallery("made", table, tuple(map(str, range(n))))


@pytest.fixture
def embeddings(gallery):
    rows = np.random.default_rng(0).normal(size=(len(gallery), 8)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_queries_ask_the_index_where_there_are_splits(gallery, embeddings):
    result = evaluate(gallery, embeddings, "ckpt")
    query, index = gallery.rows("query"), gallery.rows("index")
    both = gallery.rows("query", "index")
    study = study_mean_precision(embeddings[both], gallery.object_types[both])
    parts = (embeddings[query], gallery.classes[query], embeddings[index], gallery.classes[index])
    assert result["study_mp5"] == pytest.approx(study.mean)
    assert result["guie_mp5"] == pytest.approx(guie_mean_precision(*parts).mean)
    assert result["recall_at_1"] == pytest.approx(recall_at_1(*parts).mean)
    assert (result["gallery"], result["checkpoint"], result["protocol"]) == (gallery.name, "ckpt", WITH_SPLITS)
    assert (result["n_images"], result["n_queries"], result["n_index"]) == (72, 18, 54)
    assert list(result["per_type"]) == gallery.type_order
    cars = result["per_type"]["cars"]
    assert cars["study_mp5"] == pytest.approx(study.per_type["cars"])
    assert (cars["n"], cars["n_queries"]) == (24, 6)
    of_cars = np.char.startswith(gallery.classes[query], "cars/")
    assert cars["guie_mp5"] == pytest.approx(guie_mean_precision(*parts).per_query[of_cars].mean())


def test_every_image_asks_all_others_where_there_are_none(gallery, embeddings):
    plain = Gallery("plain", gallery.table.assign(split=""), gallery.content)
    result = evaluate(plain, embeddings, "ckpt")
    n, rows = len(plain), np.arange(len(plain))
    assert (result["n_images"], result["n_queries"], result["n_index"]) == (n, n, n)
    assert result["protocol"] == WITHOUT_SPLITS
    expected = guie_mean_precision(embeddings, plain.classes, embeddings, plain.classes, query_ids=rows, index_ids=rows)
    assert result["guie_mp5"] == pytest.approx(expected.mean)
    assert result["recall_at_1"] < 1  # nobody finds himself


def test_test_images_ask_each_other_where_there_are_no_queries(gallery, embeddings):
    splits = np.array(["train", "val", "test", "test"] * (len(gallery) // 4))
    result = evaluate(Gallery("tested", gallery.table.assign(split=splits), gallery.content), embeddings, "ckpt")
    test = np.flatnonzero(splits == "test")
    alone = Gallery("alone", gallery.table.iloc[test].assign(split="").reset_index(drop=True), tuple(map(str, test)))
    expected = evaluate(alone, embeddings[test], "ckpt")
    assert (result["protocol"], expected["protocol"]) == (TEST_SPLIT, WITHOUT_SPLITS)
    for key in (*METRICS, "n_images", "n_queries", "n_index", "intervals", "per_type"):
        assert result[key] == expected[key]


@pytest.mark.parametrize("splits", [["query", "train", "test", "test"], ["index", "val", "test", "test"]])
def test_queries_without_an_index_do_not_ask(gallery, splits):
    asked = protocol(Gallery("g", gallery.table.assign(split=splits * (len(gallery) // 4)), gallery.content))
    assert asked.text == TEST_SPLIT
    assert asked.scored.tolist() == np.flatnonzero(np.array(splits * (len(gallery) // 4)) == "test").tolist()


def test_the_same_class_name_in_two_types_is_two_classes():
    two = made(["cars", "toys"], ["van", "van"], ["query", "index"])
    result = evaluate(two, np.array([[1, 0], [1, 0]], np.float32), "c")
    assert result["n_excluded"] == 1
    assert result["guie_mp5"] is None


def test_figures_that_cannot_be_had_are_none():
    alone = evaluate(made(["cars"], ["van"], [""]), np.array([[1, 0]], np.float32), "c")
    assert (alone["study_mp5"], alone["guie_mp5"], alone["recall_at_1"]) == (None, None, None)
    assert alone["intervals"] == dict.fromkeys(METRICS)
    five = evaluate(made(["cars"] * 5, [""] * 5, [""] * 5), np.eye(5, dtype=np.float32), "c")
    assert five["study_mp5"] is None  # nobody has five others
    unlabelled = evaluate(made(["cars"] * 6, [""] * 6, [""] * 6), np.eye(6, dtype=np.float32), "c")
    assert unlabelled["study_mp5"] == 1
    assert unlabelled["guie_mp5"] is None
    assert unlabelled["intervals"]["guie_mp5"] is None
    assert unlabelled["intervals"]["study_mp5"] == pytest.approx([0.025 ** (1 / 6), 1])  # six images, each for itself
    assert unlabelled["per_type"]["cars"]["n_queries"] == 0


def test_skipped_images_are_counted(gallery, embeddings):
    assert evaluate(Gallery("g", gallery.table, gallery.content, ("x (gone)",)), embeddings, "c")["n_skipped"] == 1


@pytest.mark.parametrize("split", [True, False])
def test_scores_are_those_of_the_images_that_ask(gallery, embeddings, split):
    if not split:
        gallery = Gallery("plain", gallery.table.assign(split=""), gallery.content)
    scores = query_scores(gallery, embeddings)
    both = gallery.rows("query", "index") if split else np.arange(len(gallery))
    query, index = (gallery.rows("query"), gallery.rows("index")) if split else (both, both)
    labels, ids = gallery.classes, gallery.table["image_id"].to_numpy()
    guie = guie_mean_precision(
        embeddings[query], labels[query], embeddings[index], labels[index], query_ids=ids[query], index_ids=ids[index]
    )
    study = study_mean_precision(embeddings[both], gallery.object_types[both])
    expected = {"study_mp5": study.per_query, "guie_mp5": guie.per_query, "recall_at_1": guie.first}
    assert scores.keys() == expected.keys()
    result = summary(gallery, scores, "ckpt")
    assert result == evaluate(gallery, embeddings, "ckpt")
    for metric, rows in zip(METRICS, (both, query, query), strict=True):
        assert scores[metric].tolist() == expected[metric].tolist()
        assert result["intervals"][metric] == score_intervals({"m": expected[metric]}, labels[rows])["m"]
        low, high = result["intervals"][metric]
        assert low < result[metric] < high


@st.composite
def small_galleries(draw):
    """A gallery and unit rows with ties, copies, few index images, and classes that the index or the table lacks."""
    n, dims = draw(st.integers(2, 90)), draw(st.integers(1, 5))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    rows = rng.normal(size=(n, dims)) if draw(st.booleans()) else rng.integers(-2, 3, (n, dims)) + 0.1
    rows = rows[rng.integers(0, n, n)] if draw(st.booleans()) else rows
    classes = rng.choice(["", *"abcdefgh"[: draw(st.integers(1, 8))]], n)
    types = rng.choice(draw(st.sampled_from([["cars"], ["cars", "toys", "unknown"], ["unknown"]])), n)
    share = draw(st.sampled_from([0.1, 0.5, 0.9]))
    splits = rng.choice(["query", "index", "train"], n, p=[0.9 * (1 - share), 0.9 * share, 0.1])
    splits = draw(st.sampled_from([splits, np.full(n, ""), np.where(splits == "train", "train", "test")]))
    embeddings = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return made(types, classes, splits), embeddings


@given(small_galleries(), st.booleans())
def test_one_search_gives_the_numbers_of_the_public_functions(case, in_threads):
    gallery, embeddings = case
    with pytest.MonkeyPatch.context() as patch:
        if in_threads:
            patch.setattr(evaluation, "MANY", 0)
        scores = query_scores(gallery, embeddings)
    rules = protocol(gallery)
    query, index, ids = rules.query, rules.index, gallery.table["image_id"].to_numpy(dtype=str)
    guie = guie_mean_precision(
        embeddings[query], gallery.classes[query], embeddings[index], gallery.classes[index],
        query_ids=ids[query], index_ids=ids[index],
    )  # fmt: skip
    np.testing.assert_array_equal(scores["guie_mp5"], guie.per_query)
    np.testing.assert_array_equal(scores["recall_at_1"], guie.first)
    types = gallery.object_types[rules.scored]
    if len(types) > 5 and set(types) != {"unknown"}:
        study = study_mean_precision(embeddings[rules.scored], types)
        np.testing.assert_array_equal(scores["study_mp5"], study.per_query)
    else:
        assert np.isnan(scores["study_mp5"]).all()


def test_paired_tests_resample_classes_of_the_images_that_ask(gallery, embeddings):
    scores = {"a": query_scores(gallery, embeddings), "b": query_scores(gallery, embeddings[:, ::-1] ** 2)}
    for metric, rows in (("study_mp5", gallery.rows("query", "index")), ("guie_mp5", gallery.rows("query"))):
        by_name = {name: of_one[metric] for name, of_one in scores.items()}
        assert paired(gallery, scores, metric) == paired_tests(by_name, gallery.classes[rows])


def test_without_object_types_there_is_no_study_score(gallery, embeddings):
    """All images would be of the type `unknown`, and right."""
    untyped = Gallery("ids", gallery.table.assign(object_type="unknown"), gallery.content)
    result = evaluate(untyped, embeddings, "c")
    assert result["study_mp5"] is None
    assert result["per_type"]["unknown"]["study_mp5"] is None
    assert 0 < result["guie_mp5"] < 1
