"""Clothes and accessories in front of a paper sweep or on linen."""

import math
from collections.abc import Callable
from functools import partial

from .scene import Scene, gradient
from .view import View, shade


def solid(colour: str, path: str, edge: float = 2, mark: float = -0.4) -> str:
    """A closed path, lighter above than below, with a darker contour."""
    name = f"solid{colour[1:]}"
    return (
        f'<linearGradient id="{name}" x1="0.2" y1="0" x2="0.5" y2="1"><stop offset="0" '
        f'stop-color="{shade(colour, 0.16)}"/>'
        f'<stop offset="0.5" stop-color="{colour}"/><stop offset="1" stop-color="{shade(colour, -0.22)}"/>'
        "</linearGradient>"
        f'<path d="{path}" fill="url(#{name})" stroke="{shade(colour, mark)}" stroke-width="{edge}" '
        'stroke-linejoin="round"/>'
    )


def round_bar(colour: str, x: float, y: float, w: float, h: float, r: float) -> str:
    """A padded upright strip: dark edges and a light middle."""
    name = f"bar{colour[1:]}"
    return (
        f'<linearGradient id="{name}"><stop offset="0" stop-color="{shade(colour, -0.3)}"/>'
        f'<stop offset="0.4" stop-color="{shade(colour, 0.22)}"/><stop offset="1" stop-color="{shade(colour, -0.35)}"/>'
        f'</linearGradient><rect x="{x}" y="{y}" width="{w}" height="{h}" rx="{r}" fill="url(#{name})"/>'
    )


def ball(colour: str, cx: float, cy: float, r: float) -> str:
    name = f"ball{colour[1:]}"
    return (
        f'<radialGradient id="{name}" cx="0.36" cy="0.3" r="0.8"><stop offset="0" stop-color="{shade(colour, 0.5)}"/>'
        f'<stop offset="1" stop-color="{shade(colour, -0.35)}"/></radialGradient>'
        f'<circle cx="{cx}" cy="{cy}" r="{r}" fill="url(#{name})"/>'
    )


def line(colour: str, path: str, width: float, opacity: float = 1, dash: str = "none") -> str:
    return (
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-linecap="round" '
        f'stroke-linejoin="round" opacity="{opacity}" stroke-dasharray="{dash}"/>'
    )


def stitched(colour: str, path: str) -> str:
    return line(colour, path, 2, 0.8, "6 5")


def clipped(name: str, path: str, content: str) -> str:
    return f'<clipPath id="{name}"><path d="{path}"/></clipPath><g clip-path="url(#{name})">{content}</g>'


def folds(dark: str, light: str, width: float = 12) -> str:
    """Soft shaded and lit creases in cloth."""
    return (
        '<filter id="soft" x="-40%" y="-40%" width="180%" height="180%"><feGaussianBlur stdDeviation="6"/></filter>'
        f'<g filter="url(#soft)">{line("#10131c", dark, width, 0.3)}{line("#ffffff", light, width, 0.2)}</g>'
    )


def turned(fragment: str, angle: float, cx: float = 200, cy: float = 200) -> str:
    return f'<g transform="rotate({angle} {cx} {cy})">{fragment}</g>'


def mirrored(fragment: str) -> str:
    return f'<g transform="translate(400 0) scale(-1 1)">{fragment}</g>'


def hanger(y: float, half: float) -> str:
    wood = "#a9713f"
    return (
        line(
            "#8b9097",
            f"M200 {y} V{y - 16} C200 {y - 28} 222 {y - 30} 220 {y - 46} C218 {y - 60} 192 {y - 60} 190 {y - 46}",
            6,
        )
        + line("#e4e7ea", f"M199 {y} V{y - 16} C199 {y - 28} 221 {y - 30} 219 {y - 46}", 2)
        + line(
            shade(wood, -0.4),
            f"M{200 - half} {y + 40} Q{200 - half / 2} {y + 2} 200 {y} Q{200 + half / 2} {y + 2} {200 + half} {y + 40}",
            16,
        )
        + line(
            wood,
            f"M{200 - half} {y + 38} Q{200 - half / 2} {y} 200 {y - 2} Q{200 + half / 2} {y} {200 + half} {y + 38}",
            10,
        )
    )


