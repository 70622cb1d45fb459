"""The nearest of every image, against sorting all similarities."""

import numpy as np

from trainer.core.models.embedder import gallery_embeddings
from trainer.core.retrieval.knn import nearest_rows, type_hits
from trainer.core.retrieval.metrics import study_mean_precision


def test_rows_are_the_nearest_others(gallery, checkpoint):
    embeddings = gallery_embeddings(gallery, checkpoint)
    similarity = embeddings @ embeddings.T
    np.fill_diagonal(similarity, -np.inf)
    rows = nearest_rows(gallery, checkpoint, embeddings)
    assert rows.shape == (len(gallery), 5)
    best = -np.sort(-similarity, axis=1)[:, :5]
    np.testing.assert_allclose(np.take_along_axis(similarity, rows.astype(int), 1), best, atol=1e-5)
    assert (rows != np.arange(len(gallery))[:, None]).all()


def test_hits_are_the_n_of_the_studys_n_of_five(gallery, checkpoint):
    embeddings = gallery_embeddings(gallery, checkpoint)
    hits = type_hits(nearest_rows(gallery, checkpoint, embeddings), gallery.object_types)
    assert hits.dtype == np.uint8
    np.testing.assert_allclose(hits / 5, study_mean_precision(embeddings, gallery.object_types).per_query)


def test_it_is_computed_once(gallery, checkpoint):
    embeddings = gallery_embeddings(gallery, checkpoint)
    first = nearest_rows(gallery, checkpoint, embeddings, k=3)
    again = nearest_rows(gallery, checkpoint, np.full((1, 1), np.nan, np.float32), k=3)  # not even looked at
    assert (first == again).all()
