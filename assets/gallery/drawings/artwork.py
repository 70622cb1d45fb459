"""Paintings and a sculpture in a gallery: each class is one work, hung in different frames on different walls."""

import math
import random
from functools import partial

from .scene import WOODS, Scene, gradient
from .view import View, shade

Point = tuple[float, float]
Facet = tuple[str, str]  # colour and corners


def radial(name: str, inner: str, outer: str, cx: float = 0.4, cy: float = 0.35, r: float = 0.7) -> str:
    return (
        f'<radialGradient id="{name}" cx="{cx}" cy="{cy}" r="{r}"><stop offset="0" stop-color="{inner}"/>'
        f'<stop offset="1" stop-color="{outer}"/></radialGradient>'
    )


def blur(name: str, deviation: float) -> str:
    return (
        f'<filter id="{name}" x="-30%" y="-30%" width="160%" height="160%">'
        f'<feGaussianBlur stdDeviation="{deviation}"/></filter>'
    )


def polygon(points: list[Point]) -> str:
    return "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in points) + " Z"


def border(width: float, height: float, margin: float, colour: str) -> str:
    return (
        f'<rect x="{-margin}" y="{-margin}" width="{width + 2 * margin}" height="{height + 2 * margin}"'
        f' fill="{colour}"/>'
    )


def bevel(width: float, height: float, margin: float, depth: float, colour: str) -> str:
    """Four mitred sides of a frame around a width x height opening, lit from above left."""
    inner, outer = margin, margin + depth
    corners = [[(-m, -m), (width + m, -m), (width + m, height + m), (-m, height + m)] for m in (inner, outer)]
    sides = ""
    for i, tone in enumerate((0.28, -0.18, -0.34, 0.1)):
        j = (i + 1) % 4
        path = polygon([corners[1][i], corners[1][j], corners[0][j], corners[0][i]])
        sides += f'<path d="{path}" fill="{shade(colour, tone)}"/>'
    return sides


def hang(view: View, width: float, height: float, art: str) -> str:
    """The artwork (drawn in a width x height box) in one of five kinds of frame, fitted into the 400 x 400 box."""
    kind = view.pick("gold", "wood", "black", "mat", "canvas")
    frame, room = "", 6.0
    if kind == "gold":
        gold = view.pick("#c9992f", "#b58a45", "#d4af57")
        frame = (
            bevel(width, height, 26, 9, shade(gold, -0.1))
            + bevel(width, height, 9, 18, gold)
            + bevel(width, height, 0, 10, shade(gold, -0.35))
            + f'<rect x="-19" y="-19" width="{width + 38}" height="{height + 38}" fill="none"'
            f' stroke="{shade(gold, -0.45)}"'
            ' stroke-width="7" stroke-dasharray="2 9" stroke-linecap="round"/>'
            + f'<rect x="-20" y="-20" width="{width + 38}" height="{height + 38}" fill="none"'
            f' stroke="{shade(gold, 0.5)}"'
            ' stroke-width="4" stroke-dasharray="2 9" stroke-linecap="round"/>'
        )
        room = 35
    elif kind == "wood":
        wood = view.pick(*WOODS)
        frame = bevel(width, height, 4, 18, wood) + bevel(width, height, 0, 5, shade(wood, -0.4))
        room = 22
    elif kind == "black":
        frame = bevel(width, height, 0, view.pick(9, 14), "#26262a")
        room = 14
    elif kind == "mat":
        edge = view.pick("#2a2a2c", "#a9784f", "#f4f2ee", "#8d9297")
        frame = (
            bevel(width, height, 34, 10, edge)
            + border(width, height, 34, "#f6f3ec")
            + border(width, height, 3, "#d8d2c4")
        )
        room = 44
    else:
        frame = f'<path d="M{width} 0 l5 4 V{height + 4} H5 L0 {height} H{width} Z" fill="#8f887a"/>'
    fit = 396 / (max(width, height) + 2 * room)
    light = view.pick("top", "left", "right")
    x1, x2 = {"top": (0.5, 0.5), "left": (0, 1), "right": (1, 0)}[light]
    y1, y2 = (0, 1) if light == "top" else (0, 0.5)
    glare = ""
    if kind in ("mat", "black") and view.chance(0.45):
        start = view.vary(0, width * 0.6)
        glare = (
            f'<path d="M{start} 0 H{start + 46} L{start - 50} {height} H{start - 96} Z M{start + 62} 0 h16 l-96'
            f' {height} h-16 Z"'
            ' fill="#fff" opacity="0.13"/>'
        )
    inner_shadow = (
        "" if kind == "canvas" else f'<path d="M0 0 H{width} V6 H6 V{height} H0 Z" fill="#000" opacity="0.35"/>'
    )
    return (
        f'<g transform="translate({200 - width * fit / 2:.2f} {200 - height * fit / 2:.2f}) scale({fit:.4f})">{frame}'
        f'<clipPath id="canvas"><rect width="{width}" height="{height}"/></clipPath>'
        f'<linearGradient id="light" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"><stop offset="0" stop-color="#fff3d6"'
        ' stop-opacity="0.22"/><stop offset="0.5" stop-color="#fff" stop-opacity="0"/><stop offset="1"'
        ' stop-color="#000"'
        f' stop-opacity="0.28"/></linearGradient><g clip-path="url(#canvas)">{art}{glare}'
        f'<rect width="{width}" height="{height}" fill="url(#light)"/>{inner_shadow}</g></g>'
    )