def striped_tshirt(view: View) -> str:
    cloth, stripe = view.pick(
        ("#f7f5ef", "#21386b"), ("#f7f5ef", "#c5313a"), ("#f4ecd8", "#2f6b4f"), ("#2a7d84", "#f4f1e8")
    )
    step, thick = view.pick((34, 15), (28, 12), (40, 20))
    collar = stripe if view.chance(0.5) else cloth
    stripes = "".join(line(stripe, f"M40 {y} Q200 {y + 14} 360 {y}", thick) for y in range(124, 380, step))
    pocket = (
        solid(cloth, "M226 176 H282 V226 L254 244 L226 226 Z", 2.5)
        + line(stripe, "M228 184 H280", 8)
        + stitched(shade(stripe, 0.3), "M231 194 V222 L254 236 L277 222 V194")
    )
    spread = view.vary(-10, 12)
    hem = view.vary(364, 382)
    left, low = 24 - spread, 176 + spread
    body = (
        f"M150 64 L98 86 L108 196 C114 250 110 310 102 {hem} Q200 "
        f"{hem + 14} 298 {hem} C290 310 286 250 292 196 L302 86 "
        "L250 64 Q200 116 150 64 Z"
    )
    sleeve = (
        f"M98 86 C70 104 {left + 16} {low - 40} {left} {low} L{left + 60} {low + 40} Q{left + 84} {low + 10} 112 "
        "190 L118 96 Z"
    )
    bands = "".join(
        line(stripe, f"M{left - 20 + 17 * k} {low - 14 - 23 * k} l110 76", thick * 0.8) for k in (0.35, 1.6, 2.85, 4.1)
    )
    arm = (
        solid(cloth, sleeve, 3)
        + clipped(
            "sleeve",
            sleeve,
            bands
            + folds(
                f"M112 190 Q100 150 108 110 M{left + 60} {low + 30} L104 150", f"M{left + 14} {low - 10} L84 112", 10
            ),
        )
        + stitched(shade(stripe, 0.2), f"M{left + 7} {low - 8} l60 40")
    )
    shirt = (
        arm
        + mirrored(arm)
        + solid(shade(cloth, -0.35), "M150 64 Q200 48 250 64 Q200 120 150 64 Z")
        + line(shade(collar, -0.2), "M152 64 Q200 50 248 64", 9)
        + solid(cloth, body, 3)
        + clipped(
            "body",
            body,
            stripes
            + folds(
                f"M112 196 Q140 230 124 {hem} M288 196 Q262 240 278 {hem} M170 250 Q180 320 168 {hem}",
                f"M150 150 Q140 250 150 {hem} M236 240 Q226 310 236 {hem}",
            ),
        )
        + pocket
        + line(shade(collar, -0.35), "M150 64 Q200 118 250 64", 16)
        + line(collar, "M150 64 Q200 118 250 64", 12)
        + stitched(shade(stripe, 0.2), f"M106 {hem - 9} Q200 {hem + 5} 294 {hem - 9}")
    )
    if view.chance(0.4):
        return hanger(64, 92) + f'<g transform="translate(0 14)">{shirt}</g>'
    return shirt


