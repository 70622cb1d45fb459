"""One data set of a gallery recipe, and the limits on what is taken from it."""

import os
import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from trainer.core.data.gallery import OBJECT_TYPES
from trainer.core.data.splits import SPLITS, split_name
from trainer.core.errors import UserError, short_repr
from trainer.core.files import user_path
from trainer.core.schema import Location, SettingsModel, between

QUOTES = "(in quotes where YAML reads yes, no or a date)"
MAX_NAME_BYTES = 100
Count = Annotated[int, between(1, 10**7)]


def is_path(dataset: str) -> bool:
    """Whether it names a local data set, and not one on the Hub."""
    return dataset.startswith(("/", ".", "~"))


class Limits(SettingsModel):
    """None: no limit."""

    cap_per_class: Count | None = None
    max_classes: Count | None = None
    min_per_class: Count = 1
    max_rows: Annotated[int, between(1, 10**10)] | None = None


class Defaults(Limits):
    """The keys of a gallery recipe beside its entries."""

    seed: Annotated[int, between(0, 2**31)] = 0
    size_px: Annotated[int, between(32, 4096)] = 512

    @classmethod
    def keys_at(cls, location: Location) -> tuple[str, ...]:
        return ("seed", "size_px", "entries", *Limits.model_fields)

    def limits(self) -> dict[str, int | None]:
        """The limits that the recipe sets."""
        return {
            name: value for name, value in self.model_dump(exclude_unset=True).items() if name in Limits.model_fields
        }


class TypeColumn(SettingsModel):
    """The object type of each value of a column; without a column, the one value is ""."""

    column: str | None
    values: dict[str, str]


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError(f"is {short_repr(value)}: expected text")
    return value


def _type_column(value: Any) -> Any:
    column: Any = None
    types: Any = {"": value}
    if isinstance(value, dict):
        column, types = value.get("column"), value.get("values")
        if set(value) != {"column", "values"} or type(column) is not str or not (isinstance(types, dict) and types):
            raise ValueError(
                f"is {short_repr(value)}: expected one of the eleven, or column: NAME and values: {{value: type, ...}}"
            )
    if wrong := [kind for kind in types.values() if kind not in OBJECT_TYPES]:
        raise ValueError(
            f"is {', '.join(str(kind)[:80] for kind in wrong[:5])}: expected one of {', '.join(OBJECT_TYPES)}"
        )
    return TypeColumn(column=column, values=_with_text_keys(types))


def _with_text_keys(values: dict[Any, Any]) -> dict[str, Any]:
    """Raises ValueError if two keys are the same text, as 1 and "1" are."""
    result = {str(key): value for key, value in values.items()}
    if len(result) < len(values):
        raise ValueError(f"is {short_repr(values)}: expected keys that differ as text")
    return result


def _is_class_name(value: Any) -> bool:
    return type(value) in (str, int) and value != ""


def _class_names(value: Any) -> Any:
    if not (isinstance(value, list | tuple) and all(map(_is_class_name, value))):
        raise ValueError(f"is {short_repr(value)}: expected a list of class names {QUOTES}")
    return tuple(map(str, value))


def _new_names(value: Any) -> Any:
    if not (isinstance(value, dict) and all(map(_is_class_name, [*value, *value.values()]))):
        raise ValueError(f"is {short_repr(value)}: expected old: new class names {QUOTES}")
    return {old: str(new) for old, new in _with_text_keys(value).items()}


Text = Annotated[str, AfterValidator(_not_blank)]


class DatasetEntry(Limits):
    """One data set and what to take from it."""

    name: Text
    dataset: Text
    licence: Text
    object_type: Annotated[TypeColumn, BeforeValidator(_type_column)]
    citation: Text = ""
    config: Text | None = None
    revision: Text | None = None
    split: Text = "train"  # as the data set calls it
    as_split: Text = ""  # what its images are in the gallery, if `split` is not a usual name of that
    image: Text = "image"
    label: Text | None = "label"
    keep: Annotated[tuple[str, ...], BeforeValidator(_class_names)] = ()
    rename: Annotated[dict[str, str], BeforeValidator(_new_names), Field(default_factory=dict)]

    @property
    def gallery_split(self) -> str | None:
        """One of SPLITS; None if neither `as_split` nor `split` is the name of one."""
        return split_name(self.as_split or self.split) or None

    @property
    def local(self) -> bool:
        return is_path(self.dataset)

    @field_validator("name")
    @classmethod
    def _check_name(cls, name: str) -> str:
        if not re.fullmatch(r"[A-Za-z0-9][\w.-]*", name) or len(name.encode()) > MAX_NAME_BYTES:
            raise ValueError(
                f"is {short_repr(name)}: expected letters, digits, - and _, at most {MAX_NAME_BYTES}"
                " bytes, as it names a folder"
            )
        return name

    @field_validator("dataset")
    @classmethod
    def _resolve(cls, dataset: str, info: ValidationInfo) -> str:
        """A path is relative to `folder` of the context."""
        if is_path(dataset):
            try:
                path = ((info.context or {}).get("folder", Path()) / user_path(dataset)).resolve()
            except UserError as error:
                raise ValueError(f"is not valid: {str(error).rstrip('.')}") from None
            if not os.path.exists(path):
                raise ValueError(f"is {short_repr(dataset)}: there is nothing at {path}")
            return str(path)
        if not re.fullmatch(r"[\w-][\w.-]*/[\w-][\w.-]*", dataset):
            raise ValueError(
                f"is {short_repr(dataset)}: expected OWNER/NAME on the Hub, or a path that begins with ./ or /"
            )
        return dataset

    @model_validator(mode="after")
    def _check_together(self) -> "DatasetEntry":
        found = []
        if self.cap_per_class is not None and self.min_per_class > self.cap_per_class:
            found.append(f"min_per_class {self.min_per_class} is above cap_per_class {self.cap_per_class}")
        if self.gallery_split is None:
            asked = f"as_split {short_repr(self.as_split)}" if self.as_split else f"split {short_repr(self.split)}"
            found.append(f"{asked} is none of {'/'.join(SPLITS)}: say what its images are, such as as_split: train")
        if found:
            raise ValueError(" and ".join(found))
        return self
