"""Meme templates of our own: one image per class, reposted with other captions, crops, borders and colours."""

import math
import random
from collections.abc import Callable
from functools import partial
from textwrap import wrap

from .scene import Scene
from .view import View, shade

CAPTIONS = {
    "crowned_pigeon": (
        ("ANSWERED ONE EMAIL", "TIME FOR A PARADE"),
        ("ALL TESTS PASS", "FIRST TRY"),
        ("FOUND A CROISSANT", "BOW BEFORE ME"),
        ("UP BEFORE NOON", "ON A MONDAY"),
        ("READ ONE CHAPTER", "PROFESSOR NOW"),
        ("MY CLUSTER", "MY KINGDOM"),
        ("FIXED A TYPO", "SENIOR DEVELOPER"),
    ),
    "robot_no_yes": (
        ("READ THE MANUAL", "TRY ALL BUTTONS"),
        ("SLEEP EIGHT HOURS", "ONE MORE EPOCH"),
        ("LABEL BY HAND", "LET IT CLUSTER"),
        ("GET UP ON MONDAY", "CALL IT SUNDAY"),
        ("WRITE COMMENTS", "NAME IT TEMP2"),
        ("TEA AT FIVE", "COFFEE AT ALL TIMES"),
        ("STUDY EARLY", "STUDY AT MIDNIGHT"),
    ),
    "panic_toast": (
        ("IT IS MONDAY", "ALREADY?"),
        ("EXAM TODAY", "I READ THE WRONG BOOK"),
        ("WHO DEPLOYED", "ON A FRIDAY"),
        ("THE COFFEE", "IS EMPTY"),
        ("ALARM RINGS", "IN FIVE MINUTES"),
        ("TWO CLUSTERS", "NO IDEA WHY"),
        ("THE DEMO", "STARTS NOW"),
    ),
    "sleepy_sloth": (
        ("JUST RESTING", "MY EYES"),
        ("DAY ONE", "OF STUDYING"),
        ("STILL TRAINING", "THE MODEL IS TOO"),
        ("FOUR COFFEES LATER", "ZZZ"),
        ("MONDAY", "9:01"),
        ("IT COMPILES", "EVENTUALLY"),
        ("LAST SLIDE?", "WAKE ME UP"),
    ),
    "astronaut_cat": (
        ("THAT ONE", "IS AN OUTLIER"),
        ("I SEE IT", "A CAFE ON MARS"),
        ("YOUR DEADLINE", "IT IS OVER THERE"),
        ("LOOK, A WEEKEND", "SO FAR AWAY"),
        ("THE BUG", "IS IN YOUR CODE"),
        ("ONE SMALL STEP", "ONE BIG NAP"),
        ("EXAM RESULTS", "OUT OF THIS WORLD"),
    ),
    "astronaut_cat_at_saturn": (
        ("PARKING SPOT", "RIGHT OVER THERE"),
        ("MY LUNCH", "HAS RINGS"),
        ("WI-FI ROUTER", "ONE PLANET AWAY"),
        ("THAT IS NOT", "THE MOON"),
        ("TURN LEFT", "AT THE COMET"),
        ("HULA HOOP", "PROFESSIONAL"),
        ("MY LOST SOCK", "FOUND IT"),
    ),
    "surprised_owl": (
        ("YOU SAVED IT", "AS FINAL_FINAL?"),
        ("HOOO", "DRANK MY COFFEE"),
        ("THE EXAM", "WAS TODAY?"),
        ("TOMORROW", "IS MONDAY?"),
        ("K = 10 000?", "ARE YOU SURE"),
        ("IT WORKED", "WITHOUT CHANGES"),
        ("NO BACKUP?", "AT ALL?"),
    ),
    "owl_with_glasses": (
        ("PAGE ONE OF", "NINE HUNDRED?"),
        ("NO REFERENCES?", "NOT ONE?"),
        ("THE LIBRARY", "CLOSES AT FIVE?"),
        ("P = 0.049", "HOO KNEW"),
        ("THEY SPLIT IT", "BEFORE SHUFFLING?"),
        ("A QUIZ", "RIGHT NOW?"),
        ("FOOTNOTE 212", "CHANGES EVERYTHING"),
    ),
    "busy_octopus": (
        ("I CAN DO THIS", "SEND MORE ARMS"),
        ("JUST ONE TASK", "THEY SAID"),
        ("EIGHT TABS", "EIGHT COFFEES"),
        ("MONDAY MEETING", "IN EVERY ROOM"),
        ("WHO NEEDS SLEEP", "IN EXAM WEEK"),
        ("RUNNING K-MEANS", "BY HAND"),
        ("CODE REVIEW", "LUNCH AND A CALL"),
    ),
    "detective_duck": (
        ("WHO ATE", "THE SEMICOLON"),
        ("THE COFFEE IS GONE", "I SMELL A CLUE"),
        ("IT WORKED YESTERDAY", "SUSPICIOUS"),
        ("SAME IMAGE TWICE", "CASE CLOSED"),
        ("NO HOMEWORK?", "QUACK"),
        ("MONDAY AGAIN", "WHO IS BEHIND THIS"),
        ("ONE POINT", "NO CLUSTER"),
    ),
}


def linear(name: str, *colours: str, x2: float = 0, y2: float = 1) -> str:
    stops = "".join(f'<stop offset="{i / (len(colours) - 1):.2f}" stop-color="{c}"/>' for i, c in enumerate(colours))
    return f'<linearGradient id="{name}" x1="0" y1="0" x2="{x2}" y2="{y2}">{stops}</linearGradient>'


def radial(name: str, *colours: str, cx: float = 0.4, cy: float = 0.32, r: float = 0.78) -> str:
    stops = "".join(f'<stop offset="{i / (len(colours) - 1):.2f}" stop-color="{c}"/>' for i, c in enumerate(colours))
    return f'<radialGradient id="{name}" cx="{cx}" cy="{cy}" r="{r}">{stops}</radialGradient>'


def rect(x: float, y: float, width: float, height: float, fill: str, more: str = "") -> str:
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{fill}" {more}/>'


def oval(cx: float, cy: float, rx: float, ry: float, fill: str, more: str = "") -> str:
    return f'<ellipse cx="{cx:.1f}" cy="{cy:.1f}" rx="{rx}" ry="{ry}" fill="{fill}" {more}/>'


def shape(d: str, fill: str, more: str = "") -> str:
    return f'<path d="{d}" fill="{fill}" {more}/>'


def stroke(d: str, colour: str, width: float, more: str = "") -> str:
    return (
        f'<path d="{d}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-linecap="round" '
        f'stroke-linejoin="round" {more}/>'
    )


def group(content: str, transform: str) -> str:
    return f'<g transform="{transform}">{content}</g>'


def both_sides(content: str, axis: float = 200) -> str:
    return content + group(content, f"translate({2 * axis} 0) scale(-1 1)")


def blur(name: str, amount: float) -> str:
    return (
        f'<filter id="{name}" x="-50%" y="-50%" width="200%" height="200%"><feGaussianBlur '
        f'stdDeviation="{amount}"/></filter>'
    )


def rays(cx: float, cy: float, count: int, colour: str, opacity: float) -> str:
    wedges = ""
    for i in range(count):
        a, b = (2 * math.pi * (i + part) / count for part in (0, 0.5))
        wedges += (
            f"M{cx} {cy} L{cx + 600 * math.cos(a):.0f} {cy + 600 * math.sin(a):.0f} "
            f"L{cx + 600 * math.cos(b):.0f} {cy + 600 * math.sin(b):.0f}Z "
        )
    return shape(wedges, colour, f'opacity="{opacity}"')


