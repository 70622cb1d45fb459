"""The address of the page: what it says of a view, and what a view is made of a link."""

from dataclasses import replace

import pytest

from app.address import Address, parameters_of, parse_projection, projection_text, read_address
from app.context import Context
from app.library.crop import crop
from app.library.examples import EXAMPLES
from app.map.rendering import Link
from app.translator import Translator
from trainer.core.errors import UserError
from trainer.core.projection.parameters import ProjectionParameters


@pytest.fixture
def context(library):
    return Context(library, Translator("en"))


@pytest.fixture
def first_view(library):
    return Address("search", None, library.best, 5, "", ProjectionParameters(), None, Link())


def read(context, parameters, upload=None):
    address, problems = read_address(context, {**parameters, "number": 1}, upload)
    assert problems == []
    return address


def test_the_first_view_needs_no_parameters(context, first_view):
    assert parameters_of(context, first_view) == {}
    assert read(context, {}) == replace(first_view, link=Link(1))


def test_a_link_restores_each_part_of_a_view(context, first_view):
    library = context.library
    image, selected = (library.query_from_id(library.gallery.table["image_id"][row]) for row in (40, 50))
    view = replace(
        first_view, open_tab="map", query=image, checkpoint=library.names[1], k=7, compare_with=library.names[2],
        projection_parameters=ProjectionParameters("t-sne", seed=3, n_neighbors=12, min_dist=0.25),
        selected_image=selected, link=Link(4, "=polygon:0a1b:0,1.5,2,-1e-3,4,0"),
    )  # fmt: skip
    parameters = parameters_of(context, view)
    assert parameters["tab"] == "map"
    assert parameters["query"] == image.image_id
    again = read(context, parameters)
    assert (again.query.row, again.selected_image.row) == (40, 50)
    assert replace(again, query=image, selected_image=selected, link=view.link) == view
    assert again.link == Link(1, view.link.selection)
    assert parameters_of(context, again) == parameters


def test_the_query_is_selected_unless_the_link_says_otherwise(context, first_view):
    image = context.library.query_from_id(context.library.gallery.table["image_id"][40])
    parameters = parameters_of(context, replace(first_view, query=image, selected_image=image))
    assert "selected" not in parameters
    assert read(context, parameters).selected_image.row == 40


def test_an_example_is_part_of_a_link_and_an_upload_is_not(context, first_view):
    library = context.library
    example = library.query_from_id("example-lion.jpg")
    parameters = parameters_of(context, replace(first_view, query=example))
    assert read(context, parameters).query.image.size == example.image.size
    upload, other = (library.query_from_upload(EXAMPLES[name]) for name in ("china.jpg", "lion.jpg"))
    parameters = parameters_of(context, replace(first_view, query=upload))
    for sent in (None, other):
        address, problems = read_address(context, parameters, sent)
        assert address.query is None
        assert problems == ["The uploaded image is not part of the link; upload it again."]
    assert read(context, parameters, upload).query is upload  # in the browser tab of the visitor who uploaded it


@pytest.mark.parametrize("region", [None, [0.25, 0, 0.75, 0.5]])
def test_what_a_visitor_says_that_an_image_shows_is_part_of_a_link(context, first_view, region):
    library = context.library
    example = library.query_from_id("example-lion.jpg")
    shown = replace(crop(library, example, region) if region else example, label="toys/rubber_duck")
    parameters = parameters_of(context, replace(first_view, query=shown))
    assert parameters["label"] == "toys/rubber_duck"
    assert read(context, parameters).query.label == "toys/rubber_duck"
    address, problems = read_address(context, parameters | {"label": "nonsense"})
    assert address.query.label == ""
    assert problems == ["No class 'nonsense' in this gallery: choose one of the list."]
    of_gallery = library.query_from_id(library.gallery.table["image_id"][40])
    for image in (of_gallery, crop(library, of_gallery, [0, 0, 0.5, 0.5])):
        assert "label" not in parameters_of(context, replace(first_view, query=image))  # the gallery says it


