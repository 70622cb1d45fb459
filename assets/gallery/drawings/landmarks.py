"""Landmarks: monuments under a day, evening, night or cloudy sky, with what grows and stands in front of them."""

import math
import random
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from .scene import Scene, gradient
from .view import View, shade

GROUND = 325
Point = tuple[float, float]


def mix(a: str, b: str, share: float) -> str:
    """The colour `share` of the way from a to b."""
    pairs = ((int(a[i : i + 2], 16), int(b[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(x + (y - x) * share):02x}" for x, y in pairs)


@dataclass(frozen=True)
class Light:
    """A time of day: its sky, the colour it lays over everything, and whether lamps are on."""

    sky: tuple[str, str]
    tint: str
    strength: float
    cloud: str
    lamps: bool = False

    def tone(self, colour: str, share: float = 1.0) -> str:
        return mix(colour, self.tint, self.strength * share)

    def stone(self, colour: str) -> str:
        """A wall, which floodlight keeps warm when it is dark."""
        return mix(self.tone(colour, 0.55), "#ffb45e", 0.22) if self.lamps else self.tone(colour)

    @property
    def glass(self) -> str:
        return "#ffd978" if self.lamps else self.tone("#3a4756")


DAY = Light(("#3f8fdc", "#cbe8f8"), "#fff6e0", 0.04, "#ffffff")
MORNING = Light(("#7db6dc", "#fde3b6"), "#ffc777", 0.2, "#fff3df")
CLOUDY = Light(("#8795a3", "#d8dde0"), "#8b97a3", 0.24, "#eef1f3")
DUSK = Light(("#3d3c78", "#f7915f"), "#5f3560", 0.42, "#f2a48c", lamps=True)
NIGHT = Light(("#080e2b", "#2d427c"), "#101a40", 0.6, "#33436f", lamps=True)
LIGHTS = (DAY, MORNING, CLOUDY, DUSK, NIGHT, DAY, MORNING)


def light_of(view: View) -> Light:
    """Each class goes through all of the lights, in an order of its own."""
    order = random.Random(view.seed.rsplit("/", 1)[0]).sample(LIGHTS, len(LIGHTS))
    return order[view.number % len(order)]


def poly(points: Iterable[Point], fill: str, more: str = "") -> str:
    return f'<polygon points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}" fill="{fill}" {more}/>'


def rect(x: float, y: float, width: float, height: float, fill: str, more: str = "") -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}" {more}/>'


def line(path: str, colour: str, width: float, more: str = "") -> str:
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}" {more}/>'


def dot(x: float, y: float, radius: float, fill: str, opacity: float = 1) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{fill}" opacity="{opacity}"/>'


def wall(name: str, colour: str, light: Light) -> str:
    """A gradient for flat masonry: lit from above by day, from below by night."""
    stone = light.stone(colour)
    dim, bright = (light.tone(colour, 0.9), mix(stone, "#ffd08a", 0.2)) if light.lamps else (stone, shade(stone, 0.22))
    return gradient(name, dim, bright) if light.lamps else gradient(name, bright, shade(dim, -0.08))


def cylinder(name: str, colour: str, light: Light) -> str:
    """A gradient for round masonry, lit from the left."""
    stone = light.stone(colour)
    stops = ((0, -0.14), (0.28, 0.25), (0.6, -0.06), (1, -0.4))
    return (
        f'<linearGradient id="{name}">'
        + "".join(f'<stop offset="{at}" stop-color="{shade(stone, amount)}"/>' for at, amount in stops)
        + "</linearGradient>"
    )


def glow(x: float, y: float, radius: float, name: str, colour: str = "#ffdf8e") -> str:
    return (
        f'<radialGradient id="{name}"><stop offset="0" stop-color="{colour}" stop-opacity="0.85"/>'
        f'<stop offset="1" stop-color="{colour}" stop-opacity="0"/></radialGradient>'
        f'<circle cx="{x}" cy="{y}" r="{radius}" fill="url(#{name})"/>'
    )


def placed(view: View, art: str, zoom: tuple[float, float] = (0.82, 1.16), sway: float = 24) -> str:
    """The building nearer or farther, and off the middle, standing on GROUND."""
    size, x = view.vary(*zoom), 200 + view.vary(-sway, sway)
    return f'<g transform="translate({x} {GROUND}) scale({size}) translate(-200 {-GROUND})">{art}</g>'


def contact(x: float, half: float, y: float = GROUND) -> str:
    return (
        '<radialGradient id="contact"><stop offset="0" stop-color="#0a0c18" stop-opacity="0.55"/>'
        '<stop offset="1" stop-color="#0a0c18" stop-opacity="0"/></radialGradient>'
        f'<ellipse cx="{x}" cy="{y}" rx="{half}" ry="16" fill="url(#contact)"/>'
    )


def leaves(view: View, x: float, y: float, size: float, colour: str) -> str:
    """A ball of foliage."""
    out = dot(x, y, size, shade(colour, -0.3))
    for _ in range(12):
        angle, reach = view.vary(0, 6.28), view.vary(0.2, 0.8) * size
        cx, cy = x + reach * math.cos(angle), y + reach * math.sin(angle) * 0.85
        out += dot(cx, cy, size * view.vary(0.28, 0.46), shade(colour, 0.18 - 0.3 * (cy - y + size) / (2 * size)))
    return out


def tree(view: View, x: float, base: float, size: float, light: Light, green: str = "#4d8a3f") -> str:
    trunk = light.tone("#5a4030")
    return poly(
        (
            (x - size * 0.1, base),
            (x - size * 0.06, base - size),
            (x + size * 0.06, base - size),
            (x + size * 0.1, base),
        ),
        trunk,
    ) + leaves(view, x, base - size * 1.5, size * 0.8, light.tone(green))


def cypress(x: float, base: float, size: float, light: Light) -> str:
    green = light.tone("#2f5f3c")
    return (
        f'<path d="M{x} {base - size * 2.6} Q{x + size * 0.7} {base - size} {x + size * 0.36} {base} '
        f'L{x - size * 0.36} {base} Q{x - size * 0.7} {base - size} {x} {base - size * 2.6}Z" fill="{green}"/>'
        f'<path d="M{x} {base - size * 2.5} Q{x - size * 0.55} {base - size} {x - size * 0.3} {base - 2} '
        f'L{x - size * 0.05} {base - 2} Q{x - size * 0.2} {base - size} {x} {base - size * 2.5}Z" '
        f'fill="{shade(green, 0.2)}"/>'
    )


def palm(view: View, x: float, base: float, size: float, light: Light) -> str:
    trunk, green = light.tone("#7d5d3c"), light.tone("#4b7d39")
    lean = view.vary(-0.3, 0.3) * size
    tip_x, tip_y = x + lean, base - size * 2
    out = line(f"M{x} {base} Q{x} {base - size} {tip_x} {tip_y}", trunk, size * 0.14)
    for angle in (-170, -140, -108, -72, -40, -10, 20, 160):
        dx, dy = math.cos(math.radians(angle)) * size, math.sin(math.radians(angle)) * size * 0.75
        out += (
            f'<path d="M{tip_x} {tip_y} q{dx * 0.5:.1f} {dy * 0.9 - size * 0.1:.1f} {dx:.1f} {dy + size * 0.35:.1f} '
            f'q{-dx * 0.6:.1f} {-size * 0.28:.1f} {-dx:.1f} {-dy - size * 0.35:.1f}Z" '
            f'fill="{shade(green, angle / 900)}"/>'
        )
    return out


def people(view: View, light: Light) -> str:
    """A few small visitors."""
    out = ""
    for _ in range(view.pick(2, 3, 4)):
        x, y, coat = (
            view.vary(70, 330),
            view.vary(338, 352),
            light.tone(view.pick("#b5443c", "#31557e", "#d8a13c", "#444444")),
        )
        out += (
            f'<path d="M{x - 3} {y} l1 -9 l-2 -1 q0 -9 5 -9 q5 0 5 9 l-2 1 l1 9 h-3 l-1 -7 l-1 7Z" fill="{coat}"/>'
            + dot(x + 1, y - 22, 3.1, light.tone("#e0b08d"))
        )
    return out


def foreground(view: View, light: Light) -> str:
    """Trees, bushes, cypresses or visitors before the building, or nothing."""
    kind = view.pick("trees", "bushes", "cypresses", "people", "nothing")
    sides = view.pick((40,), (362,), (36, 368))
    if kind == "trees":
        green = view.pick("#4d8a3f", "#6f9a3a", "#c98a3a")
        return "".join(tree(view, x, 362, view.vary(40, 52), light, green) for x in sides)
    if kind == "bushes":
        return "".join(
            leaves(view, x + view.vary(-18, 18) + step, 356, view.vary(14, 22), light.tone("#4f8746"))
            for x in sides
            for step in (-26, 0, 26)
        )
    if kind == "cypresses":
        return "".join(cypress(x + step, 352, 30 - abs(step) * 0.3, light) for x in sides for step in (-22, 20))
    return people(view, light) if kind == "people" else ""


def lattice_tower(view: View) -> str:
    light = light_of(view)
    iron = light.tone(view.pick("#8a5638", "#59626f", "#a5443a", "#6f5c4a"), 0.6)
    iron = mix(iron, "#ffb347", 0.5) if light.lamps else iron
    dark = shade(iron, -0.35)
    top, flare = view.vary(46, 62), view.vary(80, 98)

    def height(t: float) -> float:
        return GROUND - t * (GROUND - top)

    def outer(t: float) -> float:
        return 5 + flare * (1 - t) ** 2.2

    def inner(t: float) -> float:
        return max(0.0, outer(t) - 5 - 26 * (1 - t) ** 1.4)

    steps = [k / 24 for k in range(25)]
    art = contact(200, flare + 40)
    for sign in (-1, 1):
        far = " ".join(f"L{200 + sign * (inner(t) * 0.72):.1f} {height(t):.1f}" for t in steps[:14])
        art += line("M" + far[1:], dark, 7)
    for sign in (-1, 1):
        leg = [(200 + sign * outer(t), height(t)) for t in steps] + [
            (200 + sign * inner(t), height(t)) for t in steps[::-1]
        ]
        art += poly(leg, iron, f'fill-opacity="0.5" stroke="{iron}" stroke-width="2.6"')
        brace = " ".join(
            f"L{200 + sign * (outer(t) if k % 2 else inner(t)):.1f} {height(t):.1f}" for k, t in enumerate(steps)
        )
        cross = " ".join(
            f"L{200 + sign * (inner(t) if k % 2 else outer(t)):.1f} {height(t):.1f}" for k, t in enumerate(steps)
        )
        art += line("M" + brace[1:], shade(iron, 0.2), 1.6) + line("M" + cross[1:], dark, 1.6)
        foot = 200 + sign * (outer(0) + inner(0)) / 2
        art += rect(foot - 21, GROUND - 8, 42, 11, light.stone("#b9ab98"))
    for low, high in zip(steps[13:22], steps[14:23], strict=True):
        for sign in (-1, 1):
            art += line(
                f"M{200 - sign * outer(low):.1f} {height(low):.1f} L{200 + sign * outer(high):.1f} {height(high):.1f}",
                iron, 1.8,
            )  # fmt: skip
    art += line(
        f"M{200 - inner(0.03):.1f} {height(0.03):.1f} Q{200 - inner(0.2):.1f} {height(0.24):.1f} "
        f"200 {height(0.245):.1f} "
        f"Q{200 + inner(0.2):.1f} {height(0.24):.1f} {200 + inner(0.03):.1f} {height(0.03):.1f}",
        iron, 5,
    )  # fmt: skip
    for t, thick in ((0.27, 15), (0.53, 11)):
        half = outer(t) + 8
        art += rect(200 - half, height(t) - thick, 2 * half, thick, dark) + rect(
            200 - half, height(t) - thick, 2 * half, 4, shade(iron, 0.3)
        )
        windows = range(int(200 - half) + 4, int(200 + half) - 3, 7)
        art += "".join(rect(x, height(t) - thick + 6, 4, thick - 9, light.glass) for x in windows)
    art += rect(191, top - 8, 18, 12, iron) + rect(189, top + 2, 22, 4, dark) + rect(198.6, top - 38, 2.8, 32, iron)
    if light.lamps:
        lamps = [(200 + s * outer(t), height(t)) for t in steps[1::2] for s in (-1, 1)]
        art += "".join(dot(x, y, 2.1, "#fff3c4") for x, y in lamps) + glow(200, top - 30, 26, "beacon", "#ffe9a8")
    return placed(view, art, (0.84, 1.28)) + foreground(view, light)


def pyramid(view: View) -> str:
    light = light_of(view)
    sand = view.pick("#d9ae6c", "#c99a63", "#d8b98a", "#c4875a")
    lit_face, shaded = light.stone(sand), shade(light.tone(sand), -0.38)
    apex, corner = (200 + view.vary(-14, 14), view.vary(78, 100)), (200 + view.vary(-70, 90), 340)
    left, right = (24, 322), (380, 320)
    courses = 17

    def at(t: float, foot: Point) -> Point:
        return foot[0] + (apex[0] - foot[0]) * t, foot[1] + (apex[1] - foot[1]) * t

    art = contact(200, 215, 330)
    for k in range(courses):
        t, rise = k / courses, (apex[1] - corner[1]) / courses
        a, b, c = at(t, left), at(t, corner), at(t, right)
        jitter = view.vary(-0.05, 0.07)
        gold = k == courses - 1
        front, side = ("#f2c84b", "#a87d1e") if gold else (lit_face, shaded)
        for (x0, y0), (x1, y1), colour in ((a, b, front), (b, c, side)):
            colour = shade(colour, jitter)
            art += poly(((x0, y0), (x1, y1), (x1, y1 + rise), (x0, y0 + rise)), colour)
            art += line(f"M{x0:.1f} {y0 + rise:.1f} L{x1:.1f} {y1 + rise:.1f}", shade(colour, 0.25), 1.6)
            art += line(f"M{x0:.1f} {y0:.1f} L{x1:.1f} {y1:.1f}", shade(colour, -0.3), 1.6)
            for _ in range(int(abs(x1 - x0) / 22)):
                part = view.vary(0.05, 0.95)
                x, y = x0 + (x1 - x0) * part, y0 + (y1 - y0) * part
                art += line(f"M{x:.1f} {y:.1f} v{rise:.1f}", shade(colour, -0.2), 1.2)
    door_x, door_y = at(0.1, ((left[0] + corner[0]) / 2, (left[1] + corner[1]) / 2))
    art += poly(
        ((door_x - 12, door_y + 4), (door_x - 8, door_y - 24), (door_x + 8, door_y - 23), (door_x + 12, door_y + 6)),
        light.glass if light.lamps else "#33241a",
    )
    behind = ""
    if view.chance(0.6):
        x = view.pick(30, 370)
        behind = poly(((x - 90, 322), (x, 215), (x + 90, 322)), mix(lit_face, light.sky[1], 0.35)) + poly(
            ((x + 22, 322), (x, 215), (x + 90, 322)), mix(shaded, light.sky[1], 0.35)
        )
    front_art = view.pick(
        palm(view, 56, 362, 46, light) + palm(view, 88, 358, 32, light),
        palm(view, 348, 364, 50, light),
        people(view, light),
        "",
    )
    return behind + placed(view, art, (0.66, 1.2), 34) + front_art


@dataclass(frozen=True)
class LighthouseDesign:
    """What differs between two lighthouses of one shape: stripes, which climb by twice `slant`, roof, window bars."""

    slant: float
    roof: str
    bars: str


RINGS = LighthouseDesign(0, "M174 80 Q178 54 200 50 Q222 54 226 80Z", "M193 78 V110 M207 78 V110")
SPIRAL = LighthouseDesign(
    44, "M166 82 L197 40 H203 L234 82Z", "M181 94 L197 78 L219 100 L209 110 M181 100 L191 110 L219 82 L215 78 L183 110"
)


def lighthouse_stripes(slant: float, lean: float, wide: float, base: float) -> str:
    """Painted bands from y = 120 down to base, wound around the front half of the tower."""

    def edge(y: float, step: int) -> Point:
        turn = math.pi / 16 * step
        y -= slant * step / 8
        return 200 + (lean + (wide - lean) * (y - 120) / (base - 120)) * math.sin(turn), y

    tall = (base - 120) / 6
    bands = "".join(
        poly(
            [edge(120 + tall * k, step) for step in range(-8, 9)]
            + [edge(120 + tall * (k + 1), step) for step in range(8, -9, -1)],
            "url(#band)",
        )
        for k in (range(-2, 8, 2) if slant else range(0, 6, 2))
    )
    clip = f'<clipPath id="shaft"><rect x="100" y="120" width="200" height="{base - 120}"/></clipPath>'
    return f'{clip}<g clip-path="url(#shaft)">{bands}</g>'


def lantern(light: Light, lean: float, design: LighthouseDesign) -> str:
    """The gallery, the lamp room and the roof on top of a lighthouse."""
    rail = light.tone("#2b313b")
    art = poly(((200 - lean - 3, 122), (200 + lean + 3, 122), (200 + lean + 13, 110), (200 - lean - 13, 110)), rail)
    art += line(f"M{188 - lean} 108 V96 H{212 + lean} V108", rail, 2.4)
    art += "".join(line(f"M{x} 96 V109", rail, 1.8) for x in range(int(190 - lean), int(212 + lean), 8))
    art += rect(
        181, 78, 38, 33, "#fff3b0" if light.lamps else light.tone("#bfe3ee"), f'stroke="{rail}" stroke-width="2.5"'
    )
    art += line(design.bars, rail, 2) + dot(200, 96, 6, "#fffbe0")
    art += f'<path d="{design.roof}" fill="url(#band)"/>' + line("M200 52 V32", rail, 3) + dot(200, 48, 5, rail)
    return art + (glow(200, 95, 58, "lamp") if light.lamps else "")


def lighthouse(view: View, design: LighthouseDesign = RINGS) -> str:
    light = light_of(view)
    band = view.pick("#c8322d", "#1f5a96", "#c8322d", "#20242c")
    base, lean = 312, view.vary(24, 30)
    wide = view.vary(42, 50)

    art = cylinder("white", "#f6f2ea", light) + cylinder("band", band, light)
    if light.lamps:
        art += "".join(
            f'<linearGradient id="beam{sign}" x1="{1 - end}" x2="{end}" y1="0" y2="0">'
            '<stop offset="0" stop-color="#fff0b5" stop-opacity="0.85"/>'
            '<stop offset="1" stop-color="#fff0b5" stop-opacity="0"/></linearGradient>'
            + poly(((200, 97), (200 + sign * 200, 97 - 52), (200 + sign * 200, 97 + 40)), f"url(#beam{sign})")
            for sign, end in ((-1, 0), (1, 1))
        )
    art += contact(200, 130, 330)
    if view.chance(0.65):
        side = view.pick(-1, 1)
        x = 200 + side * 84
        art += rect(x - 44, 270, 88, 52, light.stone("#efe8da")) + rect(x - 44, 270, 88, 6, "#0a0c18", 'opacity="0.25"')
        art += poly(((x - 52, 272), (x - 30, 238), (x + 30, 238), (x + 52, 272)), light.tone(band))
        art += rect(x + 14, 226, 12, 20, light.tone("#9a5b48"))
        art += "".join(rect(x + dx, 284, 15, 18, light.glass, 'stroke="#fff" stroke-width="2"') for dx in (-30, 15))
        art += rect(x - 7, 288, 15, 32, light.tone("#4a5f74"))
    art += poly(((200 - lean, 120), (200 + lean, 120), (200 + wide, base), (200 - wide, base)), "url(#white)")
    art += lighthouse_stripes(design.slant, lean, wide, base)
    for y in (168, 216, 262):
        art += rect(193, y, 14, 20, light.glass, 'rx="7" stroke="#1d2430" stroke-width="2"')
    art += f'<path d="M186 {base} v-24 a14 14 0 0 1 28 0 v24Z" fill="{light.tone("#4a3426")}"/>'
    art += lantern(light, lean, design)
    rock = light.tone(view.pick("#6b6259", "#7c7468", "#565a60"))
    for _ in range(16):
        x, y, r = view.vary(80, 320), view.vary(314, 338), view.vary(13, 28)
        points = [
            (x + r * 1.3 * math.cos(a) * view.vary(0.8, 1.1), y + r * 0.7 * math.sin(a))
            for a in (0.3, 1.5, 2.8, 3.9, 4.8, 5.6)
        ]
        art += poly(points, shade(rock, view.vary(-0.25, 0.05))) + poly(
            (points[2], points[3], points[4], (x, y)), shade(rock, 0.2)
        )
    foam = light.tone("#ffffff")
    art += "".join(
        line(f"M{x} {y} q12 -9 24 0 t24 0 t24 0", foam, 3, 'opacity="0.75" stroke-linecap="round"')
        for x, y in ((62, 342), (142, 350), (232, 345), (300, 338))
    )
    return placed(view, art, (0.82, 1.3), 44)


def pagoda(view: View) -> str:
    light = light_of(view)
    roof = light.tone(view.pick("#2f6f6b", "#3d4450", "#8a5a2b", "#3f6b3c"), 0.8)
    red = light.stone("#b5352a")
    art = wall("red", "#b5352a", light) + gradient("roof", shade(roof, 0.25), shade(roof, -0.25)) + contact(200, 160)
    art += poly(((82, GROUND), (96, 306), (304, 306), (318, GROUND)), light.stone("#a9a294"))
    art += poly(((168, GROUND), (176, 306), (224, 306), (232, GROUND)), light.stone("#c9c2b3"))
    art += "".join(
        line(f"M{169 + k * 2} {320 - k * 5} H{231 - k * 2}", shade(red, -0.4), 1, 'opacity="0.5"') for k in range(3)
    )
    y, half, tall, curl = 306.0, 84.0, 40.0, view.vary(9, 15)
    for floor in range(5):
        art += rect(200 - half, y - tall, 2 * half, tall, "url(#red)") + rect(
            200 - half, y - tall, 2 * half, 9, "#1a0d14", 'opacity="0.45"'
        )
        posts = 6
        for k in range(posts):
            x = 200 - half + 2 * half * k / (posts - 1)
            art += rect(x - 2.5, y - tall, 5, tall, shade(red, -0.35))
        for k in range(posts - 1):
            x = 200 - half + 2 * half * (k + 0.5) / (posts - 1)
            w = half * 0.22
            art += rect(x - w / 2, y - tall + 12, w, tall - 18, light.glass if light.lamps or floor else "#3b2018")
            art += line(f"M{x} {y - tall + 12} V{y - 6}", shade(red, -0.4), 1.2)
        art += rect(200 - half - 5, y - 7, 2 * half + 10, 3, light.tone("#e2b84f")) + rect(
            200 - half - 5, y - 3, 2 * half + 10, 3, shade(red, -0.3)
        )
        eave, rise = half + 40, 21.0
        top = y - tall
        art += (
            f'<path d="M{200 - eave} {top - curl + 3} Q{200 - eave * 0.7} {top + 5} 200 {top + 5} '
            f'Q{200 + eave * 0.7} {top + 5} {200 + eave} {top - curl + 3} L{200 + half} {top + 11} H{200 - half}Z" '
            f'fill="{shade(light.tone("#6b2a20"), -0.2)}"/>'
            f'<path d="M{200 - eave} {top - curl} Q{200 - eave * 0.62} {top - 4} {200 - half * 0.82} {top - rise} '
            f"H{200 + half * 0.82} Q{200 + eave * 0.62} {top - 4} {200 + eave} {top - curl} "
            f'Q{200 + eave * 0.7} {top + 6} 200 {top + 6} Q{200 - eave * 0.7} {top + 6} {200 - eave} {top - curl}Z" '
            f'fill="url(#roof)"/>'
        )
        ribs = range(-9, 10)
        art += "".join(
            line(f"M{200 + half * 0.08 * k:.1f} {top - rise} L{200 + eave * 0.095 * k:.1f} {top + 5 - k**2 * 0.09:.1f}",
                 shade(roof, -0.35), 1.3, 'opacity="0.75"')
            for k in ribs
        )  # fmt: skip
        art += line(f"M{200 - half * 0.82:.1f} {top - rise} H{200 + half * 0.82:.1f}", shade(roof, 0.4), 2.4)
        if light.lamps or view.number % 2:
            for side in (-1, 1):
                art += dot(200 + side * (eave - 8), top + 4, 4, "#ffb43c" if light.lamps else light.tone("#d84a32"))
        y, half, tall = top - rise, half * 0.82, tall * 0.86
    gold = light.stone("#e0b548")
    peak = y - 22
    art += poly(((200 - half * 0.6, y + 2), (200, peak), (200 + half * 0.6, y + 2)), roof)
    art += line(f"M200 {peak + 6} V{peak - 34}", gold, 3.5)
    art += "".join(line(f"M{200 - w} {peak - 6 - k * 6} h{2 * w}", gold, 2.4) for k, w in enumerate((8, 7, 6, 4)))
    blossom = view.pick("#f0a9bf", "#f4bfd0", "#e58aa6", "#c9552f", "#4d8a3f")
    front = "".join(
        tree(view, x, 364, view.vary(38, 52), light, blossom) for x in view.pick((44,), (360,), (36, 372), ())
    )
    return placed(view, art, (0.8, 1.06)) + front


DOME_CAP = "M164 150 Q166 108 202 104 Q236 108 238 150Z"
CONE_CAP = "M158 150 L200 84 L244 150Z"


def windmill(view: View, sails: int = 4, cap: str = DOME_CAP) -> str:
    light = light_of(view)
    body, trim = view.pick(
        ("#a5583f", "#f2ead8"), ("#eee7d8", "#2f5f4a"), ("#3e6b58", "#f2ead8"), ("#8a6a4b", "#e9dfca")
    )
    sail = view.pick("#f3e9d2", "#e9dcc0", "#c9543f")
    tone = light.tone
    art = (
        cylinder("body", body, light)
        + cylinder("cap", "#4a3a33", light)
        + cylinder("low", "#b08a68", light)
        + contact(200, 120)
    )
    art += poly(((140, GROUND), (148, 262), (252, 262), (260, GROUND)), "url(#low)")
    art += "".join(
        line(f"M{142 + k} {GROUND - 10 - k * 10} H{258 - k}", "#2a1d18", 1, 'opacity="0.25"') for k in range(5)
    )
    art += poly(((152, 262), (172, 148), (228, 148), (248, 262)), "url(#body)")
    art += "".join(
        line(f"M{170.5 - k * 2.9:.1f} {158 + k * 17} H{229.5 + k * 2.9:.1f}", "#1c1410", 1.2, 'opacity="0.28"')
        for k in range(6)
    )
    art += f'<path d="M186 {GROUND} v-30 a14 14 0 0 1 28 0 v30Z" fill="{tone("#3c6a4d")}"/>'
    art += line(f"M186 {GROUND} v-30 a14 14 0 0 1 28 0 v30", tone("#f2ead8"), 3)
    for x, y in ((200, 222), (184, 188), (218, 192)):
        art += rect(x - 7, y - 9, 14, 18, light.glass, f'stroke="{tone("#f7f2e6")}" stroke-width="2.4"')
    art += rect(132, 256, 136, 7, tone("#5a4030")) + line("M134 256 V240 H266 V256", tone(trim), 2.6)
    art += "".join(line(f"M{x} 241 V257", tone(trim), 2) for x in range(144, 266, 11))
    art += "".join(line(f"M{x} 263 L{200 + (x - 200) * 0.78:.0f} 282", tone("#5a4030"), 3.4) for x in (138, 262))
    art += f'<path d="{cap}" fill="url(#cap)"/>' + rect(164, 146, 74, 6, tone(trim))
    angle, squeeze = view.vary(8, 82), view.vary(0.76, 1)
    blades = ""
    for k in range(sails):
        grid = "".join(line(f"M2 {-36 - j * 13} H28", tone("#4f3928"), 1.6) for j in range(8))
        blades += (
            f'<g transform="rotate({k * 360 / sails + angle})">'
            + rect(4, -130, 23, 96, tone(sail), 'opacity="0.93"')
            + line("M28 -132 V-34", tone("#4f3928"), 2.2)
            + line("M15 -130 V-34", tone("#4f3928"), 1)
            + grid
            + rect(-3, -136, 6, 136, tone("#6a4a33"))
            + rect(-8, -130, 5, 96, shade(tone(sail), -0.12))
            + "</g>"
        )
    boss = dot(0, 0, 10, tone("#3a2a22")) + dot(-2, -2, 4, tone("#b89a7a"))
    art += f'<g transform="translate(198 134) scale({squeeze} 1)">{blades}{boss}</g>'
    front = ""
    if view.chance(0.6):
        tulip = view.pick(("#d8343a", "#f2b632"), ("#e37aa8", "#f6eef2"), ("#f2b632", "#e0662e"))
        for row in range(4):
            y = 342 + row * 13
            for x in range(-4, 404, 11):
                cx = x + view.vary(-3, 3)
                front += line(f"M{cx} {y + 9} v-9", tone("#3f7a38"), 2) + dot(
                    cx, y, 4.4 + row * 0.5, tone(tulip[row % 2])
                )
    else:
        front = foreground(view, light)
    return placed(view, art, (0.86, 1.22), 30) + front


def arch(x: float, radius: float, spring: float, water: float) -> str:
    return f"M{x - radius} {water} V{spring} A{radius} {radius} 0 0 1 {x + radius} {spring} V{water}Z"


def stone_bridge(view: View) -> str:
    light = light_of(view)
    stone = light.stone(view.pick("#b7a58a", "#9d9a94", "#c59f78", "#a89f8a"))
    water, spring, hump = 322, 286, view.vary(138, 186)
    side = view.pick(38, 42, 46)
    spans = ((200 - 62 - side, side), (200, 48), (200 + 62 + side, side))
    deck = f"M-30 262 Q200 {hump * 2 - 262 + 20} 430 262"
    holes = " ".join(arch(x, r, spring, water) for x, r in spans)
    art = (
        gradient("stone", shade(stone, 0.15), shade(stone, -0.15))
        + '<pattern id="courses" width="30" height="17" patternUnits="userSpaceOnUse">'
        + line("M0 0.7 H30 M0 9 H30 M8 0 V9 M23 9 V17", shade(stone, -0.4), 1.1, 'opacity="0.6"')
        + rect(9, 1.5, 13, 7, shade(stone, 0.2), 'opacity="0.35"')
        + "</pattern>"
    )
    for k, (x, r) in enumerate(spans):
        shift = 9 if x <= 200 else -9
        art += (
            f'<clipPath id="a{k}"><path d="{arch(x, r, spring, water)}"/></clipPath>'
            f'<path d="M-40 0 H440 V400 H-40Z {arch(x + shift, r, spring + 4, water)}" fill-rule="evenodd" '
            f'fill="{shade(stone, -0.6)}" clip-path="url(#a{k})"/>'
        )
    body = f"{deck} V{water} H-30Z {holes}"
    art += "".join(f'<path d="{body}" fill="url(#{fill})" fill-rule="evenodd"/>' for fill in ("stone", "courses"))
    for x, r in spans:
        ring = f"M{x - r - 5} {spring} A{r + 5} {r + 5} 0 0 1 {x + r + 5} {spring}"
        art += line(ring, shade(stone, -0.45), 12) + line(ring, shade(stone, 0.3), 10, 'stroke-dasharray="8 1.6"')
        art += rect(
            x - 6, spring - r - 14, 12, 16, shade(stone, 0.4), f'stroke="{shade(stone, -0.4)}" stroke-width="1"'
        )
    for x in (200 - 55, 200 + 55):
        art += poly(((x - 11, water), (x - 11, 282), (x, 268), (x + 11, 282), (x + 11, water)), shade(stone, 0.1))
        art += poly(((x, 268), (x + 11, 282), (x + 11, water), (x, water)), shade(stone, -0.35))
    art += (
        line(deck, shade(stone, -0.4), 22)
        + line(deck, shade(stone, 0.22), 18)
        + line(deck, shade(stone, -0.25), 18, 'stroke-dasharray="2 20"')
    )
    art += f'<g transform="translate(0 -10)">{line(deck, shade(stone, 0.4), 5)}</g>'
    lamps = ""
    if light.lamps or view.chance(0.4):
        for k, (x, y) in enumerate(((80, 216), (160, 190), (240, 190), (320, 216))):
            y = y - 176 + hump
            lamps += line(f"M{x} {y + 12} V{y - 24}", light.tone("#2b2f36"), 3) + dot(
                x, y - 27, 5, "#ffe39a" if light.lamps else "#e9e6da"
            )
            lamps += glow(x, y - 27, 20, f"lamp{k}") if light.lamps else ""
    mirrored = f'<g transform="translate(0 {2 * water}) scale(1 -1)" opacity="0.34">{art}</g>'
    ripple = "".join(
        line(
            f"M{view.vary(-20, 340)} {view.vary(water + 6, 396)} h{view.vary(20, 70)}",
            light.tone("#ffffff"),
            1.6,
            'opacity="0.4"',
        )
        for _ in range(26)
    )
    boat = ""
    if view.chance(0.45):
        x, hull = view.vary(110, 290), light.tone(view.pick("#8a3b2e", "#2f5f7a", "#f0e6d2"))
        boat = (
            f'<path d="M{x - 36} 352 Q{x} 358 {x + 36} 350 Q{x + 28} 370 {x} 371 Q{x - 28} 371 {x - 36} 352Z" '
            f'fill="{hull}"/>'
            + line(f"M{x - 36} 352 Q{x} 358 {x + 36} 350", shade(hull, 0.4), 3)
            + line(f"M{x - 14} 350 L{x + 30} 372", light.tone("#caa472"), 2.4)
        )
    green = view.pick("#4d8a3f", "#6f9a3a", "#c98a3a")
    banks = ""
    for x, sign in ((-6, 1), (406, -1)):
        for k in range(5):
            banks += leaves(view, x + sign * k * 9, 322 - (4 - k) * 14, 24 - k * 2.5, light.tone(green))
    return mirrored + ripple + placed(view, art + lamps + banks, (0.98, 1.5), 46) + boat


def domed_temple(view: View) -> str:
    light = light_of(view)
    stone = view.pick("#efe6d4", "#e3d3b4", "#e8e4e0")
    dome = view.pick("#d9a93a", "#5fa08c", "#4d6f9c", "#b9664a")
    face, tone = light.stone(stone), light.tone
    art = (
        wall("wall", stone, light)
        + cylinder("drum", stone, light)
        + cylinder("dome", dome, light)
        + cylinder("column", shade(stone, 0.3), light)
    )
    art += contact(200, 200)
    art += (
        rect(54, 206, 292, 98, shade(face, -0.12))
        + rect(46, 198, 308, 10, face)
        + rect(50, 206, 300, 4, "#1a1420", 'opacity="0.35"')
    )
    for x in (66, 92, 292, 318):
        art += f'<path d="M{x} 292 v-46 a8 8 0 0 1 16 0 v46Z" fill="{light.glass}"/>'
        art += rect(x - 3, 292, 22, 4, shade(face, 0.2))
    art += (
        rect(136, 112, 128, 90, "url(#drum)") + rect(128, 148, 144, 8, face) + rect(130, 108, 140, 8, shade(face, 0.15))
    )
    for x in range(142, 260, 17):
        art += f'<path d="M{x} 146 v-18 a5 5 0 0 1 10 0 v18Z" fill="{light.glass}"/>'
    art += '<path d="M132 110 C132 58 168 36 200 36 C232 36 268 58 268 110Z" fill="url(#dome)"/>'
    for k in (-0.8, -0.5, -0.18, 0.18, 0.5, 0.8):
        art += line(
            f"M{200 + 68 * k} 110 C{200 + 68 * k} 66 {200 + 34 * k} 42 200 37",
            shade(tone(dome), -0.4),
            2,
            'opacity="0.6"',
        )
    art += '<path d="M150 100 C150 70 166 52 184 46 C166 60 162 76 162 100Z" fill="#fff" opacity="0.28"/>'
    art += rect(188, 20, 24, 20, "url(#drum)") + rect(185, 36, 30, 5, face) + rect(196, 24, 8, 13, light.glass)
    art += (
        '<path d="M186 21 Q188 8 200 6 Q212 8 214 21Z" fill="url(#dome)"/>'
        + line("M200 8 V-8", tone("#e6c052"), 3)
        + dot(200, -2, 3.5, tone("#e6c052"))
    )
    art += rect(106, 208, 188, 92, light.tone("#4b3d3a")) + rect(
        184, 240, 32, 60, light.glass if light.lamps else "#2a1f1c"
    )
    for k in range(6):
        x = 116 + k * 33.6
        art += (
            rect(x - 8, 212, 16, 86, "url(#column)") + rect(x - 11, 206, 22, 7, face) + rect(x - 11, 296, 22, 6, face)
        )
        art += line(f"M{x - 2} 214 V296 M{x + 3} 214 V296", shade(face, -0.3), 1, 'opacity="0.5"')
    art += rect(98, 192, 204, 15, "url(#wall)") + rect(96, 189, 208, 5, shade(face, 0.25))
    art += poly(((92, 190), (200, 142), (308, 190)), shade(face, 0.22)) + poly(
        ((116, 186), (200, 150), (284, 186)), shade(face, -0.2)
    )
    art += dot(200, 173, 9, tone(dome))
    for k in range(5):
        art += rect(84 - k * 8, 302 + k * 5, 232 + k * 16, 5.4, shade(face, 0.2 if k % 2 else -0.1))
    if light.lamps:
        art += glow(200, 255, 110, "flood", "#ffcf80").replace('r="110"', 'r="110" opacity="0.45"')
    return placed(view, art, (0.82, 1.14)) + foreground(view, light)


def battlement(x: float, y: float, width: float, fill: str, tooth: float = 8) -> str:
    count = max(2, round(width / (tooth * 2)))
    step = width / (count * 2 - 1)
    return "".join(rect(x + 2 * k * step, y - tooth, step, tooth + 1, fill) for k in range(count))


def tower(x: float, half: float, top: float, light: Light, roof: str, face: str, foot: float = GROUND) -> str:
    """A round castle tower with a pointed roof and a pennant."""
    out = rect(x - half, top, 2 * half, foot - top, "url(#stone)") + rect(
        x - half - 4, top, 2 * half + 8, 12, "url(#stone)"
    )
    out += battlement(x - half - 4, top, 2 * half + 8, face, 6) + rect(
        x - half, top + 12, 2 * half, 4, "#15131f", 'opacity="0.35"'
    )
    tall = half * 2.7
    out += poly(((x - half - 3, top - 2), (x, top - tall), (x + half + 3, top - 2)), "url(#roof)")
    out += poly(((x + half * 0.2, top - 2), (x, top - tall), (x + half + 3, top - 2)), "#0e1020", 'opacity="0.25"')
    out += line(f"M{x} {top - tall + 2} v-18", light.tone("#3a3230"), 2)
    out += poly(((x, top - tall - 16), (x + 17, top - tall - 11), (x, top - tall - 6)), light.tone(roof, 0.4))
    windows = range(int(top) + 26, int(foot) - 30, 34)
    out += "".join(f'<path d="M{x - 4} {y + 14} v-11 a4 4 0 0 1 8 0 v11Z" fill="{light.glass}"/>' for y in windows)
    return out


def castle(view: View) -> str:
    light = light_of(view)
    stone, roof = view.pick(
        ("#cfc5b3", "#3d5f9c"), ("#b9b3aa", "#a8402f"), ("#d8c8a6", "#3f7468"), ("#c2bdb8", "#5b4a80")
    )
    face = light.stone(stone)
    hill = light.tone("#5f8a48")
    art = cylinder("stone", stone, light) + cylinder("roof", roof, light) + wall("flat", stone, light)
    art += contact(200, 210, 352)
    art += f'<path d="M-20 362 Q40 322 110 316 H290 Q360 322 420 362 Q200 378 -20 362Z" fill="{hill}"/>'
    art += f'<path d="M180 366 Q190 340 190 318 H210 Q210 340 226 366Z" fill="{light.tone("#d9c7a0")}"/>'
    keep = view.vary(96, 118)
    art += tower(200, 24, keep, light, roof, face)
    art += tower(152, 15, keep + view.vary(28, 54), light, roof, face)
    art += tower(248, 15, keep + view.vary(28, 54), light, roof, face)
    art += rect(128, 216, 144, 100, "url(#flat)") + battlement(128, 216, 144, shade(face, 0.08))
    art += (
        rect(76, 246, 248, 76, "url(#flat)")
        + battlement(76, 246, 248, shade(face, 0.12))
        + rect(76, 250, 248, 4, "#15131f", 'opacity="0.2"')
    )
    for _ in range(46):
        x, y = view.vary(84, 306), view.vary(258, 314)
        art += rect(x, y, 9, 4.5, shade(face, view.pick(-0.16, 0.14)), 'opacity="0.6"')
    art += tower(78, 22, view.vary(180, 206), light, roof, face) + tower(
        322, 22, view.vary(180, 206), light, roof, face
    )
    art += tower(164, 15, 224, light, roof, face) + tower(236, 15, 224, light, roof, face)
    art += rect(179, 236, 42, 86, shade(face, -0.05)) + battlement(177, 236, 46, shade(face, 0.15), 6)
    art += f'<path d="M184 322 v-38 a16 16 0 0 1 32 0 v38Z" fill="{light.tone("#2c1f1a")}"/>'
    art += line("M184 322 v-38 a16 16 0 0 1 32 0 v38", shade(face, 0.3), 4)
    art += "".join(line(f"M{x} 270 V321", light.tone("#7a5a3a"), 2) for x in (191, 197, 203, 209)) + line(
        "M185 288 H215 M185 304 H215", light.tone("#7a5a3a"), 2
    )
    art += "".join(
        leaves(view, x, 330 + abs(x - 200) * 0.08, 11, light.tone("#4f8746")) for x in (60, 84, 110, 290, 318, 346)
    )
    return placed(view, art, (0.82, 1.14)) + foreground(view, light)


GROUNDS = {
    "step_pyramid": ("#dcb678",),
    "striped_lighthouse": ("sea",),
    "spiral_lighthouse": ("sea",),
    "stone_arch_bridge": ("sea",),
    "lattice_tower": ("#6f9a4a", "#b9b2a6", "#8a9a52"),
    "domed_temple": ("#b9b2a6", "#7d9c55", "#c8bba2"),
}
MEADOWS = ("#6f9a4a", "#8aa552", "#5f8f4c")


def sky(view: View, light: Light) -> str:
    out = gradient("sky", *light.sky) + '<rect width="640" height="640" fill="url(#sky)"/>'
    if light is NIGHT:
        out += "".join(
            dot(view.vary(0, 640), view.vary(0, 420), view.vary(0.8, 2.2), "#ffffff", 0.8) for _ in range(70)
        )
        x, y = view.vary(80, 560), view.vary(70, 170)
        out += (
            glow(x, y, 90, "halo", "#dfe8ff")
            + dot(x, y, 30, "#f3f1df")
            + dot(x + 10, y - 6, 6, "#d9d6c2")
            + dot(x - 9, y + 8, 5, "#d9d6c2")
        )
    elif light is not CLOUDY:
        x, y = (view.vary(60, 580), 420) if light is DUSK else (view.pick(90, 550), view.vary(80, 150))
        out += glow(x, y, 210, "halo", "#fff1c0") + dot(x, y, 30, "#fff6d8")
    for k in range(view.pick(5, 6, 7) if light is CLOUDY else view.pick(2, 3)):
        x, y, size = view.vary(-20, 660), view.vary(50, 330), view.vary(0.8, 1.7)
        puffs = ((-60, 6, 26), (-24, -8, 36), (20, -14, 40), (60, 4, 28), (0, 8, 34))
        out += (
            f'<filter id="soft{k}"><feGaussianBlur stdDeviation="5"/></filter>'
            f'<g transform="translate({x} {y}) scale({size} {size * 0.62})" fill="{light.cloud}" opacity="0.8" '
            f'filter="url(#soft{k})">'
            + "".join(f'<circle cx="{cx}" cy="{cy}" r="{r}"/>' for cx, cy, r in puffs)
            + "</g>"
        )
    return out


def outdoors(view: View) -> str:
    """Sky, far hills, and grass, sand, paving or water, as suits the landmark."""
    light, horizon = light_of(view), view.vary(478, 504)
    ground = view.pick(*GROUNDS.get(view.seed.split("/")[1], MEADOWS))
    water = ground == "sea"
    colour = mix("#3f86a8", light.sky[0], 0.35) if water else ground
    out = sky(view, light)
    far = mix(light.tone("#d0a76c" if ground == "#dcb678" else "#6f8f7a"), light.sky[1], 0.5)
    for lift, amount in ((view.vary(30, 70), 0.0), (view.vary(14, 34), -0.12)):
        crest = " ".join(
            f"Q{x + 55} {horizon - lift - view.vary(0, 34)} {x + 110} {horizon - lift * 0.6}"
            for x in range(-10, 640, 110)
        )
        out += f'<path d="M-10 {horizon - lift * 0.6} {crest} V660 H-10Z" fill="{shade(far, amount)}"/>'
    near = light.tone(colour)
    out += gradient("ground", mix(near, light.sky[1], 0.3), shade(near, -0.18)) + rect(
        0, horizon, 640, 640 - horizon, "url(#ground)"
    )
    for _ in range(60):
        y = view.vary(horizon + 4, 640)
        near_by = (y - horizon) / 150
        long = view.vary(20, 90) * (0.3 + near_by) if water else view.vary(6, 26) * (0.4 + near_by)
        mark = shade(near, view.pick(0.35, 0.2, -0.2) if water else view.pick(0.16, -0.16))
        out += line(
            f"M{view.vary(-30, 640)} {y} q{long / 2} {-2 - 2 * near_by} {long} 0",
            mark,
            round(1 + 2 * near_by, 1),
            'opacity="0.55"',
        )
    return out


CLASSES = {
    "lattice_tower": lattice_tower,
    "step_pyramid": pyramid,
    "five_storey_pagoda": pagoda,
    "stone_arch_bridge": stone_bridge,
    "domed_temple": domed_temple,
    "fairytale_castle": castle,
    "striped_lighthouse": lighthouse,
    "spiral_lighthouse": partial(lighthouse, design=SPIRAL),
    "windmill": windmill,
    "six_sail_windmill": partial(windmill, sails=6, cap=CONE_CAP),
}
SCENE = Scene(outdoors, scale=(1.14, 1.36), tilt_deg=3.5, perspective=0.08, shift=0.035, shadow=0)