def geometric_composition(view: View) -> str:
    red, blue, yellow, ink, teal = "#d8412f", "#1f4e8c", "#f2b830", "#1d1d22", "#3b9c94"
    rings = "".join(
        f'<circle cx="118" cy="132" r="{r}" fill="{c}"/>'
        for r, c in ((86, ink), (80, red), (58, "#f4ead5"), (50, yellow), (28, blue), (12, "#f4ead5"))
    )
    fan = "".join(
        f'<path d="M288 318 L{288 + 150 * math.cos(math.radians(a)):.1f} {318 + 150 * math.sin(math.radians(a)):.1f}'
        f" A150 150 0 0 1 {288 + 150 * math.cos(math.radians(a + 18)):.1f}"
        f' {318 + 150 * math.sin(math.radians(a + 18)):.1f} Z"'
        f' fill="{c}"/>'
        for a, c in zip(range(180, 270, 18), (blue, teal, yellow, red, ink), strict=True)
    )
    checks = "".join(
        f'<rect x="{28 + 20 * i}" y="{300 + 20 * j}" width="20" height="20"'
        f' fill="{ink if (i + j) % 2 else "#f4ead5"}"/>'
        for i in range(5)
        for j in range(4)
    )
    lines = "".join(f'<path d="M{204 + 9 * i} 20 V{150 - 12 * i}" stroke="{ink}" stroke-width="4"/>' for i in range(10))
    art = (
        '<rect width="320" height="400" fill="#f0e3c8"/><rect width="160" height="400" fill="#e8d6b3"/>'
        f'<path d="M0 250 L320 176 V262 L0 300 Z" fill="{teal}"/><path d="M0 250 L320 176" stroke="{ink}"'
        ' stroke-width="5"/>'
        f"{lines}{fan}{checks}{rings}"
        f'<path d="M140 214 L236 380 H96 Z" fill="{yellow}" opacity="0.92"/><path d="M140 214 L236 380 H166 Z"'
        f' fill="{red}"/>'
        f'<path d="M20 20 L300 388" stroke="{ink}" stroke-width="6"/><path d="M14 392 L314 208" stroke="{ink}"'
        ' stroke-width="3"/>'
        f'<path d="M200 150 A52 52 0 0 1 304 150 Z" fill="{blue}"/><path d="M214 150 A38 38 0 0 1 290 150 Z"'
        ' fill="#f4ead5"/>'
        f'<circle cx="262" cy="190" r="17" fill="{ink}"/><circle cx="46" cy="262" r="22" fill="{red}"/>'
    )
    return hang(view, 320, 400, art)


def ridge(rng: random.Random, x0: float, x1: float, base: float, peaks: list[Point], rough: float) -> list[Point]:
    """A jagged line from (x0, base) over the peaks to (x1, base)."""
    line = [(x0, base), *peaks, (x1, base)]
    jagged = []
    for (ax, ay), (bx, by) in zip(line, line[1:], strict=False):
        for i in range(6):
            t = i / 6
            jagged.append((ax + (bx - ax) * t + rng.uniform(-2, 2), ay + (by - ay) * t + rng.uniform(-rough, rough)))
    return [*jagged, line[-1]]


