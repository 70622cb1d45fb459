"""Dishes on a table, seen from above or from a low angle."""

import math
from collections.abc import Callable
from functools import partial

from .scene import WOODS, Scene, gradient, tabletop
from .view import View, shade

Point = tuple[float, float]

PLATES = ("#fbfaf6", "#f1e6d2", "#7fa3b8", "#3f4a55", "#d9d4cc", "#dba48f", "#9db39a")


def is_low(view: View) -> bool:
    """Whether the camera is near the height of the table; the background and the dish agree on it."""
    return view.number % 3 == 1


def squash(view: View, above: tuple[float, float], low: tuple[float, float]) -> float:
    """The height of a flat circle in the picture as a share of its width."""
    return view.vary(*(low if is_low(view) else above))


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


def polar(radius: float, degrees: float) -> Point:
    return radius * math.cos(math.radians(degrees)), radius * math.sin(math.radians(degrees))


def polygon(points: list[Point]) -> str:
    return "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in points) + " Z"


def smooth(points: list[Point]) -> str:
    """A closed curve that passes between the points."""
    middles = [
        ((ax + bx) / 2, (ay + by) / 2) for (ax, ay), (bx, by) in zip(points, points[1:] + points[:1], strict=True)
    ]
    start = middles[-1]
    curves = " ".join(f"Q{x:.1f} {y:.1f} {mx:.1f} {my:.1f}" for (x, y), (mx, my) in zip(points, middles, strict=True))
    return f"M{start[0]:.1f} {start[1]:.1f} {curves} Z"


def blob(view: View, x: float, y: float, radius: float, wobble: float = 0.12, points: int = 9) -> str:
    ring = []
    for i in range(points):
        dx, dy = polar(radius * view.vary(1 - wobble, 1 + wobble), 360 * i / points)
        ring.append((x + dx, y + dy))
    return smooth(ring)


def flat(y: float, k: float, content: str, turn: float = 0) -> str:
    """Content drawn around (0, 0) as it lies on the table, at height y in the picture."""
    return f'<g transform="translate(200 {y:.1f}) scale(1 {k}) rotate({turn})">{content}</g>'


def plate(colour: str, y: float, k: float, radius: float = 188) -> str:
    rim, deep = shade(colour, 0.35), shade(colour, -0.28)
    depth = 16 * (1 - k)
    return (
        radial("plate_rim", rim, shade(colour, -0.12), 0.35, 0.3, 0.9)
        + radial("plate_well", shade(colour, 0.12), shade(colour, -0.16), 0.55, 0.6, 0.6)
        + flat(y + depth, k, f'<circle r="{radius}" fill="{deep}"/>')
        + flat(
            y,
            k,
            f'<circle r="{radius}" fill="url(#plate_rim)"/>'
            f'<circle r="{radius - 2.5}" fill="none" stroke="{shade(colour, 0.7)}" stroke-width="3" opacity="0.8"/>'
            f'<circle r="{radius * 0.74}" fill="url(#plate_well)"/>'
            f'<circle r="{radius * 0.74}" fill="none" stroke="{shade(colour, -0.25)}" stroke-width="2" opacity="0.5"/>'
            f'<path d="M{-radius * 0.82} {-radius * 0.22} A{radius * 0.85} {radius * 0.85} 0 0 1 {-radius * 0.3}'
            f' {-radius * 0.8}" fill="none" stroke="#fff" stroke-width="7" stroke-linecap="round" opacity="0.55"/>',
        )
    )


def plate_height(k: float) -> float:
    """The lowest height at which a plate is still inside the box."""
    return 382 - 190 * k


def soft_shadow(x: float, y: float, rx: float, ry: float, opacity: float = 0.4) -> str:
    return (
        '<filter id="soft" x="-40%" y="-60%" width="180%" height="220%"><feGaussianBlur stdDeviation="7"/></filter>'
        f'<ellipse cx="{x}" cy="{y}" rx="{rx}" ry="{ry}" fill="#1d1410" opacity="{opacity}" filter="url(#soft)"/>'
    )


def leaf(x: float, y: float, size: float, turn: float, colour: str) -> str:
    return (
        f'<g transform="translate({x:.1f} {y:.1f}) rotate({turn}) scale({size / 20:.2f})">'
        f'<path d="M-20 0 C-10 -15 10 -14 22 0 C10 14 -10 13 -20 0 Z" fill="{colour}" stroke="{shade(colour, -0.4)}"/>'
        f'<path d="M-20 0 Q0 -4 20 0 M-8 -1 l6 -7 M2 -2 l6 -6 M-8 -1 l6 7 M2 -1 l7 6" fill="none"'
        f' stroke="{shade(colour, 0.4)}" stroke-width="1.4" opacity="0.8"/></g>'
    )


def chopsticks(x: float, y: float, turn: float, colour: str) -> str:
    stick = (
        f'<path d="M-165 -5 L165 -2.6 L165 2.6 L-165 5 Z" fill="{colour}" stroke="{shade(colour, -0.4)}"/>'
        f'<path d="M-165 -1.5 L150 0" stroke="{shade(colour, 0.5)}" stroke-width="1.6"/>'
        f'<path d="M-165 -5 L-120 -4.6 L-120 4.6 L-165 5 Z" fill="{shade(colour, -0.45)}"/>'
    )
    return (
        f'<g transform="translate({x} {y}) rotate({turn})"><g transform="translate(0 -9)">{stick}</g>'
        f'<g transform="translate(0 8) rotate(4)">{stick}</g></g>'
    )


def strawberry(x: float, y: float, size: float) -> str:
    seeds = "".join(
        f'<ellipse cx="{sx}" cy="{sy}" rx="1.6" ry="2.4" fill="#f8d66a"/>'
        for sx, sy in ((-12, -6), (-3, -10), (8, -7), (14, 1), (-8, 4), (3, 3), (-2, 13), (8, 11), (-13, 10), (2, 21))
    )
    return (
        f'<g transform="translate({x:.1f} {y:.1f}) scale({size / 30:.2f})">'
        + radial("strawberry", "#ff7a68", "#b3121f")
        + '<path d="M-22 -10 C-22 -24 -8 -24 0 -20 C8 -24 23 -24 22 -9 C21 8 9 24 1 31 C-9 24 -21 9 -22 -10 Z"'
        f' fill="url(#strawberry)"/>{seeds}'
        '<path d="M0 -30 L4 -22 L17 -25 L10 -16 L19 -10 L5 -12 L1 -4 L-4 -12 L-18 -9 L-10 -16 L-17 -25 L-4 -22 Z"'
        ' fill="#4c9a35" stroke="#2f6a22"/><ellipse cx="-11" cy="-6" rx="4" ry="8" fill="#fff" opacity="0.35"/></g>'
    )


