"""The verdict of a comparison in sentences: which checkpoint is best, by how much, and what could have been found.

for statement in verdict(compare("sample", ["atlas", "pca-lite0"])):
    print(statement.sentence())
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from trainer.core.retrieval.metric_names import METRIC_TITLES, format_value
from trainer.core.retrieval.statistics import POWER

LEADING = ("guie_mp5", "study_mp5")  # the first metric that is defined ranks the checkpoints
MOST_NAMES = 6  # more are counted
EQUAL = 1e-9  # means of the same scores in another order may differ in their last digits
SENTENCES: dict[str, str | dict[str, str]] = {
    "no_scores": "No query can be scored on this gallery, so the checkpoints cannot be ranked.",
    "only_one": {
        "one": "{names} has a {metric} of {value} on {n:,} query. There is no other checkpoint to compare it with.",
        "other": "{names} has a {metric} of {value} on {n:,} queries. There is no other checkpoint to compare it with.",
    },
    "best": {
        "one": "{names} has the highest {metric}: {value} on {n:,} query.",
        "other": "{names} has the highest {metric}: {value} on {n:,} queries.",
    },
    "tied": {
        "one": "{names} have the same highest {metric}: {value} on {n:,} query.",
        "other": "{names} have the same highest {metric}: {value} on {n:,} queries.",
    },
    "lead_over_all": "The lead over {names} is significant.",
    "lead_over_some": "Over {names} the lead is significant; over {others} it is not.",
    "lead_over_none": "The lead over {names} is not significant.",
    "detectable": "With {n:,} queries, the test of one pair finds a difference of {value} in {power} % of cases;"
    " smaller ones are often missed.",  # fewer than six queries are `undetectable`
    "detectable_range": "With {n:,} queries, the test of one pair finds a difference of {low} to {high}, depending on"
    " the pair, in {power} % of cases; smaller ones are often missed.",
    "undetectable": "The queries or their classes are too few to find any difference reliably.",
    "default_behind": "The default checkpoint ★ {names} was chosen by its own validation classes; here its {metric} is"
    " {value}, {difference} lower, a significant difference.",
    "default_close": "The default checkpoint ★ {names} was chosen by its own validation classes; here its {metric} is"
    " {value}, {difference} lower, not a significant difference.",
}


@dataclass(frozen=True)
class Statement:
    """`kind` is a key of SENTENCES; `values` its placeholders: `metric` is a key, `names` and `others` are lists."""

    kind: str
    values: dict[str, Any] = field(default_factory=dict)

    def sentence(self) -> str:
        """In English."""
        values = {key: name_list(value) if isinstance(value, list) else value for key, value in self.values.items()}
        values["metric"] = METRIC_TITLES.get(self.values.get("metric", ""), "")
        text = SENTENCES[self.kind]
        form = text if isinstance(text, str) else text["one" if self.values["n"] == 1 else "other"]
        return form.format(**values)


def name_list(names: Sequence[str], comma: str = ", ", last: str = " and ", more: str = "{n:,} more") -> str:
    """Names as part of a sentence; of more than MOST_NAMES, the first ones and the number of the others.

    >>> name_list(["a", "b", "c"])
    'a, b and c'
    """
    shown = list(names)
    if len(shown) > MOST_NAMES:
        shown = [*shown[: MOST_NAMES - 1], more.format(n=len(shown) - MOST_NAMES + 1)]
    return last.join([comma.join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def leading_metric(evaluated: Sequence[Mapping[str, Any]]) -> str | None:
    """GUIE mP@5 if it is defined, else study mP@5, else None. `evaluated`: summaries of evaluation.py."""
    return next((metric for metric in LEADING if evaluated[0][metric] is not None), None)


def ranked(evaluated: Sequence[dict[str, Any]], metric: str | None) -> list[dict[str, Any]]:
    """Summaries with the highest value of the metric first; equal ones, and all without a metric, in their order."""
    return sorted(evaluated, key=lambda c: -(c[metric] or 0)) if metric else list(evaluated)


def n_scored(evaluation: Mapping[str, Any], metric: str) -> int:
    """The number of queries of a metric; each image is a query of the study's."""
    return evaluation["n_images" if metric == "study_mp5" else "n_queries"]


def verdict(result: Mapping[str, Any], default: str | None = None) -> list[Statement]:
    """Statements on the JSON of `compare`, which may also have one checkpoint and no pairs.

    `default` is the checkpoint that was chosen before, without these queries (★).
    """
    metric = leading_metric(result["checkpoints"])
    if metric is None:
        return [Statement("no_scores")]
    order = ranked(result["checkpoints"], metric)
    value, n = order[0][metric], n_scored(order[0], metric)
    best = [c["checkpoint"] for c in order if value - c[metric] < EQUAL]
    about = {"names": best, "metric": metric, "value": format_value(value), "n": n}
    if len(order) == 1:
        return [Statement("only_one", about)]
    pairs = {frozenset((p["a"], p["b"])): p for p in result["pairs"] if p["metric"] == metric}
    level = 1 - result["confidence"]
    others = [c["checkpoint"] for c in order[len(best) :]]
    behind = [o for o in others if all(pairs[frozenset((b, o))]["p_value_max_t"] < level for b in best)]
    statements = [Statement("best" if len(best) == 1 else "tied", about)]
    statements += _lead(behind, [name for name in others if name not in behind])
    if default in others:
        of_default = next(c for c in order if c["checkpoint"] == default)[metric]
        values = {"names": [default], "metric": metric, "value": format_value(of_default)}
        values["difference"] = format_value(value - of_default)
        statements.append(Statement("default_behind" if default in behind else "default_close", values))
    if others:
        statements.append(_detectable([pairs[frozenset((b, o))]["detectable"] for b in best for o in others], n))
    return statements


def _lead(behind: list[str], close: list[str]) -> list[Statement]:
    if behind and close:
        return [Statement("lead_over_some", {"names": behind, "others": close})]
    if behind:
        return [Statement("lead_over_all", {"names": behind})]
    return [Statement("lead_over_none", {"names": close})] if close else []


def _detectable(values: Sequence[float | None], n: int) -> Statement:
    """The smallest and the largest difference that a test of one pair finds in POWER of all cases."""
    known = [value for value in values if value is not None]
    if not known:
        return Statement("undetectable")
    low, high = format_value(min(known)), format_value(max(known))
    about = {"n": n, "power": round(100 * POWER)}
    if low == high:
        return Statement("detectable", {**about, "value": low})
    return Statement("detectable_range", {**about, "low": low, "high": high})
