"""One table (Markdown, CSV, JSON) and one figure of the results of `reproduce`.

write_report(report, Path("runs/table-1"))      # table.md, table.csv, table.json, figure.svg, figure.png
"""

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.core.errors import UserError, first_few
from trainer.core.files import whole_file
from trainer.core.retrieval.metric_names import METRIC_TITLES, METRICS, format_with_interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CAPTION = (
    "The study's scores come from its own data sets (Dataset 11 and Dataset 17K) and are mP@5 for object types. Ours"
    " come from {judged} after training on {trained}. The table shows which systems were tried; the study's scores and"
    " ours must not be compared, because the images, the number of images and the classes differ."
)
FILES = ("table.json", "table.csv", "table.md", "figure.svg", "figure.png")
STUDY_COLOUR, GUIE_COLOUR = "#0072b2", "#d55e00"


def check_report(out: Path, key: str) -> None:
    """Raise UserError if a report would overwrite files that are not a report on the same galleries.

    `key` changes with the galleries and their labels; a report records it.
    """
    found = [name for name in FILES if (out / name).exists()]
    try:
        report = json.loads((out / "table.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        report = {}
    if found and not (isinstance(report, dict) and report.get("key") == key):
        raise UserError(
            f"--out {out}: expected a new or empty folder, or one begun with the same images and labels, found"
            f" {first_few(found)}; choose another folder, or add --overwrite."
        )


def write_report(report: dict[str, Any], out: Path) -> None:
    """Write all FILES to the folder `out`."""
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
    """One row for each system and gallery; scores with their 95 % intervals."""
    lines = [
        "| Row | System of the study | study's score | trained here | gallery | study mP@5 | GUIE mP@5 | recall@1"
        " | queries |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in report["rows"]:
        substitute = ", the offline substitute" if _is_substitute(row) else ""
        recipe = f"`{row['ran']}` on {row['backbone']}{substitute}"
        for gallery, result in row["results"].items():
            scores = " | ".join(format_with_interval(result[metric], result["intervals"][metric]) for metric in METRICS)
            lines.append(
                f"| {row['row']} | {row['system']} | {row['study_mp5']} | {recipe} | {gallery} |"
                f" {scores} | {result['n_queries']} |"
            )
    return "\n".join([*lines, "", caption(report), ""])


def as_csv(report: dict[str, Any]) -> str:
    """The same rows, with one column for each score and each limit."""
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
                row["row"], row["system"], row["study_mp5"], row["ran"], _is_substitute(row), row["backbone"],
                gallery, *(result[metric] for metric in METRICS), *ends, result["n_images"], result["n_queries"],
                row["time_s"],
            ])  # fmt: skip
    return text.getvalue()


def _is_substitute(row: dict[str, Any]) -> bool:
    return row["twin"] != row["recipe"] and row["ran"] == row["twin"]


def _draw(report: dict[str, Any], out: Path) -> None:
    """Both mP@5 of each row with intervals, and the study's score if it is a plain number."""
    from matplotlib.figure import Figure

    rows = [(row, gallery, result) for row in report["rows"] for gallery, result in row["results"].items()]
    figure = Figure(figsize=(9, 1.6 + 0.5 * len(rows)), layout="constrained")
    axes = figure.add_subplot()
    for y, (row, _, result) in enumerate(rows):
        _draw_score(axes, result, "study_mp5", y - 0.15, STUDY_COLOUR, "o")
        _draw_score(axes, result, "guie_mp5", y + 0.15, GUIE_COLOUR, "s")
        if row["study_mp5"].replace(".", "").isdigit():
            label = _new_label(axes, "mP@5 in the study, other data")
            axes.plot(float(row["study_mp5"]), y - 0.15, "o", color=STUDY_COLOUR, fillstyle="none", label=label)
    several = len(report["judged_on"]) > 1
    names = [f"{row['system']}\n{_recipe_label(row)}{f', {gallery}' if several else ''}" for row, gallery, _ in rows]
    axes.set_yticks(range(len(rows)), names, fontsize=8)
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.grid(axis="x", alpha=0.3)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper left", fontsize=8, frameon=False, ncols=3)
    for suffix in ("svg", "png"):
        with whole_file(out / f"figure.{suffix}") as part:
            figure.savefig(part, dpi=150)


def _draw_score(axes: "Axes", result: dict[str, Any], metric: str, y: float, colour: str, marker: str) -> None:
    if result[metric] is None:
        return
    limits = result["intervals"][metric] or (result[metric], result[metric])
    axes.plot(limits, [y, y], color=colour, linewidth=2)
    axes.plot(result[metric], y, marker, color=colour, label=_new_label(axes, f"{METRIC_TITLES[metric]}, here"))


def _new_label(axes: "Axes", label: str) -> str | None:
    """The label if the legend does not have it yet."""
    return None if label in axes.get_legend_handles_labels()[1] else label


def _recipe_label(row: dict[str, Any]) -> str:
    return f"recipe: {row['ran']}" + (" (offline substitute)" if _is_substitute(row) else "")
