"""Storefronts: small shops in a street, each with its sign, window display, door and awning."""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from .scene import Scene, gradient
from .view import View, shade

FLOOR = 322
WINDOW_TOP, WINDOW_BOTTOM = 140, 286
Display = Callable[[View, float, float], str]


def mix(a: str, b: str, share: float) -> str:
    """The colour `share` of the way from a to b."""
    pairs = ((int(a[i : i + 2], 16), int(b[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(x + (y - x) * share):02x}" for x, y in pairs)


@dataclass(frozen=True)
class Street:
    """What a shop and its background agree on: the hour, the wall and the pavement."""

    hour: str
    wall: str
    bricks: bool
    pavement: str

    @property
    def dark(self) -> bool:
        return self.hour in ("dusk", "night")

    def tone(self, colour: str) -> str:
        tint, share = {
            "day": ("#fff4dc", 0.03),
            "morning": ("#ffcf8a", 0.16),
            "dusk": ("#4b3768", 0.36),
            "night": ("#121a3c", 0.55),
        }[self.hour]
        return mix(colour, tint, share)


def street_of(view: View) -> Street:
    hours = ("day", "night", "morning", "day", "dusk", "morning", "night", "day")
    offset = sum(view.seed.split("/")[1].encode())
    rng = random.Random(f"{view.seed}/street")
    wall, bricks = rng.choice(
        (
            ("#a8604a", True),
            ("#e8dcc4", False),
            ("#b98a63", True),
            ("#c9cdd0", False),
            ("#8f8f92", True),
            ("#e0c2a8", False),
        )
    )
    return Street(
        hours[(view.number + offset) % len(hours)], wall, bricks, rng.choice(("#a9a59c", "#b8aa94", "#8d9096"))
    )


def rect(x: float, y: float, width: float, height: float, fill: str, more: str = "") -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}" {more}/>'


def path(data: str, fill: str, more: str = "") -> str:
    return f'<path d="{data}" fill="{fill}" {more}/>'


def line(data: str, colour: str, width: float, more: str = "") -> str:
    return f'<path d="{data}" fill="none" stroke="{colour}" stroke-width="{width}" {more}/>'


def ellipse(x: float, y: float, rx: float, ry: float, fill: str, more: str = "") -> str:
    return f'<ellipse cx="{x:.1f}" cy="{y:.1f}" rx="{rx:.1f}" ry="{ry:.1f}" fill="{fill}" {more}/>'


def moved(x: float, y: float, art: str, size: float = 1.0, turn: float = 0.0) -> str:
    return f'<g transform="translate({x:.1f} {y:.1f}) rotate({turn:.1f}) scale({size})">{art}</g>'


def brightness(colour: str) -> int:
    return sum(int(colour[i : i + 2], 16) for i in (1, 3, 5))


def masonry(street: Street) -> str:
    """The wall and the pavement, wider than the box."""
    wall, pavement = street.tone(street.wall), street.tone(street.pavement)
    out = rect(-400, -400, 1200, 1200, wall)
    if street.bricks:
        joint = shade(wall, 0.22)
        out += (
            '<pattern id="bricks" width="26" height="14" patternUnits="userSpaceOnUse">'
            + rect(1, 1, 11, 5, shade(wall, -0.14))
            + rect(14, 8, 11, 5, shade(wall, 0.08))
            + line("M0 0.5 H26 M0 7.5 H26 M13 0 V7 M0.5 7 V14", joint, 1, 'opacity="0.6"')
            + "</pattern>"
            + rect(-400, -400, 1200, 1200, "url(#bricks)")
        )
    out += gradient("pavement", shade(pavement, 0.12), shade(pavement, -0.12)) + rect(
        -400, FLOOR, 1200, 400, "url(#pavement)"
    )
    out += "".join(
        line(f"M{x} {FLOOR} L{200 + (x - 200) * 1.5:.0f} 372", shade(pavement, -0.22), 1.5)
        for x in range(-300, 720, 42)
    )
    out += line(f"M-400 {FLOOR + 18} H800", shade(pavement, -0.22), 1.5)
    return out + rect(-400, 372, 1200, 9, shade(pavement, 0.25)) + rect(-400, 381, 1200, 300, street.tone("#4b4d52"))


def upper_windows(view: View, street: Street) -> str:
    out, frame = rect(-100, 62, 600, 8, shade(street.tone(street.wall), 0.3)), street.tone("#f2ece0")
    for x in (70, 200, 330):
        lit = street.dark and view.chance(0.6)
        glass = "#ffd27a" if lit else street.tone("#5c7488")
        out += rect(x - 28, -60, 56, 112, frame) + rect(x - 23, -55, 46, 102, glass)
        out += line(f"M{x} -55 V47 M{x - 23} 6 H{x + 23}", frame, 4) + rect(x - 34, 50, 68, 7, shade(frame, -0.15))
        out += path(f"M{x - 20} 44 L{x - 2} 44 L{x + 18} -20 L{x + 4} -20Z", "#ffffff", 'opacity="0.16"')
    return out


def awning(view: View, street: Street, a: str, b: str, x: float, width: float) -> str:
    """A striped awning with a scalloped edge over x..x+width."""
    drop, count = view.vary(36, 46), round(width / 21)
    step, flare, top = width / count, 12, 132
    low = top + drop
    out = ""
    for k in range(count):
        colour = street.tone((a, b)[k % 2])
        x0, x1 = x + k * step, x + (k + 1) * step
        f0, f1 = (x - flare + (width + 2 * flare) * j / count for j in (k, k + 1))
        out += path(f"M{x0:.1f} {top} L{x1:.1f} {top} L{f1:.1f} {low:.1f} L{f0:.1f} {low:.1f}Z", colour)
        out += path(
            f"M{f0:.1f} {low:.1f} H{f1:.1f} v6 A{(f1 - f0) / 2:.1f} 8 0 0 1 {f0:.1f} {low + 6:.1f}Z",
            shade(colour, -0.14),
        )
    out += gradient("sheen", "#ffffff", "#000000")
    out += path(
        f"M{x} {top} H{x + width} L{x + width + flare} {low:.1f} H{x - flare}Z", "url(#sheen)", 'opacity="0.16"'
    )
    return out + rect(x - flare, low + 14, width + 2 * flare, 16, "#0c0a14", 'opacity="0.22"')


def door(view: View, street: Street, x: float, colour: str, glow: str) -> str:
    """A half-glazed door 58 wide; x is its left edge."""
    wood = street.tone(colour)
    out = rect(x - 4, WINDOW_TOP - 8, 66, FLOOR - WINDOW_TOP + 8, shade(wood, -0.35)) + rect(
        x, 158, 58, FLOOR - 158, wood
    )
    out += rect(x, WINDOW_TOP - 4, 58, 15, glow, 'opacity="0.9"')
    out += rect(x + 8, 168, 42, 84, glow) + path(
        f"M{x + 10} 240 L{x + 30} 168 L{x + 42} 168 L{x + 18} 252 L{x + 10} 252Z", "#fff", 'opacity="0.25"'
    )
    out += rect(x + 8, 262, 42, 24, shade(wood, -0.16)) + rect(x + 8, 292, 42, 22, shade(wood, -0.16))
    out += line(f"M{x + 8} 262 h42 M{x + 8} 292 h42", shade(wood, -0.4), 2) + line(
        f"M{x + 8} 286 h42 M{x + 8} 314 h42", shade(wood, 0.3), 1.5
    )
    out += rect(x + 51, 238, 4, 20, "#e0bb5a", 'rx="2"')
    if view.chance(0.7):
        out += line(f"M{x + 18} 184 L{x + 29} 176 L{x + 40} 184", "#333", 1.2) + rect(
            x + 12, 184, 34, 14, "#fbf4e2", 'stroke="#7a3b2e"'
        )
        out += text("OPEN", x + 29, 195, 10, "#7a3b2e", "DejaVu Sans")
    return out + rect(x - 6, FLOOR - 4, 70, 7, street.tone("#cfc8ba"))


def text(words: str, x: float, y: float, size: float, colour: str, font: str, spacing: float = 0) -> str:
    return (
        f'<text x="{x + spacing / 2:.1f}" y="{y:.1f}" font-family="{font}" font-weight="bold" font-size="{size}" '
        f'fill="{colour}" text-anchor="middle" letter-spacing="{spacing}">{words}</text>'
    )


def pedestrian(view: View, street: Street, x: float) -> str:
    """Somebody walking by, 118 tall."""
    coat, trousers = view.pick(
        ("#c8553d", "#2f3a4f"), ("#2f5d7c", "#4a4038"), ("#d9a441", "#33415c"), ("#5b7a4a", "#3b3340")
    )
    skin, hair = view.pick(
        ("#e8b796", "#5a3825"), ("#a86f4a", "#1f1613"), ("#f0c8a8", "#b5793a"), ("#7a4c33", "#15100e")
    )
    coat, trousers, skin, hair = (street.tone(c) for c in (coat, trousers, skin, hair))
    art = ellipse(0, 1, 26, 5, "#000", 'opacity="0.3"')
    art += path("M-9 -58 L-20 -2 h9 L0 -44 L12 -3 h9 L10 -58Z", trousers) + path(
        "M-22 -3 h15 v4 h-17Z M11 -4 h15 v4 h-16Z", "#241d1c"
    )
    art += path("M-14 -50 Q-18 -96 0 -97 Q18 -96 15 -48 Q0 -42 -14 -50Z", coat) + path(
        "M3 -96 Q18 -94 15 -48 L5 -46Z", "#000", 'opacity="0.15"'
    )
    art += line("M4 -90 Q14 -72 20 -60", shade(coat, -0.2), 8, 'stroke-linecap="round"') + ellipse(21, -57, 4, 4, skin)
    art += rect(14, -57, 17, 22, shade(coat, 0.45), 'rx="2"') + line("M17 -57 q5 -9 11 0", shade(coat, -0.3), 1.6)
    art += (
        rect(-3, -104, 7, 9, skin)
        + ellipse(1, -109, 9, 11, skin)
        + path("M-9 -107 Q-10 -122 2 -122 Q12 -121 10 -112 Q0 -116 -3 -104Z", hair)
    )
    return moved(x, FLOOR + 28, art if view.chance(0.5) else f'<g transform="scale(-1 1)">{art}</g>')


def bicycle(view: View, street: Street, x: float) -> str:
    frame = street.tone(view.pick("#2f8f86", "#c8412f", "#e0a32e", "#31557e"))
    tyre, metal = street.tone("#22232a"), street.tone("#c9ccd0")
    art = ellipse(0, 1, 62, 4, "#000", 'opacity="0.25"')
    for wheel in (-34, 34):
        art += "".join(
            line(f"M{wheel} -24 l{22 * math.cos(a):.1f} {22 * math.sin(a):.1f}", metal, 0.8)
            for a in [k * 0.63 for k in range(10)]
        )
        art += f'<circle cx="{wheel}" cy="-24" r="23" fill="none" stroke="{tyre}" stroke-width="4"/>'
    art += line(
        "M-34 -24 L-14 -56 L22 -54 L-4 -24 L-34 -24 M-4 -24 L-16 -62 M34 -24 L20 -66",
        frame,
        4,
        'stroke-linejoin="round"',
    )
    art += line("M-25 -63 h17", tyre, 6, 'stroke-linecap="round"') + line(
        "M20 -66 q8 -7 14 0", tyre, 3.4, 'stroke-linecap="round"'
    )
    art += rect(24, -64, 24, 16, street.tone("#b98a55"), 'rx="3"') + line(
        "M24 -58 h24 M24 -53 h24", street.tone("#7d5636"), 1.2
    )
    return moved(x, FLOOR + 26, art)


def planter(view: View, street: Street, x: float) -> str:
    pot, green = street.tone(view.pick("#b5653f", "#4a5058", "#e5ddd0")), street.tone("#3f7a45")
    art = (
        ellipse(0, 0, 20, 4, "#000", 'opacity="0.3"')
        + ellipse(0, -52, 21, 23, shade(green, -0.2))
        + ellipse(-5, -58, 13, 14, green)
    )
    art += (
        ellipse(-8, -63, 6, 6, shade(green, 0.25))
        + path("M-16 -32 H16 L12 0 H-12Z", pot)
        + rect(-18, -36, 36, 7, shade(pot, 0.15), 'rx="2"')
    )
    return moved(x, FLOOR + 14, art)


def menu_board(view: View, street: Street, x: float) -> str:
    art = path("M-17 -52 H17 L22 0 H-22Z", street.tone("#7d5636")) + path(
        "M-13 -47 H13 L17 -6 H-17Z", street.tone("#2b3330")
    )
    art += line("M-8 -39 h16 M-10 -31 h15 M-10 -24 h20 M-11 -16 h14", "#e8e4d8", 2)
    return moved(x, FLOOR + 18, ellipse(0, 0, 26, 4, "#000", 'opacity="0.3"') + art)


def passing(view: View, street: Street, spots: tuple[float, ...] = (40, 120, 290, 352)) -> str:
    """What happens to be on the pavement."""
    kind = view.pick("pedestrian", "bicycle", "planters", "board", "nothing")
    if kind == "planters":
        return planter(view, street, 34) + planter(view, street, 366)
    draw = {"pedestrian": pedestrian, "bicycle": bicycle, "board": menu_board}.get(kind)
    return draw(view, street, view.pick(*spots)) if draw else ""


def shop(
    view: View,
    sign: str,
    frame: str,
    lettering: str,
    stripes: tuple[str, str] | None,
    display: Display,
    extras: Callable[[View, Street, float], str],
    font: str = "DejaVu Serif",
) -> str:
    """The whole facade; `extras` gets the x of the door and adds what stands and hangs outside."""
    street = street_of(view)
    wood = street.tone(frame)
    glow = "#ffe2a0" if street.dark else street.tone(view.pick("#5d6a6c", "#6b6458", "#54616e"))
    layout = view.pick("left", "right", "centre")
    door_x, panes = {
        "left": (56, ((128, 218),)),
        "right": (286, ((54, 218),)),
        "centre": (171, ((52, 106), (242, 106))),
    }[layout]
    out = masonry(street) + upper_windows(view, street)
    out += rect(34, 134, 340, FLOOR - 130, "#0a0812", 'opacity="0.25"')
    out += gradient("wood", shade(wood, 0.16), shade(wood, -0.18)) + rect(38, 84, 324, FLOOR - 84, "url(#wood)")
    for x in (38, 350):
        out += rect(x, 134, 12, FLOOR - 134, shade(wood, 0.12)) + line(
            f"M{x + 4} 142 V300 M{x + 8} 142 V300", shade(wood, -0.25), 1.4
        )
        out += rect(x - 3, 304, 18, FLOOR - 304, shade(wood, -0.2))
    for number, (x, width) in enumerate(panes):
        tall = WINDOW_BOTTOM - WINDOW_TOP
        top, bottom = ("#ffedba", "#ffc76b") if street.dark else (shade(glow, -0.1), shade(glow, 0.25))
        out += rect(x - 4, WINDOW_TOP - 4, width + 8, tall + 8, shade(wood, -0.4)) + gradient(
            f"inside{number}", top, bottom
        )
        out += f'<clipPath id="pane{number}">{rect(0, 0, width, tall, "#000")}</clipPath>'
        out += f'<g transform="translate({x} {WINDOW_TOP})"><g clip-path="url(#pane{number})">'
        out += rect(0, 0, width, tall, f"url(#inside{number})") + display(view, width, tall)
        shine = view.vary(0.1, 0.75) * width
        out += path(
            f"M{shine} 0 h26 l-50 {tall} h-26Z M{shine + 36} 0 h9 l-50 {tall} h-9Z", "#ffffff", 'opacity="0.16"'
        )
        out += rect(0, 0, width, 26, "#0c0a14", 'opacity="0.2"') + "</g></g>"
        out += rect(x - 6, WINDOW_BOTTOM + 2, width + 12, 6, shade(wood, 0.28))
        panels = max(2, round(width / 54))
        for k in range(panels):
            out += rect(
                x + k * width / panels + 4,
                298,
                width / panels - 8,
                18,
                shade(wood, -0.12),
                f'stroke="{shade(wood, -0.35)}" stroke-width="1.5"',
            )
    out += door(view, street, door_x, frame, glow)
    out += awning(view, street, *stripes, 46, 308) if stripes else rect(38, 132, 324, 7, "#0c0a14", 'opacity="0.3"')
    dark_ink = brightness(lettering) < brightness(frame)
    board, ink = shade(wood, -0.1), lettering
    if street.dark:
        board, ink = (mix(frame, "#ffdc96", 0.4), lettering) if dark_ink else (board, mix(lettering, "#fff2c4", 0.35))
    out += rect(32, 84, 336, 50, board) + rect(28, 78, 344, 9, shade(wood, 0.24))
    out += rect(28, 86, 344, 3, "#0c0a14", 'opacity="0.3"')
    out += rect(40, 93, 320, 35, "none", f'stroke="{street.tone(lettering)}" stroke-width="1.6" opacity="0.7"')
    size, spacing = (37, 150 / max(10, len(sign) * 2)) if len(sign) < 8 else (33, 5)
    if not dark_ink:
        out += text(sign, 201.5, 124, size, shade(wood, -0.6), font, spacing)
    out += text(sign, 200, 122.5, size, ink, font, spacing)
    for k, x in enumerate((96, 304)):
        out += line(f"M{x} 80 q0 -14 10 -13 q9 2 6 12", street.tone("#23262c"), 2.6) + path(
            f"M{x + 8} 82 h17 l-4 -9 h-9Z", street.tone("#23262c")
        )
        if street.dark:
            out += (
                f'<radialGradient id="lamp{k}"><stop offset="0" stop-color="#fff0bd" stop-opacity="0.75"/>'
                '<stop offset="1" stop-color="#fff0bd" stop-opacity="0"/></radialGradient>'
                + ellipse(x + 16, 100, 78, 34, f"url(#lamp{k})")
            )
    if street.dark:
        out += gradient("spill", "#ffd98a", mix("#ffd98a", street.tone(street.pavement), 0.9))
        out += path(f"M54 {FLOOR} H346 L384 {FLOOR + 46} H16Z", "url(#spill)", 'opacity="0.4"')
    out += extras(view, street, door_x)
    zoom, x, lean = view.vary(0.72, 0.94), view.vary(-14, 14), view.vary(-4.5, 4.5)
    return f'<g transform="translate({200 + x} 214) skewY({lean}) scale({zoom}) translate(-200 -214)">{out}</g>'


def shelf(width: float, y: float, colour: str) -> str:
    return rect(0, y, width, 5, colour) + rect(0, y + 5, width, 5, "#000", 'opacity="0.22"')


def loaf(colour: str) -> str:
    """A round-topped loaf, 44 wide, on y = 0."""
    out = path("M-22 0 Q-27 -27 0 -28 Q27 -27 22 0Z", colour) + path(
        "M-20 -8 Q-22 -25 0 -26 Q-12 -20 -20 -8Z", shade(colour, 0.35)
    )
    return out + line(
        "M-10 -24 q6 8 3 14 M2 -26 q6 8 3 15 M13 -22 q5 6 3 12", shade(colour, 0.5), 3, 'stroke-linecap="round"'
    )


def large_loaf(colour: str) -> str:
    return moved(0, -3, loaf(colour), 1.25)


def baguettes(colour: str) -> str:
    """Baguettes standing in a basket."""
    out = "".join(
        moved(
            x,
            -24,
            rect(-6, -64, 12, 70, colour, 'rx="6"')
            + line("M-4 -54 l8 6 M-4 -40 l8 6 M-4 -26 l8 6", shade(colour, 0.5), 2.4),
            1,
            turn,
        )
        for x, turn in ((-16, -14), (-5, -4), (6, 6), (17, 15))
    )
    weave = "".join(line(f"M-25 {y} H25", "#7d5636", 1.6) for y in (-26, -18, -10))
    return out + path("M-28 -34 H28 L22 0 H-22Z", "#b98a55") + weave + line("M-28 -33 H28", "#d8b07a", 4)


def croissant(colour: str) -> str:
    out = path("M-24 0 Q-26 -24 0 -25 Q26 -24 24 0 Q18 3 15 -3 Q8 -11 0 -11 Q-8 -11 -15 -3 Q-18 3 -24 0Z", colour)
    return out + line("M-16 -19 l5 12 M-5 -25 l2 13 M6 -25 l-1 13 M17 -18 l-5 11", shade(colour, -0.35), 2.2)


def layer_cake(icing: str) -> str:
    out = rect(-4, -10, 8, 10, "#dfe3e6") + ellipse(0, -11, 28, 4, "#f4f6f7") + rect(-22, -38, 44, 26, "#f3d9a6")
    out += rect(-22, -27, 44, 4, icing) + path(
        "M-22 -40 H22 v8 q-5 7 -9 0 q-5 8 -9 0 q-5 8 -9 0 q-4 7 -8 0 q-3 5 -7 0Z", icing
    )
    return out + "".join(ellipse(x, -42, 4, 4, "#c4262e") for x in (-15, -5, 5, 15))


def pretzel(colour: str) -> str:
    """A pretzel, 64 wide and 54 tall, on y = 0."""
    knot = (
        "M-15 16 C-2 6 4 -2 6 -10 C10 -26 32 -22 27 0 C24 16 12 23 0 23 "
        "C-12 23 -24 16 -27 0 C-32 -22 -10 -26 -6 -10 C-4 -2 2 6 15 16"
    )
    out = line(knot, shade(colour, -0.45), 10, 'stroke-linecap="round"') + line(
        knot, colour, 6.5, 'stroke-linecap="round"'
    )
    return moved(0, -27, out)


def bakery_display(view: View, width: float, tall: float, pretzels: bool = False) -> str:
    crust = view.pick("#c9853f", "#b8722f", "#d09a55")
    cake = layer_cake(view.pick("#f2a9bd", "#fff6ea", "#7a4a32"))
    if pretzels:
        pale, dark = (pretzel(shade(crust, amount)) for amount in (0.05, -0.3))
        upper, lower = (pale, dark), (dark, baguettes("#d3964c"), pale, cake)
    else:
        upper = loaf(crust), croissant("#d99a48")
        lower = loaf(crust), baguettes("#d3964c"), loaf(shade(crust, -0.2)), cake
    out = shelf(width, 88, "#8a5c38") + rect(0, tall - 8, width, 8, "#8a5c38")
    for k, x in enumerate(range(28, int(width), 50)):
        out += moved(x, 88, upper[k % 2], 1.05) + moved(x, tall - 8, lower[k % 4], 0.95)
    return out


def bakery(view: View, sign: str = "BAKERY", emblem: Callable[[str], str] = large_loaf, pretzels: bool = False) -> str:
    """`emblem` is drawn on the round sign that hangs over the pavement."""
    frame, lettering, stripes = view.pick(
        ("#7a4527", "#f7dfa8", ("#c4502f", "#fbf1dd")),
        ("#3e6f6a", "#fbeecb", ("#e8b04a", "#fbf1dd")),
        ("#e9d6b0", "#7a3f1e", ("#a8632f", "#fbf1dd")),
    )

    def outside(view: View, street: Street, door_x: float) -> str:
        x = view.pick(20, 380)
        toward = 200 if x < 200 else -200
        disc = line(f"M{math.copysign(22, -toward)} -34 H0 V-26", street.tone("#23262c"), 3.5) + ellipse(
            0, 0, 35, 32, street.tone("#fbf1dd")
        )
        disc += f'<ellipse rx="35" ry="32" fill="none" stroke="{street.tone("#7a4527")}" stroke-width="4"/>'
        disc += moved(0, 22, emblem(street.tone("#a8622a")))
        return moved(x + math.copysign(30, toward), 176, disc, 1.05) + passing(view, street)

    return shop(view, sign, frame, lettering, stripes, partial(bakery_display, pretzels=pretzels), outside)


def pretzel_bakery(view: View) -> str:
    return bakery(view, "PRETZELS", pretzel, pretzels=True)


def book_display(view: View, width: float, tall: float) -> str:
    colours = ("#b5372f", "#2f5f8a", "#d9a13a", "#3f7a55", "#6a3f7a", "#e6dcc4", "#1f3350", "#c8693a", "#2f8f86")
    out = ""
    for base in (46, 92):
        x = 2.0
        while x < width - 8:
            thick, high = view.vary(6, 12), view.vary(27, 38)
            colour = view.pick(*colours)
            out += rect(x, base - high, thick, high, colour) + rect(
                x, base - high, thick * 0.3, high, "#fff", 'opacity="0.22"'
            )
            out += line(
                f"M{x:.1f} {base - high + 7:.1f} h{thick} M{x:.1f} {base - 7} h{thick}", "#f4e3b0", 1.4, 'opacity="0.8"'
            )
            x += thick + 0.6
        out += shelf(width, base, "#7a5233")
    for x in range(30, int(width), 56):
        cover = view.pick(*colours)
        if view.chance(0.5):
            out += path(
                f"M{x} {tall - 8} q-12 -9 -25 -4 v-30 q13 -5 25 4 q12 -9 25 -4 v30 q-13 -5 -25 4Z",
                "#fbf5e6",
                f'stroke="{cover}" stroke-width="2.4"',
            )
            out += line(
                f"M{x} {tall - 10} v-28 M{x - 20} {tall - 34} h14 m-14 7 h14 M{x + 6} {tall - 34} h14 m-14 7 h14",
                "#a89c88",
                1.4,
            )
        else:
            out += rect(x - 15, tall - 48, 30, 42, cover) + rect(x - 15, tall - 48, 5, 42, "#000", 'opacity="0.25"')
            out += rect(x - 6, tall - 40, 17, 9, "#f6ead0") + ellipse(x + 2, tall - 20, 7, 7, shade(cover, 0.5))
    return out + rect(0, tall - 6, width, 6, "#7a5233")


def bookshop(view: View) -> str:
    frame, lettering = view.pick(("#1f4f46", "#f0cf78"), ("#233a63", "#f0d58c"), ("#6e1f2a", "#f2d9a0"))
    stripes = (shade(frame, 0.1), shade(frame, 0.1)) if view.chance(0.4) else None

    def outside(view: View, street: Street, door_x: float) -> str:
        x = 90 if door_x > 120 else 305
        art = ellipse(0, 2, 52, 5, "#000", 'opacity="0.3"') + line("M-42 0 V-30 M42 0 V-30", street.tone("#5d4431"), 5)
        for k in range(9):
            colour = street.tone(view.pick("#b5372f", "#2f5f8a", "#d9a13a", "#3f7a55", "#e6dcc4", "#c8693a"))
            high = view.vary(16, 24)
            art += rect(-44 + k * 9.8, -34 - high, 9, high, colour) + rect(-44 + k * 9.8, -30 - high, 9, 2.4, "#f4e3b0")
        art += rect(-50, -36, 100, 15, street.tone("#8a6240")) + rect(-50, -36, 100, 4, street.tone("#b98a5f"))
        board = moved(x, FLOOR + 20, art)
        return board if view.chance(0.6) else passing(view, street)

    return shop(view, "BOOKS", frame, lettering, stripes, book_display, outside)


def flowers(view: View, petals: tuple[str, ...], street: Street | None = None) -> str:
    """A bucket full of flowers, 40 wide, on y = 0."""
    tone = street.tone if street else shade_none
    green, tin = tone("#3f7f45"), tone(view.pick("#8d9aa3", "#b5653f", "#4f6b7a"))
    petal = tone(view.pick(*petals))
    out = ellipse(0, 0, 18, 4, "#000", 'opacity="0.3"')
    out += "".join(
        path(f"M0 -20 Q{x * 0.4} -40 {x} -46 Q{x * 0.9} -30 0 -20Z", shade(green, x / 90))
        for x in (-28, -16, -5, 8, 18, 28)
    )
    for x, y in ((-18, -40), (18, -40), (-9, -50), (10, -51), (0, -40), (-1, -59), (-24, -50), (24, -50)):
        for k in range(5):
            out += ellipse(
                x + 4.2 * math.cos(k * 1.257), y + 4.2 * math.sin(k * 1.257), 4, 4, shade(petal, 0.18 - 0.09 * k)
            )
        out += ellipse(x, y, 2.8, 2.8, tone("#f6d155"))
    return (
        out
        + path("M-16 -28 H16 L12 0 H-12Z", tin)
        + rect(-17, -30, 34, 5, shade(tin, 0.3))
        + path("M-12 -24 h7 l2 22 h-6Z", "#fff", 'opacity="0.25"')
    )


def shade_none(colour: str) -> str:
    return colour


PETALS = ("#e0457b", "#f2b632", "#d8343a", "#8e5bc0", "#f7f0f4", "#f08a4b", "#e58ab5")


def florist_display(view: View, width: float, tall: float) -> str:
    out = "".join(moved(x, 70, flowers(view, PETALS), 0.9) for x in range(24, int(width), 44)) + shelf(
        width, 70, "#9a7350"
    )
    out += "".join(moved(x, tall - 2, flowers(view, PETALS), 1.15) for x in range(30, int(width), 50))
    return out


def florist(view: View) -> str:
    frame, lettering, stripes = view.pick(
        ("#4f7a5a", "#fdf3e3", ("#4f9a5f", "#fbf6ea")),
        ("#e8c7cf", "#7a2f52", ("#d9638c", "#fff4f4")),
        ("#f0ebdf", "#3f6f4a", ("#7ab08a", "#fbf6ea")),
    )

    def outside(view: View, street: Street, door_x: float) -> str:
        spots = [x for x in (58, 100, 142, 184, 226, 268, 310, 346) if not door_x - 16 < x < door_x + 74]
        out = "".join(moved(x, FLOOR + 12, flowers(view, PETALS, street), 1.15) for x in spots)
        for x in (34, 366):
            green = street.tone("#3f7f45")
            basket = line("M0 -34 L-17 0 M0 -34 L17 0", street.tone("#3a3230"), 1.6) + ellipse(
                0, 4, 25, 18, shade(green, -0.15)
            )
            for _ in range(14):
                cx, cy = view.vary(-21, 21), view.vary(-8, 20)
                basket += ellipse(cx, cy, 5, 5, street.tone(view.pick(*PETALS)))
            out += moved(x, 190, basket)
        return out + (passing(view, street) if view.chance(0.4) else "")

    return shop(view, "FLOWERS", frame, lettering, stripes, florist_display, outside)


def barber_chair(leather: str) -> str:
    """A barber's chair, 70 wide and 110 tall, on y = 0."""
    steel = "#c3c9ce"
    out = ellipse(0, -3, 26, 5, "#7f888f") + rect(-5, -32, 10, 30, steel) + rect(-30, -50, 58, 19, leather, 'rx="6"')
    out += path("M14 -46 L26 -102 Q36 -104 38 -96 L32 -44Z", leather) + path(
        "M24 -104 h17 l3 -16 q-8 -5 -17 0Z", shade(leather, 0.12)
    )
    out += (
        rect(-30, -50, 58, 6, shade(leather, 0.35), 'rx="3"')
        + line("M-22 -66 H18", steel, 6, 'stroke-linecap="round"')
        + line("M-16 -64 V-50", steel, 4)
    )
    return out + line("M-26 -36 L-42 -14 h-14", steel, 5, 'stroke-linejoin="round"')


def barber_display(view: View, width: float, tall: float) -> str:
    out = rect(0, tall - 12, width, 12, "#4a4f57") + "".join(
        rect(x, tall - 12, 12, 12, "#e8e8e6") for x in range(0, int(width), 24)
    )
    leather = view.pick("#b52a2a", "#8a3325", "#1f6a78")
    if width < 150:
        return out + moved(width * 0.52, tall - 4, barber_chair(leather), 1.08)
    for x in (width * 0.26, width * 0.74):
        out += moved(x, tall - 4, barber_chair(leather), 1.08)
    return out + moved(width * 0.5, 74, scissors())


def scissors() -> str:
    """Open scissors, 40 wide and 70 tall, centred."""
    out = ""
    for side in (-1, 1):
        out += path(f"M{side * 2} 6 L{side * 15} -38 L{side * 6} -36 L{-side * 3} 4Z", "#e3e8eb", 'stroke="#7f8a92"')
        out += f'<ellipse cx="{-side * 11}" cy="24" rx="8" ry="11" fill="none" stroke="#c8262e" stroke-width="5"/>'
        out += line(f"M0 2 L{-side * 8} 15", "#c8262e", 5)
    return out + ellipse(0, 2, 3, 3, "#5c656c")


def barber_pole(street: Street, phase: float) -> str:
    """The turning striped pole, 110 tall, centred."""
    out = f'<clipPath id="pole">{rect(-13, -44, 26, 88, "#000")}</clipPath>' + rect(
        -13, -44, 26, 88, street.tone("#fbf8f2")
    )
    stripes = "".join(
        path(f"M-15 {y + phase:.1f} l30 -20 v11 l-30 20Z", street.tone(("#c8262e", "#24509a")[k % 2]))
        for k, y in enumerate(range(-60, 80, 20))
    )
    out += f'<g clip-path="url(#pole)">{stripes}</g>'
    out += rect(-13, -44, 8, 88, "#000", 'opacity="0.16"') + rect(-3, -44, 5, 88, "#fff", 'opacity="0.5"')
    for y in (-52, 44):
        out += rect(-17, y, 34, 9, street.tone("#b9c0c6"), 'rx="3"')
    return (
        out
        + ellipse(0, -60, 13, 12, "#fff6d0" if street.dark else street.tone("#dfe6ea"))
        + ellipse(0, 58, 9, 7, street.tone("#9aa2a9"))
    )


def barber(view: View) -> str:
    frame, lettering = view.pick(
        ("#1f2f4f", "#f7f2e6"), ("#8f2626", "#f7ead0"), ("#2b2b2e", "#f0d08a"), ("#ece6da", "#8f2626")
    )
    stripes = None if view.chance(0.6) else ("#24407a", "#f7f2e6")

    def outside(view: View, street: Street, door_x: float) -> str:
        pole = barber_pole(street, view.vary(0, 20))
        side = view.pick(-1, 1)
        out = "".join(
            line(f"M{x} 176 H{x + 14 * s} M{x} 262 H{x + 14 * s}", street.tone("#23262c"), 5) + moved(x, 218, pole, 1.1)
            for x, s in ((40, 1), (360, -1))
            if s == side or view.chance(0.6)
        )
        return out + passing(view, street, (120, 200, 280))

    return shop(view, "BARBER", frame, lettering, stripes, barber_display, outside)


def cup(colour: str, street: Street | None = None) -> str:
    """A steaming cup on a saucer, 60 wide, on y = 0."""
    tone = street.tone if street else shade_none
    out = ellipse(0, -3, 32, 5, tone("#ffffff")) + ellipse(0, -4, 24, 3, tone("#c9c4bb"))
    out += f'<ellipse cx="22" cy="-22" rx="11" ry="10" fill="none" stroke="{tone(colour)}" stroke-width="5"/>'
    out += (
        path("M-23 -36 H23 Q23 -4 8 -4 H-8 Q-23 -4 -23 -36Z", tone(colour))
        + ellipse(0, -36, 23, 6, tone(shade(colour, 0.3)))
        + ellipse(0, -35, 19, 4, tone("#5a3420"))
    )
    return out + line(
        "M-9 -46 q-7 -8 0 -15 t0 -15 M8 -46 q-7 -8 0 -15 t0 -15",
        tone("#ffffff"),
        3.4,
        'opacity="0.85" stroke-linecap="round"',
    )


def teapot(colour: str, street: Street | None = None) -> str:
    """A round teapot with steam over its spout, 84 wide, on y = 0."""
    tone = street.tone if street else shade_none
    pot, dark = tone(colour), tone(shade(colour, -0.5))
    contour = f'stroke="{dark}" stroke-width="2"'
    out = "".join(
        f'<ellipse cx="24" cy="-23" rx="14" ry="13" fill="none" stroke="{paint}" stroke-width="{thick}"/>'
        for paint, thick in ((dark, 9), (pot, 5))
    )
    out += path("M-16 -14 Q-30 -16 -33 -38 L-43 -40 L-41 -46 L-27 -43 Q-24 -30 -14 -30Z", pot, contour)
    out += ellipse(0, -3, 16, 4, dark) + ellipse(0, -23, 26, 21, pot, contour) + ellipse(0, -48, 5, 5, dark)
    out += path("M-16 -39 Q0 -52 16 -39Z", pot, contour) + ellipse(-10, -28, 7, 6, "#ffffff", 'opacity="0.7"')
    return out + line("M-38 -51 q-6 -7 0 -13 t0 -12", tone("#ffffff"), 3.4, 'opacity="0.85" stroke-linecap="round"')


Vessel = Callable[[str, Street | None], str]


def cafe_display(view: View, width: float, tall: float, vessel: Vessel = cup) -> str:
    out = "".join(
        line(f"M{x} 0 V38", "#23262c", 2)
        + path(f"M{x - 16} 56 Q{x - 14} 36 {x} 36 Q{x + 14} 36 {x + 16} 56Z", "#2f5f5a")
        + ellipse(x, 57, 9, 5, "#fff1b8")
        for x in range(30, int(width), 62)
    )
    out += rect(0, tall - 34, width, 34, "#7a5233") + rect(0, tall - 38, width, 6, "#c9a070")
    for k, x in enumerate(range(36, int(width), 66)):
        served = layer_cake("#f2c9a0") if k % 2 else vessel("#f6efe2", None)
        out += moved(x, tall - 37, served, 0.9 if k % 2 else 1)
    return out


def cafe_table(street: Street, cloth: str, vessel: Vessel) -> str:
    """A bistro table with two chairs, on y = 0."""
    iron = street.tone("#2b2f36")
    out = ellipse(0, 2, 66, 6, "#000", 'opacity="0.3"')
    for side in (-1, 1):
        out += line(
            f"M{side * 56} -62 L{side * 50} -28 H{side * 28} "
            f"M{side * 50} -28 L{side * 56} 0 M{side * 30} -28 L{side * 26} 0",
            iron,
            4,
        )
        out += rect(side * 40 - 13, -31, 26, 6, street.tone(cloth), 'rx="3"') + line(
            f"M{side * 58} -60 h{-side * 3}", street.tone(cloth), 8
        )
    out += (
        line("M0 -44 V-4 M-16 0 L0 -8 L16 0", iron, 4)
        + ellipse(0, -46, 30, 6, street.tone(shade(cloth, 0.1)))
        + ellipse(0, -48, 30, 6, street.tone(shade(cloth, 0.5)))
    )
    return out + moved(-6, -46, vessel("#f6efe2", street), 0.42)


def cafe(view: View, name: str = "CAFÉ", vessel: Vessel = cup) -> str:
    frame, lettering, stripes = view.pick(
        ("#2f4a42", "#f5e2b8", ("#2f6f5f", "#f5ecd8")),
        ("#4a3226", "#f5e2b8", ("#5a3a2a", "#ecdcc0")),
        ("#d9c3a0", "#4a2c1c", ("#8a3b2e", "#f5ecd8")),
    )

    def outside(view: View, street: Street, door_x: float) -> str:
        spots = (
            view.pick((300,), (292, 176))
            if door_x < 120
            else view.pick((100,), (100, 224))
            if door_x > 240
            else (90, 312)
        )
        out = "".join(moved(x, FLOOR + 26, cafe_table(street, stripes[0], vessel)) for x in spots)
        x = view.pick(26, 374)
        arm = 18 if x < 200 else -18
        sign = (
            line("M0 -40 V-30", street.tone("#23262c"), 3)
            + f'<circle r="33" fill="{street.tone("#5a3420")}" stroke="{street.tone("#f5e2b8")}" stroke-width="3"/>'
        )
        sign += moved(-3, 19, vessel("#fbf4e4", None), 0.66)
        out += line(f"M{x} 146 H{x + arm * 1.6}", street.tone("#23262c"), 4) + moved(x + arm, 186, sign)
        return out + (pedestrian(view, street, view.pick(60, 330)) if view.chance(0.25) else "")

    return shop(view, name, frame, lettering, stripes, partial(cafe_display, vessel=vessel), outside)


def show_globe(liquid: str) -> str:
    """An apothecary's bottle of coloured water, 40 wide, on y = 0."""
    out = (
        path("M-12 0 H12 L7 -6 H-7Z", "#d9b45a")
        + ellipse(0, -20, 19, 16, liquid)
        + ellipse(4, -15, 12, 8, shade(liquid, -0.25))
    )
    out += (
        rect(-5, -42, 10, 9, shade(liquid, 0.5)) + ellipse(0, -44, 8, 3, "#d9b45a") + ellipse(0, -49, 5, 5, "#eef4f5")
    )
    return out + ellipse(-7, -26, 5, 4, "#ffffff", 'opacity="0.75"')


def pharmacy_display(view: View, width: float, tall: float) -> str:
    out = ""
    for base in (50, 98):
        x = 8.0
        while x < width - 16:
            wide, colour = (
                view.vary(13, 18),
                view.pick("#ffffff", "#3f9a78", "#4f8fc0", "#e9eef0", "#e08a4b", "#8a5a2f"),
            )
            if view.chance(0.5):
                out += (
                    rect(x, base - 28, wide, 28, colour, 'rx="4"')
                    + rect(x + 3, base - 36, wide - 6, 8, shade(colour, -0.3))
                    + rect(x, base - 20, wide, 11, "#fff")
                )
                out += line(f"M{x + wide / 2} {base - 19} v9 M{x + wide / 2 - 4.5} {base - 14.5} h9", "#2f9a5f", 2.4)
            else:
                out += (
                    rect(x, base - 24, wide, 24, colour)
                    + rect(x, base - 24, wide, 7, shade(colour, -0.25))
                    + rect(x + 3, base - 13, wide - 6, 3, "#5c7488")
                )
            x += wide + 5
        out += shelf(width, base, "#dfe6e8")
    for k, x in enumerate(range(34, int(width), 58)):
        out += moved(x, tall - 2, show_globe(("#d8343a", "#2f9a5f", "#2f7fc0", "#e8a62e")[k % 4]))
    return out


def pharmacy(view: View) -> str:
    frame, lettering = view.pick(
        ("#f1f4f2", "#1f8a52"), ("#1f7a4f", "#f7fbf8"), ("#dfe9ea", "#17694a"), ("#2f4f57", "#d9f5e4")
    )
    stripes = None if view.chance(0.55) else ("#2f9a68", "#f4f8f5")

    def outside(view: View, street: Street, door_x: float) -> str:
        green, x = "#2bd47a" if street.dark else street.tone("#1fa65f"), view.pick(46, 354)
        arm = 1 if x < 200 else -1
        cross = "M-13 -38 h26 v25 h25 v26 h-25 v25 h-26 v-25 h-25 v-26 h25Z"
        art = path(cross, green, f'stroke="{street.tone("#e9f5ee")}" stroke-width="6" stroke-linejoin="round"')
        art += line("M-8 -32 h16 v26 h24 v12 h-24 v26 h-16 v-26 h-24 v-12 h24Z", "#d6ffe6", 2.4)
        art += line(
            "M0 24 V-20 M-9 -20 Q0 -27 9 -20 M-8 14 Q14 8 0 -1 Q-13 -8 7 -15", "#ffffff", 3, 'stroke-linecap="round"'
        )
        halo = ""
        if street.dark:
            halo = (
                '<radialGradient id="halo"><stop offset="0.3" stop-color="#3dff9a" stop-opacity="0.6"/>'
                '<stop offset="1" stop-color="#3dff9a" stop-opacity="0"/></radialGradient>'
                + ellipse(0, 0, 86, 86, "url(#halo)")
            )
        return moved(
            x + 8 * arm, 182, halo + line(f"M0 0 H{-40 * arm}", street.tone("#39424a"), 6) + art, 1.12
        ) + passing(view, street)

    return shop(view, "PHARMACY", frame, lettering, stripes, pharmacy_display, outside, "DejaVu Sans")


def teddy(fur: str) -> str:
    """A sitting bear, 60 wide and 84 tall, on y = 0."""
    dark, muzzle = shade(fur, -0.25), shade(fur, 0.45)
    out = "".join(ellipse(s * 18, -76, 10, 10, fur) + ellipse(s * 18, -76, 5, 5, muzzle) for s in (-1, 1))
    out += (
        "".join(ellipse(s * 25, -34, 8, 15, dark) for s in (-1, 1))
        + ellipse(0, -27, 24, 26, fur)
        + ellipse(0, -25, 14, 16, muzzle)
    )
    out += "".join(ellipse(s * 20, -9, 13, 10, dark) + ellipse(s * 22, -8, 7, 6, muzzle) for s in (-1, 1)) + ellipse(
        0, -60, 24, 21, fur
    )
    out += (
        ellipse(0, -53, 11, 8, muzzle)
        + ellipse(0, -57, 4, 3, "#2a1a14")
        + ellipse(-9, -64, 2.6, 3, "#2a1a14")
        + ellipse(9, -64, 2.6, 3, "#2a1a14")
    )
    return out + path("M0 -40 l-13 -6 v12Z M0 -40 l13 -6 v12Z", "#d8343a") + ellipse(0, -40, 3.6, 3.6, "#b5202a")


def rocket(colour: str) -> str:
    out = path("M-13 -18 L-26 0 V-24 L-13 -42Z M13 -18 L26 0 V-24 L13 -42Z", "#f2b632") + path(
        "M-14 -8 Q-20 -56 0 -86 Q20 -56 14 -8Z", "#f4f1ea"
    )
    return (
        out
        + path("M-11 -62 Q-6 -78 0 -86 Q6 -78 11 -62Z", colour)
        + ellipse(0, -44, 8, 8, colour)
        + ellipse(0, -44, 5, 5, "#bfe6f5")
        + rect(-14, -12, 28, 7, colour)
    )


def blocks() -> str:
    out = ""
    for x, y, colour, letter in ((-26, 0, "#d8343a", "A"), (4, 0, "#2f7fc0", "B"), (-11, -29, "#f2b632", "C")):
        out += (
            rect(x, y - 29, 29, 29, colour, 'rx="3"')
            + rect(x + 4, y - 25, 21, 21, "#fff6e2", 'rx="2"')
            + text(letter, x + 14.5, y - 8, 19, colour, "DejaVu Sans")
        )
    return out


def beach_ball() -> str:
    sectors = "".join(
        path(
            f"M0 0 L{28 * math.cos(a):.1f} {28 * math.sin(a):.1f} "
            f"A28 28 0 0 1 {28 * math.cos(a + 1.047):.1f} {28 * math.sin(a + 1.047):.1f}Z",
            colour,
        )
        for a, colour in zip(
            (0, 1.047, 2.094, 3.142, 4.189, 5.236),
            ("#d8343a", "#fff6e2", "#2f7fc0", "#fff6e2", "#f2b632", "#fff6e2"),
            strict=True,
        )
    )
    return moved(0, -28, sectors + ellipse(-9, -10, 9, 6, "#fff", 'opacity="0.6"'), 1, 20)


def toy_display(view: View, width: float, tall: float) -> str:
    toys = [
        teddy(view.pick("#b07a45", "#8a5a35", "#d3a56a")),
        rocket(view.pick("#d8343a", "#2f7fc0")),
        blocks(),
        beach_ball(),
    ]
    start = view.pick(0, 0, 2)
    out = rect(0, tall - 10, width, 10, "#c98a4b")
    for k, x in enumerate((34, 96, 150, 200) if width > 150 else (30, 80)):
        out += moved(x, tall - 8, toys[(start + k) % 4], 1.05)
    hues = ("#d8343a", "#f2b632", "#2f9a5f", "#2f7fc0", "#8e5bc0")
    flags = "".join(
        path(f"M{x} {26 + 6 * math.sin(x / 16):.1f} h16 l-8 18Z", hues[x // 18 % 5]) for x in range(0, int(width), 18)
    )
    return out + flags


def toy_shop(view: View) -> str:
    frame, lettering, stripes = view.pick(
        ("#d8343a", "#fff3cf", ("#f2b632", "#fff6e2")),
        ("#2f7fc0", "#fff3cf", ("#d8343a", "#fff6e2")),
        ("#f2b632", "#b5202a", ("#2f9a8f", "#fff6e2")),
        ("#7a4fa8", "#fff3cf", ("#f2b632", "#fff6e2")),
    )

    def outside(view: View, street: Street, door_x: float) -> str:
        out = ""
        x = view.pick(44, 356)
        for dx, dy, hue in ((-16, 0, "#d8343a"), (12, -20, "#2f7fc0"), (22, 14, "#f2b632")):
            colour = street.tone(hue)
            out += line(f"M{x + dx} {190 + dy} Q{x + dx * 0.6} 270 {x} {FLOOR}", street.tone("#f4efe4"), 1.4)
            out += (
                ellipse(x + dx, 168 + dy, 18, 22, colour)
                + ellipse(x + dx - 6, 160 + dy, 5, 8, "#fff", 'opacity="0.5"')
                + path(f"M{x + dx - 4} {194 + dy} h8 l-4 -6Z", colour)
            )
        return out + (passing(view, street, (120, 290)) if view.chance(0.5) else "")

    return shop(view, "TOYS", frame, lettering, stripes, toy_display, outside, "DejaVu Sans")


def street(view: View) -> str:
    """The same wall and pavement, in case the camera looks past the edge of the drawing."""
    return f'<g transform="translate(320 344) scale(2.1) translate(-200 -{FLOOR - 104})">{masonry(street_of(view))}</g>'


CLASSES = {
    "bookshop": bookshop,
    "florist": florist,
    "barber_shop": barber,
    "pharmacy": pharmacy,
    "toy_shop": toy_shop,
    "bakery": bakery,
    "pretzel_bakery": pretzel_bakery,
    "cafe": cafe,
    "tea_room": partial(cafe, name="TEA ROOM", vessel=teapot),
}
SCENE = Scene(street, scale=(1.2, 1.38), tilt_deg=3, perspective=0.12, shift=0.03, shadow=0, mirror=False)
