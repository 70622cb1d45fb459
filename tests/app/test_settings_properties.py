"""Any command line and any environment give settings, or exit with status 2 and one line."""

import contextlib
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.library.library import open_library
from app.settings import LANGUAGES, Settings, read_settings
from tests.strategies import any_texts

VARIABLES = st.dictionaries(
    st.sampled_from(["GALLERY", "CHECKPOINTS", "HOST", "PORT", "LANG"]).map("GUIE_{}".format),
    any_texts | st.sampled_from(["atlas, pca-lite0", "atlas\npca-lite0", "7861", "0", "\u0667", " 80 ", "9" * 5_000]),
)
OPTIONS = st.sampled_from(["--gallery", "--checkpoints", "--host", "--port", "--lang", "--verbose", "--x", "--lan"])


def read(arguments: list[str], environment: dict[str, str]) -> Settings | None:
    """The settings; None for status 2 and one line without control characters."""
    output, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
        try:
            settings = read_settings(arguments, environment)
        except SystemExit as end:
            status = end.code
        else:
            assert settings.port is None or 1 <= settings.port <= 65535
            assert settings.lang in LANGUAGES
            assert all(name.strip() for name in settings.checkpoints) or arguments
            return settings
    assert output.getvalue() == ""
    line = errors.getvalue()
    assert status == 2
    assert line.endswith("\n")
    assert line[:-1].isprintable() or not line.isascii()
    assert len(line.splitlines()) == 1
    line.encode("utf-8")
    return None


@given(VARIABLES)
@example({"GUIE_CHECKPOINTS": "~nouser/x"})
@example({"GUIE_CHECKPOINTS": "x" * 300})
@example({"GUIE_CHECKPOINTS": "a\0b"})
@example({"GUIE_CHECKPOINTS": "caf\udce9"})
@example({"GUIE_CHECKPOINTS": " ,\n, "})
@example({"GUIE_LANG": "e\nn"})
@example({"GUIE_LANG": "\x1b[2J"})
@example({"GUIE_LANG": "x" * 9_000})
@example({"GUIE_PORT": "9" * 5_000})
def test_any_environment(environment):
    settings = read([], environment)
    valid = environment.get("GUIE_LANG") in (None, "", *LANGUAGES) and not environment.get("GUIE_PORT")
    assert settings is not None or not valid
    if settings is not None:
        assert settings.gallery == (environment.get("GUIE_GALLERY") or "sample")


@given(st.lists(OPTIONS | any_texts.filter(lambda text: not text.startswith("-")), max_size=4))
@example(["a\nb"])
@example(["--lang", "\x1b[2J"])
@example(["--port", "\u2028"])
def test_any_command_line(arguments):
    read(arguments, {})


@pytest.mark.parametrize("name", ["~nouser/x", "a\0b", "x" * 300, "caf\udce9", "a\nb", "/root/../proc/1/root"])
def test_checkpoints_that_are_no_place_are_named_and_left_out(name):
    library = open_library("sample", ["pca-lite0", name])
    assert library.names == ["pca-lite0"]
    (notice,) = library.notices
    assert len(notice.encode("utf-8")) < 2_000
