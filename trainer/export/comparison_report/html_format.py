"""A report as one HTML page that needs no network and no other file."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from trainer.export.comparison_report.curves import HEIGHT, KINDS, WIDTH, panels
from trainer.export.comparison_report.report import NOTES, Report
from trainer.export.comparison_report.tables import tables

_environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def as_html(report: Report) -> str:
    """Light or dark as the reader's system; printed in black on white."""
    drawn = panels(report.curves)
    kinds = {line.kind.title: line.kind.dash for panel in drawn for line in panel.lines}
    colours = {report.label(line.name): line.colour for panel in drawn for line in panel.lines}
    return _environment.get_template("report.html.j2").render(
        report=report,
        tables=tables(report),
        panels=drawn,
        kinds={kind.title: kinds[kind.title] for kind in KINDS.values() if kind.title in kinds},
        colours=colours,
        width=WIDTH,
        height=HEIGHT,
        notes=NOTES,
    )
