"""Hypothesis strategies for text and values that users and strangers write, and what an error must look like."""

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import strategies as st

from trainer.core.errors import UserError

MOST_CHARS = 3_000  # of one sentence that lists what is allowed

# Text of all kinds: letters of any script, control characters, quotes and separators, long text; no lone surrogates.
texts = st.one_of(
    st.text(max_size=12),
    st.text("\0\t\n\r\x1b\x7f\x85\u202e\u2028 ,;:/\\'\"=~.#-[]{}*&<>%|", max_size=8),
    st.sampled_from(["", " ", "..", "~nouser/x", "nan", "-inf", "1e999", "null", "no", "=1+1", "e\u0301", "\u00e9"]),
    st.integers(200, 400).map(lambda n: "x" * n),
)
# The same, also with halves of characters, as in file names that are not UTF-8 and in "\ud800" of JSON.
any_texts = st.one_of(texts, st.text(st.characters(), max_size=6), st.just("caf\udce9"))
numbers = st.one_of(
    st.integers(-3, 100), st.integers(), st.sampled_from([2**31, 2**63, 10**30, 10**400]), st.floats(width=64)
)


def values(leaves: st.SearchStrategy[Any], keys: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Leaves, lists and mappings of them, a few levels deep."""
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3), max_leaves=6
    )


json_values = values(st.none() | st.booleans() | numbers | any_texts, any_texts)
yaml_leaves = st.one_of(
    st.none(), st.booleans(), numbers, texts, st.dates(date(1, 1, 1)), st.datetimes(datetime(1, 1, 1)), st.binary()
)
yaml_values = values(yaml_leaves, texts | st.integers(-3, 100) | st.booleans() | st.none())


def assert_one_sentence(error: UserError | pytest.ExceptionInfo[UserError]) -> None:
    """One line, not endless, that can be written in UTF-8."""
    text = str(error if isinstance(error, UserError) else error.value)
    assert text.strip()
    assert "\n" not in text
    assert len(text) < MOST_CHARS
    text.encode("utf-8")
