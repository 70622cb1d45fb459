"""The operator's log on standard error: a line per request with time, duration and outcome; nothing of an image.

configure_log(verbose=False)
log_request("/search", 0.41, "ok")          # 2026-11-28 07:12:03 /search 0.41 s ok
"""

import logging
import re

LOG = logging.getLogger("guie_atlas")
MAX_CHARS = 200
_UNPRINTABLE = re.compile(r"[^\x20-\x7e\u00a1-\uffff]|[\u2028-\u202f\u2066-\u2069\ud800-\udfff]")


def configure_log(verbose: bool) -> None:
    """`verbose`: also the tracebacks of failures."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%Y-%m-%d %H:%M:%S"))
    LOG.handlers = [handler]
    LOG.setLevel(logging.DEBUG if verbose else logging.INFO)
    LOG.propagate = False


def log_request(name: str, seconds: float, outcome: str) -> None:
    LOG.info("%s %.2f s %s", _one_line(name), seconds, outcome)


def log_failure(error: BaseException, level: int = logging.ERROR) -> None:
    """What failed and where; the traceback only if the log is verbose."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "unknown"
    shown = error if LOG.level == logging.DEBUG else None
    LOG.log(level, "%s: %s (%s)", type(error).__name__, _one_line(str(error)), place, exc_info=shown)


def _one_line(text: str) -> str:
    """What a client sent must not look like a line of its own: control characters are shown as escapes."""
    return _UNPRINTABLE.sub(lambda found: ascii(found[0])[1:-1], text[:MAX_CHARS])
