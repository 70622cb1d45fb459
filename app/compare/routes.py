"""The results as files: the links on the page, and the HTTP route `compare/report.SUFFIX` that they lead to."""

from threading import Lock

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.compare.results import compare_results, default_checkpoint
from app.components.templating import render
from app.context import Context
from app.library.library import Library
from trainer import __version__
from trainer.core.retrieval.metric_names import METRICS
from trainer.core.retrieval.verdict import leading_metric
from trainer.export.comparison_report.error_tables import error_tables
from trainer.export.comparison_report.formats import FORMATS, MEDIA_TYPES
from trainer.export.comparison_report.report import Report, as_command, make_report

PATHS_NOTE = "; give paths instead of names for what does not come with the project"


def report_links(context: Context) -> Markup:
    """A link for each format. The URLs are relative, so that they also work below a path."""
    titles = {".html": context.t("report_html"), ".md": context.t("report_markdown"), ".csv": context.t("report_csv")}
    links = {f"compare/report{suffix}": title for suffix, title in titles.items()}
    return render("save_results.html.j2", title=context.t("save_results"), links=links)


def library_report(library: Library) -> Report:
    """All results of the Compare tab. The command has names, not paths: visitors need not know these."""
    result = compare_results(library, METRICS)
    histories = {name: served.checkpoint.history for name, served in library.checkpoints.items()}
    command = as_command(library.gallery.name, library.names) + PATHS_NOTE
    scores = {name: served.precomputed.scores for name, served in library.checkpoints.items()}
    served, leading = library.checkpoints[library.best], leading_metric(result["checkpoints"]) or "study_mp5"
    embeddings, files = served.precomputed.embeddings, library.thumbnails
    errors = error_tables(library.gallery, served.checkpoint, embeddings, library.best, leading, files)
    default = default_checkpoint(library)
    return make_report(library.gallery, result, histories, command, __version__, default, scores, errors)


def report_routes(library: Library) -> list[Route]:
    """`compare/report.html`, `.md` and `.csv`. A request computes what is not cached yet, one request at a time."""
    one_at_a_time = Lock()

    def report(request: Request) -> Response:
        suffix = f".{request.path_params['suffix']}"
        if suffix not in FORMATS:
            return Response(status_code=404)
        with one_at_a_time:
            text = FORMATS[suffix](library_report(library))
        headers = {"Content-Disposition": f'attachment; filename="comparison{suffix}"'}
        return Response(text, media_type=f"{MEDIA_TYPES[suffix]}; charset=utf-8", headers=headers)

    return [Route("/compare/report.{suffix}", report)]
