"""What makes a view hard: another thing in front, clutter, little light, motion, a partial view, another style.

Each function takes the frame before the lighting (RGB, WORK_PX square) and returns it changed. `clutter` and `occlude`
get `extras`, cut-out drawings of other object types (RGBA, WORK_PX square).
"""

import random
from collections.abc import Callable, Sequence

import numpy as np
from camera import WORK_PX
from PIL import Image, ImageChops, ImageFilter, ImageOps

Extras = Sequence[Image.Image]
Condition = Callable[[Image.Image, random.Random, Extras], Image.Image]


def paste_extra(frame: Image.Image, extra: Image.Image, share: float, x: float, y: float) -> None:
    """Paste a cut-out with its centre at (x, y) and its size as shares of the frame."""
    cut_out = extra.crop(extra.getbbox())
    scale = WORK_PX * share / max(cut_out.size)
    cut_out = cut_out.resize([max(1, round(side * scale)) for side in cut_out.size], Image.Resampling.LANCZOS)
    corner = (round(WORK_PX * x - cut_out.width / 2), round(WORK_PX * y - cut_out.height / 2))
    frame.paste(cut_out, corner, cut_out)


def plain(frame: Image.Image, rng: random.Random, extras: Extras) -> Image.Image:
    return frame


def occlude(frame: Image.Image, rng: random.Random, extras: Extras) -> Image.Image:
    """A thing of another type in front of about a quarter of the frame, out of focus."""
    layer = Image.new("RGBA", frame.size)
    side = rng.choice((-1, 1))
    paste_extra(layer, extras[0], rng.uniform(0.5, 0.65), 0.5 + side * rng.uniform(0.28, 0.38), rng.uniform(0.6, 0.85))
    layer = layer.filter(ImageFilter.GaussianBlur(rng.uniform(3, 7)))
    frame.paste(layer, (0, 0), layer)
    return frame


