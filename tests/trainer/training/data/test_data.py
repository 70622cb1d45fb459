"""Which images train, which measure, which are held out."""

import numpy as np
import pytest

from tests.tiny import part_of
from trainer.core.data.gallery import Gallery, open_gallery
from trainer.core.errors import UserError
from trainer.core.models.features import gallery_features
from trainer.core.progress import silent
from trainer.training.data.held_out import _quotas
from trainer.training.data.training_data import training_data
from trainer.training.recipe import Recipe


def rows_of(features, gallery):
    """The row numbers of the gallery that have these features."""
    known = {row.tobytes(): i for i, row in enumerate(gallery_features(gallery, "tiny"))}
    return [known[row.tobytes()] for row in features]


def test_query_and_index_images_are_never_used(gallery, recipe):
    data = training_data([gallery], recipe)
    used = [row for part in (data.train, data.val, data.held_out) for row in rows_of(part.features, gallery)]
    assert len(used) == len(set(used)) == 72
    assert set(gallery.table["split"][used]) == {"train"}


@pytest.mark.parametrize("split", ["test", "query", "index", "holdout"])
def test_only_images_of_train_val_or_no_split_are_used(gallery, recipe, split):
    """Images of any other split, unknown ones included, are used neither to train nor to choose."""
    table = gallery.table.copy()
    train = table.index[table["split"] == "train"]
    table.loc[train[::3], "split"] = split
    table.loc[train[1::3], "split"] = ""
    table.loc[train[2::9], "split"] = "val"
    marked = Gallery("marked", table, gallery.content)
    data = training_data([marked], recipe)
    used = [row for part in (data.train, data.val, data.held_out) for row in rows_of(part.features, gallery)]
    assert set(table["split"][used]) == {"", "train", "val"}
    judging = part_of(marked, (marked.classes == "cars/amber") | (marked.classes == "cars/blue"), "judging")
    held_out = rows_of(training_data([gallery], recipe, validation=judging).held_out.features, gallery)
    expected = judging.table["path"][judging.table["split"].isin(["", "train", "val"])]
    assert set(gallery.table["path"][held_out]) == set(expected)
    assert 0 < len(held_out) < len(judging)


@pytest.mark.parametrize("split", ["test", "query"])
def test_a_validation_gallery_with_nothing_that_may_choose_is_refused(gallery, recipe, split):
    judging = Gallery("judging", gallery.table.assign(split=split), gallery.content)
    with pytest.raises(UserError, match=r"^--validation judging: expected images of split train .* found none"):
        training_data([gallery], recipe, validation=judging)


def test_labels_belong_to_their_features(gallery, recipe):
    data = training_data([gallery], recipe)
    names = sorted(set(gallery.classes[rows_of(data.train.features, gallery)]))
    assert data.n_classes == len(names) == 6
    for part in (data.train, data.val):
        assert [names[label] for label in part.labels] == gallery.classes[rows_of(part.features, gallery)].tolist()
        assert part.paths.tolist() == gallery.table["path"].iloc[rows_of(part.features, gallery)].tolist()
    held_out = rows_of(data.held_out.features, gallery)
    assert data.held_out.classes.tolist() == gallery.classes[held_out].tolist()
    assert data.held_out.types.tolist() == gallery.object_types[held_out].tolist()


def test_held_out_classes_are_seen_by_neither(gallery, recipe):
    data = training_data([gallery], recipe)
    seen = {gallery.classes[row] for part in (data.train, data.val) for row in rows_of(part.features, gallery)}
    assert not seen & set(data.held_out.classes)
    assert set(data.held_out.types) == {"apparel", "cars", "toys"}  # a share of each type
    assert len(set(data.held_out.classes)) == 3
    nothing = training_data([gallery], recipe.changed(validation_classes=0.0))
    assert len(nothing.held_out) == 0
    assert nothing.n_classes == 9


def test_one_image_in_six_measures_the_loss(gallery, recipe):
    data = training_data([gallery], recipe)
    assert np.bincount(data.val.labels).tolist() == [1] * 6  # 8 // 6 of each class


def test_images_of_split_val_measure_where_there_are_some(gallery, recipe):
    table = gallery.table.copy()
    first = table.groupby(["object_type", "class_name"]).head(2).index
    table.loc[first.intersection(table.index[table["split"] == "train"]), "split"] = "val"
    marked = Gallery("marked", table, gallery.content)
    data = training_data([marked], recipe)
    assert set(table["split"][rows_of(data.val.features, gallery)]) == {"val"}
    assert set(table["split"][rows_of(data.train.features, gallery)]) == {"train"}


