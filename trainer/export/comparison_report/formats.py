"""The formats of a report by the suffix of its file.

check_report_file(Path("report.html"))             # before the work
write_report(report, Path("report.html"))
"""

from collections.abc import Callable
from pathlib import Path

from trainer.core.errors import UserError
from trainer.core.files import make_folder, whole_file
from trainer.export.comparison_report.csv_format import as_csv
from trainer.export.comparison_report.html_format import as_html
from trainer.export.comparison_report.markdown import as_markdown
from trainer.export.comparison_report.report import Report

FORMATS: dict[str, Callable[[Report], str]] = {".html": as_html, ".md": as_markdown, ".csv": as_csv}
MEDIA_TYPES = {".html": "text/html", ".md": "text/markdown", ".csv": "text/csv"}


def check_report_file(path: Path) -> None:
    """Create the folder of a report. Raises UserError for another suffix, a folder, or a path that cannot be used."""
    if path.suffix not in FORMATS:
        expected = f"{', '.join([*FORMATS][:-1])} or {[*FORMATS][-1]}"
        raise UserError(f"--report {path}: expected a file name that ends in {expected}.")
    if path.is_dir():
        raise UserError(f"--report {path}: expected a file name, found a folder.")
    make_folder(path.parent, f"--report {path}")


def write_report(report: Report, path: Path) -> None:
    """In the format of the suffix of `path`, one of FORMATS. Raises UserError if the file cannot be written."""
    text = FORMATS[path.suffix](report)
    with whole_file(path) as part:
        part.write_text(text, encoding="utf-8")
