"""Toys on a table."""

import math
from collections.abc import Callable
from functools import partial

from .scene import Scene, tabletop
from .view import View, shade


def blob(colour: str, cx: float, cy: float, rx: float, ry: float | None = None, turn: float = 0) -> str:
    """A rounded body lit from the upper left."""
    name = f"blob{colour[1:]}"
    return (
        f'<radialGradient id="{name}" cx="0.36" cy="0.28" r="0.85"><stop offset="0" '
        f'stop-color="{shade(colour, 0.38)}"/>'
        f'<stop offset="0.5" stop-color="{colour}"/><stop offset="1" stop-color="{shade(colour, -0.38)}"/>'
        "</radialGradient>"
        f'<ellipse cx="{cx}" cy="{cy}" rx="{rx}" ry="{ry or rx}" transform="rotate({turn} {cx} {cy})" '
        f'fill="url(#{name})"/>'
    )


def solid(colour: str, path: str, edge: float = 2) -> str:
    """A closed path, lighter above than below, with a darker contour."""
    name = f"solid{colour[1:]}"
    return (
        f'<linearGradient id="{name}" x1="0.2" y1="0" x2="0.5" y2="1"><stop offset="0" '
        f'stop-color="{shade(colour, 0.28)}"/>'
        f'<stop offset="0.5" stop-color="{colour}"/><stop offset="1" stop-color="{shade(colour, -0.3)}"/>'
        "</linearGradient>"
        f'<path d="{path}" fill="url(#{name})" stroke="{shade(colour, -0.45)}" stroke-width="{edge}" '
        'stroke-linejoin="round"/>'
    )


def tube(colour: str, x: float, y: float, w: float, h: float, r: float = 6, upright: bool = True) -> str:
    """A cylinder seen from the side."""
    name = f"tube{colour[1:]}{int(upright)}"
    end = 'x2="1" y2="0"' if upright else 'x2="0" y2="1"'
    return (
        f'<linearGradient id="{name}" {end}><stop offset="0" stop-color="{shade(colour, -0.25)}"/>'
        f'<stop offset="0.3" stop-color="{shade(colour, 0.45)}"/><stop offset="0.55" stop-color="{colour}"/>'
        f'<stop offset="1" stop-color="{shade(colour, -0.45)}"/></linearGradient>'
        f'<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="{r}" fill="url(#{name})"/>'
    )


def line(colour: str, path: str, width: float, opacity: float = 1) -> str:
    return (
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-linecap="round" '
        f'stroke-linejoin="round" opacity="{opacity}"/>'
    )


def turned(fragment: str, angle: float, cx: float = 200, cy: float = 200) -> str:
    return f'<g transform="rotate({angle} {cx} {cy})">{fragment}</g>'


def eye(cx: float, cy: float, r: float) -> str:
    return (
        blob("#2a1d18", cx, cy, r) + f'<circle cx="{cx - r * 0.3}" cy="{cy - r * 0.35}" r="{r * 0.32}" fill="#ffffff"/>'
    )


def fur(view: View, colour: str, cx: float, cy: float, rx: float, ry: float | None = None) -> str:
    """A furry blob: a ragged outline and tufts that fall downwards."""
    ry = ry or rx
    spikes = int((rx + ry) * 0.55) * 2
    outline = []
    for i in range(spikes):
        reach = view.vary(1.03, 1.1) if i % 2 else view.vary(0.95, 0.98)
        angle = math.tau * (i + view.vary(-0.3, 0.3)) / spikes
        outline.append(f"{cx + rx * reach * math.cos(angle):.1f} {cy + ry * reach * math.sin(angle):.1f}")
    tufts: dict[float, str] = {-0.25: "", 0.3: ""}
    for i in range(spikes):
        angle, reach = i * 2.4, 0.92 * math.sqrt((i + 0.5) / spikes)
        x, y = cx + rx * reach * math.cos(angle), cy + ry * reach * math.sin(angle)
        tufts[view.pick(-0.25, 0.3)] += f"M{x:.1f} {y:.1f} q{view.vary(-3, 3)} 4 {view.vary(-4, 4)} {view.vary(7, 11)} "
    name = f"blob{colour[1:]}"
    return (
        blob(colour, cx, cy, rx * 0.9, ry * 0.9)
        + f'<path d="M{" L".join(outline)} Z" fill="url(#{name})"/>'
        + "".join(line(shade(colour, tone), path, 2, 0.45) for tone, path in tufts.items())
    )


