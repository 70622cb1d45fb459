"""PCA: the directions of largest variance."""

import numpy as np

from trainer.core.models.principal_axes import PrincipalAxes
from trainer.core.projection.base import FittedMap, Projection
from trainer.core.projection.fit_parameters import FitParameters
from trainer.core.retrieval.search import Neighbours


class Pca(Projection):
    title = "PCA"

    def fit(
        self, embeddings: np.ndarray, parameters: FitParameters, neighbours: Neighbours | None = None
    ) -> np.ndarray:
        return PrincipalAxes(embeddings, self.dims).transform(embeddings)

    def transform(self, fitted: FittedMap, new: np.ndarray, exclude: np.ndarray | None = None) -> np.ndarray:
        return fitted.axes.transform(new)