def trench_coat(view: View) -> str:
    cloth, lining = view.pick(
        ("#c79a5e", "#7c2f2b"), ("#b58650", "#3c4a63"), ("#5f6b46", "#c9a25e"), ("#2f3f60", "#a8894f")
    )
    dark, button = shade(cloth, -0.45), shade(cloth, -0.62)
    opened = view.chance(0.4)
    flare = view.vary(-6, 12)
    hem = view.vary(372, 386)

    def sleeve(lift: float) -> str:
        path = (
            f"M104 88 C84 100 74 140 66 190 L{52 - lift} 292 "
            f"Q{72 - lift} 304 {96 - lift} 298 C108 250 116 210 122 176 Z"
        )
        return (
            solid(cloth, path, 3)
            + clipped("arm", path, folds("M112 110 Q112 200 92 300 M72 190 L100 206", "M88 110 Q74 190 64 290"))
            + solid(
                shade(cloth, -0.08),
                f"M{55 - lift} 262 Q{78 - lift} 274 {103 - lift} 268 "
                f"L{100 - lift} 284 Q{76 - lift} 290 {52 - lift} 278 Z",
                2,
            )
            + ball(button, 82 - lift, 276, 4.5)
        )

    plaid = (
        '<pattern id="plaid" width="26" height="26" patternUnits="userSpaceOnUse"><rect width="26" height="26" '
        f'fill="{lining}"/>'
        f'<path d="M0 8 H26 M8 0 V26" stroke="{shade(lining, 0.45)}" stroke-width="3" opacity="0.8"/>'
        f'<path d="M0 19 H26 M19 0 V26" stroke="{shade(lining, -0.5)}" stroke-width="5" opacity="0.6"/></pattern>'
    )
    inside = (
        f'<path d="M150 64 Q200 50 250 64 L286 {hem - 14} H114 Z" fill="url(#plaid)" stroke="{dark}" stroke-width="2"/>'
    )
    shade_inside = f'<path d="M150 64 Q200 50 250 64 L286 {hem - 14} H114 Z" fill="#140d10" opacity="0.3"/>'
    gap = 34 if opened else 0
    left = (
        f"M148 66 L104 88 C112 130 128 170 126 206 C120 250 {96 - flare} 320 {86 - flare} {hem} Q150 {hem + 12} "
        f"{214 - 2 * gap} {hem + 6} L{212 - gap} 210 L{196 - gap / 3} 170 Z"
    )
    right = (
        f"M252 66 L296 88 C288 130 272 170 274 206 C280 250 {304 + flare} 320 {314 + flare} {hem} Q250 {hem + 12} "
        f"{162 + 2.6 * gap} {hem + 6} L{164 + 1.6 * gap} 210 L{184 + gap / 2} 150 Z"
    )
    crease = folds(
        f"M140 236 Q126 310 118 {hem} M262 236 Q272 310 282 {hem} M132 110 Q140 160 132 200 M270 110 Q260 160 268 200",
        f"M112 250 L96 {hem} M298 256 L306 {hem} M148 110 Q156 150 150 196 M236 240 Q246 310 250 {hem}",
    )
    panels = (
        solid(cloth, left, 3)
        + clipped("left", left, crease)
        + solid(cloth, right, 3)
        + clipped("right", right, crease)
        + stitched(dark, f"M{172 + 1.6 * gap} 214 L{170 + 2.6 * gap} {hem - 4}")
    )
    buttons = "".join(
        f'<circle cx="{x + side * gap * (1 + k / 6) * 0.9 + 1}" cy="{y + 2}" r="8" fill="{dark}" opacity="0.5"/>'
        + ball(button, x + side * gap * (1 + k / 6) * 0.9, y, 7.5)
        for k, y in enumerate((184, 262, 310))
        for x, side in ((180, -1), (232, 1))
    )
    pockets = "".join(
        solid(shade(cloth, -0.06), path, 2.5)
        for path in ("M124 256 L142 250 L128 314 L110 312 Z", "M276 256 L258 250 L272 314 L290 312 Z")
    )
    if opened:
        belt = (
            solid(shade(cloth, -0.12), "M124 200 L178 206 L178 228 L122 224 Z")
            + solid(shade(cloth, -0.12), "M276 200 L220 206 L220 228 L278 224 Z")
            + solid(shade(cloth, -0.18), "M166 208 L184 208 L176 322 L158 318 Z")
            + solid(shade(cloth, -0.18), "M216 208 L234 208 L246 300 L228 304 Z")
            + line("#3d2b1c", "M228 300 h18 v18 h-18 Z", 5)
        )
    else:
        belt = (
            solid(shade(cloth, -0.14), "M124 202 Q200 216 276 202 L279 226 Q200 242 121 226 Z", 2.5)
            + stitched(dark, "M128 208 Q200 222 272 208 M126 221 Q200 236 274 221")
            + view.pick(
                line("#4a3322", "M184 206 h34 v34 h-34 Z", 7)
                + line("#8b6a48", "M200 222 h20", 5)
                + solid(shade(cloth, -0.2), "M218 212 L246 222 L238 300 L218 296 Z"),
                solid(shade(cloth, -0.2), "M196 218 L178 316 L200 320 L208 226 Z")
                + solid(shade(cloth, -0.1), "M206 222 L238 308 L258 298 L222 218 Z")
                + solid(cloth, "M190 206 Q210 198 226 208 L224 236 Q206 244 192 236 Z"),
            )
        )
    lapel = solid(
        shade(cloth, 0.05),
        f"M150 66 L{116 - gap / 4} 118 L{138 - gap / 4} 124 L{132 - gap / 4} 142 L{198 - gap * 0.7} 196 L196 124 Z",
        2.5,
    )
    collar = solid(shade(cloth, 0.1), "M146 60 L126 102 L170 122 L200 92 Q170 84 160 58 Z", 2.5)
    epaulette = solid(shade(cloth, -0.05), "M148 68 L104 86 L110 100 L142 86 Z", 2) + ball(button, 138, 79, 4.5)
    flap = line(dark, "M108 110 Q120 150 150 158", 3, 0.6)
    lifted = view.vary(-2, 14)
    neck = solid(shade(cloth, -0.3), "M150 62 Q200 46 250 62 L200 100 Z")
    coat = (
        plaid
        + sleeve(lifted)
        + mirrored(sleeve(lifted))
        + neck
        + inside
        + shade_inside
        + panels
        + flap
        + mirrored(flap)
        + pockets
        + buttons
        + belt
        + epaulette
        + mirrored(epaulette)
        + mirrored(lapel)
        + lapel
        + mirrored(collar)
        + collar
    )
    return f'<g transform="translate(0 6)">{hanger(58, 80) if view.chance(0.4) else ""}{coat}</g>'


def star(cx: float, cy: float, r: float) -> str:
    """The outline of a five-pointed star."""
    points = ((r if i % 2 == 0 else r * 0.42, math.pi * (i / 5 - 0.5)) for i in range(10))
    return "M" + " L".join(f"{cx + d * math.cos(a):.1f} {cy + d * math.sin(a):.1f}" for d, a in points) + " Z"


def side_stripe(main: str, accent: str) -> str:
    """A stripe that sweeps from the sole up to the ankle."""
    return solid(accent, "M130 300 C190 290 238 252 262 178 L292 178 C284 240 256 282 216 302 Z", 2.5) + stitched(
        shade(accent, 0.6), "M150 296 C200 284 248 246 270 186"
    )