def lettering(lines: list[str], x: float, baseline: float, size: float) -> str:
    """White capitals with a black outline; `baseline` is that of the first line."""
    return "".join(
        f'<text transform="translate({x} {baseline + i * size * 1.04:.1f}) scale(0.8 1)" text-anchor="middle" '
        f'font-family="DejaVu Sans" font-weight="bold" font-size="{size:.1f}" fill="#ffffff" stroke="#000000" '
        f'stroke-width="{size * 0.2:.1f}" stroke-linejoin="round" paint-order="stroke">{line}</text>'
        for i, line in enumerate(lines)
    )


def fitted(text: str, width: float, largest: float, line_length: int) -> tuple[list[str], float]:
    """The caption cut into lines, and the largest letter size at which they fit."""
    if len(text) > line_length:
        line_length = max(line_length // 2 + 3, len(text) // 2 + 2)
    lines = wrap(text, line_length, break_long_words=False)
    return lines, min(largest, width / (0.63 * max(map(len, lines))))


def above_and_below(captions: tuple[str, str], top: float, bottom: float) -> str:
    (head, head_size), (foot, foot_size) = (fitted(text, 366, 46, 19) for text in captions)
    return lettering(head, 200, top + head_size * 0.95, head_size) + lettering(
        foot, 200, bottom - foot_size * (0.24 + 1.04 * (len(foot) - 1)), foot_size
    )


def beside(captions: tuple[str, str]) -> str:
    """One caption to the right in the upper half, one to the left in the lower half."""
    text = ""
    for caption, x, middle in zip(captions, (300, 104), (100, 300), strict=True):
        lines = wrap(caption, 9, break_long_words=False)
        size = min(40, 178 / (0.63 * max(map(len, lines))))
        text += lettering(lines, x, middle + size * (0.36 - 0.52 * (len(lines) - 1)), size)
    return text


def reposted(view: View, image: str, captions: tuple[str, str], two_panels: bool) -> str:
    """The image as somebody saved it: cropped a little, with or without a border, in slightly other colours."""
    zoom = view.vary(1.0, 1.02 if two_panels else 1.06)
    left, top = (view.vary(0, 400 - 400 / zoom) for _ in range(2))
    x, y, width, height, border = view.pick(
        (0, 0, 400, 400, ""),
        (0, 0, 400, 400, ""),
        (12, 12, 376, 376, "#ffffff"),
        (8, 8, 384, 384, "#111111"),
        (5, 5, 390, 390, "#e8e4da") if two_panels else (0, 52, 400, 296, "#000000"),
    )
    tint = (
        '<filter id="tint" filterUnits="userSpaceOnUse" x="0" y="0" width="400" height="400" '
        'color-interpolation-filters="sRGB">'
        f'<feColorMatrix type="hueRotate" values="{view.vary(-9, 9)}"/>'
        f'<feColorMatrix type="saturate" values="{view.vary(0.72, 1.25)}"/></filter>'
    )
    margin = 6 if y > 20 else y + 8
    return (
        tint
        + (rect(0, 0, 400, 400, border) if border else "")
        + f'<svg x="{x}" y="{y}" width="{width}" height="{height}" preserveAspectRatio="xMidYMid slice" '
        + f'viewBox="{left:.1f} {top:.1f} {400 / zoom:.1f} {400 / zoom:.1f}"><g filter="url(#tint)">{image}</g></svg>'
        + (beside(captions) if two_panels else above_and_below(captions, margin, 400 - margin))
    )


def pigeon_image() -> str:
    defs = (
        radial("glow", "#fff3c4", "#f4c25a", "#a8661a", cx=0.55, cy=0.4)
        + linear("fold", "#5d0d18", "#b3202f", "#7d1420", "#4a0911", x2=1, y2=0)
        + radial("plume", "#b9c4d2", "#8795aa", "#566275", cx=0.6)
        + linear("neck", "#5a7fa0", "#2f9c83", "#7d56a8", "#76809a", x2=0.2)
        + radial("head", "#aab8cb", "#7687a0", "#53617a", cx=0.55)
        + linear("gold", "#fff0a3", "#f2b92f", "#b9770f", x2=0.6)
        + linear("robe", "#e0384a", "#8d1021", x2=0.7)
        + blur("soft", 7)
    )
    folds = "".join(rect(x, -5, 31, 410, "url(#fold)") for x in (-8, 22, 52))
    curtain = folds + shape("M-8 -5 H84 Q90 190 84 410 H110 Q96 190 104 -5Z", "#3a0610", 'opacity="0.5"')
    curtain += stroke("M-8 268 Q40 290 86 262", "url(#gold)", 11) + oval(84, 266, 10, 10, "#f2b92f")
    curtain += stroke("M84 274 V312", "#d99a1d", 9) + shape("M76 306 H93 L97 336 H72Z", "#f2b92f")
    body = shape("M78 430 C60 330 110 262 176 246 C262 226 344 290 330 430Z", "url(#plume)")
    body += "".join(
        stroke(f"M{206 + x} {y} q8 9 16 0", "#5f6d83", 3, 'opacity="0.6"')
        for y, xs in ((322, (10, 40, 70)), (342, (-6, 24, 54, 84)), (362, (10, 40, 70, 96)))
        for x in xs
    )
    robe = shape("M38 430 C46 326 88 268 150 246 C138 308 158 372 206 430Z", "url(#robe)")
    robe += stroke("M84 430 C86 350 104 300 132 272 M132 430 C122 366 124 320 138 284", "#6d0a18", 4, 'opacity="0.6"')
    collar = "M138 270 C176 312 262 320 314 276"
    ermine = stroke(collar, "#cfc6b8", 44) + stroke(collar, "#fffaf0", 38)
    ermine += "".join(
        shape(f"M{x} {y} q5 9 0 16 q-5 -7 0 -16Z", "#2b2326")
        for x, y in ((150, 270), (172, 290), (196, 288), (216, 302), (242, 292), (266, 298), (288, 280), (306, 274))
    )
    medal = stroke("M228 322 V338", "#b3202f", 12) + oval(228, 352, 17, 17, "url(#gold)", 'stroke="#9a6310"')
    medal += oval(228, 352, 9, 9, "#f6d667") + shape("M228 344 l3 6 h6 l-5 4 2 7 -6 -4 -6 4 2 -7 -5 -4 h6Z", "#b9770f")
    neck = shape(
        "M164 272 C150 226 160 190 174 168 H264 C264 208 288 238 302 272 C262 312 196 308 164 272Z", "url(#neck)"
    )
    neck += "".join(
        stroke(f"M{x} {y} q10 11 20 0", "#d8f5ea", 2.5, 'opacity="0.45"')
        for x, y in ((182, 214), (206, 214), (230, 214), (176, 234), (200, 234), (224, 234), (248, 234), (190, 254))
    )
    head = oval(218, 158, 50, 48, "url(#head)")
    head += shape("M258 150 C284 140 304 150 312 166 C294 168 276 172 258 170Z", "#4b4a52")
    head += shape("M258 168 C276 172 290 170 302 170 C290 180 272 182 258 178Z", "#34333a")
    head += oval(266, 152, 13, 9, "#f4efe8", 'transform="rotate(-14 266 152)"')
    head += oval(238, 150, 18, 18, "#f08a24") + oval(238, 150, 18, 18, "none", 'stroke="#43506a" stroke-width="3"')
    head += oval(242, 153, 8.5, 8.5, "#191418") + oval(245, 157, 2.6, 2.6, "#ffffff")
    head += shape("M218 150 A20 20 0 0 1 258 148 Q238 144 218 150Z", "#6a7b95") + stroke(
        "M218 150 Q238 144 259 148", "#2c3547", 4
    )
    head += stroke("M216 128 Q232 118 250 124", "#46536b", 5)
    crown = shape(
        "M172 122 L158 68 L190 94 L213 54 L238 94 L270 68 L260 122 Q214 136 172 122Z",
        "url(#gold)",
        'stroke="#8a560b" stroke-width="3"',
    )
    crown += (
        stroke("M174 112 Q214 126 259 112", "#a8690f", 4)
        + oval(214, 106, 9, 10, "#d9263f")
        + oval(211, 103, 3, 3, "#ff9aa8")
    )
    crown += oval(186, 104, 6, 7, "#2f7fd1") + oval(244, 104, 6, 7, "#2f7fd1")
    crown += "".join(
        oval(x, y, 8, 8, "#ffe58a", 'stroke="#8a560b" stroke-width="2"') for x, y in ((158, 66), (213, 53), (270, 66))
    )
    return (
        defs
        + rect(0, 0, 400, 400, "url(#glow)")
        + rays(220, 180, 22, "#fff6d0", 0.42)
        + both_sides(curtain)
        + oval(205, 400, 160, 60, "#4a2408", 'opacity="0.5" filter="url(#soft)"')
        + body
        + robe
        + neck
        + ermine
        + medal
        + group(head + crown, "rotate(-9 218 170)")
    )


def robot(happy: bool) -> str:
    lamp, screen = ("#6dff9a", "#12333a") if happy else ("#ff5a4d", "#33161c")
    light = "#7dfbe2" if happy else "#ffb09a"
    arm = "M44 46 C78 56 94 36 92 6" if happy else "M44 44 C74 50 92 30 96 -4"
    back_arm = "M-44 44 C-74 60 -74 92 -40 92"
    parts = stroke(back_arm, "#5d6a78", 19) + stroke(back_arm, "#93a3b2", 11)
    parts += rect(-48, 16, 96, 112, "url(#metal)", 'rx="26" stroke="#4d5965" stroke-width="3"')
    parts += oval(0, 60, 20, 20, "#3c4650") + oval(0, 60, 14, 14, lamp, 'opacity="0.9"') + oval(-4, 55, 4, 3, "#ffffff")
    parts += "".join(oval(x, 32, 3.5, 3.5, "#5b6773") for x in (-34, 34)) + rect(-12, 0, 24, 20, "#5d6a78")
    parts += stroke(arm, "#5d6a78", 21) + stroke(arm, "#a9b8c5", 12)
    if happy:
        parts += rect(68, -30, 46, 38, "url(#metal)", 'rx="14" stroke="#4d5965" stroke-width="3"')
        parts += stroke("M84 -26 Q86 -44 82 -58", "#4d5965", 23) + stroke("M84 -26 Q86 -44 82 -58", "#cfdae3", 17)
        parts += stroke("M92 -18 H110 M92 -8 H110 M92 2 H108", "#5b6773", 3)
    else:
        fingers = "M78 -24 L68 -46 M90 -30 L86 -58 M104 -30 L106 -58 M116 -22 L124 -44"
        parts += stroke(fingers, "#4d5965", 17) + stroke(fingers, "#cfdae3", 11)
        parts += rect(70, -34, 54, 40, "url(#metal)", 'rx="17" stroke="#4d5965" stroke-width="3"')
        parts += oval(97, -14, 13, 10, "#7f8d9a", 'opacity="0.6"')
    head = stroke("M0 -80 V-98", "#5d6a78", 6) + oval(0, -104, 10, 10, lamp) + oval(-3, -107, 3, 3, "#ffffff")
    head += rect(-68, -56, 16, 34, "#76848f", 'rx="7"') + rect(52, -56, 16, 34, "#76848f", 'rx="7"')
    head += rect(-58, -82, 116, 86, "url(#metal)", 'rx="26" stroke="#4d5965" stroke-width="3"')
    head += rect(-45, -68, 90, 58, screen, 'rx="18"') + shape(
        "M-38 -58 Q-30 -66 0 -66 L-26 -40 Q-40 -40 -38 -58Z", "#ffffff", 'opacity="0.13"'
    )
    if happy:
        head += stroke("M-30 -38 Q-21 -56 -12 -38 M12 -38 Q21 -56 30 -38", light, 7)
        head += (
            stroke("M-15 -27 Q0 -13 15 -27", light, 6)
            + oval(-33, -26, 6, 4, "#ff8fb0")
            + oval(33, -26, 6, 4, "#ff8fb0")
        )
    else:
        head += (
            stroke("M-33 -50 L-12 -42 M33 -50 L12 -42", light, 7)
            + oval(-20, -36, 5, 5, light)
            + oval(20, -36, 5, 5, light)
        )
        head += stroke("M-18 -18 L-9 -24 L0 -18 L9 -24 L18 -18", light, 5)
    return parts + group(head, "rotate(7)" if happy else "rotate(-10) translate(-6 0)")


def robot_image() -> str:
    defs = (
        radial("no", "#d9705f", "#a8392f", "#6f1f1f", cx=0.3, cy=0.4)
        + radial("yes", "#8fe0b0", "#36a57d", "#176750", cx=0.72, cy=0.4)
        + linear("metal", "#f3f8fb", "#b7c5d1", "#8493a1", x2=0.5)
    )
    no_mark = stroke("M245 40 L345 160 M345 40 L245 160", "#5a1512", 26, 'opacity="0.35"')
    yes_mark = stroke("M50 308 L95 352 L165 250", "#0d4a38", 26, 'opacity="0.35"')
    return (
        defs
        + '<clipPath id="upper"><rect width="400" height="200"/></clipPath>'
        + '<clipPath id="lower"><rect y="200" width="400" height="200"/></clipPath>'
        + f'<g clip-path="url(#upper)">{rect(0, 0, 400, 200, "url(#no)")}{no_mark}'
        + group(robot(False), "translate(76 130)")
        + "</g><g "
        f'clip-path="url(#lower)">{rect(0, 200, 400, 200, "url(#yes)")}{rays(295, 300, 16, "#e9ffe0", 0.16)}{yes_mark}'
        + group(robot(True), "translate(280 332)")
        + "</g>"
        + rect(0, 196, 400, 8, "#ffffff")
    )


def toast_image() -> str:
    tiles = (
        '<pattern id="tiles" width="50" height="50" patternUnits="userSpaceOnUse"><rect width="50" height="50" '
        'fill="#7fb9b4"/>'
        '<rect x="1.5" y="1.5" width="47" height="47" rx="4" fill="#a9d8d1"/><path d="M5 44 V6 H44" fill="none" '
        'stroke="#cdeee8" stroke-width="3"/></pattern>'
    )
    defs = (
        tiles
        + linear("crust", "#d99a4e", "#a8642a", "#7d431a")
        + radial("crumb", "#fff0c9", "#f5d396", "#dca85c", cx=0.5, cy=0.45, r=0.7)
        + linear("body", "#ff7a66", "#d8342c", "#8d1719")
        + linear("chrome", "#f7fafc", "#9aa7b1", "#dfe7ec", "#6b7781")
        + linear("wood", "#c98f58", "#8a5830")
        + radial("heat", "#ffd25e", "#ff7a1f", "#5a1a08", cx=0.5, cy=0.5)
        + radial("vignette", "#ffffff", "#dff3ee", "#3c7a77", cx=0.5, cy=0.4, r=0.85)
        + blur("soft", 9)
    )
    smoke = "".join(
        stroke(d, "#6d7478", 24, 'opacity="0.5" filter="url(#soft)"')
        for d in (
            "M92 260 C50 220 110 180 70 130 C50 100 80 80 66 50",
            "M312 262 C356 226 296 186 338 140 C360 110 326 88 340 52",
        )
    )
    bread = (
        "M116 282 L112 176 C76 158 84 92 140 88 C160 84 178 94 200 92 C222 94 240 84 260 88 C316 92 324 158 "
        "288 176 L284 282Z"
    )
    inside = (
        "M130 282 L126 166 C96 152 102 106 144 102 C164 98 180 108 200 106 C220 108 236 98 256 102 "
        "C298 106 304 152 274 166 L270 282Z"
    )
    slice_ = shape(bread, "url(#crust)", 'stroke="#5f3213" stroke-width="3"') + shape(inside, "url(#crumb)")
    crumbs = random.Random(3)
    slice_ += "".join(
        oval(crumbs.uniform(132, 268), crumbs.uniform(116, 270), 2.4, 1.8, "#c98f45", 'opacity="0.6"')
        for _ in range(26)
    )
    face = both_sides(
        oval(164, 156, 31, 34, "#ffffff", 'stroke="#4a2a12" stroke-width="4"')
        + oval(168, 160, 8, 9, "#23140c")
        + oval(171, 157, 2.6, 2.6, "#ffffff")
        + stroke("M140 114 Q154 98 180 106", "#5f3213", 7)
    )
    face += shape(
        "M168 222 C168 188 232 188 232 222 C232 262 216 270 200 270 C184 270 168 262 168 222Z",
        "#5a1418",
        'stroke="#4a2a12" stroke-width="4"',
    )
    face += oval(200, 254, 20, 13, "#ef6f74") + shape("M178 208 Q200 196 222 208 L219 216 Q200 208 181 216Z", "#ffffff")
    arms = both_sides(
        stroke("M118 256 C58 262 62 214 114 212", "#7d431a", 13)
        + oval(120, 211, 13, 11, "#a8642a", 'stroke="#5f3213" stroke-width="3"')
    )
    sweat = "".join(
        shape(f"M{x} {y} q{dx} 14 0 22 q-12 -2 -9 -12 q3 -6 9 -10Z", "#5cc4f2", 'stroke="#1f7fb5" stroke-width="2"')
        for x, y, dx in ((96, 104, 9), (312, 96, 9), (330, 142, 9), (76, 146, 9))
    )
    toaster = shape(
        "M58 420 L62 318 C62 276 88 262 128 262 H272 C312 262 338 276 338 318 L342 420Z",
        "url(#body)",
        'stroke="#5f0d10" stroke-width="3"',
    )
    toaster += shape("M82 322 C84 292 100 282 128 281 H180 C120 286 104 300 98 340Z", "#ffffff", 'opacity="0.45"')
    toaster += (
        rect(62, 344, 277, 10, "url(#chrome)")
        + rect(338, 300, 24, 16, "#2b2f33", 'rx="6"')
        + rect(339, 286, 8, 46, "url(#chrome)")
    )
    toaster += oval(298, 322, 15, 15, "url(#chrome)") + stroke("M298 322 L306 312", "#2b2f33", 4)
    slot = oval(200, 268, 116, 17, "#3c474e") + oval(200, 266, 110, 14, "url(#heat)")
    lip = shape("M86 262 Q86 286 200 287 Q314 286 314 262 Q312 276 200 277 Q88 276 86 262Z", "url(#chrome)")
    return (
        defs
        + rect(0, 0, 400, 400, "url(#tiles)")
        + rect(0, 0, 400, 400, "url(#vignette)", 'opacity="0.45"')
        + rect(0, 356, 400, 44, "url(#wood)")
        + smoke
        + oval(200, 396, 170, 20, "#3a1d0b", 'opacity="0.5" filter="url(#soft)"')
        + toaster
        + slot
        + group(arms + slice_ + face, "rotate(-4 200 250)")
        + lip
        + sweat
    )


def sloth_image() -> str:
    defs = (
        linear("wall", "#2e3a59", "#4a5379", "#6d6482")
        + linear("night", "#0d1638", "#2c4a86")
        + linear("desk", "#a36a3f", "#6d3f22")
        + radial("fur", "#b29774", "#8a6d4d", "#5b4530", cx=0.45, cy=0.3)
        + radial("face", "#f8ead0", "#e6cda4", "#c4a373", cx=0.5, cy=0.35)
        + linear("screen", "#d8f4ff", "#7cc6ea", x2=1)
        + radial("lamp", "#fff2b8", "#ffc95a", cx=0.5, cy=0.5)
        + blur("soft", 14)
    )
    stars = random.Random(8)
    window = rect(14, 62, 118, 140, "#7d6a58", 'rx="5"') + rect(23, 71, 100, 122, "url(#night)")
    window += "".join(oval(stars.uniform(28, 118), stars.uniform(76, 188), 1.5, 1.5, "#ffffff") for _ in range(18))
    window += (
        oval(88, 102, 18, 18, "#fdf3c7")
        + oval(96, 97, 16, 16, "#16265a")
        + rect(70, 71, 6, 122, "#7d6a58")
        + rect(23, 128, 100, 6, "#7d6a58")
    )
    lamp = shape("M318 118 L226 330 H420 L384 118Z", "#ffe9a0", 'opacity="0.3" filter="url(#soft)"')
    lamp += stroke("M384 310 L396 200 L352 108", "#39414f", 8) + shape(
        "M312 122 Q326 74 366 84 L390 122 Q350 134 312 122Z", "#d9533f"
    )
    lamp += oval(352, 124, 34, 8, "url(#lamp)")
    body = shape("M52 330 C44 236 128 176 206 180 C292 184 354 244 348 330Z", "url(#fur)")
    laptop = shape("M292 316 L304 214 Q305 208 311 208 H388 Q394 208 393 214 L380 316Z", "#39414f") + shape(
        "M301 308 L311 217 H385 L374 308Z", "url(#screen)"
    )
    laptop += stroke("M320 238 H368 M318 252 H352 M317 266 H362 M315 280 H340", "#2f6f96", 5, 'opacity="0.7"')
    laptop += shape("M262 332 L292 312 H384 L372 332Z", "#8c97a3") + shape("M262 332 H372 V339 H262Z", "#5a6470")
    mug = rect(36, 262, 62, 66, "#e9573f", 'rx="10"') + stroke("M36 280 C8 276 8 316 38 312", "#e9573f", 11)
    mug += rect(46, 270, 9, 50, "#ffffff", 'rx="4" opacity="0.35"') + oval(67, 264, 30, 8, "#3f2417")
    mug += stroke("M54 250 q-10 -16 2 -30 M76 250 q-10 -18 2 -34", "#ffffff", 5, 'opacity="0.5"')
    head = shape("M196 116 q-16 -22 -34 -14 q18 2 20 18 q8 -22 30 -20 q-8 8 -2 18Z", "#6a523a")
    head += oval(200, 212, 112, 96, "url(#fur)") + oval(200, 226, 88, 74, "url(#face)")
    head += both_sides(
        shape("M168 206 C150 196 112 214 104 256 C98 282 124 276 134 256 C144 240 172 240 168 206Z", "#5a4028")
        + stroke("M126 232 Q142 248 160 228", "#f8ead0", 6)
        + stroke("M126 230 Q142 246 160 226", "#1f130b", 5)
        + stroke("M124 186 Q142 172 164 182", "#a3825a", 6)
    )
    head += (
        oval(200, 238, 24, 17, "#33211a")
        + oval(194, 232, 8, 4, "#8a7366")
        + stroke("M200 254 V262 M148 262 Q172 282 200 266 Q228 282 252 262", "#4a3222", 5)
    )
    head += shape("M246 266 q14 20 4 32 q-14 2 -12 -14Z", "#a9dcf5", 'opacity="0.9"')
    arms = "M56 320 C90 342 140 332 176 318", "M344 320 C310 344 262 334 226 324"
    paws = "".join(
        stroke(d, "#4a3724", 52) + stroke(d, "#8a6d4d", 46) + stroke(d, "#a98c68", 18, 'opacity="0.55"') for d in arms
    )
    paws += stroke("M178 306 q22 -2 30 8 M182 320 q22 0 28 10 M178 334 q18 2 24 12", "#f3e4c4", 9)
    paws += stroke("M222 314 q-14 -2 -20 6 M218 330 q-16 0 -20 8 M224 342 q-12 2 -16 8", "#e2cfa6", 9)
    zzz = "".join(
        f'<text x="{x}" y="{y}" font-family="DejaVu Sans" font-weight="bold" font-size="{size}" fill="#cfe6ff" '
        f'transform="rotate(12 {x} {y})">Z</text>'
        for x, y, size in ((282, 150, 30), (306, 116, 40), (250, 172, 22))
    )
    return (
        defs
        + rect(0, 0, 400, 400, "url(#wall)")
        + window
        + body
        + rect(0, 318, 400, 82, "url(#desk)")
        + stroke("M0 338 H400 M0 362 H400 M0 386 H400", "#4f2c16", 2, 'opacity="0.4"')
        + lamp
        + laptop
        + group(head, "rotate(-7 200 230) translate(-6 14) scale(0.98)")
        + paws
        + mug
        + zzz
    )


def earth() -> str:
    return (
        radial("earth", "#a6e4ff", "#2b86d9", "#0d2f78")
        + oval(334, 118, 58, 58, "url(#earth)")
        + shape("M292 98 q14 -26 38 -28 q12 10 -2 20 q10 14 -8 18 q-16 2 -12 20 q-16 -6 -16 -30Z", "#63b54a")
        + shape("M344 124 q26 -8 38 8 q-8 30 -30 38 q-14 -18 -8 -46Z", "#63b54a")
        + stroke("M312 140 q24 10 50 -2 M330 92 q20 4 40 0", "#ffffff", 6, 'opacity="0.65"')
    )


def saturn() -> str:
    front, back = "M262 118 A72 19 0 0 0 406 118", "M262 118 A72 19 0 0 1 406 118"
    ball = oval(334, 118, 46, 46, "url(#saturn)") + stroke(
        "M298 96 q36 12 72 0 M290 112 q44 14 88 0 M296 142 q38 12 76 0", "#a8713a", 5, 'opacity="0.55"'
    )
    ring = stroke(back, "#b99a6a", 9) + ball + stroke(front, "#8a6a40", 14) + stroke(front, "#f3dfae", 9)
    return radial("saturn", "#fff0c2", "#e3b566", "#8a5a2a") + group(ring, "rotate(-16 334 118)")


def eye_patch_fur() -> str:
    """A dark patch of fur around one eye and up the ear."""
    return shape("M212 152 Q232 166 238 202 Q240 232 206 236 Q172 234 168 200 Q168 172 190 160Z", "#5a2d12")


def cat_image(planet: Callable[[], str] = earth, patch: str = "") -> str:
    sky = random.Random(5)
    defs = (
        radial("space", "#3d2f7d", "#1b1a4d", "#080a20", cx=0.35, cy=0.35, r=0.9)
        + linear("moon", "#e3e2e6", "#97969f")
        + radial("suit", "#ffffff", "#dfe4ea", "#9ba6b5", cx=0.4, cy=0.25)
        + radial("coat", "#ffc37a", "#f0943c", "#b75f1b", cx=0.45, cy=0.35)
        + radial("glass", "#6f86c9", "#33407f", "#151b45", cx=0.4, cy=0.35)
        + radial("eye", "#e5ff8a", "#8ed13a", "#3f8a1e", cx=0.5, cy=0.6)
        + blur("soft", 16)
    )
    stars = "".join(
        oval(sky.uniform(0, 400), sky.uniform(0, 330), size, size, "#ffffff", f'opacity="{sky.uniform(0.4, 1):.2f}"')
        for size in [1, 1.6, 2.4] * 26
    )
    nebula = oval(90, 90, 120, 40, "#d35fc4", 'opacity="0.35" filter="url(#soft)" transform="rotate(-25 90 90)"')
    ground = shape("M-5 346 Q110 316 220 338 T405 330 V405 H-5Z", "url(#moon)")
    ground += "".join(
        oval(x, y, w, w * 0.3, "#7d7c86") + oval(x, y + 3, w * 0.85, w * 0.22, "#b4b3bb")
        for x, y, w in ((38, 356, 24), (318, 360, 34), (372, 346, 14))
    )
    pack = rect(76, 280, 172, 130, "#76808e", 'rx="30"')
    suit = stroke("M100 330 C64 344 58 384 92 398", "#8d98a8", 48) + stroke(
        "M100 330 C64 344 58 384 92 398", "#e8ecf1", 40
    )
    suit += shape(
        "M78 420 C78 324 108 288 162 288 C220 288 248 324 248 420Z", "url(#suit)", 'stroke="#7f8a9a" stroke-width="2"'
    )
    suit += (
        rect(124, 326, 76, 50, "#45506a", 'rx="9"') + oval(142, 342, 8, 8, "#ff5a4d") + oval(164, 342, 8, 8, "#ffd24d")
    )
    suit += rect(178, 335, 14, 14, "#62d67d", 'rx="3"') + stroke("M134 362 H190", "#8fd6ff", 6)
    suit += stroke("M84 388 Q90 330 112 306 M240 388 Q234 330 212 306", "#f2782a", 8)
    arm = "M224 330 C256 350 278 318 306 282"
    pointing = (
        stroke(arm, "#8d98a8", 54)
        + stroke(arm, "#eef2f6", 47)
        + stroke("M240 326 C260 330 276 304 296 278", "#ffffff", 14, 'opacity="0.9"')
    )
    pointing += (
        stroke("M290 266 L324 292", "#f2782a", 12)
        + stroke("M318 264 L370 222", "#465066", 27)
        + stroke("M318 264 L370 222", "#c3cddb", 20)
    )
    pointing += oval(322, 262, 27, 25, "#c3cddb", 'stroke="#465066" stroke-width="4"') + stroke(
        "M334 262 q12 6 6 18 M322 272 q10 6 4 16", "#465066", 4
    )
    pointing += stroke("M306 250 q10 -14 26 -10", "#465066", 4)
    head = shape("M104 196 L96 118 Q130 130 146 156Z", "url(#coat)") + shape(
        "M226 196 L234 118 Q200 130 184 156Z", "url(#coat)"
    )
    head += shape("M110 168 L106 134 Q124 142 132 158Z M220 168 L224 134 Q206 142 198 158Z", "#f4a3a0")
    head += oval(165, 208, 74, 62, "url(#coat)") + patch + oval(165, 236, 42, 31, "#fff3e2")
    head += stroke(
        "M165 150 V174 M148 152 L152 172 M182 152 L178 172 M94 206 L114 210 M96 224 L114 224 M236 206 L216 210 "
        "M234 224 L216 224",
        "#a3521a",
        7,
    )
    head += "".join(
        oval(x, 200, 22, 24, "url(#eye)", 'stroke="#4a2a12" stroke-width="4"')
        + oval(x + 7, 201, 9, 15, "#17120f")
        + oval(x + 10, 194, 4.5, 4.5, "#ffffff")
        for x in (136, 194)
    )
    head += shape("M155 222 H175 L165 234Z", "#e8747c") + stroke(
        "M165 234 V240 M165 240 q-10 12 -20 4 M165 240 q10 12 20 4", "#5a3216", 4
    )
    head += stroke("M120 236 L84 230 M120 246 L88 252 M210 236 L246 230 M210 246 L242 252", "#fffaf0", 3)
    helmet = oval(165, 198, 104, 102, "none", 'stroke="#dfe6f2" stroke-width="9"') + oval(
        165, 198, 104, 102, "#bfe3ff", 'opacity="0.14"'
    )
    helmet += stroke("M84 178 Q94 128 142 112", "#ffffff", 11, 'opacity="0.75"') + stroke(
        "M244 232 Q234 262 210 278", "#ffffff", 7, 'opacity="0.5"'
    )
    collar = oval(165, 294, 76, 19, "#6b7687") + oval(165, 290, 72, 15, "#c9d2de")
    return (
        defs
        + rect(0, 0, 400, 400, "url(#space)")
        + nebula
        + stars
        + planet()
        + ground
        + pack
        + suit
        + oval(165, 198, 104, 102, "url(#glass)")
        + head
        + collar
        + helmet
        + pointing
    )


def glasses_and_bow_tie() -> str:
    glasses = both_sides(
        rect(88, 130, 104, 104, "#dff2ff", 'rx="16" opacity="0.22"')
        + rect(88, 130, 104, 104, "none", 'rx="16" stroke="#16202e" stroke-width="11"')
        + stroke("M88 156 L66 146", "#16202e", 9)
        + stroke("M102 168 L126 142", "#ffffff", 6, 'opacity="0.8"')
    ) + stroke("M192 164 Q200 156 208 164", "#16202e", 10)
    tie = both_sides(shape("M200 302 L150 278 V328Z", "#d8343a", 'stroke="#5f0d10" stroke-width="4"'))
    return glasses + tie + oval(200, 303, 12, 14, "#b3202f", 'stroke="#5f0d10" stroke-width="4"')


def owl_image(dress: str = "") -> str:
    defs = (
        linear("dusk", "#2b2158", "#7a3f86", "#f08a5d", "#ffd08a")
        + radial("moon", "#fffbe2", "#ffe9a6", "#f6cf7c", cx=0.5, cy=0.5, r=0.6)
        + radial("down", "#b98253", "#8a5631", "#56301a", cx=0.5, cy=0.3)
        + radial("disc", "#fff6e0", "#f0d7aa", "#c99a62", cx=0.5, cy=0.5, r=0.55)
        + radial("iris", "#fff27a", "#ffc21f", "#e57d0d", cx=0.5, cy=0.5, r=0.55)
        + linear("beak", "#ffb84a", "#d9731a")
        + linear("bark", "#5b3a26", "#2e1b12")
        + blur("soft", 12)
    )
    hills = shape("M-5 330 Q80 270 170 310 T405 290 V405 H-5Z", "#3b2454") + shape(
        "M-5 372 Q120 330 240 360 T405 350 V405 H-5Z", "#241636"
    )
    pines = "".join(
        shape(
            f"M{x} {y} l{w} {w * 2.2:.0f} h{-2 * w}Z m0 {w * 1.1:.0f} l{w * 1.3:.0f} {w * 2.2:.0f} h{-2.6 * w:.1f}Z",
            "#24173a",
        )
        for x, y, w in ((26, 240, 20), (66, 268, 15), (376, 228, 22), (338, 262, 14))
    )
    branch = stroke("M-10 356 C90 340 300 362 410 340", "url(#bark)", 26) + stroke(
        "M-10 350 C90 334 300 356 410 334", "#8a6142", 5, 'opacity="0.6"'
    )
    branch += stroke("M352 346 C372 320 384 316 404 310", "#3f281a", 11)
    body = both_sides(
        shape(
            "M118 214 C60 226 26 196 12 164 C10 206 12 226 30 246 C24 248 20 248 18 250 C36 290 72 322 118 330Z",
            "url(#down)",
            'stroke="#3a1f10" stroke-width="3"',
        )
    )
    body += both_sides(stroke("M36 224 Q66 252 104 250 M42 256 Q70 282 106 280", "#3a1f10", 4, 'opacity="0.5"'))
    body += shape(
        "M104 196 C84 300 130 358 200 358 C270 358 316 300 296 196Z", "url(#down)", 'stroke="#3a1f10" stroke-width="3"'
    )
    body += shape("M134 240 C128 312 160 350 200 350 C240 350 272 312 266 240Z", "#f3dcb2")
    body += "".join(
        stroke(f"M{x} {y} q10 15 20 0", "#a86f3f", 5)
        for y, xs in (
            (264, (148, 178, 208, 234)),
            (284, (160, 190, 220)),
            (304, (150, 178, 206, 232)),
            (324, (168, 196)),
        )
        for x in xs
    )
    head = shape(
        "M200 118 C176 112 150 108 126 74 C120 100 108 112 96 126 C70 160 74 232 122 254 C150 266 250 266 278 254 "
        "C326 232 330 160 304 126 C292 112 280 100 274 74 C250 108 224 112 200 118Z",
        "url(#down)",
        'stroke="#3a1f10" stroke-width="3"',
    )
    head += shape("M200 118 l-14 -30 10 14 4 -24 4 24 10 -14Z", "#6b3f22") + shape(
        "M200 124 L178 142 L200 196 L222 142Z", "#6b3f22"
    )
    spokes = "".join(
        f"M{142 + 52 * math.cos(a):.1f} {182 + 52 * math.sin(a):.1f} L{142 + 63 * math.cos(a):.1f} "
        f"{182 + 63 * math.sin(a):.1f} "
        for a in (i * math.pi / 11 for i in range(22))
    )
    head += both_sides(
        oval(142, 182, 68, 68, "url(#disc)", 'stroke="#7a4a28" stroke-width="4"')
        + stroke(spokes, "#b07d48", 3)
        + oval(142, 182, 50, 50, "#2a160c")
        + oval(142, 182, 46, 46, "url(#iris)")
        + oval(144, 182, 12, 12, "#120b08")
    )
    head += "".join(
        oval(x - 18, 162, 11, 9, "#ffffff", 'opacity="0.95"') + oval(x + 4, 177, 4, 4, "#ffffff") for x in (142, 258)
    )
    head += shape("M182 236 Q200 222 218 236 Q216 268 200 272 Q184 268 182 236Z", "#5a1418") + oval(
        200, 258, 9, 7, "#e8747c"
    )
    head += shape(
        "M180 216 Q200 198 220 216 Q216 234 200 244 Q184 234 180 216Z",
        "url(#beak)",
        'stroke="#8a4410" stroke-width="3"',
    )
    head += shape("M184 256 Q200 288 216 256 Q212 266 200 268 Q188 266 184 256Z", "#e08a2c")
    feet = "".join(stroke(f"M{x} 344 v16 M{x + 13} 344 v18 M{x + 26} 344 v16", "#e08a2c", 11) for x in (146, 228))
    shock = stroke("M52 118 L24 104 M70 84 L50 58 M348 118 L376 104 M330 84 L350 58", "#fff6d0", 7)
    return (
        defs
        + rect(0, 0, 400, 400, "url(#dusk)")
        + oval(200, 190, 172, 172, "#ffe9a6", 'opacity="0.4" filter="url(#soft)"')
        + oval(200, 190, 158, 158, "url(#moon)")
        + oval(110, 90, 14, 10, "#eec981")
        + oval(306, 286, 20, 15, "#eec981")
        + hills
        + pines
        + branch
        + body
        + head
        + dress
        + feet
        + shock
    )


def tentacle(points: tuple[tuple[float, float], ...], thick: float = 40, thin: float = 13) -> str:
    """A tapering arm along a cubic curve, with suckers on its lower side."""
    left, right, suckers = [], [], ""
    for i in range(25):
        t = i / 24
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
        slopes = (-((1 - t) ** 2), (1 - t) * (1 - 3 * t), t * (2 - 3 * t), t * t)
        x, y = (sum(w * p[axis] for w, p in zip(weights, points, strict=True)) for axis in (0, 1))
        dx, dy = (sum(s * p[axis] for s, p in zip(slopes, points, strict=True)) for axis in (0, 1))
        length, half = math.hypot(dx, dy) or 1, (thick + (thin - thick) * t) / 2
        nx, ny = -dy / length * half, dx / length * half
        left.append(f"{x + nx:.1f} {y + ny:.1f}")
        right.append(f"{x - nx:.1f} {y - ny:.1f}")
        side = 0.5 if ny > 0 else -0.5
        if i % 3 == 1 and i > 6:
            suckers += oval(x + nx * side, y + ny * side, round(half * 0.3, 1), round(half * 0.3, 1), "#f7c4e6")
    outline = "M" + " L".join(left + right[::-1]) + "Z"
    return shape(outline, "url(#skin)", 'stroke="#4d1f6b" stroke-width="3" stroke-linejoin="round"') + suckers


def octopus_image() -> str:
    defs = (
        radial("office", "#ffe9a8", "#f7c65c", "#d9922e", cx=0.5, cy=0.4, r=0.8)
        + radial("skin", "#e08ae8", "#a94fc4", "#6b2b93", cx=0.42, cy=0.3)
        + linear("desk", "#6fa3a8", "#3d6d75")
        + linear("paper", "#ffffff", "#dfe5ea")
    )
    mug = rect(24, 92, 50, 56, "#ffffff", 'rx="8" stroke="#35506b" stroke-width="3"') + stroke(
        "M24 106 C4 104 4 134 24 132", "#ffffff", 8
    )
    mug += oval(49, 94, 23, 7, "#5b331d") + shape(
        "M49 136 l-13 -13 q0 -9 7 -9 q6 0 6 6 q0 -6 6 -6 q7 0 7 9Z", "#e2434f"
    )
    mug += stroke("M40 82 q-6 -9 2 -18 M58 82 q-6 -9 2 -18", "#ffffff", 5)
    phone = rect(22, 186, 44, 78, "#22303f", 'rx="9" transform="rotate(-12 44 225)"') + rect(
        27, 195, 34, 56, "#67d3f5", 'rx="3" transform="rotate(-12 44 225)"'
    )
    phone += stroke("M34 214 l16 -3 M36 224 l20 -4 M38 234 l12 -2", "#ffffff", 4)
    clock = both_sides(oval(322, 92, 15, 15, "#c22f2f"), 345) + oval(
        345, 122, 39, 39, "#e2434f", 'stroke="#7d1420" stroke-width="3"'
    )
    clock += (
        oval(345, 122, 29, 29, "#fffdf5")
        + stroke("M345 122 V102 M345 122 L358 130", "#22303f", 5)
        + stroke("M296 92 L306 98 M394 92 L384 98", "#7d1420", 4)
    )
    chart = group(
        rect(-32, -40, 64, 82, "url(#paper)", 'rx="4" stroke="#8796a3" stroke-width="2"')
        + rect(-22, 4, 11, 26, "#3fa7d6")
        + rect(-5, -10, 11, 40, "#59cd90")
        + rect(12, -26, 11, 56, "#ee6352"),
        "translate(354 226) rotate(11)",
    )
    book = group(
        shape("M0 -6 Q-24 -22 -50 -12 V30 Q-24 20 0 36 Q24 20 50 30 V-12 Q24 -22 0 -6Z", "#2f6fb0")
        + shape("M0 -8 Q-22 -22 -44 -14 V24 Q-22 14 0 30 Q22 14 44 24 V-14 Q22 -22 0 -8Z", "#fffdf5")
        + stroke("M0 -6 V30 M-36 -4 Q-22 -8 -8 0 M-36 8 Q-22 4 -8 12 M36 -4 Q22 -8 8 0 M36 8 Q22 4 8 12", "#8796a3", 3),
        "translate(70 312) rotate(-8)",
    )
    keyboard = group(
        rect(-52, -20, 104, 42, "#39465a", 'rx="7"')
        + "".join(rect(x, y, 10, 8, "#cfd9e4", 'rx="2"') for y in (-13, -2) for x in range(-44, 44, 14))
        + rect(-26, 9, 52, 8, "#cfd9e4", 'rx="2"'),
        "translate(330 318) rotate(6)",
    )
    arms = "".join(
        tentacle(points)
        for points in (
            ((160, 236), (90, 240), (120, 150), (66, 128)),
            ((150, 256), (90, 300), (110, 220), (52, 238)),
            ((160, 272), (120, 330), (150, 340), (86, 320)),
            ((240, 236), (310, 240), (280, 160), (330, 140)),
            ((250, 256), (310, 300), (290, 220), (350, 240)),
            ((240, 272), (280, 330), (250, 340), (316, 316)),
            ((180, 270), (170, 330), (176, 350), (150, 352)),
            ((220, 270), (230, 330), (224, 350), (250, 352)),
        )
    )
    head = shape(
        "M200 76 C266 76 300 128 284 184 C276 212 262 226 262 262 C240 292 160 292 138 262 C138 226 124 212 116 "
        "184 C100 128 134 76 200 76Z",
        "url(#skin)",
        'stroke="#4d1f6b" stroke-width="3"',
    )
    head += (
        oval(158, 116, 24, 14, "#f4bdf5", 'opacity="0.7" transform="rotate(-34 158 116)"')
        + oval(248, 112, 8, 6, "#7d3aa5")
        + oval(262, 132, 6, 5, "#7d3aa5")
    )
    head += oval(164, 188, 33, 35, "#ffffff", 'stroke="#4d1f6b" stroke-width="4"') + oval(
        238, 188, 33, 35, "#ffffff", 'stroke="#4d1f6b" stroke-width="4"'
    )
    head += (
        oval(154, 178, 11, 12, "#23102e")
        + oval(252, 198, 11, 12, "#23102e")
        + oval(151, 174, 3.5, 3.5, "#ffffff")
        + oval(249, 194, 3.5, 3.5, "#ffffff")
    )
    head += stroke("M130 146 L176 138 M272 150 L224 138", "#4d1f6b", 8) + stroke(
        "M172 244 q9 -12 19 0 t19 0 t19 0", "#3a1250", 6
    )
    head += shape(
        "M282 100 q14 18 6 30 q-14 2 -14 -12Z M112 118 q-12 18 -5 28 q13 2 12 -12Z",
        "#7fd6f7",
        'stroke="#2b8fc0" stroke-width="2"',
    )
    tie = shape(
        "M190 272 H212 L217 290 L208 300 L222 346 L201 366 L180 346 L194 300 L185 290Z",
        "#f4c531",
        'stroke="#a87a0d" stroke-width="3"',
    )
    tie += stroke("M188 322 L206 306 M184 344 L216 318", "#d9532c", 7)
    notes = "".join(
        rect(x, 62, 26, 26, c, f'transform="rotate({turn} {x} 62)"')
        for x, c, turn in ((98, "#ff9fb2", -5), (276, "#9fe0c0", 6))
    )
    return (
        defs
        + rect(0, 0, 400, 400, "url(#office)")
        + rays(200, 180, 24, "#fff6d0", 0.3)
        + notes
        + rect(0, 340, 400, 60, "url(#desk)")
        + rect(0, 340, 400, 5, "#a9d0d2")
        + mug
        + phone
        + clock
        + chart
        + book
        + keyboard
        + arms
        + head
        + tie
    )


def duck_image() -> str:
    rain = random.Random(2)
    defs = (
        linear("night", "#0e1626", "#22344d", "#3d5068")
        + radial("feather", "#ffffff", "#eef1ee", "#b3c0c9", cx=0.42, cy=0.3)
        + linear("bill", "#ffc14a", "#f08a1d", "#c25e0c")
        + linear("coat", "#d9b27a", "#9c7440", "#6d4d27")
        + linear("hat", "#8a6a48", "#553d27", "#35251a")
        + radial("lens", "#f4fdff", "#cbeaf5", "#8fc0d6", cx=0.4, cy=0.35)
        + radial("lamp", "#fffbe0", "#ffd977", cx=0.5, cy=0.5)
        + blur("soft", 16)
    )
    bricks = (
        '<pattern id="bricks" width="56" height="36" patternUnits="userSpaceOnUse"><path d="M0 0 H56 M0 18 H56 '
        "M14 0 V18 "
        'M42 18 V36" stroke="#0b1220" stroke-width="3" opacity="0.6"/></pattern>'
    )
    lamp = shape("M52 96 L-60 410 H190 L88 96Z", "#ffe9a0", 'opacity="0.42" filter="url(#soft)"')
    lamp += rect(65, 110, 10, 300, "#0b1018") + shape(
        "M44 62 H96 L86 112 H54Z", "url(#lamp)", 'stroke="#0b1018" stroke-width="5"'
    )
    lamp += shape("M38 62 L70 40 L102 62Z", "#0b1018") + oval(
        70, 88, 44, 44, "#ffe9a0", 'opacity="0.5" filter="url(#soft)"'
    )
    drops = "".join(
        f"M{x:.0f} {y:.0f} l-5 18 " for x, y in ((rain.uniform(0, 400), rain.uniform(0, 390)) for _ in range(80))
    )
    coat = shape(
        "M70 420 C76 320 120 278 206 272 C292 278 332 320 340 420Z", "url(#coat)", 'stroke="#3f2b14" stroke-width="3"'
    )
    coat += shape("M206 288 L176 420 H238Z", "#f1ece0") + shape(
        "M206 292 L194 312 L202 372 L208 384 L214 372 L218 312Z", "#b3262f"
    )
    collar = shape("M206 300 L128 232 L108 298 L158 360Z", "#c79d62", 'stroke="#3f2b14" stroke-width="3"')
    coat += both_sides(collar, 206) + "".join(oval(150, y, 6, 6, "#3f2b14") for y in (374, 398))
    head = shape(
        "M128 190 C120 108 164 92 206 92 C248 92 292 108 284 190 C282 250 262 284 206 286 C150 284 130 250 128 190Z",
        "url(#feather)",
        'stroke="#6c7c88" stroke-width="2"',
    )
    head += (
        oval(166, 182, 22, 25, "#ffffff", 'stroke="#22303a" stroke-width="4"')
        + oval(172, 186, 9, 11, "#10161b")
        + oval(175, 181, 3.5, 3.5, "#ffffff")
    )
    head += shape(
        "M142 172 Q164 156 190 172 L190 180 Q166 170 142 182Z", "#dfe6e6", 'stroke="#22303a" stroke-width="3"'
    )
    bill = shape(
        "M116 232 C146 214 176 204 204 204 C232 204 250 216 268 230 C276 260 240 280 196 280 C152 280 110 262 116 232Z",
        "url(#bill)",
        'stroke="#7d3c08" stroke-width="3"',
    )
    bill += (
        stroke("M118 242 C160 262 232 264 268 240", "#8a430a", 4)
        + oval(188, 220, 5, 3.5, "#7d3c08")
        + oval(212, 220, 5, 3.5, "#7d3c08")
    )
    bill += stroke("M140 230 Q164 216 182 212", "#ffe3a3", 6, 'opacity="0.8"')
    hat = shape(
        "M136 128 C136 72 160 62 182 72 Q206 60 230 72 C254 62 276 72 276 128Z",
        "url(#hat)",
        'stroke="#20150c" stroke-width="3"',
    )
    hat += shape("M135 108 Q206 126 277 108 L278 132 Q206 148 134 132Z", "#1d1613") + stroke(
        "M164 82 Q170 96 168 106", "#a5845f", 5, 'opacity="0.7"'
    )
    hat += shape(
        "M84 128 C120 142 140 124 206 124 C272 124 292 142 328 128 C318 160 262 158 206 156 C150 158 94 160 84 128Z",
        "url(#hat)",
        'stroke="#20150c" stroke-width="3"',
    )
    glass = stroke("M306 238 L338 306", "#3a2413", 20) + stroke("M306 238 L338 306", "#7d4e28", 12)
    glass += (
        oval(272, 190, 62, 62, "#22292f") + oval(272, 190, 57, 57, "#d9a441") + oval(272, 190, 50, 50, "url(#lens)")
    )
    glass += (
        oval(270, 192, 40, 42, "#ffffff", 'stroke="#22303a" stroke-width="4"')
        + oval(264, 198, 19, 22, "#10161b")
        + oval(270, 188, 7, 7, "#ffffff")
    )
    glass += stroke("M234 176 Q240 154 262 146", "#ffffff", 8, 'opacity="0.9"')
    wing = shape(
        "M352 420 C372 356 364 312 336 290 C320 284 304 296 312 310 C300 312 300 328 314 332 C302 338 310 352 "
        "322 350 C318 380 312 400 306 420Z",
        "url(#coat)",
        'stroke="#3f2b14" stroke-width="3"',
    )
    wing += shape(
        "M318 304 C312 288 340 284 350 300 C360 318 352 344 336 352 C318 354 308 342 318 334 C304 328 306 312 318 304Z",
        "url(#feather)",
        'stroke="#6c7c88" stroke-width="2"',
    )
    wing += stroke("M320 306 q14 0 20 6 M318 332 q14 0 20 -4", "#8493a0", 3)
    return (
        defs
        + bricks
        + rect(0, 0, 400, 400, "url(#night)")
        + rect(0, 0, 400, 400, "url(#bricks)")
        + lamp
        + stroke(drops, "#b9d3ec", 2, 'opacity="0.4"')
        + coat
        + head
        + bill
        + hat
        + glass
        + wing
    )


IMAGES = {
    "crowned_pigeon": pigeon_image,
    "robot_no_yes": robot_image,
    "panic_toast": toast_image,
    "sleepy_sloth": sloth_image,
    "busy_octopus": octopus_image,
    "detective_duck": duck_image,
    "astronaut_cat": cat_image,
    "astronaut_cat_at_saturn": partial(cat_image, planet=saturn, patch=eye_patch_fur()),
    "surprised_owl": owl_image,
    "owl_with_glasses": partial(owl_image, dress=glasses_and_bow_tie()),
}


def meme(name: str) -> Callable[[View], str]:
    def draw(view: View) -> str:
        captions = CAPTIONS[name][view.number % len(CAPTIONS[name])]
        return reposted(view, IMAGES[name](), captions, two_panels=name == "robot_no_yes")

    return draw


def page(view: View) -> str:
    """A web page or a dark screen behind the image."""
    colour = view.pick("#14161a", "#1f2430", "#2b2d31", "#f5f6f8", "#ffffff", "#e3e8ee")
    return linear("page", shade(colour, 0.06), shade(colour, -0.06)) + rect(0, 0, 640, 640, "url(#page)")


CLASSES = {name: meme(name) for name in IMAGES}
SCENE = Scene(page, scale=(0.9, 1.03), tilt_deg=1.5, perspective=0.015, shift=0.015, shadow=0.2, mirror=False)
