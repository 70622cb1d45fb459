"""What a user is told fits on one line."""

from trainer.core.errors import UserError, first_few, first_line, one_line


def test_a_message_is_one_line_whatever_a_library_said():
    assert (
        str(UserError("a.csv: expected a table (line 3,\n  saw 5\n).")) == "a.csv: expected a table (line 3, saw 5 )."
    )


def test_first_few_tells_how_many_there_are():
    assert first_few(["a", "b"]) == "a, b (2 in all)"
    assert first_few(list("abcdefg")) == "a, b, c, d, e, … (7 in all)"


def test_a_message_of_a_library_is_shortened():
    error = ValueError("  cannot open it.\n  see the manual\n")
    assert first_line(error) == "cannot open it"
    assert one_line(error) == "cannot open it. see the manual"
    assert one_line(error, 6) == "cannot"
    assert first_line(KeyError()) == one_line(KeyError()) == "KeyError"
