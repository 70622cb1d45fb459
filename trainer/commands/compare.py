"""Several checkpoints on one gallery: their figures with intervals, and which differences are real.

result = run(open_gallery("sample"), open_all(["pca-lite2", "runs/mine"]))     # JSON of `python -m trainer compare`
print(table(result))
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from trainer.core.data.gallery import Gallery
from trainer.core.models.checkpoint import Checkpoint, CheckpointError, open_checkpoint
from trainer.core.models.embedder import gallery_embeddings
from trainer.core.progress import Progress, terminal
from trainer.core.retrieval.evaluation import paired, query_scores, summary
from trainer.core.retrieval.metric_names import METRIC_TITLES, METRICS, format_with_interval
from trainer.core.retrieval.statistics import CONFIDENCE

DIFFERENCES = "differences (paired, each with its own interval; p adjusted for all pairs by step-down max-T)"


def open_all(specs: Sequence[str]) -> dict[str, Checkpoint]:
    """Label -> checkpoint, in the order given: its name, and what was given for it where two have the same name.

    Raises CheckpointError for fewer than two, for one that cannot be opened and for one that is given twice.
    """
    if len(specs) < 2:
        raise CheckpointError(
            f"compare: expected two or more checkpoints, found {len(specs)} ({', '.join(specs) or 'none'});"
            " add another, or use evaluate."
        )
    opened = [(spec, open_checkpoint(spec)) for spec in specs]
    for number, (spec, checkpoint) in enumerate(opened):
        for earlier, other in opened[:number]:
            if other.folder.samefile(checkpoint.folder):
                raise CheckpointError(f"compare: {earlier} and {spec} are the same checkpoint; give each once.")
    names = Counter(checkpoint.name for _, checkpoint in opened)
    return {c.name if names[c.name] == 1 else f"{c.name} ({spec})": c for spec, c in opened}


def run(gallery: Gallery, checkpoints: Mapping[str, Checkpoint], progress: Progress = terminal) -> dict[str, Any]:
    """`evaluate` of each checkpoint, and paired tests of every two by every metric that can be had (a minus b).

    `p_value_max_t` and `p_value_holm` are adjusted for all pairs of one metric; the verdict is by the former.
    """
    scores = {
        label: query_scores(gallery, gallery_embeddings(gallery, checkpoint, progress))
        for label, checkpoint in checkpoints.items()
    }
    evaluated = [summary(gallery, of_one, label) for label, of_one in scores.items()]
    pairs = []
    for metric in METRICS:
        for test in paired(gallery, scores, metric):
            found = asdict(test)
            pairs.append({"a": found.pop("a"), "b": found.pop("b"), "metric": metric, **found})
    return {
        "gallery": gallery.name,
        "protocol": evaluated[0]["protocol"],
        "confidence": CONFIDENCE,
        "checkpoints": evaluated,
        "pairs": pairs,
    }


def table(result: dict[str, Any]) -> str:
    """The result for people: checkpoints by GUIE mP@5, best first, then each metric's differences in plain words."""
    leading = "guie_mp5" if result["checkpoints"][0]["guie_mp5"] is not None else "study_mp5"
    ranked = sorted(result["checkpoints"], key=lambda c: -(c[leading] or 0))
    some, order = ranked[0], [c["checkpoint"] for c in ranked]
    width = max(map(len, order)) + 2
    lines = [
        f"{len(ranked)} checkpoints on {result['gallery']}, best {METRIC_TITLES[leading]} first: {result['protocol']}",
        f"{some['n_images']:,} pictures, {some['n_queries']:,} queries; with {result['confidence']:.0%} intervals,"
        " whole classes resampled",
        "",
        " " * width + "".join(f"{METRIC_TITLES[metric]:24}" for metric in METRICS).rstrip(),
    ]
    for c in ranked:
        figures = "".join(f"{format_with_interval(c[metric], c['intervals'][metric]):24}" for metric in METRICS)
        lines.append(f"{c['checkpoint']:{width}}{figures}".rstrip())
    for metric in METRICS:
        pairs = [pair for pair in result["pairs"] if pair["metric"] == metric]
        if not pairs:
            lines += ["", f"{METRIC_TITLES[metric]}: no query can be scored on this gallery."]
            continue
        n = f"{some['n_images']:,} pictures" if metric == "study_mp5" else f"{some['n_queries']:,} queries"
        lines += ["", f"{METRIC_TITLES[metric]}: {DIFFERENCES}"]
        pairs.sort(key=lambda pair: sorted(order.index(pair[side]) for side in "ab"))
        lines += [f"  {_verdict(pair, n, 1 - result['confidence'])}" for pair in pairs]
    return "\n".join(lines)


def _verdict(pair: dict[str, Any], n: str, level: float) -> str:
    better, worse, sign = (pair["a"], pair["b"], 1) if pair["difference"] >= 0 else (pair["b"], pair["a"], -1)
    interval = pair["interval"] and [sign * limit for limit in pair["interval"][::sign]]
    about = f" [{interval[0]:+.3f}, {interval[1]:+.3f}]" if interval else ""
    figures = f"{sign * pair['difference']:+.3f}{about}, p = {pair['p_value_max_t']:.4f}"
    if pair["p_value_max_t"] < level:
        return f"{figures}: {better} is better than {worse}"
    return f"{figures}: {better} and {worse} cannot be told apart on {n}"
