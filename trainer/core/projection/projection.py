"""Maps of embeddings in two or three dimensions by UMAP, PCA or t-SNE, the same again for the same seed.

xy = gallery_map(gallery, checkpoint)                                    # (N, 2), computed once
xyz = gallery_map(gallery, checkpoint, ProjectionParameters("umap-3d"))         # (N, 3)
places = PlacedMap(xy, embeddings).transform(new)                        # (Q, 2), in placement.py
"""

from collections.abc import Callable

import numpy as np

from trainer.core.data.gallery import Gallery
from trainer.core.errors import UserError
from trainer.core.models.bundled import cached_for
from trainer.core.models.checkpoint import Checkpoint
from trainer.core.models.embedder import embedding_key, gallery_embeddings
from trainer.core.progress import Progress, terminal
from trainer.core.projection.parameters import USED, ProjectionParameters
from trainer.core.projection.umap_graph import curve, membership_graph
from trainer.core.retrieval.knn import nearest_others, search_others
from trainer.core.retrieval.search import Neighbours

PER_PERPLEXITY = 3  # neighbours that t-SNE looks at (van der Maaten, 2014)
MANY = 10_000  # rows, beyond which fewer epochs do, as in umap-learn
EPOCHS, EPOCHS_OF_MANY = 500, 200
MOST_TSNE = 30_000  # pictures; beyond that t-SNE takes longer than anyone waits


def gallery_map(
    gallery: Gallery,
    checkpoint: Checkpoint,
    parameters: ProjectionParameters = ProjectionParameters(),
    progress: Progress = terminal,
) -> np.ndarray:
    """(N, dims) float32 coordinates, row i of image i; computed once.

    Raises UserError where the gallery is too large for the projection.
    """
    key = {"embeddings": embedding_key(gallery, checkpoint), **parameters.key()}
    if parameters.projection == "t-sne" and len(gallery) > MOST_TSNE:
        message = f"t-SNE of {len(gallery)} pictures: expected at most {MOST_TSNE}; choose UMAP."
        raise UserError(message, key="tsne_too_large", n=len(gallery), most=MOST_TSNE)

    def compute() -> dict[str, np.ndarray]:
        embeddings = gallery_embeddings(gallery, checkpoint, progress)
        k = _neighbours_asked(len(embeddings), parameters)
        nearest = nearest_others(gallery, checkpoint, embeddings, k, progress) if k else None
        todo = ((e, parameters, nearest) for e in [embeddings])
        (xy,) = progress((project(*one) for one in todo), total=1, desc=f"map of {gallery.name}", unit="map")
        return {"xy": xy}

    return cached_for(checkpoint, "map", key, compute)["xy"]


def project(
    embeddings: np.ndarray, parameters: ProjectionParameters = ProjectionParameters(), nearest: Neighbours | None = None
) -> np.ndarray:
    """(N, E) unit rows -> (N, dims) float32.

    `nearest`: the neighbours of every row without itself, where they are known already; else FAISS finds them.
    Fewer than 5 rows, or rows on one line, are laid out by PCA alone: nothing else can be learnt from them.
    """
    start = PrincipalAxes(embeddings, parameters.dims).places(embeddings)
    k = _neighbours_asked(len(embeddings), parameters)
    if not k or (np.ptp(start, axis=0) == 0).any():
        return start
    nearest = nearest or search_others(embeddings, k)
    distance = distances(nearest.similarity, parameters.metric)
    return METHODS[parameters.projection](start, nearest.rows, distance, parameters)


def distances(similarity: np.ndarray, metric: str) -> np.ndarray:
    """Cosine similarities -> float32 distances: 1 - s, or the length of the line between two unit rows."""
    return DISTANCES[metric]((1 - similarity).clip(0)).astype(np.float32)


class PrincipalAxes:
    """PCA of (N, E) rows: the widest directions, signs fixed so that runs agree, scaled to a deviation of 1."""

    def __init__(self, embeddings: np.ndarray, dims: int) -> None:
        self.dims, self.mean = dims, embeddings.mean(0)
        centred = embeddings - self.mean
        # The square of a tall table has the same axes, and they are found in no time.
        _, _, axes = np.linalg.svd(centred.T @ centred if len(centred) > MANY else centred, full_matrices=False)
        self.axes = axes[:dims] * np.sign(axes[:dims, np.abs(axes[:dims]).argmax(1)].diagonal())[:, None]
        self.scale = 1.0
        self.scale = max(float(self.places(embeddings).std()), 1e-6)

    def places(self, embeddings: np.ndarray) -> np.ndarray:
        """(M, E) -> (M, dims) float32; zeros where the rows span fewer directions."""
        places = np.zeros((len(embeddings), self.dims), np.float32)
        places[:, : len(self.axes)] = (embeddings - self.mean) @ self.axes.T
        return places / self.scale


def _neighbours_asked(n: int, parameters: ProjectionParameters) -> int:
    """How many neighbours of each row the projection needs; 0 where it is PCA or falls back to it."""
    if not USED[parameters.projection] or n < 5:
        return 0
    k = parameters.n_neighbors
    return min(PER_PERPLEXITY * k + 1 if parameters.projection == "t-sne" else k, n - 1)


def _umap(start: np.ndarray, rows: np.ndarray, distance: np.ndarray, parameters: ProjectionParameters) -> np.ndarray:
    """UMAP (McInnes et al., 2018) from exact neighbours and the PCA."""
    from trainer.core.projection.umap_optimizer import layout

    # umap-learn's first places too are 10 wide along each axis; wider ones end in islands far apart.
    start = 10 * (start - start.min(0)) / np.ptp(start, axis=0)
    epochs = EPOCHS if len(rows) <= MANY else EPOCHS_OF_MANY
    graph = membership_graph(rows, distance)
    return layout(start, graph, epochs, *curve(parameters.min_dist), parameters.seed)


def _tsne(start: np.ndarray, rows: np.ndarray, distance: np.ndarray, parameters: ProjectionParameters) -> np.ndarray:
    """Barnes-Hut t-SNE (van der Maaten, 2014) by scikit-learn, from the PCA (Kobak and Berens, 2019).

    On one thread: several add up in any order, and the map would not be the same again.
    """
    from scipy.sparse import csr_matrix
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    n = len(rows)
    # scikit-learn counts a point as its own first neighbour.
    rows = np.column_stack([np.arange(n), rows]).astype(np.int32)
    distance = np.column_stack([np.zeros(n, np.float32), distance])
    graph = csr_matrix((distance.ravel(), rows.ravel(), np.arange(0, rows.size + 1, rows.shape[1])), (n, n))
    model = TSNE(
        perplexity=perplexity(n, parameters), metric="precomputed", init=start * 1e-4, random_state=parameters.seed
    )
    with threadpool_limits(1):
        return model.fit_transform(graph).astype(np.float32)


# projections that start from PCA; `pca` itself asks for no neighbours
METHODS = {"umap-2d": _umap, "umap-3d": _umap, "t-sne": _tsne}
# metric -> distance from the cosine distance 1 - s of unit rows
DISTANCES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "cosine": lambda cosine: cosine,
    "euclidean": lambda cosine: np.sqrt(2 * cosine),
}


def perplexity(n: int, parameters: ProjectionParameters) -> float:
    """`n_neighbors`, or what N rows allow."""
    return min(float(parameters.n_neighbors), (n - 2) / PER_PERPLEXITY)