def blueberry(x: float, y: float, size: float) -> str:
    return (
        f'<g transform="translate({x:.1f} {y:.1f}) scale({size / 10:.2f})">'
        + radial("blueberry", "#8296d8", "#26305f")
        + '<circle r="10" fill="url(#blueberry)"/><path d="M-3 -6 l2 2 l2 -3 l1 3 l3 0 l-3 2 l1 3 l-3 -2 l-3 2 l1 -3 Z"'
        ' fill="#1b2247"/><circle cx="-4" cy="-2" r="2" fill="#fff" opacity="0.35"/></g>'
    )


def salami(view: View, x: float, y: float) -> str:
    return (
        f'<circle cx="{x + 2:.1f}" cy="{y + 3:.1f}" r="24" fill="#9a4a1c" opacity="0.45"/>'
        f'<path d="{blob(view, x, y, 23.5, 0.04)}" fill="url(#pepperoni)" stroke="#8c1d15" stroke-width="2.5"/>'
        + "".join(
            f'<circle cx="{x + dx:.1f}" cy="{y + dy:.1f}" r="{r}" fill="#f0a184" opacity="0.75"/>'
            for dx, dy, r in ((-8, -7, 3), (6, -9, 2), (9, 5, 3), (-4, 8, 2.4), (1, 0, 2))
        )
    )


def mushroom_slice(view: View, x: float, y: float) -> str:
    outline = "M-30 4 C-32 -32 32 -32 30 4 C26 14 12 8 9 8 L11 25 Q0 31 -11 25 L-9 8 C-12 8 -26 14 -30 4 Z"
    return (
        f'<g transform="translate({x:.1f} {y:.1f}) rotate({view.vary(-180, 180)})">'
        f'<path d="{outline}" transform="translate(2 4)" fill="#9a4a1c" opacity="0.45"/>'
        f'<path d="{outline}" fill="#f6ead6" stroke="#6b4a36" stroke-width="4" stroke-linejoin="round"/>'
        '<path d="M-20 1 Q-10 -13 -3 1 M20 1 Q10 -13 3 1" fill="none" stroke="#a07a5c" stroke-width="4"/></g>'
    )


def pizza(view: View, topping: Callable[[View, float, float], str] = salami) -> str:
    k = squash(view, (0.88, 1), (0.58, 0.68))
    board = view.pick("#5f3a22", "#2f3338", "#efebe2", "#8fa3ad")
    toppings = ""
    for i in range(10):
        x, y = polar(36 if i % 3 == 2 else 100, 36 * i + view.vary(-8, 8))
        toppings += topping(view, x, y)
    for i in range(7):
        x, y = polar(view.vary(55, 118), 51 * i + 20)
        toppings += leaf(x, y, 21, view.vary(0, 360), view.pick("#3f8f35", "#4fa33f"))
    if view.chance(0.5):
        for i in range(7):
            x, y = polar(view.vary(30, 120), 51 * i + 45)
            toppings += f'<circle cx="{x:.1f}" cy="{y:.1f}" r="8" fill="none" stroke="#2b2630" stroke-width="6.5"/>'
    spots = "".join(
        f'<path d="{blob(view, *polar(view.vary(146, 154), 24 * i), view.vary(4, 9), 0.3)}" fill="#8a4a1d"'
        ' opacity="0.55"/>'
        for i in range(15)
    )
    cheese = "".join(
        f'<path d="{blob(view, *polar(view.vary(0, 108), i * 47), view.vary(12, 26), 0.25)}"'
        f' fill="{("#fff0b8", "#e59a3c")[i % 2]}" opacity="{(0.8, 0.5)[i % 2]}"/>'
        for i in range(18)
    )
    cuts = "".join(f'<path d="M-160 0 L160 0" transform="rotate({a})"/>' for a in (0, 45, 90, 135))
    pie = (
        f'<path d="{blob(view, 0, 0, 164, 0.03, 22)}" fill="url(#crust)"/>{spots}'
        f'<path d="{blob(view, 0, 0, 140, 0.03, 22)}" fill="#c2401f"/>'
        f'<path d="{blob(view, 0, 0, 134, 0.045, 22)}" fill="url(#cheese)"/>{cheese}{toppings}'
        f'<g stroke="#8a4a1d" stroke-width="2.5" opacity="0.55">{cuts}</g>'
    )
    wedge, rest = "M0 0 L210 0 L210 210 L148 148 Z", "M0 0 L148 148 L148 210 L-210 210 L-210 -210 L210 -210 L210 0 Z"
    state = view.pick("whole", "pulled", "eaten")
    shift = {"whole": "0 0", "pulled": "26 12", "eaten": "0 0"}[state]
    side = '<g fill="#a8642c"><circle r="162"/></g>'
    parts = f'<g clip-path="url(#rest)">{{}}</g><g clip-path="url(#wedge)" transform="translate({shift})">{{}}</g>'
    if state == "eaten":
        parts = '<g clip-path="url(#rest)">{}</g>'
    turn = view.vary(0, 360)
    dark, grain = shade(board, -0.35), shade(board, -0.2)
    return (
        radial("crust", "#e9b36b", "#c07c3a", 0.5, 0.5, 0.5)
        + radial("cheese", "#f9d877", "#eab04a", 0.45, 0.4, 0.7)
        + radial("pepperoni", "#dd5a40", "#b22c20", 0.45, 0.4, 0.6)
        + f'<clipPath id="wedge"><path d="{wedge}"/></clipPath><clipPath id="rest"><path d="{rest}"/></clipPath>'
        + f'<defs><g id="pie">{pie}</g><g id="side">{side}</g></defs>'
        + flat(210 + 14 * (1 - k), k, f'<circle r="190" fill="{dark}"/>')
        + flat(
            205,
            k,
            f'<circle r="190" fill="{board}"/>'
            + "".join(
                f'<path d="M-180 {y} Q-60 {y + 7} 0 {y} T180 {y}" stroke="{grain}" stroke-width="2" fill="none"'
                ' opacity="0.5"/>'
                for y in range(-40, 60, 18)
            )
            + f'<circle r="187" fill="none" stroke="{shade(board, 0.3)}" stroke-width="3" opacity="0.6"/>'
            '<circle cx="4" cy="8" r="170" fill="#20140c" opacity="0.25"/>',
        )
        + flat(203, k, parts.format('<use href="#side"/>', '<use href="#side"/>'), turn)
        + flat(203 - 14 * (1 - k) - 2, k, parts.format('<use href="#pie"/>', '<use href="#pie"/>'), turn)
    )


