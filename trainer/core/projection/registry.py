"""All projections by name. A new one takes a class in a file of its own and a line here."""

from trainer.core.projection.base import Projection
from trainer.core.projection.pca import Pca
from trainer.core.projection.tsne import TSne
from trainer.core.projection.umap_projection import Umap

PROJECTIONS: dict[str, Projection] = {"umap-2d": Umap(2), "umap-3d": Umap(3), "pca": Pca(), "t-sne": TSne()}
