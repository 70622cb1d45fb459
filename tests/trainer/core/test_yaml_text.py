"""YAML of users: what is refused although PyYAML would read it, and that nothing else than ValueError is raised."""

import contextlib
import time

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from tests.strategies import yaml_values
from trainer.core.yaml_text import parse_yaml

TOKENS = ["a", ": ", "- ", "\n", "  ", "[", "]", "{", "}", "&a ", "*a", "!!int ", "!!bool ", "!!binary ", "!!set ",
          "!!timestamp ", "!!float ", "!!omap ", "<<: ", "? ", "'", '"', "|", ">", "%", "---", "...", "1", "0x",
          "2026-13-45", "1:99", ".nan", "\0", "\ufeff", "\\ud800", "#", ", ", "~"]  # fmt: skip
# Each alias is three times the one before: 3^24 values.
MANY_ALIASES = "a0: &a0 [1]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}]\n" for n in range(1, 25))


@given(yaml_values)
def test_what_yaml_writes_is_read(value):
    text = yaml.safe_dump(value)
    if max(map(len, text.split())) > 100:  # a number may be too long
        with contextlib.suppress(ValueError):
            assert yaml.safe_dump(parse_yaml(text)) == text
    else:
        assert yaml.safe_dump(parse_yaml(text)) == text


@given(st.lists(st.sampled_from(TOKENS), max_size=20).map("".join))
@example("2026-13-45")
@example("!!int ''")
@example("!!bool x")
@example("!!timestamp x")
@example("!!float ''")
@example("[" * 5_000)
@example("a\0b")
@example("\udcff")
def test_any_text_is_a_value_or_refused(text):
    with contextlib.suppress(ValueError):
        assert yaml.safe_dump(parse_yaml(text)) == yaml.safe_dump(yaml.safe_load(text))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (MANY_ALIASES, "more than 100,000 values"),
        ("a: &a [*a]", "more than 100,000 values"),
        ("a: 1\nb: 2\na: 3", "the key 'a' comes twice"),
        ("[{a: 1, a: 1}]", "the key 'a' comes twice"),
        ("0x" + "f" * 5_000, "a number of more than 100 characters"),
        ("1" + ":59" * 100, "a number of more than 100 characters"),
        ('"\\ud800"', "half of a character"),
        ("[" * 5_000, "nested too deeply"),
        ("x" * 1_000_001, "more than 1,000,000 characters"),
    ],
)
def test_what_is_refused_although_pyyaml_reads_it(text, reason):
    start = time.perf_counter()
    with pytest.raises(ValueError, match=reason):
        parse_yaml(text)
    assert time.perf_counter() - start < 5


def test_aliases_and_merged_keys_are_read():
    read = parse_yaml("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: [*a, *a]\n")
    assert read == {"a": {"x": 1, "y": 2}, "b": {"x": 1, "y": 3}, "c": [{"x": 1, "y": 2}] * 2}
    assert parse_yaml("") is None