def star_patch(main: str, accent: str) -> str:
    """A star on a round patch."""
    return (
        ball(accent, 234, 236, 52)
        + f'<circle cx="234" cy="236" r="52" fill="none" stroke="{shade(accent, -0.4)}" stroke-width="2.5"/>'
        + solid(main, star(234, 239, 44), 2.5)
    )


def shoe(main: str, accent: str, lace: str, sole: str, side: Callable[[str, str], str]) -> str:
    upper = (
        "M34 304 C26 262 56 240 104 226 C152 210 184 176 206 132 C214 116 236 112 246 128 C264 158 304 164 332 138 "
        "C346 126 364 134 364 154 C366 206 378 256 376 304 Z"
    )
    mesh = (
        f'<pattern id="mesh" width="9" height="9" patternUnits="userSpaceOnUse" patternTransform="rotate(32)">'
        f'<circle cx="4.5" cy="4.5" r="2.2" fill="{shade(main, -0.35)}" opacity="0.55"/></pattern>'
    )
    toe = "M34 304 C26 262 56 240 104 226 C120 250 128 280 124 304 Z"
    stay = "M104 226 C152 210 184 176 206 132 L228 150 C222 190 186 238 136 258 Z"
    heel = "M332 138 C346 126 364 134 364 154 C366 206 378 256 376 304 H300 C288 262 300 210 336 196 Z"
    laces = "".join(
        line(shade(lace, -0.35), f"M{x} {y} q22 4 34 22", 12) + line(lace, f"M{x} {y - 1} q22 3 34 21", 8.5)
        for x, y in ((196, 152), (184, 174), (168, 194), (150, 210), (130, 222))
    )
    treads = "".join(f'<path d="M{x} 346 l4 12 h14 l4 -12 Z" fill="{shade(sole, -0.75)}"/>' for x in range(44, 350, 26))
    return (
        mesh
        + solid(shade(main, -0.4), "M206 138 C196 106 206 82 228 84 C252 92 262 120 262 150 Z")
        + solid(shade(main, -0.5), "M230 128 C256 112 316 112 346 142 C330 172 262 176 230 128 Z")
        + solid(main, upper, 3)
        + f'<path d="{upper}" fill="url(#mesh)"/>'
        + clipped(
            "upper",
            upper,
            folds(
                "M100 236 Q130 256 128 300 M240 140 Q290 190 340 160",
                "M60 262 Q84 244 110 240 M220 170 Q210 210 180 240",
            ),
        )
        + solid(shade(main, -0.12), toe, 2.5)
        + line("#ffffff", "M54 276 Q62 258 90 248", 7, 0.45)
        + side(main, accent)
        + solid(shade(accent, -0.08), heel, 2.5)
        + stitched(shade(accent, 0.5), "M310 300 C300 264 310 220 340 206")
        + solid(shade(main, -0.2), stay, 2.5)
        + laces
        + line(lace, "M206 140 C186 118 168 130 176 148 M210 138 C226 112 246 116 240 138 M206 140 Q192 160 204 172", 6)
        + line(shade(accent, -0.2), "M352 136 C372 116 378 140 366 160", 8)
        + solid(
            sole,
            "M24 294 C14 316 20 340 40 348 H368 C388 340 388 310 380 "
            "292 C330 306 280 300 226 306 C160 312 90 318 24 294 Z",
            3,
        )
        + line(accent, "M34 326 C110 338 190 324 250 322 C300 322 340 324 378 316", 7)
        + line(shade(sole, -0.25), "M250 340 q10 -12 20 0 q10 -12 20 0 q10 -12 20 0 q10 -12 20 0", 4)
        + solid(shade(sole, -0.7), "M34 342 Q30 352 44 356 H362 Q378 352 374 342 Q200 350 34 342 Z")
        + treads
    )


def high_top_sneaker(view: View, side: Callable[[str, str], str] = side_stripe) -> str:
    palette = view.pick(
        ("#e2483d", "#f6f3ec", "#ffffff", "#f7f5f0"), ("#2b5fa8", "#ffb52e", "#ffffff", "#f4f2ec"),
        ("#e9edef", "#12a594", "#2b3640", "#ffffff"), ("#333a45", "#c8f04a", "#e9edef", "#eceae4"),
    )  # fmt: skip
    single = shoe(*palette, side)
    pose = view.pick("side", "side", "pair", "toes down")
    if pose == "pair":
        return (
            f'<g transform="translate(70 -24) scale(0.82)">{single}</g>'
            f'<g transform="translate(0 62) scale(0.84)">{single}</g>'
        )
    return (
        '<g transform="translate(0 '
        f'-24)">{turned(single, view.vary(-24, -14) if pose == "toes down" else view.vary(-4, 4), 200, 250)}</g>'
    )


