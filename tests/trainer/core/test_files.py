"""Files that are whole or absent, and sentences for a storage that fails."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from tests.serving import ROOT
from trainer.__main__ import main
from trainer.core import files
from trainer.core.errors import UserError
from trainer.core.files import ADVICE, StorageError, make_folder, storage_error, user_path, whole_file


def write_half(path):
    before = path.exists()
    with whole_file(path) as part:
        part.write_text("half")
        assert path.exists() == before
        raise RuntimeError("half way")


def test_a_file_is_whole_or_absent(tmp_path):
    path = tmp_path / "folder" / "file.txt"
    with pytest.raises(RuntimeError, match="half way"):
        write_half(path)
    assert list(path.parent.iterdir()) == []
    with whole_file(path) as part:
        part.write_text("whole")
    assert path.read_text() == "whole"
    assert [p.name for p in path.parent.iterdir()] == ["file.txt"]


def test_a_failed_writing_leaves_the_old_file(tmp_path):
    (tmp_path / "file.txt").write_text("old")
    with pytest.raises(RuntimeError, match="half way"):
        write_half(tmp_path / "file.txt")
    assert (tmp_path / "file.txt").read_text() == "old"


@pytest.mark.parametrize("number", ADVICE)
def test_a_failed_write_names_the_file_the_reason_and_what_to_do(tmp_path, number):
    path = tmp_path / "result.npz"
    with pytest.raises(StorageError) as found, whole_file(path):
        raise OSError(number, os.strerror(number))
    assert str(found.value).startswith(f"{path}: ")
    assert os.strerror(number) in str(found.value)
    assert str(found.value).endswith(f"{ADVICE[number]}.")
    assert list(tmp_path.iterdir()) == []


def test_an_error_about_another_place_keeps_its_name(tmp_path):
    missing = tmp_path / "gone" / "image.png"
    with pytest.raises(FileNotFoundError), whole_file(tmp_path / "result.npz"):
        missing.read_bytes()
    assert str(missing) in str(
        storage_error(FileNotFoundError(errno.ENOENT, "No such file or directory", str(missing)))
    )


@pytest.mark.parametrize("error", [ValueError("x"), KeyError("x"), RuntimeError("x"), OSError("x"), Exception()])
def test_a_defect_is_not_explained(error):
    assert storage_error(error) is None


LIMIT = """
import resource, sys
from pathlib import Path
import numpy as np, torch
from safetensors.torch import save_file
sys.path.insert(0, sys.argv[1])
from trainer.core.files import StorageError, whole_file
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
values = torch.zeros(10_000)
writers = {
    "torch.pt": lambda part: torch.save(values, part),
    "safetensors": lambda part: save_file({"a": values}, part),
    "numpy.npz": lambda part: np.savez(part, a=values.numpy()),
    "text": lambda part: part.write_text("a" * 10_000),
}
for name, write in writers.items():
    path = Path(sys.argv[2]) / name
    try:
        with whole_file(path) as part:
            write(part)
    except StorageError as error:
        print(name, str(error).startswith(f"{path}: expected a place that can be written"))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of a file")
def test_every_library_that_writes_is_explained(tmp_path):
    """A limit on the size of a file is met by the real writers."""
    done = subprocess.run([sys.executable, "-c", LIMIT, str(ROOT), str(tmp_path)], capture_output=True, text=True)
    assert done.stdout.splitlines() == ["torch.pt True", "safetensors True", "numpy.npz True", "text True"], done.stderr
    assert list(tmp_path.iterdir()) == []
    with whole_file(tmp_path / "torch.pt") as part:  # the same calls are right
        torch.save(torch.zeros(10_000), part)
    with whole_file(tmp_path / "safetensors") as part:
        save_file({"a": torch.zeros(10_000)}, part)


def test_what_a_killed_process_left_is_removed(tmp_path):
    kill = (
        "import os, sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path\n"
        "from trainer.core.files import whole_file\n"
        "with whole_file(Path(sys.argv[2])) as part:\n    part.write_text('half'); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", kill, str(ROOT), str(tmp_path / "a.txt")], check=False)
    (left,) = tmp_path.iterdir()
    ours = tmp_path / left.name.replace(left.name.split("-")[-2], str(os.getpid()))
    ours.touch()  # of a process that runs
    (tmp_path / ".hidden").touch()
    files._remove_abandoned.cache_clear()
    with whole_file(tmp_path / "b.txt") as part:
        part.write_text("whole")
    assert {path.name for path in tmp_path.iterdir()} == {"b.txt", ".hidden", ours.name}


def test_an_output_folder_is_checked_before_the_work(tmp_path):
    make_folder(tmp_path / "new" / "folder", "--out")
    assert list((tmp_path / "new" / "folder").iterdir()) == []
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"^--out x: expected a folder that can be created and written \(Not a dir"):
        make_folder(tmp_path / "file" / "below", "--out x")
    with pytest.raises(StorageError, match="File name too long"):
        make_folder(tmp_path / ("x" * 300), "--out x")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("~nouser/x", "'~nouser/x': expected ~ or ~USER, found no such home directory"),
        ("a\0b", "expected a path of at most 4,096 bytes without a zero byte"),
        ("x/" * 3_000, "expected a path of at most 4,096 bytes without a zero byte"),
        ("caf\udce9", "expected a path in UTF-8; rename the file or folder"),
    ],
)
def test_text_that_is_no_path(text, reason):
    with pytest.raises(UserError) as error:
        user_path(text)
    assert reason in str(error.value)
    assert len(str(error.value)) < 300


def test_the_home_directory_is_expanded(monkeypatch):
    monkeypatch.setenv("HOME", "/somewhere")
    assert user_path("~/a b") == Path("/somewhere/a b")
    assert user_path("x" * 300) == Path("x" * 300)


def test_a_device_is_never_replaced(tmp_path):
    """As root, renaming a file to /dev/null would break the machine."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(StorageError, match="expected a file name, found a device or pipe"), whole_file(pipe):
        raise AssertionError("the work was begun")
    assert pipe.is_fifo()


@pytest.mark.parametrize("verb", ["project", "export", "embed"])
def test_a_device_as_out_is_refused_before_the_work(tmp_path, capsys, verb):
    pipe = tmp_path / "pipe.npz"
    os.mkfifo(pipe)
    given = [] if verb == "export" else ["--gallery", "sample"]
    options = ["--format", "onnx"] if verb == "export" else []
    assert main([verb, *given, "--checkpoint", "pca-lite0", "--out", str(pipe), *options]) == 2
    assert "found a device or pipe." in capsys.readouterr().err
    assert pipe.is_fifo()
