"""Renders the sample gallery: `python assets/gallery/render.py` writes images/ and metadata.csv beside this file.

Every image is a drawing from `drawings/` seen by a small virtual camera: the drawing is turned, tilted in
perspective, scaled and shifted, throws a shadow on its background, and is lit warm or cold, bright or dim.
The same seed gives the same images. Needs requirements-dev.txt.

    python assets/gallery/render.py --only toys --sheet toys.png     # look at one object type, write nothing else
"""

import argparse
import csv
import importlib
import io
import random
import shutil
from pathlib import Path

import matplotlib
import numpy as np
import resvg_py
from drawings.scene import Scene
from drawings.view import View
from PIL import Image, ImageFilter

HERE = Path(__file__).parent
FONTS = Path(matplotlib.__file__).parent / "mpl-data/fonts/ttf"
SIZE_PX, WORK_PX = 256, 640
OBJECT_TYPES = (
    "apparel", "packaged_goods", "landmarks", "furniture", "storefronts", "dishes",
    "artwork", "toys", "memes", "illustrations", "cars",
)  # fmt: skip


def rasterise(fragment: str, box: int) -> Image.Image:
    """An SVG fragment drawn for a box x box canvas, as RGBA of WORK_PX."""
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {box} {box}">{fragment}</svg>'
    png = resvg_py.svg_to_bytes(svg_string=svg, width=WORK_PX, font_dirs=[str(FONTS)], skip_system_fonts=True)
    return Image.open(io.BytesIO(bytes(png))).convert("RGBA")


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


def photograph(draw, scene: Scene, seed: str, number: int) -> Image.Image:
    """One view of one class, SIZE_PX square, RGB."""
    view = View(number, seed)
    frame = rasterise(scene.background(view), WORK_PX)
    layer = rasterise(draw(view), 400)
    if scene.mirror and view.chance(0.5):
        layer = layer.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    layer = warp(layer, camera_quad(scene, view.rng))
    if scene.shadow:
        frame.alpha_composite(shadow_of(layer, scene.shadow, view.rng))
    frame.alpha_composite(layer)
    return adjust_lighting(frame.resize((SIZE_PX, SIZE_PX), Image.Resampling.LANCZOS), view.rng)


def splits(class_names: list[str], views: int) -> dict[str, list[str]]:
    """Half of the classes are for training; of the others two views are queries and the rest are the index."""
    train = set(class_names[: len(class_names) // 2])
    return {
        name: ["train"] * views if name in train else ["query"] * 2 + ["index"] * (views - 2) for name in class_names
    }


def contact_sheet(rows: list[list[Image.Image]], cell_px: int = 96) -> Image.Image:
    sheet = Image.new("RGB", (cell_px * max(map(len, rows)), cell_px * len(rows)), "white")
    for j, row in enumerate(rows):
        for i, image in enumerate(row):
            sheet.paste(image.resize((cell_px, cell_px), Image.Resampling.LANCZOS), (i * cell_px, j * cell_px))
    return sheet


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=OBJECT_TYPES, help="draw one object type")
    parser.add_argument("--views", type=int, default=7, help="images of each class (default 7)")
    parser.add_argument("--sheet", type=Path, help="write a contact sheet at 96 px here instead of the gallery")
    options = parser.parse_args()

    sheet, table = [], []
    if not options.sheet:
        shutil.rmtree(HERE / "images", ignore_errors=True)
    for object_type in [options.only] if options.only else OBJECT_TYPES:
        art = importlib.import_module(f"drawings.{object_type}")
        for class_name, split in splits(list(art.CLASSES), options.views).items():
            images = [
                photograph(art.CLASSES[class_name], art.SCENE, f"{object_type}/{class_name}/{i}", i)
                for i in range(options.views)
            ]
            sheet.append(images)
            for i, image in enumerate(images):
                path = HERE / "images" / object_type / class_name / f"{i}.webp"
                table.append((path.relative_to(HERE).as_posix(), object_type, class_name, split[i]))
                if not options.sheet:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    image.save(path, quality=82, method=6)
    if options.sheet:
        contact_sheet(sheet).save(options.sheet)
        return
    with (HERE / "metadata.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("file_name", "object_type", "class_name", "split"))
        writer.writerows(table)


if __name__ == "__main__":
    main()