def polka_dot_dress(view: View) -> str:
    cloth, dot, sash = view.pick(
        ("#cf2e3c", "#fff6ec", "#2a2026"), ("#21386b", "#ffffff", "#d8424a"),
        ("#f0c23c", "#ffffff", "#3a7a6b"), ("#2e2b33", "#f6efe6", "#d9447a"),
    )  # fmt: skip
    hem, wide = view.vary(330, 366), view.vary(126, 156)
    gap = view.pick(26, 32)
    dots = (
        f'<pattern id="dots" width="{gap}" height="{gap}" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        f'<circle cx="{gap / 2}" cy="{gap / 2}" r="6.5" fill="{dot}"/></pattern>'
    )
    bodice = (
        "M142 92 C156 84 186 92 200 108 C214 92 244 84 258 92 C262 124 262 152 256 180 H144 C138 152 138 124 142 92 Z"
    )
    left, right = 200 - wide, 200 + wide
    waves = 6
    scallops = "".join(
        f"Q{right - (i + 0.5) * 2 * wide / waves:.0f} {hem + 34 - 8 * abs(i - 2.5):.0f} "
        f"{right - (i + 1) * 2 * wide / waves:.0f} {hem + (0 if i == waves - 1 else 14)} "
        for i in range(waves)
    )
    skirt = (
        f"M146 178 C132 220 {left + 24} 280 {left} {hem} "
        + "L"
        + f"{left} {hem} M146 178 H254 C268 220 {right - 24} 280 "
        f"{right} {hem} {scallops} C{left + 24} 280 132 220 146 178 Z"
    )
    petticoat = solid(
        "#f7f2ea",
        f"M{left + 4} {hem - 14} L{left - 2} {hem + 16} Q200 {hem + 58} {right + 2} {hem + 16} L{right - 4} "
        f"{hem - 14} Z",
        2,
        -0.25,
    )
    ends = [(200 + wide * k, hem + 10) for k in (-0.72, -0.36, 0, 0.36, 0.72)]
    dark = "".join(f"M{200 + (x - 200) * 0.3:.0f} 190 Q{200 + (x - 200) * 0.55:.0f} 260 {x:.0f} {y} " for x, y in ends)
    light = "".join(
        f"M{200 + (x - 200) * 0.36 + 8:.0f} 200 Q{200 + (x - 200) * 0.6 + 12:.0f} 270 {x + 22:.0f} {y} "
        for x, y in ends
    )
    if view.chance(0.5):
        puff = "M146 92 C112 74 84 100 90 140 Q112 156 140 146 Q138 116 146 92 Z"
        sleeve = (
            solid(cloth, puff, 2.5)
            + f'<path d="{puff}" fill="url(#dots)"/>'
            + clipped("puff", puff, folds("M110 110 Q112 130 104 144 M130 100 L126 146", "M100 104 Q96 124 98 138", 8))
        )
        top = (
            sleeve
            + mirrored(sleeve)
            + line(shade(cloth, -0.2), "M146 94 Q142 76 152 62 M254 94 Q258 76 248 62", 15)
            + line(cloth, "M146 94 Q142 76 152 62 M254 94 Q258 76 248 62", 11)
        )
    else:
        top = line(shade(cloth, -0.45), "M152 94 Q150 64 166 46 M248 94 Q250 64 234 46", 13) + line(
            cloth, "M152 94 Q150 64 166 46 M248 94 Q250 64 234 46", 9
        )
    bow = (
        solid(sash, "M200 188 C182 230 170 250 160 292 L186 282 Q198 240 204 196 Z")
        + solid(shade(sash, -0.1), "M202 190 C216 226 232 250 234 286 L208 276 Q202 240 198 196 Z")
        + solid(sash, "M200 186 C180 164 146 162 148 186 C148 210 182 208 200 186 Z")
        + solid(sash, "M200 186 C220 164 254 162 252 186 C252 210 218 208 200 186 Z")
        + ball(shade(sash, 0.1), 200, 186, 11)
    )
    dress = (
        dots
        + solid(shade(cloth, -0.4), "M150 94 Q200 78 250 94 L240 130 H160 Z")
        + petticoat
        + solid(cloth, skirt, 3)
        + f'<path d="{skirt}" fill="url(#dots)"/>'
        + clipped("skirt", skirt, folds(dark, light, 14))
        + top
        + solid(cloth, bodice, 3)
        + f'<path d="{bodice}" fill="url(#dots)"/>'
        + clipped(
            "bodice",
            bodice,
            folds(
                "M146 110 Q156 150 150 184 M254 110 Q244 150 250 184 M200 110 V180",
                "M172 106 Q166 130 172 170 M226 106 Q222 130 224 170",
            ),
        )
        + solid(sash, "M145 174 Q200 186 255 174 L258 196 Q200 208 142 196 Z", 2)
        + (bow if view.chance(0.6) else ball("#e5c26a", 200, 190, 14))
    )
    hung = hanger(54, 66) if view.chance(0.35) else ""
    return f'<g transform="translate(0 4)">{hung}{dress}</g>'


