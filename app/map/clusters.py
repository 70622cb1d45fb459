"""Clusters of the gallery's embeddings for the map, as a packed file.

packed = cluster_file(library, "atlas", "kmeans", 11)       # gzip; see `packed_files.pack`
"""

import gzip
from dataclasses import asdict

import numpy as np

from app.library.library import Library
from app.library.packed_files import pack
from app.map.view import BAD_VIEW
from trainer.core.cache import cached
from trainer.core.data.sources import UNKNOWN_TYPE
from trainer.core.errors import UserError
from trainer.core.models.embedder import embedding_key
from trainer.core.retrieval.clustering import METHODS, NO_CLUSTER, agreement

CLUSTERS_VERSION = 1


def clusters_of(library: Library, checkpoint: str, method: str, number: int) -> np.ndarray:
    """(N,) cluster of each image, -1 for none; stored in the cache. Raises UserError for what `METHODS` refuse."""
    served = library.checkpoint(checkpoint)
    if method not in METHODS:
        raise UserError(BAD_VIEW, key="foreign_view")
    embeddings = served.precomputed.embeddings
    key = {"embeddings": embedding_key(library.gallery, served.checkpoint), "method": method, "number": number}
    found = cached(
        "clusters", key | {"version": CLUSTERS_VERSION}, lambda: {"clusters": METHODS[method](embeddings, number)}
    )
    return found["clusters"]


def cluster_file(library: Library, checkpoint: str, method: str, number: int) -> bytes:
    """The gzip of a packed file: `codes` (N,), where the last code means no cluster, and a header.

    Header: `n_clusters`; `agreement` with types and classes, each the fields of `Agreement` or None.
    """
    clusters = clusters_of(library, checkpoint, method, number)
    n_clusters = int(clusters.max()) + 1
    codes = np.where(clusters == NO_CLUSTER, n_clusters, clusters)
    gallery = library.gallery
    types = np.where(gallery.object_types == UNKNOWN_TYPE, "", gallery.object_types)
    labels = {"type": types, "class": gallery.classes}
    found = {name: agreement(clusters, truth) for name, truth in labels.items()}
    header = {
        "n_clusters": n_clusters,
        "agreement": {name: asdict(one) if one else None for name, one in found.items()},
    }
    return gzip.compress(pack(header, {"codes": codes.astype("<u4")}), 6, mtime=0)
