"""One colour and one marker for each object type, the same everywhere on the page.

The eleven colours were searched for so that every two of them stay apart for people with protanopia, deuteranopia or
tritanopia (Machado et al., 2009) and all of them stand out from a white and a near-black page; the test measures both.
The markers say the same again, for print and for eyes that see no colour at all.
"""

from collections.abc import Sequence

from trainer.core.data.gallery import OBJECT_TYPES

COLOURS = (
    "#f657a3", "#934d09", "#54ccfc", "#c89526", "#9d4ff4", "#b1d005",
    "#c70eb3", "#ebb1a5", "#8b8fef", "#2f8e67", "#3a6476",
)  # fmt: skip
SYMBOLS = (
    "circle", "square", "diamond", "cross", "triangle-up", "triangle-down",
    "star", "hexagon", "x", "pentagon", "hourglass",
)  # fmt: skip


def style_of(object_types: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Colour and marker of each object type; types beyond the eleven take those that are free, then begin again."""
    known = [t for t in object_types if t in OBJECT_TYPES]
    others = [t for t in object_types if t not in OBJECT_TYPES]
    taken = {OBJECT_TYPES.index(t) for t in known}
    free = [i for i in range(len(COLOURS)) if i not in taken] or list(range(len(COLOURS)))
    number = {t: OBJECT_TYPES.index(t) for t in known} | {t: free[i % len(free)] for i, t in enumerate(others)}
    return {t: (COLOURS[number[t]], SYMBOLS[number[t]]) for t in object_types}
