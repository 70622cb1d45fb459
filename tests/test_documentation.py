"""The README and the pages of docs/: their commands parse, their links resolve, their Python runs."""

import re
import shlex
from pathlib import Path

import pytest
from PIL import Image

from app.settings import read_settings
from trainer.__main__ import parse
from trainer.commands import COMMANDS
from trainer.commands.options import bundled_names

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / name for name in ("README.md", "README.zh-TW.md", "RESULTS.md")] + sorted(ROOT.glob("docs/*.md"))
COMMAND = re.compile(r"(?:\.venv/bin/)?python (-m trainer|app\.py)(.*)", re.DOTALL)

SKIPPED = {"VERB", "...", "--help"}  # in commands that stand for others


def name_of(page):
    return str(page.relative_to(ROOT))


def blocks(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def commands(page):
    """(program, arguments) of each command of ours, in blocks and in the text."""
    lines = [line for block in blocks(page, "bash") for line in re.split(r" && |\n", block)]
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    spans = [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", text)]
    matches = [match for command in lines + spans if (match := COMMAND.fullmatch(command))]
    found = [(match[1], shlex.split(match[2])) for match in matches if not SKIPPED & set(match[2].split())]
    return [(program, arguments) for program, arguments in found if arguments or program == "app.py"]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_parses(page):
    for program, arguments in commands(page):
        if program == "app.py":
            read_settings(arguments, {})
            continue
        options = parse(arguments)
        if arguments[0] in ("fit", "assemble"):
            assert options.recipe in bundled_names("recipes" if arguments[0] == "fit" else "galleries").split(", ")


def test_the_commands_are_found():
    verbs = {arguments[0] for page in PAGES for program, arguments in commands(page) if program == "-m trainer"}
    assert verbs == COMMANDS.keys()
    assert ("app.py", []) in commands(ROOT / "README.md")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_relative_link_resolves(page):
    links = re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (page.parent / link.split("#")[0]).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_python_block_compiles(page):
    for block in blocks(page, "python"):
        compile(block, name_of(page), "exec")


def test_the_python_of_the_readme_runs(tmp_path, monkeypatch, capsys):
    Image.new("RGB", (64, 48), "teal").save(tmp_path / "photo.jpg")
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    exec(blocks(ROOT / "README.md", "python")[0], names)
    assert names["embeddings"].shape == (1, 64)
    assert 0 < float(capsys.readouterr().out) < 1


def test_both_languages_of_the_readme_show_the_same_python_and_image():
    english, chinese = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh-TW.md"))
    (block,) = blocks(ROOT / "README.zh-TW.md", "python")
    assert block.replace("，單位長度", ", unit length") == blocks(ROOT / "README.md", "python")[0]
    assert re.findall(r"!\[.*?\]\((.*?)\)", english) == re.findall(r"!\[.*?\]\((.*?)\)", chinese)
    assert "(README.zh-TW.md)" in english
    assert "(README.md)" in chinese
