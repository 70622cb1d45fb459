"""A report as Markdown: verdict, tables, the last values of the learning curves, and where the numbers come from."""

import re
from collections.abc import Sequence

from trainer.export.comparison_report.curves import KINDS
from trainer.export.comparison_report.report import NOTES, Report
from trainer.export.comparison_report.table import Table
from trainer.export.comparison_report.tables import tables


def as_markdown(report: Report) -> str:
    """Names are text: characters with a meaning in Markdown or HTML are escaped."""
    parts = [f"# {escape(report.title())}", escape(" ".join(report.verdict())), *map(_table, tables(report))]
    if report.curves:
        parts.append(_table(_last_values(report)))
    parts += ["## About the metrics", *map(escape, NOTES), "## About this report"]
    parts.append("\n".join(f"- {title}: {escape(text)}" for title, text in report.about.items()))
    return "\n\n".join(parts) + "\n"


def escape(text: str) -> str:
    r"""One line of plain text.

    >>> escape("a|b *c*")
    'a\\|b \\*c\\*'
    """
    return re.sub(r"([\\`*_{}\[\]<>#!|~&])", r"\\\1", " ".join(text.split()))


def _table(table: Table) -> str:
    lines = [_row(table.head), _row(["---"] * len(table.head)), *map(_row, ([*map(escape, r)] for r in table.shown))]
    lines[0] = _row([escape(name) for name in table.head])
    note = f"\n\n{escape(table.notes)}" if table.notes else ""
    return f"## {escape(table.title)}\n\n" + "\n".join(lines) + note


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _last_values(report: Report) -> Table:
    """Markdown has no charts: the value of each curve after its last epoch."""
    kinds = [kind for kind in KINDS if any(kind in curve for curve in report.curves.values())]
    rows = [
        [
            report.label(name),
            f"{len(curve):,}",
            *(f"{curve[kind].iloc[-1]:.4g}" if kind in curve else "-" for kind in kinds),
        ]
        for name, curve in report.curves.items()
    ]
    return Table("Learning curves, last epoch", ["checkpoint", "epochs", *(KINDS[kind].title for kind in kinds)], rows)
