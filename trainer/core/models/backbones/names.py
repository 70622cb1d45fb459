"""The families of backbones, and the names of encoders: parsed, changed and put together again.

spec_of("clip:ViT-B-32/openai:320px:gem")          # family, kind, rest, size_px, options, file
encoder_names("lite0+lite2:320px")                 # ["lite0", "lite2:320px"]
"""

import re
from dataclasses import dataclass
from pathlib import Path

from trainer.core.errors import short_repr
from trainer.core.files import user_path
from trainer.core.models.backbones.clip import ClipFamily
from trainer.core.models.backbones.cnn import TimmFamily
from trainer.core.models.backbones.family import BackboneError, BackboneFamily
from trainer.core.models.backbones.lite import LiteFamily

FAMILIES: dict[str, BackboneFamily] = {
    "lite0": LiteFamily("0", 224),
    "lite2": LiteFamily("2", 260),
    "timm": TimmFamily(),
    "clip": ClipFamily(),
}
SIZES_PX = (32, 1024)


def encoder_names(name: str) -> list[str]:
    """The encoders of a backbone's name: `lite0+lite2:320px` -> `lite0`, `lite2:320px`."""
    kinds = "|".join(map(re.escape, FAMILIES))
    # the folders of a weights file may have any name
    without_files = re.sub(r"(?:@|//).+?\.safetensors", lambda file: "/" * len(file[0]), name, flags=re.DOTALL)
    cuts = [match.start() for match in re.finditer(rf"\+(?=(?:{kinds})(?:[:+@]|$))", without_files)]
    return [name[start + 1 : end] for start, end in zip([-1, *cuts], [*cuts, len(name)], strict=True)]


@dataclass(frozen=True)
class Spec:
    """The parsed name of one encoder."""

    family: BackboneFamily
    kind: str
    rest: str
    size_px: int | None
    squash: bool
    gem: bool
    root: bool
    mirror: bool
    file: Path | None

    @property
    def plain(self) -> str:
        return f"{self.kind}:{self.rest}" if self.rest else self.kind

    @property
    def options(self) -> list[str]:
        """The suffixes except the size."""
        return [option for option in ("squash", "gem", "root", "mirror") if getattr(self, option)]


def at_size(name: str, size_px: int) -> str:
    """The name of the same encoder for images of this size, with pretrained weights."""
    spec = spec_of(name)
    return ":".join([spec.plain, f"{size_px}px", *spec.options])


def without_folders(name: str) -> str:
    """The name of one encoder, its weights file without folders: for a record that is published."""
    file = spec_of(name).file
    return _with_file(name, file.name) if file else name


def with_absolute_files(name: str) -> str:
    """The name of a backbone with absolute paths of its weights files."""

    def absolute(encoder: str) -> str:
        file = spec_of(encoder).file
        return encoder if file is None or file.is_absolute() else _with_file(encoder, str(file.absolute()))

    return "+".join(map(absolute, encoder_names(name)))


def _with_file(name: str, file: str) -> str:
    spec = spec_of(name)
    size = [f"{spec.size_px}px"] if spec.size_px else []
    return ":".join([spec.plain, *size, *spec.options]) + f"@{file}"


def spec_of(name: str) -> Spec:
    """Parse the name of one encoder. Raises BackboneError if it is not a valid name."""
    # the folders of an absolute path may contain any character
    absolute = re.fullmatch(r"(clip:[^/@]+)/(/.+?\.safetensors)((?::[^@]*)?)(@.+)?", name, re.DOTALL)
    plain, at, file = name.partition("@")
    if absolute:
        plain, at, file = absolute[1] + absolute[3], "@", (absolute[4] or f"@{absolute[2]}")[1:]
    match = re.fullmatch(r"(.*?)(?::([0-9]{1,9})px)?(:squash)?(:gem)?(:root)?(:mirror)?", plain, re.DOTALL)
    assert match is not None  # every group of the pattern may be empty
    kind, _, rest = match[1].partition(":")
    if kind not in FAMILIES or FAMILIES[kind].needs_rest != bool(rest) or bool(at) != bool(file):
        raise BackboneError(
            f"No backbone is called {short_repr(name)}: expected lite0, lite2, clip:ARCH/TAG or timm:NAME, for example"
            " clip:ViT-L-14/openai, or clip:ARCH//abs/FILE.safetensors for a local file."
        )
    size_px = int(match[2]) if match[2] else None
    if size_px is not None and not SIZES_PX[0] <= size_px <= SIZES_PX[1]:
        raise BackboneError(f"{name}: expected images of {SIZES_PX[0]} to {SIZES_PX[1]} px, found {size_px}.")
    rest, local = FAMILIES[kind].split_file(rest)
    weights = user_path(file) if file else local
    if not weights:
        FAMILIES[kind].check_pretrained(rest)
    squash, gem, root, mirror = map(bool, match.groups()[2:])
    return Spec(FAMILIES[kind], kind, rest, size_px, squash, gem, root, mirror, weights)
