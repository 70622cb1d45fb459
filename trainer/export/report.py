"""One table (Markdown, CSV, JSON) and one figure of what `reproduce` found.

write_report(report, Path("runs/table-1"))      # table.md, table.csv, table.json, figure.svg, figure.png
"""

import csv
import io
import json
from pathlib import Path
from typing import Any

from trainer.core.cache import whole_file
from trainer.core.errors import UserError, first_few
from trainer.core.retrieval.metric_names import METRIC_TITLES, METRICS, format_with_interval

CAPTION = (
    "The study's figures come from its own data sets (Dataset 11 and Dataset 17K) and mP@5 at the level of object"
    " types; ours from {judged} after training on {trained}. They stand beside each other to show which systems were"
    " tried, not to be compared: other pictures, other numbers of pictures, other classes."
)


FILES = ("table.json", "table.csv", "table.md", "figure.svg", "figure.png")


def check_report(out: Path, key: str) -> None:
    """Raise UserError if a report would overwrite files that are not a report of the same galleries.

    `key` changes with the galleries and their labels; a report records it.
    """
    found = [name for name in FILES if (out / name).exists()]
    try:
        report = json.loads((out / "table.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        report = {}
    if found and not (isinstance(report, dict) and report.get("key") == key):
        raise UserError(
            f"--out {out}: expected a new or empty folder, or one begun with the same images and labels, found"
            f" {first_few(found)}; choose another folder, or add --overwrite."
        )


def write_report(report: dict[str, Any], out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for name, text in (
        ("table.json", json.dumps(report, indent=1) + "\n"),
        ("table.csv", as_csv(report)),
        ("table.md", as_markdown(report)),
    ):
        with whole_file(out / name) as part:
            part.write_text(text, encoding="utf-8")
    _draw(report, out)


def caption(report: dict[str, Any]) -> str:
    return CAPTION.format(judged=" and ".join(report["judged_on"]), trained=" and ".join(report["trained_on"]))


def as_markdown(report: dict[str, Any]) -> str:
    """One row a system and gallery, figures with their 95 % intervals."""
    lines = [
        "| Row | System of the study | its mP@5 | ran here | pictures |"
        f" {' | '.join(METRIC_TITLES.values())} | queries |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in report["rows"]:
        for gallery, result in row["results"].items():
            figures = " | ".join(
                format_with_interval(result[metric], result["intervals"][metric]) for metric in METRICS
            )
            lines.append(
                f"| {row['row']} | {row['system']} | {row['study_mp5']} | {_ran(row)} | {gallery} | {figures}"
                f" | {result['n_queries']} |"
            )
    return "\n".join([*lines, "", caption(report), ""])


def as_csv(report: dict[str, Any]) -> str:
    """The same, a column for each figure and limit."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    limits = [f"{metric}_{end}" for metric in METRICS for end in ("low", "high")]
    writer.writerow([
        "row", "system", "study_figure", "recipe", "offline_twin", "backbone", "gallery", *METRICS, *limits,
        "n_images", "n_queries", "time_s",
    ])  # fmt: skip
    for row in report["rows"]:
        for gallery, result in row["results"].items():
            ends = [end for metric in METRICS for end in (result["intervals"][metric] or ("", ""))]
            writer.writerow([
                row["row"], row["system"], row["study_mp5"], row["ran"], _is_twin(row), row["backbone"],
                gallery, *(result[metric] for metric in METRICS), *ends, result["n_images"], result["n_queries"],
                row["time_s"],
            ])  # fmt: skip
    return text.getvalue()


def _is_twin(row: dict[str, Any]) -> bool:
    return row["twin"] != row["recipe"] and row["ran"] == row["twin"]


def _ran(row: dict[str, Any]) -> str:
    twin = ", the offline twin" if _is_twin(row) else ""
    return f"`{row['ran']}` on {row['backbone']}{twin}"


def _draw(report: dict[str, Any], out: Path) -> None:
    """Both mP@5 of each row with intervals, and the study's figure where it gave a plain one."""
    from matplotlib.figure import Figure

    rows = [(row, gallery, result) for row in report["rows"] for gallery, result in row["results"].items()]
    figure = Figure(figsize=(9, 1.6 + 0.5 * len(rows)), layout="constrained")
    axes = figure.add_subplot()
    for place, (row, _, result) in enumerate(rows):
        for metric, colour, marker, shift in (("study_mp5", "#0072b2", "o", -0.15), ("guie_mp5", "#d55e00", "s", 0.15)):
            if result[metric] is None:
                continue
            low, high = result["intervals"][metric] or (result[metric], result[metric])
            label = f"{METRIC_TITLES[metric]}, here" if place == 0 else None
            axes.plot([low, high], [place + shift] * 2, color=colour, linewidth=2)
            axes.plot(result[metric], place + shift, marker, color=colour, label=label)
        if row["study_mp5"].replace(".", "").isdigit():
            label = None if axes.get_legend_handles_labels()[1].count("mP@5 in the study, other data") else (
                "mP@5 in the study, other data"
            )  # fmt: skip
            axes.plot(float(row["study_mp5"]), place - 0.15, "o", color="#0072b2", fillstyle="none", label=label)
    several = len(report["judged_on"]) > 1
    names = [f"{row['system']}\n{_plain(row)}{f', {gallery}' if several else ''}" for row, gallery, _ in rows]
    axes.set_yticks(range(len(rows)), names, fontsize=8)
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.grid(axis="x", alpha=0.3)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper left", fontsize=8, frameon=False, ncols=3)
    for suffix in ("svg", "png"):
        with whole_file(out / f"figure.{suffix}") as part:
            figure.savefig(part, dpi=150)


def _plain(row: dict[str, Any]) -> str:
    return f"ran: {row['ran']}" + (" (offline twin)" if _is_twin(row) else "")