def woodcut_mountain(view: View) -> str:
    rng = random.Random("woodcut")
    ink, paper = "#1e2a38", "#f1e4c6"
    sky = "".join(
        f'<path d="M0 {y} q50 {rng.uniform(-5, 5):.1f} 100 0 t100 0 t100 0 t100 0" stroke="#c8553b" fill="none"'
        f' stroke-width="{max(0.6, 5.4 - y / 30):.1f}" opacity="0.75"/>'
        for y in range(6, 170, 9)
    )
    peak = ridge(rng, -10, 410, 268, [(60, 196), (96, 214), (196, 66), (246, 150), (276, 128), (340, 220)], 5)
    cuts = ""
    for i in range(46):
        x = -6 + i * 9
        crest = min((abs(px - x), py) for px, py in peak)[1]
        length = rng.uniform(26, 90)
        lean = 0.5 if x > 196 else -0.35
        cuts += (
            f'<path d="M{x} {crest + rng.uniform(14, 30):.1f} q{lean * length / 3:.1f} {length / 2:.1f}'
            f" {lean * length:.1f}"
            f' {length:.1f}" stroke="{ink}" stroke-width="{rng.uniform(1.6, 4.4):.1f}" fill="none"'
            ' stroke-linecap="round"/>'
        )
    snow = (
        '<path d="M196 66 L176 102 L160 124 L176 118 L180 142 L192 116 L202 152 L212 120 L224 138 L230 124 L216 100 Z"'
        f' fill="{paper}"/>'
    )
    shadow_side = (
        '<path d="M196 66 L246 150 L276 128 L340 220 L400 268 H230 L212 190 L222 150 L202 120 Z"'
        f' fill="{ink}" opacity="0.55"/>'
    )
    pines = ""
    for x, y, size in (
        (28, 300, 1.2),
        (66, 312, 0.9),
        (350, 306, 1.35),
        (310, 314, 0.85),
        (384, 316, 1.0),
        (98, 316, 0.7),
    ):
        tiers = "".join(
            f'<path d="M0 {-86 + 20 * i} L{12 + 7 * i} {-52 + 20 * i} L{4 + 3 * i} {-56 + 20 * i} L{-4 - 3 * i}'
            f" {-54 + 20 * i}"
            f' L{-12 - 7 * i} {-50 + 20 * i} Z" fill="{ink}"/><path d="M-2 {-70 + 20 * i} L{-8 - 4 * i} {-56 + 20 * i}"'
            f' stroke="{paper}" stroke-width="2.4"/>'
            for i in range(4)
        )
        pines += (
            f'<g transform="translate({x} {y}) scale({size})">{tiers}<rect x="-4" y="4" width="8" height="16"'
            f' fill="{ink}"/></g>'
        )
    water = "".join(
        f'<path d="M{200 - w / 2 + rng.uniform(-30, 30):.1f} {y} h{w:.1f}" stroke="{c}" stroke-width="{s}"'
        ' stroke-linecap="round"/>'
        for y, w, c, s in (
            (p, rng.uniform(60, 260), rng.choice((paper, ink, "#8fc0b8")), rng.uniform(2, 4))
            for p in range(296, 336, 5)
        )
    )
    art = (
        f'<rect width="400" height="340" fill="{paper}"/><rect width="400" height="170" fill="#f2a65a"/>{sky}'
        '<circle cx="304" cy="82" r="44" fill="#d6402f"/>'
        f'<path d="M0 262 L50 226 L96 250 L150 214 L220 256 L300 222 L400 264 V280 H0 Z" fill="#6f9aa0"/>'
        f'<path d="{polygon(peak)}" fill="#4d7f92" stroke="{ink}" stroke-width="4" stroke-linejoin="round"/>'
        f"{shadow_side}{snow}{cuts}"
        f'<rect y="266" width="400" height="80" fill="#3f8286"/>{water}'
        '<path d="M0 276 Q60 262 130 300 T150 340 H0 Z M400 272 Q330 268 280 306 T250 340 H400 Z"'
        f' fill="#2f4a3c"/>{pines}'
        f'<rect x="2" y="2" width="396" height="336" fill="none" stroke="{ink}" stroke-width="5"/>'
    )
    return hang(view, 400, 340, art)


def apple(x: float, y: float, r: float, paint: str) -> str:
    return (
        f'<ellipse cx="{x + 8}" cy="{y + r * 0.85:.1f}" rx="{r}" ry="{r * 0.3:.1f}" fill="#140a06" opacity="0.6"/>'
        f'<path d="M{x} {y - r * 0.8:.1f} C{x + r * 0.6:.1f} {y - r * 1.25:.1f} {x + r * 1.15:.1f} {y - r * 0.5:.1f}'
        f" {x + r}"
        f" {y + r * 0.1:.1f} C{x + r * 0.9:.1f} {y + r * 0.8:.1f} {x + r * 0.4:.1f} {y + r * 1.05:.1f} {x}"
        f" {y + r * 0.92:.1f}"
        f" C{x - r * 0.4:.1f} {y + r * 1.05:.1f} {x - r * 0.9:.1f} {y + r * 0.8:.1f} {x - r} {y + r * 0.1:.1f}"
        f' C{x - r * 1.15:.1f} {y - r * 0.5:.1f} {x - r * 0.6:.1f} {y - r * 1.25:.1f} {x} {y - r * 0.8:.1f} Z"'
        f' fill="url(#{paint})"/>'
        f'<path d="M{x} {y - r * 0.7:.1f} q2 -14 9 -20" stroke="#3a2413" stroke-width="4" fill="none"'
        ' stroke-linecap="round"/>'
        f'<ellipse cx="{x - r * 0.4:.1f}" cy="{y - r * 0.35:.1f}" rx="{r * 0.2:.1f}" ry="{r * 0.3:.1f}" fill="#fff"'
        ' opacity="0.5"'
        f' transform="rotate(24 {x - r * 0.4:.1f} {y - r * 0.35:.1f})"/>'
    )


