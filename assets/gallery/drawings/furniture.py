"""Furniture in a room, built from solids that a small orthographic camera turns and looks down on."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from .scene import Scene, room
from .view import View, shade


def paint(colour: str, lift: float = 0) -> str:
    """A gradient definition from lighter above to darker below; `url(#p<colour>)` refers to it."""
    tone = shade(colour, lift) if lift else colour
    return (
        f'<linearGradient id="p{tone[1:]}" x1="0.1" y1="0" x2="0.3" y2="1"><stop offset="0" '
        f'stop-color="{shade(tone, 0.14)}"/>'
        f'<stop offset="1" stop-color="{shade(tone, -0.2)}"/></linearGradient>'
    )


def solid(colour: str, path: str, edge: float = 2, lift: float = 0) -> str:
    tone = shade(colour, lift) if lift else colour
    return (
        paint(colour, lift)
        + f'<path d="{path}" fill="url(#p{tone[1:]})" stroke="{shade(tone, -0.42)}" stroke-width="{edge}" '
        'stroke-linejoin="round"/>'
    )


def line(colour: str, path: str, width: float, opacity: float = 1, dash: str = "none") -> str:
    return (
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-linecap="round" '
        f'stroke-linejoin="round" opacity="{opacity}" stroke-dasharray="{dash}"/>'
    )


def round_bar(colour: str, path: str) -> str:
    """A turned piece: dark edges and a light streak left of the middle."""
    name = f"turned{colour[1:]}"
    return (
        f'<linearGradient id="{name}"><stop offset="0" stop-color="{shade(colour, -0.35)}"/><stop offset="0.35" '
        f'stop-color="{shade(colour, 0.4)}"/>'
        f'<stop offset="0.6" stop-color="{colour}"/><stop offset="1" stop-color="{shade(colour, -0.45)}"/>'
        "</linearGradient>"
        f'<path d="{path}" fill="url(#{name})" stroke="{shade(colour, -0.5)}" stroke-width="1.5"/>'
    )


def ball(colour: str, cx: float, cy: float, r: float) -> str:
    name = f"ball{colour[1:]}"
    return (
        f'<radialGradient id="{name}" cx="0.36" cy="0.3" r="0.8"><stop offset="0" stop-color="{shade(colour, 0.55)}"/>'
        f'<stop offset="1" stop-color="{shade(colour, -0.4)}"/></radialGradient><circle cx="{cx}" cy="{cy}" r="{r}" '
        f'fill="url(#{name})"/>'
    )


def floor_shadow(rx: float, ry: float, cy: float = 374, cx: float = 200) -> str:
    return (
        '<radialGradient id="ground"><stop offset="0.4" stop-color="#0c0a10" stop-opacity="0.5"/>'
        '<stop offset="1" stop-color="#0c0a10" stop-opacity="0"/></radialGradient>'
        f'<ellipse cx="{cx}" cy="{cy}" rx="{rx}" ry="{ry}" fill="url(#ground)"/>'
    )


@dataclass(frozen=True)
class Camera:
    """Looks at a piece that stands on y = 0: x to the right, y down (so heights are negative), z to the viewer."""

    yaw: float
    pitch: float
    scale: float = 1.0
    cx: float = 200
    cy: float = 350

    def axes(self) -> tuple[float, float, float, float]:
        yaw, pitch = math.radians(self.yaw), math.radians(self.pitch)
        return math.cos(yaw), math.sin(yaw), math.cos(pitch), math.sin(pitch)

    def point(self, x: float, y: float, z: float) -> tuple[float, float]:
        cos, sin, upright, down = self.axes()
        return (
            round(self.cx + self.scale * (x * cos + z * sin), 2),
            round(self.cy + self.scale * (y * upright + (z * cos - x * sin) * down), 2),
        )

    def on(self, axis: str, at: float, fragment: str) -> str:
        """A flat drawing put on the plane where `axis` ("x", "y" or "z") is `at`; its coordinates are the other two."""
        cos, sin, upright, down = (self.scale * a for a in self.axes())
        down /= self.scale
        x_axis, y_axis, z_axis = (cos, -sin * down), (0, upright), (sin, cos * down)
        origin = self.point(*(at if axis == name else 0 for name in "xyz"))
        first, second = {"z": (x_axis, y_axis), "x": (z_axis, y_axis), "y": (x_axis, z_axis)}[axis]
        numbers = " ".join(f"{value:.4f}" for value in (*first, *second, *origin))
        return f'<g transform="matrix({numbers})">{fragment}</g>'

    def extrude(self, axis: str, start: float, end: float, path: str, edge: str, face: str) -> str:
        """A flat path swept along an axis; `start` is the far end, `end` carries the face."""
        steps = max(2, int(abs(end - start) / 3))
        rim = solid(edge, path, 0)
        hull = f'<path d="{path}" fill="none" stroke="{shade(edge, -0.4)}" stroke-width="3" stroke-linejoin="round"/>'
        layers = "".join(self.on(axis, start + (end - start) * i / steps, rim) for i in range(steps))
        return self.on(axis, start, hull) + layers + self.on(axis, end, solid(face, path, 2))

    def box(self, colour: str, x: tuple[float, float], y: tuple[float, float], z: tuple[float, float]) -> str:
        """The three visible faces of a box: top, front and the side that is turned to the viewer."""
        side = x[0] if self.yaw > 0 else x[1]

        def face(lift: float, *corners: tuple[float, float, float]) -> str:
            path = "M" + " L".join(f"{px} {py}" for px, py in (self.point(*corner) for corner in corners)) + " Z"
            return solid(colour, path, 1.5, lift)

        return (
            face(-0.3, (side, y[0], z[0]), (side, y[0], z[1]), (side, y[1], z[1]), (side, y[1], z[0]))
            + face(0.22, (x[0], y[0], z[0]), (x[1], y[0], z[0]), (x[1], y[0], z[1]), (x[0], y[0], z[1]))
            + face(0.0, (x[0], y[0], z[1]), (x[1], y[0], z[1]), (x[1], y[1], z[1]), (x[0], y[1], z[1]))
        )


def look(
    view: View, most: float = 36, pitch: tuple[float, float] = (10, 18), scale: float = 1.0, cy: float = 350
) -> Camera:
    yaw = view.pick(-1, 1) * view.pick(view.vary(3, 10), view.vary(most * 0.5, most))
    return Camera(yaw, view.vary(*pitch), scale, 200, cy)


def rounded(x0: float, y0: float, x1: float, y1: float, r: float) -> str:
    return (
        f"M{x0 + r} {y0} H{x1 - r} Q{x1} {y0} {x1} {y0 + r} V{y1 - r} Q{x1} {y1} {x1 - r} {y1} H{x0 + r} "
        f"Q{x0} {y1} {x0} {y1 - r} V{y0 + r} Q{x0} {y0} {x0 + r} {y0} Z"
    )


def tapered_leg(eye: Camera, wood: str, x: float, z: float) -> str:
    splay = 3 if x > 0 else -3
    path = f"M{x - 8} -48 H{x + 8} L{x + 5 + splay} 0 H{x - 5 + splay} Z"
    return eye.extrude("z", z - 8, z + 8, path, shade(wood, -0.2), wood)


def turned_leg(eye: Camera, wood: str, x: float, z: float) -> str:
    """A short leg that ends in a ball."""
    px, py = eye.point(x, 0, z)
    return round_bar(wood, f"M{px - 9} {py - 46} H{px + 9} L{px + 6} {py - 20} H{px - 6} Z") + ball(
        wood, px, py - 11, 14
    )


def button_tufts(cloth: str) -> str:
    """The back of an armchair with buttons and a diamond of seams between them."""
    tufts = "".join(
        f'<circle cx="{x}" cy="{y}" r="11" fill="{shade(cloth, -0.3)}" opacity="0.5"/>'
        + ball(shade(cloth, -0.1), x, y, 5)
        for y, row in ((-270, (-44, 0, 44)), (-232, (-24, 24)), (-196, (-44, 0, 44)), (-160, (-24, 24)))
        for x in row
    )
    diamonds = (
        "M-44 -270 L-24 -232 L0 -270 L24 -232 L44 -270 M-44 -196 L-24 -232 M0 -196 L-24 -232 M0 -196 L24 -232 M44 "
        "-196 L24 -232 M-44 -196 L-24 -160 L0 -196 L24 -160 L44 -196"
    )
    return line(shade(cloth, -0.42), diamonds, 2.5, 0.7) + tufts


def stripes(cloth: str, top: float, bottom: float) -> str:
    """Broad upright stripes across the width of an armchair."""
    return "".join(
        f'<path d="M{x - 8} {top + abs(x) * 0.2} H{x + 8} V{bottom} H{x - 8} Z" fill="{shade(cloth, 0.62)}"/>'
        for x in (-58, -29, 0, 29, 58)
    )


def wing_armchair(view: View, striped: bool = False) -> str:
    cloth, wood = view.pick(
        ("#2f6b5e", "#5d3a20"), ("#a83a3a", "#3a2417"), ("#c98a2b", "#5d3a20"), ("#3b4f80", "#7d5636")
    )
    eye = look(view, 40, (12, 18), 0.98, 346)
    near = -1 if eye.yaw > 0 else 1
    legs = "".join(
        (turned_leg if striped else tapered_leg)(eye, wood, x, z) for z in (-60, 58) for x in (-near * 74, near * 74)
    )
    back = "M-80 -90 V-270 C-80 -306 -40 -316 0 -318 C40 -316 80 -306 80 -270 V-90 Z"
    wing = (
        "M-74 -300 C-40 -312 -4 -296 2 -256 C6 -220 0 -196 18 -182 C34 -174 62 -178 74 -166 C84 -154 80 -138 74 "
        "-130 L72 -42 H-70 Z"
    )
    piping = line(
        shade(cloth, 0.4),
        "M-64 -292 C-36 -302 -12 -288 -8 -254 C-4 -216 -8 -188 14 -174 C34 -166 58 -170 68 -158",
        2.5,
        0.7,
    )
    nails = line("#e3c27a", "M70 -124 L68 -50 H-64", 3.5, 0.9, "0.1 8")

    def side(sign: int) -> str:
        inner, outer = sign * 72, sign * 96
        start, end = (inner, outer) if sign == near else (outer, inner)
        tone = shade(cloth, -0.22 if sign == near else -0.12)
        return eye.extrude("x", start, end, wing, shade(cloth, 0.04), tone) + eye.on(
            "x", end, piping + (nails if sign == near else "")
        )

    cushion = eye.extrude("z", -48, 78, rounded(-70, -128, 70, -92, 15), shade(cloth, 0.2), shade(cloth, 0.08))
    pillow = view.pick(
        "",
        eye.extrude(
            "z",
            -34,
            -16,
            "M-42 -200 Q0 -188 42 -200 Q32 -162 42 -126 Q0 -134 -42 -126 Q-32 -162 -42 -200 Z",
            "#d9c9ad",
            "#efe3cc",
        )
        + eye.on("z", -16, line(shade(cloth, 0.1), "M-34 -178 Q0 -170 34 -178 M-34 -150 Q0 -144 34 -150", 5)),
    )
    return (
        floor_shadow(160, 26)
        + legs
        + eye.extrude("z", -78, -48, back, shade(cloth, -0.2), cloth)
        + eye.on("z", -48, stripes(cloth, -312, -100) if striped else button_tufts(cloth))
        + side(-near)
        + eye.box(shade(cloth, -0.06), (-74, 74), (-100, -42), (-60, 70))
        + (eye.on("z", 70, stripes(cloth, -100, -43)) if striped else "")
        + eye.on("z", 70, line("#e3c27a", "M-70 -47 H70", 3.5, 0.9, "0.1 8"))
        + cushion
        + (eye.on("z", 78, stripes(cloth, -127, -93)) if striped else "")
        + pillow
        + side(near)
    )


def floor_lamp(view: View) -> str:
    wood, linen, lit = (
        *view.pick(("#a9713f", "#f3e3c0"), ("#5d3a20", "#f2ead8"), ("#2e2c30", "#e3a73c"), ("#c9985e", "#7fa8a4")),
        view.chance(0.6),
    )
    top, low = view.vary(62, 72), view.vary(88, 102)
    turn = view.vary(0, 100)
    flat = view.vary(0.14, 0.22)
    cy, knee = 352, 146
    feet = []
    for k in range(3):
        angle = math.radians(turn + 120 * k)
        feet.append((200 + 94 * math.cos(angle), cy + 94 * flat * math.sin(angle)))
    legs = "".join(
        solid(
            shade(wood, 0.1 if y > cy else -0.2),
            f"M{195 + (x - 200) * 0.08:.1f} {knee} L{x - 6:.1f} {y:.1f} L{x + 6:.1f} {y + 3:.1f} "
            f"L{206 + (x - 200) * 0.08:.1f} {knee} Z",
        )
        + round_bar("#c9a24e", f"M{x - 6:.1f} {y - 8:.1f} h12 v11 h-12 Z")
        for x, y in sorted(feet, key=lambda foot: foot[1])
    )
    brace = "M" + " L".join(f"{200 + (x - 200) * 0.5:.1f} {knee + (y - knee) * 0.55:.1f}" for x, y in feet) + " Z"
    glow = (
        '<radialGradient id="glow"><stop offset="0" stop-color="#ffe9a8" stop-opacity="0.8"/><stop offset="1" '
        'stop-color="#ffe9a8" stop-opacity="0"/>'
        '</radialGradient><ellipse cx="200" cy="86" rx="186" ry="112" fill="url(#glow)"/>'
        if lit
        else ""
    )
    outline = (
        f"M{200 - top} 32 L{200 - low} 126 Q200 {126 + 2 * low * flat} {200 + low} 126 L{200 + top} 32 Q200 "
        f"{32 + 2 * top * flat} {200 - top} 32 Z"
    )
    bright = (
        '<radialGradient id="bulb" cx="0.5" cy="0.6" r="0.6"><stop offset="0" stop-color="#fffbe6" '
        'stop-opacity="0.95"/>'
        f'<stop offset="1" stop-color="#ffd98a" stop-opacity="0.1"/></radialGradient><path d="{outline}" '
        'fill="url(#bulb)"/>'
        if lit
        else ""
    )
    trim = shade(linen, -0.35)
    return (
        floor_shadow(130, 24, 356)
        + glow
        + legs
        + line("#c9a24e", brace, 4)
        + round_bar("#c9a24e", f"M188 {knee - 16} H212 V{knee + 16} H188 Z")
        + round_bar("#8a8d92", f"M195 100 H205 V{knee - 12} H195 Z")
        + f'<ellipse cx="200" cy="126" rx="{low}" ry="{low * flat}" '
        f'fill="{"#fff3c4" if lit else shade(linen, -0.55)}"/>'
        + f'<ellipse cx="200" cy="32" rx="{top}" ry="{top * flat}" fill="{"#fffbe8" if lit else shade(linen, -0.4)}" '
        f'stroke="{trim}" stroke-width="2"/>'
        + round_bar(linen, outline)
        + bright
        + "".join(
            line(
                trim,
                f"M{200 + top * k} {32 + top * flat * 0.9 * (1 - k * k)} L{200 + low * k} "
                f"{126 + low * flat * 0.9 * (1 - k * k)}",
                1.5,
                0.4,
            )
            for k in (-0.75, -0.4, 0, 0.4, 0.75)
        )
        + line(trim, f"M{200 - low} 125 Q200 {125 + 2 * low * flat} {200 + low} 125", 5)
        + line(trim, f"M{200 - top} 33 Q200 {33 + 2 * top * flat} {200 + top} 33", 4)
        + (line("#c9a24e", f"M{view.vary(222, 240)} 136 v36", 2.5) if view.chance(0.7) else "")
    )


def books(view: View, eye: Camera, y: float, x0: float, x1: float) -> str:
    """A row of books that stand on a shelf between x0 and x1."""
    art, x, row = "", x0, []
    while x < x1 - 8:
        width = view.vary(9, 17)
        row.append(
            (
                x,
                min(width, x1 - x),
                view.vary(40, 60),
                view.pick(
                    "#b23a3a", "#2f5d8c", "#3c7a5c", "#e0b04a", "#6d4a7c", "#d9cdb4", "#c96f3b", "#27404f", "#8a9a5b"
                ),
            )
        )
        x += width + 0.5
    for left, width, height, colour in row if eye.yaw < 0 else reversed(row):
        art += eye.box(colour, (left, left + width), (y - height, y), (-24, 20))
        band = line(
            shade(colour, 0.55),
            f"M{left + 2} {y - height + 10} h{width - 4} M{left + 2} {y - 12} h{width - 4}",
            2.5,
            0.8,
        )
        art += eye.on("z", 20, band)
    return art


def ornament(view: View, eye: Camera, y: float, x: float) -> str:
    pot = view.pick("#d77a4a", "#e9e4dc", "#4a8a8c")
    leaves = "".join(
        solid(
            view.pick("#4d8a4a", "#3b7040", "#6aa353"),
            f"M{x} {y - 26} Q{x + dx * 0.9 - 7} {y - 26 + dy * 0.5} {x + dx} {y - 26 + dy} Q{x + dx * 0.5 + 7} "
            f"{y - 26 + dy * 0.4} {x} {y - 26} Z",
            1,
        )
        for dx, dy in ((-26, -14), (26, -12), (-15, -28), (16, -29), (0, -33))
    )
    plant = leaves + round_bar(pot, f"M{x - 17} {y - 28} H{x + 17} L{x + 12} {y} H{x - 12} Z")
    vase = round_bar(
        pot,
        f"M{x - 7} {y - 56} H{x + 7} C{x + 4} {y - 40} {x + 22} {y - 34} {x + 20} {y - 18} Q{x + 18} {y} {x + 10} {y} "
        f"H{x - 10} Q{x - 18} {y} {x - 20} {y - 18} C{x - 22} {y - 34} {x - 4} {y - 40} {x - 7} {y - 56} Z",
    )
    globe = (
        line("#c9a24e", f"M{x} {y - 8} V{y - 3} M{x - 14} {y - 2} H{x + 14}", 5)
        + ball("#4a90b8", x, y - 30, 22)
        + solid(
            "#7fae5a", f"M{x - 14} {y - 40} q12 -8 16 2 q-2 12 -10 14 Z M{x + 4} {y - 24} q10 -8 14 0 q-4 10 -12 8 Z", 0
        )
    )
    return eye.on("z", 4, view.pick(plant, plant, vase, globe))


def bookshelf(view: View) -> str:
    wood, back = view.pick(
        ("#8a5a34", "#4d3220"), ("#e4ddd0", "#8fa6a0"), ("#c08a52", "#6d4826"), ("#35506b", "#1f3044")
    )
    eye = look(view, 36, (8, 14), 1.04, 366)
    near = -1 if eye.yaw > 0 else 1
    levels = (-14, -92, -170, -248)

    def panel(sign: int) -> str:
        return eye.box(wood, (84, 96) if sign > 0 else (-96, -84), (-326, 0), (-32, 34))

    shelves = ""
    for y in levels:
        shelves += eye.box(wood, (-84, 84), (y, y + 10), (-30, 32))
        split = view.pick(0, 0, -1, 1)
        if split:
            shelves += ornament(view, eye, y, 58 * split)
        shelves += books(view, eye, y, -82 if split >= 0 else -28, 82 if split <= 0 else view.vary(18, 30))
    return (
        floor_shadow(130, 18, 372)
        + eye.box(back, (-86, 86), (-322, -2), (-34, -28))
        + panel(-near)
        + shelves
        + eye.box(shade(wood, -0.15), (-84, 84), (-6, 0), (-30, 28))
        + panel(near)
        + eye.box(wood, (-102, 102), (-338, -324), (-36, 40))
    )


def ladder_back(eye: Camera, wood: str) -> str:
    """Three curved slats, one above the other."""
    paths = (
        f"M-62 {y + 32} V{y + 6} Q0 {y - 18} 62 {y + 6} V{y + 32} Q0 {y + 20} -62 {y + 32} Z"
        for y in (-274, -230, -186)
    )
    return "".join(eye.extrude("z", -64, -58, path, shade(wood, 0.2), wood) for path in paths)


def spindle_back(eye: Camera, wood: str) -> str:
    """Five upright spindles between two rails."""
    spindles = (
        f"M{x - 5} -268 H{x + 5} L{x + 7} -210 L{x + 4} -150 H{x - 4} L{x - 7} -210 Z" for x in (-46, -23, 0, 23, 46)
    )
    rails = ("M-62 -156 H62 V-142 H-62 Z", "M-62 -252 V-274 Q0 -302 62 -274 V-252 Q0 -272 -62 -252 Z")
    return "".join(eye.extrude("z", -64, -58, path, shade(wood, 0.2), wood) for path in (*spindles, *rails))


def ladder_back_chair(view: View, back: Callable[[Camera, str], str] = ladder_back) -> str:
    wood, rush = view.pick(
        ("#9a6232", "#e2c284"), ("#3a2a22", "#d9b46a"), ("#3f8580", "#ecd9a8"), ("#c2453a", "#ead2a0")
    )
    eye = look(view, 42, (14, 22), 1.04, 352)
    near = -1 if eye.yaw > 0 else 1
    order = (-near, near)

    def post(x: float, z: float, top: float) -> str:
        (bx, by), (tx, ty) = eye.point(x, 0, z), eye.point(x, top, z)
        return round_bar(wood, f"M{tx - 9} {ty} L{bx - 6} {by} H{bx + 6} L{tx + 9} {ty} Q{tx} {ty - 6} {tx - 9} {ty} Z")

    def rung(a: tuple[float, float, float], b: tuple[float, float, float]) -> str:
        (ax, ay), (bx, by) = eye.point(*a), eye.point(*b)
        path = f"M{ax} {ay} L{bx} {by}"
        return line(shade(wood, -0.5), path, 9) + line(wood, path, 6.5) + line(shade(wood, 0.4), path, 2, 0.6)

    seat = "M-74 -64 H74 L84 66 H-84 Z"
    weave = "".join(
        line(shade(rush, d), path, 2, 0.6)
        for k in range(1, 9)
        for d, path in (
            (-0.35, f"M{-9.2 * k} {-8 * k} H{9.2 * k} M{-9.8 * k} {8 * k} H{9.8 * k}"),
            (-0.25, f"M{-9.2 * k} {-8 * k} L{-9.8 * k} {8 * k} M{9.2 * k} {-8 * k} L{9.8 * k} {8 * k}"),
        )
    )
    seat_art = eye.extrude("y", -118, -130, seat, shade(rush, -0.3), rush) + eye.on(
        "y", -130, weave + line(shade(rush, -0.5), "M-74 -64 L84 66 M74 -64 L-84 66", 2.5, 0.7)
    )
    finials = "".join(ball(wood, x, y - 8, 12) for x, y in (eye.point(s * 66, -290, -62) for s in order))
    cushion = (
        eye.extrude(
            "z",
            -50,
            54,
            rounded(-64, -146, 64, -128, 9),
            shade(view.pick("#c9484a", "#4a72a8", "#e0a33a"), 0.1),
            "#f2e8d4",
        )
        if view.chance(0.3)
        else ""
    )
    return (
        floor_shadow(140, 26, 366)
        + "".join(post(s * 66, -62, -290) for s in order)
        + back(eye, wood)
        + finials
        + rung((-66, -60, -62), (66, -60, -62))
        + rung((-near * 68, -52, -60), (-near * 76, -52, 58))
        + post(-near * 76, 58, -120)
        + rung((-76, -84, 58), (76, -84, 58))
        + rung((-76, -44, 58), (76, -44, 58))
        + rung((near * 68, -52, -60), (near * 76, -52, 58))
        + post(near * 76, 58, -120)
        + seat_art
        + cushion
    )


def bed(view: View) -> str:
    wood, quilt, accent = view.pick(
        ("#8a5a34", "#3f6f9c", "#f0c75e"), ("#efe9df", "#d9788a", "#8a4a6a"),
        ("#5a3b28", "#4d8a6a", "#f3dfb0"), ("#c4925a", "#e2a13c", "#c4472f"),
    )  # fmt: skip
    eye = Camera(view.pick(-1, 1) * view.vary(16, 38), view.vary(20, 28), 1.12, 200, 284)
    near = -1 if eye.yaw > 0 else 1
    head = "M-104 0 V-128 C-104 -150 -70 -148 -50 -166 C-26 -186 26 -186 50 -166 C70 -148 104 -150 104 -128 V0 Z"
    panels = "".join(line(shade(wood, -0.4), rounded(x - 26, -134, x + 26, -60, 10), 3, 0.7) for x in (-64, 0, 64))
    foot = "M-104 0 V-66 C-60 -84 60 -84 104 -66 V0 H92 V-14 H-92 V0 Z"
    white, pillow_colour = "#f3f0ea", view.pick("#f7f4ee", shade(accent, 0.4))
    pillows = "".join(
        eye.extrude("z", -116, -66, rounded(x - 40, -104, x + 40, -70, 16), shade(pillow_colour, -0.08), pillow_colour)
        + eye.on(
            "z", -66, line(shade(pillow_colour, -0.3), f"M{x - 26} -92 q10 8 2 16 M{x + 26} -94 q-10 8 -2 14", 2.5, 0.6)
        )
        for x in (near * -46, near * 46)
    )
    patches = "".join(
        f'<path d="M{-98 + 28 * i} {-14 + 26 * j} h28 v26 h-28 Z" '
        f'fill="{shade(accent, 0.1) if (i + j) % 2 else quilt}" opacity="0.9"/>'
        + line("#ffffff", f"M{-92 + 28 * i} {-8 + 26 * j} h16 v14 h-16 Z", 1.2, 0.5, "3 3")
        for i in range(7)
        for j in range(5)
    )
    stripes = "".join(line(accent, f"M-98 {2 + 26 * j} H98", 8, 0.85) for j in range(5))
    cover = eye.on("y", -84, view.pick(f"<g>{patches}</g>", stripes))
    duvet_end = "M-101 -12 V-74 Q-101 -84 -90 -84 H90 Q101 -84 101 -74 V-12 Z"
    teddy = ""
    if view.chance(0.3):
        x, y = eye.point(0, -96, -50)
        teddy = (
            ball("#a86b38", x, y, 15)
            + ball("#a86b38", x - 12, y - 32, 6)
            + ball("#a86b38", x + 12, y - 32, 6)
            + ball("#b87a44", x, y - 22, 14)
            + ball("#e3c49a", x, y - 17, 6)
        )
    return (
        floor_shadow(190, 62, 310)
        + eye.extrude("z", -132, -120, head, shade(wood, -0.2), wood)
        + eye.on("z", -120, panels)
        + eye.box(wood, (-98, 98), (-44, -16), (-120, 120))
        + eye.box(white, (-94, 94), (-72, -40), (-118, 118))
        + pillows
        + eye.extrude("z", -48, -14, duvet_end, white, white)
        + eye.extrude("z", -14, 120, duvet_end, quilt, shade(quilt, -0.12))
        + cover
        + teddy
        + eye.extrude("z", 122, 132, foot, shade(wood, 0.15), wood)
        + eye.on("z", 132, line(shade(wood, -0.4), "M-90 -56 C-56 -70 56 -70 90 -56 V-26 H-90 Z", 3, 0.7))
        + "".join(ball(wood, *eye.point(s * 98, -78, 127), 10) for s in (-1, 1))
    )


def clock_hands(view: View, length: float) -> str:
    hour, minute = view.vary(0, 360), view.vary(0, 360)
    return "".join(
        f'<g transform="rotate({angle})">{line("#1e1a1c", f"M0 {reach * 0.2} V{-reach}", width)}</g>'
        for angle, reach, width in ((hour, length * 0.6, 5), (minute, length, 3.5))
    ) + ball("#c9a24e", 0, 0, 5)


def grandfather_clock(view: View) -> str:
    wood, glass = view.pick(
        ("#7a3f24", "#2a1712"), ("#a9713f", "#4a2f1c"), ("#3d2a24", "#17110f"), ("#33594f", "#152823")
    )
    eye = look(view, 38, (6, 11), 1.02, 374)
    trim = "#d3ac52"
    crown = "M-66 -318 C-50 -346 -26 -348 -14 -330 Q-10 -322 -6 -320 H6 Q10 -322 14 -330 C26 -348 50 -346 66 -318 Z"
    ticks = "".join(
        f'<g transform="rotate({30 * i})">{line("#2a2024", "M0 -36 V-30", 4 if i % 3 == 0 else 2.2)}</g>'
        for i in range(12)
    )
    dial = (
        f'<g transform="translate(0 -258)"><rect x="-52" y="-54" width="104" height="104" rx="6" fill="{trim}" '
        f'stroke="{shade(trim, -0.5)}" stroke-width="2"/>'
        f'<circle r="45" fill="#f8f2e0" stroke="{shade(trim, -0.4)}" '
        f'stroke-width="3"/>{ticks}{clock_hands(view, 32)}</g>'
    )
    swing = view.vary(-9, 9)
    pendulum = (
        '<clipPath id="case"><rect x="-30" y="-184" width="60" height="104" rx="4"/></clipPath><rect x="-30" '
        f'y="-184" width="60" height="104" rx="4" fill="{glass}"/>'
        f'<g clip-path="url(#case)"><g transform="rotate({swing} 0 '
        f'-250)">{line(trim, "M0 -250 V-106", 3.5)}{ball("#f0c75e", 0, -106, 17)}</g>'
        + "".join(
            round_bar(trim, f"M{x - 4} {y} h8 v34 h-8 Z") + line(trim, f"M{x} -184 V{y}", 1.5)
            for x, y in ((-20, -172), (20, -160))
        )
        + '<path d="M-40 -100 L10 -190 H30 L-30 -70 Z" fill="#fff" opacity="0.16"/></g>'
        f'<rect x="-30" y="-184" width="60" height="104" rx="4" fill="none" stroke="{trim}" stroke-width="3"/>'
    )
    panel = line(shade(wood, -0.45), rounded(-40, -56, 40, -18, 6), 3) + line(
        shade(wood, 0.35), rounded(-36, -52, 36, -22, 5), 1.5, 0.6
    )
    columns = "".join(round_bar(shade(wood, 0.12), f"M{x - 5} -310 h10 v104 h-10 Z") for x in (-60, 60))
    return (
        floor_shadow(105, 16, 380)
        + eye.box(shade(wood, -0.1), (-66, 66), (-10, 0), (-34, 34))
        + eye.box(wood, (-58, 58), (-72, -10), (-30, 30))
        + eye.on("z", 30, panel)
        + eye.box(shade(wood, 0.1), (-62, 62), (-78, -70), (-32, 32))
        + eye.box(wood, (-46, 46), (-196, -78), (-24, 24))
        + eye.on("z", 24, pendulum)
        + eye.box(shade(wood, 0.1), (-68, 68), (-206, -194), (-34, 34))
        + eye.box(wood, (-62, 62), (-312, -206), (-30, 30))
        + eye.on("z", 30, dial + columns)
        + eye.box(shade(wood, 0.1), (-70, 70), (-320, -310), (-35, 35))
        + eye.extrude("z", 16, 32, crown, shade(wood, -0.2), wood)
        + "".join(ball(trim, *eye.point(x, y, 26), 7) for x, y in ((-62, -328), (62, -328), (0, -334)))
    )


def flowers(view: View, x: float, y: float) -> str:
    petal = view.pick("#e85d75", "#f2c230", "#f4f1ec", "#8a6fc8", "#ef7f3c")
    heads = [
        (x + dx + view.vary(-6, 6), y - dy + view.vary(-6, 6))
        for dx, dy in ((-44, 84), (0, 106), (42, 88), (-22, 118), (24, 122), (-2, 76))
    ]
    stems = "".join(line("#3f7a42", f"M{x} {y - 30} Q{(x + hx) / 2} {hy + 40} {hx} {hy}", 4) for hx, hy in heads)
    leaves = solid("#4d8f4a", f"M{x} {y - 50} q-50 -2 -58 -34 q44 -4 58 34 Z", 1) + solid(
        "#5ba354", f"M{x} {y - 50} q50 2 60 -30 q-46 -6 -60 30 Z", 1
    )
    bloom = "".join(
        "".join(
            ball(petal, hx + 12 * math.cos(a), hy + 12 * math.sin(a), 9.5) for a in (math.tau * k / 6 for k in range(6))
        )
        + ball("#f5c84a", hx, hy, 7)
        for hx, hy in heads
    )
    return stems + leaves + bloom


def round_table(view: View) -> str:
    wood, cloth = view.pick(
        ("#8a5a34", "#f2ede2"), ("#5a3524", "#c94f4f"), ("#c9965a", "#4d86a8"), ("#ece6da", "#7ba37c")
    )
    flat = view.vary(0.2, 0.3)
    y = view.vary(196, 212)
    rx, ry = 172, 172 * flat
    column = (
        f"M186 {y} H214 C216 {y + 24} 208 {y + 34} 212 {y + 50} C234 {y + 70} 230 {y + 96} 212 {y + 108} L218 338 "
        f"H182 L188 {y + 108} "
        f"C170 {y + 96} 166 {y + 70} 188 {y + 50} C192 {y + 34} 184 {y + 24} 186 {y} Z"
    )
    turn = view.vary(-16, 16)
    feet = [
        (math.cos(math.radians(a)), math.sin(math.radians(a))) for a in (200 + turn, 340 + turn, 55 + turn, 125 + turn)
    ]
    legs = "".join(
        line(shade(wood, -0.5), path, 24)
        + line(shade(wood, 0.08 if s > 0 else -0.2), path, 19)
        + line(shade(wood, 0.4), path, 3, 0.5)
        for c, s in sorted(feet, key=lambda foot: foot[1])
        for path in [
            f"M{200 + 10 * c:.1f} 318 C{200 + 50 * c:.1f} {318 + 4 * s:.1f} {200 + 84 * c:.1f} {330 + 30 * s:.1f} "
            f"{200 + 112 * c:.1f} {350 + 26 * s:.1f}"
        ]
    )
    rim = f"M{200 - rx} {y} A{rx} {ry} 0 0 0 {200 + rx} {y} V{y + 16} A{rx} {ry} 0 0 1 {200 - rx} {y + 16} Z"
    rings = "".join(
        f'<ellipse cx="200" cy="{y}" rx="{rx * k}" ry="{ry * k}" fill="none" stroke="{shade(wood, -0.25)}" '
        'stroke-width="2" opacity="0.4"/>'
        for k in (0.92, 0.6, 0.35)
    )
    gleam = f'<ellipse cx="140" cy="{y - ry * 0.3}" rx="70" ry="{ry * 0.28}" fill="#fff" opacity="0.22"/>'
    top = (
        round_bar(wood, rim)
        + paint(wood, 0.22)
        + f'<ellipse cx="200" cy="{y}" rx="{rx}" ry="{ry}" fill="url(#p{shade(wood, 0.22)[1:]})" '
        f'stroke="{shade(wood, -0.3)}" stroke-width="1.5"/>' + rings + gleam
    )
    r = 96
    runner = (
        f'<ellipse cx="200" cy="{y}" rx="{r}" ry="{r * flat}" fill="{cloth}" stroke="{shade(cloth, -0.3)}" '
        'stroke-width="2"/>'
        f'<ellipse cx="200" cy="{y}" rx="{r - 9}" ry="{(r - 9) * flat}" fill="none" '
        f'stroke="{shade(cloth, 0.5 if cloth != "#f2ede2" else -0.3)}" stroke-width="3" stroke-dasharray="5 5"/>'
    )
    vase_colour = view.pick("#4a8a8c", "#e9e4dc", "#35508a")
    vase = flowers(view, 200, y - 24) + round_bar(
        vase_colour,
        f"M186 {y - 74} H214 C208 {y - 58} 234 {y - 46} 230 {y - 22} Q226 {y + 4} 212 {y + 4} H188 Q174 {y + 4} 170 "
        f"{y - 22} C166 {y - 46} 192 {y - 58} 186 {y - 74} Z",
    )
    fruit = (
        "".join(
            ball(c, 200 + dx, y + dy, 21)
            for c, dx, dy in (
                ("#d8402f", -34, -52),
                ("#f0a52c", 2, -60),
                ("#8fb93c", 36, -50),
                ("#e8b52c", -16, -44),
                ("#c93a3a", 20, -42),
            )
        )
        + round_bar(
            "#e6e0d4",
            f"M134 {y - 44} H266 C262 {y - 10} 232 {y + 4} 222 {y + 6} H178 C168 {y + 4} 138 {y - 10} 134 {y - 44} Z",
        )
        + line(vase_colour, f"M142 {y - 30} Q200 {y - 22} 258 {y - 30}", 5)
    )
    tea = (
        line(vase_colour, f"M262 {y - 56} q34 6 6 36", 9)
        + line(shade(vase_colour, -0.2), f"M158 {y - 30} Q132 {y - 36} 130 {y - 62}", 13)
        + round_bar(
            vase_colour,
            f"M166 {y - 66} Q210 {y - 84} 254 {y - 66} C276 {y - 30} 262 {y + 2} 240 {y + 4} H180 C158 {y + 2} 144 "
            f"{y - 30} 166 {y - 66} Z",
        )
        + solid(vase_colour, f"M176 {y - 70} Q210 {y - 98} 244 {y - 70} Q210 {y - 62} 176 {y - 70} Z", 2)
        + ball("#d3ac52", 210, y - 92, 8)
        + round_bar("#f4f1ec", f"M78 {y - 22} H118 Q116 {y + 8} 104 {y + 10} H92 Q80 {y + 8} 78 {y - 22} Z")
        + f'<ellipse cx="98" cy="{y - 22}" rx="20" ry="5" fill="#7a4526" stroke="#f4f1ec" stroke-width="2"/>'
    )
    return (
        floor_shadow(150, 30, 366)
        + legs
        + round_bar(wood, column)
        + top
        + (runner if view.chance(0.6) else "")
        + view.pick(vase, vase, fruit, tea)
    )


SCENE = Scene(room, scale=(0.84, 1.02), tilt_deg=3, perspective=0.06, shift=0.05, shadow=0.4)
CLASSES = {
    "tripod_floor_lamp": floor_lamp,
    "bookshelf": bookshelf,
    "bed": bed,
    "grandfather_clock": grandfather_clock,
    "round_table": round_table,
    "wing_armchair": wing_armchair,
    "striped_wing_armchair": partial(wing_armchair, striped=True),
    "ladder_back_chair": ladder_back_chair,
    "spindle_back_chair": partial(ladder_back_chair, back=spindle_back),
}
