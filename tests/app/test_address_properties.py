"""Any address of the page gives a view, and one sentence for each part that is not valid."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.address import MAX_LENGTH, parameters_of, parse_projection, projection_text, read_address
from app.context import Context
from app.library.examples import EXAMPLES
from app.translator import Translator
from tests.strategies import any_texts, assert_one_sentence, json_values
from trainer.core.errors import UserError
from trainer.core.projection.parameters import ProjectionParameters
from trainer.core.projection.registry import PROJECTIONS

IMAGES = ["toys/duck.webp", *(f"example-{name}" for name in EXAMPLES), "upload-0123456789abcdef"]
FRACTIONS = st.floats(-0.5, 1.5).map("{:.3g}".format) | st.sampled_from(["nan", "inf", "1e-9", "0x1", "\u0661", ""])
FIELDS = st.sampled_from(["projection", "n_neighbors", "min_dist", "metric", "seed", "engine"]) | any_texts
FIELD_VALUES = st.one_of(
    st.sampled_from([*PROJECTIONS, "cosine", "umap-learn", "nan", "-1", "1e9", "0.5", "12", "9" * 5_000]), any_texts
)
PROJECTION = st.lists(st.tuples(FIELDS, FIELD_VALUES).map(":".join), min_size=1, max_size=4).map(",".join)
VALUES = {
    "tab": st.sampled_from(["search", "map", "compare", "Map"]),
    "checkpoint": st.sampled_from(["atlas", "pca-lite0"]),
    "compare": st.sampled_from(["atlas", "pca-lite0"]),
    "k": st.integers(-2, 25).map(str) | st.sampled_from(["\u0663", "7.0", "9" * 5_000, "1e1", "\u00b2"]),
    "query": st.sampled_from(IMAGES),
    "selected": st.sampled_from(IMAGES),
    "crop": st.lists(FRACTIONS, min_size=3, max_size=5).map(",".join),
    "label": st.sampled_from(["toys/rubber_duck", "toys/"]),
    "projection": PROJECTION,
    "selection": st.text("=:;,.+-_0123456789abz", max_size=20),
    "number": st.integers(),
}
ANY = any_texts | json_values | st.text("x", min_size=7_990, max_size=8_010)
ADDRESSES = st.fixed_dictionaries({}, optional={name: valid | ANY for name, valid in VALUES.items()})


@pytest.fixture(params=["en", "zh-TW"], scope="module")
def context_of_page(request, library):
    """Returns a function, as hypothesis prints the values of fixtures."""
    context = Context(library, Translator(request.param))
    return lambda: context


@given(ADDRESSES)
@example({"checkpoint": "\ud800" * 99, "query": "a\nb"})
@example({"checkpoint": "x" * 7_000, "compare": "x" * 7_000, "label": "x" * 7_000, "query": "example-lion.jpg"})
@example({"projection": "engine:" + "x" * 7_000})
@example({"projection": "seed:1,seed:2"})
@example({"number": True})
@example({"number": 10**30})
def test_any_address_gives_a_view(context_of_page, payload):
    context = context_of_page()
    address, problems = read_address(context, payload)
    for problem in problems:
        assert_one_sentence(UserError(problem))
        assert len(problem) < 600
        assert problem.encode("utf-8")
        assert "\n" not in problem
    parameters = parameters_of(context, address)
    assert all(isinstance(value, str) and value.encode("utf-8") for value in parameters.values())
    assert type(address.link.number) is int
    assert 0 <= address.link.number <= 2**53
    again, none = read_address(context, {**parameters, "number": address.link.number})
    assert none == []
    assert parameters_of(context, again) == parameters
    asked = payload.get("checkpoint")
    if not problems and isinstance(asked, str) and len(asked) <= MAX_LENGTH:  # other values are left out
        assert address.checkpoint == (asked or context.library.best)


@given(PROJECTION | any_texts)
@example("seed:" + "9" * 5_000)
@example("min_dist:nan")
@example("seed:1,seed:2")
def test_any_text_of_a_projection(text):
    try:
        parameters = parse_projection(text)
    except UserError as error:
        assert_one_sentence(error)
        return
    assert len(text.split(",")) == len({part.partition(":")[0] for part in text.split(",")})
    again = projection_text(parameters)
    assert parameters == (parse_projection(again) if again else ProjectionParameters())
