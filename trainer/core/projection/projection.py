"""Maps of embeddings in two or three dimensions, the same again for the same seed.

xy = gallery_map(gallery, checkpoint)                                       # (N, 2), computed once
xyz = gallery_map(gallery, checkpoint, ProjectionParameters("umap-3d"))     # (N, 3)
"""

import numpy as np

from trainer.core.data.gallery import Gallery
from trainer.core.errors import UserError
from trainer.core.models.bundled import cached_for
from trainer.core.models.checkpoint import Checkpoint
from trainer.core.models.embedder import embedding_key, gallery_embeddings
from trainer.core.progress import Progress, terminal
from trainer.core.projection.parameters import ProjectionParameters
from trainer.core.retrieval.knn import gallery_neighbours
from trainer.core.retrieval.search import Neighbours


def gallery_map(
    gallery: Gallery,
    checkpoint: Checkpoint,
    parameters: ProjectionParameters = ProjectionParameters(),
    progress: Progress = terminal,
) -> np.ndarray:
    """(N, dims) float32 coordinates, row i of image i; computed once.

    Raises UserError if the gallery is too large for the projection.
    """
    method, n = parameters.method, len(gallery)
    if method.max_images is not None and n > method.max_images:
        message = f"{method.title} of {n} images: expected at most {method.max_images}; choose UMAP."
        raise UserError(message, key="projection_too_large", n=n, title=method.title, most=method.max_images)
    key = {"embeddings": embedding_key(gallery, checkpoint), **parameters.key()}

    def compute() -> dict[str, np.ndarray]:
        embeddings = gallery_embeddings(gallery, checkpoint, progress)
        k = method.n_neighbors(n, parameters)
        neighbours = gallery_neighbours(gallery, checkpoint, embeddings, k, progress) if k > 0 else None
        jobs = (project(table, parameters, neighbours) for table in [embeddings])
        (xy,) = progress(jobs, total=1, desc=f"map of {gallery.name}", unit="map")
        return {"xy": xy}

    return cached_for(checkpoint, "map", key, compute)["xy"]


def project(
    embeddings: np.ndarray,
    parameters: ProjectionParameters = ProjectionParameters(),
    neighbours: Neighbours | None = None,
) -> np.ndarray:
    """(N, E) unit rows -> (N, dims) float32. `neighbours` of each row, without itself, are searched if not given."""
    return parameters.method.fit(embeddings, parameters, neighbours)
