"""The settings that the app is started with."""

import pytest

import trainer
from app.settings import Settings, read_settings


def test_the_defaults_are_the_sample_and_all_bundled_checkpoints():
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


def test_environment_variables_set_the_same():
    given = {"GALLERY": "photos/", "CHECKPOINTS": "a  b", "HOST": "0.0.0.0", "PORT": "7861", "LANG": "zh-TW"}
    environment = {f"GUIE_{name}": value for name, value in given.items()}
    assert read_settings([], environment) == Settings("photos/", ("a", "b"), "0.0.0.0", 7861, "zh-TW")


def test_paths_with_blanks(tmp_path):
    folder = tmp_path / "my runs" / "one"
    folder.mkdir(parents=True)
    for text, expected in (
        (str(folder), [str(folder)]),
        (f"atlas, {folder}", ["atlas", str(folder)]),
        (f"{folder}\natlas\n", [str(folder), "atlas"]),
        ("a b", ["a", "b"]),
    ):
        assert read_settings([], {"GUIE_CHECKPOINTS": text}).checkpoints == tuple(expected)


@pytest.mark.parametrize(("given", "host"), [("::1", "[::1]"), ("[::1]", "[::1]"), ("::", "[::]"), ("localhost",) * 2])
def test_an_ipv6_address_is_given_as_in_a_url(given, host):
    assert read_settings(["--host", given], {}).host == host


def test_the_command_line_overrides_the_environment():
    environment = {"GUIE_GALLERY": "other/", "GUIE_PORT": "1", "GUIE_LANG": "zh-TW", "GUIE_CHECKPOINTS": "other"}
    given = ["--gallery", "photos/", "--checkpoints", "a", "--port", "7861", "--lang", "en"]
    assert read_settings(given, environment) == Settings("photos/", ("a",), None, 7861, "en")


def test_empty_and_unrelated_variables_are_ignored():
    empty = {f"GUIE_{name}": "" for name in ("GALLERY", "CHECKPOINTS", "HOST", "PORT", "LANG")}
    assert read_settings([], empty | {"LANG": "de_DE.UTF-8", "PORT": "1"}) == Settings()


def test_the_version_is_printed(capsys):
    with pytest.raises(SystemExit) as end:
        read_settings(["--version"], {})
    assert (end.value.code, capsys.readouterr().out) == (0, f"GUIE Atlas {trainer.__version__}\n")


@pytest.mark.parametrize(
    ("arguments", "environment", "message"),
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
def test_an_unusable_argument_ends_with_status_2_and_one_line(arguments, environment, message, capsys):
    with pytest.raises(SystemExit) as end:
        read_settings(arguments, environment)
    captured = capsys.readouterr()
    assert end.value.code == 2
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1
    assert message in captured.err