def bow(colour: str, cx: float, cy: float, size: float) -> str:
    loops = (
        "M0 0 C-14 -26 -52 -36 -60 -20 C-64 -4 -64 8 -58 22 C-48 34 -14 22 0 0 Z",
        "M0 0 C14 -26 52 -36 60 -20 C64 -4 64 8 58 22 C48 34 14 22 0 0 Z",
    )
    creases = "M-16 -4 Q-34 -10 -46 -8 M-16 5 Q-32 10 -44 12 M16 -4 Q34 -10 46 -8 M16 5 Q32 10 44 12"
    return (
        f'<g transform="translate({cx} {cy}) scale({size})">'
        + "".join(solid(colour, loop) for loop in loops)
        + line(shade(colour, -0.4), creases, 2.5, 0.7)
        + blob(shade(colour, 0.1), 0, 0, 13, 15)
        + "</g>"
    )


def teddy_bear(view: View) -> str:
    coat, ribbon = view.pick(
        ("#a86b38", "#d2322d"), ("#8a5a3c", "#2b6cb0"), ("#c8985a", "#b8254f"), ("#b98548", "#2f8f6b")
    )
    pale = shade(coat, 0.55)
    arm_left, arm_right = view.pick((28, -28), (28, -28), (138, -28), (112, -112))
    feet = view.vary(-8, 8)

    def arm(x: float, angle: float) -> str:
        return turned(fur(view, coat, x, 268, 31, 66) + blob(pale, x, 312, 17, 14), angle, x, 218)

    def leg(x: float, angle: float) -> str:
        heart = "M0 14 C-22 -2 -14 -18 0 -8 C14 -18 22 -2 0 14 Z"
        sole = f'<g transform="translate({x} 338) scale(1.15)">{solid(ribbon, heart, 0)}</g>'
        return turned(fur(view, coat, x, 330, 50, 56) + blob(pale, x, 336, 33, 38) + sole, angle, x, 330)

    head = (
        "".join(fur(view, coat, x, 66, 36) + blob(pale, x + dx, 70, 20) for x, dx in ((128, 3), (272, -3)))
        + fur(view, coat, 200, 126, 92, 80)
        + fur(view, pale, 200, 156, 44, 34)
    )
    face = (
        eye(165, 116, 11)
        + eye(235, 116, 11)
        + solid("#3a2620", "M180 136 Q200 126 220 136 Q216 154 200 158 Q184 154 180 136 Z")
        + '<ellipse cx="194" cy="139" rx="7" ry="3.5" fill="#fff" opacity="0.6"/>'
        + line("#3a2620", "M200 158 V168 M180 168 Q190 180 200 168 Q210 180 220 168", 4)
    )
    body = (
        arm(118, arm_left)
        + arm(282, arm_right)
        + fur(view, coat, 200, 270, 90, 94)
        + fur(view, pale, 200, 284, 56, 60)
        + leg(112, 14 + feet)
        + leg(288, -14 + feet)
    )
    tilt = view.vary(-9, 9)
    stitches = (
        f'<path d="M200 232 V332" stroke="{shade(coat, -0.3)}" stroke-width="3" stroke-dasharray="7 7" opacity="0.7"/>'
    )
    return body + stitches + turned(head + face, tilt, 200, 200) + bow(ribbon, 200, 212, view.vary(0.8, 1.05))


def duck_extra(view: View, cx: float, top: float) -> str:
    """A sailor cap or nothing."""
    band = view.pick("#2456a6", "#c9302c", "#1f2f4a")
    if view.chance(0.55):
        return ""
    return turned(
        solid("#f4f4f0", f"M{cx - 52} {top + 6} C{cx - 74} {top - 42} {cx + 74} {top - 42} {cx + 52} {top + 6} Z")
        + solid(
            band,
            f"M{cx - 52} {top + 20} L{cx - 54} {top} Q{cx} {top + 12} {cx + 54} {top} L{cx + 52} {top + 20} "
            f"Q{cx} {top + 32} {cx - 52} {top + 20} Z",
        )
        + blob(band, cx, top - 34, 9),
        view.vary(-8, 8),
        cx,
        top + 30,
    )