def pompom(view: View, colour: str, cx: float, cy: float, r: float) -> str:
    strands = []
    for i in range(150):
        angle, reach = i * 2.39996, r * math.sqrt((150 - i) / 150)
        x, y = cx + reach * math.cos(angle), cy + reach * math.sin(angle)
        tone = view.vary(-0.3, 0.35) - 0.25 * (y - cy) / r
        strands.append(
            line(
                shade(colour, max(-0.6, min(0.6, tone))),
                f"M{cx + (x - cx) * 0.6:.1f} {cy + (y - cy) * 0.6:.1f} L{x:.1f} {y:.1f}",
                7,
            )
        )
    return ball(colour, cx, cy, r * 0.85) + "".join(strands)


def zigzag_pattern(yarn: str) -> str:
    """A zigzag above a row of small diamonds."""
    zigzag = "".join(f"M{x} 196 l20 -26 l20 26 " for x in range(40, 360, 40))
    diamonds = "".join(f"M{x} 226 l10 10 l-10 10 l-10 -10 Z " for x in range(60, 360, 40))
    return line(yarn, zigzag, 10) + f'<path d="{diamonds}" fill="{yarn}"/>' + line(yarn, "M40 212 H360", 7)


def snowflake_pattern(yarn: str) -> str:
    """A row of large snowflakes."""
    arm = "M0 0 V-38 M-11 -36 L0 -22 L11 -36"
    flake = "".join(turned(line(yarn, arm, 7.5), 60 * k, 0, 0) for k in range(6))
    return "".join(f'<g transform="translate({x} 206)">{flake}</g>' for x in (106, 200, 294))


def pompom_hat(view: View, pattern: Callable[[str], str] = zigzag_pattern) -> str:
    wool, band, puff = view.pick(
        ("#c23a3f", "#f6efe2", "#f6efe2"), ("#2f5d8c", "#f2e6cf", "#e06a4e"),
        ("#3c7a5c", "#f4d58a", "#f4ecd8"), ("#e0a43a", "#5a3b6e", "#5a3b6e"),
    )  # fmt: skip
    flaps = view.chance(0.35)
    dome = "M66 286 C58 150 120 92 200 92 C280 92 342 150 334 286 Z"
    knit = (
        '<pattern id="knit" width="14" height="12" patternUnits="userSpaceOnUse">'
        '<path d="M1 1 L7 8 L13 1" fill="none" stroke="#000" stroke-width="3" opacity="0.16"/>'
        '<path d="M1 6 L7 13 L13 6" fill="none" stroke="#fff" stroke-width="2" opacity="0.2"/></pattern>'
    )
    borders = line(band, "M40 258 H360", 7) + line(shade(band, -0.1), "M60 152 H340", 6)
    crown = (
        solid(wool, dome, 3)
        + clipped(
            "dome",
            dome,
            pattern(band)
            + borders
            + folds("M90 280 Q84 180 130 120 M320 280 Q320 190 276 124", "M140 270 Q130 180 170 112", 18),
        )
        + f'<path d="{dome}" fill="url(#knit)"/>'
    )
    if flaps:
        ear = "M62 282 C64 332 88 366 112 366 C138 364 148 330 150 290 Z"
        braid = "".join(
            ball(colour, 112 + (-1) ** i * 3, 362 + 9 * i, 7.5) for i, colour in enumerate((wool, band, wool, band))
        )
        side = (
            solid(wool, ear, 3)
            + f'<path d="{ear}" fill="url(#knit)"/>'
            + line(band, "M66 290 C70 330 90 358 112 358 C132 356 142 330 144 296", 7)
            + braid
        )
        edge = (
            side
            + mirrored(side)
            + line(shade(band, -0.3), "M64 288 Q200 308 336 288", 20)
            + line(band, "M64 286 Q200 306 336 286", 15)
        )
    else:
        ribs = "".join(round_bar(wool, 54 + 20.9 * i, 262, 21, 88, 9) for i in range(14))
        cuff = "M54 270 Q200 250 346 270 L350 342 Q200 358 50 342 Z"
        edge = (
            clipped("cuff", cuff, ribs)
            + f'<path d="{cuff}" fill="url(#knit)" stroke="{shade(wool, -0.45)}" stroke-width="3"/>'
        )
        edge += view.pick(
            "", solid("#b98a5a", "M178 296 H222 V322 H178 Z") + stitched("#fff0d8", "M182 300 H218 V318 H182 Z")
        )
    return turned(knit + crown + edge + pompom(view, puff, 200, 74, view.vary(50, 62)), view.vary(-10, 10))


