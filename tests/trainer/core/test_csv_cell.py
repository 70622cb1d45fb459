"""Cells of CSV files."""

import pytest

from trainer.core.csv_cell import csv_cell


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@sum", "\t=1", " =cmd|x", "\r=1"])
def test_no_text_is_a_formula(text):
    assert csv_cell(text).startswith("'")


def test_numbers_and_other_text_stay():
    assert [csv_cell(value) for value in (-0.5, 3, "a=1", "", None, float("nan"))] == [-0.5, 3, "a=1", "", "", ""]
    assert csv_cell("two\nlines") == "two lines"
