"""What `pip install -e .` installs: the console script, the version, the data files, the citation."""

import tomllib
from importlib import import_module
from pathlib import Path

import yaml

import trainer

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_console_script_is_the_command_line():
    module, function = PYPROJECT["project"]["scripts"]["guie-atlas"].split(":")
    assert getattr(import_module(module), function) is import_module("trainer.__main__").command


def test_version_and_dependencies_have_one_place():
    assert set(PYPROJECT["project"]["dynamic"]) == {"version", "dependencies"}
    dynamic = PYPROJECT["tool"]["setuptools"]["dynamic"]
    assert dynamic == {"version": {"attr": "trainer.__version__"}, "dependencies": {"file": ["requirements.txt"]}}
    assert all(part.isdigit() for part in trainer.__version__.split("."))
    assert not [line for line in (ROOT / "requirements.txt").read_text().splitlines() if line.startswith("-")]


def test_every_data_file_is_installed():
    for package, patterns in PYPROJECT["tool"]["setuptools"]["package-data"].items():
        installed = {path for pattern in patterns for path in (ROOT / package).glob(pattern)}
        files = {path for path in (ROOT / package).rglob("*") if path.is_file() and path.suffix != ".py"}
        left_out = {path for path in files - installed if path.parent.name not in ("__pycache__", "screenshots")}
        assert left_out == set()


def test_the_citation_names_the_holder_of_the_licence():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
    [author] = citation["authors"]
    assert f"Copyright (c) 2026 {author['name']}" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert citation["license"] == PYPROJECT["project"]["license"]
