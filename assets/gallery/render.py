"""Renders the sample gallery: `python assets/gallery/render.py` writes images/ and metadata.csv beside this file.

Every image is a drawing from `drawings/` seen by the virtual camera of `camera.py`: the drawing is turned, tilted in
perspective, scaled and shifted, throws a shadow on its background, and is lit warm or cold, bright or dim. Two of seven
views of a class are hard ones by `conditions.py`: occluded, cluttered, dim and so on. The same seed gives the same
images. Needs requirements-dev.txt.

    python assets/gallery/render.py --only toys --sheet toys.png     # look at one object type, write nothing else
"""

import argparse
import csv
import importlib
import io
import random
import shutil
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from types import ModuleType

import matplotlib
import resvg_py
from camera import WORK_PX, adjust_lighting, camera_quad, shadow_of, warp
from conditions import CONDITIONS
from drawings.view import View
from PIL import Image
from tqdm import tqdm

HERE = Path(__file__).parent
FONTS = Path(matplotlib.__file__).parent / "mpl-data/fonts/ttf"
SIZE_PX = 256
TRAIN_CLASSES = 2  # of each type, the first ones; the others are query and index, near-identical ones among them
QUERIES = 2  # of each class
OBJECT_TYPES = (
    "apparel", "packaged_goods", "landmarks", "furniture", "storefronts", "dishes",
    "artwork", "toys", "memes", "illustrations", "cars",
)  # fmt: skip
# types whose drawings are cut-outs that can be in front of others
CUT_OUTS = ("apparel", "packaged_goods", "furniture", "dishes", "toys", "cars")
# The conditions of the views of one class: plain ones, and one of each tuple, which alternate from class to class.
PLAIN_VIEWS = 5
HARD_VIEWS = (("occluded", "cluttered", "dim"), ("sketched", "moving", "cropped", "printed"))
EXTRAS = {"occluded": 1, "cluttered": 3}  # drawings of other types in a view
QUALITY = 80  # of WebP


def rasterise(fragment: str, box: int) -> Image.Image:
    """An SVG fragment drawn for a box x box canvas, as RGBA of WORK_PX."""
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {box} {box}">{fragment}</svg>'
    png = resvg_py.svg_to_bytes(svg_string=svg, width=WORK_PX, font_dirs=[str(FONTS)], skip_system_fonts=True)
    return Image.open(io.BytesIO(bytes(png))).convert("RGBA")


def drawings(object_type: str) -> ModuleType:
    return importlib.import_module(f"drawings.{object_type}")


def photograph(object_type: str, class_name: str, number: int, condition: str) -> Image.Image:
    """One view of one class, SIZE_PX square, RGB."""
    art = drawings(object_type)
    scene, view = art.SCENE, View(number, f"{object_type}/{class_name}/{number}")
    frame = rasterise(scene.background(view), WORK_PX)
    layer = rasterise(art.CLASSES[class_name](view), 400)
    if scene.mirror and view.chance(0.5):
        layer = layer.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    layer = warp(layer, camera_quad(scene, view.rng))
    if scene.shadow:
        frame.alpha_composite(shadow_of(layer, scene.shadow, view.rng))
    frame.alpha_composite(layer)
    extras = [cut_out(object_type, view) for _ in range(EXTRAS.get(condition, 0))]
    image = CONDITIONS[condition](frame.convert("RGB"), view.rng, extras)
    return adjust_lighting(image.resize((SIZE_PX, SIZE_PX), Image.Resampling.LANCZOS), view.rng)


def cut_out(object_type: str, view: View) -> Image.Image:
    """A drawing of another type without its background."""
    art = drawings(view.pick(*(name for name in CUT_OUTS if name != object_type)))
    return rasterise(art.CLASSES[view.pick(*art.CLASSES)](view), 400)


def conditions(object_type: str, class_number: int) -> list[str]:
    """Of the views of one class, in the order of their numbers. The queries are the first."""
    names = ["plain"] * PLAIN_VIEWS + [kinds[class_number % len(kinds)] for kinds in HARD_VIEWS]
    random.Random(f"{object_type}/{class_number}").shuffle(names)
    return names


def split(class_number: int, number: int) -> str:
    if class_number < TRAIN_CLASSES:
        return "train"
    return "query" if number < QUERIES else "index"


def views_of(object_type: str, class_number: int, class_name: str) -> list[Image.Image]:
    """All views of one class."""
    names = conditions(object_type, class_number)
    return [photograph(object_type, class_name, number, name) for number, name in enumerate(names)]


def contact_sheet(rows: list[list[Image.Image]], cell_px: int = 96) -> Image.Image:
    sheet = Image.new("RGB", (cell_px * max(map(len, rows)), cell_px * len(rows)), "white")
    for j, row in enumerate(rows):
        for i, image in enumerate(row):
            sheet.paste(image.resize((cell_px, cell_px), Image.Resampling.LANCZOS), (i * cell_px, j * cell_px))
    return sheet


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=OBJECT_TYPES, help="draw one object type")
    parser.add_argument("--sheet", type=Path, help="write a contact sheet at 96 px here instead of the gallery")
    options = parser.parse_args()

    if not options.sheet:
        shutil.rmtree(HERE / "images", ignore_errors=True)
    sheet, table = [], []
    classes = [
        (object_type, number, name)
        for object_type in ([options.only] if options.only else OBJECT_TYPES)
        for number, name in enumerate(drawings(object_type).CLASSES)
    ]
    with ProcessPoolExecutor() as pool:
        views = tqdm(pool.map(views_of, *zip(*classes, strict=True)), total=len(classes), unit="class")
        for (object_type, class_number, class_name), images in zip(classes, views, strict=True):
            sheet.append(images)
            names = conditions(object_type, class_number)
            for number, image in enumerate(images):
                path = HERE / "images" / object_type / class_name / f"{number}.webp"
                row = (path.relative_to(HERE).as_posix(), object_type, class_name, split(class_number, number))
                table.append((*row, names[number]))
                if not options.sheet:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    image.save(path, quality=QUALITY, method=6)
    if options.sheet:
        contact_sheet(sheet).save(options.sheet)
        return
    with (HERE / "metadata.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("file_name", "object_type", "class_name", "split", "condition"))
        writer.writerows(table)


if __name__ == "__main__":
    main()