def fruit_still_life(view: View) -> str:
    grapes = "".join(
        f'<circle cx="{266 + dx}" cy="{206 + dy}" r="14" fill="url(#grape)"/>'
        f'<circle cx="{262 + dx}" cy="{201 + dy}" r="3" fill="#fff" opacity="0.5"/>'
        for dx, dy in (
            (0, -24), (24, -20), (-20, -10), (4, -2), (30, 4), (-12, 14), (16, 20), (40, 26), (2, 36), (28, 42),
            (14, 60), (40, 54), (26, 76),
        )
    )  # fmt: skip
    folds = "".join(
        f'<path d="M{x} 262 q{d} 40 {d * 2} 90" stroke="{c}" stroke-width="9" fill="none" opacity="0.5"/>'
        for x, d, c in (
            (40, -8, "#fff"),
            (70, -4, "#7c8894"),
            (110, 6, "#fff"),
            (150, 4, "#7c8894"),
            (196, 8, "#fff"),
            (236, 10, "#7c8894"),
        )
    )
    art = (
        radial("dark", "#6d4c2c", "#1a100a", 0.3, 0.3, 0.9)
        + radial("apple", "#ff8a5c", "#8c1414", 0.35, 0.3, 0.75)
        + radial("green", "#e3ea84", "#5d7a1e", 0.35, 0.3, 0.8)
        + radial("orange", "#ffc25c", "#c25a08", 0.35, 0.3, 0.8)
        + radial("pear", "#f7e07a", "#a8761a", 0.35, 0.4, 0.75)
        + radial("grape", "#a86bb4", "#331245", 0.35, 0.3, 0.8)
        + '<linearGradient id="jug"><stop offset="0" stop-color="#16324a"/><stop offset="0.3" stop-color="#8fb9cf"/>'
        '<stop offset="0.6" stop-color="#3b6a8a"/><stop offset="1" stop-color="#0d1f30"/></linearGradient>'
        + '<linearGradient id="bowl"><stop offset="0" stop-color="#6b4a20"/><stop offset="0.35" stop-color="#e9c47c"/>'
        '<stop offset="1" stop-color="#4a2d10"/></linearGradient>'
        + gradient("wood", "#7c4d28", "#3a2010")
        + '<rect width="400" height="330" fill="url(#dark)"/><rect y="238" width="400" height="92" fill="url(#wood)"/>'
        + '<path d="M0 250 C60 234 150 240 250 258 L290 330 H0 Z" fill="#dfe4e6"/>'
        + folds
        + '<path d="M70 70 h52 l-4 30 c34 22 38 106 14 150 h-72 c-24 -44 -20 -128 14 -150 Z" fill="url(#jug)"/>'
        '<ellipse cx="96" cy="70" rx="27" ry="8" fill="#0d1f30"/><path d="M62 108 q-52 20 -22 92" stroke="#3b6a8a"'
        ' stroke-width="11"'
        ' fill="none"/><path d="M52 170 q44 18 88 0" stroke="#e9edf0" stroke-width="5" fill="none" opacity="0.8"/>'
        '<path d="M70 120 q-14 40 -4 88" stroke="#fff" stroke-width="6" fill="none" opacity="0.5"'
        ' stroke-linecap="round"/>'
        + '<ellipse cx="246" cy="262" rx="104" ry="14" fill="#0c0604" opacity="0.6"/>'
        + apple(186, 166, 36, "green")
        + '<path d="M236 86 c-18 6 -14 36 -22 52 c-14 28 -12 64 26 64 c40 0 42 -36 26 -64 c-10 -18 -8 -56 -30 -52 Z"'
        ' fill="url(#pear)"/>'
        '<path d="M236 88 q2 -16 12 -22" stroke="#3a2413" stroke-width="5" fill="none"/>'
        + apple(302, 162, 37, "apple")
        + apple(224, 182, 35, "apple")
        + '<path d="M146 188 H346 C340 232 296 254 246 254 C196 254 152 232 146 188 Z" fill="url(#bowl)"/>'
        '<path d="M146 188 H346 q0 8 -4 12 H150 q-4 -6 -4 -12 Z" fill="#f3d694" opacity="0.85"/>'
        '<path d="M210 254 h72 l10 14 h-92 Z" fill="#5d3d18"/>'
        + grapes
        + '<path d="M262 182 q-10 -20 8 -34" stroke="#4d5a22" stroke-width="4" fill="none"/>'
        + apple(120, 268, 34, "orange")
        + '<path d="M326 282 a34 34 0 0 1 56 -18 Z" fill="#e9b53c"/><path d="M326 282 a34 34 0 0 0 56 -18 Z"'
        ' fill="#fbe08a"/>'
        '<path d="M334 281 a27 24 0 0 0 42 -14 Z" fill="#f6ce4a"/>'
    )
    return hang(view, 400, 330, art)


BOATER_HAT: tuple[Facet, ...] = (
    ("#a8742a", "82 100 100 14 164 4 164 92"), ("#e8bc5a", "164 4 232 20 244 94 164 92"),
    ("#20202a", "82 100 87 76 164 66 164 92"), ("#b5342c", "164 66 240 72 244 94 164 92"),
    ("#d9a441", "36 122 82 98 164 88 164 108"), ("#f6dc98", "164 88 244 92 290 104 164 108"),
)  # fmt: skip


