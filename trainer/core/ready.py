"""All that is shown of a checkpoint on a gallery: embeddings, map and metrics, from disk where they are.

ready = prepare(gallery, checkpoint)       # computes what is missing, with a progress bar
"""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from trainer.core.checkpoint import Checkpoint, CheckpointError
from trainer.core.embedder import embedding_key, gallery_embeddings
from trainer.core.evaluation import METRICS, protocol, query_scores, summary
from trainer.core.gallery import Gallery
from trainer.core.map_parameters import MapParameters
from trainer.core.progress import Progress, terminal
from trainer.core.projection import gallery_map
from trainer.core.store import cached

EVALUATION_VERSION = 2
EVALUATION_KEYS = {*METRICS, "intervals", "n_images", "n_queries", "protocol", "per_type"}


@dataclass(frozen=True)
class Ready:
    """`embeddings` (N, E) unit rows, `xy` (N, 2) their map, `evaluation` and `scores` as evaluation.py gives them.

    `scores` are those of single queries by metric, for paired tests between checkpoints.
    """

    embeddings: np.ndarray
    xy: np.ndarray
    evaluation: dict[str, Any]
    scores: dict[str, np.ndarray]


def prepare(
    gallery: Gallery, checkpoint: Checkpoint, progress: Progress = terminal, keep_with_checkpoint: bool = False
) -> Ready:
    """Raises BackboneError where embeddings are missing and the backbone's weights are not at hand.

    `keep_with_checkpoint` stores what is computed in the checkpoint's `ready/`, to travel with it.
    """
    embeddings = gallery_embeddings(gallery, checkpoint, progress, keep_with_checkpoint)
    xy = gallery_map(gallery, checkpoint, MapParameters(), progress, keep_with_checkpoint)
    key = {
        "embeddings": embedding_key(gallery, checkpoint),
        "labels": gallery.labels_fingerprint,
        "version": EVALUATION_VERSION,
    }

    def compute() -> dict[str, np.ndarray]:
        scores = query_scores(gallery, embeddings)
        return {"json": np.array(json.dumps(summary(gallery, scores, checkpoint.name))), **scores}

    stored = cached("evaluation", key, compute, checkpoint.ready_dir, keep_with_checkpoint)
    try:
        evaluation = json.loads(str(stored["json"]))
        scores = {metric: stored[metric] for metric in METRICS}
        asked = protocol(gallery)
        complete = evaluation.keys() >= EVALUATION_KEYS and evaluation["intervals"].keys() == set(METRICS)
        complete &= all(scores[metric].shape == asked.rows(metric).shape for metric in METRICS)
        complete &= bool(xy.shape == (len(gallery), 2) and np.isfinite(xy).all())
    except (KeyError, ValueError, AttributeError):
        complete = False
    if not complete:
        raise CheckpointError(
            f"{checkpoint.name}: map or metrics in {checkpoint.ready_dir} are not those of {gallery.name};"
            " delete that folder."
        )
    return Ready(embeddings, xy, evaluation, scores)
