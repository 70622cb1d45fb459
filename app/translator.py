"""The texts of the page in one language, from `locales/LANGUAGE.json`.

t = Translator("en")
t("page", page=1, pages=3)            # "page 1 of 3"
t("n_images", n=1)                    # "1 image": a text with plural forms takes the one for `n`
t.object_type("packaged_goods")       # "packaged goods"

Errors, findings and verdicts are English sentences of `trainer.core`; a locale may hold a translation of each.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from trainer.core.errors import UserError
from trainer.core.retrieval.diagnosis import Finding
from trainer.core.retrieval.verdict import Statement, name_list

LOCALES = Path(__file__).with_name("locales")


@cache
def languages() -> tuple[str, ...]:
    """The languages that have a locale file."""
    return tuple(sorted(path.stem for path in LOCALES.glob("*.json")))


@cache
def locale(lang: str) -> dict[str, dict[str, Any]]:
    """The sections of a locale: `texts`, `object_types`, and translations of `findings`, `verdict` and `errors`."""
    return json.loads((LOCALES / f"{lang}.json").read_text(encoding="utf-8"))


class Translator:
    """`lang`: a language that has a file in `locales/`."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self._locale = locale(lang)

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key with its values filled in. Raises KeyError for an unknown key."""
        text = self._locale["texts"][key]
        if isinstance(text, dict):
            text = text[self.plural_form(values["n"])]
        return text.format(**values) if values else text

    def plural_form(self, n: object) -> str:
        """The CLDR plural category of a whole number: English has `one` and `other`, Chinese only `other`."""
        return "one" if n == 1 and self.lang == "en" else "other"

    def object_type(self, name: str) -> str:
        return self._locale["object_types"].get(name) or name.replace("_", " ")

    def finding(self, finding: Finding) -> str:
        """What a learning curve shows, as a sentence."""
        translation = self._locale.get("findings", {}).get(finding.kind)
        return translation.format(**finding.values) if translation else finding.sentence()

    def statement(self, statement: Statement) -> str:
        """One sentence of the verdict of a comparison."""
        translation = self._locale.get("verdict", {}).get(statement.kind)
        if not translation:
            return statement.sentence()
        values = {key: self._value(key, value) for key, value in statement.values.items()}
        return translation.format(**values)

    def _value(self, key: str, value: Any) -> Any:
        if isinstance(value, list):
            return name_list(value, self("list_comma"), self("list_last"), self("list_more"))
        return self(value) if key == "metric" else value

    def error(self, error: UserError) -> str:
        """The sentence of an error; in English where the locale has no translation of it."""
        translation = self._locale.get("errors", {}).get(error.key)
        return str(UserError(translation.format(**error.values)) if translation else error)