def clutter(frame: Image.Image, rng: random.Random, extras: Extras) -> Image.Image:
    """The object smaller and off-centre, between things of other types."""
    small = frame.resize([round(WORK_PX * rng.uniform(0.72, 0.84))] * 2, Image.Resampling.LANCZOS)
    left = rng.randint(0, WORK_PX - small.width)
    top = rng.randint((WORK_PX - small.height) // 2, WORK_PX - small.height)
    # The background continues to the border of the frame as a blurred, enlarged copy of itself.
    frame = frame.resize([2 * WORK_PX] * 2).crop((0, 0, WORK_PX, WORK_PX)).filter(ImageFilter.GaussianBlur(28))
    mask = Image.new("L", small.size)
    mask.paste(255, (14, 14, small.width - 14, small.height - 14))
    frame.paste(small, (left, top), mask.filter(ImageFilter.GaussianBlur(9)))
    centre_x, centre_y = (left + small.width / 2) / WORK_PX, (top + small.height / 2) / WORK_PX
    angle = rng.uniform(0, 2 * np.pi)
    for number, extra in enumerate(extras):
        direction = angle + number * 2 * np.pi / len(extras) + rng.uniform(-0.3, 0.3)
        x, y = centre_x + 0.5 * np.cos(direction), centre_y + 0.46 * np.sin(direction)
        paste_extra(frame, extra, rng.uniform(0.22, 0.32), min(max(x, 0.08), 0.92), min(max(y, 0.08), 0.92))
    return frame


def dim(frame: Image.Image, rng: random.Random, extras: Extras) -> Image.Image:
    """Night: a pool of light on one side, a blue cast, coarse noise."""
    pixels = np.asarray(frame, np.float32) / 255
    y, x = np.mgrid[-1 : 1 : WORK_PX * 1j, -1 : 1 : WORK_PX * 1j]
    x0, y0 = rng.uniform(-0.6, 0.6), rng.uniform(-0.6, 0.4)
    light = rng.uniform(0.27, 0.35) + rng.uniform(0.3, 0.45) * np.exp(-((x - x0) ** 2 + (y - y0) ** 2) / 0.5)
    pixels = pixels * light[..., None] * (0.82, 0.94, 1.15)
    noise = np.random.default_rng(rng.getrandbits(32)).normal(0, 0.03, (WORK_PX // 4, WORK_PX // 4, 3))
    pixels += noise.repeat(4, 0).repeat(4, 1)
    return Image.fromarray((pixels.clip(0, 1) * 255).round().astype(np.uint8))


def move(frame: Image.Image, rng: random.Random, extras: Extras) -> Image.Image:
    """Motion blur along one direction: the mean of shifted copies."""
    length, angle = rng.uniform(20, 34), rng.uniform(0, np.pi)
    steps = np.linspace(-length / 2, length / 2, 25)
    shifts = [(round(step * np.cos(angle)), round(step * np.sin(angle))) for step in steps]
    total = sum(np.asarray(ImageChops.offset(frame, *shift), np.float32) for shift in shifts)
    margin = round(length / 2)  # `offset` wraps around
    mean = Image.fromarray((np.asarray(total) / len(shifts)).round().astype(np.uint8))
    return ImageOps.crop(mean, margin).resize(frame.size, Image.Resampling.LANCZOS)


def crop(frame: Image.Image, rng: random.Random, extras: Extras) -> Image.Image:
    """A part: half of the width and height, somewhere around the middle."""
    side = WORK_PX * rng.uniform(0.52, 0.64)
    left, top = (WORK_PX / 2 - side / 2 + WORK_PX * rng.uniform(-0.14, 0.14) for _ in range(2))
    return frame.resize(frame.size, Image.Resampling.LANCZOS, box=(left, top, left + side, top + side))


def sketch(frame: Image.Image, rng: random.Random, extras: Extras) -> Image.Image:
    """Coloured pencil on paper: where the brightness changes, the line is dark; the colours are pale."""
    grey = ImageOps.grayscale(frame)
    blurred = np.asarray(grey.filter(ImageFilter.GaussianBlur(rng.uniform(4, 7))), np.float32)
    lines = ((np.asarray(grey, np.float32) + 6) / (blurred + 6)).clip(0, 1) ** rng.uniform(2.5, 4)
    paper, pencil = rng.choice(((250, 246, 236), (240, 240, 238), (232, 222, 200))), rng.choice((20, 45, 70))
    colour = np.array(paper) / 255 * (255 - rng.uniform(0.25, 0.5) * (255 - np.asarray(frame, np.float32)))
    return Image.fromarray((pencil + (colour - pencil) * lines[..., None]).clip(0, 255).round().astype(np.uint8))


def print_halftone(frame: Image.Image, rng: random.Random, extras: Extras) -> Image.Image:
    """A newspaper print: a screen of dots for each of three inks, at its own angle."""
    pixels = np.asarray(ImageOps.autocontrast(frame, cutoff=1), np.float32) / 255
    y, x = np.mgrid[0:WORK_PX, 0:WORK_PX]
    pitch, strength, printed = rng.uniform(6, 8), rng.uniform(0.1, 0.16), []  # px between dots
    for channel, angle_deg in enumerate((15, 75, 45)):
        angle = np.deg2rad(angle_deg)
        u, v = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
        screen = strength * (np.cos(2 * np.pi * u / pitch) + np.cos(2 * np.pi * v / pitch))
        printed.append(1 / (1 + np.exp(-7 * (pixels[..., channel] + screen - 0.5))))
    paper = np.array(rng.choice(((246, 240, 226), (238, 238, 234), (244, 232, 214))))
    return Image.fromarray((np.stack(printed, -1) * paper).round().astype(np.uint8))


CONDITIONS: dict[str, Condition] = {
    "plain": plain,
    "occluded": occlude,
    "cluttered": clutter,
    "dim": dim,
    "moving": move,
    "cropped": crop,
    "sketched": sketch,
    "printed": print_halftone,
}