def half_egg(x: float, y: float, size: float, turn: float) -> str:
    return (
        f'<g transform="translate({x:.1f} {y:.1f}) rotate({turn}) scale({size / 30:.2f})">'
        '<ellipse cx="2" cy="5" rx="33" ry="25" fill="#4a2410" opacity="0.4"/>'
        '<ellipse rx="33" ry="25" fill="#c99a6a"/><ellipse rx="31" ry="23" fill="#fffaf0"/>'
        '<ellipse cx="3" rx="18" ry="15.5" fill="#f08a18"/><ellipse cx="1" cy="-3" rx="11" ry="8" fill="#ffb738"/>'
        '<ellipse cx="-3" cy="-6" rx="4" ry="2.4" fill="#fff" opacity="0.8"/></g>'
    )


def fish_cake(x: float, y: float, turn: float) -> str:
    ring = smooth([polar(27 if i % 2 else 31, 360 * i / 22) for i in range(22)])
    return (
        f'<g transform="translate({x:.1f} {y:.1f}) rotate({turn})"><path d="{ring}" fill="#fffdf8" stroke="#d8cfc4"'
        ' stroke-width="1.5"/><path d="M2 1 C-3 5 -9 0 -6 -6 C-1 -14 12 -12 13 0 C14 13 -4 18 -13 10" fill="none"'
        ' stroke="#ee6f95" stroke-width="5" stroke-linecap="round"/></g>'
    )


def eggs_and_pork(view: View) -> str:
    pork = (
        '<g transform="translate(68 -42) rotate(20)"><ellipse cx="3" cy="5" rx="48" ry="42" fill="#3c1a0c"'
        ' opacity=".4"/>'
        '<ellipse rx="48" ry="42" fill="#8a4a2d"/><ellipse rx="44" ry="38" fill="#d99a78"/>'
        '<path d="M-30 4 C-26 -26 22 -32 30 -2 C34 20 -6 28 -14 8 C-16 -8 12 -14 14 2" fill="none" stroke="#f7dcc4"'
        ' stroke-width="7" stroke-linecap="round"/></g>'
    )
    return pork + half_egg(-62, -44, 36, view.vary(-30, 30)) + half_egg(-12, -82, 36, view.vary(-30, 30))


def prawn(x: float, y: float, turn: float) -> str:
    """A curled prawn with stripes and a tail fan."""
    curl = "M-6 30 C-44 26 -44 -30 -4 -30 C24 -30 34 -8 26 8"
    strokes = (("#8a2f18", 30, ""), ("#ffc2a6", 25, ""), ("#ee6a3e", 25, 'stroke-dasharray="8 10"'))
    body = "".join(f'<path d="{curl}" stroke="{colour}" stroke-width="{w}" {dash}/>' for colour, w, dash in strokes)
    return (
        f'<g transform="translate({x} {y}) rotate({turn})">'
        '<path d="M22 4 L46 22 L30 24 L26 42 L10 14 Z" fill="#d8402a" stroke="#8a2f18" stroke-width="2.5"'
        f' stroke-linejoin="round"/><g fill="none">{body}</g></g>'
    )


def sweetcorn(x: float, y: float, radius: float) -> str:
    """A heap of sweetcorn."""
    kernels = ""
    for i in range(30):
        dx, dy = polar(radius * math.sqrt(1 - i / 30), 137.5 * i)
        kernels += f'<circle cx="{x + dx:.1f}" cy="{y + dy:.1f}" r="9" fill="{("#ffd83a", "#f7c21c")[i % 2]}"/>'
    return f'<g stroke="#a86f0c" stroke-width="1.8">{kernels}</g>'


def prawns_and_sweetcorn(view: View) -> str:
    return sweetcorn(68, -44, 42) + prawn(-74, -34, view.vary(-30, 30)) + prawn(-12, -84, view.vary(20, 80))


def ramen_bowl(view: View, toppings: Callable[[View], str] = eggs_and_pork) -> str:
    k = squash(view, (0.74, 0.86), (0.44, 0.52))
    outside, band = view.pick(
        ("#b3261e", "#f6e3c0"), ("#26282d", "#d9432f"), ("#24508f", "#f4f1e8"), ("#f3eee2", "#2c5d9b")
    )
    top = 125 + 45 * k
    foot = min(385, top + 165 * k + 120 * (1 - k) + 55)
    inside = shade(outside, 0.82) if outside == "#26282d" else "#f7efe0"
    noodles = ""
    for i in range(34):
        x, y, r = view.vary(-55, 60), view.vary(-20, 60), view.vary(28, 66)
        start, sweep = view.vary(0, 360), view.vary(90, 200)
        (ax, ay), (bx, by) = polar(r, start), polar(r, start + sweep)
        arc = f"M{x + ax:.1f} {y + ay:.1f} A{r} {r} 0 {int(sweep > 180)} 1 {x + bx:.1f} {y + by:.1f}"
        colour = ("#f5d68a", "#eec56d", "#fbe5ab")[i % 3]
        noodles += f'<path d="{arc}" stroke="#a9702c" stroke-width="9"/><path d="{arc}" stroke="{colour}"/>'
    scallions = "".join(
        f'<circle cx="{view.vary(-75, 20):.1f}" cy="{view.vary(30, 95):.1f}" r="6.5" fill="#d9f0b0"'
        f' stroke="{view.pick("#4d9a3a", "#67b24a")}" stroke-width="3.5"/>'
        for _ in range(11)
    )
    oil = "".join(
        f'<circle cx="{view.vary(-110, 110)}" cy="{view.vary(70, 118)}" r="{view.vary(4, 9)}" fill="#f7c871"'
        ' opacity="0.5"/>'
        for _ in range(9)
    )
    contents = (
        f'<circle r="148" fill="url(#broth)"/>{oil}'
        f'<g fill="none" stroke-width="6.5" stroke-linecap="round">{noodles}</g>'
        + toppings(view)
        + fish_cake(76, 44, view.vary(0, 360))
        + (fish_cake(28, 82, view.vary(0, 360)) if view.chance(0.6) else "")
        + scallions
        + '<circle r="147" fill="none" stroke="#3a1a08" stroke-width="6" opacity="0.25"/>'
    )
    sheet = '<path d="M0 0 L52 -8 L60 -88 L8 -82 Z" fill="url(#nori)" stroke="#0f1a14" stroke-width="1.5"/>'
    nori = "".join(
        f'<g transform="translate({x} {top + y * k:.1f}) rotate({turn})">{sheet}</g>'
        for x, y, turn in ((268, -66, 20), (244, -78, 4))
    )
    half = 165 * k
    body = (
        f"M35 {top} C38 {top + (foot - top) * 0.75:.1f} 110 {foot - 22:.1f} 138 {foot - 20:.1f} L262 {foot - 20:.1f} "
        f"C290 {foot - 22:.1f} 362 {top + (foot - top) * 0.75:.1f} 365 {top} "
        f"A165 {half:.1f} 0 0 1 35 {top} Z"
    )
    pattern = "".join(
        f'<path d="M{x - 12} {top + half * math.sqrt(max(0, 1 - ((x - 200) / 165) ** 2)) + 17:.1f} l12 -9 l12 9 l-12'
        ' 9 Z"'
        f' fill="{band}"/>'
        for x in range(74, 330, 28)
    )
    sticks = view.pick("#7a3b22", "#2b2422", "#c58f52")
    over = chopsticks(212, round(top + 70 * k), view.pick(-24, -14, 18), sticks) if view.chance(0.55) else ""
    return (
        across("bowl", shade(outside, -0.4), shade(outside, 0.18), outside, shade(outside, -0.45))
        + radial("broth", "#d98a35", "#a9571b", 0.45, 0.4, 0.65)
        + gradient("nori", "#3d5444", "#182820")
        + f'<clipPath id="body"><path d="{body}"/></clipPath>'
        + f'<path d="M136 {foot - 26:.1f} L140 {foot:.1f} Q200 {foot + 12:.1f} 260 {foot:.1f} L264 {foot - 26:.1f} Z"'
        f' fill="{shade(outside, -0.45)}"/>'
        + f'<path d="{body}" fill="url(#bowl)"/><g clip-path="url(#body)">{pattern}'
        f'<path d="M62 {top + half * 0.6 + 26:.1f} q14 {(foot - top) * 0.3:.1f} 42 {(foot - top) * 0.42:.1f}"'
        ' fill="none"'
        ' stroke="#fff" stroke-width="9" stroke-linecap="round" opacity="0.35"/></g>'
        + flat(top, k, f'<circle r="165" fill="{shade(outside, 0.15)}"/><circle r="158" fill="{inside}"/>')
        + flat(top + 4, k, contents)
        + nori
        + flat(
            top,
            k,
            '<path d="M60 150 A161.5 161.5 0 0 0 150 60" fill="none" stroke="#fff" stroke-width="4" opacity=".6"/>',
        )
        + over
    )


