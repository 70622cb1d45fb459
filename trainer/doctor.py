"""What is installed, which weights are at hand, what is missing and how to get it."""

from collections.abc import Iterator
from importlib import metadata

from trainer.core.backbones import BackboneError, backbone_fingerprint
from trainer.core.checkpoint import bundled_names
from trainer.core.errors import UserError
from trainer.core.store import cache_dir

PACKAGES = (
    "torch", "torchvision", "timm", "open_clip_torch", "gradio", "faiss-cpu", "umap-learn", "datasets", "pandas",
    "plotly", "safetensors",
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
            yield f"  {package:20} {metadata.version(package)}"
        except metadata.PackageNotFoundError:
            yield f"  {package:20} missing: pip install -r requirements.txt"
    yield "Backbones"
    for name in ("lite0", "lite2"):
        try:
            backbone_fingerprint(name)
            yield f"  {name:36} at hand, from PyPI"
        except BackboneError as error:
            yield f"  {name:36} missing: {error}"
    for name in HUB_BACKBONES:
        state = "at hand, in the Hub's cache" if _cached(name) else "not here: downloaded from the Hub when first used"
        yield f"  {name:36} {state}"
    yield "Checkpoints"
    for name in bundled_names():
        yield f"  {name}"
    yield f"Cache: {cache_dir()} (move it with GUIE_CACHE; it may be deleted, what is needed is computed again)"


def _cached(name: str) -> bool:
    """Whether the Hub's cache on this machine holds the backbone's weights."""
    from huggingface_hub import try_to_load_from_cache

    repository = _hub_repository(name)
    files = ("model.safetensors", "open_clip_model.safetensors", "open_clip_pytorch_model.bin", "pytorch_model.bin")
    return bool(repository) and any(isinstance(try_to_load_from_cache(repository, file), str) for file in files)


def _hub_repository(name: str) -> str:
    kind, _, rest = name.partition(":")
    if kind == "timm":
        import timm

        config = timm.get_pretrained_cfg(rest)
        return (config.hf_hub_id or "") if config else ""
    import open_clip

    config = open_clip.get_pretrained_cfg(*rest.split("/"))
    if not config:
        raise UserError(f"open_clip does not know {name}.")
    return config.get("hf_hub", "").rstrip("/")
