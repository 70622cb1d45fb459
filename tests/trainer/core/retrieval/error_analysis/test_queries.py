"""The neighbours of a query are those that the metric counts: together they give its score."""

import numpy as np
import pytest

from trainer.core.data.gallery import Gallery
from trainer.core.retrieval.error_analysis.queries import index_rows, n_counted, query_neighbours
from trainer.core.retrieval.evaluation import evaluate, protocol, query_scores
from trainer.core.retrieval.metric_names import METRICS


def with_ties(gallery):
    """(N, 3) unit rows of few values, so that many similarities are equal."""
    rows = np.random.default_rng(0).integers(1, 3, (len(gallery), 3)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def hits(gallery, metric, query, nearest):
    labels = gallery.object_types if metric == "study_mp5" else gallery.classes
    return labels[nearest] == labels[query, None]


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("splits", ["as they are", "none", "test"])
def test_the_neighbours_give_the_scores_of_the_metric(gallery, metric, splits):
    if splits != "as they are":
        gallery = Gallery("other", gallery.table.assign(split=splits.replace("none", "")), gallery.content)
    embeddings, query = with_ties(gallery), protocol(gallery).rows(metric)
    positions = np.arange(len(query))
    found, of = query_neighbours(gallery, embeddings, metric, positions), n_counted(gallery, metric, positions)
    assert found.rows.shape == (len(query), 5)
    assert (found.rows != query[:, None]).all()  # never the query itself
    assert np.isin(found.rows, index_rows(gallery, metric)).all()
    counted = np.arange(5) < of[:, None]
    scores = (hits(gallery, metric, query, found.rows) & counted).sum(1) / of
    assert scores == pytest.approx(query_scores(gallery, embeddings)[metric], abs=1e-9)
    assert scores.mean() == pytest.approx(evaluate(gallery, embeddings, "x")[metric], abs=1e-9)
    assert len(set(scores)) > 1


def test_some_queries_have_the_same_neighbours_as_all(gallery):
    embeddings = with_ties(gallery)
    everyone = query_neighbours(gallery, embeddings, "guie_mp5", np.arange(18))
    some = query_neighbours(gallery, embeddings, "guie_mp5", np.array([7, 2]))
    assert some.rows.tolist() == everyone.rows[[7, 2]].tolist()
    assert some.similarity.tolist() == everyone.similarity[[7, 2]].tolist()


def test_a_small_class_has_a_small_denominator(gallery):
    """Three of the query's class are left in the index: 3 counts, not 5; recall@1 and study mP@5 are not affected."""
    table, query = gallery.table.copy(), gallery.rows("query")
    same = np.flatnonzero((gallery.classes == gallery.classes[query[0]]) & (table["split"] == "index").to_numpy())
    table.loc[same[3:], "class_name"] = "another"
    changed = Gallery("changed", table, gallery.content)
    first = np.array([0])
    assert [int(n_counted(changed, metric, first)[0]) for metric in METRICS] == [5, 3, 1]
    table.loc[same, "class_name"] = ""
    assert n_counted(Gallery("changed", table, gallery.content), "guie_mp5", first).tolist() == [0]


@pytest.mark.parametrize("n", [1, 2, 4])
def test_a_tiny_gallery_has_fewer_neighbours(gallery, n):
    tiny = Gallery("tiny", gallery.table[:n].assign(split=""), gallery.content[:n])
    found = query_neighbours(tiny, with_ties(gallery)[:n], "guie_mp5", np.arange(n))
    assert found.rows.shape == (n, n - 1)
    assert (found.rows != np.arange(n)[:, None]).all()
