"""The modules of the map as one file."""

import re

from app.map.script import FOLDER, module, script


def test_top_level_names_differ():
    names = re.findall(r"^(?:async )?(?:const|let|class|function) (\w+)", script(), re.MULTILINE)
    assert len(names) > 40
    assert sorted(names) == sorted(set(names))


def test_nothing_is_imported_and_every_module_is_there():
    text = script()
    assert not re.search(r"^(import|export) ", text, re.MULTILINE)
    for path in FOLDER.glob("*.js"):
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert text.count(first) == 1, path.name


def test_the_name_follows_the_text():
    name, text = module()
    assert re.fullmatch(r"map-[0-9a-f]{16}\.js", name)
    assert text.rstrip().endswith("export {openLive};")


def test_the_modules_ask_nobody_else():
    assert not re.search(r"https?://", script())