def backpack(view: View) -> str:
    cloth, leather, zipper = view.pick(
        ("#2f6f73", "#a8693a", "#e8c66a"), ("#c4472f", "#5b3a26", "#f0d9a8"),
        ("#344a7a", "#b3763f", "#dfe3e8"), ("#d39a2e", "#6b4226", "#f4efe2"),
    )  # fmt: skip
    depth = view.pick(0, 34, 50)
    dark = shade(cloth, -0.5)
    shell = "M86 352 V150 C86 84 124 60 190 60 C256 60 294 84 294 150 V352 Q294 378 268 378 H112 Q86 378 86 352 Z"
    side = (
        "".join(
            f'<path d="{shell}" transform="translate({depth * k / 8} {-depth * k / 40})" '
            f'fill="{shade(cloth, -0.5 + 0.02 * k)}"/>'
            for k in range(8, 0, -1)
        )
        if depth
        else ""
    )
    strap = line(shade(cloth, -0.6), "M98 110 C40 140 32 250 80 340", 26) + line(
        shade(cloth, -0.15), "M98 110 C40 140 32 250 80 340", 19
    )
    straps = (
        strap
        + stitched(shade(cloth, 0.4), "M92 120 C46 150 40 250 82 330")
        + ("" if depth else mirrored(strap).replace("400 0", "380 0"))
    )
    handle = line(shade(leather, -0.4), "M158 66 C156 22 224 22 222 66", 17) + line(
        leather, "M158 64 C156 24 224 24 222 64", 11
    )
    bottle = (
        (
            round_bar("#8fc4d8", 300 + depth * 0.1, 196, 38, 160, 12)
            + round_bar("#41525c", 305 + depth * 0.1, 176, 28, 24, 5)
            + solid(shade(cloth, -0.3), f"M288 270 L{344 + depth * 0.1} 262 L{340 + depth * 0.1} 362 L288 372 Z")
        )
        if depth and view.chance(0.6)
        else ""
    )
    pocket = "M108 246 Q190 232 272 246 V346 Q272 362 256 362 H124 Q108 362 108 346 Z"
    flap = "M104 206 Q190 192 276 206 V252 Q276 276 190 280 Q104 276 104 252 Z"
    patch = solid(leather, "M190 128 L216 150 L190 172 L164 150 Z") + line(
        shade(leather, -0.6), "M178 146 L184 156 M202 146 L196 156", 5
    )
    charm = (
        line(zipper, "M262 116 Q276 130 270 146", 4)
        + ball("#e86a8a", 270, 160, 16)
        + line("#ffffff", "M262 154 q4 -6 9 -6", 4, 0.8)
        if view.chance(0.45)
        else line(zipper, "M262 116 L268 146", 7)
    )
    clasp = "".join(
        solid(leather, f"M{x} 200 h24 v76 l-12 10 l-12 -10 Z")
        + line(zipper, f"M{x + 3} 246 h18 v16 h-18 Z", 4)
        + stitched(shade(leather, 0.5), f"M{x + 5} 206 V238 M{x + 19} 206 V238")
        for x in (134, 222)
    )
    roll = (
        round_bar("#5d7a52", 76, 356, 228, 44, 20)
        + ball("#7d9a70", 80, 378, 21)
        + line("#3d5436", "M80 378 m-9 0 a9 9 0 1 1 9 9", 4)
        + line(leather, "M140 352 V398 M240 352 V398", 10)
        if view.chance(0.3)
        else ""
    )
    return (
        f'<g transform="translate({8 - depth / 2} 0)">'
        + (
            straps
            + side
            + bottle
            + handle
            + solid(cloth, shell, 3)
            + clipped(
                "shell",
                shell,
                folds(
                    "M96 360 Q84 200 116 100 M284 370 Q292 220 270 110 M130 190 Q190 206 250 190",
                    "M140 90 Q190 72 240 92 M112 140 V330",
                    16,
                ),
            )
            + line(dark, "M112 186 V146 C112 104 140 88 190 88 C240 88 268 104 268 146 V186", 12)
            + line(zipper, "M112 186 V146 C112 104 140 88 190 88 C240 88 268 104 268 146 V186", 4, 1, "4 4")
            + patch
            + charm
            + solid(shade(cloth, -0.06), pocket, 3)
            + stitched(shade(cloth, 0.45), "M118 276 V344 Q118 352 126 352 H254 Q262 352 262 344 V276")
            + solid(shade(cloth, 0.1), flap, 3)
            + stitched(shade(cloth, 0.5), "M112 212 V250 Q114 268 190 272 Q266 268 268 250 V212")
            + clasp
            + roll
        )
        + "</g>"
    )