def test_near_duplicates_of_validation_images_are_removed(gallery, recipe, photos_copy):
    """The same photographs in a second gallery: no training image may equal a validation image."""
    plain = recipe.changed(validation_classes=0.0)
    table = gallery.table.copy()
    table.loc[table["split"] == "query", "split"] = "val"
    table.loc[table["split"] == "index", "split"] = "train"
    measuring = Gallery("measuring", table, gallery.content)
    copies = open_gallery(str(photos_copy))
    copies = Gallery("copies", copies.table.assign(split="train"), copies.content)
    data = training_data([measuring, copies], plain)
    similarity = unit(data.train.features) @ unit(data.val.features).T
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
    few.loc[rows[1:], "class_name"] = ""  # one class has a single image left, the others are unlabelled
    data = training_data([Gallery("few", few, gallery.content)], recipe.changed(validation_classes=0.0))
    assert data.n_classes == 8
    assert set(data.val.labels) <= set(data.train.labels)
    assert (data.summary()["small_classes_left_out"], data.summary()["images_of_small_classes_left_out"]) == (1, 1)
    many = training_data([gallery], recipe.changed(validation_classes=0.0, measure_loss=False)).summary()
    assert (many["small_classes_left_out"], many["images_of_small_classes_left_out"]) == (0, 0)


def test_every_image_is_counted_once(gallery, recipe):
    """Each image trains, measures the loss, is held out, or is left out for a reason that the summary names."""
    table = gallery.table.copy()
    rows = table.index[table["split"] == "train"]
    table.loc[rows[:5], "class_name"] = [f"alone {number}" for number in range(5)]
    table.loc[rows[20:23], "class_name"] = ""
    data = training_data([Gallery("alone", table, gallery.content)], recipe.changed(max_images_per_class=4))
    said = data.summary()
    assert said["small_classes_left_out"] == said["images_of_small_classes_left_out"] == 5
    assert said["images_without_class_left_out"] == 3
    counted = ("train_images", "validation_images", "held_out_images", "near_duplicates_removed", "over_the_class_cap",
               "images_of_small_classes_left_out", "images_without_class_left_out")  # fmt: skip
    assert sum(said[name] for name in counted) == len(rows)


@pytest.mark.parametrize(
    ("n_classes", "share", "expected"),
    [
        ([40, 20], 0.1, [4, 2]),  # the share of each type, rounded
        ([20, 5, 5, 5, 1], 0.1, [2, 1, 1, 0, 0]),  # small types together, large ones first
        ([5] * 11, 0.1, [1] * 6 + [0] * 5),  # the sample gallery's first types; 5.5 is rounded to 6
        ([1, 5], 0.1, [0, 2]),  # two at least, and not of a type's only class
        ([1] * 11, 0.1, [0] * 11),  # object types without classes, as in the study's Dataset 11
        ([10], 0.1, [2]),  # a single class cannot be scored
        ([10], 0.0, [0]),
        ([1], 0.5, [0]),
        ([2], 0.5, [1]),
        ([40, 5], 0.0, [0, 0]),
    ],
)
def test_how_many_classes_of_each_type_are_held_out(n_classes, share, expected):
    assert _quotas(np.array(n_classes), share).tolist() == expected


def test_classes_are_held_out_of_the_sample_gallery():
    sample = open_gallery("sample")
    data = training_data([sample], Recipe(name="r", backbone="tiny"), silent)
    said = data.summary()
    assert said["held_out_classes"] >= 2
    assert said["held_out_images"] >= 6
    assert len(set(data.held_out.types)) == said["held_out_classes"]  # of as many types
    assert not set(data.held_out.classes) & set(data.train.classes)


@pytest.mark.parametrize(("kept", "held_out"), [(2, 0), (3, 0), (4, 2), (9, 2)])
def test_two_classes_stay_to_train_on(gallery, recipe, kept, held_out):
    """With one held-out class every neighbour is right: at least two classes are held out, or none."""
    classes = np.unique(gallery.classes[gallery.rows("train")])
    few = part_of(gallery, np.isin(gallery.classes, classes[:kept]), "few")
    data = training_data([few], recipe.changed(validation_classes=0.1))
    assert len(set(data.held_out.classes)) == held_out
    assert data.n_classes == kept - held_out