def fries(view: View, x: float, y: float) -> str:
    sticks = ""
    for i in range(11):
        colour = view.pick("#f4c542", "#eab534", "#f8d568")
        sticks += (
            f'<g transform="translate({x + i * 7 - 38:.1f} {y}) rotate({view.vary(-14, 14)})">'
            f'<rect x="-6" y="{view.vary(-92, -64)}" width="12" height="95" rx="2" fill="{colour}" stroke="#b97f1c"/>'
            '<rect x="-4" y="-60" width="3" height="60" fill="#fff" opacity="0.35"/></g>'
        )
    colour = view.pick("#c8342b", "#2f6f8f", "#f4efe4")
    return sticks + (
        f'<path d="M{x - 48} {y - 34} Q{x} {y - 14} {x + 48} {y - 34} L{x + 38} {y + 44} L{x - 38} {y + 44} Z"'
        f' fill="{colour}"/><path d="M{x - 48} {y - 34} Q{x} {y - 14} {x + 48} {y - 34} l-1 8 Q{x} {y - 5} {x - 47}'
        f' {y - 26} Z" fill="{shade(colour, 0.4)}"/>'
        f'<path d="M{x + 20} {y - 25} L{x + 48} {y - 34} L{x + 38} {y + 44} L{x + 16} {y + 44} Z" fill="#000"'
        ' opacity="0.15"/>'
    )


def frill(x0: float, x1: float, y: float, depth: float, view: View) -> str:
    """A wavy leaf edge that hangs down between x0 and x1."""
    step = (x1 - x0) / 9
    waves = " ".join(
        f"q{step / 4:.1f} {depth * view.vary(0.7, 1.5):.1f} {step / 2:.1f} {depth * 0.55:.1f}"
        f" t{step / 2:.1f} {-depth * 0.55:.1f}"
        for _ in range(9)
    )
    return f"M{x0} {y} {waves} Q{(x0 + x1) / 2} {y - 26} {x0} {y} Z"


def burger(view: View) -> str:
    bun = view.pick("#d98b3a", "#c8752b", "#e0a04c")
    double, with_fries = view.chance(0.4), view.chance(0.45)
    dish = view.pick(*PLATES, "#a9784f")
    k = squash(view, (0.4, 0.46), (0.24, 0.3))
    top = 76 if double else 96
    parts, y = "", top + 112

    def patty(y: float) -> str:
        return (
            f'<path d="M72 {y + 4} C70 {y - 12} 90 {y - 16} 200 {y - 16} C310 {y - 16} 330 {y - 12} 328 {y + 4}'
            f' C330 {y + 26} 312 {y + 32} 200 {y + 33} C88 {y + 32} 70 {y + 26} 72 {y + 4} Z" fill="url(#patty)"/>'
            + "".join(
                f'<ellipse cx="{view.vary(88, 312)}" cy="{y + view.vary(4, 26):.1f}" rx="{view.vary(3, 7)}" ry="2.6"'
                f' fill="{view.pick("#8a5234", "#2c140b")}" opacity="0.7"/>'
                for _ in range(20)
            )
        )

    def cheese(y: float) -> str:
        drop = view.vary(26, 36)
        return (
            f'<path d="M68 {y} Q200 {y - 18} 332 {y} L322 {y + 8} L268 {y + 12} L246 {y + drop} L214 {y + 13}'
            f' L160 {y + 14} L128 {y + drop + 5} L104 {y + 12} L76 {y + 8} Z" fill="#fbb829" stroke="#d98a12"'
            f' stroke-linejoin="round" stroke-width="2"/><path d="M76 {y} Q200 {y - 10} 326 {y}" stroke="#ffe08a"'
            ' stroke-width="4" fill="none"/>'
        )

    parts += f'<path d="M84 {y + 8} q116 -18 232 0 v20 h-232 Z" fill="#5f8a2c"/>'
    tomato = "".join(
        f'<rect x="{x}" y="{y + 14}" width="112" height="17" rx="8.5" fill="#d8362a"/>'
        f'<rect x="{x + 8}" y="{y + 17}" width="92" height="4" rx="2" fill="#ff8a72"/>'
        for x in (84, 204)
    )
    lettuce = (
        f'<path d="{frill(62, 338, y + 4, 24, view)}" fill="url(#lettuce)" stroke="#4d8a26" stroke-width="2"/>'
        f'<path d="M76 {y + 4} Q200 {y - 8} 324 {y + 4}" stroke="#d4ee9c" stroke-width="4" fill="none"/>'
    )
    parts += tomato + lettuce
    y += 42
    stack = ""
    for _ in range(2 if double else 1):
        stack += patty(y + 4) + cheese(y - 8)
        y += 42
    parts = stack + parts
    base = y - 2
    bottom_bun = (
        f'<path d="M78 {base} Q200 {base - 10} 322 {base} L320 {base + 26} C316 {base + 48} 290 {base + 52} 200'
        f' {base + 53} C110 {base + 52} 84 {base + 48} 80 {base + 26} Z" fill="url(#under)"/>'
        f'<path d="M78 {base} Q200 {base - 12} 322 {base} v8 Q200 {base + 4} 78 {base + 8} Z" fill="#f6dba6"/>'
    )
    seeds = ""
    for i in range(34):
        t = (i * 0.618) % 1
        height = 0.08 + 0.8 * i / 34
        half = math.sqrt(1 - height**2) * 118
        x, sy = 200 + (2 * t - 1) * half, top + 108 - 104 * height
        seeds += (
            f'<g transform="translate({x:.1f} {sy:.1f}) rotate({view.vary(-50, 50)})"><ellipse cy="1.5" rx="4.8" ry="3"'
            ' fill="#7a4312" opacity=".6"/><ellipse rx="4.6" ry="2.8" fill="#fff0c9"/></g>'
        )
    top_bun = (
        f'<path d="M70 {top + 98} C62 {top + 20} 130 {top} 200 {top} C270 {top} 338 {top + 20} 330 {top + 98}'
        f' C330 {top + 116} 318 {top + 116} 200 {top + 118} C82 {top + 116} 70 {top + 116} 70 {top + 98} Z"'
        f' fill="url(#bun)"/><path d="M74 {top + 106} Q200 {top + 122} 326 {top + 106} q-4 10 -126 12 q-122 -2 -126'
        ' -12"'
        f' fill="#f3cd8c"/>{seeds}<path d="M98 {top + 62} C106 {top + 32} 136 {top + 16} 172 {top + 12}" fill="none"'
        ' stroke="#fff" stroke-width="10" stroke-linecap="round" opacity="0.4"/>'
    )
    flag = view.pick("#c8342b", "#2a7fb8", "#2f8f4e")
    pick = (
        f'<path d="M200 {top + 4} V{top - 62}" stroke="#d8b27a" stroke-width="4"/>'
        f'<path d="M202 {top - 62} l46 13 l-46 15 Z" fill="{flag}"/>'
    )
    whole = (
        soft_shadow(200, base + 48, 140, 20)
        + bottom_bun
        + parts
        + top_bun
        + (pick if view.chance(0.4) else "")
        + (
            fries(view, 334, base + 4)
            if with_fries
            else leaf(352, base + 38, 26, -30, "#5d9c38") + leaf(336, base + 46, 22, 10, "#74b246")
        )
    )
    shrink = 0.9 if double else 1.02
    floor = plate_height(k)
    return (
        radial("bun", shade(bun, 0.42), shade(bun, -0.28), 0.4, 0.2, 0.85)
        + gradient("under", shade(bun, 0.2), shade(bun, -0.25))
        + gradient("lettuce", "#a9d65c", "#5c9c2f")
        + gradient("patty", "#6b3a22", "#3a1a0e")
        + plate(dish, floor, k)
        + f'<g transform="translate({200 - 200 * shrink:.1f} {floor + 34 * k - (base + 50) * shrink:.1f})'
        f' scale({shrink})">'
        f"{whole}</g>"
    )