def sunglasses(view: View) -> str:
    frame, tint, low = view.pick(
        ("#26242a", "#2c3440", "#8a97a8"), ("#7a4526", "#4a2f1c", "#c99a5c"),
        ("#c22f3c", "#3a2530", "#c48a94"), ("#1f6f78", "#173a52", "#e8a25a"),
    )  # fmt: skip
    lens = (
        "M40 150 C84 136 142 138 170 150 C182 158 180 186 170 214 C160 246 132 260 104 258 C70 256 48 230 40 196 "
        "C36 178 34 156 40 150 Z"
    )
    glass = f'{gradient("tint", tint, low)}<path d="{lens}" fill="url(#tint)" opacity="0.95"/>' + clipped(
        "lens",
        lens,
        '<path d="M70 280 L150 120 H112 L32 280 Z M168 240 L200 180 V150 L146 262 Z" fill="#fff" opacity="0.24"/>'
        '<ellipse cx="104" cy="262" rx="60" ry="26" fill="#fff" opacity="0.16"/>',
    )
    rim = (
        line(shade(frame, -0.5), lens, 24)
        + line(frame, lens, 19)
        + line(shade(frame, 0.6), "M36 150 C84 132 142 134 170 146", 4, 0.8)
        + line(shade(frame, 0.35), "M44 214 C56 246 84 262 110 260", 3, 0.7)
        + solid(frame, "M44 138 L14 130 Q6 140 12 160 L38 180 Z")
        + ball("#e8e3d6", 26, 148, 5)
        + ball("#e8e3d6", 38, 151, 4)
    )
    speckle = (
        "".join(
            f'<ellipse cx="{x}" cy="{y}" rx="9" ry="4" fill="#e0a65a" opacity="0.7"/>'
            for x, y in ((60, 142), (96, 138), (140, 141), (40, 200), (70, 246), (120, 258), (166, 218), (24, 140))
        )
        if frame == "#7a4526"
        else ""
    )
    half = glass + rim + speckle
    bridge = (
        line(shade(frame, -0.5), "M174 168 Q200 146 226 168", 22)
        + line(frame, "M174 167 Q200 144 226 167", 17)
        + line(shade(frame, 0.6), "M180 160 Q200 144 220 160", 4, 0.8)
    )
    pose = view.pick("open", "open", "folded", "turned")
    if pose == "open":
        temple = line(shade(frame, -0.6), "M20 142 C34 104 58 80 84 72 Q104 68 112 84", 17) + line(
            shade(frame, -0.15), "M20 140 C34 102 58 78 84 70 Q104 66 112 82", 10
        )
        return f'<g transform="translate(0 20)">{temple}{mirrored(temple)}{bridge}{half}{mirrored(half)}</g>'
    if pose == "folded":
        bars = (
            line(shade(frame, -0.6), "M26 166 L330 222 Q356 228 356 262", 16)
            + line(shade(frame, -0.25), "M26 164 L330 219 Q356 226 356 260", 9)
            + line(shade(frame, -0.6), "M374 166 L70 232 Q44 238 46 272", 16)
            + line(shade(frame, -0.25), "M374 164 L70 229 Q44 236 46 270", 9)
        )
        return bars + bridge + half + mirrored(half)
    near = (
        line(shade(frame, -0.6), "M384 148 L356 60 Q346 34 322 40", 20)
        + line(frame, "M384 146 L354 58 Q344 34 322 40", 13)
        + line(shade(frame, 0.5), "M378 132 L352 58", 3, 0.8)
    )
    far = line(shade(frame, -0.6), "M60 150 L92 78 Q100 62 118 66", 12)
    return (
        f'<g transform="translate(0 34)">{far}{near}{bridge}<g transform="translate(36 30) '
        f'scale(0.82)">{half}</g>{mirrored(half)}</g>'
    )


def backdrop(view: View) -> str:
    """A paper sweep or a piece of linen, in a middle tone that both pale and dark cloth stand out from."""
    colour = view.pick("#a9bdc6", "#c9b3a2", "#b3a9c2", "#a8b8a2", "#d0a9a0", "#9aa5b4", "#c4bda8", "#8fb0ac")
    ground = (
        gradient("sweep", shade(colour, 0.2), shade(colour, -0.15))
        + '<rect width="640" height="640" fill="url(#sweep)"/>'
    )
    if view.chance(0.6):
        return f'{ground}<ellipse cx="320" cy="600" rx="430" ry="130" fill="{shade(colour, 0.35)}" opacity="0.4"/>'
    weave = (
        f'<pattern id="weave" width="8" height="8" patternUnits="userSpaceOnUse">'
        f'<path d="M0 2 H8 M2 0 V8" stroke="{shade(colour, -0.35)}" stroke-width="1.4" opacity="0.35"/>'
        f'<path d="M0 6 H8 M6 0 V8" stroke="{shade(colour, 0.5)}" stroke-width="1.4" opacity="0.35"/></pattern>'
    )
    x = view.vary(60, 260)
    creases = f"M{x} -20 Q{x + 60} 300 {x - 20} 660 M{x + 260} -20 Q{x + 220} 340 {x + 330} 660"
    return f'{ground}{weave}<rect width="640" height="640" fill="url(#weave)"/>' + folds(
        creases, creases.replace("-20", "-40"), 10
    )


SCENE = Scene(backdrop, scale=(0.8, 1.0), tilt_deg=10)
CLASSES = {
    "striped_tshirt": striped_tshirt,
    "trench_coat": trench_coat,
    "polka_dot_dress": polka_dot_dress,
    "backpack": backpack,
    "sunglasses": sunglasses,
    "high_top_sneaker": high_top_sneaker,
    "star_patch_sneaker": partial(high_top_sneaker, side=star_patch),
    "pompom_hat": pompom_hat,
    "snowflake_hat": partial(pompom_hat, pattern=snowflake_pattern),
}