def cubist_portrait(view: View, hat: tuple[Facet, ...] = ()) -> str:
    ink = "#20202a"
    facets = (
        ("#2f5d7c", "0 0 130 0 90 130 0 180"), ("#7fa6a6", "130 0 320 0 320 90 210 120 90 130"),
        ("#c9703f", "320 90 320 260 246 230 210 120"),
        ("#38425e", "0 180 90 130 84 260 0 320"), ("#a3462f", "320 260 320 400 230 400 246 230"),
        ("#d9a441", "0 320 84 260 110 400 0 400"),
        ("#223a52", "84 318 160 300 236 318 290 400 46 400"), ("#b5342c", "160 300 236 318 290 400 168 400"),
        ("#e6d3a8", "132 296 188 296 180 352 160 372 140 350"),
        ("#e9b98a", "92 96 160 66 160 196 104 206"), ("#f6dcb0", "160 66 226 98 218 190 160 196"),
        ("#c9805a", "104 206 160 196 160 306 120 268"),
        ("#e8a878", "160 196 218 190 206 262 160 306"), ("#f9e7c4", "160 104 178 184 196 210 160 218"),
        ("#a85a44", "160 104 160 218 138 214"),
        ("#2a1f2e", "76 150 84 70 160 36 160 68 96 98 100 170"),
        ("#5a2f3f", "160 36 230 56 250 132 238 240 218 190 226 98 160 68"),
        ("#7d4a52", "76 150 100 170 104 206 92 250 70 214"), ("#f0cda0", "92 178 104 174 108 214 96 212"),
    )  # fmt: skip
    planes = "".join(
        f'<polygon points="{points}" fill="{fill}" stroke="{ink}" stroke-width="3" stroke-linejoin="round"/>'
        for fill, points in (*facets, *hat)
    )
    hatch = "".join(
        f'<path d="M{108 + 6 * i} {222 + 5 * i} l34 -8" stroke="{ink}" stroke-width="1.6" opacity="0.6"/>'
        for i in range(6)
    )
    strings = "".join(
        f'<path d="M{252 + 8 * i} 330 L{262 + 5 * i} 206" stroke="#f6dcb0" stroke-width="2"/>' for i in range(4)
    )
    features = (
        f'<path d="M106 146 L128 130 L152 144 L130 158 Z" fill="#fff8e6" stroke="{ink}" stroke-width="3.5"/>'
        f'<circle cx="130" cy="144" r="9" fill="#2f5d7c"/><circle cx="130" cy="144" r="4" fill="{ink}"/>'
        f'<path d="M100 124 L130 112 L154 122" stroke="{ink}" stroke-width="7" fill="none"/>'
        f'<ellipse cx="196" cy="150" rx="22" ry="14" fill="#fff8e6" stroke="{ink}" stroke-width="3.5"'
        ' transform="rotate(-10 196 150)"/>'
        f'<circle cx="190" cy="150" r="10" fill="#b5342c"/><circle cx="190" cy="150" r="4.5" fill="{ink}"/>'
        f'<path d="M174 126 L200 114 L222 130" stroke="{ink}" stroke-width="7" fill="none"/>'
        f'<path d="M160 104 L196 210 L160 218" stroke="{ink}" stroke-width="4.5" fill="none" stroke-linejoin="round"/>'
        f'<path d="M134 250 L156 240 L166 246 L192 238 L178 258 L152 264 Z" fill="#b5342c" stroke="{ink}"'
        ' stroke-width="3"/>'
        f'<path d="M134 250 L162 252 L192 238" stroke="{ink}" stroke-width="3" fill="none"/>'
        '<path d="M180 182 L204 178 L200 206 Z" fill="#e07a52" opacity="0.7"/>'
    )
    art = (
        f'{planes}{hatch}<path d="M236 318 C250 292 300 292 304 330 C320 350 306 400 270 400 C226 400 222 350 236 318'
        ' Z" fill="#d9a441"'
        f' stroke="{ink}" stroke-width="3.5"/><circle cx="270" cy="346" r="16" fill="{ink}"/>'
        f'<path d="M250 316 L258 196 H284 L292 316 Z" fill="#6b3a22" stroke="{ink}"'
        f' stroke-width="3"/>{strings}{features}'
    )
    return hang(view, 320, 400, art)


SAILING_BOAT = (
    '<g transform="translate(316 250) rotate(12)"><path d="M-44 -6 H44 L30 16 H-30 Z" fill="#8c2f23"'
    ' stroke="#26120e" stroke-width="3"/>'
    '<path d="M0 -8 V-74" stroke="#26120e" stroke-width="4"/><path d="M4 -72 Q46 -48 42 -14 H4 Z" fill="#fbf3df"'
    ' stroke="#26120e" stroke-width="3"/>'
    '<path d="M-4 -64 Q-34 -40 -32 -14 H-4 Z" fill="#e2892f" stroke="#26120e" stroke-width="3"/></g>'
)
LIGHTHOUSE = (
    '<g transform="translate(328 262)" stroke="#26120e" stroke-width="3" stroke-linejoin="round">'
    '<path d="M-52 14 L-40 -12 L-20 -20 L22 -18 L42 -8 L56 14 Z" fill="#6b4a3a"/>'
    '<path d="M-20 -18 L-13 -84 H13 L20 -18 Z" fill="#fbf3df"/>'
    '<path d="M-18 -36 L-16 -54 H16 L18 -36 Z M-14 -70 L-13 -84 H13 L14 -70 Z" fill="#c23a28"/>'
    '<path d="M-10 -86 V-104 H10 V-86 Z" fill="#ffe08a"/><path d="M-20 -84 H20" stroke-width="6"/>'
    '<path d="M-15 -104 L0 -120 L15 -104 Z" fill="#c23a28"/></g>'
)