def rubber_duck(view: View) -> str:
    yellow, beak = view.pick(
        ("#f9c80e", "#f0701a"), ("#ffd633", "#e8502a"), ("#f6b70a", "#e2571e"), ("#ffdf4f", "#f28420")
    )
    gloss = "#fffbe0"
    if view.chance(0.3):
        wings = "".join(
            solid(
                shade(yellow, -0.05),
                f"M{200 + s * 112} 214 C{200 + s * 176} 226 {200 + s * 184} 300 {200 + s * 150} 330 "
                f"C{200 + s * 120} 310 {200 + s * 104} 264 {200 + s * 112} 214 Z",
            )
            for s in (-1, 1)
        )
        return (
            blob(yellow, 200, 276, 146, 104)
            + wings
            + blob(shade(yellow, 0.12), 200, 290, 84, 70)
            + blob(yellow, 200, 134, 96, 90)
            + "".join(
                f'<ellipse cx="{x}" cy="116" rx="17" ry="21" fill="#fff"/>' + eye(x + d, 120, 12)
                for x, d in ((158, 4), (242, -4))
            )
            + solid(shade(beak, -0.25), "M162 176 Q200 222 238 176 Z")
            + solid(
                beak, "M140 164 Q168 142 186 148 Q200 138 214 148 Q232 142 260 164 Q236 192 200 188 Q164 192 140 164 Z"
            )
            + line(shade(beak, 0.5), "M160 160 Q180 152 190 158", 5, 0.8)
            + line(gloss, "M128 100 Q140 68 172 58", 10, 0.75)
            + duck_extra(view, 200, 62)
        )
    body = (
        "M88 182 C46 206 24 256 50 306 C76 356 150 370 220 368 C312 368 366 322 370 250 C372 216 382 190 390 158 "
        "C352 168 332 194 300 206 C262 218 222 208 200 176 Z"
    )
    wing = (
        "M178 262 C188 222 262 206 346 226 C340 244 338 256 326 264 C328 276 316 288 302 290 C296 306 270 318 240 314 "
        "C204 310 176 292 178 262 Z"
    )
    return (
        solid(yellow, body)
        + solid(shade(yellow, -0.08), wing)
        + line(shade(yellow, -0.32), "M250 268 Q284 272 326 264 M240 290 Q272 296 302 290", 4, 0.8)
        + blob(yellow, 140, 130, 84, 80)
        + f'<ellipse cx="146" cy="202" rx="62" ry="16" fill="{shade(yellow, -0.3)}" opacity="0.35"/>'
        + solid(shade(beak, -0.2), "M78 156 C60 166 44 164 32 158 C40 184 70 192 98 176 Z")
        + solid(beak, "M74 120 C48 122 18 132 8 152 C34 166 66 168 98 160 C104 142 94 124 74 120 Z")
        + line(shade(beak, 0.55), "M34 146 Q52 132 72 130", 5, 0.8)
        + '<ellipse cx="118" cy="104" rx="18" ry="22" fill="#fff"/>'
        + eye(113, 108, 12.5)
        + line(gloss, "M146 66 Q184 74 198 106", 10, 0.7)
        + line(gloss, "M70 236 Q58 262 70 290", 11, 0.6)
        + duck_extra(view, 146, 60)
    )


def wheel(rim: str, hub: str, cx: float, cy: float, r: float) -> str:
    spokes = "".join(
        turned(
            f'<rect x="{cx - 3}" y="{cy - r * 0.66}" width="6" height="{r * 1.32}" fill="{shade(hub, -0.15)}"/>',
            a,
            cx,
            cy,
        )
        for a in (20, 80, 140)
    )
    return (
        blob(rim, cx, cy, r)
        + f'<circle cx="{cx}" cy="{cy}" r="{r * 0.68}" fill="{shade(rim, -0.5)}"/>'
        + spokes
        + f'<circle cx="{cx}" cy="{cy}" r="{r * 0.68}" fill="none" stroke="{hub}" stroke-width="4"/>'
        + blob(hub, cx, cy, r * 0.26)
    )


