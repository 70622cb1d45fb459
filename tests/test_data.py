"""Which pictures train, which measure, which are held out."""

from dataclasses import replace

import numpy as np
import pytest

from trainer.core.errors import UserError
from trainer.core.features import gallery_features
from trainer.core.gallery import Gallery, open_gallery
from trainer.data import training_data


def rows_of(features, gallery):
    """Row numbers of the gallery that these features are."""
    known = {row.tobytes(): i for i, row in enumerate(gallery_features(gallery, "tiny"))}
    return [known[row.tobytes()] for row in features]


def test_query_and_index_pictures_are_never_used(gallery, recipe):
    data = training_data([gallery], recipe)
    used = [row for part in (data.train, data.val, data.held_out) for row in rows_of(part, gallery)]
    assert len(used) == len(set(used)) == 72
    assert set(gallery.table["split"][used]) == {"train"}


def test_labels_belong_to_their_features(gallery, recipe):
    data = training_data([gallery], recipe)
    names = sorted(set(gallery.classes[rows_of(data.train, gallery)]))
    assert data.n_classes == len(names) == 6
    for features, labels in ((data.train, data.train_labels), (data.val, data.val_labels)):
        assert [names[label] for label in labels] == gallery.classes[rows_of(features, gallery)].tolist()
    held_out = rows_of(data.held_out, gallery)
    assert data.held_out_classes.tolist() == gallery.classes[held_out].tolist()
    assert data.held_out_types.tolist() == gallery.object_types[held_out].tolist()


def test_held_out_classes_are_seen_by_neither(gallery, recipe):
    data = training_data([gallery], recipe)
    seen = {gallery.classes[row] for part in (data.train, data.val) for row in rows_of(part, gallery)}
    assert not seen & set(data.held_out_classes)
    assert set(data.held_out_types) == {"apparel", "cars", "toys"}  # a share of each type
    assert len(set(data.held_out_classes)) == 3
    nothing = training_data([gallery], replace(recipe, validation_classes=0.0))
    assert len(nothing.held_out) == 0
    assert nothing.n_classes == 9


def test_one_picture_in_six_measures_the_loss(gallery, recipe):
    data = training_data([gallery], recipe)
    assert np.bincount(data.val_labels).tolist() == [1] * 6  # 8 // 6 of each class


def test_pictures_of_split_val_measure_where_there_are_some(gallery, recipe):
    table = gallery.table.copy()
    first = table.groupby(["object_type", "class_name"]).head(2).index
    table.loc[first.intersection(table.index[table["split"] == "train"]), "split"] = "val"
    marked = Gallery("marked", table, gallery.content)
    data = training_data([marked], recipe)
    assert set(table["split"][rows_of(data.val, gallery)]) == {"val"}
    assert set(table["split"][rows_of(data.train, gallery)]) == {"train"}


def test_near_duplicates_of_validation_pictures_are_removed(gallery, recipe, photos_copy):
    """The same photographs in a second gallery: no training picture may equal one that measures."""
    plain = replace(recipe, validation_classes=0.0)
    table = gallery.table.copy()
    table.loc[table["split"] == "query", "split"] = "val"
    table.loc[table["split"] == "index", "split"] = "train"
    measuring = Gallery("measuring", table, gallery.content)
    copies = open_gallery(str(photos_copy))
    copies = Gallery("copies", copies.table.assign(split="train"), copies.content)
    data = training_data([measuring, copies], plain)
    similarity = unit(data.train) @ unit(data.val).T
    assert len(data.val) == 18
    assert similarity.max() <= 0.98 + 1e-6
    assert data.n_duplicates >= 18  # each has its copy
    assert data.summary()["near_duplicates_removed"] == data.n_duplicates
    assert len(data.train) == 2 * 144 - 18 - data.n_duplicates


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_small_classes_are_left_out(gallery, recipe):
    few = gallery.table.copy()
    rows = few.index[(few["split"] == "train") & (few["object_type"] == "cars") & (few["class_name"] == "blue")]
    few.loc[rows[1:], "class_name"] = ""  # of one class a single picture is left, the others are unlabelled
    data = training_data([Gallery("few", few, gallery.content)], replace(recipe, validation_classes=0.0))
    assert data.n_classes == 8
    assert set(data.val_labels) <= set(data.train_labels)


def test_the_seed_decides(gallery, recipe):
    one, same, other = (training_data([gallery], replace(recipe, seed=seed)) for seed in (0, 0, 1))
    assert (one.train == same.train).all()
    assert set(one.held_out_classes) != set(other.held_out_classes) or rows_of(one.val, gallery) != rows_of(
        other.val, gallery
    )


def test_nothing_to_train_on_is_told(gallery, recipe):
    queries = Gallery("queries", gallery.table.assign(split="query"), gallery.content)
    with pytest.raises(UserError, match=r"^queries: expected pictures of split train .* found none"):
        training_data([queries], recipe)
    with pytest.raises(UserError, match="0 classes have 20 or more training pictures: expected at least 2"):
        training_data([gallery], replace(recipe, min_images_per_class=20))
