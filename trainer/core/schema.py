"""Settings that users write, validated by pydantic: types, ranges and allowed names.

    class Sampling(SettingsModel):
        batch_size: Annotated[int, between(2, 65536)] = 512

A `SettingsModel` is one group of values; `mistakes` lists what is wrong with them. A `Document` is a whole file of a
user: its constructor raises one UserError with all mistakes.
"""

from collections.abc import Collection, Sequence
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError

from trainer.core.errors import UserError, listed, short_repr

MAX_SHOWN = 20  # mistakes in one sentence
MAX_KEY_CHARS = 80
Location = tuple[int | str, ...]  # keys and list positions that lead to a value
EXPECTED = {  # by pydantic's type of error
    "int_type": "a whole number", "float_type": "a number", "string_type": "text", "bool_type": "true or false",
    "tuple_type": "a list", "list_type": "a list", "dict_type": "keys and values", "model_type": "keys and values",
}  # fmt: skip


class SettingsModel(BaseModel):
    """Frozen values. Unknown keys and values of another type are refused; a whole number is accepted as a float."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @classmethod
    def key_at(cls, location: Location) -> str:
        """The key, as the user writes it, of the value at a location."""
        return ".".join(map(str, location))

    @classmethod
    def keys_at(cls, location: Location) -> tuple[str, ...]:
        """The keys that the user may write instead of an unknown one at a location."""
        return tuple(cls.model_fields)


class Document(SettingsModel):
    """Settings whose constructor raises UserError."""

    title: ClassVar[str] = ""  # in front of the mistakes

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise UserError(f"{self.title}{join_mistakes(mistakes(error, type(self)))}.") from error


def mistakes(error: ValidationError, settings: type[SettingsModel]) -> list[str]:
    """One phrase for each mistake: the key, the value and what is expected instead."""
    unknown: dict[tuple[str, ...], list[str]] = {}
    found = []
    for one in error.errors(include_url=False):
        key = settings.key_at(one["loc"])[:MAX_KEY_CHARS]
        if one["type"] == "extra_forbidden":
            unknown.setdefault(settings.keys_at(one["loc"]), []).append(key)
        elif one["type"] == "missing":
            found.append(f"{key} is missing")
        elif one["type"] == "value_error":  # raised by a validator of ours
            found.append(f"{key} {one['ctx']['error']}".strip())
        else:
            found.append(f"{key} is {short_repr(one['input'])}: expected {EXPECTED.get(one['type'], one['msg'])}")
    return [*(_unknown_keys(keys, known) for known, keys in unknown.items()), *found]


def _unknown_keys(keys: list[str], known: Sequence[str]) -> str:
    return f"unknown key {listed(keys)}: expected {', '.join(known)}"


def join_mistakes(found: Sequence[str]) -> str:
    """The first MAX_SHOWN mistakes, and how many more there are."""
    more = [f"and {len(found) - MAX_SHOWN:,} more mistakes"] if len(found) > MAX_SHOWN else []
    return "; ".join([*found[:MAX_SHOWN], *more])


def between(low: float, high: float, unset: float | None = None) -> AfterValidator:
    """Accept `low` to `high`, and `unset`, which means that no value is given."""

    def check(value: float) -> float:
        if value != unset and not low <= value <= high:  # NaN is refused too
            raise ValueError(f"is {short_repr(value)}: expected {low} to {high}")
        return value

    return AfterValidator(check)


def one_of(names: Collection[str], *others: str) -> AfterValidator:
    """Accept the names of a registry, as it is when a value is validated, and `others`."""

    def check(value: str) -> str:
        if value not in (*others, *names):
            raise ValueError(f"is {short_repr(value)}: expected one of {', '.join((*others, *names))}")
        return value

    return AfterValidator(check)


def _number(value: Any) -> Any:
    if type(value) is not str:
        return value
    try:
        return float(value)
    except ValueError:
        raise ValueError(f"is {short_repr(value)}: expected a number") from None


Float = Annotated[float, BeforeValidator(_number)]  # also from text, as YAML reads 1e-3 as text
