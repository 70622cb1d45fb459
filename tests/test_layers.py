"""Imports flow one way: app.py -> app -> trainer.core, and trainer -> trainer.core."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def imports(file):
    """Full names of the first-party modules that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative imports hide the arrow"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.split(".")[0] in ("app", "trainer")}


def within(name, *modules):
    return any(name == module or name.startswith(f"{module}.") for module in modules)


def files(*patterns):
    return sorted(path for pattern in patterns for path in ROOT.glob(pattern))


@pytest.mark.parametrize(
    ("patterns", "allowed"),
    [
        (["trainer/core/**/*.py"], ["trainer.core"]),
        (["trainer/**/*.py"], ["trainer"]),
        (["app/**/*.py"], ["app", "trainer.core", "trainer.fit"]),
        (["app.py"], ["app"]),
    ],
)
def test_imports_flow_one_way(patterns, allowed):
    wrong = [f"{file.relative_to(ROOT)}: {name}" for file in files(*patterns) for name in sorted(imports(file))
             if not within(name, *allowed)]  # fmt: skip
    assert wrong == []


def test_the_arrows_are_really_looked_at():
    assert "trainer.core.gallery.open_gallery" in imports(ROOT / "trainer/embed.py") | imports(
        ROOT / "trainer/__main__.py"
    )
    assert len(files("trainer/core/*.py")) > 10


def test_metrics_know_numpy_alone():
    tree = ast.parse((ROOT / "trainer/core/metrics.py").read_text())
    modules = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    modules |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert modules == {"numpy", "collections.abc", "dataclasses"}


@pytest.mark.parametrize("module", ["trainer.__main__", "app.layout"])
def test_heavy_modules_do_not_load_at_start_up(module):
    if not (ROOT / f"{module.replace('.', '/')}.py").is_file():
        pytest.skip(f"{module} does not exist")
    heavy = ("numba", "umap", "open_clip", "datasets", "timm")
    code = f"import sys, {module}; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.stdout.strip().splitlines()[-1:] == ["[]"], done.stderr[-500:]
