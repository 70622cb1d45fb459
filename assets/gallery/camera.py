"""A small virtual camera: where a drawing lands in the frame, its shadow, and the light on it."""

import random

import numpy as np
from drawings.scene import Scene
from PIL import Image, ImageFilter

WORK_PX = 640  # width and height of the frame while an image is made


def camera_quad(scene: Scene, rng: random.Random) -> np.ndarray:
    """Where the four corners of the drawing land in the frame: (4, 2) in pixels, clockwise from top left."""
    half = WORK_PX * rng.uniform(*scene.scale) / 2
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * half
    yaw, pitch = (rng.uniform(-scene.perspective, scene.perspective) for _ in range(2))
    x, y = corners[:, 0] / half, corners[:, 1] / half
    corners = corners * (1 - abs(yaw) * 0.8, 1) / (1 + yaw * x + pitch * y)[:, None]
    angle = np.deg2rad(rng.triangular(-scene.tilt_deg, scene.tilt_deg))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    centre = WORK_PX * (0.5 + np.array([rng.uniform(-scene.shift, scene.shift) for _ in range(2)]))
    return corners @ turn.T + centre


def warp(layer: Image.Image, quad: np.ndarray) -> Image.Image:
    """The layer with its corners moved to `quad` (a projective map)."""
    source = [(0, 0), (WORK_PX, 0), (WORK_PX, WORK_PX), (0, WORK_PX)]
    rows, goal = [], []
    for (u, v), (x, y) in zip(source, quad, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        goal += [u, v]
    return layer.transform(
        layer.size, Image.Transform.PERSPECTIVE, np.linalg.solve(rows, goal), Image.Resampling.BICUBIC
    )


def shadow_of(layer: Image.Image, strength: float, rng: random.Random) -> Image.Image:
    alpha = layer.getchannel("A").filter(ImageFilter.GaussianBlur(rng.uniform(6, 18)))
    shadow = Image.new("RGBA", layer.size, (20, 16, 24, 0))
    shift = (round(rng.uniform(-26, 26)), round(rng.uniform(6, 24)))
    shadow.paste((20, 16, 24, 255), shift, alpha.point(lambda a: round(a * strength)))
    return shadow


def adjust_lighting(image: Image.Image, rng: random.Random) -> Image.Image:
    """Warm or cold, bright or dim, brighter to one side, darker in the corners, a little sensor noise."""
    pixels = np.asarray(image.convert("RGB"), np.float32) / 255
    y, x = np.mgrid[-1 : 1 : pixels.shape[0] * 1j, -1 : 1 : pixels.shape[1] * 1j]
    angle = rng.uniform(0, 2 * np.pi)
    light = rng.uniform(0.82, 1.12) * (1 + rng.uniform(0, 0.16) * (x * np.cos(angle) + y * np.sin(angle)))
    light *= 1 - rng.uniform(0, 0.16) * (x**2 + y**2) / 2
    warmth = rng.uniform(-0.07, 0.07)
    pixels = pixels * light[..., None] * (1 + warmth, 1, 1 - warmth)
    pixels += np.random.default_rng(rng.getrandbits(32)).normal(0, 0.012, pixels.shape)
    return Image.fromarray((pixels.clip(0, 1) * 255).round().astype(np.uint8))
