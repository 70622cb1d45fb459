"""The modules of the map, as the app serves them and as a saved page embeds them."""

import base64
import graphlib
import re

import pytest

from app.map import script
from app.map.script import FOLDER, base_url, embedded_modules, entry_url, modules, preload_urls

IMPORT = re.compile(r"^(?:import|export) [^;]*?from '([^']+)';", re.MULTILINE)


def resolve(name, specifier):
    return (FOLDER / name).parent.joinpath(specifier).resolve().relative_to(FOLDER).as_posix()


def test_every_import_is_relative_and_leads_to_a_module():
    for name, source in modules().items():
        specifiers = IMPORT.findall(source)
        assert len(specifiers) == len(re.findall(r"\bfrom '|\bimport\b(?! \{)", source)), name  # of this form only
        for specifier in specifiers:
            assert specifier.startswith(("./", "../"))
            assert resolve(name, specifier) in modules(), f"{name}: {specifier}"


def test_imports_have_no_cycle():
    graph = {
        name: {resolve(name, specifier) for specifier in IMPORT.findall(source)} for name, source in modules().items()
    }
    assert list(graphlib.TopologicalSorter(graph).static_order())[-1] in ("app.js", "saved_page.js")


def test_every_module_is_used():
    used = {"app.js", "saved_page.js"}
    used |= {resolve(name, specifier) for name, source in modules().items() for specifier in IMPORT.findall(source)}
    assert used == set(modules())


def test_the_url_changes_with_any_module(monkeypatch):
    assert re.fullmatch(r"static/map-[0-9a-f]{16}", base_url())
    changed = modules() | {"geometry/grid.js": modules()["geometry/grid.js"] + "\n"}
    monkeypatch.setattr(script, "modules", lambda: changed)
    assert base_url.__wrapped__() != base_url()


def test_all_modules_of_the_app_are_preloaded():
    assert preload_urls() == [f"{base_url()}/{name}" for name in modules() if name != "saved_page.js"]
    assert entry_url() in preload_urls()


def test_embedded_modules_import_one_another_by_the_import_map():
    embedded = embedded_modules()
    assert embedded.keys() == {f"map/{name}" for name in modules()}
    for name, url in embedded.items():
        source = base64.b64decode(url.removeprefix("data:text/javascript;base64,")).decode()
        original = modules()[name.removeprefix("map/")]
        expected = [f"map/{resolve(name.removeprefix('map/'), specifier)}" for specifier in IMPORT.findall(original)]
        assert IMPORT.findall(source) == expected
        assert set(expected) <= set(embedded)
        assert source.count("\n") == original.count("\n")


@pytest.mark.parametrize("pattern", [r"https?://", r"\bimport\("])
def test_modules_load_nothing_from_elsewhere(pattern):
    assert [name for name, source in modules().items() if re.search(pattern, source)] == []
