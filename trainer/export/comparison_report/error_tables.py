"""What a checkpoint confuses and what may be wrong with the data, as the Compare tab shows it around its list.

tables = error_tables(gallery, checkpoint, embeddings, "atlas", "guie_mp5")
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from trainer.core.data.gallery import Gallery
from trainer.core.data.sources import UNKNOWN_TYPE
from trainer.core.models.checkpoint import Checkpoint
from trainer.core.retrieval.error_analysis.confusion import LabelPair, confusion, label_pairs
from trainer.core.retrieval.error_analysis.label_errors import probable_label_errors
from trainer.core.retrieval.error_analysis.leakage import Split, query_duplicates, training_rows
from trainer.core.retrieval.error_analysis.near_duplicates import MAX_BITS, MIN_SIMILARITY, MOST_PAIRS
from trainer.core.retrieval.error_analysis.queries import K, all_query_neighbours
from trainer.core.retrieval.evaluation import protocol
from trainer.core.retrieval.knn import nearest_rows
from trainer.core.retrieval.metric_names import METRIC_TITLES
from trainer.export.comparison_report.table import Table

MOST_LISTED = 20
MOST_CONFUSED = 50
SPLITS: dict[Split, tuple[str, str]] = {
    "index": ("Near-duplicates of queries in the index", "index image"),
    "train": ("Near-duplicates of queries among the training images", "training image"),
}


def error_tables(
    gallery: Gallery,
    checkpoint: Checkpoint,
    embeddings: np.ndarray,
    name: str,
    metric: str,
    thumbnails: Sequence[Path] | None = None,
) -> list[Table]:
    """Confusion of object types and of classes, near-duplicates of the queries, and probable label errors.

    By one checkpoint: `embeddings` (N, E) unit rows; `name`: of the checkpoint in the report; `thumbnails`: see
    `query_duplicates`. A table that needs labels or images which the gallery does not have is left out. 130,000 images
    take about two minutes if nothing is cached.
    """
    found = [
        _confused_types(gallery, checkpoint, embeddings, name, metric),
        _confused_classes(gallery, checkpoint, embeddings, name, metric),
        *(_duplicates(gallery, checkpoint, embeddings, name, split, thumbnails) for split in SPLITS),
        _label_errors(gallery, checkpoint, embeddings, name),
    ]
    return [table for table in found if table is not None]


def _confused_types(
    gallery: Gallery, checkpoint: Checkpoint, embeddings: np.ndarray, name: str, metric: str
) -> Table | None:
    query, nearest = _neighbours(gallery, checkpoint, embeddings, metric)
    types = np.where(gallery.object_types == UNKNOWN_TYPE, "", gallery.object_types)
    found = confusion(types[query], types[nearest], gallery.type_order)
    if not found.rows:
        return None
    rows = [
        [label, *map(_percent, shares.tolist()), f"{n:,}"]
        for label, shares, n in zip(found.rows, found.shares, found.n_queries, strict=True)
    ]
    head = ["object type of the query", *(column or "others" for column in found.columns), "queries"]
    note = f"Of the {K} nearest images of the queries in a row, the percentage in each column."
    if found.n_labels > len(rows):
        note += f" The {len(rows)} object types of {found.n_labels:,} that are confused most; the CSV has all."
    records = [
        {"metric": metric, "checkpoint": name, "object_type": pair.label} | _record(pair, "no object type")
        for pair in label_pairs(types[query], types[nearest])
    ]
    title = f"Confusion of object types by {name} ({METRIC_TITLES[metric]})"
    return Table(title, head, rows, note, records=records)


def _confused_classes(
    gallery: Gallery, checkpoint: Checkpoint, embeddings: np.ndarray, name: str, metric: str
) -> Table | None:
    """Of each class and another class of its object type, the largest share first."""
    query, nearest = _neighbours(gallery, checkpoint, embeddings, metric)
    pairs = label_pairs(gallery.classes[query], gallery.classes[nearest])
    if not pairs:
        return None
    of_type = {pair.label: pair.label.partition("/")[0] for pair in pairs}
    confused = [pair for pair in pairs if pair.neighbour not in ("", pair.label)]
    confused = [pair for pair in confused if pair.neighbour.partition("/")[0] == of_type[pair.label]]
    confused.sort(key=lambda pair: -pair.share)
    rows = [[pair.label, pair.neighbour, _percent(pair.share), f"{pair.n_queries:,}"] for pair in confused]
    records = [
        {"metric": metric, "checkpoint": name, "object_type": of_type[pair.label], "class": pair.label}
        | _record(pair, "no class")
        for pair in pairs
    ]
    head = ["class of the query", "class of the neighbours", "share", "queries"]
    note = f"Of the {K} nearest images of the queries of a class, the percentage with another class of the same type."
    title = f"Confusion of classes by {name} ({METRIC_TITLES[metric]})"
    return Table(title, head, rows, note, MOST_CONFUSED, records)


def _percent(share: float) -> str:
    if not share:
        return ""
    return f"{100 * share:.0f} %" if share >= 0.005 else "<1 %"


def _record(pair: LabelPair, unknown: str) -> dict[str, Any]:
    return {"neighbour": pair.neighbour or unknown, "value": pair.share, "n": pair.n_queries}


def _neighbours(
    gallery: Gallery, checkpoint: Checkpoint, embeddings: np.ndarray, metric: str
) -> tuple[np.ndarray, np.ndarray]:
    """Row numbers of the queries (Q,) and of their neighbours (Q, K)."""
    return protocol(gallery).rows(metric), all_query_neighbours(gallery, checkpoint, embeddings, metric).rows


def _duplicates(
    gallery: Gallery,
    checkpoint: Checkpoint,
    embeddings: np.ndarray,
    name: str,
    split: Split,
    thumbnails: Sequence[Path] | None,
) -> Table | None:
    query = protocol(gallery).query
    if not len(query) or (split == "train" and not len(training_rows(gallery))):
        return None
    found = query_duplicates(gallery, checkpoint, embeddings, split, thumbnails)
    ids = gallery.table["image_id"].to_numpy(dtype=str)
    title, other = SPLITS[split]
    note = (
        f"{len(found.pairs):,} found among the {K} nearest {other}s of {len(query):,} queries; cosine by {name} of at"
        f" least {MIN_SIMILARITY:.2f}, difference hashes of 64 bits that differ in at most {MAX_BITS}."
    )
    if found.n_left_out:
        note += f" {found.n_left_out:,} similar pairs beyond the first {MOST_PAIRS:,} were not compared."
    rows = [[ids[p.one], ids[p.other], f"{p.similarity:.3f}", str(p.bits)] for p in found.pairs]
    records = [
        {"checkpoint": name, "value": p.similarity, "text": ids[p.one], "neighbour": ids[p.other], "n": p.bits}
        for p in found.pairs
    ]
    return Table(title, ["query", other, "cosine", "bits"], rows, note, MOST_LISTED, records)


def _label_errors(gallery: Gallery, checkpoint: Checkpoint, embeddings: np.ndarray, name: str) -> Table | None:
    if not (gallery.classes != "").any():
        return None
    found = probable_label_errors(gallery.classes, nearest_rows(gallery, checkpoint, embeddings))
    ids = gallery.table["image_id"].to_numpy(dtype=str)
    rows, records = [], []
    for one in found:
        label = str(gallery.classes[one.row])
        rows.append([ids[one.row], label, f"{one.own} of {one.known}", one.suggested, f"{one.other}"])
        about = {"checkpoint": name, "object_type": gallery.object_types[one.row], "class": label}
        records.append({**about, "neighbour": one.suggested, "value": one.other, "n": one.known, "text": ids[one.row]})
    head = ["image", "label", "neighbours with this label", "another label", "neighbours with that label"]
    note = f"{len(found):,} images worth a second look by {name}: the label may be right and the checkpoint wrong."
    return Table("Probable label errors", head, rows, note, MOST_LISTED, records)
