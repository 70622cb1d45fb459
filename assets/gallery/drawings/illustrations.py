"""Small drawings on paper: one motif per class, as a flat icon, ink, crayon, stencil, print or watercolour."""

import math
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from .scene import Scene
from .view import View, shade

PAGES = ("#fbf7ee", "#ffffff", "#f3ead9", "#e9f0f2", "#f7e9e4", "#ebf1e4", "#efeaf3")


@dataclass(frozen=True)
class Part:
    """A filled shape, or a line where `width` is given; `tone` says what it is in every palette and style."""

    d: str
    tone: str
    width: float = 0


@dataclass(frozen=True)
class Palette:
    main: str
    second: str
    light: str
    dark: str
    accent: str

    def of(self, tone: str, page: str) -> str:
        return mixed(self.second, page, 0.72) if tone == "air" else getattr(self, tone)


def mixed(colour: str, other: str, share: float) -> str:
    """`colour` with that share of the other colour in it."""
    pairs = ((int(colour[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def page_colour(view: View) -> str:
    """The paper of this view: the same for the background and for what the drawing leaves white."""
    return random.Random(view.seed).choice(PAGES)


def oval(cx: float, cy: float, rx: float, ry: float | None = None) -> str:
    ry = rx if ry is None else ry
    return (
        f"M{cx - rx:.1f} {cy:.1f} A{rx:.1f} {ry:.1f} 0 1 1 {cx + rx:.1f} {cy:.1f} "
        f"A{rx:.1f} {ry:.1f} 0 1 1 {cx - rx:.1f} {cy:.1f}Z"
    )


def flipped(d: str, axis: float = 200) -> str:
    """A path of absolute M, L, C, Q and Z, mirrored left to right."""
    numbers = iter(range(d.count(" ") * 4 + 4))
    return re.sub(r"-?\d+(?:\.\d+)?", lambda n: f"{2 * axis - float(n[0]):g}" if next(numbers) % 2 == 0 else n[0], d)


def pair(d: str, tone: str, width: float = 0) -> list[Part]:
    return [Part(d, tone, width), Part(flipped(d), tone, width)]


def petals(cx: float, cy: float, size: float, count: int = 5, turn: float = 0) -> str:
    angles = (turn + 2 * math.pi * i / count for i in range(count))
    return " ".join(oval(cx + size * math.cos(a), cy + size * math.sin(a), size * 0.72) for a in angles)


def waves(y: float, left: float, right: float, step: float, height: float) -> str:
    return f"M{left} {y} q{step / 2} {-height} {step} 0" + f" t{step} 0" * int((right - left) / step - 1)


def painted(part: Part, fill: str, more: str = "") -> str:
    if part.width:
        return (
            f'<path d="{part.d}" fill="none" stroke="{fill}" stroke-width="{part.width}" stroke-linecap="round" '
            f'stroke-linejoin="round" {more}/>'
        )
    return f'<path d="{part.d}" fill="{fill}" {more}/>'


def outline(colour: str, width: float, opacity: float = 1) -> str:
    return f'stroke="{colour}" stroke-width="{width}" stroke-linejoin="round" stroke-opacity="{opacity}"'


def noise_filter(name: str, steps: str) -> str:
    return (
        f'<filter id="{name}" x="-10%" y="-10%" width="120%" height="120%" color-interpolation-filters="sRGB">'
        f"{steps}</filter>"
    )


def wobble(view: View, coarseness: float, amount: float) -> str:
    """Edges that waver as a hand does."""
    return (
        f'<feTurbulence type="fractalNoise" baseFrequency="{coarseness}" numOctaves="2" '
        f'seed="{view.rng.randint(1, 99)}" result="drift"/>'
        f'<feDisplacementMap in="SourceGraphic" in2="drift" scale="{amount}" xChannelSelector="R" '
        'yChannelSelector="G" result="drawn"/>'
    )


def worn(view: View, frequency: str, gain: float, base: float) -> str:
    """Lets the paper show through the last result in grains or clouds."""
    return (
        f'<feTurbulence type="fractalNoise" baseFrequency="{frequency}" numOctaves="3" '
        f'seed="{view.rng.randint(1, 99)}"/>'
        f'<feColorMatrix values="0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 {gain} {base}" result="grains"/>'
        '<feComposite in="drawn" in2="grains" operator="in"/>'
    )


def flat(view: View, parts: list[Part], palette: Palette) -> str:
    """A flat icon, with or without a disc behind it."""
    page = page_colour(view)
    disc = view.pick("", palette.accent, palette.second, palette.main)
    back = painted(Part(oval(200, 200, 190), "air"), mixed(disc, "#ffffff", view.vary(0.62, 0.74))) if disc else ""
    drawn = ""
    for part in parts:
        if part.tone == "shade":
            drawn += painted(part, "#1b1030", 'opacity="0.17"')
        elif part.tone == "air" and disc:
            drawn += painted(part, "#ffffff", 'opacity="0.6"')
        else:
            drawn += painted(part, palette.of(part.tone, page))
    return back + drawn


def ink(view: View, parts: list[Part], palette: Palette) -> str:
    """A pen drawing with hatching, and perhaps one spot of colour."""
    page, pen = page_colour(view), view.pick("#1d1b22", "#1f2f5c", "#4a2418")
    spot = view.pick(None, "main", "accent")
    turn = view.pick(45, -45, 30)
    patterns = "".join(
        f'<pattern id="{name}" width="{gap}" height="{gap}" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate({angle})"><path d="M0 {gap / 2} H{gap}" '
        f'stroke="{pen}" stroke-width="{width}"/></pattern>'
        for name, gap, angle, width in (("hatch", 7, turn, 2.2), ("thin", 10, turn + 80, 1.5))
    )
    drawn = ""
    for part in parts:
        if part.width:
            colour = page if part.tone == "light" else palette.of(part.tone, page) if part.tone == spot else pen
            outlined = part.width > 6 and colour != pen
            width = max(2.6, part.width - 6) if outlined else min(part.width, 9)
            drawn += (painted(part, pen) if outlined else "") + painted(Part(part.d, part.tone, width), colour)
        elif part.tone == "shade":
            drawn += painted(part, "url(#hatch)")
        else:
            fill = pen if part.tone == "dark" else palette.of(part.tone, page) if part.tone == spot else page
            drawn += painted(part, fill, outline(pen, 5))
            drawn += painted(part, "url(#thin)") if part.tone == "second" else ""
    return patterns + noise_filter("hand", wobble(view, 0.015, 2.2)) + f'<g filter="url(#hand)">{drawn}</g>'


def crayon(view: View, parts: list[Part], palette: Palette) -> str:
    """Waxy strokes in one direction, with the paper showing between them."""
    page, slope = page_colour(view), view.pick(-0.6, 0.6, -0.9)
    zigzag = "M-20 -260"
    for i in range(120):
        side = 1 if i % 2 else -1
        zigzag += f" L{200 + 220 * side} {-260 + i * 7.7 + view.vary(-1, 1) + side * slope * 220:.0f}"
    defs = (
        '<mask id="strokes" x="0" y="0" width="400" height="400" maskUnits="userSpaceOnUse">'
        '<rect width="400" height="400" fill="#6a6a6a"/>'
        f'<path d="{zigzag}" fill="none" stroke="#ffffff" stroke-width="6.5"/></mask>'
        + noise_filter("wax", wobble(view, 0.03, 2) + worn(view, "0.5", -4, 3.1))
    )
    drawn = ""
    for part in parts:
        if part.tone == "shade":
            drawn += painted(part, palette.dark, 'opacity="0.22" mask="url(#strokes)"')
            continue
        colour = palette.of(part.tone, page)
        if part.width:
            drawn += painted(Part(part.d, part.tone, max(part.width, 5)), colour)
            continue
        edge = shade(colour, -0.28)
        drawn += painted(part, page) + painted(part, colour, 'mask="url(#strokes)"')
        drawn += painted(part, "none", outline(edge, 5))
    return defs + f'<g filter="url(#wax)">{drawn}</g>'


def plate(name: str, cover: str, colour: str, shift: str = "", more: str = "") -> str:
    """One ink, printed where `cover` is white."""
    return (
        f'<mask id="{name}" x="-20" y="-20" width="440" height="440" maskUnits="userSpaceOnUse">{cover}</mask>'
        f'<g style="mix-blend-mode:multiply" transform="translate({shift or "0 0"})" {more}>'
        f'<rect x="-20" y="-20" width="440" height="440" fill="{colour}" mask="url(#{name})"/></g>'
    )


def cover_of(parts: list[Part], inked: dict[str, str], gap: float) -> str:
    """The parts in white or in a dot pattern where they take this ink, with a bare gap around each."""
    cover = ""
    for part in parts:
        fill = inked.get(part.tone, "#000000")
        if part.tone == "shade":
            cover += painted(part, fill) if part.tone in inked else ""
        elif part.width:
            cover += painted(Part(part.d, part.tone, part.width + gap), "#000000") + painted(part, fill)
        else:
            cover += painted(part, fill, outline("#000000", gap))
    return cover


def stencil(view: View, parts: list[Part], palette: Palette) -> str:
    """Spray paint through a cut sheet, in one or two colours, with bridges between the shapes."""
    first, second = view.pick(
        ("#23262e", "#d8432f"),
        ("#16406b", "#e08a1e"),
        ("#2c5a3a", "#c23b56"),
        ("#5b2350", "#1f8f8a"),
        ("#8a2f1d", "#2b3a55"),
    )
    one, two = {"main": "#ffffff", "dark": "#ffffff"}, {"accent": "#ffffff", "second": "#ffffff"}
    if view.chance(0.3):
        one, two = one | two, {}
    defs = noise_filter("spray", '<feOffset in="SourceGraphic" result="drawn"/>' + worn(view, "0.8", -9, 6.4))
    defs += noise_filter("mist", '<feGaussianBlur stdDeviation="7"/>')
    inks = plate("first", cover_of(parts, one, 7), first)
    inks += plate("second", cover_of(parts, two, 7), second) if two else ""
    return defs + f'<g filter="url(#mist)" opacity="0.22">{inks}</g><g filter="url(#spray)">{inks}</g>'


def two_colour_print(view: View, parts: list[Part], palette: Palette) -> str:
    """Two inks out of register, halftone dots, and a third colour where they overlap."""
    dark, bright = view.pick(
        ("#1f3d8a", "#ff5a4d"),
        ("#17594a", "#ff8f3f"),
        ("#4a2a86", "#ffb000"),
        ("#143a5a", "#19b0a4"),
        ("#8a1f4a", "#3fa9dc"),
    )
    dots = "".join(
        f'<pattern id="{name}" width="8" height="8" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate({turn})">{ground}<circle cx="4" cy="4" r="{radius}" fill="#ffffff"/></pattern>'
        for name, turn, radius, ground in (
            ("dots", 20, 3.1, '<rect width="8" height="8" fill="#000000"/>'),
            ("light", 70, 2.3, '<rect width="8" height="8" fill="#000000"/>'),
            ("over", 20, 2.7, ""),
        )
    )
    if view.chance(0.5):
        parts = [Part(oval(200 + view.vary(-20, 20), 190, 180), "sun"), *parts]
    first = {"dark": "#ffffff", "second": "url(#dots)", "accent": "url(#dots)", "shade": "url(#over)"}
    second = {"main": "#ffffff", "accent": "#ffffff", "air": "url(#light)", "sun": "url(#light)"}
    shift = f"{view.pick(-4, -3, 3, 4)} {view.pick(-3, 3)}"
    grain = noise_filter("grain", '<feOffset in="SourceGraphic" result="drawn"/>' + worn(view, "0.9", -5, 4.3))
    return (
        dots
        + grain
        + plate("bright", cover_of(parts, second, 3), bright, shift, 'filter="url(#grain)"')
        + plate("dark", cover_of(parts, first, 3), dark, "", 'filter="url(#grain)"')
    )


def watercolour(view: View, parts: list[Part], palette: Palette) -> str:
    """Washes with soft clouds and darker rims on a pale blob, and a few splashes."""
    page = page_colour(view)
    defs = noise_filter("wash", wobble(view, 0.02, 3) + worn(view, "0.02", 1.3, 0.3))
    defs += noise_filter("blob", wobble(view, 0.012, 8) + worn(view, "0.012", 2, -0.3))
    tint = view.pick(palette.accent, palette.second, palette.main)
    drawn = ""
    for part in parts:
        if part.tone == "shade":
            drawn += painted(part, shade(palette.second, -0.4), 'opacity="0.25"')
            continue
        colour = palette.of(part.tone, page)
        drawn += painted(part, page) + painted(part, colour, 'opacity="0.86"')
        if not part.width:
            drawn += painted(part, "none", outline(shade(colour, -0.3), 3.5, 0.5))
    splashes = "".join(
        painted(Part(oval(view.vary(20, 380), view.vary(20, 380), view.vary(1.5, 5)), "air"), tint, 'opacity="0.35"')
        for _ in range(12)
    )
    back = painted(Part(oval(192, 196, 150, 132), "air"), mixed(tint, page, 0.5))
    return defs + f'<g filter="url(#blob)">{back}</g>{splashes}<g filter="url(#wash)">{drawn}</g>'


STYLES = (flat, ink, crayon, stencil, two_colour_print, watercolour)


def knitted_scarf() -> list[Part]:
    """A scarf around the fox's neck with one end that hangs down."""
    return [
        Part("M222 262 L268 250 L284 340 L236 352Z", "accent"),
        Part("M236 316 L276 306 M240 334 L280 324", "dark", 7),
        Part("M128 206 Q200 268 272 206 L284 246 Q200 318 116 246Z", "accent"),
        Part("M132 226 L122 250 M158 242 L152 268 M242 242 L248 268 M268 226 L278 250", "dark", 7),
    ]


def fox(view: View, scarf: bool = False) -> list[Part]:
    lift = view.vary(-16, 16)
    tail = [
        Part(
            f"M226 350 C300 372 378 330 374 {240 + lift} C372 {196 + lift} 346 {166 + lift} 318 {152 + lift} "
            f"C326 {190 + lift} 318 {214 + lift} 300 {240 + lift} C280 268 254 274 240 306Z",
            "main",
        ),
        Part(
            f"M374 {240 + lift} C372 {196 + lift} 346 {166 + lift} 318 {152 + lift} C325 {184 + lift} 321 {202 + lift} "
            f"311 {224 + lift} L330 {220 + lift} L338 {240 + lift} L354 {230 + lift}Z",
            "light",
        ),
        Part("M240 352 C300 362 352 330 366 280 C340 330 290 340 244 326Z", "shade"),
    ]
    if view.chance(0.4):
        tail = [Part(flipped(part.d), part.tone) for part in tail]
    body = [
        Part("M200 190 C146 204 116 270 120 360 L280 360 C284 270 254 204 200 190Z", "main"),
        Part("M160 222 Q200 250 240 222 C250 270 228 306 200 320 C172 306 150 270 160 222Z", "light"),
        *pair("M148 362 C144 330 154 314 170 314 C186 314 195 330 195 362Z", "dark"),
        *pair("M122 350 C120 310 126 286 140 270 C150 300 144 330 142 352Z", "shade"),
    ]
    face = [
        Part(
            "M112 40 Q150 58 172 90 Q200 82 228 90 Q250 58 288 40 Q302 96 290 132 Q308 152 324 178 Q276 212 236 218 "
            "Q216 242 200 244 Q184 242 164 218 Q124 212 76 178 Q92 152 110 132 Q98 96 112 40Z",
            "main",
        ),
        *pair("M124 62 Q146 76 158 98 Q138 104 124 124 Q116 92 124 62Z", "dark"),
        *pair("M76 178 Q128 156 164 174 Q188 190 200 244 Q184 242 164 218 Q124 212 76 178Z", "light"),
        Part("M200 248 Q180 236 184 226 Q200 216 216 226 Q220 236 200 248Z", "dark"),
    ]
    if view.chance(0.35):
        face += pair("M142 156 Q156 168 170 154", "dark", 6)
    else:
        face += [Part(oval(x, 154, 10, 13), "dark") for x in (157, 243)]
        face += [Part(oval(x, 149, 3.5), "light") for x in (160, 246)]
    return tail + body + (knitted_scarf() if scarf else []) + face


def sailing_boat(view: View) -> list[Part]:
    belly, stripes = view.vary(-10, 22), view.chance(0.5)
    main_sail = f"M208 44 C{262 + belly} 110 {300 + belly} 190 322 262 L208 270Z"
    jib = f"M186 62 C{152 - belly / 2} 140 {112 - belly / 2} 210 72 264 L186 270Z"
    parts = [
        Part(oval(view.pick(92, 316), 96, 38), "air"),
        Part(main_sail, "light"),
        Part(jib, "accent"),
        Part("M208 44 C224 110 232 190 234 269 L208 270Z", "shade"),
    ]
    if stripes:
        parts += [
            Part(f"M208 166 L{282 + belly * 0.85:.0f} 166 L{297 + belly * 0.7:.0f} 196 L208 198Z", "main"),
            Part(f"M208 216 L{305 + belly * 0.5:.0f} 214 L{316 + belly * 0.2:.0f} 244 L208 248Z", "main"),
        ]
    else:
        parts += [Part(oval(247, 200, 24), "main")]
    parts += [
        Part("M197 30 L197 292", "dark", 8),
        Part(f"M197 26 Q222 {18 + belly / 3:.0f} 252 34 Q222 {40 + belly / 3:.0f} 197 52Z", "main"),
        Part("M44 286 L356 278 C346 322 318 352 288 358 L124 358 C86 350 60 326 44 286Z", "main"),
        Part("M52 302 C150 308 260 304 350 296 L345 310 C260 320 150 322 60 318Z", "light"),
        Part("M86 340 C150 350 250 350 318 338 C308 350 298 356 288 358 L124 358 C110 354 98 348 86 340Z", "shade"),
        Part(waves(366, 14, 386, 62, 26), "second", 10),
        Part(waves(386, 46, 356, 62, 22), "second", 7),
    ]
    if view.chance(0.5):
        parts += [Part("M58 150 q12 -14 22 0 q12 -14 22 0 M318 60 q10 -12 18 0 q10 -12 18 0", "dark", 4)]
    return parts


def cactus(view: View) -> list[Part]:
    left, right, slim = view.vary(118, 160), view.vary(96, 140), view.vary(-6, 6)
    low, high = view.pick((232, 204), (206, 236))
    x = 152 + slim

    def arm(joint: float, top: float) -> str:
        return (
            f"M{x + 14} {joint} L126 {joint} C96 {joint} 78 {joint - 18} 78 {joint - 44} L78 {top} C78 "
            f"{top - 26} 116 {top - 26} "
            f"116 {top} L116 {joint - 46} Q116 {joint - 36} 128 {joint - 36} L{x + 14} {joint - 36}Z"
        )

    parts = [
        Part(arm(low, left), "main"),
        Part(flipped(arm(high, right)), "main"),
        Part(f"M{x} 296 L{x} 96 C{x} 30 {400 - x} 30 {400 - x} 96 L{400 - x} 296Z", "main"),
        Part(f"M{400 - x} 296 L{400 - x} 96 C{400 - x} 66 {380 - x} 50 218 47 C234 80 236 200 226 296Z", "shade"),
        Part(
            f"M176 84 L176 262 M200 70 L200 262 M224 84 L224 262 M97 {left} L97 {low - 40} M303 {right} L303 "
            f"{high - 40}",
            "light",
            4,
        ),
    ]
    spines = [(x - 3, y, -1) for y in (120, 160, 260)] + [(403 - x, y, 1) for y in (110, 150, 262)]
    parts += [Part(" ".join(f"M{sx} {sy} l{9 * way} -7 M{sx} {sy} l{10 * way} 4" for sx, sy, way in spines), "dark", 3)]
    flowers = (
        [(200, 44, 15)]
        + ([(97, left - 22, 10)] if view.chance(0.6) else [])
        + ([(303, right - 22, 10)] if view.chance(0.6) else [])
    )
    for fx, fy, size in flowers:
        parts += [Part(petals(fx, fy, size, turn=-math.pi / 2), "accent"), Part(oval(fx, fy, size * 0.55), "light")]
    parts += [
        Part("M136 296 L264 296 L246 376 L154 376Z", "second"),
        Part("M226 296 L264 296 L246 376 L216 376Z", "shade"),
        Part("M122 276 L278 276 L272 308 L128 308Z", "second"),
    ]
    if view.chance(0.5):
        parts += [Part("M148 344 L164 326 L182 344 L200 326 L218 344 L236 326 L252 344", "light", 6)]
    else:
        parts += [Part(oval(cx, 340, 8), "light") for cx in (170, 200, 230)]
    return parts


def star_emblem(cx: float, cy: float, radius: float) -> list[Part]:
    """A star on a round patch."""
    points = ((radius * (0.84 if i % 2 == 0 else 0.36), math.pi * (i / 5 - 0.5)) for i in range(10))
    star = "M" + " L".join(f"{cx + r * math.cos(a):.1f} {cy + r * math.sin(a):.1f}" for r, a in points) + "Z"
    return [Part(oval(cx, cy, radius), "light"), Part(star, "dark")]


def hot_air_balloon(view: View, emblem: bool = False) -> list[Part]:
    wide = view.vary(112, 132)
    edges = view.pick(
        (-1, -0.6, -0.2, 0.2, 0.6, 1), (-1, -0.74, -0.4, 0, 0.4, 0.74, 1), (-1, -0.8, -0.5, -0.17, 0.17, 0.5, 0.8, 1)
    )
    tones = view.pick(("main", "light", "accent", "light"), ("accent", "main"), ("main", "light"))

    def seam(k: float) -> tuple[str, str]:
        a, b, c = (200 + k * reach for reach in (wide * 0.64, wide, wide * 0.5))
        foot = 200 + k * 30
        down = f"C{a:.1f} 22 {200 + k * wide:.1f} 80 {b:.1f} 144 C{b:.1f} 206 {c:.1f} 244 {foot:.1f} 284"
        up = f"C{c:.1f} 244 {b:.1f} 206 {b:.1f} 144 C{b:.1f} 80 {a:.1f} 22 200 22Z"
        return down, up

    def cloud(x: float, y: float, size: float) -> Part:
        return Part(
            f"M{x} {y} q{-16 * size} 0 {-16 * size} {-14 * size} q0 {-16 * size} {18 * size} {-15 * size} "
            f"q{8 * size} {-20 * size} {28 * size} {-13 * size} q{16 * size} {-8 * size} {26 * size} {8 * size} "
            f"q{20 * size} {-2 * size} {20 * size} {17 * size} q0 {17 * size} {-18 * size} {17 * size}Z",
            "air",
        )

    parts = [cloud(view.vary(22, 50), view.vary(300, 360), 1.25), cloud(view.vary(286, 304), view.vary(240, 350), 1.2)]
    for i, (left, right) in enumerate(zip(edges, edges[1:], strict=False)):
        down, _ = seam(left)
        reverse = seam(right)[1]
        parts.append(Part(f"M200 22 {down} L{200 + right * 30:.1f} 284 {reverse}", tones[i % len(tones)]))
    parts += star_emblem(200, 140, 72) if emblem else []
    parts += [
        Part(f"M200 22 {seam(1)[0]} L{200 + 0.55 * 30:.1f} 284 {seam(0.55)[1]}", "shade"),
        Part("M166 284 L234 284 L228 302 L172 302Z", "dark"),
        Part("M174 302 L180 334 M226 302 L220 334 M200 302 L200 334", "dark", 4),
        Part("M168 332 L232 332 L226 380 Q200 386 174 380Z", "second"),
        Part("M172 348 Q200 354 229 348 M174 364 Q200 370 227 364", "dark", 3),
        Part("M164 326 L236 326 L236 338 L164 338Z", "dark"),
    ]
    if view.chance(0.5):
        parts += [Part("M338 70 q10 -12 20 0 q10 -12 20 0 M28 118 q9 -11 17 0 q9 -11 17 0", "dark", 4)]
    return parts


def mushroom(view: View) -> list[Part]:
    tall, wide = view.vary(-14, 16), view.vary(-14, 10)
    left, right, top = 46 - wide, 354 + wide, 48 - tall
    spots = view.pick(
        (
            (200, 92, 34, 25),
            (118, 136, 27, 22),
            (282, 138, 28, 22),
            (190, 166, 26, 17),
            (72, 182, 15, 14),
            (330, 184, 14, 14),
        ),
        (
            (150, 96, 30, 23),
            (240, 90, 25, 19),
            (90, 160, 24, 20),
            (190, 152, 28, 20),
            (276, 150, 32, 23),
            (336, 192, 12, 11),
        ),
    )
    parts = [
        Part("M166 206 C172 260 160 310 136 360 C176 376 224 376 264 360 C240 310 228 260 234 206Z", "second"),
        Part("M212 206 C218 270 224 320 226 369 C242 368 254 364 264 360 C240 310 228 260 234 206Z", "shade"),
        Part(f"M{left + 16} 202 C110 180 290 180 {right - 16} 202 C310 238 90 238 {left + 16} 202Z", "light"),
        Part("M200 190 L200 228 M160 190 L150 228 M240 190 L250 228 M120 194 L104 222 M280 194 L296 222", "dark", 3),
        Part(
            "M164 222 C180 236 220 236 236 222 C252 246 260 262 258 272 C220 290 180 290 142 272 C140 262 148 "
            "246 164 222Z",
            "light",
        ),
        Part("M160 274 Q166 256 174 240 M200 282 L200 242 M240 274 Q234 256 226 240", "dark", 3),
        Part(
            f"M{left} 188 C{left} {top + 46} 120 {top} 200 {top} C280 {top} {right} {top + 46} {right} 188 "
            f"C{right} 212 300 194 200 194 C100 194 {left} 212 {left} 188Z",
            "main",
        ),
        *(Part(oval(cx, cy, rx, ry), "light") for cx, cy, rx, ry in spots),
        Part(
            f"M{right} 188 C{right} {top + 60} 300 {top + 10} 240 {top + 6} C300 90 322 140 320 197 C342 202 "
            f"{right} 204 {right} 188Z",
            "shade",
        ),
    ]
    if view.chance(0.65):
        x = view.pick(82, 320)
        parts += [
            Part(f"M{x - 11} 316 L{x - 15} 368 L{x + 15} 368 L{x + 11} 316Z", "second"),
            Part(f"M{x - 44} 320 C{x - 40} 270 {x + 40} 270 {x + 44} 320 Q{x} 330 {x - 44} 320Z", "main"),
            Part(oval(x - 12, 301, 9, 7), "light"),
            Part(oval(x + 16, 305, 7, 6), "light"),
        ]
    blades = " ".join(
        f"M{x} 376 Q{x + lean / 2} 356 {x + lean} {350 - abs(lean)} Q{x + 12} 356 {x + 13} 376Z"
        for x, lean in zip(
            (60, 112, 128, 146, 166, 214, 230, 248, 266, 330, 346),
            (-8, -14, 4, -8, 6, -6, 10, 2, 18, 12, -4),
            strict=True,
        )
    )
    return parts + [Part(blades, "accent")]


def whale(view: View) -> list[Part]:
    sway, spread = view.vary(-14, 12), view.vary(-6, 10)
    tail_y = 110 + sway
    parts = [
        Part(
            f"M28 232 C28 160 98 116 176 120 C246 124 288 172 314 {210 + sway / 2} C328 {196 + sway} 332 "
            f"{176 + sway} 326 {tail_y + 48} "
            f"C300 {tail_y + 50} 276 {tail_y + 28} {268 - spread} {tail_y - 4} C300 {tail_y - 12} 326 "
            f"{tail_y - 2} 342 {tail_y + 22} "
            f"C350 {tail_y - 8} 370 {tail_y - 24} {394} {tail_y - 26 - spread} C398 {tail_y + 12} 384 "
            f"{tail_y + 38} 362 {tail_y + 48} "
            "C372 196 362 262 322 296 C276 330 150 334 92 306 C52 288 28 268 28 232Z",
            "main",
        ),
        Part(
            "M30 244 C60 268 120 278 178 272 C222 268 254 286 268 318 C206 330 138 328 92 306 C56 290 34 272 30 244Z",
            "light",
        ),
        Part(
            "M62 272 C86 294 112 306 140 318 M98 280 C120 300 146 312 172 322 M138 282 C158 300 182 312 206 322 "
            "M178 280 C196 296 220 308 240 318",
            "second",
            4,
        ),
        Part("M268 318 C262 296 246 282 226 276 C290 280 340 250 362 200 C362 262 340 300 268 318Z", "shade"),
        Part("M166 264 C164 306 192 346 234 352 C236 316 226 282 204 258 C192 252 172 254 166 264Z", "second"),
        Part(oval(104, 224, 11), "dark"),
        Part(oval(100, 220, 4), "light"),
        Part("M46 246 C64 260 84 264 108 260", "dark", 5),
        Part("M90 196 Q104 186 120 194", "dark", 4),
    ]
    if view.chance(0.6):
        parts += [
            Part(oval(132, 196, 7, 5), "accent"),
            Part(oval(196, 150, 10, 6), "second"),
            Part(oval(226, 168, 7, 5), "second"),
        ]
    reach = view.vary(-8, 14)
    parts += [
        Part(f"M140 104 C140 {70 - reach} 116 {50 - reach} 88 {62 - reach}", "accent", 11),
        Part(f"M146 104 C146 {66 - reach} 170 {44 - reach} 200 {58 - reach}", "accent", 11),
        Part(f"M143 100 L143 {52 - reach}", "accent", 10),
        Part(oval(78, 86 - reach, 7, 10), "accent"),
        Part(oval(208, 82 - reach, 7, 10), "accent"),
    ]
    return parts + [Part(waves(366, 16, 384, 60, 28), "second", 10), Part(waves(388, 60, 350, 58, 20), "second", 6)]


def bicycle(view: View) -> list[Part]:
    radius, bend = view.vary(76, 86), view.pick("comfortable", "sporty")
    rear, front, axle = 100, 300, 270
    spin = view.vary(0, 0.5)
    parts = []
    for hub in (rear, front):
        angles = [spin + i * math.pi / 6 for i in range(6)]
        spokes = " ".join(
            f"M{hub - radius * math.cos(a):.1f} {axle - radius * math.sin(a):.1f} "
            f"L{hub + radius * math.cos(a):.1f} {axle + radius * math.sin(a):.1f}"
            for a in angles
        )
        parts += [
            Part(spokes, "second", 2.6),
            Part(oval(hub, axle, radius), "dark", 11),
            Part(oval(hub, axle, radius - 9), "second", 3.5),
            Part(oval(hub, axle, 10), "dark"),
        ]
    parts += [
        Part(f"M{rear} {axle} L186 276 L160 168 L{rear} {axle} M160 176 L262 168 L186 276", "main", 12),
        Part(f"M256 140 L266 182 Q276 226 {front} {axle}", "main", 12),
        Part("M160 172 L154 142", "dark", 8),
        Part("M116 128 Q112 144 128 146 L172 146 Q196 144 196 136 Q182 134 168 128 Q140 118 116 128Z", "dark"),
        Part(oval(186, 276, 22), "accent"),
        Part(oval(186, 276, 11), "light"),
        Part("M186 276 L206 314 M194 318 L220 310", "dark", 7),
    ]
    parts += (
        [Part("M256 142 Q250 104 216 108", "dark", 9), Part("M216 108 L196 112", "accent", 13)]
        if bend == "comfortable"
        else [
            Part("M254 134 L284 124 Q306 124 302 146 Q298 160 280 158", "dark", 9),
            Part("M302 144 Q298 160 280 158", "accent", 12),
        ]
    )
    if view.chance(0.65) and bend == "comfortable":
        parts += [Part(petals(x, y, 8), "accent") for x, y in ((288, 104), (316, 96), (342, 106))]
        parts += [Part(oval(x, y, 4), "light") for x, y in ((288, 104), (316, 96), (342, 106))]
        parts += [
            Part("M270 118 L360 118 L346 178 L284 178Z", "second"),
            Part("M275 138 L356 138 M280 158 L351 158 M300 120 L304 176 M330 120 L326 176", "light", 3.5),
        ]
    if view.chance(0.5):
        parts += [
            Part("M34 178 L150 178 M52 178 L92 250", "dark", 6),
            Part("M50 140 L116 140 L116 174 L50 174Z", "second"),
        ]
    return parts + [Part("M14 366 L386 366", "air", 8)]


def toucan(view: View) -> list[Part]:
    dip = view.vary(-8, 12)
    parts = [
        Part("M122 270 L82 376 Q80 392 98 390 L122 390 Q134 390 138 378 L176 306Z", "dark"),
        Part("M150 300 Q190 300 214 262 Q212 300 184 318 Q162 322 150 300Z", "accent"),
        Part(
            "M108 196 C94 110 146 58 202 66 C252 74 266 124 254 178 C242 238 212 308 150 316 C112 302 114 246 108 196Z",
            "dark",
        ),
        Part("M180 128 C224 116 258 138 254 178 C246 220 218 240 190 228 C164 208 160 156 180 128Z", "light"),
        Part("M122 186 C150 172 194 194 200 240 C200 278 172 308 146 314 C120 284 108 226 122 186Z", "second"),
        Part("M140 228 Q164 236 184 262 M136 258 Q156 266 170 286", "dark", 4),
        Part(f"M248 150 C300 144 350 {152 + dip} 366 {176 + dip} C322 {184 + dip} 280 184 248 170Z", "second"),
        Part(
            f"M224 94 C262 50 346 50 380 {112 + dip} C392 {142 + dip} 386 {172 + dip} 372 {188 + dip} C358 "
            f"{152 + dip} 312 142 248 154 C232 136 222 114 224 94Z",
            "main",
        ),
        Part(
            f"M352 {76 + dip / 2} C372 90 396 {136 + dip} 372 {188 + dip} C366 {172 + dip} 356 {162 + dip} 342 "
            f"{155 + dip} C358 {132 + dip} 360 106 352 {76 + dip / 2}Z",
            "dark",
        ),
        Part(f"M240 132 C290 120 330 126 350 {140 + dip / 2}", "accent", 7),
        Part(oval(212, 106, 23), "accent"),
        Part(oval(214, 106, 11), "dark"),
        Part(oval(218, 102, 4), "light"),
    ]
    branch = view.vary(-10, 10)
    parts += [
        Part(
            f"M10 {330 + branch} C120 306 260 330 392 {300 - branch} L392 {322 - branch} C260 352 120 332 10 "
            f"{352 + branch}Z",
            "second",
        ),
        Part("M138 310 L134 334 M154 314 L152 338 M178 312 L178 338 M192 308 L194 334", "main", 8),
    ]
    leaves = [(300, 330, 40), (340, 300, -30), (52, 342, 30)]
    for x, y, turn in view.rng.sample(leaves, view.pick(2, 3)):
        a = math.radians(turn)
        tip = (x + 66 * math.cos(a), y + 66 * math.sin(a))
        side = (34 * math.cos(a) - 24 * math.sin(a), 34 * math.sin(a) + 24 * math.cos(a))
        other = (34 * math.cos(a) + 24 * math.sin(a), 34 * math.sin(a) - 24 * math.cos(a))
        parts += [
            Part(
                f"M{x} {y} Q{x + side[0]:.1f} {y + side[1]:.1f} {tip[0]:.1f} {tip[1]:.1f} Q{x + other[0]:.1f} "
                f"{y + other[1]:.1f} {x} {y}Z",
                "accent",
            ),
            Part(f"M{x} {y} L{x + 46 * math.cos(a):.1f} {y + 46 * math.sin(a):.1f}", "light", 3),
        ]
    return parts


FOX_COLOURS = (
    Palette("#e8702a", "#b9481a", "#fff3e0", "#3a2418", "#f2b84b"),
    Palette("#cf5a35", "#7f9c96", "#f9ead6", "#2f2430", "#5b9a94"),
    Palette("#f08c3a", "#4f6d8f", "#fff8ec", "#27324a", "#8fb8d8"),
)
BALLOON_COLOURS = (
    Palette("#e14b3f", "#a9703f", "#fff0cf", "#4a2f20", "#f5b53a"),
    Palette("#2f7fc0", "#b57a4a", "#f6f1e2", "#27364f", "#f08a3c"),
    Palette("#8a4fa8", "#a87048", "#fbeaf2", "#3b2748", "#3fb5a3"),
)
MOTIFS: dict[str, tuple[Callable[[View], list[Part]], tuple[Palette, ...]]] = {
    "sailing_boat": (
        sailing_boat,
        (
            Palette("#d2402f", "#3f8fc4", "#fff1d6", "#3a2a22", "#f4b63f"),
            Palette("#1f4e79", "#58a6c9", "#fbeed8", "#22303f", "#e8663d"),
            Palette("#2d7f6f", "#4fa3b5", "#fdf0d8", "#2d2a35", "#f2c14e"),
        ),
    ),
    "cactus": (
        cactus,
        (
            Palette("#3f9a5a", "#d2713f", "#d9f0c8", "#1f4a30", "#f0588a"),
            Palette("#5aa98a", "#3f6fb0", "#e9f6df", "#244a4a", "#f5a623"),
            Palette("#7fa63a", "#b3546a", "#f2f4cf", "#3b4a1d", "#f0603f"),
        ),
    ),
    "mushroom": (
        mushroom,
        (
            Palette("#d9362e", "#e3b98c", "#fff4e2", "#5a2f22", "#6aa84a"),
            Palette("#e8742c", "#d9b08c", "#fff2dc", "#5a3a22", "#4f9a7a"),
            Palette("#b8325a", "#d8a8a0", "#fdeef0", "#48243a", "#7f9f3f"),
        ),
    ),
    "whale": (
        whale,
        (
            Palette("#3a7fb8", "#2a5c94", "#e6f2f6", "#1b2d48", "#6fc3e6"),
            Palette("#4a6a86", "#2f4a66", "#f0ece0", "#1d2a3a", "#4fb3c4"),
            Palette("#2f9a9a", "#1f6a7a", "#eaf6ee", "#163a48", "#6ab0ea"),
        ),
    ),
    "bicycle": (
        bicycle,
        (
            Palette("#d9402f", "#a8763f", "#fff4e0", "#2b2b33", "#f2b134"),
            Palette("#2a9d8f", "#8f6a4a", "#fbf3e2", "#22333b", "#ee6352"),
            Palette("#3a6fc0", "#b0804a", "#fdf6e6", "#2a2438", "#f08fb0"),
        ),
    ),
    "toucan": (
        toucan,
        (
            Palette("#f7941d", "#5a4a42", "#fff6e0", "#1e1c26", "#4aa564"),
            Palette("#f2b01e", "#3f5f78", "#fdf3dc", "#1f2a3a", "#e0553f"),
            Palette("#ee6f2d", "#6a4a6a", "#fff0e4", "#2a1c30", "#3f9fae"),
        ),
    ),
    "fox": (fox, FOX_COLOURS),
    "fox_with_scarf": (partial(fox, scarf=True), FOX_COLOURS),
    "hot_air_balloon": (hot_air_balloon, BALLOON_COLOURS),
    "hot_air_balloon_with_star": (partial(hot_air_balloon, emblem=True), BALLOON_COLOURS),
}


def illustration(name: str) -> Callable[[View], str]:
    """The motif in the style whose turn it is: every class goes through all of them in an order of its own."""
    motif, palettes = MOTIFS[name]
    order = random.Random(name).sample(STYLES, len(STYLES))

    def draw(view: View) -> str:
        return order[view.number % len(order)](view, motif(view), view.pick(*palettes))

    return draw


def paper(view: View) -> str:
    return f'<rect width="640" height="640" fill="{page_colour(view)}"/>'


CLASSES = {name: illustration(name) for name in MOTIFS}
SCENE = Scene(paper, scale=(0.77, 0.93), tilt_deg=8, perspective=0.02, shift=0.04, shadow=0)