def nigiri(view: View, x: float, y: float, kind: str) -> str:
    fish = {"salmon": "#f47c45", "tuna": "#c22b3a", "prawn": "#f7a98c", "egg": "#f9cf4a"}[kind]
    stripes = "".join(
        f'<path d="M{sx} -29 q8 12 {dx} 31" stroke="{shade(fish, 0.62)}" stroke-width="3.4" fill="none"'
        ' opacity="0.85"/>'
        for sx, dx in ((-36, -4), (-20, -1), (-4, 2), (12, 5), (27, 9))
    )
    if kind == "egg":
        stripes = '<path d="M-9 -37 L9 -36 L11 30 L-11 30 Z" fill="#1f2c26"/>'
    if kind == "prawn":
        stripes = "".join(
            f'<path d="M{sx} -30 q6 14 0 32" stroke="#e2552f" stroke-width="6" fill="none" opacity="0.8"/>'
            for sx in (-34, -15, 4, 23)
        ) + (
            '<path d="M46 -16 L72 -34 L66 -16 L76 -2 L48 -6 Z" fill="#d8402a" stroke="#a32a1a" stroke-width="1.5"'
            ' stroke-linejoin="round"/>'
        )
    grains = "".join(
        f'<ellipse cx="{view.vary(-42, 42)}" cy="{view.vary(4, 24)}" rx="4.4" ry="2.6" fill="#fff" stroke="#d9d2c3"'
        f' stroke-width="0.8"/>'
        for _ in range(26)
    )
    return (
        f'<g transform="translate({x} {y})"><ellipse cx="4" cy="26" rx="54" ry="13" fill="#0c0a0a" opacity="0.35"/>'
        f'<rect x="-48" y="-12" width="96" height="42" rx="18" fill="#f4efe3"/>{grains}'
        f'<g id="{kind}"><path d="M-56 -6 C-56 -30 -36 -38 0 -38 C36 -38 56 -30 56 -6 C54 8 44 2 0 2 C-44 2 -54 8 -56'
        " -6"
        f' Z" fill="{fish}" stroke="{shade(fish, -0.25)}" stroke-width="1.5"/>{stripes}'
        '<path d="M-44 -22 C-34 -32 -10 -34 14 -33" stroke="#fff" stroke-width="4" fill="none" stroke-linecap="round"'
        ' opacity="0.6"/></g></g>'
    )


def maki(view: View, x: float, y: float, filling: str) -> str:
    grains = "".join(
        f'<ellipse cx="{dx:.1f}" cy="{dy * 0.72:.1f}" rx="4.4" ry="2.8" fill="#fff" stroke="#dcd5c6"'
        ' stroke-width="0.8"/>'
        for dx, dy in (polar(view.vary(15, 27), 18 * i) for i in range(20))
    )
    return (
        f'<g transform="translate({x} {y})"><ellipse cx="5" cy="30" rx="38" ry="20" fill="#0c0a0a" opacity="0.35"/>'
        '<path d="M-35 -10 L-34 22 C-28 44 28 44 34 22 L35 -10 Z" fill="url(#nori)"/>'
        '<path d="M-26 4 v26" stroke="#7d9183" stroke-width="4" opacity="0.5" stroke-linecap="round"/>'
        '<ellipse cy="-10" rx="35" ry="25.5" fill="#17241d"/><ellipse cy="-10" rx="31.5" ry="22.5" fill="#f7f2e7"/>'
        f'<g transform="translate(0 -10)">{grains}'
        f'<ellipse rx="13.5" ry="9.8" fill="{filling}" stroke="{shade(filling, -0.3)}" stroke-width="1.5"/>'
        f'<path d="M-7 -3 q6 -4 12 -1" stroke="{shade(filling, 0.6)}" stroke-width="2.6" fill="none"/></g></g>'
    )


