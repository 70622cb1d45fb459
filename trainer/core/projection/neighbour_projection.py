"""What UMAP and t-SNE share: a PCA start, nearest neighbours, and gradient descent for new images in a fixed map."""

from abc import abstractmethod

import numpy as np

from trainer.core.models.principal_axes import PrincipalAxes
from trainer.core.projection.base import FittedMap, Projection
from trainer.core.projection.fit_parameters import FitParameters, distances
from trainer.core.projection.out_of_sample import memberships
from trainer.core.retrieval.knn import neighbours_of_all
from trainer.core.retrieval.search import Neighbours

MIN_IMAGES = 5  # fewer have no structure beyond PCA
TRANSFORM_STEPS = 100
TRANSFORM_BATCH = 64  # queries


class NeighbourProjection(Projection):
    """`fit` falls back to PCA for fewer than MIN_IMAGES rows and for rows on one line."""

    def fit(
        self, embeddings: np.ndarray, parameters: FitParameters, neighbours: Neighbours | None = None
    ) -> np.ndarray:
        start = PrincipalAxes(embeddings, self.dims).transform(embeddings)
        if len(embeddings) < MIN_IMAGES or (np.ptp(start, axis=0) == 0).any():
            return start
        k = self.n_neighbors(len(embeddings), parameters)
        if k and neighbours is None:
            neighbours = neighbours_of_all(embeddings, k)
        return self.optimize(embeddings, start, neighbours, parameters)

    @abstractmethod
    def optimize(
        self,
        embeddings: np.ndarray,
        start: np.ndarray,
        neighbours: Neighbours | None,
        parameters: FitParameters,
    ) -> np.ndarray:
        """`start` (N, dims), the PCA -> (N, dims) float32. `neighbours` is None if `n_neighbors` is 0."""

    @abstractmethod
    def transform_neighbors(self, n: int, parameters: FitParameters) -> int:
        """How many neighbours of a query `transform` uses on a map of N images."""

    def attraction_weights(self, distance: np.ndarray, n: int, parameters: FitParameters) -> np.ndarray:
        """(Q, K) distances of a query's neighbours, nearest first -> (Q, K) weights of their attraction."""
        return memberships(distance)

    @abstractmethod
    def step(
        self,
        place: np.ndarray,
        near: np.ndarray,
        weight: np.ndarray,
        fixed: np.ndarray,
        parameters: FitParameters,
    ) -> np.ndarray:
        """One descent step (Q, dims) for queries at `place` (Q, dims).

        `near` (Q, K, dims) attract with `weight` (Q, K); `fixed` (F, dims), a sample of the map, repel.
        """

    def transform(self, fitted: FittedMap, new: np.ndarray, exclude: np.ndarray | None = None) -> np.ndarray:
        """Start at the weighted mean of the neighbours, then descend with a falling step size; the gallery is fixed.

        No query changes the place of another.
        """
        if len(fitted.xy) < MIN_IMAGES:
            return fitted.axes.transform(new)
        batches = [slice(start, start + TRANSFORM_BATCH) for start in range(0, len(new), TRANSFORM_BATCH)]
        places = [self._place(fitted, new[rows], None if exclude is None else exclude[rows]) for rows in batches]
        return np.concatenate(places).astype(np.float32)

    def _place(self, fitted: FittedMap, new: np.ndarray, exclude: np.ndarray | None) -> np.ndarray:
        parameters, n = fitted.parameters, len(fitted.xy)
        found = fitted.index.search(new, self.transform_neighbors(n, parameters), exclude)
        distance = distances(found.similarity, parameters.metric).astype(np.float64)
        near = fitted.xy[found.rows].astype(np.float64)  # (Q, K, dims)
        weight = memberships(distance)
        place = (weight[:, :, None] * near).sum(1) / weight.sum(1)[:, None]
        weight = self.attraction_weights(distance, n, parameters)
        for step in range(TRANSFORM_STEPS):
            rate = 1 - step / TRANSFORM_STEPS
            place = place + rate * self.step(place, near, weight, fitted.fixed_sample, parameters)
        return place