@pytest.mark.parametrize("image_id", ["row 40", "example-lion.jpg", "upload"])
def test_a_region_of_the_query_is_part_of_a_link(context, first_view, image_id):
    library = context.library
    upload = library.query_from_upload(EXAMPLES["china.jpg"])
    ids = {"row 40": library.gallery.table["image_id"][40]}
    whole = upload if image_id == "upload" else library.query_from_id(ids.get(image_id, image_id))
    part = crop(library, whole, [1 / 3, 0, 0.75, 0.5])
    parameters = parameters_of(context, replace(first_view, query=part, selected_image=part))
    assert parameters["crop"] == "0.3333,0,0.75,0.5"
    assert "selected" not in parameters
    again = read(context, parameters, upload)
    assert again.query.region == part.region
    assert again.query.image.open().tobytes() == part.image.open().tobytes()
    assert again.selected_image is again.query
    assert parameters_of(context, again) == parameters
    # The map may show the neighbours of the whole image.
    parameters = parameters_of(context, replace(first_view, open_tab="map", query=part, selected_image=whole))
    assert parameters["selected"] == parameters["query"]
    again = read(context, parameters, upload)
    assert (again.query.region, again.selected_image.region) == (part.region, None)


@pytest.mark.parametrize("text", ["", "x", "0,0,1", "0,0,nan,1", "0.5,0,0.2,1", "0,0,0.001,1", "0,0,1e999,1", ",,,"])
def test_a_link_with_another_region_shows_the_whole_image(context, first_view, text):
    address, problems = read_address(context, {"query": "example-lion.jpg", "crop": text})
    assert address.query.image_id == "example-lion.jpg"
    assert address.query.region is None
    assert all(problem.startswith("Mark a larger part of the image") for problem in problems)
    assert len(problems) == bool(text)
    assert read_address(context, {"crop": text}) == (first_view, [])  # of no image


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("checkpoint", "nope", "No checkpoint 'nope' here"),
        ("compare", "nope", "No checkpoint 'nope' here"),
        ("k", "0", "k is 0: expected 1 to 20."),
        ("k", "21", "k is 21: expected 1 to 20."),
        ("k", "x", "k is x: expected 1 to 20."),
        ("k", "9" * 5_000, "k is 99999999: expected 1 to 20."),
        ("query", "../../etc/passwd", "That image is not in this gallery"),
        ("selected", "nope", "That image is not in this gallery"),
        ("projection", "nope", "The link has no valid projection settings."),
        ("projection", "seed:x", "The link has no valid projection settings."),
        ("projection", "secret:3", "The link has no valid projection settings."),
        ("projection", "seed:-1", "seed is -1: expected a whole number"),
        ("selection", "<script>", "That selection is not one of this gallery"),
    ],
)
def test_a_part_that_is_not_valid_here_is_named_and_left_out(context, first_view, name, value, said):
    address, problems = read_address(context, {name: value, "number": 1})
    assert address == replace(first_view, link=Link(1))
    assert len(problems) == 1
    assert problems[0].startswith(said)


@pytest.mark.parametrize("hostile", [3, None, ["x"], {"a": 1}, True, "x" * 10_000])
def test_hostile_values_are_left_out(context, first_view, hostile):
    names = ("tab", "checkpoint", "k", "query", "compare", "selected", "projection", "selection", "crop", "label")
    address, problems = read_address(context, dict.fromkeys(names, hostile))
    assert address == first_view
    assert len(problems) == isinstance(hostile, str)  # of the selection


def test_projection_settings_as_text():
    assert projection_text(ProjectionParameters()) == ""
    assert projection_text(ProjectionParameters("pca", engine="umap-learn")) == "engine:umap-learn,projection:pca"
    assert parse_projection("engine:umap-learn,projection:pca") == ProjectionParameters("pca", engine="umap-learn")
    with pytest.raises(UserError):
        parse_projection("")
