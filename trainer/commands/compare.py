"""`python -m trainer compare`: several checkpoints on one gallery, and which differences are significant."""

import argparse
import json
import sys
from typing import Any

from trainer import __version__
from trainer.commands.options import CHECKPOINT_HELP, add_gallery, add_json
from trainer.core.files import user_path
from trainer.core.retrieval.metric_names import METRIC_TITLES, format_p_value, format_with_interval

HELP = "several checkpoints: intervals, and which differences are significant"
DIFFERENCES = "differences (paired, each with its own interval; p adjusted for all pairs by step-down max-T)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_gallery(parser)
    parser.add_argument("--checkpoints", required=True, nargs="+", metavar="CKPT", help=CHECKPOINT_HELP)
    add_json(parser)
    parser.add_argument(
        "--report",
        metavar="FILE",
        type=user_path,
        help="also write a report: FILE.html (stand-alone), FILE.md or FILE.csv",
    )


def run(options: argparse.Namespace) -> None:
    from trainer.api import open_galleries
    from trainer.core.models.embedder import gallery_embeddings
    from trainer.core.retrieval.comparison import compare_scores, label_checkpoints, score_checkpoints
    from trainer.core.retrieval.verdict import leading_metric, ranked
    from trainer.export.comparison_report.error_tables import error_tables
    from trainer.export.comparison_report.formats import check_report_file, write_report
    from trainer.export.comparison_report.report import as_command, make_report

    if options.report:
        check_report_file(options.report)
    checkpoints = label_checkpoints(options.checkpoints)
    [gallery] = open_galleries([options.gallery])
    scores = score_checkpoints(gallery, checkpoints)
    result = compare_scores(gallery, scores)
    print(json.dumps(result) if options.json else as_table(result))
    if options.report:
        histories = {name: checkpoint.history for name, checkpoint in checkpoints.items()}
        command = as_command(options.gallery, options.checkpoints)
        leading = leading_metric(result["checkpoints"]) or "study_mp5"
        best = ranked(result["checkpoints"], leading)[0]["checkpoint"]
        embeddings = gallery_embeddings(gallery, checkpoints[best])
        errors = error_tables(gallery, checkpoints[best], embeddings, best, leading)
        report = make_report(gallery, result, histories, command, __version__, scores=scores, errors=errors)
        write_report(report, options.report)
        print(f"wrote {options.report}", file=sys.stderr)


def as_table(result: dict[str, Any]) -> str:
    """Checkpoints by GUIE mP@5, best first, then the differences by each metric, one sentence a pair."""
    leading = "guie_mp5" if result["checkpoints"][0]["guie_mp5"] is not None else "study_mp5"
    ranked = sorted(result["checkpoints"], key=lambda c: -(c[leading] or 0))
    first, order = ranked[0], [c["checkpoint"] for c in ranked]
    width = max(map(len, order)) + 2
    lines = [
        f"{len(ranked)} checkpoints on {result['gallery']}, best {METRIC_TITLES[leading]} first: {result['protocol']}",
        f"{first['n_images']:,} images, {first['n_queries']:,} queries; with {result['confidence']:.0%} intervals,"
        " whole classes resampled",
        "",
        " " * width + "".join(f"{title:24}" for title in METRIC_TITLES.values()).rstrip(),
    ]
    for c in ranked:
        values = "".join(f"{format_with_interval(c[metric], c['intervals'][metric]):24}" for metric in METRIC_TITLES)
        lines.append(f"{c['checkpoint']:{width}}{values}".rstrip())
    for metric, title in METRIC_TITLES.items():
        pairs = [pair for pair in result["pairs"] if pair["metric"] == metric]
        if not pairs:
            lines += ["", f"{title}: no query can be scored on this gallery."]
            continue
        n = f"{first['n_images']:,} images" if metric == "study_mp5" else f"{first['n_queries']:,} queries"
        lines += ["", f"{title}: {DIFFERENCES}"]
        pairs.sort(key=lambda pair: sorted(order.index(pair[side]) for side in "ab"))
        lines += [f"  {_verdict(pair, n, 1 - result['confidence'])}" for pair in pairs]
    return "\n".join(lines)


def _verdict(pair: dict[str, Any], n: str, level: float) -> str:
    better, worse, sign = (pair["a"], pair["b"], 1) if pair["difference"] >= 0 else (pair["b"], pair["a"], -1)
    interval = pair["interval"] and [sign * limit for limit in pair["interval"][::sign]]
    limits = f" [{interval[0]:+.3f}, {interval[1]:+.3f}]" if interval else ""
    values = f"{sign * pair['difference']:+.3f}{limits}, {format_p_value(pair['p_value_max_t'])}"
    if pair["p_value_max_t"] < level:
        return f"{values}: {better} is better than {worse}"
    return f"{values}: no significant difference between {better} and {worse} on {n}"