def sushi_plate(view: View) -> str:
    dish = view.pick("#3b4047", "#f4f1ea", "#2f5f83", "#b98a57", "#1f2a2a")
    k = squash(view, (0.98, 1.06), (0.78, 0.84))
    top = 205 - 131 * k
    height = 262 * k
    trio = view.pick(("salmon", "tuna", "prawn"), ("tuna", "salmon", "egg"), ("prawn", "salmon", "tuna"))
    fillings = view.pick(("#f47c45", "#7bb04a", "#c22b3a", "#f47c45"), ("#7bb04a", "#f47c45", "#f9cf4a", "#c22b3a"))
    pieces = "".join(
        nigiri(view, x, round(top + height * 0.32), kind) for x, kind in zip((88, 204, 318), trio, strict=True)
    )
    pieces += "".join(
        maki(view, x, round(top + height * 0.67), filling)
        for x, filling in zip((70, 148, 226, 304), fillings, strict=True)
    )
    wasabi = (
        f'<g transform="translate(352 {top + height * 0.78:.1f})"><path d="M-22 8 C-22 -6 -8 -18 0 -18 C10 -18 24 -2'
        " 20 10"
        ' C10 18 -14 18 -22 8 Z" fill="#9cc25a"/><path d="M-10 2 q8 -12 14 -6 q-2 8 6 8" stroke="#d2e59a"'
        ' stroke-width="3"'
        ' fill="none"/></g>'
    )
    ginger = "".join(
        f'<path d="M{x} {top + height * 0.9:.1f} c-6 -22 14 -30 26 -14 c8 -14 26 -4 18 14 c-10 9 -34 9 -44 0 Z"'
        ' fill="#f6b9ae" stroke="#e08f86" stroke-width="1.5"/>'
        for x in (34, 58, 44)
    )
    return (
        gradient("dish", shade(dish, 0.2), shade(dish, -0.15))
        + across("nori", "#22352b", "#3f5a4b", "#1a2a21", "#0f1a14")
        + f'<rect x="8" y="{top + 12:.1f}" width="384" height="{height:.1f}" rx="26" fill="{shade(dish, -0.45)}"/>'
        + f'<rect x="8" y="{top:.1f}" width="384" height="{height:.1f}" rx="26" fill="url(#dish)"/>'
        + f'<rect x="20" y="{top + 11:.1f}" width="360" height="{height - 22:.1f}" rx="17" fill="{shade(dish, -0.08)}"'
        f' stroke="{shade(dish, 0.35)}" stroke-width="2.5"/>'
        + ginger
        + pieces
        + wasabi
        + (
            chopsticks(
                215,
                round(top + height * 0.93),
                view.pick(-4, 0, 3),
                view.pick("#b8382c", "#d9a866") if dish in ("#3b4047", "#1f2a2a") else view.pick("#8a2a22", "#2a2524"),
            )
            if view.chance(0.7)
            else ""
        )
    )


def pancake_stack(view: View) -> str:
    dish = view.pick(*PLATES)
    k = squash(view, (0.4, 0.5), (0.26, 0.32))
    count = view.pick(4, 5, 6)
    thick, rx = 25, 138
    base = plate_height(k) - 2
    stack, y, x = "", base, 200.0
    for _ in range(count):
        x, width = 200 + view.vary(-7, 7), rx + view.vary(-6, 5)
        ry = width * k
        stack += (
            f'<path d="M{x - width:.1f} {y - thick:.1f} C{x - width - 5:.1f} {y - 4:.1f} {x - width:.1f} {y:.1f}'
            f" {x - width + 6:.1f} {y:.1f} A{width:.1f} {ry:.1f} 0 0 0 {x + width - 6:.1f} {y:.1f}"
            f' C{x + width:.1f} {y:.1f} {x + width + 5:.1f} {y - 4:.1f} {x + width:.1f} {y - thick:.1f} Z"'
            ' fill="url(#edge)"/>'
            f'<path d="M{x - width + 1:.1f} {y - 5:.1f} A{width:.1f} {ry:.1f} 0 0 0 {x + width - 1:.1f} {y - 5:.1f}"'
            ' fill="none" stroke="#9a5a1f" stroke-width="7" opacity="0.8"/>'
            f'<ellipse cx="{x:.1f}" cy="{y - thick:.1f}" rx="{width:.1f}" ry="{ry:.1f}" fill="#e9b564"/>'
            f'<ellipse cx="{x:.1f}" cy="{y - thick:.1f}" rx="{width - 6:.1f}" ry="{ry - 4:.1f}" fill="url(#face)"/>'
        )
        y -= thick
    ry = rx * k
    edge = [(x + px * 0.8, y + py * 0.8 * k) for px, py in (polar(rx, a) for a in range(0, 360, 20))]
    pool = smooth(edge)
    drips = ""
    for angle in (28, 62, 98, 132, 158):
        dx, dy = polar(rx, angle)
        sx, sy = x + dx * 0.97, y + dy * k * 0.97
        length = view.vary(24, min(95, count * thick - 14))
        drips += (
            f'<path d="M{x + dx * 0.7 - 16:.1f} {y + dy * k * 0.7:.1f} L{sx - 12:.1f} {sy:.1f} q3 8 2'
            f" {length * 0.8:.1f}"
            f" q1 14 9 14 q9 0 9 -14 q0 {-length * 0.6:.1f} 5 {-length * 0.8:.1f} L{x + dx * 0.7 + 16:.1f}"
            f' {y + dy * k * 0.7:.1f} Z" fill="url(#syrup)"/><path d="M{sx - 5:.1f} {sy + 8:.1f} v{length * 0.55:.1f}"'
            ' stroke="#ffc978" stroke-width="3" stroke-linecap="round" opacity="0.8"/>'
        )
    lift = 6 + 20 * k
    butter = (
        f'<g transform="translate({x:.1f} {y - lift * 0.5:.1f})">'
        f'<path d="M-34 0 L0 {-lift} L36 -2 L2 {lift} Z" fill="#fff0a0"/>'
        f'<path d="M-34 0 L2 {lift} V{lift + 20} L-34 20 Z" fill="#f6d45c"/>'
        f'<path d="M36 -2 L2 {lift} V{lift + 20} L36 18 Z" fill="#e3b53c"/></g>'
    )
    fruit = view.pick("blueberries", "strawberries", "both")
    berries = ""
    if fruit != "strawberries":
        for bx, by in ((-70, 6), (-52, 14), (62, 10), (-60, -2), (46, 18)):
            berries += blueberry(x + bx, y + by * k * 2 - 8, 11)
        for bx, by in ((44, 28), (66, 20), (338, 26), (357, 14), (320, 34)):
            berries += blueberry(bx, base + by * k * 2 + 14 * k, 12)
    if fruit != "blueberries":
        berries += strawberry(x + 62, y - 12, 25) + strawberry(x - 68, y - 8, 22)
        berries += strawberry(46, base + 14 * k, 24)
    return (
        across("edge", "#c98236", "#f6dca0", "#fbe9bd", "#efcb84", "#b97028")
        + radial("face", "#d18b3d", "#b06a26", 0.5, 0.45, 0.6)
        + gradient("syrup", "#a3500f", "#7a3406")
        + plate(dish, base + 2, k)
        + soft_shadow(200, base + ry * 0.5, 148, ry * 0.7)
        + stack
        + f'<path d="{pool}" fill="#9a4a0c"/>{drips}'
        + f'<ellipse cx="{x - 30:.1f}" cy="{y - ry * 0.45:.1f}" rx="52" ry="{ry * 0.14:.1f}" fill="#ffc978"'
        ' opacity=".6"/>' + butter + berries
    )