def locomotive(body: str, trim: str, rim: str) -> str:
    wood = "#d8a566"
    far_wheels = "".join(
        f'<circle cx="{x}" cy="{y}" r="{r}" fill="{shade(rim, -0.6)}"/>'
        for x, y, r in ((124, 306, 44), (220, 316, 33), (310, 316, 33))
    )
    return (
        far_wheels
        + solid(trim, "M352 262 L392 322 L330 322 L330 262 Z")
        + line(shade(trim, -0.4), "M350 270 L352 318 M358 276 L372 318", 4)
        + tube(shade(wood, -0.1), 44, 258, 312, 34, 8, upright=False)
        + tube(body, 140, 158, 190, 104, 12, upright=False)
        + tube(trim, 190, 158, 12, 104, 2, upright=False)
        + tube(trim, 250, 158, 12, 104, 2, upright=False)
        + tube(shade(body, -0.45), 312, 150, 34, 118, 14, upright=False)
        + blob("#f7e3a0", 350, 196, 15, 19)
        + blob(trim, 226, 158, 26, 26)
        + tube(trim, 200, 152, 52, 12, 4)
        + solid(shade(body, -0.4), "M272 160 L264 92 L324 92 L314 160 Z")
        + tube(trim, 254, 78, 80, 20, 9)
        + solid(body, "M52 104 H162 V264 H52 Z")
        + '<rect x="74" y="122" width="66" height="58" rx="8" fill="#3c4a56"/>'
        + f'<rect x="74" y="122" width="66" height="58" rx="8" fill="none" stroke="{trim}" stroke-width="7"/>'
        + line("#b9d4e4", "M84 168 L112 132", 7, 0.55)
        + line(trim, "M64 206 H150 V250 H64 Z", 4)
        + solid(trim, "M32 106 C40 70 170 70 182 106 Z")
        + "".join(wheel(rim, wood, x, y, r) for x, y, r in ((106, 312, 46), (206, 322, 35), (298, 322, 35)))
        + tube("#c9ccd0", 100, 314, 204, 10, 5, upright=False)
        + "".join(blob("#8d9299", x, 319, 8) for x in (106, 206, 298))
    )


def wagon(view: View, body: str, trim: str, rim: str) -> str:
    blocks = "".join(
        turned(
            solid(colour, f"M{x} {y} h66 v66 h-66 Z")
            + solid(shade(colour, 0.5), f"M{x + 14} {y + 14} h38 v38 h-38 Z", 0),
            tilt,
            x,
            y,
        )
        for x, y, colour, tilt in (
            (60, 136, "#e2b33c", view.vary(-8, 4)),
            (146, 142, "#4d9a5f", view.vary(-4, 4)),
            (232, 138, "#cf4a3b", view.vary(-3, 8)),
            (128, 82, "#3f79b8", view.vary(-8, 8)),
        )
    )
    return (
        blocks
        + solid(body, "M36 188 H324 L312 276 H48 Z")
        + line(trim, "M60 214 H300 M64 248 H296", 8)
        + tube("#b98a50", 20, 270, 372, 22, 8, upright=False)
        + wheel(rim, "#d8a566", 96, 318, 40)
        + wheel(rim, "#d8a566", 266, 318, 40)
    )


def wooden_train(view: View) -> str:
    body, trim, rim = view.pick(
        ("#c8352b", "#f0b429", "#3c6ea8"), ("#2d6ca8", "#f2c230", "#c43c32"),
        ("#2f8a57", "#f4d35e", "#b5452c"), ("#d8a05a", "#7a3f24", "#54301d"),
    )  # fmt: skip
    if view.chance(0.35):
        front = f'<g transform="translate(128 90) scale(0.68)">{locomotive(body, trim, rim)}</g>'
        return f'<g transform="translate(-14 150) scale(0.51)">{wagon(view, trim, body, rim)}</g>{front}'
    smoke = "".join(blob("#eef0f2", x, y, r) for x, y, r in ((282, 44, 22), (250, 24, 16), (226, 12, 10)))
    return (smoke if view.chance(0.5) else "") + locomotive(body, trim, rim)


def crate(colour: str, x: float, y: float, w: float, h: float, depth: float) -> str:
    """A tin box; its right side and its top are seen when depth > 0."""
    right, rise = x + w, depth * 0.45
    faces = (
        f'<path d="M{right} {y} l{depth} {-rise} v{h} l{-depth} {rise} Z" fill="{shade(colour, -0.45)}"/>'
        f'<path d="M{x} {y} l{depth} {-rise} h{w} l{-depth} {rise} Z" fill="{shade(colour, 0.45)}"/>'
        if depth
        else ""
    )
    return faces + solid(colour, f"M{x} {y} h{w} v{h} h{-w} Z", 3)


def square_head(tin: str, depth: float) -> str:
    return crate(tin, 124, 54, 152, 94, depth) + line("#ffffff", "M134 140 V66 H200", 5, 0.45)


def dome_head(tin: str, depth: float) -> str:
    dome = "M122 148 V102 A78 64 0 0 1 278 102 V148 Z"
    back = f'<path d="{dome}" fill="{shade(tin, -0.45)}" transform="translate({depth} {-depth * 0.3})"/>'
    return (back if depth else "") + solid(tin, dome, 3) + line("#ffffff", "M136 102 Q142 64 182 52", 6, 0.5)


