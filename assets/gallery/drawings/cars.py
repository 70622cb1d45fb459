"""Cars: vehicles modelled as small solids and seen from the side, from three quarters, from the front or the back."""

import math
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from .scene import Scene, gradient
from .view import View, shade

Point = tuple[float, float]
HOURS = {
    "day": (("#5aa3e0", "#d5ebf7"), "#fff4dc", 0.02),
    "morning": (("#86b8dc", "#fde2b8"), "#ffcf8a", 0.14),
    "cloudy": (("#94a1ad", "#d9dde0"), "#8d98a3", 0.16),
    "dusk": (("#45437f", "#f59a6a"), "#5b3a68", 0.3),
    "night": (("#0a1130", "#33487f"), "#16204a", 0.34),
}
ORDER = ("day", "morning", "dusk", "day", "cloudy", "night", "day", "morning")
YAWS = (10, 38, -34, 54, 24, 66, -52, 0)


def mix(a: str, b: str, share: float) -> str:
    """The colour `share` of the way from a to b."""
    pairs = ((int(a[i : i + 2], 16), int(b[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(x + (y - x) * share):02x}" for x, y in pairs)


def turn_of(view: View) -> int:
    """Each class starts elsewhere in the cycle of hours and viewpoints."""
    return view.number + sum(view.seed.split("/")[1].encode())


def hour_of(view: View) -> str:
    return ORDER[turn_of(view) % len(ORDER)]


def tone_of(view: View) -> Callable[[str], str]:
    _, tint, share = HOURS[hour_of(view)]
    return lambda colour: mix(colour, tint, share)


def is_dark(view: View) -> bool:
    return hour_of(view) in ("dusk", "night")


def poly(points: Iterable[Point], fill: str, more: str = "") -> str:
    return f'<polygon points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}" fill="{fill}" {more}/>'


def rect(x: float, y: float, width: float, height: float, fill: str, more: str = "") -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}" {more}/>'


def line(data: str, colour: str, width: float, more: str = "") -> str:
    return f'<path d="{data}" fill="none" stroke="{colour}" stroke-width="{width}" {more}/>'


def oval(x: float, y: float, rx: float, ry: float | None = None, count: int = 24) -> list[Point]:
    ry = rx if ry is None else ry
    return [(x + rx * math.cos(k * math.tau / count), y + ry * math.sin(k * math.tau / count)) for k in range(count)]


def slab(x0: float, x1: float, y0: float, y1: float) -> list[Point]:
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


def smooth(points: Sequence[Point], rounds: int = 2) -> list[Point]:
    """A closed outline with its corners cut, again and again."""
    out = list(points)
    for _ in range(rounds):
        cut = []
        for (x0, y0), (x1, y1) in zip(out, out[1:] + out[:1], strict=True):
            cut += [(x0 * 0.78 + x1 * 0.22, y0 * 0.78 + y1 * 0.22), (x0 * 0.22 + x1 * 0.78, y0 * 0.22 + y1 * 0.78)]
        out = cut
    return out


class Rig:
    """A vehicle before a camera: x points forward, y up and z to the near side; the ground is y = 0."""

    def __init__(
        self, view: View, rear: float, front: float, height: float, half: float, belt: float, lean: float = 0.3
    ):
        self.view, self.tone, self.dark = view, tone_of(view), is_dark(view)
        self.rear, self.front, self.half, self.belt, self.lean = rear, front, half, belt, lean
        yaw = YAWS[turn_of(view) * 3 % len(YAWS)] + view.vary(-6, 6)
        self.yaw, self.pitch = math.radians(yaw), math.radians(view.vary(6, 15))
        self.outline: list[Point] = []
        self.zoom, self.x, self.y = 1.0, 0.0, 0.0
        corners = [self.at(x, y, z) for x in (rear, front) for y in (0, height) for z in (-half, half)]
        xs, ys = [c[0] for c in corners], [c[1] for c in corners]
        self.zoom = min(362 / (max(xs) - min(xs)), 290 / (max(ys) - min(ys)))
        self.x = 200 - self.zoom * (min(xs) + max(xs)) / 2
        self.y = 318 - self.zoom * max(ys)

    def at(self, x: float, y: float, z: float) -> Point:
        across = x * math.cos(self.yaw) - z * math.sin(self.yaw)
        near = z * math.cos(self.yaw) + x * math.sin(self.yaw)
        up, depth = (
            y * math.cos(self.pitch) - near * math.sin(self.pitch),
            near * math.cos(self.pitch) + y * math.sin(self.pitch),
        )
        size = 950 / (950 - depth)
        return self.x + self.zoom * across * size, self.y - self.zoom * up * size

    def width(self, x: float, y: float) -> float:
        """Half the width of the body: the cabin leans in, the ends are rounded."""
        end = max(0.0, x - self.front + 26, self.rear + 22 - x) / 26
        return self.half - max(0.0, y - self.belt) * self.lean - 9 * end**2

    @property
    def shows_front(self) -> bool:
        return self.yaw > 0.05

    @property
    def shows_back(self) -> bool:
        return self.yaw < -0.05

    def faces(self, points: list[Point]) -> bool:
        pairs = zip(points, points[1:] + points[:1], strict=True)
        return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs) > 0

    def side(self, points: Iterable[Point], fill: str, more: str = "", out: float = 0.0) -> str:
        return poly((self.at(x, y, self.width(x, y) + out) for x, y in points), fill, more)

    def seam(self, points: Sequence[Point], colour: str, width: float = 1.4, more: str = "") -> str:
        spots = (self.at(x, y, self.width(x, y)) for x, y in points)
        return line("M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in spots), colour, round(width * self.zoom, 2), more)

    def end_x(self, y: float, forward: bool) -> float:
        """Where the outline ends in front (or behind) at this height."""
        hits = [self.front if forward else self.rear]
        pairs = zip(self.outline, self.outline[1:] + self.outline[:1], strict=True)
        found = [x0 + (x1 - x0) * (y - y0) / (y1 - y0) for (x0, y0), (x1, y1) in pairs if (y0 - y) * (y1 - y) < 0]
        return (max if forward else min)(found or hits)

    def nose(self, points: Iterable[Point], fill: str, more: str = "") -> str:
        """A shape of (z, y) on the front."""
        return poly((self.at(self.end_x(y, True), y, z) for z, y in points), fill, more) if self.shows_front else ""

    def tail(self, points: Iterable[Point], fill: str, more: str = "") -> str:
        """A shape of (z, y) on the back."""
        return poly((self.at(self.end_x(y, False), y, z) for z, y in points), fill, more) if self.shows_back else ""

    def pane(self, low: Point, high: Point, inset: float, fill: str) -> str:
        """A windscreen from low to high, across the body."""
        quad = [
            self.at(x, y, sign * (self.width(x, y) - inset))
            for x, y, sign in ((*low, 1), (*low, -1), (*high, -1), (*high, 1))
        ]
        return poly(quad, fill) + poly(
            [self.between(quad, share, level) for share, level in ((0.2, 0), (0.42, 0), (0.62, 1), (0.4, 1))],
            "#ffffff",
            'opacity="0.25"',
        )

    def between(self, quad: list[Point], share: float, level: int) -> Point:
        a, b = (quad[3], quad[2]) if level else (quad[0], quad[1])
        return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share

    def body(self, points: Sequence[Point], colour: str, rounds: int = 2, name: str = "paint") -> str:
        """The outline (clockwise, seen from the near side) as a solid."""
        self.outline = smooth(points, rounds)
        colour = self.tone(colour)
        strips = []
        for (x0, y0), (x1, y1) in zip(self.outline, self.outline[1:] + self.outline[:1], strict=True):
            w0, w1 = self.width(x0, y0), self.width(x1, y1)
            quad = [self.at(x0, y0, w0), self.at(x0, y0, -w0), self.at(x1, y1, -w1), self.at(x1, y1, w1)]
            if self.faces(quad):
                long = math.hypot(x1 - x0, y1 - y0) or 1
                up, ahead = (x1 - x0) / long, (y0 - y1) / long
                fill = shade(colour, max(-0.5, min(0.5, 0.42 * up - 0.12 + 0.06 * ahead)))
                strips.append((x0 * math.sin(self.yaw), poly(quad, fill, f'stroke="{fill}" stroke-width="0.9"')))
        strips.sort()
        stops = ((0, 0.22), (0.45, 0.02), (1, -0.32))
        out = f'<linearGradient id="{name}" x1="0" y1="0" x2="0" y2="1">'
        out += "".join(f'<stop offset="{at}" stop-color="{shade(colour, amount)}"/>' for at, amount in stops)
        out += "</linearGradient>" + "".join(strip for _, strip in strips)
        edge = shade(colour, 0.4)
        return out + self.side(
            self.outline, f"url(#{name})", f'stroke="{edge}" stroke-width="1.2" stroke-opacity="0.6"'
        )

    def box(self, x0: float, x1: float, y0: float, y1: float, z0: float, z1: float, colour: str) -> str:
        """A box with its visible faces."""
        colour = self.tone(colour)
        end, amount = (x1, -0.08) if self.yaw > 0 else (x0, -0.25)
        faces = (
            ([(end, y0, z0), (end, y0, z1), (end, y1, z1), (end, y1, z0)], amount),
            ([(x0, y0, z1), (x1, y0, z1), (x1, y1, z1), (x0, y1, z1)], 0.0),
            ([(x0, y1, z0), (x1, y1, z0), (x1, y1, z1), (x0, y1, z1)], 0.28),
        )
        return "".join(
            poly((self.at(*c) for c in corners), shade(colour, k), f'stroke="{shade(colour, k)}" stroke-width="0.6"')
            for corners, k in faces
        )

    def disc(self, x: float, y: float, z: float, radius: float, fill: str, more: str = "") -> str:
        return poly((self.at(px, py, z) for px, py in oval(x, y, radius, count=36)), fill, more)

    def wheel(
        self,
        x: float,
        z: float,
        radius: float,
        metal: str = "#c9ced3",
        thick: float = 24,
        spokes: int = 5,
        rim: float = 0.62,
    ) -> str:
        """A wheel whose outer face is at z."""
        tyre, metal = self.tone("#1c1d22"), self.tone(metal)
        inward = -thick if z > 0 else thick
        out = "".join(self.disc(x, radius, z + inward * k / 6, radius, tyre) for k in range(6, -1, -1))
        if z < 0:
            return out
        out += self.disc(x, radius, z, radius * 0.92, shade(tyre, 0.14)) + self.disc(
            x, radius, z, radius * (rim + 0.08), shade(tyre, -0.3)
        )
        out += self.disc(x, radius, z, radius * rim, shade(metal, -0.35)) + self.disc(
            x + 1, radius + 1, z, radius * rim * 0.93, shade(metal, -0.6)
        )
        turn = self.view.vary(0, 1.2)
        for k in range(spokes):
            a = turn + k * math.tau / spokes
            ends = [(a - 0.5, 0.2), (a - 0.17, 0.95), (a + 0.17, 0.95), (a + 0.5, 0.2)]
            out += poly(
                (
                    self.at(x + radius * rim * r * math.cos(b), radius + radius * rim * r * math.sin(b), z)
                    for b, r in ends
                ),
                metal,
            )
        return (
            out
            + self.disc(x, radius, z, radius * 0.17, shade(metal, 0.35))
            + self.disc(x, radius, z, radius * 0.08, shade(metal, -0.4))
        )

    def axles(self, spots: Sequence[float], radius: float) -> str:
        """The far wheels, and of the near ones what shows below the body."""
        far = "".join(self.wheel(x, 3 - self.half, radius) for x in spots)
        tread = self.tone("#17181c")
        return far + "".join(
            self.disc(x, radius, self.half - 3 - k * 4, radius, tread) for x in spots for k in range(6, -1, -1)
        )

    def wheels(self, spots: Sequence[float], radius: float, metal: str = "#c9ced3", spokes: int = 5) -> str:
        return "".join(self.wheel(x, self.half - 1, radius, metal, thick=4, spokes=spokes) for x in spots)

    def side_lamps(self, front: Point, back: Point) -> str:
        """The corners of the lamps, which only a view from the side shows."""
        if abs(self.yaw) > 0.4:
            return ""
        return self.side(oval(*front, 6, 8), self.tone("#f3efe0"), out=0.6) + self.side(
            oval(*back, 5, 9), self.tone("#c3201f"), out=0.6
        )

    def arches(self, spots: Sequence[float], radius: float, sill: float) -> str:
        out = ""
        for x in spots:
            ring = [(px, max(py, sill)) for px, py in oval(x, radius, radius * 1.2, count=40)]
            out += self.side(ring, "#0d0e12", f'stroke="{self.tone("#2a2b31")}" stroke-width="1.6"', 0.3)
        return out

    def under(self, sill: float) -> str:
        """The shadow on the ground and the dark below the body."""
        ground = [
            self.at(x, 0, z)
            for x, z in oval((self.rear + self.front) / 2, 0, (self.front - self.rear) * 0.56, self.half * 1.4, 40)
        ]
        blur = (
            '<filter id="blur" x="-0.3" y="-0.3" width="1.6" height="1.6"><feGaussianBlur stdDeviation="6"/></filter>'
        )
        out = blur + poly(ground, "#06070c", 'opacity="0.6" filter="url(#blur)"')
        deep = self.half - 12
        floor = [(x, y, z) for x in (self.rear + 36, self.front - 36) for z in (-deep, deep) for y in (19, sill + 6)]
        ends = [c for c in floor if c[0] == (self.front - 36 if self.yaw > 0 else self.rear + 36)]
        side = [c for c in floor if c[2] == deep]
        for corners in (ends, side):
            out += poly((self.at(*corners[k]) for k in (0, 1, 3, 2)), "#0c0d11")
        return out

    def glass(self) -> str:
        return (
            gradient("glass", self.tone("#8fb4c6"), self.tone("#24343f"))
            if not self.dark
            else gradient("glass", "#4d5a78", "#141a2a")
        )

    def window(self, points: Sequence[Point], trim: str) -> str:
        (x0, y0), (x1, y1) = points[0], points[2]
        wide = x1 - x0
        out = self.side(
            points, "url(#glass)", f'stroke="{self.tone(trim)}" stroke-width="2" stroke-linejoin="round"', 0.4
        )
        slash = [
            (x0 + wide * 0.35, y0 + 2),
            (x0 + wide * 0.5, y0 + 2),
            (x0 + wide * 0.74, y1 - 3),
            (x0 + wide * 0.6, y1 - 3),
        ]
        return out + self.side(slash, "#ffffff", 'opacity="0.28"', 0.5)

    def lamps(self, z: float, y: float, radius: float, tall: float = 1.0) -> str:
        """Round or oval headlamps, and the glow of them in the dark."""
        out, rim = "", self.tone("#d6dbe0")
        for sign in (-1, 1):
            out += self.nose(oval(sign * z, y, radius + 2.4, radius * tall + 2.4), shade(rim, -0.2)) + self.nose(
                oval(sign * z, y, radius, radius * tall), "#fff6d0" if self.dark else rim
            )
            out += self.nose(oval(sign * z - 2, y + 2, radius * 0.5, radius * tall * 0.5), "#ffffff")
            if self.dark and self.shows_front:
                x, sy = self.at(self.end_x(y, True), y, sign * z)
                out += (
                    f'<radialGradient id="beam{sign}"><stop offset="0" stop-color="#fff3c0" stop-opacity="0.9"/>'
                    '<stop offset="1" stop-color="#fff3c0" stop-opacity="0"/></radialGradient>'
                    f'<circle cx="{x:.1f}" cy="{sy:.1f}" r="{radius * 3.4 * self.zoom:.1f}" fill="url(#beam{sign})"/>'
                )
        return out

    def tail_lamps(self, z: float, low: float, high: float, wide: float) -> str:
        colour = "#ff3b30" if self.dark else self.tone("#c3201f")
        return "".join(
            self.tail(slab(sign * z - wide / 2, sign * z + wide / 2, low, high), colour, 'stroke="#5a0f10"')
            + self.tail(slab(sign * z - wide / 4, sign * z + wide / 4, high - 4, high - 1.5), "#ffb0a0")
            for sign in (-1, 1)
        )

    def plate(self, y: float) -> str:
        shape = slab(-15, 15, y, y + 9)
        return self.nose(shape, self.tone("#f4f2e8"), 'stroke="#333"') + self.tail(
            shape, self.tone("#f4f2e8"), 'stroke="#333"'
        )

    def bumpers(self, low: float, high: float, colour: str, half: float) -> str:
        colour = self.tone(colour)
        out = self.nose(slab(-half, half, low, high), colour) + self.nose(
            slab(-half, half, high - 2.5, high), shade(colour, 0.45)
        )
        out += self.tail(slab(-half, half, low, high), shade(colour, -0.1)) + self.tail(
            slab(-half, half, high - 2.5, high), shade(colour, 0.35)
        )
        for x0, x1 in ((self.front - 14, self.front - 1), (self.rear + 1, self.rear + 14)):
            out += self.side(slab(x0, x1, low, high), shade(colour, -0.12), out=0.6)
        return out

    def grille(
        self, half: float, low: float, high: float, bars: int, colour: str = "#20242a", trim: str = "#c9ced3"
    ) -> str:
        out = self.nose(
            slab(-half, half, low, high), self.tone(colour), f'stroke="{self.tone(trim)}" stroke-width="1.8"'
        )
        for k in range(1, bars):
            y = low + (high - low) * k / bars
            out += self.nose(slab(-half + 2, half - 2, y - 0.7, y + 0.7), self.tone(trim))
        return out

    def doors(self, cuts: Sequence[float], low: float, high: float, colour: str) -> str:
        ink = shade(self.tone(colour), -0.5)
        out = "".join(self.seam([(x, low), (x, high)], ink) for x in cuts)
        for x in cuts[1:]:
            out += self.side(
                slab(x - 27 if x > cuts[0] else x, x - 13, high - 13, high - 9),
                self.tone("#dfe3e6"),
                'stroke="#444" stroke-width="0.6"',
                1,
            )
        return out

    def mirror(self, x: float, y: float, colour: str) -> str:
        return self.box(x - 6, x + 5, y, y + 11, self.half - 2, self.half + 10, colour)

    def trim(self, points: Sequence[Point], colour: str, width: float, opacity: float = 1) -> str:
        return self.seam(points, self.tone(colour), width, f'opacity="{opacity}" stroke-linecap="round"')


def hatchback(view: View) -> str:
    paint, roof = view.pick(
        ("#d8433a", "#f4efe4"), ("#3fa39a", "#f4efe4"), ("#f0b93a", "#2b2f36"), ("#4a76c4", "#f4efe4")
    )
    rig = Rig(view, -140, 146, 158, 66, 98, 0.34)
    outline = (
        (-134, 26),
        (-142, 70),
        (-134, 100),
        (-112, 158),
        (-30, 164),
        (36, 158),
        (78, 104),
        (128, 92),
        (150, 68),
        (146, 26),
    )
    spots, r = (-90, 92), 31
    out = rig.under(30) + rig.axles(spots, r) + rig.body(outline, paint) + rig.glass()
    top = [(-106, 158, 1), (-106, 158, -1), (30, 157, -1), (30, 157, 1)]
    out += poly((rig.at(x, y, s * (rig.width(x, y) - 3)) for x, y, s in top), rig.tone(roof), 'opacity="0.95"')
    out += rig.pane((72, 108), (38, 152), 6, "url(#glass)") if rig.shows_front else ""
    out += rig.pane((-130, 108), (-114, 150), 8, "url(#glass)") if rig.shows_back else ""
    out += rig.side([(-128, 104), (-110, 157), (-30, 162), (34, 157), (74, 104)], rig.tone(roof), out=0.2)
    out += rig.window([(-20, 106), (58, 106), (26, 150), (-20, 152)], "#1d2127") + rig.window(
        [(-118, 108), (-32, 106), (-32, 152), (-100, 150)], "#1d2127"
    )
    out += rig.trim([(-134, 92), (40, 94), (124, 84)], shade(paint, 0.5), 2.2, 0.7) + rig.trim(
        [(-134, 46), (134, 46)], shade(paint, -0.35), 3
    )
    out += rig.doors((-26, 64), 36, 103, paint) + rig.arches(spots, r, 27)
    out += rig.bumpers(30, 44, "#3a3f46", 54) + rig.grille(26, 50, 60, 3) + rig.lamps(43, 72, 12) + rig.plate(34)
    out += rig.tail_lamps(50, 66, 92, 10) + rig.side_lamps((138, 72), (-133, 81))
    return out + rig.wheels(spots, r) + rig.mirror(60, 104, paint)


def pickup_truck(view: View) -> str:
    paint = view.pick("#b5372f", "#2f6f8f", "#e6e2d6", "#4f7a4a")
    rig = Rig(view, -172, 168, 166, 70, 104, 0.26)
    outline = (
        (-170, 46),
        (-174, 104),
        (-46, 104),
        (-40, 106),
        (-32, 168),
        (44, 168),
        (76, 112),
        (150, 106),
        (172, 86),
        (170, 42),
    )
    spots, r = (-110, 104), 38
    out = rig.under(44) + rig.axles(spots, r)
    out += rig.body(outline, paint) + rig.glass()
    bed = slab(-166, -48, -60, 60)
    out += poly((rig.at(x, 103, z) for x, z in bed), rig.tone("#24262b"))
    load = view.pick("crates", "hay", "nothing", "crates")
    stacks = {
        "crates": ((-150, -112, 34, "#b98a55"), (-104, -64, 26, "#9c7042")),
        "hay": ((-156, -108, 36, "#dfb84a"), (-102, -58, 36, "#d2a83f")),
    }.get(load, ())
    for x0, x1, tall, colour in sorted(stacks, key=lambda s: s[0] * rig.yaw):
        out += rig.box(x0, x1, 92, 96 + tall, -46, 46, colour)
        out += "".join(
            line(f"M{a[0]:.1f} {a[1]:.1f} L{b[0]:.1f} {b[1]:.1f}", shade(rig.tone(colour), -0.35), 1.4)
            for y in (106, 118)
            for a, b in [(rig.at(x0, y, 46), rig.at(x1, y, 46))]
        )
    out += rig.side([(-172, 52), (-174, 103), (-44, 103), (-44, 52)], "url(#paint)", out=0.3)
    if rig.shows_back:
        gate = ((56, 62), (56, -62), (104, -62), (104, 62))
        out += poly((rig.at(-172, y, z) for y, z in gate), shade(rig.tone(paint), -0.2))
        out += rig.tail(slab(-40, 40, 70, 92), shade(rig.tone(paint), -0.32)) + rig.pane(
            (-40, 112), (-34, 158), 8, "url(#glass)"
        )
    out += rig.pane((72, 114), (48, 160), 6, "url(#glass)") if rig.shows_front else ""
    out += rig.window([(-28, 112), (58, 112), (36, 158), (-24, 158)], "#1d2127")
    out += rig.trim([(-170, 99), (-46, 99)], shade(paint, 0.55), 3.5) + rig.trim(
        [(-40, 94), (152, 92)], shade(paint, 0.5), 2.4, 0.7
    )
    out += (
        rig.trim([(-168, 56), (164, 56)], shade(paint, -0.4), 3.4)
        + rig.doors((-40, 66), 54, 106, paint)
        + rig.arches(spots, r, 44)
    )
    out += (
        rig.grille(46, 66, 92, 5, trim="#d9dde1")
        + rig.lamps(56, 80, 9, 1.1)
        + rig.bumpers(44, 60, "#c9ced3", 64)
        + rig.plate(48)
    )
    out += rig.tail_lamps(60, 68, 98, 9) + rig.side_lamps((160, 82), (-166, 84))
    return out + rig.wheels(spots, r, spokes=6) + rig.mirror(60, 112, "#2b2f36")


def seat(rig: Rig, x: float, z: float, leather: str) -> str:
    return rig.box(x - 10, x + 4, 90, 122, z - 17, z + 17, leather) + rig.box(
        x - 9, x + 2, 122, 134, z - 9, z + 9, leather
    )


def person(rig: Rig, x: float, z: float, shirt: str, hair: str) -> str:
    """Head and shoulders of somebody in an open seat."""
    across, up = rig.at(x, 124, z)
    return (
        f'<g transform="translate({across:.1f} {up:.1f}) scale({rig.zoom:.2f})">'
        f'<ellipse cy="16" rx="17" ry="20" fill="{rig.tone(shirt)}"/>'
        f'<circle cy="-13" r="12" fill="{rig.tone("#e3b08c")}"/>'
        f'<path d="M-13 -9 a13 13 0 0 1 24 -9 q-14 -1 -16 10Z" fill="{rig.tone(hair)}"/></g>'
    )


def convertible(view: View) -> str:
    paint, leather = view.pick(
        ("#c8202c", "#ead9bd"), ("#2f8fa8", "#f2ead8"), ("#f4efe4", "#a8442f"), ("#3f9a72", "#e0b080")
    )
    rig = Rig(view, -168, 172, 140, 68, 92, 0.3)
    outline = ((-162, 30), (-174, 66), (-166, 92), (-76, 98), (40, 96), (120, 92), (164, 80), (178, 56), (172, 28))
    spots, r = (-104, 108), 32
    out = rig.under(32) + rig.axles(spots, r) + rig.body(outline, paint) + rig.glass()
    pit = [(-58, -50), (-58, 50), (38, 54), (38, -54)]
    out += poly((rig.at(x, 97, z) for x, z in pit), rig.tone("#241d1c"))
    shirts = view.pick(("#f2c14e", "#5a3825"), ("#e9e4da", "#b5793a"), ("#3f7fb0", "#1f1613"))
    driven = view.chance(0.6)
    hood = rig.box(-100, -62, 94, 105, -54, 54, shade(leather, -0.45))
    inside = ""
    for z in (-28, 28):
        inside += seat(rig, -32, z, leather) + (person(rig, -22, z, *shirts) if driven and z > 0 else "")
    frame = rig.tone("#d6dbe0")
    quad = [rig.at(52, 95, 58), rig.at(52, 95, -58), rig.at(22, 140, -50), rig.at(22, 140, 50)]
    screen = poly(quad, "url(#glass)", f'fill-opacity="0.5" stroke="{frame}" stroke-width="4" stroke-linejoin="round"')
    parts = (hood, inside, screen)
    out += "".join(parts if rig.yaw > 0 else parts[::-1])
    out += rig.side([(-104, 88), (-60, 99), (44, 97), (60, 88)], rig.tone(paint), out=0.4)
    out += rig.trim([(-76, 98), (46, 96)], "#e9edf0", 2.6) + rig.trim(
        [(-168, 76), (-20, 66), (160, 72)], shade(paint, 0.6), 3
    )
    out += (
        rig.trim([(-156, 38), (160, 38)], "#d6dbe0", 4) + rig.doors((-52, 40), 42, 94, paint) + rig.arches(spots, r, 29)
    )
    out += (
        rig.grille(34, 46, 62, 6, trim="#e3e7ea")
        + rig.lamps(48, 70, 12)
        + rig.bumpers(30, 42, "#d6dbe0", 58)
        + rig.plate(32)
    )
    out += rig.tail_lamps(50, 62, 80, 12) + rig.side_lamps((166, 68), (-165, 72))
    return out + rig.wheels(spots, r, metal="#e3e7ea", spokes=8)


Band = Callable[[float, float, float], list[list[Point]]]


def solid_band(x0: float, x1: float, y: float) -> list[list[Point]]:
    return [slab(x0, x1, y, y + 18)]


def slanted_dashes(x0: float, x1: float, y: float) -> list[list[Point]]:
    """The dashes of an airmail envelope."""
    count = round((x1 - x0) / 26)
    step = (x1 - x0) / count
    lefts = (x0 + step * k for k in range(count))
    return [[(x, y), (x + step * 0.4, y), (x + step * 0.95, y + 18), (x + step * 0.55, y + 18)] for x in lefts]


def parcel_mark(rig: Rig, stripe: str) -> str:
    """A taped box on the side of the van."""
    edge = 'stroke="#6b4526" stroke-width="2"'
    tape = rig.tone(stripe) if stripe != "#f4f1ea" else rig.tone("#e8d9b8")
    return (
        rig.side(slab(-112, -50, 98, 158), rig.tone("#c9975b"), edge, 0.6)
        + rig.side([(-112, 158), (-98, 172), (-36, 172), (-50, 158)], rig.tone("#e0b57c"), edge, 0.6)
        + rig.side([(-50, 98), (-36, 112), (-36, 172), (-50, 158)], rig.tone("#a8763f"), edge, 0.6)
        + rig.side([(-88, 128), (-76, 128), (-76, 158), (-62, 172), (-74, 172), (-88, 158)], tape, out=0.8)
    )


def envelope_mark(rig: Rig, stripe: str) -> str:
    """A sealed envelope on the side of the van."""
    edge = 'stroke="#6b4526" stroke-width="3" stroke-linejoin="round"'
    return (
        rig.side(slab(-124, -30, 98, 166), rig.tone("#f3e2bd"), edge, 0.6)
        + rig.side([(-124, 98), (-90, 134), (-64, 134), (-30, 98)], rig.tone("#e0c692"), edge, 0.6)
        + rig.side([(-124, 166), (-77, 122), (-30, 166)], rig.tone("#fbf2dc"), edge, 0.6)
        + rig.side(oval(-77, 126, 13), rig.tone("#c23a28"), 'stroke="#6b1a14" stroke-width="1.6"', 0.8)
    )


def delivery_van(view: View, mark: Callable[[Rig, str], str] = parcel_mark, band: Band = solid_band) -> str:
    paint, stripe = view.pick(
        ("#f4f1ea", "#e06a2b"), ("#f2c23a", "#a8302a"), ("#7a5233", "#f2c23a"), ("#2f5f9a", "#f4f1ea")
    )
    rig = Rig(view, -168, 166, 186, 70, 112, 0.12)
    outline = ((-166, 34), (-170, 176), (-150, 190), (56, 190), (76, 182), (116, 112), (156, 98), (172, 70), (168, 32))
    spots, r = (-104, 108), 34
    out = rig.under(36) + rig.axles(spots, r) + rig.body(outline, paint) + rig.glass()
    out += rig.pane((112, 118), (80, 174), 7, "url(#glass)") if rig.shows_front else ""
    if rig.shows_back:
        out += rig.tail(slab(-52, -4, 52, 174), shade(rig.tone(paint), -0.14), 'stroke="#333"') + rig.tail(
            slab(4, 52, 52, 174), shade(rig.tone(paint), -0.14), 'stroke="#333"'
        )
        out += (
            rig.tail(slab(-46, -10, 122, 164), "url(#glass)")
            + rig.tail(slab(10, 46, 122, 164), "url(#glass)")
            + "".join(rig.tail(shape, rig.tone(stripe)) for shape in band(-52, 52, 74))
        )
    out += rig.window([(26, 118), (98, 116), (68, 172), (26, 174)], "#1d2127")
    out += "".join(rig.side(shape, rig.tone(stripe), out=0.4) for shape in (*band(-167, 20, 66), *band(106, 163, 66)))
    out += rig.side(slab(-120, -36, 96, 168), "#000000", 'opacity="0.1"', 0.4)
    out += mark(rig, stripe)
    out += (
        rig.doors((14, 104), 42, 112, paint)
        + rig.seam([(14, 112), (14, 184)], shade(rig.tone(paint), -0.45))
        + rig.seam([(-140, 172), (8, 172)], shade(rig.tone(paint), -0.3), 1)
    )
    out += rig.trim([(-164, 44), (162, 44)], "#3a3f46", 6) + rig.arches(spots, r, 34)
    out += rig.grille(34, 66, 82, 4) + rig.lamps(52, 76, 10, 1.1) + rig.bumpers(34, 52, "#3a3f46", 60) + rig.plate(38)
    out += rig.tail_lamps(58, 92, 120, 9) + rig.side_lamps((160, 78), (-161, 104))
    return out + rig.wheels(spots, r, metal="#aab1b8") + rig.mirror(92, 118, "#2b2f36")


def hull_stripe(rig: Rig, accent: str) -> str:
    shape = [(-150, 42), (-60, 60), (60, 52), (176, 30), (176, 26), (60, 44), (-60, 50)]
    return rig.side(shape, rig.tone(accent), out=0.4)


def hull_fin(rig: Rig, accent: str) -> str:
    """An upright fin behind the driver."""
    shape = [(-140, 60), (-146, 122), (-122, 122), (-56, 100), (-92, 70)]
    edge = f'stroke="{shade(rig.tone(accent), -0.4)}" stroke-width="1.6" stroke-linejoin="round"'
    return poly((rig.at(x, y, 0) for x, y in shape), rig.tone(accent), edge)


def round_eight(rig: Rig) -> str:
    """The number 8 in a white disc on the pod."""
    ink = f'stroke="#1d2127" stroke-width="{3.4 * rig.zoom:.1f}"'
    return poly((rig.at(x, y, 60.5) for x, y in oval(-30, 36, 17)), rig.tone("#fbfaf5")) + "".join(
        poly((rig.at(px, py, 61) for px, py in oval(-30, y, wide, 6)), "none", ink) for y, wide in ((42, 6), (30, 7))
    )


def checks(rig: Rig) -> str:
    """A chequered pod, on its side and on its top."""
    size, out = 13.2, ""
    for k in range(10):
        x = -92 + size * k
        for row in range(3):
            ink = rig.tone("#1b1d22" if (k + row) % 2 else "#fbfaf5")
            y, z = 16.3 + size * row, 18 + 11.4 * row
            out += poly((rig.at(px, py, 60.5) for px, py in slab(x, x + size, y, y + size)), ink)
            out += poly((rig.at(px, 60.3, pz) for px, pz in slab(x, x + size, z, z + 11.4)), ink)
    return out


def racing_car(
    view: View, hull_mark: Callable[[Rig, str], str] = hull_stripe, pod_mark: Callable[[Rig], str] = round_eight
) -> str:
    paint, accent = view.pick(
        ("#c8202c", "#f4f1ea"), ("#1f4fa8", "#f2c23a"), ("#1f8a5a", "#f2c23a"), ("#f07a1f", "#1f2530")
    )
    rig = Rig(view, -182, 186, 112, 80, 70, 0.2)
    far, near, r_back, r_front = -80, 80, 40, 35
    out = rig.under(10)
    behind, ahead = (-128, r_back, 36), (118, r_front, 30)
    order = (behind, ahead) if rig.yaw > 0 else (ahead, behind)
    for x, r, thick in order:
        out += rig.wheel(x, far, r, thick=thick)
        out += "".join(
            line("M{:.1f} {:.1f} L{:.1f} {:.1f}".format(*rig.at(x + d, r, -70), *rig.at(x, r, 70)), "#15161a", 4)
            for d in (-14, 14)
        )
    rear_wing = (
        rig.box(-178, -142, 62, 104, -62, -57, accent)
        + rig.box(-170, -150, 50, 92, -5, 5, "#2b2f36")
        + rig.box(-182, -140, 94, 101, -62, 62, paint)
        + rig.box(-178, -152, 102, 108, -60, 60, accent)
        + rig.box(-180, -140, 60, 108, 57, 62, accent)
    )
    front_wing = (
        rig.box(158, 188, 14, 19, -76, 76, accent)
        + rig.box(164, 186, 20, 24, -74, 74, paint)
        + rig.box(156, 190, 12, 36, 74, 78, paint)
    )
    out += rear_wing if rig.yaw > 0 else front_wing
    pods = rig.box(-92, 40, 16, 56, 14, 60, paint) + rig.box(-70, 30, 56, 60, 18, 52, accent)
    out += rig.box(-92, 40, 16, 56, -60, -14, paint)
    half, rig.half = rig.half, 22
    hull = rig.body(
        (
            (-160, 22),
            (-164, 52),
            (-96, 92),
            (-58, 104),
            (-44, 78),
            (20, 70),
            (60, 64),
            (150, 40),
            (186, 30),
            (184, 20),
            (60, 14),
            (-100, 14),
        ),
        paint,
    )
    out += hull + hull_mark(rig, accent)
    out += poly((rig.at(x, 72, z) for x, z in slab(-46, 22, -16, 16)), "#15161a")
    hx, hy = rig.at(-22, 88, 0)
    facing = rig.zoom if rig.yaw > -0.1 else -rig.zoom
    out += (
        '<radialGradient id="helmet" cx="0.35" cy="0.3"><stop offset="0" stop-color="#ffffff"/>'
        f'<stop offset="1" stop-color="{rig.tone(accent)}"/></radialGradient>'
        f'<g transform="translate({hx:.1f} {hy:.1f}) scale({facing:.2f} {rig.zoom:.2f})">'
        '<circle r="18" fill="url(#helmet)" stroke="#22252b" stroke-width="1.2"/>'
        '<path d="M18 -3 q-14 -5 -24 1 v8 q12 3 23 1Z" fill="#1d2a3a"/>'
        f"{line('M-12 -13 q12 -8 24 0', rig.tone(paint), 4)}</g>"
    )
    out += rig.side([(4, 68), (20, 68), (32, 84), (28, 85)], "#cfe6ee", 'opacity="0.7"', -2) + pods
    rig.half = half
    out += pod_mark(rig)
    if rig.yaw <= 0:
        out += rear_wing
    for x, r, thick in order:
        out += rig.wheel(x, near, r, thick=thick, metal=view.pick("#e8c24a", "#c9ced3"))
    return out + (front_wing if rig.yaw > 0 else "")


def taxi(view: View) -> str:
    paint = view.pick("#f5bd1f", "#f5bd1f", "#f29a1f", "#e9d23a")
    rig = Rig(view, -172, 168, 168, 68, 100, 0.34)
    outline = (
        (-166, 32),
        (-176, 70),
        (-168, 100),
        (-112, 104),
        (-78, 152),
        (10, 154),
        (34, 146),
        (76, 102),
        (150, 92),
        (174, 66),
        (170, 30),
    )
    spots, r = (-106, 108), 32
    out = rig.under(34) + rig.axles(spots, r) + rig.body(outline, paint) + rig.glass()
    out += rig.pane((74, 106), (34, 144), 7, "url(#glass)") if rig.shows_front else ""
    out += rig.pane((-112, 108), (-80, 146), 9, "url(#glass)") if rig.shows_back else ""
    lit = "#fff2b5" if rig.dark or view.chance(0.4) else "#f7f4ea"
    out += rig.box(-42, -4, 150, 157, -26, 26, "#20242a") + rig.box(-38, -8, 156, 172, -23, 23, lit)
    out += rig.window([(-20, 104), (58, 104), (26, 143), (-20, 147)], "#1d2127") + rig.window(
        [(-100, 106), (-30, 104), (-30, 147), (-72, 146)], "#1d2127"
    )
    size = 9
    for row in range(2):
        for k in range(36):
            x = -164 + k * size
            colour = "#1b1d22" if (k + row) % 2 else "#fbfaf5"
            out += rig.side(slab(x, x + size, 74 + row * size, 74 + (row + 1) * size), rig.tone(colour), out=0.5)
    out += rig.trim([(-162, 44), (160, 44)], shade(paint, -0.4), 3.4) + rig.trim(
        [(-160, 97), (150, 94)], shade(paint, 0.6), 2.2, 0.8
    )
    out += rig.doors((-98, -24, 66), 40, 102, paint) + rig.arches(spots, r, 31)
    out += (
        rig.grille(34, 58, 76, 5, trim="#e3e7ea")
        + rig.lamps(50, 68, 10)
        + rig.bumpers(32, 48, "#c9ced3", 60)
        + rig.plate(35)
    )
    out += rig.tail_lamps(50, 66, 88, 16) + rig.side_lamps((163, 70), (-166, 82))
    return out + rig.wheels(spots, r) + rig.mirror(62, 104, "#20242a")


def camper_bus(view: View) -> str:
    paint, upper = view.pick(
        ("#3fa39a", "#f6efdd"), ("#e0703a", "#f6efdd"), ("#6f9ad0", "#fbf7ea"), ("#a8bf4a", "#fbf7ea")
    )
    rig = Rig(view, -162, 156, 216, 70, 106, 0.14)
    outline = (
        (-154, 32),
        (-166, 70),
        (-162, 150),
        (-146, 182),
        (-60, 190),
        (110, 188),
        (136, 172),
        (154, 108),
        (160, 66),
        (152, 30),
    )
    spots, r = (-96, 94), 33
    out = rig.under(34) + rig.axles(spots, r) + rig.body(outline, upper) + rig.glass()
    colour = rig.tone(paint)
    low_front = [(z, y) for z, y in ((-60, 32), (60, 32), (62, 104), (0, 66), (-62, 104))]
    out += rig.nose(low_front, shade(colour, 0.02)) + rig.tail(slab(-60, 60, 34, 106), shade(colour, -0.18))
    out += rig.side([(-155, 34), (-165, 70), (-164, 106), (153, 106), (158, 70), (152, 32)], colour, out=0.2)
    out += rig.side([(-155, 34), (-160, 52), (156, 50), (152, 32)], shade(colour, -0.25), out=0.3) + rig.trim(
        [(-162, 107), (152, 107)], "#eef1f3", 3.4
    )
    out += rig.pane((153, 116), (138, 168), 9, "url(#glass)") if rig.shows_front else ""
    if rig.shows_front:
        a, b = rig.at(154, 116, 0), rig.at(138, 168, 0)
        out += line(f"M{a[0]:.1f} {a[1]:.1f} L{b[0]:.1f} {b[1]:.1f}", rig.tone(upper), 4)
    out += rig.tail(slab(-46, 46, 122, 164), "url(#glass)", f'stroke="{rig.tone("#c9ced3")}" stroke-width="3"')
    curtain = rig.tone(view.pick("#e8b0a0", "#f2d98a", "#b5d3c4"))
    for x0, x1 in ((-144, -88), (-78, -22), (-12, 44), (56, 132)):
        slant = 10 if x1 > 100 else 0
        out += rig.window([(x0, 118), (x1, 118), (x1 - slant, 166), (x0, 166)], "#eef1f3")
        if x1 < 60:
            out += rig.side([(x0 + 1, 165), (x0 + 16, 165), (x0 + 6, 119), (x0 + 1, 119)], curtain, out=0.7) + rig.side(
                [(x1 - 1, 165), (x1 - 16, 165), (x1 - 6, 119), (x1 - 1, 119)], curtain, out=0.7
            )
    out += (
        rig.doors((-84, -16, 50), 44, 114, paint)
        + rig.arches(spots, r, 32)
        + rig.lamps(42, 82, 13)
        + rig.bumpers(28, 44, "#eef1f3", 60)
    )
    out += rig.plate(46) + rig.tail_lamps(52, 66, 88, 9) + rig.side_lamps((150, 82), (-156, 78))
    rack = view.pick("boards", "luggage", "tent")
    rails = "".join(
        line("M{:.1f} {:.1f} L{:.1f} {:.1f}".format(*rig.at(x, 188, z), *rig.at(x, 200, z)), rig.tone("#8a9096"), 2.4)
        for x in (-110, -30, 60)
        for z in (-46, 46)
    )
    if rack == "boards":
        out += rails
        for z, hue in ((-24, "#f2c23a"), (16, "#e8553f")):
            shape = [rig.at(-20 + px, 201, z + pz) for px, pz in oval(0, 0, 118, 19, 40)]
            out += poly(((x, y + 4) for x, y in shape), shade(rig.tone(hue), -0.4)) + poly(
                shape, rig.tone(hue), f'stroke="{rig.tone("#fff6e2")}" stroke-width="2"'
            )
    elif rack == "luggage":
        bags = [(-100, -52, 24, "#a8693a"), (-48, 2, 18, "#3f6f8f"), (8, 54, 26, "#c9a24a")]
        for x0, x1, tall, hue in sorted(bags, key=lambda bag: bag[0] * rig.yaw):
            out += rig.box(x0, x1, 190, 192 + tall, -36, 36, hue) + rig.box(
                x0 + 10, x0 + 15, 190, 193 + tall, -36, 37, shade(hue, -0.4)
            )
        out += rails
    else:
        out += rig.box(-96, 66, 188, 216, -46, 46, "#d94f3f") + rig.box(-102, 72, 216, 223, -50, 50, upper)
    return out + rig.wheels(spots, r, metal="#eef1f3", spokes=10)


def tractor(view: View) -> str:
    paint, rims = view.pick(
        ("#c8302a", "#f4f1ea"), ("#3f8a3a", "#f2c23a"), ("#2f6fb0", "#f4f1ea"), ("#e8842a", "#e9e4d6")
    )
    rig = Rig(view, -140, 146, 216, 82, 400, 0)
    out = rig.under(20)
    big, small = 66, 38
    rear, front = (-74, big, 40), (98, small, 26)
    order = (rear, front) if rig.yaw > 0 else (front, rear)
    for x, r, thick in order:
        out += rig.wheel(x, -82 if r == big else -66, r, thick=thick)
    chassis = rig.box(-40, 136, 34, 62, -20, 20, "#3a3f46") + "".join(
        line("M{:.1f} {:.1f} L{:.1f} {:.1f}".format(*rig.at(x, r, -60), *rig.at(x, r, 60)), rig.tone("#2b2f36"), 9)
        for x, r in ((98, 40),)
    )
    pipe = "".join(
        line(
            "M{:.1f} {:.1f} L{:.1f} {:.1f}".format(*rig.at(64, low, 14), *rig.at(64, high, 14)),
            rig.tone(hue),
            round(w * rig.zoom, 1),
            'stroke-linecap="round"',
        )
        for low, high, hue, w in ((118, 178, "#2b2f36", 6), (130, 158, "#5c646c", 10))
    )
    keep, rig.half, rig.front, rig.rear = rig.half, 32, 146, -200
    hood = rig.body(((2, 60), (2, 124), (90, 124), (134, 114), (144, 100), (144, 58)), paint, name="hood")
    hood += rig.side(slab(18, 110, 72, 96), rig.tone("#23262c"), out=0.4) + "".join(
        rig.seam([(22, y), (106, y)], rig.tone("#6b737b"), 1.6) for y in (77, 83, 90)
    )
    hood += rig.side([(6, 104), (130, 102), (128, 110), (6, 114)], rig.tone(rims), out=0.4)
    hood += rig.grille(22, 62, 92, 6, trim="#8a9096") + rig.lamps(16, 102, 8)
    rig.half = keep
    smoke = (
        "".join(
            poly(
                (rig.at(x, y, 14) for x, y in oval(64 - k * 5, 190 + k * 10, 5 + k * 2.4)),
                "#e6e6e6",
                f'opacity="{0.5 - k * 0.12:.2f}"',
            )
            for k in range(4)
        )
        if view.chance(0.4)
        else ""
    )
    half = 46
    cab = poly((rig.at(x, y, -half) for x, y in slab(-108, 6, 112, 206)), rig.tone("#9fc0cc"), 'opacity="0.35"')
    cab += rig.box(-100, -66, 84, 118, -22, 22, "#22252b") + rig.box(-104, -90, 110, 152, -20, 20, "#22252b")
    wheel_x, wheel_y = rig.at(-26, 136, 0)
    cab += (
        line("M{:.1f} {:.1f} L{:.1f} {:.1f}".format(*rig.at(-6, 112, 0), wheel_x, wheel_y), "#22252b", 3)
        + f'<ellipse cx="{wheel_x:.1f}" cy="{wheel_y:.1f}" rx="{9 * rig.zoom:.1f}" ry="{14 * rig.zoom:.1f}" '
        'fill="none" stroke="#22252b" stroke-width="3"/>'
    )
    cab += rig.box(-112, 6, 62, 114, -half, half, paint)
    frame = shade(rig.tone(paint), -0.15)
    glass = f'fill-opacity="0.5" stroke="{frame}" stroke-width="{6 * rig.zoom:.1f}" stroke-linejoin="round"'
    end = 6 if rig.yaw > 0 else -112
    cab += poly(
        (rig.at(end + (-8 if y > 150 and rig.yaw > 0 else 0), y, z) for z, y in slab(-half, half, 114, 204)),
        "url(#glass)",
        glass,
    )
    cab += poly((rig.at(x, y, half) for x, y in ((-112, 114), (6, 114), (-4, 204), (-104, 204))), "url(#glass)", glass)
    cab += poly(
        (rig.at(x, y, half) for x, y in ((-70, 118), (-50, 118), (-24, 200), (-44, 200))), "#fff", 'opacity="0.3"'
    )
    cab += line(
        "M{:.1f} {:.1f} L{:.1f} {:.1f}".format(*rig.at(-50, 114, half), *rig.at(-50, 204, half)),
        shade(rig.tone(paint), -0.15),
        round(4 * rig.zoom, 1),
    )
    cab += rig.box(-120, 12, 202, 216, -54, 54, rims if rims != "#f2c23a" else paint)
    parts = (cab, hood + smoke + pipe)
    out += chassis + rig.glass() + "".join(parts if rig.yaw > -0.1 else parts[::-1])
    fender = [(x, y) for x, y in oval(-74, big, big + 9, count=40) if y > big + 26]
    near_wheels = ""
    for x, r, thick in order:
        z = 86 if r == big else 66
        near_wheels += rig.wheel(x, z, r, metal=rims, thick=thick, spokes=6)
        lugs = (k * math.tau / 22 for k in range(22))
        near_wheels += "".join(
            line(
                "M{:.1f} {:.1f} L{:.1f} {:.1f}".format(
                    *rig.at(x + r * 0.8 * math.cos(a), r + r * 0.8 * math.sin(a), z),
                    *rig.at(x + r * 1.03 * math.cos(a + 0.12), r + r * 1.03 * math.sin(a + 0.12), z - 6),
                ),
                rig.tone("#0e0f12"),
                3.4,
            )
            for a in lugs
        )
        if r == big:
            top = [rig.at(px, py, 48) for px, py in fender] + [rig.at(px, py, 88) for px, py in fender[::-1]]
            near_wheels += poly(
                top, shade(rig.tone(paint), 0.12), f'stroke="{shade(rig.tone(paint), -0.3)}" stroke-width="1.4"'
            )
    return out + near_wheels


def tree(view: View, x: float, base: float, size: float, green: str) -> str:
    out = rect(x - size * 0.1, base - size, size * 0.2, size, shade(green, -0.6))
    for _ in range(9):
        cx, cy = x + view.vary(-0.6, 0.6) * size, base - size * view.vary(0.9, 2.0)
        out += poly(oval(cx, cy, size * view.vary(0.35, 0.5)), shade(green, view.vary(-0.22, 0.12)))
    return out


def houses(view: View, tone: Callable[[str], str], base: float, dark: bool) -> str:
    out, x = "", -20.0
    while x < 640:
        wide, tall = view.vary(80, 140), view.vary(150, 290)
        front = tone(view.pick("#b98a72", "#d6c8b0", "#9aa5ae", "#c9b79c", "#a8796a", "#b5bfc4"))
        out += rect(x, base - tall, wide, tall, front) + rect(x - 2, base - tall, wide + 4, 8, shade(front, 0.25))
        for wx in range(int(x) + 14, int(x + wide) - 20, 30):
            for wy in range(int(base - tall) + 24, int(base) - 40, 44):
                lit = dark and view.chance(0.5)
                out += rect(
                    wx,
                    wy,
                    16,
                    24,
                    "#ffd27a" if lit else shade(front, -0.42),
                    f'stroke="{shade(front, 0.3)}" stroke-width="2"',
                )
        x += wide + 2
    return out


PLACES = {
    "racing_car": ("track",),
    "chequered_racing_car": ("track",),
    "tractor": ("field",),
    "camper_bus": ("coast", "country", "coast"),
    "taxi": ("city", "city", "parking"),
    "delivery_van": ("city", "parking"),
    "mail_van": ("city", "parking"),
    "convertible": ("coast", "country", "city"),
}


def roadside(view: View) -> str:
    """A road, a race track, a car park or a field, with what lies behind it."""
    tone, dark, hour = tone_of(view), is_dark(view), hour_of(view)
    place = view.pick(*PLACES.get(view.seed.split("/")[1], ("city", "country", "parking")))
    edge = view.vary(366, 388)
    top, bottom = HOURS[hour][0]
    out = gradient("sky", top, bottom) + rect(0, 0, 640, 640, "url(#sky)")
    if hour == "night":
        out += "".join(
            poly(oval(view.vary(0, 640), view.vary(0, 260), view.vary(0.8, 2), count=8), "#ffffff", 'opacity="0.8"')
            for _ in range(50)
        )
    else:
        for _ in range(3):
            x, y, w = view.vary(0, 640), view.vary(40, 200), view.vary(60, 110)
            out += "".join(
                poly(oval(x + dx * w, y + dy, w * 0.5, w * 0.2), mix("#ffffff", bottom, 0.25), 'opacity="0.6"')
                for dx, dy in ((-0.45, 6), (0, -6), (0.45, 5))
            )
    green = tone(view.pick("#5f8f4c", "#7d9c4a", "#8aa552"))
    if place == "city":
        out += houses(view, tone, edge, dark) + rect(0, edge - 16, 640, 40, tone("#b5b0a6"))
    elif place == "parking":
        wall = tone(view.pick("#8f9aa3", "#a8785f", "#b8b2a4"))
        out += rect(0, edge - 150, 640, 180, wall) + rect(0, edge - 158, 640, 12, shade(wall, 0.3))
        out += "".join(rect(x, edge - 146, 4, 150, shade(wall, -0.15)) for x in range(20, 640, 120))
        out += "".join(tree(view, x, edge - 150, view.vary(40, 60), green) for x in (90, 250, 420, 590))
    elif place == "coast":
        sea = mix(tone("#3f8fb0"), bottom, 0.15)
        out += rect(0, edge - 100, 640, 120, sea) + "".join(
            line(f"M{view.vary(0, 600)} {view.vary(edge - 94, edge - 34)} h{view.vary(20, 70)}", shade(sea, 0.35), 2)
            for _ in range(24)
        )
        out += (
            rect(0, edge - 30, 640, 60, tone("#e6cf9c"))
            + rect(0, edge - 20, 640, 6, tone("#f4f1ea"))
            + "".join(rect(x, edge - 20, 6, 26, tone("#f4f1ea")) for x in range(10, 640, 52))
        )
    else:
        far = mix(green, bottom, 0.5)
        for lift, colour in ((110, far), (60, mix(green, bottom, 0.25))):
            out += (
                f'<path d="M0 {edge - lift * 0.5} Q160 {edge - lift - view.vary(0, 40)} 330 {edge - lift * 0.6} '
                f'T640 {edge - lift * 0.7} V{edge + 20} H0Z" fill="{colour}"/>'
            )
        out += rect(0, edge - 26, 640, 60, green)
        if place == "track":
            stand = tone("#7a828c")
            out += poly(((-10, edge - 30), (-10, edge - 170), (650, edge - 170), (650, edge - 30)), stand) + rect(
                -10, edge - 186, 660, 18, tone("#c8302a")
            )
            for _ in range(420):
                hue = tone(view.pick("#d8433a", "#f2c23a", "#3f7fb0", "#f4f1ea", "#2b2f36", "#5f9a5a"))
                out += (
                    f'<circle cx="{view.vary(0, 640)}" cy="{view.vary(edge - 160, edge - 50)}" r="4.5" fill="{hue}"/>'
                )
            out += rect(0, edge - 40, 640, 26, tone("#e9edf0")) + rect(0, edge - 32, 640, 5, tone("#c8302a"))
        else:
            out += "".join(
                tree(view, view.vary(0, 640), edge - view.vary(4, 20), view.vary(34, 64), green) for _ in range(6)
            )
    if place == "field":
        soil = tone(view.pick("#8a6242", "#a5793f", "#7d9c4a"))
        out += gradient("soil", shade(soil, 0.15), shade(soil, -0.2)) + rect(0, edge, 640, 640 - edge, "url(#soil)")
        return out + "".join(
            line(
                f"M{320 + (x - 320) * 0.5:.0f} {edge} L{320 + (x - 320) * 2.2:.0f} 640",
                shade(soil, -0.25),
                5,
                'opacity="0.6"',
            )
            for x in range(-160, 820, 46)
        )
    asphalt = tone(view.pick("#6f7276", "#7d7c7a", "#62666e"))
    out += gradient("road", shade(asphalt, 0.1), shade(asphalt, -0.22)) + rect(0, edge, 640, 640 - edge, "url(#road)")
    if place == "track":
        out += "".join(
            rect(x, edge - 4, 40, 16, tone("#c8302a" if x // 40 % 2 else "#f4f1ea")) for x in range(0, 640, 40)
        )
    elif place == "parking":
        out += "".join(
            line(
                f"M{320 + (x - 320) * 0.8:.0f} {edge + 6} L{320 + (x - 320) * 2:.0f} 640",
                tone("#f1efe6"),
                6,
                'opacity="0.75"',
            )
            for x in (40, 230, 420, 610)
        )
    else:
        out += rect(0, edge, 640, 8, shade(asphalt, 0.35)) + rect(0, edge + 8, 640, 4, shade(asphalt, -0.4))
        shift = view.vary(0, 120)
        out += "".join(
            poly(((x, 588), (x + 92, 588), (x + 84, 602), (x - 10, 602)), tone("#f1efe6"))
            for x in [shift + 170 * k - 160 for k in range(5)]
        )
    return out + "".join(
        rect(
            view.vary(0, 636),
            view.vary(edge + 12, 636),
            view.vary(2, 5),
            1.6,
            shade(asphalt, view.pick(-0.2, 0.2)),
            'opacity="0.5"',
        )
        for _ in range(110)
    )


CLASSES = {
    "small_hatchback": hatchback,
    "pickup_truck": pickup_truck,
    "convertible": convertible,
    "taxi": taxi,
    "camper_bus": camper_bus,
    "tractor": tractor,
    "delivery_van": delivery_van,
    "mail_van": partial(delivery_van, mark=envelope_mark, band=slanted_dashes),
    "racing_car": racing_car,
    "chequered_racing_car": partial(racing_car, hull_mark=hull_fin, pod_mark=checks),
}
SCENE = Scene(roadside, scale=(0.84, 1.1), tilt_deg=3, perspective=0.07, shift=0.045, shadow=0)
