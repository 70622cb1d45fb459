"""How commands end: exit status, one sentence, and text that a terminal can show."""

import io
import os
import subprocess
import sys

import pytest

from tests.serving import ROOT
from trainer.core.errors import UserError
from trainer.core.exits import explain, one_sentence, plain_output, status_of

PYTHON = (sys.executable, "-m", "trainer")


@pytest.mark.parametrize(
    ("error", "status", "text"),
    [
        (UserError("wrong\ninput"), 2, "wrong input\n"),
        (KeyboardInterrupt(), 130, "Interrupted. Go on.\n"),
        (MemoryError("36 TiB"), 2, "There is not enough memory (36 TiB); close other programs,"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), 2, "There is not enough memory"),
        (OSError(28, "No space left on device", "a.npz"), 2, "a.npz: expected a place that can be written"),
        (ValueError("embedded null byte"), 2, "A file name holds a zero byte"),
        (UnicodeEncodeError("utf-8", "caf\udce9", 3, 4, "surrogates not allowed"), 2, "'caf\\udce9': expected text"),
    ],
)
def test_sentence_and_status(error, status, text, capsys):
    assert status_of(error, when_interrupted=" Go on.") == status
    assert capsys.readouterr().err.startswith(text)


@pytest.mark.parametrize("error", [ValueError("x"), KeyError("x"), ZeroDivisionError(), SystemExit(2), OSError()])
def test_a_defect_keeps_its_traceback(error):
    assert status_of(error) is None
    assert explain(error) is None
    with pytest.raises(type(error)), one_sentence():
        raise error


def test_verbose_adds_the_traceback(capsys):
    with pytest.raises(SystemExit) as end, one_sentence(verbose=True):
        raise UserError("wrong")
    assert end.value.code == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("Traceback")
    assert lines[-1] == "wrong"


def test_control_characters_do_not_reach_the_terminal(capsys):
    with plain_output():
        print("red \x1b[31mname\x07\x9b \u202egpj.exe", file=sys.stderr)
        print("tab\tline\rcursor\x1b[A 玩具")
    shown = capsys.readouterr()
    assert shown.err == "red \\x1b[31mname\\x07\\x9b \\u202egpj.exe\n"
    assert shown.out == "tab\tline\rcursor\x1b[A 玩具\n"


def test_a_console_that_is_not_utf8_shows_escapes(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="cp1252", newline="\n")
    monkeypatch.setattr(sys, "stdout", stream)
    with plain_output():
        print("玩具 ä")
    stream.flush()
    assert stream.buffer.getvalue() == b"\\u73a9\\u5177 \xe4\n"


def test_names_of_strangers_are_escaped_by_the_command(tmp_path):
    folder = tmp_path / "photos" / "toys" / "a\x1b[2Jb"
    folder.mkdir(parents=True)
    (folder / "x\x1b[31m.png").write_text("no image")
    done = subprocess.run(
        [*PYTHON, "evaluate", "--gallery", str(folder.parents[1]), "--checkpoint", "pca-lite0"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 2
    assert "\x1b" not in done.stderr
    assert "x\\x1b[31m.png" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
@pytest.mark.parametrize("reader", ["head -1", "true"])
def test_a_closed_pipe_is_no_error(reader):
    """As `bash` sees it: the statuses of both programs of the pipe."""
    command = f"'{sys.executable}' -m trainer doctor | {reader}; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, env={**os.environ})
    assert done.stdout.splitlines()[-1] == "0"
    assert done.stderr == ""


def test_an_unknown_home_is_one_sentence(tmp_path):
    done = subprocess.run(
        [*PYTHON, "evaluate", "--gallery", "~nouser/photos", "--checkpoint", "pca-lite0"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_error(closed):
    command = f"'{sys.executable}' -m trainer doctor {closed}; exit $?"
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(sys.platform != "linux", reason="needs a limit of the address space")
def test_too_little_memory_is_one_sentence():
    command = f"ulimit -v 600000; exec '{sys.executable}' -m trainer evaluate --gallery sample --checkpoint pca-lite0"
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("There is not enough memory (")
