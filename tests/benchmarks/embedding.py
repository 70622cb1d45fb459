"""How fast a folder of images becomes features, against a plain loop and against bare forward passes.

python tests/benchmarks/embedding.py                              # lite0, lite2 and ViT-B/32 with random weights
python tests/benchmarks/embedding.py --images PHOTOS --backbones lite0

In turn, several times: the project's features of a folder (read, resize, encode); a plain loop in PyTorch that reads,
resizes and encodes batches of 32; bare passes of PyTorch and of the project's runtime, over pixels in memory. Then the
project again with the same images at 2000 x 1500. Prints images a second and ratios. Without --images, the folder holds
JPEGs of the sample gallery at 320 x 240.
"""

import argparse
import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[2]))

from trainer.core.process import configure_process

BATCH = 32
ROUNDS = 3
N_IMAGES = 320
VIT = "clip:ViT-B-32"


def images_of_sample(folder: Path) -> list[str]:
    from trainer.core.data.gallery import open_gallery

    paths = open_gallery("sample").table["path"]
    for number, path in enumerate(paths.iloc[np.linspace(0, len(paths) - 1, N_IMAGES).astype(int)]):
        Image.open(path).convert("RGB").resize((320, 240), Image.Resampling.BICUBIC).save(folder / f"{number:04}.jpg")
    return sorted(map(str, folder.glob("*.jpg")))


def enlarged(paths: list[str], folder: Path) -> list[str]:
    for path in paths:
        large = Image.open(path).convert("RGB").resize((2000, 1500), Image.Resampling.BICUBIC)
        large.save(folder / Path(path).name, quality=90)
    return sorted(map(str, folder.glob("*.jpg")))


def random_vit(folder: Path) -> str:
    """The name of a ViT-B/32 of open_clip with random weights."""
    import open_clip
    from safetensors.torch import save_file

    file = folder / "vit.safetensors"
    state = open_clip.create_model("ViT-B-32").visual.state_dict()
    save_file({f"visual.{name}": value.contiguous() for name, value in state.items()}, file)
    return f"{VIT}/{file}"


def measure(backbone: str, small: list[str], large: list[str]) -> dict[str, float]:
    import torch

    from trainer.core.models.backbones import load_backbone
    from trainer.core.models.features import encode_files

    (encoder,) = load_backbone(backbone).encoders
    size, model = encoder.preprocessing.size_px, encoder.model
    pixels = np.random.default_rng(0).integers(0, 256, (BATCH, size, size, 3), dtype=np.uint8)
    floats = torch.rand(BATCH, 3, size, size).contiguous(memory_format=torch.channels_last)

    def plain_loop() -> int:
        with torch.inference_mode():
            for start in range(0, len(small), BATCH):
                images = [Image.open(path).convert("RGB") for path in small[start : start + BATCH]]
                model(torch.from_numpy(np.stack([encoder.preprocessing(image) for image in images])))
        return len(small)

    def bare_torch() -> int:
        with torch.inference_mode():
            for _ in range(len(small) // BATCH):
                model(floats)
        return len(small) // BATCH * BATCH

    def bare_runtime() -> int:
        for _ in range(len(small) // BATCH):
            encoder.run(pixels)
        return len(small) // BATCH * BATCH

    def project(paths: list[str]) -> int:
        files = [(path, hashlib.sha256(Path(path).read_bytes()).hexdigest()) for path in paths]
        return sum(len(rows) for rows in encode_files(files, encoder))

    ways: dict[str, Callable[[], int]] = {
        "project": lambda: project(small), "plain loop": plain_loop, "bare PyTorch": bare_torch,
        "bare runtime": bare_runtime, "project, 2000 x 1500": lambda: project(large),
    }  # fmt: skip
    rates: dict[str, list[float]] = {name: [] for name in ways}
    bare_torch()
    for _ in range(ROUNDS):
        for name, run in ways.items():
            start = time.perf_counter()
            rates[name].append(run() / (time.perf_counter() - start))
    found = {name: round(float(np.median(values)), 1) for name, values in rates.items()}
    ours = found["project"]
    return found | {
        "project / plain loop": round(ours / found["plain loop"], 2),
        "project / bare PyTorch": round(ours / found["bare PyTorch"], 2),
        "project / bare runtime": round(ours / found["bare runtime"], 2),
        "2000 x 1500 / small": round(found["project, 2000 x 1500"] / ours, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--images", type=Path, help="a folder of images")
    parser.add_argument("--backbones", nargs="+", default=["lite0", "lite2", VIT], metavar="NAME")
    options = parser.parse_args()
    configure_process()
    with tempfile.TemporaryDirectory() as name:
        folder, large = Path(name), Path(name) / "large"
        large.mkdir()
        small = images_of_sample(folder) if options.images is None else sorted(
            str(path) for path in options.images.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg", ".png")
        )[:N_IMAGES]  # fmt: skip
        of_large = enlarged(small, large)
        for backbone in options.backbones:
            loaded = random_vit(folder) if backbone == VIT else backbone
            print(backbone, json.dumps(measure(loaded, small, of_large)), flush=True)


if __name__ == "__main__":
    main()
