"""Orders of queries on scores with known answers."""

import numpy as np

from trainer.core.retrieval.error_analysis.ranking import by_difference, by_score, wrong_for_all

NAN = np.nan


def test_lowest_first_then_the_tie_breakers_then_the_position():
    scores = np.array([1.0, 0.2, NAN, 0.2, 0.2, 0.2])
    assert by_score(scores).tolist() == [1, 3, 4, 5, 0]
    first, second = np.array([0, 0.8, 0, 0.4, NAN, 0.4]), np.array([0, 0, 0, 1, 0, 0.5])
    assert by_score(scores, first, second).tolist() == [5, 3, 1, 4, 0]


def test_the_largest_gain_of_the_other_first():
    scores, other = np.array([0.2, 0.2, 1.0, NAN, 0.5]), np.array([0.2, 1.0, 0.0, 1.0, NAN])
    assert by_difference(scores, other).tolist() == [1, 0, 2]
    assert by_difference(other, scores).tolist() == [2, 0, 1]


def test_wrong_for_all_needs_a_zero_everywhere():
    scores = [np.array([0.0, 0.0, NAN, 1.0]), np.array([0.0, 0.2, NAN, 0.0])]
    assert wrong_for_all(scores).tolist() == [0]
    assert wrong_for_all(scores[:1]).tolist() == [0, 1]
