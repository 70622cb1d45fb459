"""Clusters of the gallery as the map gets them."""

import gzip
import json
from collections import Counter

import numpy as np
import pytest
from sklearn.cluster import KMeans
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app.context import Context
from app.map.clusters import cluster_file, clusters_of
from app.map.routes import map_routes
from app.translator import Translator, locale
from trainer.__main__ import main
from trainer.core.errors import UserError


def unpacked(packed):
    """Header and codes of a packed file."""
    data = gzip.decompress(packed)
    length = int.from_bytes(data[:4], "little")
    header = json.loads(data[4 : 4 + length])
    [array] = header["arrays"]
    return header, np.frombuffer(data, "<u4", array["size"], array["offset"])


def test_purity_of_k_means_is_that_of_scikit_learn_on_the_output_of_embed(library, tmp_path):
    out = tmp_path / "z.npz"
    assert main(["embed", "--gallery", "sample", "--checkpoint", library.best, "--out", str(out)]) == 0
    with np.load(out) as stored:
        embeddings, types = stored["embeddings"], stored["object_types"]
    found = KMeans(11, n_init=10, random_state=0).fit_predict(embeddings)
    majorities = [Counter(types[found == cluster].tolist()).most_common(1)[0][1] for cluster in range(11)]
    header, codes = unpacked(cluster_file(library, library.best, "kmeans", 11))
    assert header["n_clusters"] == 11
    assert header["agreement"]["type"]["purity"] == pytest.approx(sum(majorities) / len(types))
    assert header["agreement"]["class"]["n"] == len(codes) == 721
    assert (codes == clusters_of(library, library.best, "kmeans", 11)).all()


def test_images_in_no_cluster_have_a_code_of_their_own(library):
    header, codes = unpacked(cluster_file(library, library.best, "hdbscan", 5))
    assert 0 < (codes == header["n_clusters"]).sum() < len(codes)
    assert codes.max() == header["n_clusters"]


def test_an_unknown_method_is_refused(library):
    with pytest.raises(UserError):
        cluster_file(library, library.best, "spectral", 3)


def test_the_route(library):
    client = TestClient(Starlette(routes=map_routes(Context(library, Translator("en")))))
    number = library.names.index(library.best)
    answer = client.get(f"/map/clusters/{number}/kmeans/11")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"
    refused = client.get(f"/map/clusters/{number}/kmeans/1?lang=zh-TW")
    assert refused.status_code == 400
    assert refused.text == locale("zh-TW")["errors"]["bad_kmeans"].format(n=1, images=721, most=100)
    for path in ("99/kmeans/11", f"{number}/kmeans/x", f"{number}/kmeans/-3"):
        assert client.get(f"/map/clusters/{path}").status_code == 404
    assert client.get(f"/map/clusters/{number}/nope/3").status_code == 400
