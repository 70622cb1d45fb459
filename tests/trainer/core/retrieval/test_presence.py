"""How likely the gallery shows what a query shows: evidence, examples and the fit."""

import numpy as np
import pytest

from trainer.core.data.gallery import open_gallery
from trainer.core.retrieval.presence import NEAREST, STATES, Labels, PresenceModel, evidence
from trainer.core.retrieval.presence_fit import (
    EmbeddedLabels,
    Examples,
    brier_score,
    calibration_error,
    cross_validated,
    fit_presence,
    gallery_presence,
    leave_out_queries,
    reliability,
)


def clusters(types=4, classes=3, images=6, noise=0.05, seed=0):
    """Unit rows in 16 dimensions: types far apart, classes of a type near each other."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(types, 1, 1, 16)) + 0.4 * rng.normal(size=(types, classes, 1, 16))
    rows = (centres + noise * rng.normal(size=(types, classes, images, 16))).reshape(-1, 16)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    class_of = np.repeat(np.arange(types * classes), images)
    return EmbeddedLabels(rows.astype(np.float32), Labels(class_of, class_of // classes))


def leave_out(table):
    return leave_out_queries(table, table, itself=np.arange(len(table.embeddings)))


def test_the_evidence_of_a_query_worked_out_by_hand():
    similarity = np.array([[0.9, 0.8, 0.6, 0.5]])
    (found,) = evidence(similarity, np.array([[1, 1, 2, 3]]), np.array([[0, 0, 0, 1]]))
    expected = [0.9, 0.9 - 0.7, 0.9 - 0.6, 0.9 - 0.5, 2 / 4, 3 / 4, 3 / 4]
    assert found == pytest.approx(expected)


def test_an_unknown_label_agrees_with_none():
    (found,) = evidence(np.array([[0.9, 0.8]]), np.array([[-1, -1]]), np.array([[-1, -1]]))
    assert found[-3:].tolist() == [0, 0, 0]
    assert found[2:4].tolist() == [0, 0]


def test_one_neighbour_is_enough():
    assert np.isfinite(evidence(np.array([[0.3]]), np.array([[4]]), np.array([[2]]))).all()


def test_each_image_is_a_query_as_it_is_without_its_class_and_without_its_type():
    examples = leave_out(clusters())
    assert np.bincount(examples.state).tolist() == [72, 72, 72]
    assert len(examples.evidence) == len(examples.group) == 216


def test_evidence_is_that_of_the_images_that_are_left():
    table = clusters()
    examples = leave_out(table)
    for state, chosen in enumerate((lambda c, t: True, lambda c, t: c != 0, lambda c, t: t != 0)):
        left = [
            row for row in range(1, 72) if chosen(table.labels.classes[row], table.labels.object_types[row])
        ]  # of query 0
        similarity = table.embeddings[left] @ table.embeddings[0]
        order = np.argsort(-similarity, kind="stable")[:NEAREST]
        nearest = np.array(left)[order]
        expected = evidence(
            similarity[order][None], table.labels.classes[nearest][None], table.labels.object_types[nearest][None]
        )
        assert examples.evidence[72 * state] == pytest.approx(expected[0], abs=1e-6)


def test_what_is_not_there_is_not_left_out_twice():
    """The only class of a type leaves out the same images as the type; a gallery of one class leaves none."""
    one_class_each = leave_out(clusters(types=3, classes=1))
    assert np.bincount(one_class_each.state, minlength=3).tolist() == [18, 0, 18]
    alone = leave_out(clusters(types=1, classes=1))
    assert np.bincount(alone.state, minlength=3).tolist() == [6, 0, 0]
    single = leave_out(clusters(types=1, classes=1, images=1))
    assert len(single.state) == 0


def test_queries_from_outside_are_labelled_by_what_the_gallery_has():
    table = clusters()
    gallery, queries = table[table.labels.object_types > 0], table[table.labels.object_types < 2]
    examples = leave_out_queries(queries, gallery)
    assert set(examples.state[: len(queries.embeddings)][:18]) == {2}  # a type that the gallery lacks
    assert np.bincount(examples.state).tolist() == [18, 18, 18 + 18]


def test_the_fit_separates_what_can_be_separated():
    examples = leave_out(clusters())
    probabilities, state = cross_validated([examples])
    assert probabilities.sum(1) == pytest.approx(np.ones(len(state)))
    base = brier_score(np.tile(np.bincount(state) / len(state), (len(state), 1)), state)
    assert brier_score(probabilities, state) < base / 3
    assert (probabilities.argmax(1) == state).mean() > 0.9
    model = fit_presence([examples])
    assert PresenceModel(**model.arrays()).probabilities(examples.evidence[:3]) == pytest.approx(
        model.probabilities(examples.evidence[:3])
    )


def test_scores_by_hand():
    sure, state = np.eye(3)[[0, 1, 2]], np.array([0, 1, 2])
    assert brier_score(sure, state) == 0
    assert brier_score(sure, state[::-1]) == pytest.approx(4 / 3)
    assert calibration_error(sure, state) == 0
    assert reliability(np.array([0.05, 0.05, 0.95]), np.array([False, True, True])) == [
        (pytest.approx(0.05), 0.5, 2),
        (pytest.approx(0.95), 1.0, 1),
    ]


def test_without_each_state_there_is_no_model():
    with pytest.raises(ValueError, match="same_class, same_type, absent"):
        fit_presence([Examples(np.zeros((4, 7)), np.array([0, 0, 1, 1]), np.arange(4))])


def test_a_gallery_has_a_model_and_one_without_labels_has_none(gallery, checkpoint, photos, tmp_path):
    from dataclasses import replace

    from trainer.core.models.embedder import gallery_embeddings

    embeddings = gallery_embeddings(gallery, checkpoint)
    model = gallery_presence(gallery, checkpoint, embeddings)
    shown = evidence(np.array([[0.9, 0.8]]), np.array([[1, 1]]), np.array([[0, 0]]))
    assert model.probabilities(shown).shape == (1, len(STATES))
    unlabelled = replace(gallery, table=gallery.table.assign(class_name="", object_type="unknown"))
    assert gallery_presence(unlabelled, checkpoint, embeddings) is None
    assert gallery_presence(open_gallery(str(photos)), checkpoint, embeddings).bias == pytest.approx(model.bias)


def test_labels_of_two_galleries_share_their_numbers(gallery):
    labels = Labels.of(gallery, gallery)
    n = len(gallery)
    assert (labels.classes[:n] == labels.classes[n:]).all()
    assert (labels.object_types[:n] == labels.object_types[n:]).all()
