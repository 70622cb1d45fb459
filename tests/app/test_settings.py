"""What the app is started with."""

import pytest

from app.settings import Settings, read_settings


def test_nothing_given_means_the_sample_and_all_bundled_checkpoints():
    assert read_settings([], {}) == Settings("sample", (), None, None, "en")


def test_the_command_line():
    given = [
        "--gallery",
        "photos/",
        "--checkpoints",
        "a",
        "b",
        "--host",
        "0.0.0.0",
        "--port",
        "7861",
        "--lang",
        "zh-TW",
    ]
    assert read_settings(given, {}) == Settings("photos/", ("a", "b"), "0.0.0.0", 7861, "zh-TW")


def test_environment_variables_say_the_same():
    given = {"GALLERY": "photos/", "CHECKPOINTS": "a  b", "HOST": "0.0.0.0", "PORT": "7861", "LANG": "zh-TW"}
    environment = {f"GUIE_{name}": value for name, value in given.items()}
    assert read_settings([], environment) == Settings("photos/", ("a", "b"), "0.0.0.0", 7861, "zh-TW")


def test_the_command_line_has_the_last_word():
    environment = {"GUIE_GALLERY": "other/", "GUIE_PORT": "1", "GUIE_LANG": "zh-TW", "GUIE_CHECKPOINTS": "other"}
    given = ["--gallery", "photos/", "--checkpoints", "a", "--port", "7861", "--lang", "en"]
    assert read_settings(given, environment) == Settings("photos/", ("a",), None, 7861, "en")


def test_empty_and_foreign_variables_count_for_nothing():
    empty = {f"GUIE_{name}": "" for name in ("GALLERY", "CHECKPOINTS", "HOST", "PORT", "LANG")}
    assert read_settings([], empty | {"LANG": "de_DE.UTF-8", "PORT": "1"}) == Settings()


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        (["--port", "0"], {}, "--port is 0: expected 1 to 65535"),
        (["--port", "65536"], {}, "--port is 65536: expected 1 to 65535"),
        (["--port", "high"], {}, "high"),
        ([], {"GUIE_PORT": "high"}, "high"),
        ([], {"GUIE_PORT": "70000"}, "70000"),
        (["--lang", "de"], {}, "de"),
        ([], {"GUIE_LANG": "de"}, "GUIE_LANG is de: expected en or zh-TW"),
        (["--checkpoint", "a", "--nonsense"], {}, "--nonsense"),
        (["photos/"], {}, "photos/"),
        (["--checkpoints"], {}, "--checkpoints"),
    ],
)
def test_what_cannot_be_used_ends_with_status_2_and_one_line(arguments, environment, said, capsys):
    with pytest.raises(SystemExit) as end:
        read_settings(arguments, environment)
    captured = capsys.readouterr()
    assert end.value.code == 2
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1
    assert said in captured.err
