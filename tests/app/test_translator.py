"""The locale files: the same texts in all languages, all of them used, in correct typography."""

import re
from string import Formatter

import pytest

from app.settings import LANGUAGES
from app.translator import Translator, languages, locale
from tests.serving import ROOT
from trainer.core.data.gallery import OBJECT_TYPES
from trainer.core.errors import UserError
from trainer.core.retrieval.diagnosis import SENTENCES, Finding
from trainer.core.retrieval.metric_names import METRICS
from trainer.core.retrieval.verdict import SENTENCES as VERDICT
from trainer.core.retrieval.verdict import Statement

EN, ZH_TW = (locale(lang) for lang in ("en", "zh-TW"))
SOURCES = {
    path: path.read_text(encoding="utf-8")
    for kind in ("py", "js")
    for path in sorted((ROOT / "app").rglob(f"*.{kind}"))
}
WORD = re.compile(r"\bwords\.(\w+)")
RAISED = {
    key
    for folder in ("app", "trainer")
    for path in (ROOT / folder).rglob("*.py")
    for key in re.findall(r'\bkey="(\w+)"', path.read_text(encoding="utf-8"))
} | {"parameter_whole", "parameter_range"}  # chosen by a condition


def forms(text):
    """The plural forms of a text, or the text alone."""
    return list(text.values()) if isinstance(text, dict) else [text]


def placeholders(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def every_text(section_of_locale):
    return {
        f"{section} {key} {number}": form
        for section, texts in section_of_locale.items()
        for key, text in texts.items()
        for number, form in enumerate(forms(text))
    }


def test_there_is_a_file_for_each_language():
    assert languages() == tuple(sorted(LANGUAGES))


@pytest.mark.parametrize("section", ["texts", "object_types"])
def test_both_languages_have_the_same_keys(section):
    assert EN[section].keys() == ZH_TW[section].keys()
    assert EN.keys() == {"texts", "object_types"}  # errors and findings are English where they are raised


@pytest.mark.parametrize("key", EN["texts"])
def test_both_languages_have_the_same_placeholders(key):
    in_all = {frozenset(placeholders(forms(texts["texts"][key])[-1])) for texts in (EN, ZH_TW)}
    assert len(in_all) == 1
    assert placeholders(forms(EN["texts"][key])[0]) <= set(*in_all)  # "one" may leave the number out
    for texts, categories in ((EN, {"one", "other"}), (ZH_TW, {"other"})):
        text = texts["texts"][key]
        assert isinstance(text, dict) == isinstance(EN["texts"][key], dict)
        if isinstance(text, dict):
            assert text.keys() == categories
            assert "n" in placeholders(text["other"])


def test_every_key_that_the_code_uses_exists():
    used = {key for text in SOURCES.values() for key in re.findall(r"\bt\(\s*[\"'](\w+)[\"']", text)}
    used |= {key for path, text in SOURCES.items() if path.suffix == ".js" for key in WORD.findall(text)} - {"map"}
    assert len(used) > 80
    assert used <= EN["texts"].keys()


def test_every_key_is_used():
    code = "".join(SOURCES.values())
    used = set(re.findall(r"(?<=[\"'])\w+(?=[\"'])|(?<=\bwords\.)\w+", code))
    used |= {f"{key}_hint" for key in used} | set(METRICS)  # the hint of a control has the key of its label
    assert EN["texts"].keys() - used == set()


@pytest.mark.parametrize("name", every_text(ZH_TW))
def test_chinese_has_full_width_punctuation(name):
    text = re.sub(r"\{\w+[^}]*\}", "中", every_text(ZH_TW)[name])  # a value may be Chinese
    text = re.sub(r"中/中 = 中|中 x 中", "", text)
    assert re.findall(r"[\u4e00-\u9fff，。：；？！（）「」、][,.:;?!()\"']|[,.:;?!()\"'][\u4e00-\u9fff]", text) == []
    assert " ，" not in text
    assert "。 " not in text


def test_chinese_is_translated():
    same = [key for key in EN["texts"] if EN["texts"][key] == ZH_TW["texts"][key]]
    assert sorted(same) == ["guie_mp5", "recall_at_1", "title"]
    assert all(re.search(r"[\u4e00-\u9fff]", text) for text in ZH_TW["object_types"].values())


def test_english_says_image():
    assert [name for name, text in every_text(EN).items() if re.search("picture|photo(?!graph)", text, re.I)] == []


def test_counts_take_the_plural_form():
    t = Translator("en")
    assert [t("n_images", n=n) for n in (0, 1, 2, 1234)] == ["0 images", "1 image", "2 images", "1,234 images"]
    assert [t("n_classes", n=n) for n in (1, 21)] == ["1 class", "21 classes"]
    assert [Translator("zh-TW")("n_images", n=n) for n in (1, 1234)] == ["1 張圖片", "1,234 張圖片"]


def test_texts_take_values():
    assert Translator("en")("page", page=2, pages=31) == "page 2 of 31"
    assert Translator("en")("selection", n=1234) == "Selected images: 1,234"
    with pytest.raises(KeyError):
        Translator("en")("no such key")


def test_every_finding_on_a_learning_curve_is_translated():
    assert ZH_TW["findings"].keys() == SENTENCES.keys()
    for kind, sentence in SENTENCES.items():
        assert placeholders(ZH_TW["findings"][kind]) == placeholders(sentence)
    finding = Finding("overfitting", {"epoch": 3, "best": 1.5, "val": 2.5})
    assert "第 3 輪" in Translator("zh-TW").finding(finding)
    assert Translator("en").finding(finding) == finding.sentence()


def test_every_sentence_of_a_verdict_is_translated():
    assert ZH_TW["verdict"].keys() == VERDICT.keys()
    for kind, sentence in VERDICT.items():
        assert all(placeholders(text) == placeholders(ZH_TW["verdict"][kind]) for text in forms(sentence))
    statement = Statement("best", {"names": ["a"], "metric": "study_mp5", "value": "0.500", "n": 1})
    assert Translator("zh-TW").statement(statement) == "a 的 研究 mP@5 最高：0.500（1 個查詢）。"
    assert Translator("en").statement(statement) == statement.sentence()


def test_object_types_have_names():
    assert set(EN["object_types"]) == set(OBJECT_TYPES)
    assert Translator("zh-TW").object_type("cars") == "汽車"
    assert Translator("en").object_type("packaged_goods") == "packaged goods"
    assert Translator("zh-TW").object_type("garden_tools") == "garden tools"  # a type of the gallery's own


def test_every_key_of_an_error_is_translated_and_every_translation_is_raised():
    assert ZH_TW["errors"].keys() == RAISED


def test_an_error_without_translation_is_shown_in_english():
    error = UserError("The sentence.\nIts second line.")
    assert [Translator(lang).error(error) for lang in LANGUAGES] == ["The sentence. Its second line."] * 2
