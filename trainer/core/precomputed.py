"""What the app shows of a checkpoint on a gallery: embeddings, map and metrics, computed once.

precomputed = precompute(gallery, checkpoint)       # computes what is missing, with a progress bar
"""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from trainer.core.data.gallery import Gallery
from trainer.core.models.bundled import cached_for
from trainer.core.models.checkpoint import Checkpoint
from trainer.core.models.embedder import embedding_key, gallery_embeddings
from trainer.core.progress import Progress, terminal
from trainer.core.projection.parameters import ProjectionParameters
from trainer.core.projection.projection import gallery_map
from trainer.core.retrieval.evaluation import query_scores, summary
from trainer.core.retrieval.knn import gallery_rankings
from trainer.core.retrieval.metric_names import METRICS
from trainer.core.retrieval.presence import PresenceModel
from trainer.core.retrieval.presence_fit import gallery_presence

EVALUATION_VERSION = 4


@dataclass(frozen=True)
class Precomputed:
    """`embeddings` (N, E) unit rows; `xy` (N, 2), their map; `evaluation`, the summary of evaluation.py.

    `scores`: of each query by metric, for paired tests between checkpoints. `presence`: how likely the gallery shows
    what an image of the gallery shows; None if it has too few labels.
    """

    embeddings: np.ndarray
    xy: np.ndarray
    evaluation: dict[str, Any]
    scores: dict[str, np.ndarray]
    presence: PresenceModel | None = None


def precompute(gallery: Gallery, checkpoint: Checkpoint, progress: Progress = terminal) -> Precomputed:
    """Raises BackboneError if embeddings are missing and the backbone's weights are not on this machine."""
    embeddings = gallery_embeddings(gallery, checkpoint, progress)
    xy = gallery_map(gallery, checkpoint, ProjectionParameters(), progress)
    key = {
        "embeddings": embedding_key(gallery, checkpoint),
        "labels": gallery.labels_fingerprint,
        "name": checkpoint.name,
        "version": EVALUATION_VERSION,
    }

    def compute() -> dict[str, np.ndarray]:
        scores = query_scores(gallery, embeddings, gallery_rankings(gallery, checkpoint, embeddings))
        return {"json": np.array(json.dumps(summary(gallery, scores, checkpoint.name))), **scores}

    stored = cached_for(checkpoint, "evaluation", key, compute)
    evaluation, scores = json.loads(str(stored["json"])), {metric: stored[metric] for metric in METRICS}
    return Precomputed(embeddings, xy, evaluation, scores, gallery_presence(gallery, checkpoint, embeddings))