def dial_and_lamps(view: View, trim: str, lamp: str) -> str:
    dial = (
        f'<circle cx="170" cy="222" r="29" fill="#f7f3e6" stroke="{trim}" stroke-width="7"/>'
        + line("#444444", "M150 226 A20 20 0 0 1 190 226", 3)
        + turned(line("#c62828", "M170 224 V204", 4), view.vary(-60, 60), 170, 224)
    )
    lamps = ((lamp, 222, 206), ("#e8443a", 250, 206), ("#4aa3e0", 222, 234), ("#58b368", 250, 234))
    return dial + "".join(blob(colour, x, y, 10) for colour, x, y in lamps)


def wide_gauge(view: View, trim: str, lamp: str) -> str:
    """A half-round gauge across the chest, with a lamp at its hub."""
    ticks = "".join(turned(line("#444444", "M200 194 V202", 4), angle, 200, 246) for angle in range(-75, 90, 25))
    return (
        f'<path d="M140 250 A60 64 0 0 1 260 250 Z" fill="#f7f3e6" stroke="{trim}" stroke-width="8" '
        f'stroke-linejoin="round"/>{ticks}'
        + turned(line("#c62828", "M200 246 V206", 6), view.vary(-60, 60), 200, 246)
        + blob(lamp, 200, 246, 11)
    )


def tin_robot(
    view: View,
    head: Callable[[str, float], str] = square_head,
    chest: Callable[[View, str, str], str] = dial_and_lamps,
) -> str:
    tin, trim, lamp = view.pick(
        ("#9fb0b8", "#d2392f", "#ffd23f"), ("#3f9aa0", "#e9a23b", "#ff6b4a"),
        ("#c8453a", "#c9ced3", "#7ff0ff"), ("#7d8fc4", "#f2c14e", "#a6ff6b"),
    )  # fmt: skip
    depth = view.pick(0, 20, 34)
    left, right = view.pick((12, -12), (150, -12), (24, -8), (150, -150), (10, -145))
    dark = shade(tin, -0.55)

    def arm(x: float, angle: float) -> str:
        rings = "".join(tube(shade(tin, -0.1), x - 15, 178 + 17 * i, 30, 15, 7) for i in range(5))
        claw = line(trim, f"M{x} 262 V270 M{x - 14} 302 Q{x - 26} 276 {x} 272 Q{x + 26} 276 {x + 14} 302", 11)
        return turned(claw + rings + blob(trim, x, 178, 21), angle, x, 178)

    legs = "".join(
        "".join(tube(shade(tin, -0.15), x, 292 + 15 * i, 36, 14, 6) for i in range(4))
        + crate(trim, x - 16, 350, 68, 30, depth * 0.6)
        for x in (140, 224)
    )
    rivets = "".join(
        f'<circle cx="{x}" cy="{y}" r="4.5" fill="{dark}"/><circle cx="{x - 1}" cy="{y - 1}" r="2.5" '
        f'fill="{shade(tin, 0.6)}"/>'
        for x in (128, 272)
        for y in (174, 282)
    )
    panel = chest(view, trim, lamp)
    mouth = view.pick(
        f'<rect x="160" y="118" width="80" height="18" rx="5" fill="{dark}"/>'
        + line(shade(tin, 0.5), "M176 118 V136 M192 118 V136 M208 118 V136 M224 118 V136", 4),
        line(dark, "M164 114 Q200 142 236 114", 9),
    )
    eyes = "".join(
        f'<circle cx="{x}" cy="86" r="22" fill="{dark}"/>' + blob(lamp, x, 86, 16) + blob("#2a1d18", x + 1, 86, 6.5)
        for x in (166, 234)
    )
    antenna = tube("#b9bec4", 196 + depth / 2, 22, 8, 36, 4) + blob("#e8443a", 200 + depth / 2, 20, 14)
    return (
        legs
        + (arm(300 + depth, right) if depth else "")
        + crate(tin, 114, 160, 172, 136, depth)
        + rivets
        + panel
        + f'<rect x="136" y="262" width="128" height="16" rx="4" fill="{dark}"/>'
        + line(trim, "M150 270 H250", 5)
        + tube("#8d949b", 172 + depth / 3, 144, 56, 20, 4)
        + antenna
        + "".join(tube(trim, x, 78, 22, 34, 6) for x in (108, 270 + depth))
        + head(tin, depth)
        + eyes
        + mouth
        + arm(98, left)
        + ("" if depth else arm(302, right))
    )


