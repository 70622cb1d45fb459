"""All that is shown of a checkpoint on a gallery: embeddings, map and metrics, from disk where they are.

ready = prepare(gallery, checkpoint)       # computes what is missing, with a progress bar
"""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from trainer.core.checkpoint import Checkpoint, CheckpointError
from trainer.core.embedder import embedding_key, gallery_embeddings
from trainer.core.evaluation import evaluate
from trainer.core.gallery import Gallery
from trainer.core.progress import Progress, terminal
from trainer.core.projection import MapParameters, gallery_map
from trainer.core.store import cached

EVALUATION_VERSION = 1
EVALUATION_KEYS = {"study_mp5", "guie_mp5", "recall_at_1", "n_images", "n_queries", "protocol", "per_type"}


@dataclass(frozen=True)
class Ready:
    """`embeddings` (N, E) unit rows, `xy` (N, 2) their map, `evaluation` as `evaluation.evaluate` gives it."""

    embeddings: np.ndarray
    xy: np.ndarray
    evaluation: dict[str, Any]


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
        return {"json": np.array(json.dumps(evaluate(gallery, embeddings, checkpoint.name)))}

    stored = cached("evaluation", key, compute, checkpoint.ready_dir, keep_with_checkpoint)
    try:
        evaluation = json.loads(str(stored["json"]))
        complete = evaluation.keys() >= EVALUATION_KEYS and xy.shape == (len(gallery), 2) and np.isfinite(xy).all()
    except (KeyError, ValueError, AttributeError):
        complete = False
    if not complete:
        raise CheckpointError(
            f"{checkpoint.name}: map or metrics in {checkpoint.ready_dir} are not those of {gallery.name};"
            " delete that folder."
        )
    return Ready(embeddings, xy, evaluation)
