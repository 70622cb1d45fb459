"""What a checkpoint is worth on a gallery, as one plain dictionary (the JSON of `python -m trainer evaluate`)."""

from typing import Any

import numpy as np

from trainer.core.gallery import Gallery
from trainer.core.metrics import guie_mean_precision, study_mean_precision

WITH_SPLITS = "study over query and index pictures; GUIE and recall@1 of the queries against the index"
WITHOUT_SPLITS = "every picture is a query once against all others"


def evaluate(gallery: Gallery, embeddings: np.ndarray, checkpoint: str) -> dict[str, Any]:
    """Both mP@5 and recall@1 of (N, E) unit rows, overall and for each object type.

    Where the gallery has query and index pictures those are scored and the others are left out; otherwise all are
    (`protocol` says which). `n_images` are the pictures scored by the study's metric, `n_queries` those by GUIE's,
    `n_excluded` queries without a match in the index. A figure that cannot be had is None, as where no class is known
    or fewer than five others are there.
    """
    query, index = gallery.rows("query"), gallery.rows("index")
    split = len(query) > 0 and len(index) > 0
    if not split:
        query = index = np.arange(len(gallery))
    scored = np.union1d(query, index)
    types, classes, ids = gallery.object_types, gallery.classes, gallery.table["image_id"].to_numpy(dtype=str)

    study = study_mean_precision(embeddings[scored], types[scored]) if len(scored) > 5 else None
    instance = (embeddings[query], classes[query], embeddings[index], classes[index])
    guie = guie_mean_precision(*instance, query_ids=ids[query], index_ids=ids[index])

    def of_type(name: str) -> dict[str, Any]:
        queries = types[query] == name
        return {
            "study_mp5": _mean(study.per_query[types[scored] == name]) if study else None,
            "guie_mp5": _mean(guie.per_query[queries]),
            "recall_at_1": _mean(guie.first[queries]),
            "n": int((types[scored] == name).sum()),
            "n_queries": int((queries & ~np.isnan(guie.per_query)).sum()),
        }

    return {
        "gallery": gallery.name,
        "checkpoint": checkpoint,
        "n_images": len(scored),
        "study_mp5": study.mean if study else None,
        "guie_mp5": _mean(guie.per_query),
        "recall_at_1": _mean(guie.first),
        "n_queries": len(query) - guie.n_excluded,
        "n_index": len(index),
        "n_excluded": guie.n_excluded,
        "n_skipped": len(gallery.skipped),
        "protocol": WITH_SPLITS if split else WITHOUT_SPLITS,
        "per_type": {name: of_type(name) for name in gallery.type_order if (types[scored] == name).any()},
    }


def _mean(per_query: np.ndarray) -> float | None:
    known = per_query[~np.isnan(per_query)]
    return float(known.mean()) if len(known) else None
