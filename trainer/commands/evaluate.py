"""`python -m trainer evaluate`: the metrics of one checkpoint on one gallery."""

import argparse
import json
from typing import Any

from trainer.commands.options import add_checkpoint, add_gallery, add_json
from trainer.core.retrieval.metric_names import METRICS, format_value

HELP = "both mP@5 and recall@1 of a checkpoint on a gallery"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_gallery(parser)
    add_checkpoint(parser)
    add_json(parser)
    parser.add_argument("--record", action="store_true", help="also store the result in the checkpoint's metrics.json")


def run(options: argparse.Namespace) -> None:
    from trainer import evaluate, open_checkpoint
    from trainer.core.models.checkpoint import record_metrics
    from trainer.training.outputs.model_card import write_card

    checkpoint = open_checkpoint(options.checkpoint)
    result = evaluate(options.gallery, checkpoint)
    if options.record:
        record_metrics(checkpoint, result["gallery"], result)
        write_card(checkpoint)
    print(json.dumps(result) if options.json else as_table(result))


def as_table(result: dict[str, Any]) -> str:
    """One row for each object type, the limits of the 95 % intervals, and the whole gallery last."""
    limits = [
        (name, {metric: interval and interval[side] for metric, interval in result["intervals"].items()})
        for side, name in enumerate(("95 % of all from", "to"))
    ]
    overall = {**result, "n": result["n_images"]}
    lines = [
        f"{result['checkpoint']} on {result['gallery']}: {result['protocol']}",
        f"{'':16} study mP@5  GUIE mP@5  recall@1    images  queries",
    ]
    for name, row in [*result["per_type"].items(), *limits, ("all", overall)]:
        study, guie, recall = (format_value(row[metric]) for metric in METRICS)
        counts = f"{row.get('n', ''):>9} {row.get('n_queries', ''):>8}"
        lines.append(f"{name:16} {study:>10} {guie:>10} {recall:>9} {counts}".rstrip())
    return "\n".join(lines)
