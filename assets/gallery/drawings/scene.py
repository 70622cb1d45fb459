"""Where the drawn things stand: backgrounds as SVG in a 640 x 640 box, and how freely the camera moves."""

from collections.abc import Callable
from dataclasses import dataclass

from .view import View, shade

WALLS = ("#d9cfc1", "#c3d0d6", "#e6dccb", "#b9c4b1", "#d3c2c7", "#8f9aa6", "#efe9df", "#a8b7c9", "#70665c", "#c9b79c")
WOODS = ("#a9784f", "#7d5636", "#c49a6c", "#5d4431", "#d1b28c")


@dataclass(frozen=True)
class Scene:
    """A background and the camera's freedom; `shadow` in 0..1, angles in degrees, sizes as a share of the frame."""

    background: Callable[[View], str]
    scale: tuple[float, float] = (0.72, 0.98)
    tilt_deg: float = 12.0
    perspective: float = 0.12
    shift: float = 0.07
    shadow: float = 0.45
    mirror: bool = True


def gradient(name: str, top: str, bottom: str) -> str:
    return (
        f'<linearGradient id="{name}" x1="0" y1="0" x2="0" y2="1">'
        f'<stop offset="0" stop-color="{top}"/><stop offset="1" stop-color="{bottom}"/></linearGradient>'
    )


def studio(view: View) -> str:
    """A seamless paper sweep, as in a product photograph."""
    colour = view.pick(*WALLS, "#ffffff", "#f4f4f2", "#dfe6ea")
    return gradient("sweep", shade(colour, 0.25), shade(colour, -0.12)) + (
        '<rect width="640" height="640" fill="url(#sweep)"/>'
        f'<ellipse cx="320" cy="560" rx="420" ry="120" fill="{shade(colour, 0.3)}" opacity="0.5"/>'
    )


def tabletop(view: View) -> str:
    """A table against a wall."""
    wall, wood = view.pick(*WALLS), view.pick(*WOODS, "#e9e4dc", "#4a4f57")
    edge = view.vary(380, 470)
    grain = "".join(
        f'<path d="M0 {y} q 160 {view.vary(-9, 9)} 320 0 t 320 0" fill="none"'
        f' stroke="{shade(wood, -0.18)}" stroke-width="2" opacity="0.5"/>'
        for y in range(int(edge) + 18, 640, 26)
    )
    return (
        gradient("wall", shade(wall, 0.12), shade(wall, -0.1))
        + gradient("wood", shade(wood, 0.1), shade(wood, -0.15))
        + '<rect width="640" height="640" fill="url(#wall)"/>'
        + f'<rect y="{edge}" width="640" height="{640 - edge}" fill="url(#wood)"/>{grain}'
    )


def room(view: View) -> str:
    """A wall, a skirting board and a floor."""
    wall, floor = view.pick(*WALLS), view.pick(*WOODS, "#8b8d8f", "#cfc7ba")
    edge = view.vary(430, 500)
    boards = "".join(
        f'<path d="M{320 + (x - 320) * 0.6} {edge} L{320 + (x - 320) * 1.6} 640"'
        f' stroke="{shade(floor, -0.2)}" stroke-width="2"/>'
        for x in range(-240, 900, 70)
    )
    return (
        gradient("wall", shade(wall, 0.08), shade(wall, -0.12))
        + '<rect width="640" height="640" fill="url(#wall)"/>'
        + f'<rect y="{edge}" width="640" height="{640 - edge}" fill="{floor}"/>{boards}'
        + f'<rect y="{edge - 14}" width="640" height="14" fill="{shade(wall, 0.5)}"/>'
    )