def rocking_horse(view: View) -> str:
    coat, mane, tack, rail = view.pick(
        ("#d9dde0", "#6d7780", "#c62f3a", "#3c7a55"), ("#b9743c", "#f3e2bd", "#2d6cb0", "#c8352b"),
        ("#f3ead9", "#8a5430", "#7b3fa0", "#3f7fb5"), ("#7b4a2d", "#33221a", "#e0a526", "#b5382c"),
    )  # fmt: skip
    body = (
        "M132 232 C118 206 116 180 120 164 C112 150 102 146 92 152 C78 164 56 166 46 152 C38 138 44 124 58 114 "
        "C76 102 88 80 104 68 C106 54 112 42 122 34 C130 44 134 54 134 64 C162 78 182 108 194 140 "
        "C224 156 262 152 290 146 C330 144 350 180 342 220 C338 240 326 250 312 256 C280 240 220 244 184 256 "
        "C156 260 142 250 132 232 Z"
    )
    hoof = shade(coat, -0.6)

    def leg(colour: str, x: float, lean: float) -> str:
        foot = x + lean
        return solid(
            colour,
            f"M{x - 26} 216 C{x - 22} 270 {foot - 12} 300 {foot - 14} 352 H{foot + 16} C{foot + 18} 300 {x + 28} 270 "
            f"{x + 30} 216 Z",
        ) + solid(hoof, f"M{foot - 15} 338 H{foot + 17} L{foot + 20} 358 H{foot - 18} Z")

    def rocker(colour: str, dx: float, dy: float) -> str:
        path = (
            f"M{12 + dx} {318 + dy} Q{30 + dx} {326 + dy} {44 + dx} {336 + dy} Q{200 + dx} {420 + dy} {356 + dx} "
            f"{336 + dy} Q{370 + dx} {326 + dy} {388 + dx} {318 + dy}"
        )
        return line(shade(colour, -0.35), path, 24) + line(colour, path, 19) + line(shade(colour, 0.4), path, 4, 0.6)

    far = shade(coat, -0.28)
    strands = "".join(
        line(
            shade(mane, view.vary(-0.15, 0.2)),
            f"M{x} {y} q{26 + i % 3 * 4} {2 + i % 2 * 6} {22 + i % 4 * 5} {40 + i % 3 * 6}",
            10,
        )
        for i, (x, y) in enumerate((116 + 9.2 * i, 46 + 1.2 * i * i + 2 * i) for i in range(9))
    )
    tail = "".join(
        line(shade(mane, d), f"M338 178 C{366 + k} 172 {388 + k / 2} 210 {364 + k} {276 + 4 * k / 3}", 12)
        for k, d in ((9, -0.15), (-12, 0), (0, 0.15))
    )
    dapples = "".join(
        f'<circle cx="{x}" cy="{y}" r="{r}" fill="{shade(coat, 0.5)}" opacity="0.5"/>'
        for x, y, r in (
            (312, 180, 13),
            (322, 212, 9),
            (292, 206, 10),
            (160, 200, 11),
            (150, 164, 8),
            (176, 226, 8),
            (306, 232, 7),
        )
    )
    saddle = (
        solid(shade(tack, 0.45), "M196 148 C226 158 264 156 292 148 L288 216 C260 226 226 226 204 216 Z")
        + line("#f2c14e", "M204 212 C226 222 260 222 288 212", 5)
        + solid(
            tack,
            "M200 138 C206 124 214 128 220 140 C240 150 262 146 272 132 C282 118 294 130 290 148 "
            "C284 176 268 186 246 186 C220 184 202 164 200 138 Z",
        )
        + line(shade(tack, 0.5), "M214 150 Q244 164 276 148", 4, 0.7)
        + line(shade(tack, -0.45), "M246 184 V234", 7)
        + line("#c9ced3", "M236 236 H256 L254 254 H238 Z", 4)
    )
    bridle = (
        line(tack, "M70 108 L86 156 M108 78 L120 162 M78 132 L114 118", 6)
        + blob("#f2c14e", 79, 132, 6)
        + blob("#f2c14e", 113, 116, 6)
    )
    return turned(
        rocker(shade(rail, -0.3), 10, -20)
        + leg(far, 168, -18)
        + leg(far, 296, 8)
        + tail
        + solid(coat, body)
        + leg(coat, 154, -44)
        + leg(coat, 312, 28)
        + f'<ellipse cx="232" cy="216" rx="112" ry="30" fill="{coat}"/>'
        + dapples
        + saddle
        + line(tack, "M118 150 Q160 190 206 144", 5)
        + bridle
        + strands
        + line(mane, "M122 44 Q104 58 98 84", 10)
        + eye(94, 102, 8)
        + line(hoof, "M50 144 Q58 150 68 144", 4)
        + f'<circle cx="54" cy="128" r="3.5" fill="{hoof}"/>'
        + rocker(rail, 0, 0),
        view.vary(-9, 9),
        200,
        330,
    )


