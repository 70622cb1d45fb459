"""Both languages say the same things, and every word that the page asks for exists."""

import re
from string import Formatter

import pytest

from app.translator import DIAGNOSIS_ZH_TW, EN, TYPES_ZH_TW, ZH_TW, Translator
from tests.serving import ROOT
from trainer.core.data.gallery import OBJECT_TYPES
from trainer.core.retrieval.diagnosis import SENTENCES, Finding

SOURCES = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "app").glob("*.py") if path.stem != "text"}


def placeholders(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_both_languages_have_the_same_words():
    assert EN.keys() == ZH_TW.keys()
    assert all(text.strip() for words in (EN, ZH_TW) for text in words.values())


@pytest.mark.parametrize("key", EN)
def test_both_languages_name_the_same_values(key):
    assert placeholders(EN[key]) == placeholders(ZH_TW[key])


def test_every_word_that_is_asked_for_exists():
    asked = {key for text in SOURCES.values() for key in re.findall(r"\bt\(\s*[\"'](\w+)[\"']", text)}
    assert len(asked) > 40
    assert asked <= EN.keys()


def test_no_word_is_left_over():
    everything = "".join(SOURCES.values())
    assert [key for key in EN if not re.search(rf"[\"']{key}[\"']", everything)] == []


def test_chinese_is_chinese():
    same = [key for key in EN if EN[key] == ZH_TW[key]]
    assert sorted(same) == ["guie_mp5", "recall_at_1", "title"]


def test_every_finding_on_a_learning_curve_has_both_languages():
    assert DIAGNOSIS_ZH_TW.keys() == SENTENCES.keys()
    for kind, sentence in SENTENCES.items():
        assert placeholders(DIAGNOSIS_ZH_TW[kind]) == placeholders(sentence)
    finding = Finding("overfitting", {"epoch": 3, "best": 1.5, "val": 2.5})
    assert "第 3 輪" in Translator("zh-TW").finding(finding)
    assert Translator("en").finding(finding) == finding.sentence()


def test_object_types_have_names():
    assert TYPES_ZH_TW.keys() == set(OBJECT_TYPES)
    assert Translator("zh-TW").object_type("cars") == "汽車"
    assert Translator("en").object_type("packaged_goods") == "packaged goods"
    assert Translator("zh-TW").object_type("garden_tools") == "garden tools"


def test_words_take_values():
    assert Translator("en")("showing", shown=12, n=1234) == "showing 12 of 1,234"
    assert Translator("zh-TW")("showing", shown=12, n=1234) == "顯示 1,234 張中的 12 張"
    with pytest.raises(KeyError):
        Translator("en")("no such word")
