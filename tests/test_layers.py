"""Imports go one way: app.py -> app -> trainer.core, and trainer -> trainer.core. The app also imports reports.

Inside trainer.core: projection -> retrieval -> models -> data -> cache, files, errors, progress.
"""

import ast
import graphlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CORE_FILES = (
    "arguments",
    "cache",
    "errors",
    "files",
    "hub_access",
    "process",
    "progress",
    "schema",
    "yaml_text",
)
CORE = [f"trainer.core.{name}" for name in CORE_FILES]
MOST_FILES = 14


def imports(file):
    """Full names of what a file imports from this project, anywhere in it, also for annotations alone."""
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


# folder -> what its files may import; a file belongs to the first folder that holds it
ARROWS = {
    "trainer/core/data": ["trainer.core.data", *CORE],
    "trainer/core/models": ["trainer.core.models", "trainer.core.data", *CORE],
    "trainer/core/retrieval": ["trainer.core.retrieval", "trainer.core.models", "trainer.core.data", *CORE],
    "trainer/core/projection": ["trainer.core"],
    "trainer/core": ["trainer.core"],
    "trainer/assemble": ["trainer.assemble", "trainer.core"],
    "trainer/export": ["trainer.export", "trainer.training", "trainer.core"],
    "trainer/training": ["trainer.training", "trainer.core"],
    "trainer": ["trainer"],
    "app/library": ["app.library", "trainer.core"],
    "app/components": ["app.components", "app.context", "app.library", "app.translator", "app.errors", "trainer.core"],
    "app/compare": [
        "app.compare",
        "app.components",
        "app.context",
        "app.library",
        "app.translator",
        "app.errors",
        "trainer.__version__",
        "trainer.core",
        "trainer.export.comparison_report",
    ],
    "app/map": [
        "app.map",
        "app.components",
        "app.context",
        "app.library",
        "app.translator",
        "app.errors",
        "trainer.core",
    ],
    "app/tabs": ["app", "trainer.core"],
    "app": ["app", "trainer.__version__", "trainer.core"],
    "app.py": ["app"],
}


@pytest.mark.parametrize("place", ARROWS)
def test_imports_flow_one_way(place):
    of_place = [file for file in files("app.py", "app/**/*.py", "trainer/**/*.py") if place_of(file) == place]
    wrong = [
        f"{file.relative_to(ROOT)}: {name}"
        for file in of_place
        for name in sorted(imports(file))
        if not within(name, *ARROWS[place])
    ]
    assert of_place
    assert wrong == []


def place_of(file):
    path = str(file.relative_to(ROOT))
    return next(place for place in ARROWS if path == place or path.startswith(f"{place}/"))


def test_no_cycle():
    modules = {module_name(file): file for file in files("app.py", "app/**/*.py", "trainer/**/*.py")}
    arrows = {
        name: {
            imported for full_name in imports(file) if (imported := longest_of(modules, full_name)) not in ("", name)
        }
        for name, file in modules.items()
    }
    graphlib.TopologicalSorter(arrows).prepare()  # raises CycleError


def longest_of(modules, name):
    """The module that `import name` loads: `a.b` for `a.b.function`."""
    return max((module for module in modules if within(name, module)), key=len, default="")


def module_name(file):
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def test_a_folder_holds_about_a_dozen_files():
    folders = [path for top in ("app", "trainer") for path in ROOT.glob(f"{top}/**/") if path.name != "__pycache__"]
    content = {folder.relative_to(ROOT): [file for file in folder.iterdir() if file.suffix in (".py", ".js")]
               for folder in folders}  # fmt: skip
    assert {str(folder): len(inside) for folder, inside in content.items() if len(inside) > MOST_FILES} == {}


def test_metrics_know_numpy_alone():
    """They and their search run without any other package, and without the rest of the project."""
    module, search = "trainer.core.retrieval.metrics", "trainer.core.retrieval.exact_search"
    code = f"import sys, {module}; print([name for name in sys.modules if name not in sys.stdlib_module_names])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    loaded = [name for name in ast.literal_eval(done.stdout) if name.split(".")[0] not in sys.stdlib_module_names]
    packages = {name.split(".")[0] for name in loaded if not name.startswith("_")}
    assert packages == {"numpy", "trainer"}
    assert {name for name in loaded if name.startswith("trainer.core.retrieval.")} == {module, search}


@pytest.mark.parametrize(
    "module", ["trainer", "trainer.__main__", "trainer.core.process", "app.settings", "app.startup"]
)
def test_what_starts_a_program_loads_standard_modules_only(module):
    """So that --help and wrong arguments answer at once, and torch loads after the process is configured."""
    command = [sys.executable, "-S", "-c", f"import {module}"]  # without site-packages, any other import fails
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("module", ["trainer.commands", "app.page"])
def test_heavy_modules_do_not_load_at_start_up(module):
    heavy = ("numba", "umap", "open_clip", "datasets", "timm", "sklearn", "scipy", "openvino", "onnxruntime")
    code = f"import sys, {module}; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.stdout.strip().splitlines()[-1:] == ["[]"], done.stderr[-500:]