def ring(colour: str, cx: float, cy: float, r: float, thick: float, flat: float) -> str:
    """A thick wooden ring lying flat; `flat` is how far it is seen from above."""

    def band(paint: str, dy: float, width: float, opacity: float = 1) -> str:
        return (
            f'<ellipse cx="{cx}" cy="{cy + dy}" rx="{r - thick / 2}" ry="{(r - thick / 2) * flat}" fill="none" '
            f'stroke="{paint}" stroke-width="{width}" opacity="{opacity}"/>'
        )

    name = f"ring{colour[1:]}"
    sheen = (
        f'<linearGradient id="{name}"><stop offset="0" stop-color="{shade(colour, -0.15)}"/>'
        f'<stop offset="0.3" stop-color="{shade(colour, 0.3)}"/><stop offset="0.6" stop-color="{colour}"/>'
        f'<stop offset="1" stop-color="{shade(colour, -0.3)}"/></linearGradient>'
    )
    return (
        sheen
        + band(shade(colour, -0.4), 0, thick)
        + band(f"url(#{name})", -thick * 0.05, thick * 0.86)
        + band(shade(colour, 0.25), -thick * 0.14, thick * 0.45, 0.5)
        + line(
            "#ffffff",
            f"M{cx - r * 0.72} {cy + r * flat * 0.3} Q{cx - r * 0.5} {cy + r * flat * 0.78} {cx - r * 0.1} "
            f"{cy + r * flat * 0.84}",
            6,
            0.5,
        )
    )


def stacking_rings(view: View) -> str:
    colours = view.pick(
        ("#7a4fb5", "#2f78c4", "#37a35a", "#f4c430", "#ef7d29", "#e03c31"),
        ("#e03c31", "#ef7d29", "#f4c430", "#37a35a", "#2f78c4", "#7a4fb5"),
        ("#3d5a80", "#78a6b8", "#a8c8a0", "#f2d088", "#e8a37c", "#d96a6a"),
    )
    flat, thick, wood = view.vary(0.16, 0.3), 50, view.pick("#dcae74", "#c48d54", "#f0e0c0")
    loose = view.pick(None, None, 4, 3)
    cx = 200 if loose is None else 168
    rings, top = "", 326.0
    for i, colour in enumerate(colours[:5]):
        if i != loose:
            rings += ring(colour, cx + view.vary(-4, 4), top, 142 - 19 * i, thick, flat)
            top -= thick - 4
    base = (
        ring(wood, cx, 356, 158, 30, flat) + f'<ellipse cx="{cx}" cy="350" rx="140" ry="{140 * flat}" fill="{wood}"/>'
    )
    pole = tube(wood, cx - 14, top - (30 if loose is None else 66), 28, 320 - top, 12)
    knob = blob(colours[5], cx, top - (34 if loose is None else 74), 34)
    shine = line("#ffffff", f"M{cx - 18} {top - (42 if loose is None else 82)} q4 -12 14 -14", 6, 0.7)
    aside = "" if loose is None else ring(colours[loose], 316, 350, 136 - 19 * loose, 36, 0.46)
    stack = base + pole + rings
    hole = (
        f'<ellipse cx="{cx}" cy="{top + 30}" rx="20" ry="{20 * flat + 4}" fill="{shade(wood, -0.4)}" opacity="0.4"/>'
        if loose is not None
        else ""
    )
    front_pole = tube(wood, cx - 14, top - (30 if loose is None else 66), 28, 66 if loose is None else 100, 12)
    return stack + hole + front_pole + knob + shine + aside


def porthole(view: View) -> str:
    """One large window at (200, 178): an astronaut, plain glass or the stars."""
    content = view.pick(
        blob("#ffffff", 200, 182, 29)
        + '<ellipse cx="200" cy="182" rx="21" ry="17" fill="#2b3a55"/>'
        + line("#f2c14e", "M187 182 Q190 174 198 171", 4),
        blob("#5fb6e8", 200, 178, 33),
        "".join(
            f'<circle cx="{x}" cy="{y}" r="{r}" fill="#fff"/>'
            for x, y, r in ((186, 168, 4), (212, 186, 5), (206, 160, 3))
        ),
    )
    return (
        blob("#aab4bc", 200, 178, 46)
        + f'<circle cx="200" cy="178" r="34" fill="#1f3f66"/>{content}'
        + line("#ffffff", "M178 168 Q184 154 198 150", 6, 0.8)
        + "".join(turned('<circle cx="200" cy="138" r="3.5" fill="#5d6870"/>', a, 200, 178) for a in range(0, 360, 45))
    )