def great_swell(view: View, shore: str = SAILING_BOAT) -> str:
    rng = random.Random("swell")
    crest = (
        "M-10 340 C30 300 80 250 120 190 C150 140 196 96 262 92 C318 90 352 124 350 162 C336 138 306 130 282 144"
        " C250 162 244 206 276 240 C310 274 360 280 410 262 V350 H-10 Z"
    )
    streaks = "".join(
        f'<path d="M{-6 + 19 * i} {334 - i} C{40 + 16 * i} {296 - 4 * i} {84 + 9 * i} {250 - 6 * i} {128 + 8 * i}'
        f" {196 - 7 * i}"
        f' C{158 + 7 * i} {150 - 3 * i} {196 + 5 * i} {116 + 2 * i} {252 + 2 * i} {108 + 4 * i}" stroke="{c}"'
        f' stroke-width="{w}"'
        ' fill="none" stroke-linecap="round"/>'
        for i, (c, w) in enumerate(
            (("#7cc4c4", 5), ("#123c5e", 5), ("#a9dcd4", 4), ("#123c5e", 6), ("#5aa9b4", 5), ("#123c5e", 4))
        )
    )
    foam = "".join(
        f'<circle cx="{x + rng.uniform(-9, 9):.1f}" cy="{y + rng.uniform(-7, 7):.1f}" r="{rng.uniform(5, 13):.1f}"'
        f' fill="{c}"/>'
        for c in ("#b9d9d8", "#fbf8ec")
        for x, y in (
            (206, 108), (224, 100), (246, 94), (268, 92), (290, 96), (312, 104), (330, 116), (344, 132), (350, 150),
            (350, 166),
            (336, 150), (322, 140), (340, 172), (306, 136), (288, 142), (190, 118),
        )
    )  # fmt: skip
    spray = "".join(
        f'<circle cx="{rng.uniform(250, 396):.1f}" cy="{rng.uniform(64, 190):.1f}" r="{rng.uniform(1.2, 3.6):.1f}"'
        ' fill="#fbf8ec"/>'
        for _ in range(60)
    )
    rolls = "".join(
        f'<path d="M-10 {y} q34 {-18 - 2 * j} 70 0 t70 0 t70 0 t70 0 t70 0 t70 0 V360 H-10 Z" fill="{c}"'
        ' stroke="#0e2c46"'
        ' stroke-width="3"/>'
        f'<path d="M-10 {y + 8} q34 {-18 - 2 * j} 70 0 t70 0 t70 0 t70 0 t70 0 t70 0" fill="none" stroke="#e9f1e4"'
        ' stroke-width="3"'
        ' stroke-dasharray="40 22 8 14"/>'
        for j, (y, c) in enumerate(((296, "#2f7488"), (316, "#1d5674"), (334, "#123c5e")))
    )
    clouds = "".join(
        f'<path d="M{x} {y} h{w} M{x + 18} {y + 9} h{w - 50} M{x - 12} {y - 9} h{w - 30}" stroke="#f6d8a8"'
        ' stroke-width="6" stroke-linecap="round"'
        ' opacity="0.8"/>'
        for x, y, w in ((30, 52, 120), (210, 34, 90), (300, 58, 120))
    )
    art = (
        gradient("dusk", "#e7894f", "#f9e2ae")
        + gradient("water", "#2c8a9a", "#12395c")
        + '<rect width="400" height="350" fill="url(#dusk)"/><circle cx="88" cy="118" r="50" fill="#fff1c4"/>'
        + '<circle cx="88" cy="118" r="66" fill="#fff1c4" opacity="0.3"/>'
        + clouds
        + '<path d="M-10 262 q60 -16 120 -4 t130 0 t170 2 V350 H-10 Z" fill="#3f8c98"/>'
        + f'<path d="{crest}" fill="url(#water)" stroke="#0e2c46" stroke-width="4"/>{streaks}'
        + '<path d="M282 144 C250 162 244 206 276 240 C254 238 226 220 222 186 C220 160 246 140 282 144 Z"'
        ' fill="#0e2c46" opacity="0.55"/>' + shore + foam + spray + rolls
    )
    return hang(view, 400, 350, art)


