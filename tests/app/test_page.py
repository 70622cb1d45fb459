"""The page as a whole: header, notices, and nobody else's servers."""

from dataclasses import replace

from app.page import build_page
from app.translator import Translator
from tests.serving import ROOT


def html_of(demo):
    return "".join(str(block.value) for block in demo.blocks.values() if isinstance(getattr(block, "value", None), str))


def test_notices_stand_on_the_page_and_are_escaped(library):
    html = html_of(build_page(replace(library, notices=("<script>left out</script>",)), "en"))
    assert "&lt;script&gt;left out" in html
    assert "<script>left out" not in html
    assert 'class="notice"' not in html_of(build_page(library, "en"))


def test_the_header_counts(library):
    assert "567 pictures · 11 object types · 81 classes · gallery “sample”" in html_of(build_page(library, "en"))
    assert "567 張圖片" in html_of(build_page(library, "zh-TW"))


def test_both_languages_have_three_tabs(library):
    for lang in ("en", "zh-TW"):
        labels = {getattr(block, "label", None) for block in build_page(library, lang).blocks.values()}
        assert {Translator(lang)(name) for name in ("search", "map", "compare")} <= labels


def test_nothing_on_the_page_points_elsewhere():
    for path in (ROOT / "app").iterdir():
        if path.suffix in (".js", ".css", ".html", ".py"):
            assert "https://" not in path.read_text(encoding="utf-8"), path.name
