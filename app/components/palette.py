"""One colour and one marker for each object type, the same everywhere on the page.

The eleven colours were found by a search: any two differ also under protanopia, deuteranopia and tritanopia (Machado
et al., 2009), and each contrasts with a white and a near-black page. The test measures both. The markers repeat the
information for print and for people who see no colour.
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
    """Colour and marker of each object type; other types take unused ones, then repeat them."""
    known = [t for t in object_types if t in OBJECT_TYPES]
    others = [t for t in object_types if t not in OBJECT_TYPES]
    taken = {OBJECT_TYPES.index(t) for t in known}
    free = [i for i in range(len(COLOURS)) if i not in taken] or list(range(len(COLOURS)))
    number = {t: OBJECT_TYPES.index(t) for t in known} | {t: free[i % len(free)] for i, t in enumerate(others)}
    return {t: (COLOURS[number[t]], SYMBOLS[number[t]]) for t in object_types}
