"""Several checkpoints on one gallery: their metrics with intervals, and paired tests of every two.

checkpoints = label_checkpoints(["pca-lite2", "runs/mine"])
result = compare_checkpoints(open_gallery("sample"), checkpoints)        # the JSON of `python -m trainer compare`
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from trainer.core.data.gallery import Gallery
from trainer.core.models.checkpoint import Checkpoint, CheckpointError, open_checkpoint
from trainer.core.models.embedder import gallery_embeddings
from trainer.core.progress import Progress, terminal
from trainer.core.retrieval.evaluation import paired, query_scores, summary
from trainer.core.retrieval.knn import gallery_rankings
from trainer.core.retrieval.metric_names import METRICS
from trainer.core.retrieval.statistics import CONFIDENCE, PairedTest
from trainer.core.retrieval.verdict import ranked


@dataclass(frozen=True)
class Difference:
    """Row minus column of a matrix. `verdict`: "better" or "worse" of the row if it is significant, else ""."""

    value: float
    interval: list[float] | None
    p_value: float
    verdict: str


def label_checkpoints(checkpoints: Sequence[Checkpoint | str]) -> dict[str, Checkpoint]:
    """Label -> opened checkpoint, in the order given.

    A label is the checkpoint's name. If two have the same name, the label also holds the string that was given, or the
    folder.

    Raises CheckpointError for fewer than two checkpoints, for one that cannot be opened and for one that is given
    twice.
    """
    specs = [spec if isinstance(spec, str) else str(spec.folder) for spec in checkpoints]
    if len(specs) < 2:
        raise CheckpointError(
            f"compare: expected two or more checkpoints, found {len(specs)} ({', '.join(specs) or 'none'});"
            " add another, or use evaluate."
        )
    opened = [open_checkpoint(spec) if isinstance(spec, str) else spec for spec in checkpoints]
    for number, (spec, checkpoint) in enumerate(zip(specs, opened, strict=True)):
        for earlier, other in zip(specs[:number], opened[:number], strict=True):
            if other.folder.samefile(checkpoint.folder):
                raise CheckpointError(f"compare: {earlier} and {spec} are the same checkpoint; give each once.")
    count = Counter(checkpoint.name for checkpoint in opened)
    labels = [c.name if count[c.name] == 1 else f"{c.name} ({spec})" for spec, c in zip(specs, opened, strict=True)]
    return dict(zip(labels, opened, strict=True))


def compare_checkpoints(
    gallery: Gallery, checkpoints: Mapping[str, Checkpoint], progress: Progress = terminal
) -> dict[str, Any]:
    """`evaluate` of each checkpoint, and paired tests of every two (a minus b) by every metric that is defined.

    `p_value_max_t` and `p_value_holm` are adjusted for all pairs of one metric; `p_value_max_t` decides.
    """
    return compare_scores(gallery, score_checkpoints(gallery, checkpoints, progress))


def score_checkpoints(
    gallery: Gallery, checkpoints: Mapping[str, Checkpoint], progress: Progress = terminal
) -> dict[str, dict[str, np.ndarray]]:
    """The `query_scores` of each checkpoint."""
    return {label: checkpoint_scores(gallery, checkpoint, progress) for label, checkpoint in checkpoints.items()}


def checkpoint_scores(gallery: Gallery, checkpoint: Checkpoint, progress: Progress = terminal) -> dict[str, np.ndarray]:
    """The `query_scores` of one checkpoint, whose embeddings and rankings are computed once."""
    embeddings = gallery_embeddings(gallery, checkpoint, progress)
    return query_scores(gallery, embeddings, gallery_rankings(gallery, checkpoint, embeddings))


def compare_scores(gallery: Gallery, scores: Mapping[str, Mapping[str, np.ndarray]]) -> dict[str, Any]:
    """The JSON of `compare` from the `query_scores` of each checkpoint."""
    evaluated = [summary(gallery, of_one, label) for label, of_one in scores.items()]
    return as_result(evaluated, {metric: paired(gallery, scores, metric) for metric in METRICS})


def as_result(evaluated: Sequence[dict[str, Any]], tests: Mapping[str, Sequence[PairedTest]]) -> dict[str, Any]:
    """The JSON of `compare` from the summaries of one or more checkpoints and the paired tests of each metric."""
    pairs = []
    for metric, of_metric in tests.items():
        for test in of_metric:
            values = asdict(test)
            pairs.append({"a": values.pop("a"), "b": values.pop("b"), "metric": metric, **values})
    return {
        "gallery": evaluated[0]["gallery"],
        "protocol": evaluated[0]["protocol"],
        "confidence": CONFIDENCE,
        "checkpoints": evaluated,
        "pairs": pairs,
    }


def difference_matrix(result: Mapping[str, Any], metric: str) -> dict[str, dict[str, Difference | None]]:
    """Row -> column -> difference, both best first, from the JSON of `compare`; None on the diagonal.

    Empty if no query can be scored by the metric, or with a single checkpoint.
    """
    pairs = {(pair["a"], pair["b"]): pair for pair in result["pairs"] if pair["metric"] == metric}
    if not pairs:
        return {}
    names = [evaluation["checkpoint"] for evaluation in ranked(result["checkpoints"], metric)]
    level = 1 - result["confidence"]
    return {row: {column: _difference(pairs, row, column, level) for column in names} for row in names}


def _difference(
    pairs: Mapping[tuple[str, str], Mapping[str, Any]], row: str, column: str, level: float
) -> Difference | None:
    if row == column:
        return None
    pair, sign = (pairs[row, column], 1) if (row, column) in pairs else (pairs[column, row], -1)
    value, p_value = sign * pair["difference"], pair["p_value_max_t"]
    interval = pair["interval"] and sorted(sign * limit for limit in pair["interval"])
    return Difference(value, interval, p_value, ("better" if value > 0 else "worse") if p_value < level else "")
