"""What a checkpoint confuses and what may be wrong with the data, as the Compare tab shows it below its list.

tables = error_tables(gallery, checkpoint, embeddings, "atlas", "guie_mp5")
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from trainer.core.data.gallery import Gallery
from trainer.core.data.sources import UNKNOWN_TYPE
from trainer.core.models.checkpoint import Checkpoint
from trainer.core.retrieval.error_analysis.confusion import confusion
from trainer.core.retrieval.error_analysis.label_errors import probable_label_errors
from trainer.core.retrieval.error_analysis.near_duplicates import (
    MAX_BITS,
    MIN_SIMILARITY,
    MOST_PAIRS,
    candidate_pairs,
    near_duplicates,
)
from trainer.core.retrieval.error_analysis.queries import K, all_query_neighbours
from trainer.core.retrieval.evaluation import protocol
from trainer.core.retrieval.knn import nearest_rows
from trainer.core.retrieval.metric_names import METRIC_TITLES
from trainer.export.comparison_report.table import Table

MAX_IMAGES = 20_000  # of more, the tables take minutes
MOST_LISTED = 20


def error_tables(
    gallery: Gallery,
    checkpoint: Checkpoint,
    embeddings: np.ndarray,
    name: str,
    metric: str,
    files: Sequence[Path] | None = None,
) -> list[Table]:
    """Confusion of object types, near-duplicates of the queries, and probable label errors, by one checkpoint.

    `embeddings` (N, E) unit rows; `name`: of the checkpoint in the report; `files`: an image of each row, by default
    the gallery's own. Of a gallery of more than MAX_IMAGES, a table without rows that says so.
    """
    if len(gallery) > MAX_IMAGES:
        note = f"Left out: the gallery has {len(gallery):,} images, more than {MAX_IMAGES:,}. The page shows them."
        return [Table("Confusion, near-duplicates and probable label errors", ["table"], [], note)]
    images = files or [Path(path) for path in gallery.table["path"]]
    found = [_confusion(gallery, checkpoint, embeddings, name, metric)]
    found.append(_duplicates(gallery, checkpoint, embeddings, name, images))
    found.append(_label_errors(gallery, checkpoint, embeddings, name))
    return [table for table in found if table is not None]


def _confusion(
    gallery: Gallery, checkpoint: Checkpoint, embeddings: np.ndarray, name: str, metric: str
) -> Table | None:
    query = protocol(gallery).rows(metric)
    types = np.where(gallery.object_types == UNKNOWN_TYPE, "", gallery.object_types)
    if not len(query) or not (types[query] != "").any():
        return None
    nearest = all_query_neighbours(gallery, checkpoint, embeddings, metric)
    found = confusion(types[query], types[nearest.rows], gallery.type_order)
    rows = [
        [label, *(f"{100 * share:.0f} %" for share in shares), f"{n:,}"]
        for label, shares, n in zip(found.rows, found.shares, found.n_queries, strict=True)
    ]
    head = ["object type of the query", *(column or "others" for column in found.columns), "queries"]
    note = f"Of the {K} nearest images of the queries in a row, the percentage in each column."
    return Table(f"Confusion of object types by {name} ({METRIC_TITLES[metric]})", head, rows, note)


def _duplicates(
    gallery: Gallery, checkpoint: Checkpoint, embeddings: np.ndarray, name: str, files: Sequence[Path]
) -> Table | None:
    query = protocol(gallery).query
    if not len(query):
        return None
    nearest = all_query_neighbours(gallery, checkpoint, embeddings, "guie_mp5")
    pairs, similarity = candidate_pairs(query, nearest)
    found = near_duplicates(files, pairs[:MOST_PAIRS], similarity[:MOST_PAIRS])
    ids = gallery.table["image_id"].to_numpy(dtype=str)
    rows = [[ids[p.one], ids[p.other], f"{p.similarity:.3f}", str(p.bits)] for p in found[:MOST_LISTED]]
    note = (
        f"{len(found):,} found among the {K} nearest index images of {len(query):,} queries; cosine by {name} of at"
        f" least {MIN_SIMILARITY:.2f}, difference hashes of 64 bits that differ in at most {MAX_BITS}."
    )
    return Table("Near-duplicates of queries in the index", ["query", "index image", "cosine", "bits"], rows, note)


def _label_errors(gallery: Gallery, checkpoint: Checkpoint, embeddings: np.ndarray, name: str) -> Table | None:
    if not (gallery.classes != "").any():
        return None
    found = probable_label_errors(gallery.classes, nearest_rows(gallery, checkpoint, embeddings))
    ids = gallery.table["image_id"].to_numpy(dtype=str)
    rows = [
        [ids[one.row], str(gallery.classes[one.row]), f"{one.own} of {one.known}", one.suggested, f"{one.other}"]
        for one in found[:MOST_LISTED]
    ]
    head = ["image", "label", "neighbours with this label", "another label", "neighbours with that label"]
    note = f"{len(found):,} images worth a second look by {name}: the label may be right and the checkpoint wrong."
    return Table("Probable label errors", head, rows, note)