def fried_egg(view: View, x: float, y: float) -> str:
    return (
        f'<path d="{blob(view, x + 3, y + 6, 64, 0.13, 11)}" fill="#2a1a10" opacity="0.25"/>'
        f'<path d="{blob(view, x, y, 64, 0.13, 11)}" fill="url(#white)" stroke="#d9a860" stroke-width="3"/>'
        f'<circle cx="{x + 2}" cy="{y + 4}" r="27" fill="#d8a21c" opacity="0.4"/>'
        f'<circle cx="{x}" cy="{y}" r="26" fill="url(#yolk)"/>'
        f'<path d="M{x - 15} {y - 6} q4 -12 15 -12" stroke="#fff" stroke-width="5" fill="none" stroke-linecap="round"'
        ' opacity="0.85"/>'
    )


def bacon(view: View, x: float, y: float, turn: float) -> str:
    wave = "M-78 {0} q13 -13 26 0 t26 0 t26 0 t26 0 t26 0 t26 0"
    bands = "".join(
        f'<path d="{wave.format(offset)}" stroke="{colour}" stroke-width="{width}"/>'
        for offset, colour, width in (
            (3, "#3a160c", 36),
            (0, "#8f2a1c", 34),
            (-11, "#f2c9a0", 6),
            (-2, "#c4503a", 8),
            (5, "#f6d8b4", 5),
            (12, "#b4402e", 5),
        )
    )
    return f'<g transform="translate({x} {y}) rotate({turn + view.vary(-5, 5)})" fill="none">{bands}</g>'


def tomato_half(x: float, y: float) -> str:
    pockets = "".join(
        f'<ellipse cx="17" rx="9" ry="7" fill="#f59a6a" transform="rotate({a})"/>' for a in range(0, 360, 72)
    )
    return (
        f'<g transform="translate({x} {y})"><circle cx="2" cy="5" r="33" fill="#2a1a10" opacity="0.3"/>'
        f'<circle r="32" fill="#c32a1c"/><circle r="28" fill="#e8523a"/>{pockets}<circle r="5" fill="#f7c7a2"/></g>'
    )


def sausage(x: float, y: float, turn: float) -> str:
    return (
        f'<g transform="translate({x} {y}) rotate({turn})"><rect x="-52" y="-10" width="106" height="32" rx="16"'
        ' fill="#2a1a10" opacity="0.3"/><rect x="-54" y="-16" width="106" height="32" rx="16" fill="url(#sausage)"/>'
        '<path d="M-30 -13 l8 25 M-6 -14 l8 27 M18 -14 l8 26" stroke="#5a2712" stroke-width="4" opacity="0.7"/>'
        '<path d="M-40 -8 H34" stroke="#f0b482" stroke-width="4" stroke-linecap="round" opacity="0.7"/></g>'
    )


def toast(x: float, y: float, turn: float) -> str:
    return (
        f'<g transform="translate({x} {y}) rotate({turn})"><path d="M-46 46 L46 46 L-46 -46 Z" transform="translate(4'
        ' 6)"'
        ' fill="#2a1a10" opacity="0.3"/><path d="M-50 44 q0 8 8 8 L48 50 q8 -2 2 -9 L-40 -52 q-9 -6 -10 4 Z"'
        ' fill="#9a5a24"/>'
        '<path d="M-42 40 L38 42 L-40 -38 Z" fill="#e9b566"/><path d="M-34 32 L16 34 L-34 -16 Z" fill="#f6d48c"/></g>'
    )


def fried_egg_breakfast(view: View) -> str:
    k = squash(view, (0.9, 1), (0.62, 0.7))
    dish = view.pick("#fbfaf6", "#7fa3b8", "#3f4a55", "#dba48f", "#5d8a83")
    beans = "".join(
        f'<g transform="translate({dx:.1f} {dy:.1f}) rotate({view.vary(0, 180)})"><ellipse rx="11" ry="7.5"'
        ' fill="#d9702f"'
        ' stroke="#a3441a" stroke-width="1.5"/><ellipse cx="-2" cy="-2.5" rx="5" ry="2" fill="#ffc08a"/></g>'
        for dx, dy in ((view.vary(-40, 40), view.vary(-30, 30)) for _ in range(26))
    )
    side = view.pick("beans", "sausages", "sausages")
    third = (
        f'<g transform="translate(-62 82)"><path d="{blob(view, 0, 0, 50, 0.1)}" fill="#c25a22"/>{beans}</g>'
        if side == "beans"
        else sausage(-62, 70, 24) + sausage(-40, 106, 18)
    )
    food = (
        toast(-118, -60, view.vary(-12, 12))
        + (toast(-84, -98, view.vary(60, 84)) if view.chance(0.6) else "")
        + bacon(view, 76, 72, -34)
        + bacon(view, 104, 98, -34)
        + third
        + tomato_half(8, 128)
        + (tomato_half(-126, 26) if view.chance(0.6) else "")
        + fried_egg(view, -26, -34)
        + fried_egg(view, 74, -66)
        + leaf(18, 60, 16, 20, "#4f9a3a")
        + leaf(34, 52, 14, -40, "#63ad48")
    )
    return (
        radial("white", "#ffffff", "#f1ece2", 0.45, 0.4, 0.6)
        + radial("yolk", "#ffd042", "#f28c0f", 0.42, 0.36, 0.65)
        + gradient("sausage", "#b5673a", "#6e3219")
        + plate(dish, 202, k, 194)
        + flat(200, k, food, view.vary(-40, 40))
    )


