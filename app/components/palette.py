"""Two colours and one marker for each object type, the same everywhere on the page.

The eleven colours for each theme were found by a search: any two differ also under protanopia, deuteranopia and
tritanopia (Machado et al., 2009), and each has a contrast of at least 3:1 with its page (WCAG 2.1, 1.4.11). The test
measures both. The markers repeat the information for print and for people who see no colour.
"""

from collections.abc import Sequence
from typing import NamedTuple

from trainer.core.data.gallery import OBJECT_TYPES

LIGHT = (
    "#c0747d", "#a6611b", "#309db1", "#9f9538", "#8823b0", "#185108",
    "#f73bf2", "#b30d46", "#780ef7", "#07655c", "#4576a7",
)  # fmt: skip
DARK = (
    "#de2987", "#a94527", "#2689b8", "#ab8115", "#9822c4", "#e0c957",
    "#d30cfe", "#f6797d", "#b88aff", "#9de9e0", "#6fbcc6",
)  # fmt: skip
SYMBOLS = (
    "circle", "square", "diamond", "cross", "triangle-up", "triangle-down",
    "star", "hexagon", "x", "pentagon", "hourglass",
)  # fmt: skip


class TypeStyle(NamedTuple):
    """The colours of a type on a light and on a dark page, `#rrggbb`, and its marker."""

    light: str
    dark: str
    symbol: str

    @property
    def css(self) -> str:
        """Custom properties for an element of the class `type-colour`."""
        return f"--light:{self.light};--dark:{self.dark}"


def style_of(object_types: Sequence[str]) -> dict[str, TypeStyle]:
    """The style of each object type; types that are not in OBJECT_TYPES take unused ones, then repeat them."""
    known = [t for t in object_types if t in OBJECT_TYPES]
    others = [t for t in object_types if t not in OBJECT_TYPES]
    taken = {OBJECT_TYPES.index(t) for t in known}
    free = [i for i in range(len(SYMBOLS)) if i not in taken] or list(range(len(SYMBOLS)))
    number = {t: OBJECT_TYPES.index(t) for t in known} | {t: free[i % len(free)] for i, t in enumerate(others)}
    return {t: TypeStyle(LIGHT[number[t]], DARK[number[t]], SYMBOLS[number[t]]) for t in object_types}
