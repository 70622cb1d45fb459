"""What a report on a comparison holds, the same for all formats.

report = make_report(gallery, result, histories, command="python -m trainer compare ...", version="0.9.0")
text = FORMATS[".html"](report)
"""

import platform
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
import torch

from trainer.core.data.gallery import Gallery
from trainer.core.retrieval.diagnosis import curve_of
from trainer.core.retrieval.verdict import verdict
from trainer.export.comparison_report.query_scores import QueryScores, query_scores_of
from trainer.export.comparison_report.table import Table

IMAGES, LABELS = "Fingerprint of the images", "Fingerprint of the labels"  # titles in `about`
NOTES = (
    "Study mP@5 is the share of the five nearest images that have the query's object type. For GUIE mP@5 and recall@1,"
    " a neighbour must be of the query's class.",
    "Intervals are 95 % confidence intervals from a bootstrap of whole classes. They describe other queries of such"
    " classes, not other training seeds.",
    "A difference is significant if a paired permutation test on the same queries gives p < 0.05, adjusted for all"
    " pairs by step-down max-T. The intervals of differences are not adjusted.",
)


@dataclass(frozen=True)
class Report:
    """`result`: the JSON of `compare`. `curves`: checkpoint -> `curve_of` its history, for those that have a curve.

    `about`: where the numbers come from, a text for each title. `default`: the checkpoint chosen before (★), or None.
    `queries`: the scores of each query, a table for each metric. `errors`: see `error_tables`.
    """

    result: Mapping[str, Any]
    curves: Mapping[str, pd.DataFrame]
    about: Mapping[str, str]
    default: str | None = None
    queries: Sequence[QueryScores] = ()
    errors: Sequence[Table] = ()

    def title(self) -> str:
        return f"{len(self.result['checkpoints'])} checkpoints on {self.result['gallery']}"

    def verdict(self) -> list[str]:
        return [statement.sentence() for statement in verdict(self.result, self.default)]

    def label(self, checkpoint: str) -> str:
        """The name of a checkpoint, with ★ for the default one."""
        return f"{checkpoint} ★" if checkpoint == self.default else checkpoint


def make_report(
    gallery: Gallery,
    result: Mapping[str, Any],
    histories: Mapping[str, pd.DataFrame],
    command: str,
    version: str,
    default: str | None = None,
    scores: Mapping[str, Mapping[str, np.ndarray]] | None = None,
    errors: Sequence[Table] = (),
) -> Report:
    """`histories` and `scores`: the history and `query_scores` of each checkpoint by its label in `result`.

    `version`: of GUIE Atlas.
    """
    curves = {name: curve for name, history in histories.items() if (curve := curve_of(history)) is not None}
    first = result["checkpoints"][0]
    about = {
        "Gallery": gallery.name,
        IMAGES: gallery.fingerprint,
        LABELS: gallery.labels_fingerprint,
        "Protocol": result["protocol"],
        "Queries of study mP@5": f"{first['n_images']:,}",
        "Queries of GUIE mP@5 and recall@1": f"{first['n_queries']:,}",
        "Queries without a match in the index": f"{first['n_excluded']:,}",
        "Images in the index": f"{first['n_index']:,}",
        "Command": command,
        "Versions": f"GUIE Atlas {version}, Python {platform.python_version()}, PyTorch {torch.__version__},"
        f" NumPy {np.__version__}",
        "Date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    }
    return Report(result, curves, about, default, query_scores_of(gallery, scores) if scores else (), errors)


def as_command(gallery: str, checkpoints: Sequence[str]) -> str:
    """The command that gives the same numbers. The arguments are what --gallery and --checkpoints take."""
    return shlex.join(["python", "-m", "trainer", "compare", "--gallery", gallery, "--checkpoints", *checkpoints])
