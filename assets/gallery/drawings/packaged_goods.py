"""Packaged food with invented labels, on a shelf, on a table or in a studio."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from .scene import WALLS, WOODS, Scene, gradient, studio, tabletop
from .view import View, shade

Point3 = tuple[float, float, float]

WIDTHS = {
    "I": 0.39,
    "J": 0.4,
    "L": 0.63,
    "M": 1.02,
    "W": 1.13,
    "O": 0.87,
    "T": 0.7,
    " ": 0.38,
    "E": 0.7,
    "F": 0.7,
    "S": 0.74,
}


def radial(name: str, inner: str, outer: str, cx: float = 0.4, cy: float = 0.35, r: float = 0.7) -> str:
    return (
        f'<radialGradient id="{name}" cx="{cx}" cy="{cy}" r="{r}"><stop offset="0" stop-color="{inner}"/>'
        f'<stop offset="1" stop-color="{outer}"/></radialGradient>'
    )


def across(name: str, *colours: str) -> str:
    stops = "".join(
        f'<stop offset="{i / (len(colours) - 1):.2f}" stop-color="{colour}"/>' for i, colour in enumerate(colours)
    )
    return f'<linearGradient id="{name}">{stops}</linearGradient>'


def gloss(name: str) -> str:
    """Light and dark along a cylinder, to lay over any label."""
    stops = ((0, "#000", 0.45), (0.12, "#000", 0.12), (0.27, "#fff", 0.42), (0.38, "#fff", 0.05), (0.7, "#000", 0.05))
    body = "".join(
        f'<stop offset="{at}" stop-color="{c}" stop-opacity="{o}"/>' for at, c, o in (*stops, (1, "#000", 0.5))
    )
    return f'<linearGradient id="{name}">{body}</linearGradient>'


def words(
    text: str,
    x: float,
    y: float,
    size: float,
    fill: str,
    outline: str = "",
    family: str = "DejaVu Sans",
    turn: float = 0,
) -> str:
    stroke = f' stroke="{outline}" stroke-width="{size * 0.18:.1f}" stroke-linejoin="round" paint-order="stroke"'
    return (
        f'<text x="{x}" y="{y}" font-family="{family}" font-weight="bold" font-size="{size}" text-anchor="middle"'
        f' fill="{fill}"{stroke if outline else ""} transform="rotate({turn} {x} {y})">{text}</text>'
    )


@dataclass(frozen=True)
class Box3:
    """Where points of a box standing at (200, floor) fall in the image; it is turned by yaw and seen from above."""

    yaw: float
    pitch: float
    floor: float

    def at(self, x: float, y: float, z: float) -> tuple[float, float]:
        turn, lean = math.radians(self.yaw), math.radians(self.pitch)
        depth = -x * math.sin(turn) + z * math.cos(turn)
        aside = x * math.cos(turn) + z * math.sin(turn)
        return 200 + aside, self.floor - y * math.cos(lean) + depth * math.sin(lean)

    def face(self, corner: Point3, right: Point3, down: Point3, content: str) -> str:
        """Content in the units of the box, drawn on the plane through corner along the unit vectors right and down."""
        x0, y0 = self.at(*corner)
        columns = []
        for step in (right, down):
            x1, y1 = self.at(*(c + s for c, s in zip(corner, step, strict=True)))
            columns += [x1 - x0, y1 - y0]
        matrix = " ".join(f"{value:.4f}" for value in (*columns, x0, y0))
        return f'<g transform="matrix({matrix})">{content}</g>'

    def shape(self, fill: str, *points: Point3) -> str:
        path = " L".join(f"{x:.1f} {y:.1f}" for x, y in (self.at(*p) for p in points))
        return f'<path d="M{path} Z" fill="{fill}" stroke="{fill}" stroke-width="0.8" stroke-linejoin="round"/>'


def either_yaw(view: View, low: float, high: float) -> float:
    return view.pick(-1, 1) * view.vary(low, high)


def contact_shadow(rx: float, y: float) -> str:
    return (
        '<filter id="soft" x="-30%" y="-80%" width="160%" height="260%"><feGaussianBlur stdDeviation="6"/></filter>'
        f'<ellipse cx="200" cy="{y}" rx="{rx}" ry="{rx * 0.14:.1f}" fill="#120d0a" opacity="0.5" filter="url(#soft)"/>'
    )


def moon(x: float, y: float, size: float, turn: float) -> str:
    return (
        f'<g transform="translate({x:.1f} {y:.1f}) rotate({turn:.0f}) scale({size / 10:.2f})">'
        '<path d="M4 -10 A10 10 0 1 0 10 3 A8 8 0 1 1 4 -10 Z" fill="#e9a23b" stroke="#9c5a12" stroke-width="1.6"/>'
        '<path d="M-5 -4 A8 8 0 0 0 -3 6" stroke="#ffe1a0" stroke-width="2" fill="none" stroke-linecap="round"/></g>'
    )


def star(x: float, y: float, size: float, turn: float) -> str:
    tips = " L".join(
        f"{r * math.sin(k * math.pi / 5):.1f} {-r * math.cos(k * math.pi / 5):.1f}" for k, r in enumerate((12, 5.5) * 5)
    )
    return (
        f'<g transform="translate({x:.1f} {y:.1f}) rotate({turn:.0f}) scale({size / 10:.2f})">'
        f'<path d="M{tips} Z" fill="#e9a23b" stroke="#9c5a12" stroke-width="1.6" stroke-linejoin="round"/>'
        '<path d="M-4 2 L-1.5 -4" stroke="#ffe1a0" stroke-width="2" fill="none" stroke-linecap="round"/></g>'
    )


@dataclass(frozen=True)
class Cereal:
    """What differs between the cereals of one brand: the name, the shape of a piece, and the edge of the lower band."""

    name: str
    piece: Callable[[float, float, float, float], str]
    edge: str


MOONS = Cereal("MOONS", moon, "Q107 226 214 262")
STARS = Cereal("STARS", star, "L27 238 L53 262 L80 238 L107 262 L134 238 L161 262 L187 238 L214 262")


def cereal_front(cereal: Cereal, width: float, high: float) -> str:
    heap = "".join(
        cereal.piece(
            107 + 64 * math.cos(i * 2.4) * (i / 16) ** 0.5, 207 + 20 * math.sin(i * 2.4) * (i / 16) ** 0.5, 15, i * 70
        )
        for i in range(1, 17)
    )
    rays = "".join(
        f'<path d="M107 190 L85 -80 L129 -80 Z" transform="rotate({a} 107 190)"/>' for a in range(0, 360, 24)
    )
    return (
        f'<clipPath id="front"><rect width="{width}" height="{high}"/></clipPath><g clip-path="url(#front)">'
        f'<rect width="{width}" height="{high}" fill="url(#sky)"/><g fill="#ffcf3f" opacity="0.28">{rays}</g>'
        f'<path d="M0 262 {cereal.edge} V312 H0 Z" fill="#1c2d74"/>'
        + words("CRUNCHY", 107, 51, 34, "#ffffff", "#1c2d74", turn=-4)
        + words(cereal.name, 107, 99, 48, "#ffd43b", "#1c2d74", turn=-4)
        + "".join(
            cereal.piece(x, y, size, turn)
            for x, y, size, turn in ((34, 146, 20, 30), (180, 142, 23, -40), (108, 136, 17, 80))
        )
        + '<ellipse cx="107" cy="204" rx="84" ry="30" fill="#e9edf5"/><ellipse cx="107" cy="207" rx="77" ry="25"'
        ' fill="#fff"/>'
        f'{heap}<path d="M23 206 C26 262 72 276 107 276 C142 276 188 262 191 206 A84 30 0 0 1 23 206 Z"'
        ' fill="url(#bowl)"/>'
        '<path d="M36 236 C48 258 70 264 84 266" stroke="#fff" stroke-width="6" stroke-linecap="round" fill="none"'
        ' opacity="0.6"/>' + words("whole grain oats", 107, 300, 15, "#ffd43b") + "</g>"
    )


def cereal_side(cereal: Cereal, deep: float, high: float) -> str:
    rows = "".join(
        f'<rect x="9" y="{y}" width="{w}" height="4" fill="#1c2d74"/><rect x="52" y="{y}" width="10" height="4"'
        ' fill="#1c2d74"/>'
        for y, w in zip(range(128, 262, 13), (34, 28, 36, 24, 30, 36, 26, 32, 22, 34, 28), strict=True)
    )
    return (
        f'<rect width="{deep}" height="{high}" fill="#e8590c"/><rect y="262" width="{deep}" height="50"'
        ' fill="#1c2d74"/>'
        + words(cereal.name, 45, 56, 25, "#ffd43b", "#1c2d74", turn=-90)
        + f'<rect x="5" y="116" width="{deep - 10}" height="142" rx="3" fill="#fff6e3"/>{rows}'
    )


def cereal_box(view: View, cereal: Cereal = MOONS) -> str:
    width, high, deep = 214.0, 312.0, 72.0
    box = Box3(either_yaw(view, 14, 40), view.vary(10, 17), 370)
    opened = view.chance(0.4)
    front, side = cereal_front(cereal, width, high), cereal_side(cereal, deep, high)
    left, right_edge, near, far = -width / 2, width / 2, deep / 2, -deep / 2
    if box.yaw > 0:
        flank = box.face((left, high, far), (0, 0, 1), (0, -1, 0), side)
        dim = box.shape("#1a0d2e", (left, 0, far), (left, 0, near), (left, high, near), (left, high, far))
    else:
        flank = box.face((right_edge, high, near), (0, 0, -1), (0, -1, 0), side)
        dim = box.shape(
            "#1a0d2e", (right_edge, 0, far), (right_edge, 0, near), (right_edge, high, near), (right_edge, high, far)
        )
    rim = ((left, high, near), (right_edge, high, near), (right_edge, high, far), (left, high, far))
    back_flap = front_flap = ""
    if opened:
        top = box.shape("#6f4a26", *rim)
        lift = view.vary(30, 46)
        back_flap = box.shape(
            "#cfa877", rim[3], rim[2], (right_edge - 8, high + lift, far - 22), (left + 8, high + lift, far - 22)
        )
        front_flap = box.shape(
            "#d9701c", rim[0], rim[1], (right_edge - 8, high + 6, near + 34), (left + 8, high + 6, near + 34)
        )
        crease = box.shape("#fff", rim[0], rim[1], (right_edge, high + 2, near + 8), (left, high + 2, near + 8))
        front_flap += f'<g opacity="0.25">{crease}</g>'
    else:
        top = box.shape("#f7a541", *rim) + box.shape(
            "#d97e1b", (left, high, 3), (right_edge, high, 3), (right_edge, high, 0), (left, high, 0)
        )
    return (
        gradient("sky", "#f76707", "#ffa62b")
        + across("bowl", "#16317e", "#3f6fd8", "#2a4fb0", "#142a68")
        + contact_shadow(150, 372)
        + back_flap
        + flank
        + f'<g opacity="0.24">{dim}</g>'
        + top
        + box.face((left, high, near), (1, 0, 0), (0, -1, 0), front)
        + front_flap
    )


def milk_carton(view: View) -> str:
    side, high, ridge, fin = 156.0, 212.0, 66.0, 26.0
    half = side / 2
    box = Box3(either_yaw(view, 18, 42), view.vary(9, 15), 366)
    capped = view.chance(0.5)
    art = (
        '<clipPath id="panel"><rect width="156" height="212"/></clipPath><g clip-path="url(#panel)">'
        '<rect width="156" height="212" fill="#fdfdfb"/><rect width="156" height="26" fill="#1f6fc4"/>'
        + words("MILK", 78, 86, 48, "#1f6fc4")
        + words("fresh &amp; creamy", 78, 110, 14, "#2f8f4e")
        + '<path d="M0 158 Q40 128 84 152 T156 140 V212 H0 Z" fill="#63b54b"/>'
        '<path d="M0 182 Q60 160 156 184 V212 H0 Z" fill="#3f8f38"/>'
        '<g transform="translate(80 150)"><rect x="-30" y="-16" width="52" height="30" rx="11" fill="#fff"'
        ' stroke="#333"/>'
        '<path d="M-22 10 v20 h8 v-18 M6 10 v20 h8 v-20" fill="#fff" stroke="#333"/>'
        '<path d="M-20 -15 q10 20 18 6 q4 -6 0 -6 Z M6 2 q12 -10 14 4 q-2 8 -12 6 Z" fill="#2b2b2b"/>'
        '<path d="M16 -22 q18 -6 22 6 q2 14 -8 16 q-12 0 -14 -22 Z" fill="#fff" stroke="#333"/>'
        '<ellipse cx="33" cy="-5" rx="7" ry="5" fill="#f3a9a0"/><circle cx="27" cy="-14" r="2" fill="#222"/>'
        '<path d="M14 -20 l-8 -5 l2 9 Z" fill="#2b2b2b"/><path d="M-30 -8 q-9 8 -6 22" stroke="#333" fill="none"'
        ' stroke-width="2"/></g></g>'
    )
    flank = (
        '<rect width="156" height="212" fill="#eef2f5"/><rect width="156" height="26" fill="#1a5ba3"/>'
        + words("MILK", 78, 66, 28, "#1a5ba3")
        + '<path d="M78 82 C98 112 104 124 104 136 A26 26 0 0 1 52 136 C52 124 58 112 78 82 Z" fill="#cfe3f6"'
        ' stroke="#1a5ba3"'
        ' stroke-width="4"/>'
        + words("1 L", 78, 146, 20, "#1a5ba3")
        + '<rect y="176" width="156" height="36" fill="#3f8f38"/>'
    )
    slope = math.hypot(half, ridge)
    down = (0, -ridge / slope, half / slope)
    roof = (
        f'<rect width="156" height="{slope:.1f}" fill="#2f82d8"/>'
        f'<path d="M0 {slope:.1f} H156" stroke="#8fc1f2" stroke-width="5"/>'
    )
    cap = ""
    if capped:
        x, y = box.at(0, high + ridge * 0.46, half * 0.56)
        cap = (
            f'<ellipse cx="{x:.1f}" cy="{y + 5:.1f}" rx="27" ry="20" fill="#0f3f78" opacity="0.5"/>'
            f'<path d="M{x - 24:.1f} {y - 14:.1f} V{y:.1f} A24 17 0 0 0 {x + 24:.1f} {y:.1f} V{y - 14:.1f} Z"'
            ' fill="url(#cap)"/>'
            f'<ellipse cx="{x:.1f}" cy="{y - 14:.1f}" rx="24" ry="16" fill="#ef5a4a"/>'
            f'<ellipse cx="{x:.1f}" cy="{y - 14:.1f}" rx="17" ry="11" fill="none" stroke="#c0352a" stroke-width="2"/>'
        )
    else:
        roof += words("MILK", 78, slope * 0.72, 34, "#ffffff")
    flank_corner, sign = ((-half, high, -half), -1) if box.yaw > 0 else ((half, high, half), 1)
    edge = half * sign
    shade_face = box.shape("#0d2038", (edge, 0, half), (edge, 0, -half), (edge, high, -half), (edge, high, half))
    gusset = (
        box.shape("#2468b0", (edge, high, half), (edge, high, -half), (edge * 0.97, high + ridge, 0))
        + box.shape("#174a84", (edge, high, half), (edge, high, -half), (edge * 0.62, high + ridge * 0.72, 0))
        + box.shape(
            "#1f5da0", (edge, high, -half), (edge * 0.62, high + ridge * 0.72, 0), (edge * 0.97, high + ridge, 0)
        )
    )
    crest = box.face(
        (-half, high + ridge + fin, 0),
        (1, 0, 0),
        (0, -1, 0),
        (
            f'<rect width="156" height="{fin}" fill="#f7f9fb"/><rect width="156" height="9" fill="#1f6fc4"/>'
            f'<path d="M2 {fin - 3} H154" stroke="#b9c6d3" stroke-width="3" stroke-dasharray="3 3"/>'
        ),
    )
    return (
        across("cap", "#8f1f18", "#ff7a68", "#d6402f", "#7d1812")
        + contact_shadow(120, 370)
        + box.face(flank_corner, (0, 0, -sign), (0, -1, 0), flank)
        + f'<g opacity="0.22">{shade_face}</g>'
        + gusset
        + box.face((-half, high + ridge, 0), (1, 0, 0), down, roof)
        + crest
        + box.face((-half, high, half), (1, 0, 0), (0, -1, 0), art)
        + cap
    )


def band(radius: float, lean: float, top: float, bottom: float) -> str:
    """The path of the visible part of a cylinder between two heights."""
    ry = radius * lean
    return (
        f"M{200 - radius:.1f} {top:.1f} A{radius:.1f} {ry:.1f} 0 0 0 {200 + radius:.1f} {top:.1f} V{bottom:.1f}"
        f" A{radius:.1f} {ry:.1f} 0 0 1 {200 - radius:.1f} {bottom:.1f} Z"
    )


def wrapped(content: str, angle: float, y: float, radius: float, lean: float) -> str:
    """Content drawn around (0, 0), stuck on a cylinder at an angle (radians) from its front."""
    if math.cos(angle) < 0.12:
        return ""
    sin, cos = math.sin(angle), math.cos(angle)
    return (
        f'<g transform="matrix({cos:.3f} {-sin * lean:.3f} 0 1 {200 + radius * sin:.1f}'
        f' {y + radius * lean * cos:.1f})">'
        f"{content}</g>"
    )


def wrapped_words(
    text: str, angle: float, y: float, radius: float, lean: float, size: float, fill: str, family: str = "DejaVu Sans"
) -> str:
    widths = [size * WIDTHS.get(letter, 0.8) for letter in text]
    place, letters = -sum(widths) / 2, ""
    for letter, width in zip(text, widths, strict=True):
        glyph = words(letter, 0, 0, size, fill, family=family)
        letters += wrapped(glyph, angle + (place + width / 2) / radius, y, radius, lean)
        place += width
    return letters


def soup_can(view: View) -> str:
    radius, lean = view.vary(104, 112), view.vary(0.17, 0.3)
    top, bottom = 72 + 60 * lean, 352 - 40 * lean
    spin = view.vary(-0.5, 0.5)
    opened = view.chance(0.35)
    ry = radius * lean
    bowl = (
        '<ellipse cx="0" cy="-4" rx="46" ry="14" fill="#f6f0e2"/><ellipse cx="0" cy="-3" rx="40" ry="10.5"'
        ' fill="#e2571e"/>'
        '<circle cx="-14" cy="-5" r="6" fill="#f7a531"/><circle cx="10" cy="-1" r="5" fill="#7ab648"/>'
        '<circle cx="22" cy="-6" r="5" fill="#f7a531"/><circle cx="-2" cy="-7" r="4" fill="#ffe08a"/>'
        '<path d="M-46 -4 C-44 26 -22 36 0 36 C22 36 44 26 46 -4 A46 14 0 0 1 -46 -4 Z" fill="#fffaf0"'
        ' stroke="#d9c9a8"/>'
        '<path d="M-18 -26 q-8 -10 0 -18 t0 -16 M2 -28 q-8 -10 0 -18 t0 -16 M22 -26 q-8 -10 0 -18 t0 -16" stroke="#fff"'
        ' stroke-width="4" fill="none" stroke-linecap="round" opacity="0.8"/>'
    )
    carrot = (
        '<path d="M-10 -22 q10 -6 20 0 q-2 36 -10 52 q-8 -16 -10 -52 Z" fill="#f08a24" stroke="#b95f10"'
        ' stroke-width="2"/>'
        '<path d="M0 -24 q-16 -8 -10 -22 q10 4 10 20 q0 -18 10 -22 q8 12 -8 24 Z" fill="#4f9a3a"/>'
    )
    ribs = "".join(
        f'<path d="M{200 - radius} {y:.1f} A{radius} {ry:.1f} 0 0 0 {200 + radius} {y:.1f}" stroke="{colour}"'
        ' stroke-width="2.5" fill="none" opacity="0.7"/>'
        for base in (top + 9, bottom - 17)
        for y, colour in ((base, "#fff"), (base + 4, "#59616a"), (base + 9, "#fff"))
    )
    upper, lower = top + 26, bottom - 22
    label = (
        f'<path d="{band(radius, lean, upper, lower)}" fill="#2f7d3b"/>'
        f'<path d="{band(radius, lean, upper, upper + 84)}" fill="#fbf3df"/>'
        f'<path d="{band(radius, lean, upper + 84, upper + 91)}" fill="#f2b632"/>'
        f'<path d="{band(radius, lean, lower - 20, lower)}" fill="#f2b632"/>'
        + wrapped_words("GARDEN", spin, upper + 34, radius, lean, 27, "#2f7d3b")
        + wrapped_words("SOUP", spin, upper + 74, radius, lean, 41, "#c9341f")
        + wrapped(bowl, spin, lower - 70, radius, lean)
        + "".join(wrapped(carrot, spin + side, lower - 66, radius, lean) for side in (-0.95, 0.95))
        + "".join(wrapped_words("SOUP", spin + side, upper + 62, radius, lean, 26, "#2f7d3b") for side in (-2, 2))
        + wrapped_words("VEGETABLES 400 G", spin, lower - 5, radius, lean, 13, "#24522b")
    )
    ring = (
        f'<g transform="translate(200 {top:.1f}) scale(1 {lean}) rotate({view.vary(0, 360)})">'
        '<ellipse cx="34" rx="34" ry="24" fill="none" stroke="#5e666e" stroke-width="14"/>'
        '<ellipse cx="33" cy="-4" rx="34" ry="24" fill="none" stroke="#e3e8ec" stroke-width="9"/>'
        '<circle r="13" fill="#aab2ba" stroke="#5e666e" stroke-width="3"/></g>'
    )
    lid = (
        f'<ellipse cx="200" cy="{top}" rx="{radius}" ry="{ry:.1f}" fill="url(#rim)" stroke="#6a727a"'
        ' stroke-width="1.5"/>'
        f'<ellipse cx="200" cy="{top + 2}" rx="{radius - 8}" ry="{ry - 3:.1f}" fill="#7d868f"/>'
        f'<ellipse cx="200" cy="{top + 3}" rx="{radius - 11}" ry="{ry - 4.5:.1f}" fill="url(#lid)"/>'
        f'<ellipse cx="200" cy="{top + 3}" rx="{radius * 0.7:.1f}" ry="{ry * 0.68:.1f}" fill="none" stroke="#8b939b"'
        ' stroke-width="2"/>'
    )
    if opened:
        tilt = view.vary(4, 16)
        lid = (
            f'<g transform="rotate({tilt} 200 {top})"><ellipse cx="200" cy="{top - 50:.1f}" rx="{radius - 10:.1f}"'
            ' ry="52"'
            ' fill="#7d868f"/>'
            f'<ellipse cx="200" cy="{top - 53:.1f}" rx="{radius - 12:.1f}" ry="50" fill="url(#lid)"/>'
            f'<ellipse cx="200" cy="{top - 53:.1f}" rx="{radius * 0.66:.1f}" ry="34" fill="none" stroke="#8b939b"'
            ' stroke-width="3"/></g>'
            f'<ellipse cx="200" cy="{top}" rx="{radius}" ry="{ry:.1f}" fill="url(#rim)" stroke="#6a727a"'
            ' stroke-width="1.5"/>'
            f'<ellipse cx="200" cy="{top + 2}" rx="{radius - 8:.1f}" ry="{ry - 3:.1f}" fill="#4b3a2e"/>'
            f'<ellipse cx="200" cy="{top + 6}" rx="{radius - 12:.1f}" ry="{ry - 7:.1f}" fill="#d9531e"/>'
            f'<circle cx="170" cy="{top + 6:.1f}" r="7" fill="#f7a531"/><circle cx="224" cy="{top + 9:.1f}" r="6"'
            ' fill="#7ab648"/>'
        )
        ring = ""
    return (
        across("metal", "#5d656d", "#9aa3ab", "#f4f7f9", "#b9c1c8", "#8d969e", "#d5dade", "#4d545b")
        + across("rim", "#8b939b", "#f7f9fb", "#aab2ba", "#eef1f4", "#7d868f")
        + radial("lid", "#e9edf0", "#a4acb4", 0.35, 0.3, 0.8)
        + gloss("gloss")
        + contact_shadow(radius + 12, bottom + ry * 0.8)
        + (lid if opened else "")
        + f'<path d="{band(radius, lean, top, bottom)}" fill="url(#metal)"/>{ribs}{label}'
        + f'<path d="{band(radius, lean, upper, lower)}" fill="url(#gloss)"/>'
        + (f'<path d="{band(radius, lean, top, top + 5)}" fill="url(#rim)"/>' if opened else lid)
        + ring
    )


def citrus(x: float, y: float, size: float, flesh: str = "#ffa11f") -> str:
    segments = "".join(
        f'<path d="M0 -3 L-7.5 -20 Q0 -26 7.5 -20 Z" fill="{flesh}" stroke="#ffe3ad" stroke-width="1.2"'
        f' transform="rotate({a})"/>'
        for a in range(0, 360, 45)
    )
    return (
        f'<g transform="translate({x} {y}) scale({size / 30:.2f})"><circle r="30" fill="#f57c00"/><circle r="26.5"'
        ' fill="#ffefcd"/>'
        f"{segments}</g>"
    )


def juice_bottle(view: View) -> str:
    shift = view.vary(-15, 15)
    fill = view.pick(96, 118, 176, 226)
    capped = fill < 150 or view.chance(0.5)
    waist = view.vary(8, 16)
    outline = (
        f"M172 62 L228 62 L228 84 C230 104 286 116 290 164 C292 190 {288 - waist} 196 {288 - waist} 214"
        f" L{288 - waist} 296"
        f" C{288 - waist} 312 292 318 290 336 L288 366 Q286 382 268 383 L132 383 Q114 382 112 366 L110 336"
        f" C108 318 {112 + waist} 312 {112 + waist} 296 L{112 + waist} 214 C{112 + waist} 196 108 190 110 164"
        " C114 116 170 104 172 84 Z"
    )
    label = f"M{110 + waist} 206 Q200 226 {290 - waist} 206 V300 Q200 320 {110 + waist} 300 Z"
    squeeze = math.sqrt(1 - (shift / 90) ** 2)
    front = (
        f'<g transform="translate({200 + shift} 0) scale({squeeze:.3f} 1)">'
        + words("SUNNY", 0, 249, 30, "#ffffff", "#155c2b")
        + words("ORANGE JUICE", 0, 268, 15, "#ffd23f")
        + citrus(0, 294, 23)
        + "</g>"
        + (citrus(200 + shift - 88, 280, 24) if shift > 0 else citrus(200 + shift + 88, 280, 24))
    )
    cap = (
        '<rect x="164" y="20" width="72" height="40" rx="6" fill="url(#cap)"/>'
        + "".join(
            f'<path d="M{x} 26 V58" stroke="#14532b" stroke-width="2" opacity="0.55"/>' for x in range(170, 234, 7)
        )
        + '<rect x="164" y="20" width="72" height="8" rx="4" fill="#63c27f"/><rect x="167" y="63" width="66"'
        ' height="8" rx="3"'
        ' fill="#2f8f4e"/>'
    )
    opening = (
        '<rect x="170" y="48" width="60" height="18" fill="#dfeaf0" opacity="0.75"/><ellipse cx="200" cy="48" rx="30"'
        ' ry="7"'
        ' fill="#f7fbfd" stroke="#9fb4c0" stroke-width="2"/><ellipse cx="200" cy="48" rx="23" ry="4.5" fill="#7d919c"/>'
        '<rect x="167" y="66" width="66" height="8" rx="3" fill="#2f8f4e"/>'
    )
    ribs = "".join(
        f'<path d="M113 {y} Q200 {y + 20} 287 {y}" stroke="#a84d00" stroke-width="3" fill="none" opacity="0.35"/>'
        f'<path d="M113 {y + 4} Q200 {y + 24} 287 {y + 4}" stroke="#fff" stroke-width="3" fill="none" opacity="0.35"/>'
        for y in (326, 344, 180)
    )
    return (
        across("juice", "#d96a00", "#ff9d1c", "#ffb640", "#ff9a14", "#c95f00")
        + across("cap", "#1d6b38", "#5bbd79", "#2f8f4e", "#17552d")
        + gradient("paper", "#2f9e4f", "#1e7a3a")
        + gloss("gloss")
        + f'<clipPath id="bottle"><path d="{outline}"/></clipPath><clipPath id="label"><path d="{label}"/></clipPath>'
        + contact_shadow(98, 384)
        + f'<path d="{outline}" fill="#e6f0f4" opacity="0.82"/>'
        + '<g clip-path="url(#bottle)">'
        + f'<rect x="90" y="{fill}" width="220" height="310" fill="url(#juice)"/>'
        + f'<ellipse cx="200" cy="{fill}" rx="100" ry="8" fill="#ffd27a"/>{ribs}'
        + '<rect x="108" y="60" width="184" height="330" fill="url(#gloss)" opacity="0.7"/></g>'
        + f'<path d="{label}" fill="url(#paper)"/><g clip-path="url(#label)">{front}'
        + '<path d="M110 209 Q200 229 290 209 M110 297 Q200 317 290 297" stroke="#ffd23f" stroke-width="5"'
        ' fill="none"/>'
        + '<rect x="108" y="190" width="184" height="140" fill="url(#gloss)"/></g>'
        + f'<path d="{outline}" fill="none" stroke="#8fa4ae" stroke-width="2"/>'
        + '<path d="M132 150 Q138 126 164 112" stroke="#fff" stroke-width="8" fill="none" stroke-linecap="round"'
        ' opacity="0.8"/>' + (cap if capped else opening)
    )


def berry(x: float, y: float, size: float, turn: float = 0) -> str:
    seeds = "".join(
        f'<ellipse cx="{sx}" cy="{sy}" rx="1.7" ry="2.5" fill="#ffe08a"/>'
        for sx, sy in ((-12, -4), (-3, -9), (8, -5), (13, 3), (-7, 6), (4, 5), (-1, 15), (8, 13))
    )
    return (
        f'<g transform="translate({x} {y}) rotate({turn}) scale({size / 30:.2f})">'
        '<path d="M-22 -8 C-22 -22 -8 -22 0 -18 C8 -22 23 -22 22 -7 C21 9 9 24 1 31 C-9 24 -21 10 -22 -8 Z"'
        ' fill="#d92b2f"/>'
        f'{seeds}<path d="M0 -28 L4 -20 L16 -23 L9 -14 L17 -8 L1 -9 L-16 -8 L-9 -14 L-16 -23 L-4 -20 Z"'
        ' fill="#4c9a35"/></g>'
    )


def cherry(x: float, y: float, size: float, turn: float = 0) -> str:
    """A pair of cherries on their stalks."""
    fruits = "".join(
        f'<circle cx="{cx}" cy="16" r="17" fill="#c3122f" stroke="#7d0a1c" stroke-width="2"/>'
        f'<ellipse cx="{cx - 6}" cy="9" rx="4" ry="5" fill="#ff9aa8"/>'
        for cx in (-20, 20)
    )
    return (
        f'<g transform="translate({x} {y}) rotate({turn}) scale({size / 30:.2f})">'
        '<path d="M-18 4 Q-12 -22 6 -36 Q22 -20 20 4" fill="none" stroke="#4c7a2c" stroke-width="4.5"/>'
        f'<path d="M6 -36 q20 -16 38 -2 q-14 18 -38 2 Z" fill="#4c9a35"/>{fruits}</g>'
    )


def berries() -> str:
    return berry(-24, 38, 19, 14) + berry(4, 42, 21) + berry(32, 38, 18, -14)


def cherries() -> str:
    return cherry(-30, 43, 17, -8) + cherry(24, 43, 17, 8)


@dataclass(frozen=True)
class Jam:
    """What differs between the jams of one brand: fruit, outline of the label, and cloth pattern (a 22 x 22 tile)."""

    name: str
    fruit: Callable[[], str]
    label: str
    cloth: str


STRAWBERRY = Jam(
    "STRAWBERRY",
    berries,
    "M-92 0 A92 76 0 0 1 92 0 A92 76 0 0 1 -92 0 Z",
    '<rect width="11" height="22" fill="#d6303a" opacity="0.55"/>'
    '<rect width="22" height="11" fill="#d6303a" opacity="0.55"/>',
)
CHERRY = Jam(
    "CHERRY",
    cherries,
    "M-70 -76 H70 A22 22 0 0 0 92 -54 V54 A22 22 0 0 0 70 76 H-70 A22 22 0 0 0 -92 54 V-54 A22 22 0 0 0 -70 -76 Z",
    '<circle cx="11" cy="11" r="6.5" fill="#d6303a" opacity="0.85"/>',
)


def jam_label(jam: Jam) -> str:
    """The label around (0, 0)."""
    return (
        f'<path d="{jam.label}" fill="#d6303a"/><path d="{jam.label}" fill="#fff9ec" transform="scale(0.94)"/>'
        f'<path d="{jam.label}" fill="none" stroke="#d6303a" stroke-width="2.3" transform="scale(0.86)"/>'
        + words(jam.name, 0, -19, 170 / len(jam.name), "#2f6f3a", family="DejaVu Serif")
        + words("JAM", 0, 17, 40, "#c01f2c", family="DejaVu Serif")
        + jam.fruit()
    )


def jam_jar(view: View, jam: Jam = STRAWBERRY) -> str:
    level = view.pick(132, 136, 170, 232)
    shift = view.vary(-22, 22)
    lid = view.pick("cloth", "cloth", "tin")
    if level > 160 and view.chance(0.6):
        lid = "none"
    lean = view.vary(10, 20)
    body = (
        f"M112 108 C84 122 76 136 76 166 L80 336 Q82 376 118 {374 + lean * 0.5} Q200 {376 + lean} 282"
        f" {374 + lean * 0.5}"
        " Q318 376 320 336 L324 166 C324 136 316 122 288 108 Z"
    )
    bits = "".join(
        f'<ellipse cx="{view.vary(90, 310)}" cy="{view.vary(level + 14, 368)}" rx="{view.vary(8, 22)}"'
        f' ry="{view.vary(6, 14)}"'
        f' fill="{view.pick("#e23a3c", "#7d0a16", "#b3182a")}" opacity="0.55"/>'
        for _ in range(26)
    )
    cloth = (
        '<pattern id="cloth" width="22" height="22" patternUnits="userSpaceOnUse"><rect width="22" height="22"'
        f' fill="#fff7f0"/>{jam.cloth}</pattern>'
    )
    hem = " ".join(f"q11 {view.vary(8, 18):.1f} 22 0" for _ in range(11))
    cover = {
        "cloth": (
            f'<path d="M84 118 C70 126 76 134 79 140 {hem} C330 130 326 124 316 118 L302 66 Q200 44 98 66 Z"'
            ' fill="url(#cloth)"/>'
            '<path d="M104 100 L88 132 M140 106 L132 144 M184 108 L182 148 M228 108 L232 148 M270 104 L282 140 M298'
            ' 98 L312 128"'
            ' stroke="#8c1420" stroke-width="5" opacity="0.28" stroke-linecap="round"/>'
            '<path d="M98 66 Q200 44 302 66 Q306 92 300 98 Q200 118 100 98 Q94 92 98 66 Z" fill="url(#cloth)"/>'
            '<path d="M98 66 Q200 44 302 66 Q306 92 300 98 Q200 118 100 98 Q94 92 98 66 Z" fill="url(#gloss)"'
            ' opacity="0.55"/>'
            '<path d="M98 98 Q200 120 302 98" stroke="#b98d55" stroke-width="8" fill="none"/>'
            '<path d="M98 97 Q200 119 302 97" stroke="#e6c48d" stroke-width="3" stroke-dasharray="5 4" fill="none"/>'
            '<path d="M226 112 q26 -24 36 -4 q-8 16 -36 4 q-26 -18 -34 2 q8 14 34 -2 l14 36 M226 112 l-12 36"'
            ' fill="none"'
            ' stroke="#c99c60" stroke-width="5" stroke-linecap="round"/>'
        ),
        "tin": (
            '<path d="M96 66 Q200 42 304 66 L306 112 Q200 132 94 112 Z" fill="url(#cloth)"/>'
            '<path d="M96 66 Q200 42 304 66 L306 112 Q200 132 94 112 Z" fill="url(#gloss)"/>'
            '<ellipse cx="200" cy="66" rx="104" ry="19" fill="url(#cloth)"/>'
            '<ellipse cx="200" cy="66" rx="104" ry="19" fill="none" stroke="#fff" stroke-width="3" opacity="0.7"/>'
            '<path d="M94 110 Q200 130 306 110" stroke="#a3202a" stroke-width="5" fill="none"/>'
        ),
        "none": (
            '<path d="M106 78 L108 112 Q200 130 292 112 L294 78 Z" fill="#dcebf0" opacity="0.7"/>'
            '<path d="M107 90 Q200 112 293 90 M107 102 Q200 124 293 102" stroke="#9ab0ba" stroke-width="3"'
            ' fill="none"/>'
            '<ellipse cx="200" cy="78" rx="94" ry="18" fill="#f4fafc" stroke="#9ab0ba" stroke-width="3"/>'
            '<ellipse cx="200" cy="80" rx="82" ry="13" fill="#7c97a3"/>'
            f'<g transform="rotate({view.vary(14, 26)} 240 80)"><rect x="232" y="-44" width="16" height="132" rx="7"'
            ' fill="url(#spoon)"/></g>'
            '<path d="M106 78 A94 18 0 0 0 294 78 A94 24 0 0 1 106 78 Z" fill="#eef6f8"/>'
        ),
    }[lid]
    squeeze = math.sqrt(1 - (shift / 130) ** 2)
    label = f'<g transform="translate({200 + shift} 262) scale({squeeze:.3f} 1)">{jam_label(jam)}</g>'
    return (
        radial("jam", "#e0323a", "#8c0d1b", 0.4, 0.4, 0.75)
        + across("spoon", "#8d979f", "#f4f7f9", "#8d979f")
        + gloss("gloss")
        + cloth
        + f'<clipPath id="jar"><path d="{body}"/></clipPath>'
        + contact_shadow(132, 382)
        + f'<path d="{body}" fill="#dcebf0" opacity="0.8"/><g clip-path="url(#jar)">'
        + f'<path d="M60 {level} Q200 {level + 22} 340 {level} V400 H60 Z" fill="url(#jam)"/>{bits}'
        + f'<ellipse cx="200" cy="{level + 2}" rx="122" ry="10" fill="#f0606a" opacity="0.8"/></g>'
        + label
        + '<g clip-path="url(#jar)"><rect x="76" y="100" width="248" height="300" fill="url(#gloss)"'
        ' opacity="0.75"/></g>'
        + f'<path d="{body}" fill="none" stroke="#9ab0ba" stroke-width="3"/>'
        + '<path d="M96 170 Q92 142 112 128 M97 196 L100 320" stroke="#fff" stroke-width="9" fill="none"'
        ' stroke-linecap="round"'
        ' opacity="0.8"/>' + cover
    )


def crisp(x: float, y: float, size: float, turn: float) -> str:
    return (
        f'<g transform="translate({x:.1f} {y:.1f}) rotate({turn:.0f}) scale({size / 40:.2f})">'
        '<path d="M-40 4 C-38 -22 -10 -30 8 -26 C34 -24 44 -4 38 10 C30 26 4 30 -12 26 C-30 24 -40 16 -40 4 Z"'
        ' fill="url(#crisp)" stroke="#b9791a" stroke-width="2.5"/>'
        '<path d="M-26 12 Q-20 -12 -6 -20 M-8 20 Q-2 -8 12 -20 M12 20 Q16 0 28 -12" stroke="#c98a22" stroke-width="3.5"'
        ' fill="none" opacity="0.7"/><path d="M-30 -2 Q-20 -18 2 -20" stroke="#fff3c4" stroke-width="4" fill="none"'
        ' stroke-linecap="round" opacity="0.8"/></g>'
    )


def crisps_bag(view: View) -> str:
    bulge, dent = view.vary(8, 20), view.vary(-8, 8)
    opened = view.chance(0.4)
    teeth_top = "".join(f"L{x} {22 + (i % 2) * 8} " for i, x in enumerate(range(84, 324, 8)))
    teeth_bottom = "".join(f"L{x} {388 - (i % 2) * 8} " for i, x in enumerate(range(324, 76, -8)))
    start = 62 if opened else 24
    if opened:
        teeth_top = "".join(
            f"L{x} {58 + 12 * math.sin(i * 1.3) + (i % 2) * 7:.1f} " for i, x in enumerate(range(84, 324, 12))
        )
    outline = (
        f"M78 {start} {teeth_top} L322 {start} C{326 + bulge} 120 {316 + bulge + dent} 190 {326 + bulge} 250"
        f" C{330 + bulge} 310 326 350 324 382 {teeth_bottom} L76 382 C74 350 {68 - bulge} 310 {74 - bulge} 250"
        f" C{82 - bulge + dent} 190 {72 - bulge} 120 78 {start} Z"
    )
    seams = "".join(
        f'<path d="M72 {y} H330" stroke="#000" stroke-width="1.6" opacity="0.22"/>' for y in (362, 367, 372, 377)
    )
    if not opened:
        seams += "".join(
            f'<path d="M72 {y} H330" stroke="#000" stroke-width="1.6" opacity="0.22"/>' for y in (34, 39, 44, 49)
        )
    folds = "".join(
        f'<path d="M{x} {y0} Q{x + view.vary(-18, 18):.1f} {(y0 + y1) / 2} {x + view.vary(-24, 24):.1f} {y1}"'
        f' stroke="{colour}"'
        f' stroke-width="{view.vary(4, 9)}" fill="none" stroke-linecap="round" opacity="{opacity}"'
        ' filter="url(#blur)"/>'
        for x, y0, y1, colour, opacity in (
            (104, 56, 130, "#fff", 0.5), (140, 56, 104, "#000", 0.3), (268, 56, 112, "#fff", 0.4),
            (300, 56, 140, "#000", 0.35),
            (104, 352, 270, "#000", 0.35), (124, 352, 300, "#fff", 0.4), (286, 352, 290, "#fff", 0.45),
            (306, 352, 270, "#000", 0.3),
        )
    )  # fmt: skip
    art = (
        '<path d="M40 238 Q120 206 200 236 T360 226 V400 H40 Z" fill="#0b6b7d"/>'
        '<path d="M40 262 Q120 232 200 260 T360 250 V400 H40 Z" fill="#12a3b4" opacity="0.55"/>'
        '<ellipse cx="200" cy="130" rx="116" ry="64" fill="#ffe14d" transform="rotate(-6 200 130)"/>'
        '<ellipse cx="200" cy="130" rx="108" ry="57" fill="none" stroke="#0b6b7d" stroke-width="3"'
        ' transform="rotate(-6 200 130)"/>'
        + words("CRISPS", 200, 138, 50, "#d5341f", "#ffffff", turn=-6)
        + words("wavy potato", 204, 166, 18, "#0b6b7d", turn=-6)
        + "".join(
            crisp(x, y, size, turn)
            for x, y, size, turn in (
                (144, 290, 44, -24),
                (262, 284, 44, 20),
                (198, 264, 46, 4),
                (166, 322, 40, 30),
                (240, 326, 42, -14),
            )
        )
        + words("SEA SALT", 200, 224, 21, "#ffffff", "#0b6b7d")
    )
    spill = ""
    if opened:
        spill = "".join(
            crisp(x, y, size, view.vary(-50, 50))
            for x, y, size in ((140, 44, 36), (262, 46, 36), (174, 30, 36), (228, 28, 38), (202, 48, 36))
        )
    return (
        across("bag", "#0a6a78", "#1fb3bf", "#5fe0e2", "#1aa6b4", "#16a0ae", "#3ecbd0", "#07525e")
        + radial("crisp", "#ffe590", "#eeb23a")
        + radial("puff", "#ffffff", "#000000", 0.4, 0.35, 0.8)
        + '<filter id="blur" x="-50%" y="-20%" width="200%" height="140%"><feGaussianBlur stdDeviation="3"/></filter>'
        + f'<clipPath id="bag_clip"><path d="{outline}"/></clipPath>'
        + contact_shadow(130, 386)
        + (f'<ellipse cx="200" cy="62" rx="120" ry="20" fill="#c9d3d6"/>{spill}' if opened else "")
        + f'<path d="{outline}" fill="url(#bag)"/><g clip-path="url(#bag_clip)">{art}'
        + '<rect x="40" y="20" width="320" height="370" fill="url(#puff)" opacity="0.16"/>'
        + f'{seams}{folds}<path d="M92 90 C74 170 80 260 96 340" stroke="#fff" stroke-width="10" fill="none"'
        ' opacity="0.5"'
        ' filter="url(#blur)"/><path d="M318 80 C336 170 330 270 314 344" stroke="#00323a" stroke-width="16"'
        ' fill="none"'
        ' opacity="0.5" filter="url(#blur)"/></g>'
    )


def chocolate_bar(view: View) -> str:
    state = view.pick("wrapped", "peeled", "peeled", "bitten")
    turn = view.vary(-13, 13)
    edge = 24 if state == "wrapped" else view.vary(120, 156)
    squares = "".join(
        f'<g transform="translate({x} {y})"><rect width="52" height="44" rx="4" fill="#3a1d10"/>'
        '<rect x="1" y="1" width="50" height="42" rx="4" fill="url(#block)"/>'
        '<path d="M1 43 L9 35 H43 L51 43 Z" fill="#2a1309"/><path d="M51 1 L43 9 V35 L51 43 Z" fill="#43210f"/>'
        '<path d="M1 1 L9 9 H43 L51 1 Z" fill="#a4673f"/></g>'
        for y in range(18, 170, 45)
        for x in (121, 174, 227)
    )
    bar = f'<rect x="117" y="13" width="166" height="200" rx="6" fill="#4a2413"/>{squares}'
    if state == "bitten":
        bar = (
            '<mask id="bite"><rect width="400" height="400" fill="#fff"/><circle cx="268" cy="10" r="30"/><circle'
            ' cx="232" cy="14" r="26"/>'
            f'<circle cx="290" cy="40" r="24"/><circle cx="262" cy="34" r="22"/></mask><g mask="url(#bite)">{bar}</g>'
        )
    jag = "".join(f"L{x} {edge + view.vary(-9, 9):.1f} " for x in range(124, 290, 14))
    foil = (
        f'<path d="M104 {edge + 26} L108 {edge - 16:.1f} {jag} L294 {edge - 12:.1f} L296 {edge + 26} Z"'
        ' fill="url(#foil)"'
        ' stroke="#a87f26" stroke-width="1.5"/>'
        + "".join(
            f'<path d="M{x} {edge + 22} L{x + view.vary(-10, 10):.1f} {edge - 6:.1f}" stroke="{c}" stroke-width="3"'
            ' opacity="0.6"/>'
            for x, c in (
                (126, "#fff"),
                (150, "#8c6514"),
                (176, "#fff"),
                (206, "#8c6514"),
                (232, "#fff"),
                (262, "#8c6514"),
            )
        )
    )
    if state == "wrapped":
        bar = ""
        foil = '<path d="M112 30 L116 12 L124 18 L284 12 L288 30 Z" fill="url(#foil)" stroke="#a87f26"/>'
        edge = 4
    top = edge + 20
    name = (
        words("COCOA", 200, 231, 38, "#f7d774", family="DejaVu Serif")
        + words("DREAM", 200, 268, 34, "#fff4e0", family="DejaVu Serif")
        + words("dark chocolate", 200, 291, 14.5, "#f7d774")
    )
    pod = (
        '<g transform="translate(200 330) rotate(-20)"><path d="M-52 0 C-36 -28 30 -30 54 0 C30 30 -36 28 -52 0 Z"'
        ' fill="#d9772b"/>'
        '<path d="M-50 0 C-20 -10 26 -10 52 0 M-46 -6 C-20 -22 26 -24 44 -8 M-46 6 C-20 22 26 24 44 8" stroke="#8f4414"'
        ' stroke-width="3" fill="none"/></g>'
        '<path d="M256 342 q26 -26 42 -8 q-16 22 -42 8 Z M146 318 q-30 -18 -42 2 q18 18 42 -2 Z" fill="#6fae4b"/>'
    )
    rays = "".join(
        f'<path d="M200 250 L188 -60 L212 -60 Z" transform="rotate({a} 200 250)" fill="#fff" opacity="0.07"/>'
        for a in range(0, 360, 24)
    )
    return (
        f'<g transform="translate(200 200) rotate({turn}) scale(0.97) translate(-200 -200)">'
        + gradient("block", "#7d4527", "#552a15")
        + across("foil", "#c99a35", "#fff0b8", "#d9ac45", "#f7e097", "#b98a26", "#fbe8ae", "#b98a26")
        + across("wrap", "#43104f", "#7d2a8c", "#8c349c", "#74247f", "#3a0c45")
        + f'<clipPath id="sleeve"><rect x="102" y="{top}" width="196" height="{376 - top}" rx="4"/></clipPath>'
        + bar
        + foil
        + '<path d="M112 370 L116 392 L284 392 L288 370 Z" fill="url(#foil)" stroke="#a87f26"/>'
        + f'<rect x="102" y="{top}" width="196" height="{376 - top}" rx="4" fill="url(#wrap)"/><g'
        f' clip-path="url(#sleeve)">{rays}'
        + '<rect x="102" y="186" width="196" height="4" fill="#f7d774"/><rect x="102" y="300" width="196" height="4"'
        ' fill="#f7d774"/>'
        + (f"{pod}{name}" if state != "wrapped" else f'{pod}{name}<g transform="translate(0 -210)">{pod}</g>')
        + f'<path d="M116 {top} V380" stroke="#fff" stroke-width="6" opacity="0.25"/>'
        + f'<path d="M286 {top} V380" stroke="#000" stroke-width="8" opacity="0.2"/></g></g>'
    )


def shelf(view: View) -> str:
    """A shop or pantry shelf with other goods out of focus."""
    wall, board = view.pick(*WALLS), view.pick(*WOODS, "#dfe3e6", "#6d757c")
    edge = view.vary(556, 590)
    goods, x = "", -20.0
    while x < 660:
        width, high = view.vary(60, 110), view.vary(150, 330)
        colour = view.pick("#b9a58c", "#8fa39a", "#a38a8f", "#8897a8", "#c2b280", "#9c8f9f", "#7f8b76")
        goods += (
            f'<rect x="{x}" y="{edge - 70 - high}" width="{width}" height="{high}" rx="{view.pick(3, 14)}"'
            f' fill="{colour}"/>'
        )
        goods += (
            f'<rect x="{x}" y="{edge - 40 - high * 0.75:.1f}" width="{width}" height="{high * 0.25:.1f}"'
            f' fill="{shade(colour, 0.35)}"/>'
        )
        x += width + view.vary(8, 40)
    return (
        gradient("back", shade(wall, -0.45), shade(wall, -0.2))
        + gradient("board", shade(board, -0.25), shade(board, 0.12))
        + '<filter id="far" x="-10%" y="-10%" width="120%" height="120%"><feGaussianBlur stdDeviation="9"/></filter>'
        + '<rect width="640" height="640" fill="url(#back)"/>'
        + f'<g filter="url(#far)" opacity="0.6">{goods}</g>'
        + f'<rect y="{edge - 88}" width="640" height="88" fill="url(#board)"/>'
        + f'<rect y="{edge}" width="640" height="44" fill="{shade(board, -0.12)}"/>'
        + f'<rect y="{edge}" width="640" height="4" fill="{shade(board, 0.4)}"/>'
        + f'<rect y="{edge + 44}" width="640" height="60" fill="#1a1614"/>'
        + '<rect width="640" height="34" fill="#1a1614" opacity="0.55"/>'
    )


def place(view: View) -> str:
    return view.pick(shelf, shelf, tabletop, studio)(view)


SCENE = Scene(place, scale=(0.74, 0.98), tilt_deg=7, perspective=0.1, shift=0.06, mirror=False)
CLASSES = {
    "milk_carton": milk_carton,
    "soup_can": soup_can,
    "juice_bottle": juice_bottle,
    "crisps_bag": crisps_bag,
    "chocolate_bar": chocolate_bar,
    "cereal_box": cereal_box,
    "star_cereal_box": partial(cereal_box, cereal=STARS),
    "jam_jar": jam_jar,
    "cherry_jam_jar": partial(jam_jar, jam=CHERRY),
}