def cake_slice(view: View) -> str:
    flavours = (
        ("#f0cd84", "#fffaf2", "#f39bb0"),
        ("#5e3320", "#f6e6d2", "#3f2115"),
        ("#a5222f", "#fff7ee", "#fffaf4"),
        ("#f0cd84", "#fffaf2", "#f39bb0"),
    )
    sponge, cream, icing = flavours[view.number % 4]
    dish = view.pick("#fbfaf6", "#7fa3b8", "#9db39a", "#dba48f", "#54606c")
    k = squash(view, (0.46, 0.54), (0.3, 0.36))
    radius, high, spread = 252, 136, 21
    axis = view.pick(view.vary(-34, -8), view.vary(6, 24))
    forward = polar(radius * 0.56, axis)
    floor = plate_height(k)
    origin = (200 - forward[0], floor - 4 - forward[1] * k)

    def project(point: Point, height: float) -> Point:
        return origin[0] + point[0], origin[1] + point[1] * k - height

    def wall(a: Point, b: Point, low: float, top: float, colour: str, wobble: float = 2) -> str:
        steps = [i / 8 for i in range(9)]
        between = [(a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t) for t in steps]
        lower = [project(p, low + view.vary(-wobble, wobble)) for p in between]
        upper = [project(p, top) for p in between]
        return f'<path d="{polygon(lower + upper[::-1])}" fill="{colour}"/>'

    def cut(a: Point, b: Point, dim: float) -> str:
        tone = [shade(c, dim) if dim else c for c in (sponge, cream, icing)]
        face = wall(a, b, 0, high, tone[0], 0)
        for _ in range(90):
            t, h = view.vary(0.02, 0.98), view.vary(4, high - 14)
            x, y = project((a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t), h)
            colour = view.pick(shade(tone[0], -0.25), shade(tone[0], 0.2))
            face += f'<ellipse cx="{x:.1f}" cy="{y:.1f}" rx="2.6" ry="1.7" fill="{colour}" opacity="0.7"/>'
        for low in (38, 82):
            face += wall(a, b, low, low + 13, shade(tone[1], -0.12)) + wall(a, b, low + 3, low + 14, tone[1])
        return face + wall(a, b, high - 15, high, tone[2], 4)

    tip = (0.0, 0.0)
    back, front = polar(radius, axis - spread), polar(radius, axis + spread)
    arc = [polar(radius, axis - spread + spread * 2 * i / 10) for i in range(11)]
    outer = "".join(
        wall(p, q, 0, high, shade(icing, -0.05 - 0.02 * i), 0)
        for i, (p, q) in enumerate(zip(arc, arc[1:], strict=False))
    )
    top = [project(p, high) for p in [tip, *arc]]
    shadow_x, shadow_y = project(polar(radius * 0.5, axis), 0)
    gloss = polygon(
        [
            project(polar(radius * 0.2, axis), high),
            project(polar(radius * 0.9, axis - 14), high),
            project(polar(radius * 0.9, axis - 6), high),
        ]
    )
    swirl_x, swirl_y = project(polar(radius * 0.76, axis), high)
    swirl = "".join(
        f'<ellipse cx="{swirl_x:.1f}" cy="{swirl_y - dy:.1f}" rx="{rx}" ry="{rx * 0.5:.1f}"'
        f' fill="{shade(cream, tone)}"/>'
        for dy, rx, tone in ((0, 38, -0.14), (5, 36, 0), (13, 29, -0.1), (17, 27, 0.2), (24, 19, -0.08), (28, 17, 0.3))
    )
    pearls = ""
    for part in (0.3, 0.42, 0.54):
        px, py = project(polar(radius * part, axis), high)
        pearls += (
            f'<circle cx="{px:.1f}" cy="{py - 4:.1f}" r="7" fill="{shade(cream, -0.05)}"'
            f' stroke="{shade(cream, -0.25)}"/>'
        )
    return (
        plate(dish, floor, k)
        + soft_shadow(shadow_x, shadow_y + 6, 150, 40 * k + 14)
        + cut(back, tip, -0.3)
        + outer
        + cut(tip, front, 0)
        + f'<path d="{polygon(top)}" fill="{shade(icing, 0.12)}" stroke="{shade(icing, 0.3)}" stroke-width="2"'
        ' stroke-linejoin="round"/>'
        + f'<path d="{gloss}" fill="#fff" opacity="0.18"/>'
        + pearls
        + swirl
        + strawberry(swirl_x, swirl_y - 46, 34)
    )


def table_from_above(view: View) -> str:
    """A table top that fills the frame: planks, a checked cloth, or plain stone."""
    surface = view.pick("planks", "planks", "cloth", "stone")
    if surface == "planks":
        wood = view.pick(*WOODS, "#e4ddd0", "#55606a")
        planks = "".join(
            f'<rect x="{x}" y="-200" width="104" height="1040" fill="{shade(wood, view.vary(-0.14, 0.1))}"/>'
            f'<path d="M{x + 30} -200 q{view.vary(-22, 22)} 260 0 520 t0 520 M{x + 70} -200 q{view.vary(-18, 18)} 260'
            " 0 520"
            f' t0 520" stroke="{shade(wood, -0.25)}" stroke-width="2" fill="none" opacity="0.5"/>'
            f'<path d="M{x} -200 V840" stroke="{shade(wood, -0.5)}" stroke-width="4"/>'
            for x in range(-200, 840, 104)
        )
        return f'<g transform="rotate({view.vary(-25, 25)} 320 320)">{planks}</g>'
    if surface == "cloth":
        colour = view.pick("#b8433a", "#3f6fa0", "#4f8a63", "#8a8f96")
        stripes = "".join(f'<rect x="{x}" y="-200" width="40" height="1040"/>' for x in range(-200, 840, 80))
        return (
            f'<rect width="640" height="640" fill="#f3eee4"/><g fill="{colour}"'
            f' transform="rotate({view.vary(-30, 30)} 320 320)"><g opacity="0.4">{stripes}</g>'
            f'<g transform="rotate(90 320 320)" opacity="0.4">{stripes}</g></g>'
        )
    stone = view.pick("#3d4348", "#cfd3d4", "#8d8276", "#2f4a4f", "#d8c3a5")
    veins = "".join(
        f'<path d="M{view.vary(-50, 640)} -20 q{view.vary(-160, 160)} {view.vary(120, 320)} {view.vary(-90, 90)} 700"'
        f' stroke="{shade(stone, 0.35)}" stroke-width="{view.vary(1, 4)}" fill="none" opacity="0.35"/>'
        for _ in range(9)
    )
    return gradient("stone", shade(stone, 0.15), shade(stone, -0.12)) + (
        f'<rect width="640" height="640" fill="url(#stone)"/>{veins}'
    )


def table(view: View) -> str:
    if is_low(view):
        return f'<g transform="matrix(1 0 0 1.6 0 -384)">{tabletop(view)}</g>'
    return table_from_above(view)


SCENE = Scene(table, scale=(0.74, 1.0), tilt_deg=9)
CLASSES = {
    "burger": burger,
    "sushi_plate": sushi_plate,
    "pancake_stack": pancake_stack,
    "fried_egg_breakfast": fried_egg_breakfast,
    "cake_slice": cake_slice,
    "pizza": pizza,
    "mushroom_pizza": partial(pizza, topping=mushroom_slice),
    "ramen_bowl": ramen_bowl,
    "prawn_ramen_bowl": partial(ramen_bowl, toppings=prawns_and_sweetcorn),
}
