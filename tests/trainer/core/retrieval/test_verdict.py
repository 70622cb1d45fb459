"""The sentences of the verdict, for each case of a comparison."""

import pytest

from trainer.core.retrieval.verdict import Statement, name_list, verdict


def result(scores, pairs=(), metric="guie_mp5", n_queries=162):
    """`pairs`: (a, b, adjusted p-value, detectable difference)."""
    other = {"study_mp5": None, "guie_mp5": None, "recall_at_1": None}
    return {
        "confidence": 0.95,
        "checkpoints": [
            {"checkpoint": name, **other, metric: value, "n_images": 567, "n_queries": n_queries}
            for name, value in scores.items()
        ],
        "pairs": [
            {"a": a, "b": b, "metric": metric, "p_value_max_t": p, "detectable": found} for a, b, p, found in pairs
        ],
    }


def sentences(*args, default=None, **kwargs):
    return [statement.sentence() for statement in verdict(result(*args, **kwargs), default)]


def test_a_lead_is_significant_over_some():
    pairs = [("x", "y", 0.01, 0.03), ("x", "z", 0.3, 0.05), ("y", "z", 0.9, 0.2)]
    assert sentences({"x": 0.66, "y": 0.6, "z": 0.64}, pairs) == [
        "x has the highest GUIE mP@5: 0.660 on 162 queries.",
        "Over y the lead is significant; over z it is not.",
        "With 162 queries, the test of one pair finds a difference of 0.030 to 0.050, depending on the pair, in 80 % of"
        " cases; smaller ones are often missed.",
    ]


@pytest.mark.parametrize(("p", "lead"), [(0.049, "is significant."), (0.051, "is not significant.")])
def test_of_two(p, lead):
    found = sentences({"x": 0.5, "y": 0.6}, [("x", "y", p, 0.04)])
    assert found[0].startswith("y has the highest")
    assert found[1] == f"The lead over x {lead}"
    assert found[2].startswith("With 162 queries, the test of one pair finds a difference of 0.040 in 80 % of cases;")


def test_equal_ones_share_the_first_place():
    pairs = [("x", "y", 1.0, None), ("x", "z", 0.01, 0.1), ("y", "z", 0.2, 0.1)]
    found = sentences({"x": 0.6, "y": 0.6, "z": 0.5}, pairs)
    assert found[0] == "x and y have the same highest GUIE mP@5: 0.600 on 162 queries."
    assert found[1] == "The lead over z is not significant."  # y's is not
    alike = sentences({"x": 0.6, "y": 0.6}, [("x", "y", 1.0, None)])
    assert alike == ["x and y have the same highest GUIE mP@5: 0.600 on 162 queries."]


def test_the_default_checkpoint_is_named_if_another_is_best():
    scores, pairs = {"x": 0.66, "y": 0.6}, [("x", "y", 0.01, 0.03)]
    assert len(sentences(scores, pairs, default="x")) == len(sentences(scores, pairs)) == 3
    assert sentences(scores, pairs, default="y")[2] == (
        "The default checkpoint ★ y was chosen by its own validation classes; here its GUIE mP@5 is 0.600, 0.060 lower,"
        " a significant difference."
    )
    close = sentences(scores, [("x", "y", 0.5, 0.03)], default="y")[2]
    assert close.endswith("lower, not a significant difference.")


def test_one_checkpoint_one_query_no_score_and_few_classes():
    assert sentences({"x": 0.2}, n_queries=1)[0].startswith("x has a GUIE mP@5 of 0.200 on 1 query. There is no other")
    assert sentences({"x": None, "y": None}) == [
        "No query can be scored on this gallery, so the checkpoints cannot be ranked."
    ]
    few = sentences({"x": 0.6, "y": 0.5}, [("x", "y", 0.5, None)], n_queries=1)
    assert few[0].endswith("0.600 on 1 query.")
    assert few[-1] == "The queries or their classes are too few to find any difference reliably."
    by_type = sentences({"x": 0.6, "y": 0.5}, [("x", "y", 0.5, 0.1)], metric="study_mp5")
    assert by_type[0] == "x has the highest study mP@5: 0.600 on 567 queries."


def test_many_names_are_counted():
    assert name_list(list("abcdefgh")) == "a, b, c, d, e and 3 more"
    assert name_list(list("abcdef")) == "a, b, c, d, e and f"
    assert Statement("lead_over_all", {"names": ["a"]}).sentence() == "The lead over a is significant."