def pointillist_garden(view: View) -> str:
    rng = random.Random("garden")

    def region(x: float, y: float) -> tuple[str, ...]:
        if (x - 316) ** 2 + (y - 62) ** 2 < 30**2:
            return ("#fff3b0", "#ffd95c", "#fbb13c")
        if (x - 96) ** 2 / 78**2 + (y - 104) ** 2 / 72**2 < 1:
            lit = x < 90 and y < 110
            return ("#a9cf4a", "#6fae3a", "#e3dc6a") if lit else ("#2f7d4a", "#4f9a3a", "#1f5a5a", "#3a4f8a")
        if 86 < x < 108 and 160 < y < 226:
            return ("#6b3f2a", "#9a5a3a", "#4a2f4a")
        if y < 148 + 12 * math.sin(x / 40):
            return ("#8fc4ea", "#b9dcf3", "#6fa3dc", "#f3d6e0", "#dceefa")
        if y < 190 + 10 * math.sin(x / 30 + 1):
            return ("#5d8a5a", "#7fa3b0", "#4a6f8a", "#86a860")
        centre = 250 + 60 * math.sin((y - 190) / 46)
        if abs(x - centre) < 10 + (y - 190) * 0.24:
            return ("#f3dcae", "#e6bd86", "#f9efd2", "#d9a6a0")
        bed = (x // 66 + y // 44) % 4
        flowers = (("#e2434f", "#f0707a"), ("#f7c331", "#fbe07a"), ("#8a4fb4", "#b98ad6"), ("#f29ac0", "#fbd0e0"))[
            int(bed)
        ]
        return (*flowers, "#3f9a4a", "#67b24a", *flowers)

    dots = ""
    for row in range(54):
        for column in range(67):
            x, y = column * 6 + rng.uniform(-2, 2) + row % 2 * 3, row * 6 + rng.uniform(-2, 2)
            dots += (
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{rng.uniform(2.6, 3.9):.1f}" fill="{rng.choice(region(x, y))}"/>'
            )
    return hang(view, 400, 320, f'<rect width="400" height="320" fill="#e9dfc8"/>{dots}')


def marble_bust(view: View) -> str:
    stone = view.pick("#f3efe6", "#f3efe6", "#e9e6e2")
    plinth = view.pick("#3a3d42", "#8d6a48", "#5f6a64", "#b9b2a6")
    turn = view.vary(-14, 14)
    lit_left = view.chance(0.5)
    light, dark = shade(stone, 0.5), shade(stone, -0.42)
    first, last = (light, dark) if lit_left else (dark, light)
    veins = "".join(
        f'<path d="M{view.vary(120, 280)} {view.vary(60, 280)} q{view.vary(-20, 20)} 20 {view.vary(-30, 30)} 46"'
        ' stroke="#8b8f96"'
        ' stroke-width="1.4" fill="none" opacity="0.45"/>'
        for _ in range(7)
    )
    curls = "".join(
        f'<circle cx="{200 + 66 * math.cos(math.radians(a)):.1f}" cy="{92 + 58 * math.sin(math.radians(a)):.1f}" r="17"'
        ' fill="url(#curl)"/>'
        f'<path d="M{194 + 66 * math.cos(math.radians(a)):.1f} {94 + 58 * math.sin(math.radians(a)):.1f} q2 -12 12 -8'
        ' q6 8 -4 10"'
        ' stroke="#7d7a76" stroke-width="2.6" fill="none" opacity="0.8"/>'
        for a in range(150, 400, 19)
    ) + "".join(
        f'<circle cx="{x}" cy="{y}" r="15" fill="url(#curl)"/><path d="M{x - 6} {y + 2} q2 -11 11 -8 q5 8 -4 9"'
        ' stroke="#7d7a76"'
        ' stroke-width="2.4" fill="none" opacity="0.8"/>'
        for x, y in ((156, 62), (178, 50), (202, 46), (226, 50), (246, 63), (168, 76), (192, 66), (216, 66), (236, 78))
    )
    cx = 200 + turn
    eyes = "".join(
        f'<path d="M{x - 14} {y} q14 -11 28 0 q-14 9 -28 0 Z" fill="#cfcac0" stroke="#77726b" stroke-width="2"/>'
        f'<path d="M{x - 18} {y - 15} q18 -12 36 0" stroke="#8b867e" stroke-width="6" fill="none"'
        ' stroke-linecap="round" opacity="0.75"/>'
        for x, y in ((cx - 26, 122), (cx + 26, 122))
    )
    face = (
        eyes + f'<path d="M{cx - 5} 118 L{cx - 12} 158 Q{cx} 168 {cx + 12} 158 L{cx + 5} 118 Z"'
        f' fill="{shade(stone, 0.35)}"/>'
        f'<path d="M{cx + 5} 116 L{cx + 13} 157 q-4 8 -12 7 M{cx - 13} 158 q4 7 10 6" stroke="#77726b"'
        ' stroke-width="3" fill="none"'
        f' stroke-linecap="round"/><path d="M{cx - 18} 181 q9 -7 18 -2 q9 -5 18 2 q-18 15 -36 0 Z" fill="#b9b2a6"/>'
        f'<path d="M{cx - 19} 181 q19 5 38 0" stroke="#6b665f" stroke-width="2.6" fill="none"/>'
        f'<path d="M{cx - 14} 200 q14 6 28 0" stroke="#9a958c" stroke-width="4" fill="none" opacity="0.7"/>'
    )
    drapes = "".join(
        f'<path d="M{x0} {y0} Q{qx} {qy} {x1} {y1}" stroke="{c}" stroke-width="{w}" fill="none" opacity="0.7"'
        ' stroke-linecap="round"/>'
        for x0, y0, qx, qy, x1, y1, c, w in (
            (108, 262, 190, 330, 300, 300, "#8b867e", 5), (112, 252, 196, 316, 304, 286, "#ffffff", 5),
            (124, 244, 200, 298, 296, 268, "#8b867e", 4),
            (104, 282, 176, 340, 250, 326, "#ffffff", 4), (296, 262, 280, 300, 240, 326, "#8b867e", 5),
        )
    )  # fmt: skip
    return (
        f'<linearGradient id="stone"><stop offset="0" stop-color="{first}"/><stop offset="0.5" stop-color="{stone}"/>'
        f'<stop offset="1" stop-color="{last}"/></linearGradient>'
        + f'<linearGradient id="plinth"><stop offset="0" stop-color="{shade(plinth, 0.15)}"/><stop offset="1"'
        f' stop-color="{shade(plinth, -0.35)}"/></linearGradient>'
        + radial("curl", shade(stone, 0.3), shade(stone, -0.3))
        + blur("soft", 6)
        + '<g transform="translate(48 6) scale(0.76)">'
        + '<rect x="112" y="352" width="176" height="140" fill="url(#plinth)"/>'
        + f'<rect x="134" y="380" width="132" height="84" fill="none" stroke="{shade(plinth, -0.35)}"'
        ' stroke-width="4"/>'
        + f'<rect x="136" y="382" width="132" height="84" fill="none" stroke="{shade(plinth, 0.3)}" stroke-width="2"/>'
        + f'<rect x="98" y="338" width="204" height="18" fill="{shade(plinth, 0.12)}"/>'
        + f'<rect x="98" y="338" width="204" height="4" fill="{shade(plinth, 0.45)}"/>'
        + f'<rect x="98" y="488" width="204" height="30" fill="{shade(plinth, -0.1)}"/>'
        + f'<rect x="98" y="488" width="204" height="4" fill="{shade(plinth, 0.35)}"/>'
        + '<path d="M166 338 Q172 322 168 306 H232 Q228 322 234 338 Z" fill="url(#stone)"/>'
        + '<path d="M92 286 C88 256 120 244 152 234 C170 226 172 214 170 196 H230 C228 214 230 226 248 234 C280 244'
        " 312 256 308 286"
        ' C302 314 252 334 200 334 C148 334 98 314 92 286 Z" fill="url(#stone)"/>'
        + drapes
        + '<path d="M168 196 Q200 236 232 196 L232 216 Q206 248 172 222 Z" fill="#3a3632" opacity="0.35"'
        ' filter="url(#soft)"/>'
        + '<path d="M138 106 C136 60 164 44 200 44 C236 44 264 60 262 106 C264 150 248 196 224 212 Q200 226 176 212'
        ' C152 196 136 150 138 106 Z" fill="url(#stone)"/>'
        + f'<path d="M{cx + 20} 150 Q{cx + 46} 168 {cx + 24} 196" stroke="#8b867e" stroke-width="12" fill="none"'
        ' opacity="0.3" filter="url(#soft)"/>' + face + veins + curls + "</g>"
    )


def gallery_wall(view: View) -> str:
    """A museum wall with a spotlight, a skirting board, a floor and sometimes lamps, panels or a label."""
    wall = view.pick("#efece6", "#efece6", "#c9ccce", "#7a2f35", "#2f4a57", "#4f5f4c", "#6d6a75", "#d9c7a8")
    floor = view.pick(*WOODS, "#8b8d8f", "#b9b4aa")
    edge = view.vary(510, 565)
    lamp = view.vary(180, 460)
    boards = "".join(
        f'<path d="M{320 + (x - 320) * 0.8:.1f} {edge} L{320 + (x - 320) * 1.5:.1f} 640"'
        f' stroke="{shade(floor, -0.25)}" stroke-width="2"/>'
        for x in range(-240, 900, 80)
    )
    extra = view.pick("plain", "label", "lamps", "panel")
    things = {
        "plain": "",
        "label": f'<rect x="560" y="{edge - 180}" width="52" height="36" fill="#fbfaf6"/><path d="M567 {edge - 170}'
        ' h30 m-30 9 h38 m-38 8 h24"'
        ' stroke="#77726b" stroke-width="3"/>',
        "lamps": '<rect y="26" width="640" height="7" fill="#2a2a2c"/>'
        + "".join(
            f'<path d="M{x - 9} 32 h18 l10 34 h-38 Z" fill="#2a2a2c"/><ellipse cx="{x}" cy="66" rx="19" ry="5"'
            ' fill="#fff2c8"/>'
            f'<path d="M{x - 19} 66 h38 L{x + 130} 560 H{x - 130} Z" fill="#fff2c8" opacity="0.1"/>'
            for x in (110, 320, 530)
        ),
        "panel": "".join(
            f'<rect x="{x}" y="40" width="250" height="{edge - 110:.1f}" fill="none" stroke="{c}" stroke-width="4"'
            f' transform="translate({d} {d})"/>'
            for x in (-130, 195, 520)
            for c, d in ((shade(wall, -0.2), 2), (shade(wall, 0.2), 0))
        ),
    }[extra]
    return (
        gradient("wall", shade(wall, 0.1), shade(wall, -0.18))
        + f'<radialGradient id="spot" cx="{lamp / 640:.2f}" cy="0.35" r="0.7"><stop offset="0" stop-color="#fff4d8"'
        ' stop-opacity="0.5"/>'
        '<stop offset="1" stop-color="#000" stop-opacity="0.25"/></radialGradient>'
        + gradient("floor", shade(floor, -0.1), shade(floor, 0.15))
        + '<rect width="640" height="640" fill="url(#wall)"/>'
        + f'<rect y="{edge}" width="640" height="{640 - edge:.1f}" fill="url(#floor)"/>{boards}'
        + f'<rect y="{edge - 22}" width="640" height="22" fill="{shade(wall, 0.35)}"/><rect y="{edge - 4}"'
        ' width="640" height="4" fill="#000" opacity="0.3"/>'
        + things
        + '<rect width="640" height="640" fill="url(#spot)"/>'
    )


SCENE = Scene(gallery_wall, scale=(0.68, 1.04), tilt_deg=6, perspective=0.16, shift=0.06, shadow=0.5, mirror=False)
CLASSES = {
    "geometric_composition": geometric_composition,
    "woodcut_mountain": woodcut_mountain,
    "fruit_still_life": fruit_still_life,
    "pointillist_garden": pointillist_garden,
    "marble_bust": marble_bust,
    "cubist_portrait": cubist_portrait,
    "cubist_portrait_with_hat": partial(cubist_portrait, hat=BOATER_HAT),
    "great_swell": great_swell,
    "great_swell_with_lighthouse": partial(great_swell, shore=LIGHTHOUSE),
}
