"""The page as a whole: header, languages, notices, and no requests to other servers."""

import html
import re
from dataclasses import replace

from app.page import build_page
from app.translator import Translator
from tests.serving import ROOT


def html_of(demo, page=""):
    """The HTML of one language's page."""
    return "".join(
        str(block.value)
        for block in demo.blocks.values()
        if block.page == page and isinstance(getattr(block, "value", None), str)
    )


def test_notices_are_on_the_page_of_each_language_and_escaped(library):
    demo = build_page(replace(library, notices=("<script>left out</script>",)), "en")
    for page in ("", "zh-TW"):
        assert "&lt;script&gt;left out" in html_of(demo, page)
        assert "<script>left out" not in html_of(demo, page)
    assert 'class="notice"' not in html_of(build_page(library, "en"))


def test_the_header_counts(library):
    demo = build_page(library, "en")
    assert "721 images · 11 object types · 103 classes · gallery “sample”" in html_of(demo)
    assert "721 張圖片 · 11 種物件類型 · 103 個類別 · 圖庫「sample」" in html_of(demo, "zh-TW")


def test_each_language_has_a_page_with_three_tabs(library):
    for default, other in (("en", "zh-TW"), ("zh-TW", "en")):
        demo = build_page(library, default)
        for page, lang in (("", default), (other, other)):
            labels = {getattr(block, "label", None) for block in demo.blocks.values() if block.page == page}
            assert {Translator(lang)(name) for name in ("search", "map", "compare")} <= labels
        assert [path for path, _, in_navbar in demo.pages if in_navbar] == [""]  # no navigation bar


def test_the_header_links_the_languages(library):
    demo = build_page(library, "zh-TW")
    for page, current in (("", "zh-TW"), ("en", "en")):
        links = re.findall(r'<a href="([^"]+)" lang="([^"]+)"([^>]*)>', html_of(demo, page))
        assert [(href, lang) for href, lang, _ in links] == [("en", "en"), ("./", "zh-TW")]
        assert [lang for _, lang, more in links if "aria-current" in more] == [current]


def test_hostile_names_of_checkpoints_and_types_stay_text(library):
    hostile = '<img src=x onerror="alert(1)">'
    first, *others = library.names
    checkpoints = {hostile: library.checkpoints[first]} | {name: library.checkpoints[name] for name in others}
    table = library.gallery.table
    table = table.assign(object_type=table["object_type"].replace("cars", hostile))
    demo = build_page(replace(library, checkpoints=checkpoints, gallery=replace(library.gallery, table=table)), "en")
    values = [block.value for block in demo.blocks.values() if type(block).__name__ == "HTML"]
    assert any(html.escape(hostile)[:8] in value for value in values)
    assert not any("<img src=x" in value for value in values)


def test_nothing_on_the_page_comes_from_other_servers():
    for path in (ROOT / "app").rglob("*"):
        if path.suffix in (".js", ".css", ".html", ".j2", ".py"):
            assert "https://" not in path.read_text(encoding="utf-8"), path.name