def two_portholes(view: View) -> str:
    """Two small windows, one above the other."""
    window = porthole(view)
    return "".join(
        f'<g transform="translate(200 {y}) scale(0.64) translate(-200 -178)">{window}</g>' for y in (146, 212)
    )


def plain_belt(trim: str) -> str:
    return f'<path d="M100 262 Q200 288 300 262 V282 Q200 308 100 282 Z" fill="{trim}"/>'


def checked_belt(trim: str) -> str:
    """Two rows of squares in place of the plain belt."""
    return "".join(
        f'<path d="M100 {y} Q200 {y + 26} 300 {y}" fill="none" stroke="{trim}" stroke-width="17" '
        f'stroke-dasharray="17" stroke-dashoffset="{shift}"/>'
        for y, shift in ((258, 0), (275, 17))
    )


def toy_rocket(view: View, windows: Callable[[View], str] = porthole, belt: Callable[[str], str] = plain_belt) -> str:
    hull, trim = view.pick(
        ("#f1f0ea", "#d8342c"), ("#e9eef2", "#2a62b0"), ("#f6c945", "#c8352b"), ("#b8c4cc", "#ef7f24")
    )
    flying = view.chance(0.5)
    body = (
        "M200 18 C262 76 284 150 278 218 C274 258 262 290 248 314 "
        "H152 C138 290 126 258 122 218 C116 150 138 76 200 18 Z"
    )
    shell = (
        f'<linearGradient id="hull"><stop offset="0" stop-color="{shade(hull, -0.25)}"/><stop offset="0.3" '
        f'stop-color="{shade(hull, 0.5)}"/>'
        f'<stop offset="0.6" stop-color="{hull}"/><stop offset="1" stop-color="{shade(hull, -0.4)}"/></linearGradient>'
        f'<clipPath id="body"><path d="{body}"/></clipPath>'
    )
    shadow = (
        '<linearGradient id="dusk"><stop offset="0.55" stop-color="#000" stop-opacity="0"/><stop offset="1" '
        'stop-color="#000" stop-opacity="0.4"/></linearGradient>'
    )
    painted = (
        f'<g clip-path="url(#body)"><rect width="400" height="400" fill="url(#hull)"/>'
        f'<path d="M100 0 H300 V94 Q200 122 100 94 Z" fill="{trim}"/>'
        + belt(trim)
        + line(shade(hull, -0.35), "M100 108 Q200 136 300 108 M100 250 Q200 276 300 250", 4)
        + '<rect x="120" width="160" height="400" fill="url(#dusk)"/></g>'
        + line("#ffffff", "M158 92 Q136 150 142 220", 9, 0.65)
    )
    glazing = windows(view)
    fins = solid(trim, "M132 232 C84 250 52 304 60 384 C92 356 120 330 154 316 Z") + solid(
        shade(trim, -0.15), "M268 232 C316 250 348 304 340 384 C308 356 280 330 246 316 Z"
    )
    flame = solid("#f26b21", "M150 330 C124 376 168 400 200 448 C232 400 276 376 250 330 Z", 0) + solid(
        "#ffd23f", "M168 330 C154 366 182 386 200 416 C218 386 246 366 232 330 Z", 0
    )
    rocket = (
        shell
        + shadow
        + (flame if flying else "")
        + fins
        + tube("#6d757d", 158, 308, 84, 28, 6)
        + painted
        + glazing
        + solid(trim, "M192 252 C182 290 184 320 192 350 H208 C216 320 218 290 208 252 Z")
        + blob(trim, 200, 20, 10)
    )
    if not flying:
        return turned(rocket, view.vary(-5, 5))
    return turned(f'<g transform="translate(26 4) scale(0.87)">{rocket}</g>', view.vary(-34, 34))


SCENE = Scene(tabletop, tilt_deg=8)
CLASSES = {
    "teddy_bear": teddy_bear,
    "rubber_duck": rubber_duck,
    "wooden_train": wooden_train,
    "rocking_horse": rocking_horse,
    "stacking_rings": stacking_rings,
    "tin_robot": tin_robot,
    "dome_head_robot": partial(tin_robot, head=dome_head, chest=wide_gauge),
    "toy_rocket": toy_rocket,
    "two_window_rocket": partial(toy_rocket, windows=two_portholes, belt=checked_belt),
}