def test_the_seed_decides(gallery, recipe):
    one, same, other = (training_data([gallery], recipe.changed(seed=seed)) for seed in (0, 0, 1))
    assert (one.train.features == same.train.features).all()
    assert set(one.held_out.classes) != set(other.held_out.classes) or rows_of(one.val.features, gallery) != rows_of(
        other.val.features, gallery
    )


def test_nothing_to_train_on_is_an_error(gallery, recipe):
    queries = Gallery("queries", gallery.table.assign(split="query"), gallery.content)
    with pytest.raises(UserError, match=r"^queries: expected images of split train .* found none"):
        training_data([queries], recipe)
    with pytest.raises(UserError, match="0 classes have 20 or more training images: expected at least 2"):
        training_data([gallery], recipe.changed(min_images_per_class=20))


def test_a_cap_on_large_classes(gallery, recipe):
    whole, capped = (training_data([gallery], recipe.changed(max_images_per_class=cap)) for cap in (100, 4))
    assert np.bincount(capped.train.labels).tolist() == [4] * 6
    assert capped.n_over_cap == len(whole.train) - 24 > 0
    assert capped.summary()["over_the_class_cap"] == capped.n_over_cap
    assert set(capped.train.paths) < set(whole.train.paths)
    assert capped.val.paths.tolist() == whole.val.paths.tolist()  # only training images are left out
    assert capped.held_out.paths.tolist() == whole.held_out.paths.tolist()
    first_of_each = [whole.train.paths[whole.train.labels == label][:4].tolist() for label in range(6)]
    assert set(capped.train.paths) != set(np.concatenate(first_of_each))  # drawn, not the first
    again = training_data([gallery], recipe.changed(max_images_per_class=4))
    assert capped.train.paths.tolist() == again.train.paths.tolist()


def test_the_classes_of_a_validation_gallery_are_held_out(gallery, recipe, photos_copy):
    """Two classes of a copy are held out: neither its images nor others of these classes train."""
    copy = open_gallery(str(photos_copy))
    chosen = (copy.object_types == "cars") & copy.table["class_name"].isin(["amber", "blue"])
    judging = part_of(copy, chosen.to_numpy(), "judging")
    data = training_data([gallery], recipe, validation=judging)
    classes = set(judging.classes)
    assert len(classes) == 2
    assert set(data.held_out.classes) == classes
    assert len(data.held_out) == 16  # of the validation gallery alone
    assert all(str(photos_copy) in path for path in data.held_out.paths)
    assert not classes & (set(data.train.classes) | set(data.val.classes))
    assert data.n_classes == 9 - 2  # no others are held out
    assert not any(str(photos_copy) in path for path in [*data.train.paths, *data.val.paths])


def test_images_near_those_of_a_validation_gallery_do_not_train(gallery, recipe, photos_copy):
    """The same images under another class name."""
    copy = open_gallery(str(photos_copy))
    green = part_of(copy, copy.table["image_id"].str.startswith("toys/green").to_numpy(), "green")
    renamed = Gallery("renamed", green.table.assign(class_name="renamed"), green.content)
    data = training_data([gallery], recipe, validation=renamed)
    assert data.n_duplicates >= 6  # the eight less those that measure the loss
    assert not any("toys/green" in path for path in data.train.paths)


def test_labels_may_be_object_types(gallery, recipe):
    data = training_data([gallery], recipe.changed(labels="object_type"))
    assert data.label_names.tolist() == ["apparel", "cars", "toys"]
    assert [data.label_names[label] for label in data.train.labels] == data.train.types.tolist()
    assert set(data.held_out.classes).isdisjoint(data.train.classes)
    one = part_of(gallery, gallery.object_types == "cars", "cars")
    with pytest.raises(UserError, match="labels object_type: expected images of at least 2, found only cars"):
        training_data([one], recipe.changed(labels="object_type"))


def test_a_validation_gallery_with_the_same_classes_is_refused(gallery, recipe):
    for loss, head in (("arcface", "bn_linear"), ("none", "pca")):
        with pytest.raises(UserError, match=r"0 classes .* after 9 that --validation has too are kept out"):
            training_data([gallery], recipe.changed(loss=loss, head=head), validation=gallery)
